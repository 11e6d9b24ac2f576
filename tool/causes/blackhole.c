// SPDX-License-Identifier: GPL-2.0
/* Packets that vanish for their size. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "kernel.h"
#include "line.h"
#include "names.h"
#include "size.h"

static void sizes(const struct row *row, struct story *story)
{
	uint64_t fails, passes, retries, ms;
	char lasted[FORMAT_SIZE];

	if (EVIDENCE(row, SIZE_FAILS, &fails) && EVIDENCE(row, RETRIES, &retries))
		story_evidence(story, "a packet of %" PRIu64 " bytes was sent %" PRIu64
			       " times and never acknowledged", fails, retries + 1);
	if (EVIDENCE(row, STALL, &ms))
		story_evidence(story, "%s from its first time-out to this verdict",
			       format_ms(ms, lasted));
	if (EVIDENCE(row, SIZE_PASSES, &passes))
		story_evidence(story, "one of %" PRIu64 " bytes got through", passes);
	if (EVIDENCE(row, MTU, &ms))
		story_evidence(story, "MTU of the path, as far as this host was told: %" PRIu64, ms);
}

static void cures(const struct row *row, struct story *story)
{
	advice_find_size(row, story);
	advice_clamp_size(row, story, WHERE_GATEWAY);
	story_remedy(story, WHERE_PATH, NULL, "let ICMP \"%s\" through: some firewall drops it, or "
		     "a tunnel or bridge has no address to send it from",
		     row->peer.size == 4 ? "fragmentation needed" : "packet too big");
}

/* Why what a router said did not help; NULL if nobody said anything. */
static const char *in_vain(const struct row *row)
{
	uint64_t count;

	if (!EVIDENCE(row, DROPPED_HERE, &count))
		return NULL;
	switch (EVIDENCE_OR_0(row, DROP_REASON)) {
	case TCPWHY_DROP_REASON_FIREWALL:
		return "this host's own firewall dropped its messages";
	case TCPWHY_DROP_REASON_SOURCE:
		return "this host dropped its messages, as their source address may not come by that "
		       "interface (rp_filter), or is never a source there, such as its own";
	case TCPWHY_DROP_REASON_CHECKSUM:
		return "the checksum of its messages is wrong";
	case TCPWHY_DROP_REASON_QUOTE:
		return "its messages quote too little to tell which connection is meant";
	case TCPWHY_DROP_REASON_SIZE:
		return EVIDENCE_OR_0(row, MTU_SAID) ? "packets of the size that it names vanish as well" :
		       "this host takes no size from it (net.ipv4.ip_no_pmtu_disc), or it names none";
	case TCPWHY_DROP_REASON_PORT:
		return "its messages are about a port that is none of this host's: a NAT between has "
		       "not translated it back";
	default:
		return "this host dropped its messages";
	}
}

static void said(const struct row *row, struct story *story)
{
	uint64_t count = EVIDENCE_OR_0(row, DROPPED_HERE), mtu;
	char router[FORMAT_SIZE] = "a router", size[48] = "";
	struct address address;

	if (!count)
		return;
	if (row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &address))
		format_address(&address, router);
	if (EVIDENCE(row, MTU_SAID, &mtu))
		snprintf(size, sizeof(size), ", and named %" PRIu64 " bytes", mtu);
	story_evidence(story, "%s said %" PRIu64 " time%s that they are too big%s", router, count,
		       count == 1 ? "" : "s", size);
}

/* What makes this host listen to the router. */
static void listen_cures(const struct row *row, struct story *story)
{
	bool six = row->peer.size != 4;

	switch (EVIDENCE_OR_0(row, DROP_REASON)) {
	case TCPWHY_DROP_REASON_FIREWALL:
		story_remedy(story, WHERE_HERE, "nft list ruleset", "let ICMP \"%s\" in (`iptables -S` "
			     "for old iptables)", six ? "packet too big" : "fragmentation needed");
		break;
	case TCPWHY_DROP_REASON_SOURCE:
		story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.conf.all.rp_filter=2", "believes a "
			     "router whatever interface it is heard by. If the message bears this "
			     "host's own address, mend whatever sends it");
		break;
	case TCPWHY_DROP_REASON_SIZE:
		if (!six && !EVIDENCE_OR_0(row, MTU_SAID))
			story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.ip_no_pmtu_disc=0",
				     "listens to routers again. Restart the programs that listen: their "
				     "sockets keep what was set when they were made. `ip route flush "
				     "cache` forgets what was learned before");
		break;
	case TCPWHY_DROP_REASON_CHECKSUM:
	case TCPWHY_DROP_REASON_QUOTE:
	case TCPWHY_DROP_REASON_PORT:
		story_remedy(story, WHERE_PATH, NULL, "mend the messages of the router, or of the NAT "
			     "before it");
		break;
	}
}

