// SPDX-License-Identifier: GPL-2.0
/* RSTs by which this side ends a connection of its own: a program, or a time limit. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "kernel.h"
#include "line.h"
#include "parts.h"

#define TWO_MINUTES 120000	/* ms */

#define FIN_WAIT2 5

/* Which program sets the option, and where: no tool shows it after the fact. */
static void find_call(const struct row *row, struct story *story, const char *calls,
		      const char *what)
{
	char command[128];
	uint64_t pid;

	if (EVIDENCE(row, PID, &pid) && kernel_process(pid, row->last)) {
		snprintf(command, sizeof(command), "strace -f -tt -e trace=%s -p %" PRIu64, calls,
			 pid);
		story_remedy(story, WHERE_HERE, command, "%s", what);
	}
	advice_find_process(row, story);
}

static void unread_data(const struct row *row, struct story *story)
{
	char actor[ACTOR_SIZE];

	story_what(story, "The connection was closed here by %s with received data that it had not "
		   "read, so TCP sent a RST in place of a FIN (RFC 2525, 2.17). The peer sees "
		   "\"Connection reset by peer\", and may lose even an answer that was sent to it "
		   "before.", advice_actor(row, actor));
	advice_lost(row, story);
	advice_connection(row, story);
	story_remedy(story, WHERE_PROGRAM, NULL, "read to the peer's end of file before close(); "
		     "to refuse a request, shutdown(SHUT_WR), read on for a moment, then close "
		     "(nginx: lingering_close always)");
	find_call(row, story, "close,shutdown,exit_group,kill",
		  "how it closes; a program that is killed, or crashes, closes like this too");
	story_see_flags(story, row, "rst", true);
	story_see(story, "nstat -az TcpExtTCPAbortOnClose");
}

static void linger0(const struct row *row, struct story *story)
{
	char actor[ACTOR_SIZE];

	story_what(story, "The connection was closed here by %s in a way that asks for a RST in "
		   "place of an orderly close: SO_LINGER with a time of 0, or TCP_LINGER2 below "
		   "0. Often this is on purpose (health checks, load balancers), and the peer "
		   "sees \"Connection reset by peer\".", advice_actor(row, actor));
	advice_lost(row, story);
	advice_connection(row, story);
	story_remedy(story, WHERE_PROGRAM, NULL, "where the peer is to get all: do not set "
		     "SO_LINGER to 0 (Java: setSoLinger(true, 0); HAProxy: option nolinger; "
		     "nginx: reset_timedout_connection)");
	story_remedy(story, WHERE_PROGRAM, NULL, "if it is there to avoid TIME_WAIT: keep "
		     "connections for longer, or let the peer close first");
	find_call(row, story, "setsockopt,close", "the calls that do it");
	story_see_flags(story, row, "rst", true);
}

static void unanswered(const struct row *row, struct story *story)
{
	uint64_t probes;

	advice_lost(row, story);
	advice_connection(row, story);
	if (EVIDENCE(row, RETRIES, &probes))
		story_evidence(story, "%" PRIu64 " keepalive probe%s unanswered", probes,
			       probes == 1 ? "" : "s");
}

/* The peer is gone, or a box on the path is in the way: either shows elsewhere, too. */
static void find_peer(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];

	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "mtr -rwc 10 %s", address);
	story_remedy(story, WHERE_PATH, command, "is the peer there at all? One that was switched "
		     "off, sleeps, or has another address now is gone for good, and all is in "
		     "order here");
}

static void keepalive_timeout(const struct row *row, struct story *story)
{
	uint64_t idle;

	story_what(story, "The peer of an idle connection stopped answering: keepalive probes "
		   "stayed unanswered, and the connection was given up with a RST. The program "
		   "here gets ETIMEDOUT (\"Connection timed out\"); no data was under way.");
	unanswered(row, story);
	find_peer(row, story);
	/* who probes sooner than that has seen to it */
	if (EVIDENCE(row, IDLE, &idle) && idle >= TWO_MINUTES)
		advice_keepalive(story, "if the peer lives, and a box on the path forgets idle "
				 "connections: ", idle, 0);
	story_remedy(story, WHERE_HERE, "sysctl net.ipv4.tcp_keepalive_time "
		     "net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes",
		     "these say how soon a dead peer is noticed");
	story_see_connection(row, story);
}

