// SPDX-License-Identifier: GPL-2.0
/* RSTs by which TCP here answers a segment that it has no use for. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "names.h"

#define SYN_SENT 2

static void port_closed(const struct row *row, struct story *story)
{
	char command[FORMAT_SIZE], port[PORT_SIZE];

	if (advice_has_trait(row, TCPWHY_TRAIT_LISTENER_ELSEWHERE)) {
		advice_listener_elsewhere(row, story);
		return;
	}
	story_what(story, "A SYN came for %s, on which nobody listens here, and was answered "
		   "with a RST: the client sees \"Connection refused\". Nothing is lost but the "
		   "attempt.", advice_port(row->lport, port));
	advice_segment(row, story);
	story_remedy(story, WHERE_HERE, advice_listeners(row->lport, command),
		     "if a service should be there: is it running, and does it listen on this "
		     "address (127.0.0.1 alone serves nobody else) and family?");
	story_remedy(story, WHERE_PEER, NULL, "if none should: an old configuration, or a "
		     "scanner; against the latter there is nothing to do");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void accept_overflow(const struct row *row, struct story *story)
{
	uint64_t queued = 0, limit = 0, wanted = 4096;
	char command[FORMAT_SIZE], port[PORT_SIZE];

	story_what(story, "A client had finished its handshake with %s, but the program that "
		   "listens there is behind with accept(): the queue was full, and with "
		   "net.ipv4.tcp_abort_on_overflow=1 that means a RST. The client is connected "
		   "and reset at once; what it sent meanwhile is lost.",
		   advice_port(row->lport, port));
	advice_segment(row, story);
	if (EVIDENCE(row, BACKLOG, &queued) && EVIDENCE(row, BACKLOG_LIMIT, &limit))
		story_evidence(story, "%" PRIu64 " connections in the accept queue, room for %"
			       PRIu64, queued, limit);
	story_remedy(story, WHERE_HERE, advice_listeners(row->lport, command),
		     "the program, and its queue: Recv-Q waits, Send-Q is the room; a queue that "
		     "stays full says that the program is too slow or stuck");
	/* at least the default of Linux since 5.4, and more than there is */
	while (wanted < 2 * limit && wanted < 0x40000000)
		wanted *= 2;
	snprintf(command, sizeof(command), "sysctl -w net.core.somaxconn=%" PRIu64, wanted);
	story_remedy(story, WHERE_HERE, command, "more room, if bursts are the reason; the program "
		     "must ask for it in listen() (nginx: 'listen ... backlog=%" PRIu64 "') and "
		     "be restarted", wanted);
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_abort_on_overflow=0",
		     "the default: a client then repeats and waits in place of being reset");
	story_see(story, "nstat -az TcpExtListenOverflows TcpExtListenDrops");
}

static void late_synack(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32], late[FORMAT_SIZE];
	uint64_t after;

	story_what(story, "The peer accepted a connection whose program here had given up "
		   "waiting, and was answered with a RST: the connect failed although the peer "
		   "is there. No data was under way.");
	advice_segment(row, story);
	if (EVIDENCE(row, AFTER, &after))
		story_evidence(story, "the answer came %s after the program had given up",
			       format_ms(after, late));
	story_remedy(story, WHERE_PROGRAM, NULL, "a longer time limit for connect (curl: "
		     "--connect-timeout): a SYN that is lost costs 1 s, two of them 3 s, three "
		     "7 s");
	if (row->has & ROW_HAS_RPORT && row->rport) {
		format_address(&row->peer, address);
		snprintf(command, sizeof(command), "time nc -vzw 20 %s %u", address, row->rport);
		story_remedy(story, WHERE_HERE, command, "how long it takes; about 1, 3 or 7 s "
			     "say that packets are lost, anything else that the server or the "
			     "path is slow");
	}
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void data_after_close(const struct row *row, struct story *story)
{
	char bytes[FORMAT_SIZE];
	uint64_t seq, end;

	story_what(story, "The peer sent data on a connection that the program here had closed "
		   "already: nobody is left to read it, so it was answered with a RST. The "
		   "peer's program sees \"Connection reset by peer\" or \"Broken pipe\".");
	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) && seq != end)
		story_what(story, "%s of it are lost.", format_bytes((uint32_t)(end - seq), bytes));
	advice_lost(row, story);
	advice_connection(row, story);
	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end))
		story_evidence(story, "the segment: sequence number %" PRIu64 " to %" PRIu64, seq,
			       end);
	story_remedy(story, WHERE_PROGRAM, NULL, "close only after the peer has: "
		     "shutdown(SHUT_WR), read to the end, then close()");
	story_remedy(story, WHERE_HERE, NULL, "a server that ends idle connections: wait longer "
		     "than its clients or the load balancer before it do (nginx: "
		     "keepalive_timeout), so that no request meets a closed connection");
	story_see_connection(row, story);
}