static void blackhole_send(const struct row *row, struct story *story)
{
	const char *small = advice_of_small_ones(row);
	const char *why = in_vain(row);

	if (why)
		story_what(story, "Large packets to this peer vanish, and %s: a path MTU black hole. A "
			   "router says that they are too big, in vain: %s. The handshake and the "
			   "request succeed, and the answer never comes.", small, why);
	else
		story_what(story, "Large packets to this peer vanish, %s, and no router says that they "
			   "are too big: a path MTU black hole. The handshake and the request succeed, "
			   "and the answer never comes.", small);
	sizes(row, story);
	said(row, story);
	advice_life(row, story);
	advice_path_signs(row, story);
	if (why)
		listen_cures(row, story);
	cures(row, story);
	story_see_connection(row, story);
}

static void missing(const struct row *row, struct story *story)
{
	uint64_t hole, passes, fails, mss, ms, life = EVIDENCE_OR_0(row, LIFE);
	char lasted[FORMAT_SIZE];

	if (EVIDENCE(row, HOLE, &hole))
		story_evidence(story, "%" PRIu64 " bytes are missing, and what the peer sent after "
			       "them has come", hole);
	if (EVIDENCE(row, STALL, &ms))
		story_evidence(story, "they stayed missing for %s or more",
			       format_ms(ms, lasted));
	if (EVIDENCE(row, SIZE_PASSES, &passes) && EVIDENCE(row, SIZE_FAILS, &fails))
		story_evidence(story, "the largest packet that came after them had %" PRIu64
			       " bytes; the peer may send %" PRIu64 ", and none of that size "
			       "came on this connection", passes, fails);
	if (EVIDENCE(row, MSS, &mss) && EVIDENCE(row, MTU, &ms))
		story_evidence(story, "MSS that this host advertised: %" PRIu64 "; MTU of the path, "
			       "as far as it was told: %" PRIu64, mss, ms);
	if (life & TCPWHY_LIFE_FIN)
		story_evidence(story, "the peer's FIN came: it believes to have sent all");
	if (life & TCPWHY_LIFE_OTHER)
		story_evidence(story, "another connection of this peer lacks as much");
	if (EVIDENCE_OR_0(row, PATH_SIGNS) & TCPWHY_PATH_HELLO)
		story_evidence(story, "it is the first that the peer sends: if it is half of a ClientHello "
			       "of TLS, a box that wants all of it in one segment may lose it, too. "
			       "tcpwhy on the peer tells the two apart");
}

static unsigned int mss_that_passes(const struct row *row)
{
	bool six = row->peer.size != 4;
	unsigned int mss = advice_mss(six, EVIDENCE_OR_0(row, SIZE_PASSES));

	return mss ? mss : advice_mss_of_any_link(six);
}

static void cures_at_receiver(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];
	bool six = row->peer.size != 4;

	format_address(&row->peer, address);
	advice_probe_size(row, story, "its echoes come back as large as they went: finds the size that "
		     "passes");
	advice_clamp_size(row, story, WHERE_HERE);
	snprintf(command, sizeof(command), "ip %sroute show match %s", six ? "-6 " : "", address);
	story_remedy(story, WHERE_HERE, command, "type the last of these routes again after `ip %sroute change`, "
		     "with `advmss %u` at its end: does the same for that route's peers alone. `ip %sroute "
		     "change` with the route as it is now undoes it", six ? "-6 " : "",
		     mss_that_passes(row), six ? "-6 " : "");
	advice_clamp_size(row, story, WHERE_GATEWAY);
	story_remedy(story, WHERE_PEER, "sysctl -w net.ipv4.tcp_mtu_probing=1",
		     "lets its TCP find the size by itself, some seconds late (RFC 4821): helps what it "
		     "sends, which is what is missing here");
	story_remedy(story, WHERE_PATH, NULL, "let ICMP \"%s\" through to the peer: some firewall "
		     "drops it, or a tunnel or bridge has no address to send it from",
		     six ? "packet too big" : "fragmentation needed");
}

