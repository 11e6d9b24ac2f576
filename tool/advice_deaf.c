// SPDX-License-Identifier: GPL-2.0
/* What vanishes, and not for its size. */
#include <inttypes.h>

#include "advice.h"

static void in_vain(const struct row *row, struct story *story)
{
	uint64_t size, retries, ms;
	char lasted[FORMAT_SIZE];

	if (EVIDENCE(row, SIZE_FAILS, &size) && EVIDENCE(row, RETRIES, &retries))
		story_evidence(story, "a packet of %" PRIu64 " bytes was sent again %" PRIu64
			       " times, in vain", size, retries);
	if (EVIDENCE(row, STALL, &ms))
		story_evidence(story, "%s from its first time-out to this verdict",
			       format_ms(ms, lasted));
	if (EVIDENCE(row, SMALL_FAILS, &size))
		story_evidence(story, "packets of %" PRIu64 " bytes vanished as well: it is not the size",
			       size);
}

static void deaf_after_handshake(const struct row *row, struct story *story)
{
	bool six = row->peer.size != 4;

	story_what(story, "This host connects to this peer, and nothing that it sends after the "
		   "handshake arrives, large or small. Something on the way drops it; mostly a "
		   "firewall that sees one direction only, and takes it for invalid.");
	in_vain(row, story);
	story_evidence(story, "the peer answered another connection of this host meanwhile: it is there, "
		       "and so is the path");
	if (EVIDENCE_OR_0(row, PATH_SIGNS) & TCPWHY_PATH_SYNACK)
		story_evidence(story, "the peer repeats its SYN-ACK: our acknowledgments vanish, too");
	story_remedy(story, "on the firewall", "sysctl -w net.netfilter.nf_conntrack_tcp_loose=1",
		     "if it is of Linux, for what it did not see begin; and its rules must let that pass, "
		     "instead of `ct state invalid drop`");
	story_remedy(story, WHERE_PATH, NULL, "make both directions pass the same firewall: compare "
		     "`traceroute %s-T` from both ends, and look for a second way back",
		     six ? "-6 " : "");
	story_remedy(story, WHERE_PEER, NULL, "look for its SYN-ACKs that nobody acknowledges (`nstat "
		     "TcpExtTCPSynRetrans`), whether its own firewall drops what follows, and whether "
		     "its accept queue is full (`ss -ltn`). If a box on the way inspects TLS, its log has "
		     "these connections");
	story_see_connection(row, story);
}

static void dropped_by_content(const struct row *row, struct story *story)
{
	story_what(story, "The same bytes to this peer vanish in packets of any size, while others of the "
		   "same connection arrive. Something on the way looks into what passes, and drops it.");
	in_vain(row, story);
	advice_life(row, story);
	if (EVIDENCE_OR_0(row, PATH_SIGNS) & TCPWHY_PATH_HELLO)
		story_evidence(story, "it is the first half of a ClientHello of TLS that does not fit into "
			       "one segment");
	story_remedy(story, WHERE_PATH, NULL, "find the firewall, IPS or filter on the way that inspects "
		     "traffic, and let this pass, or update it: many want a ClientHello in one segment");
	if (EVIDENCE_OR_0(row, PATH_SIGNS) & TCPWHY_PATH_HELLO)
		story_remedy(story, WHERE_HERE, NULL, "a hello without a post-quantum key share fits into "
			     "one segment: if `curl --curves X25519` passes, that is a stopgap, and the box "
			     "is what to mend");
	story_see_connection(row, story);
}

const struct teller advice_deaf[] = {
	{ TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE, deaf_after_handshake },
	{ TCPWHY_CAUSE_DROPPED_BY_CONTENT, dropped_by_content },
	{ 0 }
};
