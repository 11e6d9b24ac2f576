// SPDX-License-Identifier: GPL-2.0
/* Segments that were dropped for their timestamp. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"

/* The two timestamps; the sender's tick is a millisecond on Linux, not everywhere. */
static void stamps(const struct row *row, struct story *story, const char *whose)
{
	uint64_t tsval, recent, behind, age;
	char ports[FORMAT_SIZE], old[FORMAT_SIZE], tail[FORMAT_SIZE + 32] = "";
	char by[FORMAT_SIZE + 16];

	if (EVIDENCE(row, TW_AGE, &age))
		snprintf(tail, sizeof(tail), ", TIME_WAIT %s old", format_ms(age, old));
	format_ports(row, ports);
	if (!EVIDENCE(row, TSVAL, &tsval) || !EVIDENCE(row, TS_RECENT, &recent)) {
		story_evidence(story, "%s%s", ports, tail);
		return;
	}
	behind = row_evidence_or(row, TCPWHY_A_EVIDENCE_TS_BEHIND, (uint32_t)(recent - tsval));
	format_ms(behind, old);
	/* no clock slips that far; another one starts anywhere */
	if (behind < 86400000)
		snprintf(by, sizeof(by), "%s on Linux", old);
	else
		snprintf(by, sizeof(by), "another clock");
	story_evidence(story, "%s  tsval %" PRIu64 ", %s had %" PRIu64 " (%" PRIu64
		       " behind: %s)%s", ports, tsval, whose, recent, behind, by, tail);
}

static void sequence(const struct row *row, struct story *story)
{
	uint64_t seq, end, expected, state;
	char name[NAME_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) &&
	    EVIDENCE(row, RCV_NXT, &expected)) {
		int32_t fresh = (int32_t)((uint32_t)end - (uint32_t)expected);

		story_evidence(story, "sequence %" PRIu64 " to %" PRIu64 ", expected next %" PRIu64
			       ": %s", seq, end, expected, fresh <= 0 ? "nothing new in it" :
			       seq == end ? "no data in it, and it lies beyond what came" :
			       "it carried new data");
	}
	if (EVIDENCE(row, STATE, &state))
		story_evidence(story, "state of the connection: %s", name_tcp_state(state, name));
}

static void changed(const struct row *row, struct story *story)
{
	uint64_t bits, ttl, before;
	char what[FORMAT_SIZE], ttls[FORMAT_SIZE] = "";

	if (!EVIDENCE(row, SYN_CHANGED, &bits)) {
		story_evidence(story, "the SYN of the earlier connection was not seen, so the two "
			       "cannot be compared");
		return;
	}
	if (!bits) {
		story_evidence(story, "this SYN looks like the one that opened the earlier "
			       "connection: the same host, or another of its kind");
		return;
	}
	format_syn_changed(bits, what);
	if (bits & TCPWHY_SYN_CHANGED_TTL && EVIDENCE(row, TTL, &ttl) &&
	    EVIDENCE(row, TTL_BEFORE, &before))
		snprintf(ttls, sizeof(ttls), " (TTL %" PRIu64 ", then %" PRIu64 ")", before, ttl);
	story_evidence(story, "this SYN differs from the earlier connection's in %s%s: another "
			      "host "
		       "behind the same address (likely)", what, ttls);
}

/* What decides where there are no timestamps: worth knowing before they are turned off. */
static void without_timestamps(const struct row *row, struct story *story)
{
	uint64_t seq, expected;

	if (!EVIDENCE(row, SEQ, &seq) || !EVIDENCE(row, RCV_NXT, &expected))
		return;
	if ((int32_t)((uint32_t)seq - (uint32_t)expected) > 0)
		story_evidence(story, "sequence number %" PRIu64 " is beyond the old connection's %"
			       PRIu64 ": without timestamps this SYN would have got "
				      "in", seq, expected);
	else
		story_evidence(story, "sequence number %" PRIu64 " is not beyond the old "
								 "connection's "
			       "%" PRIu64 ": this SYN would be refused without timestamps, "
			       "too", seq,
			       expected);
}

static void nat_rest(struct story *story)
{
	story_remedy(story, WHERE_NAT, "sysctl -w "
				       "net.netfilter.nf_conntrack_tcp_timeout_time_wait=120",
		     "let a port rest for longer than the 60 s of TIME_WAIT here (120 is the "
		     "default of Linux; other makes call it port reuse time-out)");
	story_remedy(story, WHERE_NAT, NULL,
		     "nft: drop 'random' and 'fully-random' from masquerade and snat, give each "
		     "host "
		     "a port range of its own (snat to ADDRESS:FROM-TO), or use more public "
		     "addresses, so that a port comes round later");
}