static void unknown_connection(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 64];

	if (advice_has_trait(row, TCPWHY_TRAIT_ANSWERS_CONNECT)) {
		advice_answers_connect(row, story);
		return;
	}
	story_what(story, "A segment came for a connection that this host does not know, and was "
		   "answered with a RST: for the peer's program the connection ends here, with "
		   "all that it had under way. This host or its network namespace was restarted, "
		   "it took the address over from another one, it had given the connection up "
		   "long ago, or the segment is a stray. Or a NAT or load balancer between lost "
		   "track of the connection, and passed the segment on untranslated, or from "
		   "another port.");
	advice_segment(row, story);
	story_remedy(story, WHERE_HERE, "uptime -s; journalctl --list-boots | tail -3",
		     "was this host restarted, or the address moved to it? Then this ends by "
		     "itself when all peers have connected anew");
	story_remedy(story, WHERE_PATH, NULL, "several hosts behind one address: what spreads the "
		     "connections (load balancer, ECMP, anycast) must keep each one on its host");
	advice_nat_state(story);
	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "tcpwhy list -a --cause 'rst-*,timeout-*' --peer %s",
		 address);
	story_remedy(story, WHERE_HERE, command, "did connections of this peer die here before, "
		     "while it could not be reached?");
	story_see_connection(row, story);
}

static void timewait(const struct row *row, struct story *story)
{
	story_what(story, "A SYN met an earlier connection of the same ports that was closed here "
		   "and never by the peer, and still waits for its FIN (FIN_WAIT2). The RST ends "
		   "the old one and refuses the client once; its next try gets in. No data is "
		   "lost.");
	advice_segment(row, story);
	story_remedy(story, WHERE_CLIENTS, NULL, "a client that was restarted without closing, or "
		     "a NAT before it that gives a port to the next one too early");
	story_remedy(story, WHERE_NAT,
		     "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_fin_wait=120",
		     "let a port that is half closed rest (120 s is the default of Linux)");
	story_remedy(story, WHERE_HERE, "sysctl net.ipv4.tcp_fin_timeout",
		     "how long this side waits for the peer's FIN: 60 s by default; shorter makes "
		     "this rarer");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void bad_handshake(const struct row *row, struct story *story)
{
	if (EVIDENCE_OR_0(row, STATE) == SYN_SENT) {
		story_what(story, "Our SYN was answered by an acknowledgment of something else: "
			   "the peer still has an old connection of these ports. The RST clears it "
			   "there, and our next SYN gets in (RFC 9293, 3.5.1); the connect is "
			   "late, nothing is lost.");
		story_remedy(story, WHERE_HERE, "sysctl -w "
			     "net.ipv4.ip_local_port_range='1024 65535'",
			     "more local ports, so that one comes round later; a host that was "
			     "restarted begins anew, and there it ends by itself");
	} else {
		story_what(story, "During a handshake came a segment that does not fit it: an "
			   "acknowledgment of something never sent, or a second SYN. It was "
			   "answered with a RST, and the client has to connect anew; no data "
			   "was under way.");
		story_remedy(story, WHERE_PATH, NULL, "a box that mixes connections up (SYN proxy, "
			     "load balancer, NAT with two hosts on one port), or a host that "
			     "guesses: a scanner, or one in whose name others send SYNs");
	}
	advice_segment(row, story);
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void followup(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 64];
	char name[NAME_SIZE], ago[FORMAT_SIZE];
	uint64_t cause, after;

	story_what(story, "A segment of the peer came for a connection that had died here moments "
		   "before, and was answered with a RST: the sequel of that, by which nothing more "
		   "is lost.");
	advice_segment(row, story);
	if (EVIDENCE(row, AFTER, &after))
		story_evidence(story, "it had died %s before", format_ms(after, ago));
	if (!EVIDENCE(row, DIED_OF, &cause))
		return;
	story_evidence(story, "it died of %s", name_cause(cause, name));
	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "tcpwhy why %s --cause %s", address,
		 name_cause(cause, name));
	story_remedy(story, WHERE_HERE, command, "what it died of");
}

const struct teller advice_reset_sent[] = {
	{ TCPWHY_CAUSE_RST_PORT_CLOSED, port_closed },
	{ TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW, accept_overflow },
	{ TCPWHY_CAUSE_RST_LATE_SYNACK, late_synack },
	{ TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE, data_after_close },
	{ TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, unknown_connection },
	{ TCPWHY_CAUSE_RST_TIMEWAIT, timewait },
	{ TCPWHY_CAUSE_RST_BAD_HANDSHAKE, bad_handshake },
	{ TCPWHY_CAUSE_RST_FOLLOWUP, followup },
	{ 0 }
};
