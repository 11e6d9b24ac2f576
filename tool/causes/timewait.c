// SPDX-License-Identifier: GPL-2.0
/* TIME_WAIT: what it refuses, what it lacks, and what ends it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "causes.h"
#include "line.h"

/* A TIME_WAIT socket takes about 256 bytes of kernel memory (struct tcp_timewait_sock). */
#define TIMEWAIT_BYTES 256

static void refused_syn(const struct row *row, struct story *story)
{
	char ports[FORMAT_SIZE], age_text[FORMAT_SIZE];
	uint64_t seq, expected, age;

	story_what(story, "New connections from this address are refused: each reuses a source "
		   "port whose old connection still waits here in TIME_WAIT, without a timestamp "
		   "that would tell the two apart, and with a sequence number that is not beyond "
		   "the old one.");
	advice_sequel(row, story);
	advice_hanging(row, story);
	format_ports(row, ports);
	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected))
		story_evidence(story, "%s  SYN with sequence number %" PRIu64 ", TIME_WAIT expects "
			       "more than %" PRIu64 " (%u behind)", ports, seq, expected,
			       (uint32_t)(expected - seq));
	if (EVIDENCE(row, TW_AGE, &age))
		story_evidence(story, "TIME_WAIT %s old", format_ms(age, age_text));
	advice_hosts(row, story);
	story_remedy(story, WHERE_CLIENTS, "sysctl -w net.ipv4.tcp_timestamps=1",
		     "with timestamps a host's next connection is told from its last one (Windows: "
		     "netsh int tcp set global timestamps=enabled)");
	story_remedy(story, WHERE_HERE, "sysctl net.ipv4.tcp_timestamps",
		     "must not be 0 here either; if both ends have them on, something on the path "
		     "strips the option");
	story_remedy(story, WHERE_CLIENTS, "sysctl -w net.ipv4.ip_local_port_range='1024 65535'",
		     "more ports, so that one comes round later; on a NAT a port must rest for "
		     "longer than 60 s");
	story_remedy(story, WHERE_HERE, NULL, "let the client close first: the side that closes "
					      "first "
		     "holds TIME_WAIT");
	story_see_flags(story, row, "syn", false);
	story_see_flags(story, row, "rst", false);
}

static void overflow(const struct row *row, struct story *story)
{
	uint64_t count = 0, limit = 0, wanted = 262144;
	char ports[FORMAT_SIZE], command[80], memory[FORMAT_SIZE];

	story_what(story, "A connection with this address was closed without TIME_WAIT, since this "
		   "host holds as many of them as net.ipv4.tcp_max_tw_buckets allows. If the last "
		   "ACK is lost, the peer's repeated FIN is answered by a RST, and late segments "
		   "may "
		   "meet a new connection of the same ports. The peer is the one it happened to, "
		   "not the one to blame: the table is shared by all.");
	EVIDENCE(row, TW_COUNT, &count);
	if (EVIDENCE(row, TW_LIMIT, &limit)) {
		story_evidence(story, "%s  %" PRIu64 " TIME_WAITs, limit %" PRIu64,
			       format_ports(row, ports), count, limit);
		/* room to grow, in steps that read as what they are */
		while (wanted < 2 * limit && wanted < 0x40000000)
			wanted *= 2;
	}
	snprintf(command, sizeof(command), "sysctl -w "
					   "net.ipv4.tcp_max_tw_buckets=%" PRIu64, wanted);
	story_remedy(story, WHERE_HERE, command, "raise the limit (at about %u bytes each, at most "
						 "%s); "
		     "it holds at once, for this network namespace", TIMEWAIT_BYTES,
		     format_bytes(wanted * TIMEWAIT_BYTES, memory));
	story_remedy(story, WHERE_HERE, NULL, "have fewer: keep connections alive for more than "
					      "one "
		     "request, and let the other side close first, which then holds TIME_WAIT");
	story_see(story, "ss -Htan state time-wait | wc -l");
	story_see(story, "ss -Htan state time-wait | awk '{print $4}' | sort | uniq -c | sort -rn "
			 "| head");
	story_see(story, "nstat -az TcpExtTCPTimeWaitOverflow");
}

