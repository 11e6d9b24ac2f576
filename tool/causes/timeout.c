// SPDX-License-Identifier: GPL-2.0
/* Connections that ended without a RST: nobody answered. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"
#include "parts.h"

static void retries(const struct row *row, struct story *story, const char *what)
{
	uint64_t count;

	if (EVIDENCE(row, RETRIES, &count))
		story_evidence(story, "%s was repeated %" PRIu64 " time%s without an answer", what,
			       count, count == 1 ? "" : "s");
}

static void retransmit(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 48];

	story_what(story, "What was sent to this peer stayed unacknowledged through all "
		   "repetitions, and the connection was given up without telling it: the "
		   "program here gets ETIMEDOUT (\"Connection timed out\"), and the peer's may "
		   "hold the connection for open. The peer is gone, or the path to it or back.");
	advice_lost(row, story);
	advice_connection(row, story);
	retries(row, story, "the oldest segment");
	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "mtr -rwc 10 %s", address);
	story_remedy(story, WHERE_PATH, command, "is the peer there, and where do packets vanish?");
	snprintf(command, sizeof(command), "ping -c 3 -M do -s %u %s",
		 row->peer.size == 4 ? 1472 : 1452, address);
	story_remedy(story, WHERE_PATH, command, "if this fails and a plain ping does not, large "
		     "packets vanish (a path MTU black hole)");
	if (EVIDENCE_OR_0(row, PHASE) == TCPWHY_PHASE_OPEN)
		story_remedy(story, WHERE_PATH, NULL, "was it silent for long before that? Then a NAT, "
			     "firewall or balancer may have forgotten it, and drops what comes later. TCP's "
			     "keepalive holds it, if its times (net.ipv4.tcp_keepalive_time, _intvl) are "
			     "shorter than that box's limit");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_retries2=8",
		     "notice after some 100 s in place of some 15 min (15, the default); a program "
		     "sets its own time by TCP_USER_TIMEOUT");
	story_see_connection(row, story);
}

/* Who gave up, for the end of a sentence. */
static const char *given_up(const struct row *row, char buf[ACTOR_SIZE + 48])
{
	char actor[ACTOR_SIZE];

	if (!(EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_ABANDONED))
		return "the connect was given up (ETIMEDOUT, \"Connection timed out\")";
	snprintf(buf, ACTOR_SIZE + 48, "%s lost patience before the kernel did",
		 advice_actor(row, actor));
	return buf;
}

static void what_happened(const struct row *row, struct story *story)
{
	uint64_t dropped = EVIDENCE_OR_0(row, DROPPED_HERE), unsent = EVIDENCE_OR_0(row, UNSENT);
	char port[PORT_SIZE], who[ACTOR_SIZE + 48];

	advice_port(row->rport, port);
	if (unsent)
		story_what(story, "SYNs to %s did not leave: this host dropped them itself, and %s. "
			   "Neither the peer nor the path has seen them.", port, given_up(row, who));
	else if (dropped)
		story_what(story, "Our SYNs to %s were answered, but this host dropped the answers, "
			   "and %s. The peer and the path are not to blame.", port,
			   given_up(row, who));
	else
		story_what(story, "None of our SYNs to %s was answered, and %s. Nothing is lost but "
			   "the attempt: the peer is down, the address is wrong, or a firewall drops "
			   "silently.", port, given_up(row, who));
}

static void how_many(const struct row *row, struct story *story)
{
	char waited[FORMAT_SIZE];
	uint64_t count;

	if (EVIDENCE(row, RETRIES, &count))
		story_evidence(story, "%" PRIu64 " SYN%s, the first and %" PRIu64 " repetition%s",
			       count + 1, count ? "s" : "", count, count == 1 ? "" : "s");
	if (EVIDENCE(row, IDLE, &count))
		story_evidence(story, "%s from the first SYN until it was given up",
			       format_idle(count, waited));
	if (EVIDENCE(row, UNSENT, &count))
		story_evidence(story, "%" PRIu64 " SYN%s dropped on this host, seen as the kernel "
			       "freed %s", count, count == 1 ? " was" : "s were",
			       count == 1 ? "it" : "them");
	if (EVIDENCE(row, DROPPED_HERE, &count))
		story_evidence(story, "%" PRIu64 " SYN-ACK%s to this connect %s dropped on this host",
			       count, count == 1 ? "" : "s", count == 1 ? "was" : "were");
}