static void blackhole_receive(const struct row *row, struct story *story)
{
	story_what(story, "Large packets from this peer vanish on their way here, small ones "
		   "arrive: a path MTU black hole. The handshake and the request succeed, and "
		   "the answer does not come, or only the end of it.");
	missing(row, story);
	cures_at_receiver(row, story);
	story_see_connection(row, story);
}

static void line_receive(const struct row *row, struct line *line)
{
	uint64_t hole, passes, ms;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, HOLE, &hole))
		line_add(line, "%" PRIu64 " bytes missing", hole);
	else
		line_add(line, "large packets missing");
	if (EVIDENCE(row, STALL, &ms))
		line_add(line, "for %s", format_ms(ms, buf));
	if (EVIDENCE(row, SIZE_PASSES, &passes))
		line_add(line, "%" PRIu64 " bytes pass", passes);
	else
		line_add(line, "small ones pass");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_BLACKHOLE_SEND,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "blackhole-send",
		.brief = "large packets to this peer vanish, and no router says why",
		.what = "A large segment to this peer is lost each time it is sent, while smaller "
			"ones arrive, and no router says that it is too big: a link on the path "
			"has a smaller MTU, and the ICMP message is filtered or never made. It may "
			"be a full one, or a message of more than 1220 bytes with its headers. An "
			"event a connection.",
		.proof = "The same large segment timed out five times or more (three, if another "
			 "connection of the peer is stuck as well), nothing of that size was ever "
			 "delivered, and smaller packets of this connection arrive: later ones are "
			 "acknowledged, or the peer has nothing to repeat. Without that, or for half "
			 "a ClientHello of TLS, it is possible. Certain once the connection went on "
			 "with smaller segments.",
		.mistaken = "Random loss, which lets large segments through in the end; a peer or a "
			    "link that is down, where nothing arrives; a closed window; "
			    "deaf-after-handshake and dropped-by-content, where small ones vanish too.",
		.evidence = "size_fails, size_passes, mtu, retries, stall_ms, life, path_signs, cgroup",
		.remedy = "Let ICMP \"fragmentation needed\" and \"packet too big\" through, clamp "
			  "the MSS, lower the route's MTU, or net.ipv4.tcp_mtu_probing=1, which helps "
			  "what this host sends.",
		.opener = WAY_EITHER,
		.size_rank = 1,
		.size_way = SIZE_TO_PEER,
		.line = line_size,
		.tell = blackhole_send,
	},
	{
		.id = TCPWHY_CAUSE_BLACKHOLE_RECEIVE,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "blackhole-receive",
		.brief = "large packets from this peer vanish on their way here",
		.what = "The full segments of this peer are lost each time it sends them, while "
			"smaller ones arrive: a link on the path from it has a smaller MTU, and "
			"the peer is not told. An event a connection.",
		.proof = "Nothing came in order for three seconds (ten on the only connection), "
			 "at least a full segment is missing, or more than fits into a packet of "
			 "1220 bytes, what the peer sent after it has come and is smaller, and no "
			 "full segment ever came on the connection. "
			 "Likely on two connections of the peer, possible on one. An answer that "
			 "vanishes as a whole leaves nothing to see here: ask the sender's end.",
		.mistaken = "Random loss, which lets a full segment through in the end; a peer that "
			    "is slow, or gone; a program here that does not read.",
		.evidence = "size_fails, size_passes, mtu, stall_ms, life, path_signs, hole, mss, cgroup",
		.remedy = "Advertise a smaller MSS (the route's advmss) or have a gateway clamp it; "
			  "let ICMP \"fragmentation needed\" and \"packet too big\" reach the peer; "
			  "net.ipv4.tcp_mtu_probing=1 there.",
		.opener = WAY_EITHER,
		.size_rank = 3,
		.size_way = SIZE_FROM_PEER,
		.line = line_receive,
		.tell = blackhole_receive,
	},
};

FAMILY(blackhole);
