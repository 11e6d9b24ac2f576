// SPDX-License-Identifier: GPL-2.0
/* What vanishes, and not for its size. */
#include <inttypes.h>

#include "advice.h"
#include "causes.h"
#include "line.h"

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

/* What vanishes, and not for its size. */
static void line_whatever_size(const struct row *row, struct line *line,
			       const char *what)
{
	uint64_t large, small, count;

	line_add(line, "%s", what);
	if (EVIDENCE(row, SIZE_FAILS, &large) && EVIDENCE(row, SMALL_FAILS, &small) && small < large)
		line_add(line, "%" PRIu64 " bytes vanish, and so do %" PRIu64, large, small);
	else if (EVIDENCE(row, SIZE_FAILS, &large))
		line_add(line, "%" PRIu64 " bytes vanish", large);
	if (EVIDENCE(row, RETRIES, &count))
		line_add(line, "%" PRIu64 " time-outs", count);
}

static void line_deaf(const struct row *row, struct line *line)
{
	line_whatever_size(row, line, "nothing arrives after the handshake");
}

static void line_by_content(const struct row *row, struct line *line)
{
	line_whatever_size(row, line, "the same bytes vanish at any size");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "deaf-after-handshake",
		.brief = "after the handshake nothing arrives at this peer, whatever its size",
		.what = "This host connects, the peer answers, and nothing that this host sends then "
			"arrives, large or small. Some firewall on the way drops it: mostly one that "
			"sees one direction only (asymmetric routes), and so takes what follows the SYN "
			"for invalid; or one that drops the rest of a connection for its first bytes. "
			"An event a connection.",
		.proof = "Five time-outs without any acknowledgment since the handshake, another "
			 "connection of this host to the same peer whose handshake succeeded meanwhile "
			 "and that is stuck alike, and a small packet that vanished as well: a short "
			 "tail that was sent twice, a message of at most 1220 bytes, or our "
			 "acknowledgments, as the peer repeats its SYN-ACK. Possible where it does, "
			 "as a listener does whose accept queue is full.",
		.mistaken = "blackhole-send, where small packets arrive; a peer or a link that is gone, "
			    "which answers no SYN; a full accept queue, which repeats its SYN-ACK and "
			    "answers no new SYN; a SYN proxy on the way whose server is gone.",
		.evidence = "size_fails, small_fails, retries, stall_ms, path_signs, cgroup",
		.remedy = "Send both directions by the same firewall, or let it pass connections that it "
			  "did not see begin (net.netfilter.nf_conntrack_tcp_loose=1, and no drop of "
			  "`ct state invalid`). A smaller MTU or MSS does not help.",
		.opener = WAY_OUT,
		.line = line_deaf,
		.tell = deaf_after_handshake,
	},
	{
		.id = TCPWHY_CAUSE_DROPPED_BY_CONTENT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "dropped-by-content",
		.brief = "the same bytes to this peer vanish in packets of any size; others arrive",
		.what = "A segment to this peer is lost each time it is sent, also in small packets, "
			"while others of the same connection arrive. Something on the way looks into "
			"what passes, and drops it: a firewall, an IPS or a filter; often for a "
			"ClientHello of TLS that does not fit into one segment. An event a connection.",
		.proof = "Three time-outs at full size and three in packets of at most 1220 bytes, as "
			 "net.ipv4.tcp_mtu_probing=1 makes them (likely); or seven of a segment that is "
			 "as small (possible; likely on two connections). And later segments were "
			 "acknowledged, or the peer has our acknowledgments.",
		.mistaken = "blackhole-send, where the same bytes arrive in smaller packets: without "
			    "MTU probing nobody tries that; random loss of 30 % and more; a box that "
			    "does not know of window scaling: what ends beyond its window does not count.",
		.evidence = "size_fails, small_fails, retries, stall_ms, life, path_signs, cgroup",
		.remedy = "Find what looks into the traffic, and make it pass; for a ClientHello: software "
			  "of it that reassembles TCP. As a stopgap a smaller hello, without post-quantum "
			  "key shares. A smaller MTU or MSS does not help.",
		.opener = WAY_EITHER,
		.line = line_by_content,
		.tell = dropped_by_content,
	},
};

FAMILY(deaf);
