// SPDX-License-Identifier: GPL-2.0
/* Local ports that are used up. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "causes.h"
#include "line.h"

static const char *host_port(const struct row *row, char buf[FORMAT_SIZE + 16])
{
	size_t len = strlen(advice_host(row, buf));

	if (row->has & ROW_HAS_RPORT && row->rport)
		snprintf(buf + len, FORMAT_SIZE + 16 - len, ":%u", row->rport);
	return buf;
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

static void line_exhaustion(const struct row *row, struct line *line)
{
	uint64_t waiting = EVIDENCE_OR_0(row, PORTS_TIMEWAIT), usable;
	uint64_t in_use = EVIDENCE_OR_0(row, PORTS_IN_USE);
	uint64_t failed = EVIDENCE_OR_0(row, CONNECTS_FAILED);
	uint64_t binds = EVIDENCE_OR_0(row, BINDS_FAILED);
	char to[16] = "";

	if (row->has & ROW_HAS_RPORT && row->rport)
		snprintf(to, sizeof(to), " towards :%u", row->rport);
	if (binds && !(row->has & ROW_HAS_RPORT && row->rport)) {
		line_add(line, "no free port, for others than connections");
	} else if (EVIDENCE(row, PORTS_USABLE, &usable)) {
		line_add(line, "%" PRIu64 " of %" PRIu64 " ports%s in TIME_WAIT", waiting, usable,
			 to);
		if (in_use)
			line_add(line, "%" PRIu64 " in use", in_use);
	} else {
		line_add(line, "no free port%s", to);
	}
	if (failed)
		line_add(line, "%" PRIu64 " connect%s failed", failed, failed == 1 ? "" : "s");
	if (binds)
		line_add(line, "bind() failed %" PRIu64 " time%s", binds, binds == 1 ? "" : "s");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_PORT_EXHAUSTION,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "port-exhaustion",
		.brief = "no local port left towards a server, or nearly so",
		.what = "This host is the client, and its local ports towards one remote address "
			"and port are used up, or nearly so (90 %): connect() fails with "
			"EADDRNOTAVAIL. Or bind() for any port found none and failed with "
			"EADDRINUSE; the peer is then who holds most of them.",
		.proof = "connect() or bind() failed for want of a port, or the sockets towards "
			 "that address and port were counted against "
			 "net.ipv4.ip_local_port_range.",
		.mistaken = "A limit on open files, a server that does not answer, or a service "
			    "that is started twice: bind() for a certain port that is in use.",
		.evidence = "ports_timewait, ports_in_use, ports_usable, connects_failed, "
			    "binds_failed, ports_taken",
		.remedy = "Reuse connections (a pool, keep-alive); net.ipv4.tcp_tw_reuse=1 with "
			  "timestamps; a wider ip_local_port_range; more addresses; for bind() "
			  "the socket option IP_BIND_ADDRESS_NO_PORT.",
		.opener = WAY_OUT,
		.line = line_exhaustion,
		.tell = port_exhaustion,
	},
};

FAMILY(ports);