static void user_timeout(const struct row *row, struct story *story)
{
	char host[HOST_SIZE], command[HOST_SIZE + 32];

	story_what(story, "The peer did not answer keepalive probes within the time that the "
		   "program here had set by TCP_USER_TIMEOUT, and the connection was given up "
		   "with a RST. The program gets ETIMEDOUT (\"Connection timed out\"); no data was "
		   "under way.");
	unanswered(row, story);
	find_peer(row, story);
	snprintf(command, sizeof(command), "ss -tnoep 'dst %s'", advice_host(row, host));
	story_remedy(story, WHERE_PROGRAM, command, "if the path has gaps of that length: a longer "
		     "TCP_USER_TIMEOUT; this shows the timers of the other connections");
	story_see_connection(row, story);
}

static void orphan_limit(const struct row *row, struct story *story)
{
	bool waited = EVIDENCE_OR_0(row, STATE) == FIN_WAIT2;

	if (waited)
		story_what(story, "A connection that its program had closed waited for the peer's "
			   "FIN longer than it may (net.ipv4.tcp_fin_timeout, or TCP_LINGER2), and "
			   "was thrown away with a RST.");
	else
		story_what(story, "A connection that its program had closed was still delivering "
			   "what it had to, and was thrown away with a RST: too many of its kind "
			   "(net.ipv4.tcp_max_orphans), or too little memory for TCP "
			   "(net.ipv4.tcp_mem).");
	advice_lost(row, story);
	advice_connection(row, story);
	if (waited)
		story_remedy(story, WHERE_PEER, NULL, "its program has seen our end of file and "
			     "does not close: a leak of connections there, or it still wants to "
			     "send");
	story_remedy(story, WHERE_HERE, "cat /proc/net/sockstat; sysctl net.ipv4.tcp_max_orphans "
		     "net.ipv4.tcp_mem", "'orphan' against the first, 'mem' (in pages) against the "
		     "three of the second");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_max_orphans="
		     "$((2 * $(sysctl -n net.ipv4.tcp_max_orphans)))",
		     "more room; each may hold some 64 KiB. Against a flood of clients that do not "
		     "read, fewer instead: net.ipv4.tcp_orphan_retries=3");
	story_remedy(story, WHERE_HERE, "sysctl net.ipv4.tcp_fin_timeout",
		     "how long one may wait for the peer's FIN");
	story_see(story, "nstat -az TcpExtTCPAbortOnMemory TcpExtTCPMemoryPressures");
}

static void listener_closed(const struct row *row, struct story *story)
{
	char actor[ACTOR_SIZE];

	story_what(story, "A listening socket was closed by %s while connections were waiting for "
		   "accept(): each was reset. Their clients were connected, and may have sent a "
		   "request that nobody will answer.", advice_actor(row, actor));
	advice_lost(row, story);
	advice_connection(row, story);
	story_remedy(story, WHERE_PROGRAM, NULL, "at a restart, hand the listening socket over "
		     "(systemd socket activation; nginx: reload, not restart), or accept what "
		     "waits before it is closed");
	/* Debian's 5.10 has the sysctl as well, and nothing in it looks at that */
	if (kernel_at_least(5, 14))
		story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_migrate_req=1", "with "
			     "SO_REUSEPORT, what waits goes to another listener of the port");
	else
		story_remedy(story, WHERE_HERE, NULL, "with SO_REUSEPORT, Linux 5.14 and newer hand "
			     "what waits to another listener of the port "
			     "(net.ipv4.tcp_migrate_req=1); this kernel does not");
	story_remedy(story, WHERE_PATH, NULL, "take the host out of the load balancer before the "
		     "restart");
	advice_find_process(row, story);
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void disconnect(const struct row *row, struct story *story)
{
	char actor[ACTOR_SIZE];

	story_what(story, "The connection was dissolved here by %s with connect(AF_UNSPEC), which "
		   "resets it and keeps the socket for another use. The peer sees \"Connection "
		   "reset by peer\".", advice_actor(row, actor));
	advice_lost(row, story);
	advice_connection(row, story);
	story_remedy(story, WHERE_PROGRAM, NULL, "where the peer is to get all: shutdown(), then "
		     "close(), and a new socket");
	find_call(row, story, "connect,close", "the calls that do it");
	story_see_flags(story, row, "rst", true);
}

/* Nobody outside did it, as far as that shows: mptcp_subflow_reset(), mptcp_check_fastclose(). */
static void by_mptcp(const struct row *row, struct story *story)
{
	story_what(story, "MPTCP itself reset one path of a connection: the other end had ended the whole "
		   "connection, the path's data did not fit, or it was not needed any more. Or somebody "
		   "ended it from outside (ss -K).");
	advice_lost(row, story);
	advice_connection(row, story);
	story_see(story, "nstat -az 'MPTcpExt*'");
	story_see_flags(story, row, "rst", true);
}