static void timewait(const struct row *row, struct story *story)
{
	bool several = row->has & ROW_HAS_FINGERPRINTS && row->fingerprints > 1;
	uint64_t bits = EVIDENCE_OR_0(row, SYN_CHANGED);

	story_what(story, "New connections from this address are refused: each reuses a source "
		   "port whose old connection still waits here in TIME_WAIT, with a timestamp that "
		   "went backwards.");
	advice_sequel(row, story);
	advice_hanging(row, story);
	stamps(row, story, "TIME_WAIT");
	without_timestamps(row, story);
	changed(row, story);
	advice_hosts(row, story);
	nat_rest(story);
	if (several || bits)
		story_remedy(story, WHERE_CLIENTS, "sysctl -w net.ipv4.tcp_timestamps=0",
			     "no full cure: without timestamps the sequence number decides, and "
			     "about half of such SYNs are still refused; 2 (no random offset) does "
			     "not help here, since each host counts from its own boot");
	else
		story_remedy(story, WHERE_CLIENTS, "sysctl -w net.ipv4.tcp_timestamps=2",
			     "one Linux host behind the NAT: no random offset, so that its clock "
			     "never goes backwards from one connection to the next; several hosts "
			     "have a clock each, and then it does not help");
	story_remedy(story, WHERE_HERE, NULL, "let the client close first: the side that closes "
					      "first "
		     "holds TIME_WAIT (HTTP: keep idle connections open for longer than the "
		     "clients do)");
	story_remedy(story, WHERE_HERE, NULL, "no sysctl shortens TIME_WAIT, and "
					      "net.ipv4.tcp_tw_reuse "
		     "concerns only connections that this host opens");
	story_see_flags(story, row, "syn", false);
	story_see_flags(story, row, "rst", false);
}

static void one_tuple(const struct row *row, struct story *story)
{
	char command[80];

	stamps(row, story, "the connection");
	sequence(row, story);
	advice_hosts(row, story);
	snprintf(command, sizeof(command), "conntrack -L -p tcp --reply-port-dst %u", row->rport);
	story_remedy(story, WHERE_NAT, row->has & ROW_HAS_RPORT ? command : NULL,
		     "look for two hosts on one address and port: two NATs in a row, or a pair "
		     "that "
		     "fails over, may hand out the same one twice");
	story_remedy(story, WHERE_PATH, NULL, "a proxy, load balancer or accelerator that rewrites "
					      "or "
		     "answers for the peer: capture on both sides of it and compare the TSval of "
		     "one sequence number");
	story_remedy(story, "on the peer", "sysctl -w net.ipv4.tcp_timestamps=0",
		     "a test: without timestamps there is no PAWS; if that helps, the clock is to "
		     "blame (a machine that was migrated or resumed can go back, too)");
	story_see(story, "nstat -az TcpExtPAWSEstab");
}

static void see_ports(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE];

	format_address(&row->peer, address);
	if (row->has & ROW_HAS_RPORT && row->rport)
		story_see(story, "tcpdump -nnvi any 'host %s and tcp port "
				 "%u'", address, row->rport);
	else
		story_see(story, "tcpdump -nnvi any 'tcp and host %s'", address);
}

static void established(const struct row *row, struct story *story)
{
	story_what(story, "A segment of a live connection was thrown away since its timestamp is "
		   "older than the latest one (PAWS), and it carried new data or was seconds "
		   "behind, which reordering does not explain. Its sender has to repeat it, and "
		   "stalls if every repetition has the older clock.");
	one_tuple(row, story);
	see_ports(row, story);
}

static void handshake(const struct row *row, struct story *story)
{
	story_what(story, "The handshake stalls: after the SYN came a segment of the same ports "
			  "with "
		   "an older timestamp, and was thrown away (PAWS). The connection opens only when "
		   "the peer sends one that is not older.");
	one_tuple(row, story);
	story_see_flags(story, row, "syn", true);
}

static void stale(const struct row *row, struct story *story)
{
	story_what(story, "Segments from this address came late, after newer ones: acknowledgments "
		   "that were out of date, or data that was here already. They were thrown away, "
		   "as "
		   "they should be, and nobody lost anything.");
	stamps(row, story, "the connection");
	sequence(row, story);
	story_remedy(story, WHERE_PATH, NULL, "nothing to do; many of them say that the path "
					      "reorders "
		     "packets (bonding in balance-rr, per-packet load sharing, several receive "
		     "queues): 'nstat -az TcpExtTCPDSACKRecv TcpExtTCPSACKReorder' tells more");
	see_ports(row, story);
}

static void line_stamps(const struct row *row, struct line *line, const char *segment)
{
	uint64_t tsval, recent;

	if (EVIDENCE(row, TSVAL, &tsval) && EVIDENCE(row, TS_RECENT, &recent))
		line_add(line, "%s tsval %" PRIu64 " behind %" PRIu64, segment, tsval, recent);
	else
		line_add(line, "%s with a timestamp that went backwards", segment);
}

static void line_timewait(const struct row *row, struct line *line)
{
	uint64_t changed = EVIDENCE_OR_0(row, SYN_CHANGED);
	char buf[FORMAT_SIZE];

	line_stamps(row, line, "SYN");
	if (row->has & ROW_HAS_CLOCKS && row->clocks > 1)
		line_add(line, "%s%u clocks", row->clocks >= 8 ? ">=" : "", row->clocks);
	line_sequel(row, line);
	if (changed)
		line_add(line, "SYN differs in %s", format_syn_changed(changed, buf));
}

