// SPDX-License-Identifier: GPL-2.0
/* RSTs by which TCP here answers a segment that it has no use for. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"
#include "parts.h"

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

static void happy_eyeballs(const struct row *row, struct story *story)
{
	char late[FORMAT_SIZE];
	uint64_t after;

	story_what(
		story,
		"A program here called this address and another one at about the same time, took "
		"the one that answered first, and dropped this connect (happy eyeballs). The answer "
		"came later and was reset. Nothing is lost.");
	advice_segment(row, story);
	if (EVIDENCE(row, AFTER, &after))
		story_evidence(story,
			       "the answer came %s after the program had dropped the connect",
			       format_ms(after, late));
	story_remedy(story, WHERE_HERE, NULL,
		     "nothing to do; where it is always the same address that is "
		     "late, its path is the slower one");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void part_listener(const struct row *row, struct line *line)
{
	if (!(EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_LISTENER_ELSEWHERE))
		line_add(line, "nobody listens");
	else if (EVIDENCE_OR_0(row, LISTENER_DEV))
		line_add(line, "the listener is bound to another device");
	else
		line_add(line, "the listener is outside the VRF");
}

static void part_port(const struct row *row, struct line *line)
{
	if (row->has & ROW_HAS_LPORT && row->lport)
		line_add(line, "port %u", row->lport);
}

static void part_backlog(const struct row *row, struct line *line)
{
	uint64_t queued, limit;

	if (EVIDENCE(row, BACKLOG, &queued) && EVIDENCE(row, BACKLOG_LIMIT, &limit))
		line_add(line, "%" PRIu64 " queued, room for %" PRIu64, queued, limit);
}

static void part_after(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, AFTER, &value))
		line_add(line, "%s late", format_ms(value, buf));
}

static void part_new_data(const struct row *row, struct line *line)
{
	uint64_t seq, end;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) && end != seq)
		line_add(line, "%s lost", format_bytes((uint32_t)(end - seq), buf));
}

static void part_died_of(const struct row *row, struct line *line)
{
	char cause[NAME_SIZE], ago[FORMAT_SIZE];
	uint64_t value, ms;

	if (!EVIDENCE(row, DIED_OF, &value))
		return;
	if (EVIDENCE(row, AFTER, &ms))
		line_add(line, "%s, %s before", name_cause(value, cause), format_ms(ms, ago));
	else
		line_add(line, "%s", name_cause(value, cause));
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_RST_PORT_CLOSED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-port-closed",
		.brief = "we reset: a SYN came for a port on which nobody listens",
		.what = "A SYN came for a port on which nobody listens, and was answered with a "
			"RST: the client sees \"Connection refused\". Nothing is lost but the "
			"attempt.",
		.proof = "The kernel's own answer to a SYN for which it found no socket.",
		.forgeable = "The RST is a fact; who asked for it is not: anyone can write that "
			     "source address into a SYN.",
		.mistaken = "A scanner that tries many ports; a firewall that rejects "
			    "(rst-firewall), which looks the same to the client; a listener of "
			    "another VRF or device, which listener-elsewhere tells.",
		.evidence = "seq, traits, listener_dev",
		.remedy = "Start the service, or let it listen on this address too (ss -Hltn); or "
			  "correct the client. From a scanner: nothing to do.",
		.counter = "TcpOutRsts",
		.opener = WAY_IN,
		.direction = "sent",
		.parts = { part_listener, part_port },
		.tell = port_closed,
	},
	{
		.id = TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-accept-overflow",
		.brief = "we reset: the accept queue is full, and tcp_abort_on_overflow is set",
		.what = "A client had finished its handshake, but the listener's accept queue was "
			"full and net.ipv4.tcp_abort_on_overflow=1 turns that into a RST: the "
			"client connects and is reset at once.",
		.proof = "The final ACK of a pending request met a full queue, with that sysctl "
			 "set.",
		.mistaken = "A full queue without that sysctl is silent: the client repeats and "
			    "waits. rst-bad-handshake, where the ACK itself is wrong.",
		.evidence = "backlog, backlog_limit, seq, cgroup",
		.remedy = "A program that accepts faster; a longer queue (listen(), "
			  "net.core.somaxconn); tcp_abort_on_overflow=0, so that clients wait.",
		.counter = "TcpOutRsts, TcpExtEmbryonicRsts, TcpExtListenOverflows",
		.opener = WAY_IN,
		.direction = "sent",
		.gist = "accept queue full",
		.parts = { part_backlog, part_port },
		.tell = accept_overflow,
	},
	{
		.id = TCPWHY_CAUSE_RST_LATE_SYNACK,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-late-synack",
		.brief = "we reset: the peer answered a connect that had been given up",
		.what = "The peer accepted a connection whose program here had given up waiting: "
			"its time limit for connect is shorter than the peer, or the path, took.",
		.proof = "A SYN-ACK with no socket, for a connection that left SYN_SENT a moment "
			 "before.",
		.mistaken = "rst-happy-eyeballs: a client that tries two addresses drops the "
			    "slower one on purpose. A SYN-ACK that nothing asked for is "
			    "rst-unknown-connection.",
		.evidence = "after_ms",
		.remedy = "A longer connect time-out in the program (a lost SYN alone costs 1 s, "
			  "two cost 3 s); look why the answer took so long.",
		.counter = "TcpOutRsts",
		.opener = WAY_OUT,
		.direction = "sent",
		.gist = "answer to a connect given up",
		.parts = { part_after },
		.tell = late_synack,
	},
	{
		.id = TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-data-after-close",
		.brief = "we reset: the peer sent to a connection that a program had closed",
		.what = "The peer sent data on a connection that the program here had closed "
			"already: nobody can read it, so it was answered with a RST. That data is "
			"lost.",
		.proof = "New data met a socket without a program, or what is left of one in "
			 "FIN_WAIT2.",
		.mistaken = "rst-unread-data, where the data was here before the close.",
		.evidence = "seq, end_seq, " SHOWS_CONNECTION,
		.remedy = "Who closes first decides: let the program here read until the peer "
			  "closes, or keep idle connections for longer than the peer does.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnData",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "data after close",
		.parts = { part_new_data, part_state, part_bytes },
		.tell = data_after_close,
	},
	{
		.id = TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-unknown-connection",
		.brief = "we reset: a segment of a connection that this host does not know",
		.what = "A segment that is no SYN came for a connection that this host does not "
			"know: it was restarted, took over an address, had given the connection "
			"up long ago, or was never meant; or a NAT or load balancer between lost "
			"track of it.",
		.proof = "The kernel's own answer to a segment for which it found no connection, "
			 "and none of these ports died here moments before.",
		.forgeable = "The RST is a fact; who asked for it is not: anyone can write that "
			     "source address into a segment.",
		.mistaken = "rst-followup, where it did; a scanner's ACK. A SYN-ACK that answers "
			    "a connect to another address, which waits, is told as that "
			    "(answers-connect).",
		.evidence = "seq, ack, state, traits, via, via_port",
		.remedy = "After a restart or failover: nothing, the peer connects anew. Else "
			  "look at what spreads connections over hosts (load balancer, ECMP), and "
			  "at the connection table of a NAT between (conntrack).",
		.counter = "TcpOutRsts",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "no such connection",
		.parts = { part_via, part_sequence },
		.tell = unknown_connection,
	},
	{
		.id = TCPWHY_CAUSE_RST_TIMEWAIT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-timewait",
		.brief = "we reset: a SYN met an old connection that waits for the peer's FIN",
		.what = "A SYN met an earlier connection of the same ports that this side had "
			"closed and the peer had not (FIN_WAIT2). The RST ends the old one, and "
			"the client is refused once.",
		.proof = "The SYN met that very socket, and the kernel answered with a RST.",
		.forgeable = "The RST is a fact; who asked for it is not: anyone who guesses "
			     "the ports can write that source address.",
		.mistaken = "paws-timewait and timewait-refused-syn, where both had closed and no "
			    "RST is sent.",
		.evidence = "seq, ack, state",
		.remedy = "The client, or a NAT before it, reuses a port without having closed "
			  "it: let the port rest; net.ipv4.tcp_fin_timeout limits the wait.",
		.counter = "TcpOutRsts",
		.opener = WAY_IN,
		.direction = "sent",
		.gist = "SYN met an old connection",
		.parts = { part_state, part_sequence },
		.tell = timewait,
	},
	{
		.id = TCPWHY_CAUSE_RST_BAD_HANDSHAKE,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-bad-handshake",
		.brief = "we reset: a segment that does not fit the handshake",
		.what = "During a handshake came a segment that does not fit it: an "
			"acknowledgment of something never sent, or a second SYN in the window.",
		.proof = "The kernel's own answer to a segment that met a pending request or a "
			 "socket in SYN_SENT.",
		.mistaken = "rst-accept-overflow, where the segment fits and the queue is full.",
		.evidence = "seq, ack, state",
		.remedy = "From our own connect: the server still has an old connection of these "
			  "ports; the RST clears it. Else look for a box that mixes connections "
			  "up, or a scanner.",
		.counter = "TcpOutRsts, TcpExtEmbryonicRsts",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "does not fit the handshake",
		.parts = { part_state, part_sequence },
		.tell = bad_handshake,
	},
	{
		.id = TCPWHY_CAUSE_RST_FOLLOWUP,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-followup",
		.brief = "we reset: a late segment of a connection that had just died here",
		.what = "A segment came for a connection that had died here moments before, for "
			"another reason that has its own finding.",
		.proof = "The same ports and peer as a connection that ended here a moment before.",
		.mistaken = "rst-unknown-connection, where nothing is known of it.",
		.evidence = "died_of, after_ms, seq",
		.remedy = "None for this one: look at what the connection died of.",
		.counter = "TcpOutRsts",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "sequel",
		.parts = { part_died_of },
		.tell = followup,
	},
	{
		.id = TCPWHY_CAUSE_RST_HAPPY_EYEBALLS,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-happy-eyeballs",
		.brief = "we reset: the answer to a connect that was dropped, as another had won",
		.what = "A program here called several addresses at about the same time, and took "
			"the one that answered first (happy eyeballs, RFC 8305). The answer of "
			"this one came later, and was reset. Nothing is lost.",
		.proof = "As for rst-late-synack; and a connect of the same process to the same "
			 "port of another address, begun at most 2.5 s apart, had been answered.",
		.mistaken = "rst-late-synack: no other connect had won, or it was a later try.",
		.evidence = "after_ms",
		.remedy = "None needed.",
		.counter = "TcpOutRsts",
		.opener = WAY_OUT,
		.direction = "sent",
		.gist = "answer to a connect dropped for another",
		.parts = { part_after },
		.tell = happy_eyeballs,
	},
};

FAMILY(reset_sent);