static void admin(const struct row *row, struct story *story)
{
	char actor[ACTOR_SIZE];

	if (advice_has_trait(row, TCPWHY_TRAIT_MPTCP) &&
	    row->confidence == TCPWHY_CONFIDENCE_POSSIBLE) {
		by_mptcp(row, story);
		return;
	}
	story_what(story, "The connection was ended from outside by %s (ss -K, or another user of "
		   "SOCK_DESTROY). The program that held it gets ECONNABORTED (\"Software caused "
		   "connection abort\"), and the peer \"Connection reset by peer\".",
		   advice_actor(row, actor));
	advice_lost(row, story);
	advice_connection(row, story);
	advice_find_process(row, story);
	story_remedy(story, WHERE_HERE, "grep -rsl -e 'ss .*-K' -e 'ss .*--kill' /etc /usr/local",
		     "on purpose, as a rule: ask who did it, or which script");
	story_see_flags(story, row, "rst", true);
}

static void part_probes(const struct row *row, struct line *line)
{
	uint64_t value;

	if (EVIDENCE(row, RETRIES, &value))
		line_add(line, "%" PRIu64 " probe%s unanswered", value, value == 1 ? "" : "s");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_RST_UNREAD_DATA,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-unread-data",
		.brief = "we reset: a program closed with data that it had not read",
		.what = "A program here closed a connection with received data that it had not "
			"read, so TCP sent a RST instead of a FIN (RFC 2525, 2.17). That data is "
			"lost, and the peer may lose even an answer that it was sent before.",
		.proof = "The socket at the time of the RST: closed by its last holder, with bytes "
			 "between what was received and what was read.",
		.mistaken = "rst-linger0, where the program asked for a RST; unread data does not "
			    "matter to connect(AF_UNSPEC) (rst-disconnect).",
		.evidence = SHOWS_PROCESS ", " SHOWS_CONNECTION,
		.remedy = "The program: read to the end before close(); to refuse a request, "
			  "shutdown(SHUT_WR), read on for a moment, then close (a lingering "
			  "close). A program that is killed closes like this, too.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnClose",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "closed with data unread",
		.parts = { part_unread, part_process, part_bytes, part_unacked },
		.tell = unread_data,
	},
	{
		.id = TCPWHY_CAUSE_RST_LINGER0,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-linger0",
		.brief = "we reset: a program closed with SO_LINGER 0, or TCP_LINGER2 below 0",
		.what = "A program here asked for a RST in place of an orderly close (SO_LINGER "
			"with a time of 0, or TCP_LINGER2 below 0). What it had written and the "
			"peer had not acknowledged is lost.",
		.proof = "The socket at the time of the RST: closed by its last holder, with "
			 "nothing unread and that option set.",
		.mistaken = "rst-unread-data: with data unread, close() resets whatever the "
			    "option says, and is named so.",
		.evidence = SHOWS_PROCESS ", " SHOWS_CONNECTION,
		.remedy = "The program: do not set SO_LINGER to 0 where the peer is to get all; "
			  "against too many TIME_WAITs keep connections for longer instead.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnData or TcpExtTCPAbortOnLinger",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "closed with SO_LINGER 0",
		.parts = { part_process, part_unacked, part_bytes },
		.tell = linger0,
	},
	{
		.id = TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-keepalive-timeout",
		.brief = "we reset: keepalive probes stayed unanswered",
		.what = "The peer of an idle connection did not answer the keepalive probes, so "
			"it was given up; the program here gets ETIMEDOUT. The peer is gone, or "
			"the path to it.",
		.proof = "The keepalive timer itself sent the RST, with its probes unanswered.",
		.mistaken = "timeout-retransmit, where data was under way.",
		.evidence = "cgroup, " SHOWS_CONNECTION ", retries",
		.remedy = "Nothing here if the peer is gone. If it lives, a box on the path forgot "
			  "the connection: probe more often (net.ipv4.tcp_keepalive_time "
			  "and tcp_keepalive_intvl; TCP_KEEPIDLE and TCP_KEEPINTVL).",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnTimeout",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "peer silent",
		.parts = { part_probes, part_idle, part_bytes },
		.tell = keepalive_timeout,
	},
	{
		.id = TCPWHY_CAUSE_RST_USER_TIMEOUT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-user-timeout",
		.brief = "we reset: probes unanswered for as long as TCP_USER_TIMEOUT allows",
		.what = "The peer did not answer keepalive probes within the time that the "
			"program had set with TCP_USER_TIMEOUT, so the connection was given up; "
			"the program gets ETIMEDOUT.",
		.proof = "The keepalive timer itself sent the RST, by that option's time.",
		.mistaken = "rst-keepalive-timeout, where the number of probes decides; "
			    "timeout-retransmit, where data was under way.",
		.evidence = "cgroup, " SHOWS_CONNECTION ", retries",
		.remedy = "The program: a longer TCP_USER_TIMEOUT, if the path has gaps of that "
			  "length; else look for the peer.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnTimeout",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "peer silent for TCP_USER_TIMEOUT",
		.parts = { part_probes, part_idle, part_bytes },
		.tell = user_timeout,
	},
	{
		.id = TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-orphan-limit",
		.brief = "we reset: a connection that no program holds was thrown away",
		.what = "A connection that its program had closed was still delivering, or "
			"waiting for the peer, and was thrown away: too many such orphans, too "
			"little TCP memory, or FIN_WAIT2 had lasted long enough. What was not "
			"acknowledged is lost.",
		.proof = "The socket at the time of the RST: held by no program, and dissolved by "
			 "a timer or at the close itself.",
		.mistaken = "rst-linger0 and rst-unread-data, where the program's way to close is "
			    "the reason.",
		.evidence = SHOWS_PROCESS ", " SHOWS_CONNECTION,
		.remedy = "More room: net.ipv4.tcp_max_orphans, net.ipv4.tcp_mem; fewer orphans: "
			  "net.ipv4.tcp_orphan_retries, net.ipv4.tcp_fin_timeout.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnMemory",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "orphan thrown away",
		.parts = { part_state, part_unacked, part_process, part_bytes },
		.tell = orphan_limit,
	},
	{
		.id = TCPWHY_CAUSE_RST_LISTENER_CLOSED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-listener-closed",
		.brief = "we reset: a listener was closed with connections nobody had accepted",
		.what = "A program closed its listening socket while finished connections waited "
			"in the accept queue: each was reset, with all that its client had sent.",
		.proof = "The socket at the time of the RST: established, and never handed to a "
			 "program.",
		.mistaken = "rst-port-closed, where the client comes after the listener is gone.",
		.evidence = SHOWS_PROCESS ", " SHOWS_CONNECTION,
		.remedy = "Hand the listening socket over at a restart (systemd socket "
			  "activation, SO_REUSEPORT with net.ipv4.tcp_migrate_req=1 on Linux 5.14 "
			  "and newer); take the host out of the load balancer first; accept faster.",
		.counter = "TcpOutRsts",
		.opener = WAY_IN,
		.direction = "sent",
		.gist = "listener closed before accept()",
		.parts = { part_process, part_unread, part_bytes },
		.tell = listener_closed,
	},
	{
		.id = TCPWHY_CAUSE_RST_DISCONNECT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-disconnect",
		.brief = "we reset: a program dissolved the connection with connect(AF_UNSPEC)",
		.what = "A program here dissolved its connection with connect(AF_UNSPEC), which "
			"resets it and keeps the socket. What was not acknowledged or not read is "
			"lost.",
		.proof = "The socket at the time of the RST: still held by its program.",
		.mistaken = "rst-linger0 and rst-unread-data, where the socket is closed.",
		.evidence = SHOWS_PROCESS ", " SHOWS_CONNECTION,
		.remedy = "The program: shutdown() and close(), where the peer is to get all.",
		.counter = "TcpOutRsts",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "connect(AF_UNSPEC)",
		.parts = { part_process, part_unacked, part_unread, part_bytes },
		.tell = disconnect,
	},
	{
		.id = TCPWHY_CAUSE_RST_ADMIN,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-admin",
		.brief = "we reset: an administrator ended the connection (ss -K)",
		.what = "Somebody with the right to do so ended the connection from outside the "
			"program that held it (ss -K, or another user of SOCK_DESTROY). That "
			"program gets ECONNABORTED.",
		.proof = "The caller of the RST, or a live socket that was reset and neither "
			 "closed nor timed out.",
		.mistaken = "A killed program, whose connections are closed for it.",
		.evidence = SHOWS_PROCESS ", " SHOWS_CONNECTION,
		.remedy = "On purpose, as a rule: ask who did it. The process is the one that "
			  "asked for it.",
		.counter = "TcpOutRsts",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "ended from outside",
		.parts = { part_process, part_phase, part_bytes },
		.tell = admin,
	},
};

FAMILY(reset_program);