static void line_segment(const struct row *row, struct line *line)
{
	uint64_t seq, end, expected, state;
	char buf[NAME_SIZE];

	line_stamps(row, line, "segment");
	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) &&
	    EVIDENCE(row, RCV_NXT, &expected) && (int32_t)(end - expected) > 0)
		line_add(line, "%u new bytes lost", (uint32_t)(end - expected));
	if (EVIDENCE(row, STATE, &state))
		line_add(line, "in %s", name_tcp_state(state, buf));
}

static void line_stale(const struct row *row, struct line *line)
{
	line_stamps(row, line, "late segment");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_PAWS_ESTABLISHED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "paws-established",
		.brief = "a segment with data was dropped: its timestamp is older than the latest",
		.what = "A segment of a live connection was thrown away because its timestamp is "
			"older than the latest one accepted (PAWS, RFC 7323 section 5), and it "
			"carried new data or was seconds behind.",
		.proof = "The kernel's own PAWS test on the connection's own ts_recent, for a "
			 "segment with a good checksum that reaches beyond rcv_nxt or is seconds "
			 "behind.",
		.mistaken = "Reordering on the path also makes PAWS drop segments, hundreds of "
			    "them; those are old acknowledgments and repeated data some "
			    "milliseconds behind, and are counted as paws-stale.",
		.evidence = "tsval, ts_recent, ts_behind, state, seq, end_seq, rcv_nxt",
		.remedy = "Find what gives one connection two clocks: a NAT that lets two hosts "
			  "share one address and port, a middlebox that rewrites timestamps, or a "
			  "host whose clock jumped (migration, resume).",
		.counter = "TcpExtPAWSEstab",
		.opener = WAY_IN,
		.line = line_segment,
		.tell = established,
	},
	{
		.id = TCPWHY_CAUSE_PAWS_HANDSHAKE,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "paws-handshake",
		.brief = "the handshake stalls: a segment with an older timestamp than the SYN",
		.what = "During the handshake, a segment (the final ACK or a repeated SYN) was "
			"thrown away because its timestamp is older than that of the SYN.",
		.proof = "The kernel's own PAWS test on the pending request, for a segment with a "
			 "good checksum.",
		.mistaken = "A final ACK that is lost on the path: nothing arrives here then, and "
			    "the SYN-ACK is repeated.",
		.evidence = "tsval, ts_recent, ts_behind, state, seq, end_seq, rcv_nxt",
		.remedy = "As for paws-established: two hosts share one address and port behind a "
			  "NAT, or a middlebox answers in the peer's name with a clock of its own.",
		.counter = "TcpExtPAWSEstab",
		.opener = WAY_IN,
		.line = line_segment,
		.tell = handshake,
	},
	{
		.id = TCPWHY_CAUSE_PAWS_TIMEWAIT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "paws-timewait",
		.brief = "a SYN was refused: it met TIME_WAIT with an older timestamp",
		.what = "A new connection was refused: its SYN comes from the address and port of "
			"an earlier connection that still waits here in TIME_WAIT, with an older "
			"timestamp than that one's last. Typical for several hosts behind one NAT "
			"whose ports come round within a minute.",
		.proof = "The SYN (good checksum) met that very TIME_WAIT socket, and the kernel's "
			 "own test on it refused the SYN.",
		.forgeable = "That the SYN was refused is a fact; who sent it is not: anyone "
			     "can write that source address.",
		.mistaken = "A SYN that meets TIME_WAIT with a newer timestamp or a higher "
			    "sequence "
			    "number opens a connection at once (RFC 6191) and is not counted. A "
			    "backlog that is full drops SYNs whatever their timestamp.",
		.evidence = "tsval, ts_recent, ts_behind, seq, rcv_nxt, tw_age_ms, syn_changed, "
			    "ttl, "
			    "ttl_before, attempts, got_in, late_mean_ms, late_max_ms, "
			    "cleared_by_rst",
		.remedy = "Keep a source port at rest on the NAT for longer than the 60 s of "
			  "TIME_WAIT; let the client close first; look after the RST that lets the "
			  "repeated SYN in (tcp_rfc1337, firewalls).",
		.counter = "TcpExtPAWSEstab (TcpExtPAWSTimewait where the kernel has it)",
		.opener = WAY_IN,
		.line = line_timewait,
		.tell = timewait,
	},
	{
		.id = TCPWHY_CAUSE_PAWS_STALE,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "paws-stale",
		.brief = "an old segment came late and was dropped, as it should be",
		.what = "A segment that came late (an old acknowledgment, or data that was here "
			"already) was thrown away, as it should be.",
		.proof = "The kernel's own PAWS test, for a segment without new data and not far "
			 "behind.",
		.mistaken = "paws-established, where somebody loses data.",
		.evidence = "tsval, ts_recent, ts_behind, state, seq, end_seq, rcv_nxt",
		.remedy = "None needed. Many of them say that the path reorders packets.",
		.counter = "TcpExtPAWSEstab (TcpExtPAWSOldAck where the kernel has it)",
		.opener = WAY_IN,
		.line = line_stale,
		.tell = stale,
	},
};

FAMILY(paws);