static void own_firewall(const struct row *row, struct story *story, bool out)
{
	const char *family = row->peer.size == 4 ? "ip" : "ip6";
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 256];

	format_address(&row->peer, address);
	story_remedy(story, WHERE_HERE, "nft list ruleset", out ?
		     "a rule that drops in OUTPUT or POSTROUTING (`iptables -S` for old iptables)" :
		     "a rule that drops in PREROUTING or INPUT, such as `ct state invalid drop` "
		     "(`iptables -S` for old iptables)");
	snprintf(command, sizeof(command), "nft 'add table inet tcpwhy; add chain inet tcpwhy trace "
		 "{ type filter hook %s priority -500; }; add rule inet tcpwhy trace %s %s %s meta "
		 "nftrace set 1'", out ? "output" : "prerouting", family, out ? "daddr" : "saddr",
		 address);
	story_remedy(story, WHERE_HERE, command, "then `nft monitor trace` names the rule as it "
		     "drops ('nft delete table inet tcpwhy' undoes it)");
	story_remedy(story, WHERE_HERE, "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max",
		     "are they equal? Then conntrack's table is full (dmesg: \"table full, dropping "
		     "packet\"), and a larger nf_conntrack_max helps");
}

static void own_checksum(const struct row *row, struct story *story)
{
	(void)row;
	story_remedy(story, WHERE_PEER, "ethtool -K DEVICE tx off", "its network card, or the virtual "
		     "switch that it is on, is to fill in checksums and does not");
	story_remedy(story, WHERE_HERE, "nstat -asz TcpInCsumErrors", "counts them");
}

static void own_source(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];

	format_address(&row->peer, address);
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.conf.all.rp_filter=2",
		     "takes an answer by whatever interface it comes, if there is a route to its sender "
		     "at all (1: only by the interface that the route leads to)");
	snprintf(command, sizeof(command), "ip route get %s", address);
	story_remedy(story, WHERE_HERE, command, "the answer comes by another interface than this: "
		     "let the route lead there, or the peer's route lead here");
}

/* What this host dropped is not the path's fault, nor the peer's. */
static bool own_cures(const struct row *row, struct story *story)
{
	bool unsent = EVIDENCE_OR_0(row, UNSENT) > 0;

	if (!unsent && !EVIDENCE_OR_0(row, DROPPED_HERE))
		return false;
	switch (EVIDENCE_OR_0(row, DROP_REASON)) {
	case TCPWHY_DROP_REASON_FIREWALL:
		own_firewall(row, story, unsent);
		break;
	case TCPWHY_DROP_REASON_SOURCE:
		own_source(row, story);
		break;
	case TCPWHY_DROP_REASON_CHECKSUM:
		own_checksum(row, story);
		break;
	case TCPWHY_DROP_REASON_QUEUE:
		story_remedy(story, WHERE_HERE, "tc -s qdisc; tc -s filter show", "traffic control "
			     "or a device's queue drops: which counter grows?");
		break;
	case TCPWHY_DROP_REASON_NEIGHBOUR:
		story_remedy(story, WHERE_HERE, "ip neigh", "the next hop does not say its link "
			     "address (FAILED, INCOMPLETE), or the table is full (dmesg)");
		break;
	default:
		story_remedy(story, WHERE_HERE, "perf trace -e skb:kfree_skb", "where in the kernel "
			     "are they dropped? Policies of IPsec, a program of BPF, a security "
			     "module");
	}
	return true;
}

