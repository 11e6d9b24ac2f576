// SPDX-License-Identifier: GPL-2.0
/* Datagrams that came in pieces, and that no program here ever saw. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"

#define DNS 53

/* Headers of an echo request: what ping -s does not count. */
#define PING_V4 28
#define PING_V6 48

/* Up to this, four times the limit is nothing that a host of today would miss. */
#define MEMORY_MODEST (64 << 20)

#define COMMAND_SIZE (FORMAT_SIZE + 64)

static void carried(const struct row *row, struct story *story)
{
	char ports[FORMAT_SIZE], name[NAME_SIZE];
	struct text line = { 0 };
	uint64_t value;

	if (row->lport || row->rport)
		text_add(&line, "%s  ", format_ports(row, ports));
	if (EVIDENCE(row, PROTOCOL, &value))
		text_add(&line, "%s", name_protocol(value, name));
	else
		text_add(&line, "protocol not known");
	if (EVIDENCE(row, FRAGMENT_ID, &value))
		text_add(&line, ", identification %" PRIu64, value);
	if (EVIDENCE(row, FRAGMENT_FIRST, &value) && !value)
		text_add(&line, "; the first piece, which has the ports, had not come");
	story_evidence(story, "%s", line.s);
	text_free(&line);
}

static void sizes(const struct row *row, struct story *story)
{
	struct text line = { 0 };
	uint64_t came, value;

	if (!EVIDENCE(row, FRAGMENT_BYTES, &came))
		return;
	text_add(&line, "%" PRIu64 " bytes of it had come", came);
	if (EVIDENCE(row, DATAGRAM_BYTES, &value))
		text_add(&line, ", of %" PRIu64, value);
	else
		text_add(&line, ", the last piece, which tells the length, had not");
	if (EVIDENCE(row, FRAGMENT_LARGEST, &value))
		text_add(&line, "; the largest piece was a packet of %" PRIu64 " bytes", value);
	story_evidence(story, "%s", line.s);
	text_free(&line);
}

static void forgeable(struct story *story)
{
	story_evidence(story, "no checksum covers a single piece: somebody else may have sent it in "
		       "this address's name");
}

static void see(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE];

	format_address(&row->peer, address);
	if (row->peer.size == 4)
		story_see(story, "tcpdump -nnvi any 'src host %s and ip[6:2] & 0x3fff != 0'",
			  address);
	else
		story_see(story, "tcpdump -nnvi any 'src host %s and ip6[6] == 44'", address);
}

/* Which pieces are missing says what takes them. */
static void pattern(const struct row *row, struct story *story)
{
	uint64_t no_first, no_last;

	if (!EVIDENCE(row, NO_FIRST, &no_first) || !EVIDENCE(row, NO_LAST, &no_last))
		return;
	story_evidence(story, "of %" PRIu64 " such datagram%s %" PRIu64 " lacked the first piece, %"
		       PRIu64 " the last", row->count, row->count == 1 ? "" : "s", no_first,
		       no_last);
	if (!no_first && no_last == row->count)
		story_what(story, "The first piece came each time and the last never did: so it is "
			   "where a firewall or NAT lets only pieces with ports through, or where "
			   "the pieces of a lower MTU are lost.");
	else if (no_first == row->count)
		story_what(story, "The first piece, which has the ports, never came: so it is where "
			   "a firewall drops it, a load balancer sends it elsewhere, or the full "
			   "size does not pass and only the rest does.");
	else
		story_what(story, "Now this piece is missing and now that one: ordinary loss, which "
			   "hits a datagram once for each of its pieces.");
}

static void find_mtu(const struct row *row, struct story *story)
{
	uint64_t largest = row_evidence_or(row, TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST, 1500);
	unsigned int headers = row->peer.size == 4 ? PING_V4 : PING_V6;
	char address[FORMAT_SIZE], command[COMMAND_SIZE];

	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "ping -c 3 -M do -s %" PRIu64 " %s",
		 largest > headers ? largest - headers : 0, address);
	story_remedy(story, WHERE_PATH, command, "packets as large as the largest piece that came: "
		     "lower the size until they are answered; that and %u is the MTU that works",
		     headers);
	snprintf(command, sizeof(command), "tracepath -n %s", address);
	story_remedy(story, WHERE_PATH, command, "after which hop the MTU falls");
	story_remedy(story, WHERE_PATH, NULL, "let %s through every firewall between, so that the "
		     "sender learns the MTU, and pieces that have no ports",
		     row->peer.size == 4 ? "ICMP \"fragmentation needed\" (type 3, code 4)" :
					   "ICMPv6 \"packet too big\" (type 2)");
}

static void send_less(const struct row *row, struct story *story)
{
	if (row->rport == DNS)
		story_remedy(story, WHERE_HERE, NULL, "ask for answers that fit: EDNS buffer size "
			     "1232 (unbound: edns-buffer-size, BIND: edns-udp-size); "
			     "larger ones then come by TCP");
	else
		story_remedy(story, WHERE_PEER, NULL, "send datagrams that fit the MTU of the path "
			     "(its application, its tunnel, or the MTU of its route)");
}

