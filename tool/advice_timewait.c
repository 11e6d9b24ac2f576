// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"

/* A TIME_WAIT socket takes about 256 bytes of kernel memory (struct tcp_timewait_sock). */
#define TIMEWAIT_BYTES 256

static const char *host_port(const struct row *row, char buf[FORMAT_SIZE + 16])
{
	size_t len = strlen(advice_host(row, buf));

	if (row->has & ROW_HAS_RPORT && row->rport)
		snprintf(buf + len, FORMAT_SIZE + 16 - len, ":%u", row->rport);
	return buf;
}

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

/* Where connections do not hold the ports, the finding is of the address that was to be bound. */
static bool is_of_connections(const struct row *row)
{
	return row->has & ROW_HAS_RPORT && row->rport;
}

static void bind_remedies(const struct row *row, bool connects_too, struct story *story)
{
	bool connections = is_of_connections(row);

	if (connections)
		story_remedy(story, WHERE_HERE, NULL, "have the program set "
			     "IP_BIND_ADDRESS_NO_PORT before bind(): then connect() chooses the "
			     "port, and the same one can serve several destinations (nginx with "
			     "proxy_bind and HAProxy with 'source' do so by themselves)");
	else
		story_remedy(story, WHERE_HERE, "ss -tanp", "find the program that holds them: "
			     "its sockets listen, or are bound and not connected; 'ss -tanpB' "
			     "shows the latter, from Linux 6.8 on");
	if (connects_too)
		return;
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.ip_local_port_range='1024 65535'",
		     "more ports; keep those of your own services out with "
		     "net.ipv4.ip_local_reserved_ports");
	story_remedy(story, WHERE_HERE, NULL, "more addresses to bind: each has the whole range%s",
		     connections ? "; fewer connections, by reusing them (tcp_tw_reuse is no help "
				   "to bind())" : "");
	story_see(story, "ss -Htan | awk '{print $1, $5}' | sort | uniq -c | sort -rn | head");
}

/* bind() takes a port from all destinations: who is named only holds most of them. */
static void bind_failed(const struct row *row, uint64_t binds, bool connects_too,
			struct story *story)
{
	uint64_t held = EVIDENCE_OR_0(row, PORTS_TIMEWAIT) + EVIDENCE_OR_0(row, PORTS_IN_USE);
	uint64_t taken = EVIDENCE_OR_0(row, PORTS_TAKEN), usable = EVIDENCE_OR_0(row, PORTS_USABLE);
	char to[FORMAT_SIZE + 16];

	host_port(row, to);
	story_what(story, "bind() failed %" PRIu64 " time%s with EADDRINUSE (\"Address already in "
		   "use\"): the program asked for any local port, and none was free.", binds,
		   binds == 1 ? "" : "s");
	if (is_of_connections(row))
		story_what(story, "A port that bind() gives out is taken from all destinations. "
			   "This is no fault of %s: it is named since more of the ports lead to "
			   "it than to anybody else.", to);
	else
		story_what(story, "Connections do not hold them: other sockets do, which listen, "
			   "or are bound and not connected. %s is the address that was to be "
			   "bound.", to);
	story_evidence(story, "%" PRIu64 " of %" PRIu64 " usable ports held by connections "
		       "(net.ipv4.ip_local_port_range without the reserved ones)", taken, usable);
	if (held)
		story_evidence(story, "%" PRIu64 " of them lead to %s: %" PRIu64 " in TIME_WAIT "
			       "and %" PRIu64 " in use", held, to,
			       EVIDENCE_OR_0(row, PORTS_TIMEWAIT),
			       EVIDENCE_OR_0(row, PORTS_IN_USE));
	bind_remedies(row, connects_too, story);
}

static void port_exhaustion(const struct row *row, struct story *story)
{
	uint64_t waiting = EVIDENCE_OR_0(row, PORTS_TIMEWAIT), usable = 0;
	uint64_t in_use = EVIDENCE_OR_0(row, PORTS_IN_USE);
	uint64_t failed = EVIDENCE_OR_0(row, CONNECTS_FAILED);
	uint64_t binds = EVIDENCE_OR_0(row, BINDS_FAILED);
	char to[FORMAT_SIZE + 16];

	if (binds)
		bind_failed(row, binds, failed, story);
	if (binds && !failed)
		return;
	host_port(row, to);
	EVIDENCE(row, PORTS_USABLE, &usable);
	story_what(story, "This host has used up its local ports towards %s%s.", to,
		   failed ? "" : ", or nearly so");
	if (failed)
		story_what(story, "%" PRIu64 " connect%s failed with EADDRNOTAVAIL (\"Cannot "
										     "assign "
			   "requested address\").", failed, failed == 1 ? "" : "s");
	if (waiting >= in_use && waiting)
		story_what(story, "Most of them wait in TIME_WAIT: many short connections are "
				  "opened, "
			   "and closed from here, within 60 s.");
	else if (in_use)
		story_what(story, "Most of them belong to live connections: a program opens more "
				  "than "
			   "it closes, or needs that many.");
	if (usable)
		story_evidence(story, "%" PRIu64 " ports in TIME_WAIT and %" PRIu64 " in use, of %"
			       PRIu64 " usable (net.ipv4.ip_local_port_range without the reserved "
			       "ones)", waiting, in_use, usable);
	story_remedy(story, WHERE_HERE, NULL, "reuse connections: a pool, HTTP keep-alive towards "
					      "the "
		     "upstream; this cures it, the rest only moves the limit");
	if (waiting >= in_use)
		story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_tw_reuse=1",
			     "%sa new connection may take a port from TIME_WAIT after one second; "
			     "needs timestamps at both ends (net.ipv4.tcp_timestamps=1)",
			     waiting ? "" : "if most wait in TIME_WAIT (first command below): ");
	else
		story_remedy(story, WHERE_HERE, "ss -tanp", "find the program that holds them; "
			     "tcp_tw_reuse does not help against live connections");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.ip_local_port_range='1024 65535'",
		     "more ports; keep those of your own services out with "
		     "net.ipv4.ip_local_reserved_ports");
	story_remedy(story, WHERE_HERE, NULL, "the limit is for each local address and remote "
					      "address "
		     "and port: more of either (a program that binds an address first should set "
		     "IP_BIND_ADDRESS_NO_PORT)");
	story_see(story, "ss -Htan state time-wait 'dst %s' | wc -l", to);
	story_see(story, "ss -Htan state connected exclude time-wait 'dst %s' | wc -l", to);
}

const struct teller advice_timewait[] = {
	{ TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN, refused_syn },
	{ TCPWHY_CAUSE_TIMEWAIT_OVERFLOW, overflow },
	{ TCPWHY_CAUSE_TIMEWAIT_KILLED, killed },
	{ TCPWHY_CAUSE_PORT_EXHAUSTION, port_exhaustion },
	{ 0 }
};