static void connecting(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];

	what_happened(row, story);
	if (!EVIDENCE_OR_0(row, UNSENT) && !EVIDENCE_OR_0(row, DROPPED_HERE))
		advice_syn(row, story);
	advice_segment(row, story);
	how_many(row, story);
	if (own_cures(row, story)) {
		story_see_flags(story, row, "syn|tcp-rst", true);
		return;
	}
	format_address(&row->peer, address);
	if (row->rport) {
		snprintf(command, sizeof(command), "mtr -rwc 10 -T -P %u %s", row->rport, address);
		story_remedy(story, WHERE_PATH, command, "how far SYNs to this very port get");
	}
	snprintf(command, sizeof(command), "ip route get %s", address);
	story_remedy(story, WHERE_HERE, command, "the route and the address that they leave from");
	story_remedy(story, WHERE_PEER, NULL, "does the SYN arrive (tcpdump as below, there)? If "
		     "so: its firewall, a full accept queue, or a way back that differs");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void part_repetitions(const struct row *row, struct line *line)
{
	uint64_t value;

	if (EVIDENCE(row, RETRIES, &value))
		line_add(line, "repeated %" PRIu64 " time%s", value, value == 1 ? "" : "s");
}

static void part_own_doing(const struct row *row, struct line *line)
{
	char reason[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, UNSENT, &value))
		line_add(line, "%" PRIu64 " dropped here (%s)", value,
			 name_drop_reason(EVIDENCE_OR_0(row, DROP_REASON), reason));
	if (EVIDENCE(row, DROPPED_HERE, &value))
		line_add(line, "%" PRIu64 " answer%s dropped here (%s)", value, value == 1 ? "" : "s",
			 name_drop_reason(EVIDENCE_OR_0(row, DROP_REASON), reason));
	if (EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_ABANDONED)
		line_add(line, "the program gave up");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_TIMEOUT_RETRANSMIT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "timeout-retransmit",
		.brief = "given up without a RST: what was sent stayed unacknowledged",
		.what = "What was sent stayed unacknowledged through all repetitions, and the "
			"connection was given up without telling the peer; the program gets "
			"ETIMEDOUT (or the network's last ICMP error).",
		.proof = "The retransmission timer closed the connection.",
		.mistaken = "rst-keepalive-timeout, where nothing was under way; a black hole "
			    "that swallows large segments only also ends like this.",
		.evidence = SHOWS_CONNECTION ", retries, cgroup",
		.remedy = "Find where packets to the peer vanish; notice sooner with "
			  "TCP_USER_TIMEOUT or net.ipv4.tcp_retries2.",
		.counter = "TcpExtTCPAbortOnTimeout",
		.opener = WAY_EITHER,
		.gist = "no acknowledgment",
		.parts = { part_repetitions, part_unacked, part_idle, part_bytes },
		.tell = retransmit,
	},
	{
		.id = TCPWHY_CAUSE_TIMEOUT_CONNECT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "timeout-connect",
		.brief = "given up without a RST: our SYNs stayed unanswered",
		.what = "connect() was given up, by the kernel or before that by its program: none "
			"of the SYNs to this peer was answered; or an answer came, or the SYN was "
			"to leave, and this host itself dropped it.",
		.proof = "The connection left SYN_SENT for CLOSE with its SYNs unanswered; where a "
			 "program abandons it, after a second or more and a repeated SYN. What this "
			 "host drops is seen as it frees the packet.",
		.mistaken = "peer-refused and refused-icmp, where something answers; rst-late-synack, "
			    "where the answer comes too late; an attempt by IPv6 that is dropped as "
			    "the one by IPv4 has won, or the reverse.",
		.evidence = "retries, idle_ms, traits, dropped_here, unsent, drop_reason",
		.remedy = "Is the host up, the address right, the port let through by the "
			  "firewalls on the path?",
		.counter = "TcpAttemptFails, TcpExtTCPAbortOnTimeout",
		.opener = WAY_OUT,
		.gist = "no answer to SYN",
		.parts = { part_remote_port, part_repetitions, part_idle, part_own_doing,
			   part_mptcp, part_fast_open, part_process },
		.idle_word = "in",
		.tell = connecting,
	},
};

FAMILY(timeout);