static void lost(const struct row *row, struct story *story)
{
	char waited[FORMAT_SIZE];
	uint64_t ms;

	story_what(story, "Datagrams from this address came in pieces (IP fragments), and not all "
		   "of the pieces came in time: what they carried is lost, and no program here "
		   "saw any of it.");
	pattern(row, story);
	carried(row, story);
	sizes(row, story);
	if (EVIDENCE(row, FRAGMENT_WAIT, &ms))
		story_evidence(story, "given up after %s (%s)", format_ms(ms, waited),
			       row->peer.size == 4 ? "net.ipv4.ipfrag_time" :
			       "net.ipv6.ip6frag_time; with conntrack "
			       "net.netfilter.nf_conntrack_frag6_timeout");
	forgeable(story);
	send_less(row, story);
	find_mtu(row, story);
	see(row, story);
}

static void overlap(const struct row *row, struct story *story)
{
	story_what(story, "One piece overlaps another, or contradicts the length that another gave: "
		   "no honest sender does that, and all of the datagram is thrown away (RFC "
		   "5722).");
	if (row->peer.size == 4)
		story_what(story, "At high rates the identification of IPv4, which has 16 bits, "
			   "comes round while pieces still wait, and pieces of two datagrams mix.");
	story_remedy(story, WHERE_PEER, NULL, "send datagrams that fit the MTU of the path; if it "
		     "never sent these, somebody forges its address (an attack on reassembly)");
	if (row->peer.size == 4)
		story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.ipfrag_time=5",
			     "if it is the rate: pieces wait for less time, and mix less");
}

static void too_far(const struct row *row, struct story *story)
{
	story_what(story, "While this datagram was waited for, so many pieces of others came from "
		   "the address that it was given up: a path that reorders over a distance "
		   "(several links side by side), or many hosts behind one address.");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.ipfrag_max_dist=0",
		     "do not give up for that (64 by default)");
	send_less(row, story);
}

static void memory(const struct row *row, struct story *story)
{
	const char *limit = row->peer.size == 4 ? "net.ipv4.ipfrag_high_thresh" :
						  "net.ipv6.ip6frag_high_thresh";
	char held[FORMAT_SIZE], most[FORMAT_SIZE], command[COMMAND_SIZE];
	uint64_t bytes, bound;

	story_what(story, "Pieces that wait for others held all the memory that they may, and so "
		   "pieces of this datagram were refused, whoever filled it.");
	if (EVIDENCE(row, FRAGMENT_MEMORY, &bytes) && EVIDENCE(row, FRAGMENT_LIMIT, &bound)) {
		story_evidence(story, "%s held, %s allowed (%s)", format_bytes(bytes, held),
			       format_bytes(bound, most), limit);
		if (bound && bound <= MEMORY_MODEST) {
			snprintf(command, sizeof(command), "sysctl -w %s=%" PRIu64, limit,
				 bound * 4);
			story_remedy(story, WHERE_HERE, command, "more memory, if the rate is "
				     "honest%s", row->peer.size == 4 ? "" : "; with conntrack: "
				     "net.netfilter.nf_conntrack_frag6_high_thresh");
		}
	}
	story_remedy(story, WHERE_HERE, "tcpwhy list --cause fragment-lost",
		     "whose pieces wait in vain: they hold the memory");
}

static void unusable(struct story *story)
{
	story_what(story, "All pieces came, and do not make a datagram: more than 65535 bytes "
		   "together, ECN marks that contradict each other, or no memory to join them.");
	story_remedy(story, WHERE_PEER, NULL, "send datagrams that fit the MTU of the path; if it "
		     "never sent these, somebody forges its address");
}

static void dropped(const struct row *row, struct story *story)
{
	char name[NAME_SIZE];
	uint64_t reason;

	story_what(story, "A datagram from this address came in pieces (IP fragments), and this "
		   "host refused it.");
	if (!EVIDENCE(row, FRAGMENT_REASON, &reason))
		reason = TCPWHY_FRAGMENT_REASON_UNSPEC;
	else
		story_evidence(story, "refused for: %s", name_fragment_reason(reason, name));
	switch (reason) {
	case TCPWHY_FRAGMENT_REASON_OVERLAP:
		overlap(row, story);
		break;
	case TCPWHY_FRAGMENT_REASON_TOO_FAR:
		too_far(row, story);
		break;
	case TCPWHY_FRAGMENT_REASON_MEMORY:
		memory(row, story);
		break;
	case TCPWHY_FRAGMENT_REASON_UNUSABLE:
		unusable(story);
		break;
	}
	carried(row, story);
	sizes(row, story);
	forgeable(story);
	see(row, story);
}

static void line_came(const struct row *row, struct line *line)
{
	uint64_t bytes, whole;

	if (!EVIDENCE(row, FRAGMENT_BYTES, &bytes))
		return;
	if (EVIDENCE(row, DATAGRAM_BYTES, &whole))
		line_add(line, "%" PRIu64 " of %" PRIu64 " B came", bytes, whole);
	else
		line_add(line, "%" PRIu64 " B came", bytes);
}

