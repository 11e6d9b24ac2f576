// SPDX-License-Identifier: GPL-2.0
/* Packets that vanish for their size, behind a gateway. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "kernel.h"
#include "line.h"
#include "names.h"
#include "size.h"

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
		advice_clamp_size(row, story, WHERE_HERE);
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
		advice_probe_size(row, story, "finds the size that passes, and says what to type for it");
		advice_clamp_size(row, story, WHERE_HERE);
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
			   "and so does what is small; the rest never comes.", advice_of_small_ones(row));
	forward_sizes(row, story);
	advice_life(row, story);
	advice_path_signs(row, story);
	ends(row, story);
	forward_cures(row, told, story);
	story_see_connection(row, story);
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_BLACKHOLE_FORWARD,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "blackhole-forward",
		.brief = "as a gateway: another host's large packets to this peer vanish",
		.what = "This host forwards a connection. Large packets to this peer do not get "
			"there, small ones do: a link behind this host has a smaller MTU and nobody "
			"says so, or this host's own link is too small for them and the sender does "
			"not hear that, or does not heed it. An event a connection.",
		.proof = "Of a sample of the connections: the same segment, a full one or one that "
			 "makes a packet of more than 1220 bytes, passed through five times again "
			 "(three, if another connection to the peer is stuck as well), none was ever "
			 "acknowledged, and smaller ones demonstrably arrive. Certain where this host "
			 "answered \"too big\" and the same segment came again three times. Possible "
			 "where a segment's TTL does not fit its sender, where nothing shows that "
			 "smaller ones of this connection arrive, and for half of a ClientHello.",
		.mistaken = "Random loss; a peer or a link that is down, where nothing arrives; path "
			    "MTU discovery that works: the sender repeats it smaller.",
		.evidence = "size_fails, size_passes, mtu, retries, stall_ms, life, path_signs, "
			    "too_big_sent, mss, mss_sender, sender, service, relay",
		.remedy = "Clamp the MSS on this gateway; let ICMP \"fragmentation needed\" and "
			  "\"packet too big\" through.",
		.opener = WAY_EITHER,
		.size_rank = 4,
		.size_way = SIZE_THROUGH,
		.line = line_size,
		.tell = blackhole_forward,
	},
};

FAMILY(blackhole_forward);
