// SPDX-License-Identifier: GPL-2.0
/* Packets that vanish for their size. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "kernel.h"
#include "names.h"

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

void advice_life(const struct row *row, struct story *story)
{
	static const struct {
		uint64_t bit;
		const char *text;
	} lives[] = {
		{ TCPWHY_LIFE_SACK, "smaller segments, sent later, were acknowledged" },
		{ TCPWHY_LIFE_DATA, "the peer went on to send, and repeated nothing: it has our "
		  "acknowledgments" },
		{ TCPWHY_LIFE_FIN, "the peer closed while it was stuck" },
		{ TCPWHY_LIFE_OTHER, "another connection of this peer was in use meanwhile, and is "
		  "stuck alike" },
		{ TCPWHY_LIFE_SHRUNK, "it went on once the segments had become smaller" },
	};
	uint64_t bits = EVIDENCE_OR_0(row, LIFE);

	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++)
		if (bits & lives[i].bit)
			story_evidence(story, "%s", lives[i].text);
}

static void probe_remedy(const struct row *row, struct story *story, const char *words)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 16];

	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "tcpwhy probe %s", address);
	story_remedy(story, WHERE_HERE, command, "%s", words);
}

void advice_find_size(const struct row *row, struct story *story)
{
	probe_remedy(row, story, "finds the size that passes, and says what to type for it");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_mtu_probing=1",
		     "for IPv4 and IPv6: after some time-outs in a row, which take seconds, a "
		     "connection tries smaller segments (RFC 4821). It helps what this host sends, "
		     "not what the peer sends, and only if the size is what is wrong");
}

/* What each link carries makes a number where nothing larger is known to pass. */
static void clamp(const struct row *row, struct story *story, const char *where)
{
	bool six = row->peer.size != 4;
	unsigned int mss = advice_mss(six, EVIDENCE_OR_0(row, SIZE_PASSES));

	if (mss)
		advice_clamp(story, where, six, mss, "a packet of that size got through; the probe "
			     "may find a larger one that does as well");
	else
		advice_clamp(story, where, six, advice_mss_of_any_link(six), "a size that every link "
			     "carries; the probe finds the largest that passes, which costs less");
}