static void line_carried(const struct row *row, struct line *line)
{
	char name[NAME_SIZE];
	uint64_t protocol;

	if (EVIDENCE(row, PROTOCOL, &protocol))
		line_add(line, "%s", name_protocol(protocol, name));
}

static void line_lost(const struct row *row, struct line *line)
{
	uint64_t no_first = EVIDENCE_OR_0(row, NO_FIRST), no_last = EVIDENCE_OR_0(row, NO_LAST);

	line_add(line, "datagram not complete");
	line_carried(row, line);
	line_came(row, line);
	if (no_first)
		line_add(line, "%" PRIu64 " of %" PRIu64 " without the first piece", no_first,
			 row->count);
	if (no_last)
		line_add(line, "%" PRIu64 " of %" PRIu64 " without the last", no_last,
			 row->count);
}

static void line_dropped(const struct row *row, struct line *line)
{
	char held[FORMAT_SIZE], most[FORMAT_SIZE], name[NAME_SIZE];
	uint64_t reason = EVIDENCE_OR_0(row, FRAGMENT_REASON), memory, limit;

	switch (reason) {
	case TCPWHY_FRAGMENT_REASON_UNSPEC:
		line_add(line, "datagram in pieces refused");
		break;
	case TCPWHY_FRAGMENT_REASON_OVERLAP:
		line_add(line, "pieces overlap or contradict each other");
		break;
	case TCPWHY_FRAGMENT_REASON_TOO_FAR:
		line_add(line, "too many pieces of others between");
		break;
	case TCPWHY_FRAGMENT_REASON_MEMORY:
		line_add(line, "no memory for more pieces");
		break;
	case TCPWHY_FRAGMENT_REASON_UNUSABLE:
		line_add(line, "all pieces came and make no datagram");
		break;
	default:
		line_add(line, "refused: %s", name_fragment_reason(reason, name));
	}
	if (EVIDENCE(row, FRAGMENT_MEMORY, &memory) && EVIDENCE(row, FRAGMENT_LIMIT, &limit))
		line_add(line, "%s held, limit %s", format_bytes(memory, held),
			 format_bytes(limit, most));
	line_carried(row, line);
	line_came(row, line);
}

#define SHOWS_FRAGMENT "protocol, fragment_id, fragment_first, fragment_bytes, fragment_largest, " \
		       "datagram_bytes"

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_FRAGMENT_LOST,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "fragment-lost",
		.brief = "a datagram came in pieces, and not all of them came in time",
		.what = "A datagram (UDP, ICMP, TCP or other) from this address came in IP "
			"fragments; some did not come within net.ipv4.ipfrag_time or "
			"net.ipv6.ip6frag_time, and the others were thrown away. No program saw "
			"any of it.",
		.proof = "The kernel's own timer for that datagram ran out. The address is what the "
			 "fragments say: no checksum covers a fragment, so that it is possible, and "
			 "never more.",
		.mistaken = "A copy of a fragment that comes when the datagram is whole and gone is "
			    "waited for in vain, too; it is known by its identification and not "
			    "counted. A datagram of which nothing came leaves no trace.",
		.evidence = SHOWS_FRAGMENT ", fragment_wait_ms, no_first, no_last",
		.remedy = "Send datagrams that fit the path (for DNS: EDNS buffer size 1232); let "
			  "\"fragmentation needed\" and \"packet too big\" through, and fragments "
			  "without ports; look for the lower MTU.",
		.counter = "IpReasmTimeout, Ip6ReasmTimeout",
		.opener = WAY_IN,
		.line = line_lost,
		.tell = lost,
	},
	{
		.id = TCPWHY_CAUSE_FRAGMENT_DROPPED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "fragment-dropped",
		.brief = "a datagram came in pieces, and this host refused it",
		.what = "A datagram from this address came in IP fragments, and this host threw it "
			"away: they overlap or contradict each other, too many of other datagrams "
			"came between, the memory for fragments was full, or they make no "
			"datagram.",
		.proof = "The kernel ended the datagram's reassembly before its time, or had no "
			 "memory left for it. The address is what the fragments say, so that it is "
			 "possible, and never more.",
		.mistaken = "A fragment that comes twice: one is dropped, and the datagram becomes "
			    "whole.",
		.evidence = "fragment_reason, " SHOWS_FRAGMENT ", fragment_memory, fragment_limit",
		.remedy = "By reason: net.ipv4.ipfrag_high_thresh or net.ipv6.ip6frag_high_thresh "
			  "(memory), net.ipv4.ipfrag_max_dist (too far), the sender (overlap); and "
			  "datagrams that fit the path need none of it.",
		.counter = "IpReasmFails, Ip6ReasmFails, with others",
		.opener = WAY_IN,
		.line = line_dropped,
		.tell = dropped,
	},
};

FAMILY(fragment);