static void killed(const struct row *row, struct story *story)
{
	char ports[FORMAT_SIZE], age_text[FORMAT_SIZE];
	uint64_t age;

	story_what(story, "A RST from this address ended a TIME_WAIT here before its time (RFC "
			  "1337). "
		   "Late segments of the old connection can then meet a new one of the same ports. "
		   "Often this is a peer that aborts what it has closed already, and harmless.");
	if (EVIDENCE(row, TW_AGE, &age))
		story_evidence(story, "%s  the TIME_WAIT was %s old (it lasts 60 s)",
			       format_ports(row, ports), format_ms(age, age_text));
	else
		story_evidence(story, "%s", format_ports(row, ports));
	story_remedy(story, WHERE_PEER, NULL, "a program that closes with unread data, or with "
		     "SO_LINGER 0, sends such a RST");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_rfc1337=1",
		     "ignores RSTs in TIME_WAIT; not where 'paws-timewait' or "
		     "'timewait-refused-syn' is seen: a client that was refused gets in by this "
		     "very "
		     "RST, and would hang");
	story_see_flags(story, row, "rst", false);
}

static void line_refused_syn(const struct row *row, struct line *line)
{
	uint64_t seq, expected, age;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected))
		line_add(line, "SYN seq %" PRIu64 " not beyond %" PRIu64, seq, expected);
	else
		line_add(line, "SYN not beyond the old connection");
	if (EVIDENCE(row, TW_AGE, &age))
		line_add(line, "TIME_WAIT %s old", format_ms(age, buf));
	line_sequel(row, line);
}

static void line_overflow(const struct row *row, struct line *line)
{
	uint64_t count, limit;

	if (EVIDENCE(row, TW_COUNT, &count) && EVIDENCE(row, TW_LIMIT, &limit))
		line_add(line, "TIME_WAIT table full: %" PRIu64 " of %" PRIu64, count, limit);
	else
		line_add(line, "TIME_WAIT table full");
}

static void line_killed(const struct row *row, struct line *line)
{
	uint64_t age;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, TW_AGE, &age))
		line_add(line, "RST ended TIME_WAIT after %s", format_ms(age, buf));
	else
		line_add(line, "RST ended TIME_WAIT early");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "timewait-refused-syn",
		.brief = "a SYN was refused: it met TIME_WAIT, and its sequence number is older",
		.what = "A new connection was refused: its SYN met the TIME_WAIT of an earlier "
			"connection of the same ports, there is no timestamp to tell the two "
			"apart, and its sequence number is not beyond the old one's.",
		.proof = "The SYN (good checksum) met that very TIME_WAIT socket, and the kernel's "
			 "own test on it refused the SYN.",
		.forgeable = "That the SYN was refused is a fact; who sent it is not: anyone "
			     "can write that source address.",
		.mistaken = "paws-timewait, where a timestamp is the reason.",
		.evidence = "seq, rcv_nxt, tw_age_ms, attempts, got_in, late_mean_ms, late_max_ms, "
			    "cleared_by_rst",
		.remedy = "Timestamps on at both ends (net.ipv4.tcp_timestamps=1); a client or NAT "
			  "that reuses its ports more slowly; let the client close first.",
		.opener = WAY_IN,
		.line = line_refused_syn,
		.tell = refused_syn,
	},
	{
		.id = TCPWHY_CAUSE_TIMEWAIT_OVERFLOW,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "timewait-overflow",
		.brief = "closed without TIME_WAIT: tcp_max_tw_buckets is reached",
		.what = "A connection was closed without the TIME_WAIT it should have had, since "
			"this host holds net.ipv4.tcp_max_tw_buckets of them already.",
		.proof = "The close reached TIME_WAIT and no such socket was made, with the table "
			 "at its limit.",
		.mistaken = "An ordinary close; SO_LINGER 0 or a disconnect, which skip TIME_WAIT "
			    "on purpose and send a RST.",
		.evidence = "tw_count, tw_limit",
		.remedy = "Raise net.ipv4.tcp_max_tw_buckets; keep connections alive for longer; "
			  "let the other side close first.",
		.counter = "TcpExtTCPTimeWaitOverflow",
		.opener = WAY_IN,
		.line = line_overflow,
		.tell = overflow,
	},
	{
		.id = TCPWHY_CAUSE_TIMEWAIT_KILLED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "timewait-killed",
		.brief = "a RST ended TIME_WAIT early",
		.what = "A RST that fits the window ended a TIME_WAIT before its time (RFC 1337, "
			"TIME-WAIT assassination), so late segments of the old connection may meet "
			"a new one of the same ports.",
		.proof = "The RST (good checksum) met the TIME_WAIT socket within its window, and "
			 "the socket is gone; no refused SYN of this peer came before it.",
		.mistaken = "The end of TIME_WAIT after 60 s; the RST of a client that was refused "
			    "(paws-timewait), which helps that client.",
		.evidence = "tw_age_ms",
		.remedy = "net.ipv4.tcp_rfc1337=1 ignores such RSTs, at a price: clients that were "
			  "refused by TIME_WAIT then hang instead of getting in at the second try.",
		.opener = WAY_IN,
		.line = line_killed,
		.tell = killed,
	},
};

FAMILY(timewait);