static void cures(const struct row *row, struct story *story)
{
	advice_find_size(row, story);
	clamp(row, story, WHERE_GATEWAY);
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

static void path_signs(const struct row *row, struct story *story)
{
	bool sender = row->cause == TCPWHY_CAUSE_BLACKHOLE_SEND;
	uint64_t signs = EVIDENCE_OR_0(row, PATH_SIGNS);

	if (signs & TCPWHY_PATH_LARGER)
		story_evidence(story, "larger ones pass: some tunnel cuts these in two, and loses what is "
			       "a little too large for it");
	if (signs & TCPWHY_PATH_HELLO)
		story_evidence(story, "it is the first half of a ClientHello of TLS: a box that wants "
			       "all of it in one segment loses it, too. Once net.ipv4.tcp_mtu_probing=1 "
			       "is on%s, a new connection tells the two apart: dropped-by-content",
			       sender ? "" : " on its sender, and tcpwhy there");
}

/* What is known of small packets. */
static const char *of_small_ones(const struct row *row)
{
	bool proven = EVIDENCE_OR_0(row, LIFE) & (TCPWHY_LIFE_SACK | TCPWHY_LIFE_DATA |
						  TCPWHY_LIFE_SHRUNK);

	return proven || row->confidence != TCPWHY_CONFIDENCE_POSSIBLE ? "small ones arrive" :
									 "the peer is there";
}

static void blackhole_send(const struct row *row, struct story *story)
{
	const char *small = of_small_ones(row);
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
	path_signs(row, story);
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
	probe_remedy(row, story, "its echoes come back as large as they went: finds the size that "
		     "passes");
	clamp(row, story, WHERE_HERE);
	snprintf(command, sizeof(command), "ip %sroute show match %s", six ? "-6 " : "", address);
	story_remedy(story, WHERE_HERE, command, "type the last of these routes again after `ip %sroute change`, "
		     "with `advmss %u` at its end: does the same for that route's peers alone. `ip %sroute "
		     "change` with the route as it is now undoes it", six ? "-6 " : "",
		     mss_that_passes(row), six ? "-6 " : "");
	clamp(row, story, WHERE_GATEWAY);
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

static void ends(const struct row *row, struct story *story)
{
	struct address sender, service;
	char buf[FORMAT_SIZE], relay[NAME_SIZE];
	uint64_t there, back;

	if (row_address(row, TCPWHY_A_EVIDENCE_SENDER, &sender))
		story_evidence(story, "sent by %s, port %u", format_address(&sender, buf), row->lport);
	if (row_address(row, TCPWHY_A_EVIDENCE_SERVICE, &service))
		story_evidence(story, "sent to %s, which IPVS here sends on to this real server (%s)",
			       format_address(&service, buf),
			       name_relay(EVIDENCE_OR_0(row, RELAY), relay));
	if (EVIDENCE(row, MSS, &there) && EVIDENCE(row, MSS_SENDER, &back))
		story_evidence(story, "MSS in the handshake: %" PRIu64 " asked for by this peer, %" PRIu64
			       " by the other end", there, back);
}

static void forward_sizes(const struct row *row, struct story *story)
{
	uint64_t fails, retries, count, told;
	char lasted[FORMAT_SIZE];

	if (EVIDENCE(row, SIZE_FAILS, &fails) && EVIDENCE(row, RETRIES, &retries))
		story_evidence(story, "the same packet of %" PRIu64 " bytes came %" PRIu64
			       " times again, and was never acknowledged", fails, retries);
	if (EVIDENCE(row, STALL, &count))
		story_evidence(story, "%s from the first to this verdict", format_ms(count, lasted));
	if (EVIDENCE(row, TOO_BIG_SENT, &told))
		story_evidence(story, "this host answered %" PRIu64 " times that it is too big",
			       told);
	if (EVIDENCE(row, SIZE_PASSES, &count))
		story_evidence(story, "one of %" PRIu64 " bytes got through", count);
	if (EVIDENCE(row, MTU, &count))
		story_evidence(story, "MTU of this host's route to the peer: %" PRIu64, count);
}

/* What the real server answers does not come through this host: no clamp here sees its SYN-ACK. */
static bool answers_past_it(const struct row *row)
{
	uint64_t relay = EVIDENCE_OR_0(row, RELAY);

	return relay == TCPWHY_RELAY_TUNNEL || relay == TCPWHY_RELAY_DIRECT;
}

static void advmss(const struct row *row, struct story *story)
{
	bool six = row->peer.size != 4;
	unsigned int mss = advice_mss(six, EVIDENCE_OR_0(row, MTU));
	char address[FORMAT_SIZE] = "CLIENT", command[FORMAT_SIZE + 32];
	struct address sender;

	if (row_address(row, TCPWHY_A_EVIDENCE_SENDER, &sender))
		format_address(&sender, address);
	snprintf(command, sizeof(command), "ip %sroute show match %s", six ? "-6 " : "", address);
	story_remedy(story, "on the real server", command, "type the last of these routes again after `ip "
		     "%sroute change`, with `advmss %u` at its end: its clients then send packets that fit. "
		     "Its answers do not come through this host, so that a clamp here would not help. `ip "
		     "%sroute change` with the route as it is now undoes it", six ? "-6 " : "",
		     mss ? mss : advice_mss_of_any_link(six), six ? "-6 " : "");
}

/*
 * The number is the one that was said, whatever the route to the sender
 * carries: `rt mtu` of nft asks the routes, and those do not know of IPsec
 * policies, nor of a tunnel whose own MTU is wrong.
 */
static void told_cures(const struct row *row, struct story *story)
{
	const char *message = row->peer.size == 4 ? "fragmentation needed" : "packet too big";
	bool six = row->peer.size != 4;
	unsigned int mss = advice_mss(six, EVIDENCE_OR_0(row, MTU));
	uint64_t mtu;

	if (answers_past_it(row))
		advmss(row, story);
	else if (EVIDENCE(row, MTU, &mtu) && mss)
		advice_clamp(story, WHERE_HERE, six, mss, "both ends then send packets that fit into the %"
			     PRIu64 " bytes that this host asks for", mtu);
	else
		clamp(row, story, WHERE_HERE);
	story_remedy(story, WHERE_HERE, NULL, "let this host's own ICMP \"%s\" out, and from an "
		     "address that the sender can be reached from", message);
	story_remedy(story, "on the sender", NULL, "let ICMP \"%s\" in: some firewall before it, "
		     "or its own, drops it", message);
}

/* The peer's SYN-ACK, which tells the sender what to send, comes another way. */
static void direct_return(const struct row *row, struct story *story)
{
	bool six = row->peer.size != 4;
	unsigned int mss = advice_mss(six, EVIDENCE_OR_0(row, MTU));
	char words[FORMAT_SIZE] = "the MTU above less the headers";

	if (mss)
		snprintf(words, sizeof(words), "%u", mss);
	story_remedy(story, "on real servers", NULL, "this host is an IPVS director: if its real "
		     "servers answer past it (tunnel, DR), a clamp here sees no SYN-ACK. On them, type "
		     "the route to the clients again after `ip %sroute change`, with `advmss %s` at "
		     "its end", six ? "-6 " : "", words);
}

static void forward_cures(const struct row *row, bool told, struct story *story)
{
	if (told) {
		told_cures(row, story);
	} else {
		probe_remedy(row, story, "finds the size that passes, and says what to type for it");
		clamp(row, story, WHERE_HERE);
		story_remedy(story, WHERE_PATH, NULL, "let ICMP \"%s\" through, here too: the router "
			     "that drops the packets may well say so", row->peer.size == 4 ?
			     "fragmentation needed" : "packet too big");
	}
	if (kernel_ipvs() && !EVIDENCE_OR_0(row, RELAY))
		direct_return(row, story);
}

static void blackhole_forward(const struct row *row, struct story *story)
{
	uint64_t told = EVIDENCE_OR_0(row, TOO_BIG_SENT);

	if (told)
		story_what(story, "This host forwards a connection whose packets to this peer are "
			   "too big for the next link. It says so, and the sender repeats them as "
			   "they are: it does not get the message, or does not heed it. Small ones "
			   "pass: the handshake succeeds, and the rest never comes.");
	else
		story_what(story, "This host forwards a connection whose large packets to this peer "
			   "vanish behind it, while %s: a path MTU black hole. Handshakes succeed, "
			   "and so does what is small; the rest never comes.", of_small_ones(row));
	forward_sizes(row, story);
	advice_life(row, story);
	path_signs(row, story);
	ends(row, story);
	forward_cures(row, told, story);
	story_see_connection(row, story);
}

const struct teller advice_blackhole[] = {
	{ TCPWHY_CAUSE_BLACKHOLE_SEND, blackhole_send },
	{ TCPWHY_CAUSE_BLACKHOLE_RECEIVE, blackhole_receive },
	{ TCPWHY_CAUSE_BLACKHOLE_FORWARD, blackhole_forward },
	{ 0 }
};
