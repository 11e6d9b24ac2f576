// SPDX-License-Identifier: GPL-2.0
/* RSTs that ended a connection here. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"
#include "parts.h"

/* What says that the peer did not send it; each sign with both of its values. */
static void signs(const struct row *row, struct story *story)
{
	uint64_t bits = EVIDENCE_OR_0(row, SIGNS), id, expected;
	char name[NAME_SIZE];

	advice_ttl(row, story);
	if (EVIDENCE(row, IP_ID, &id) && EVIDENCE(row, IP_ID_EXPECTED, &expected))
		story_evidence(story, "IP ID of the RST %" PRIu64 ", the connection's own steps "
			       "lead to %" PRIu64 "%s", id, expected,
			       bits & TCPWHY_SIGN_IP_ID ? "" : ": no sign of another sender");
	else if (bits & TCPWHY_SIGN_IP_ID)
		story_evidence(story, "the IP ID of the RST, or its DF flag, breaks the "
			       "connection's own steps");
	if (bits & TCPWHY_SIGN_SECOND_RST)
		story_evidence(story, "a second RST came within 2 s, elsewhere in sequence");
	if (bits & TCPWHY_SIGN_LATE_DATA)
		story_evidence(story, "data of the peer came after its RST");
	for (unsigned int bit = 4; bit < 64; bit++)
		if (bits & 1ULL << bit)
			story_evidence(story, "a sign that this tool is too old to know (%s)",
				       name_sign(bit, name));
	if (row->peer.size == 16)
		story_evidence(story, "IPv6 has no IP ID: that sign cannot be had");
}

static void shape(const struct row *row, struct story *story)
{
	if (EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_BARE)
		story_evidence(story, "the RST has neither ACK nor timestamp: its sender did not "
			       "know the connection");
}

static void place(const struct row *row, struct story *story)
{
	uint64_t seq, expected;

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected))
		story_evidence(story, "sequence number of the RST %" PRIu64 ", expected next %"
			       PRIu64, seq, expected);
}

/* The connection, its losses, and the RST that ended it. */
void advice_received(const struct row *row, struct story *story)
{
	advice_lost(row, story);
	advice_connection(row, story);
	place(row, story);
	shape(row, story);
	signs(row, story);
}

static void ask_peer(struct story *story)
{
	story_remedy(story, WHERE_PEER, "tcpwhy list -a --since 10m",
		     "run there, it names the cause of each RST that it sends; or its program's "
		     "log of that moment");
}

static void refused(const struct row *row, struct story *story)
{
	char command[FORMAT_SIZE], port[PORT_SIZE];

	if (advice_has_trait(row, TCPWHY_TRAIT_LOCAL_PROXY)) {
		advice_proxy_refused(row, story);
		return;
	}
	story_what(story, "Our SYN to %s was answered with a RST, and connect() failed with "
		   "ECONNREFUSED (\"Connection refused\"): nobody listens there, or a firewall "
		   "rejects. Nothing is lost but the attempt.", advice_port(row->rport, port));
	advice_syn(row, story);
	advice_segment(row, story);
	advice_ttl(row, story);
	story_remedy(story, WHERE_PEER, advice_listeners(row->rport, command),
		     "run there: is the service up, and does it listen on this address (127.0.0.1 "
		     "alone serves nobody else)?");
	story_remedy(story, WHERE_PATH, NULL, "if it is: a firewall rejects in its name; a TTL "
		     "that differs from the peer's usual one says so");
	story_remedy(story, WHERE_HERE, NULL, "the address and port that the program is told to "
		     "use (an old DNS entry, a service that moved)");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

#define NEW_SYN_RECV 12

/* What a program gets that has not called accept() yet is known of Linux: inet_csk_accept(). */
static void aborted_unaccepted(const struct row *row, struct story *story)
{
	story_what(story, "The peer ended the connection with a RST before a program here had "
		   "accepted it: health checks, scanners and clients that try several addresses "
		   "at once do so, and so does a client that has waited too long.");
	if (EVIDENCE_OR_0(row, STATE) == NEW_SYN_RECV)
		story_what(story, "The handshake was not complete, so that no program here ever "
			   "sees it.");
	else
		story_what(story, "A program here still gets the connection from accept(), and "
			   "ECONNRESET when it reads.");
}

static void aborted_by_peer(struct story *story)
{
	story_what(story, "The peer ended the connection with a RST; the program here gets "
		   "ECONNRESET (\"Connection reset by peer\"). As a rule that is its "
		   "program's doing: it closed with unread data or SO_LINGER 0, was killed, or "
		   "hit a time limit.");
}

static void aborted_after_fin(struct story *story)
{
	story_what(story, "The peer had closed its side (FIN) before all that was written here "
		   "was acknowledged, and nothing was written after that. Its RST answers what "
		   "TCP repeated, or our close. If the path loses what we send (blackhole-send, "
		   "timeout-retransmit), that is the cause, and this RST is how it ends.");
}

static void aborted(const struct row *row, struct story *story)
{
	if (advice_has_trait(row, TCPWHY_TRAIT_LOCAL_PROXY)) {
		advice_proxy_aborted(row, story);
		return;
	}
	if (advice_has_trait(row, TCPWHY_TRAIT_UNACCEPTED))
		aborted_unaccepted(row, story);
	else if (advice_has_trait(row, TCPWHY_TRAIT_WROTE_BEFORE_FIN))
		aborted_after_fin(story);
	else
		aborted_by_peer(story);
	if (EVIDENCE_OR_0(row, SIGNS))
		story_what(story, "One sign below says that something else may have sent it in "
			   "the peer's name; one alone proves nothing.");
	advice_received(row, story);
	ask_peer(story);
	story_remedy(story, WHERE_PATH, NULL, "a proxy or load balancer that speaks for the peer "
		     "has time and size limits of its own");
	story_see_flags(story, row, "rst", true);
}

/* nf_conntrack: 60 s, where an open connection has five days */
void advice_close_wait(struct story *story)
{
	story_remedy(story, WHERE_NAT,
		     "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=3600",
		     "on a Linux NAT: how long it remembers a connection of which one side has closed "
		     "(60 s by default); let it be longer than the slowest answer takes");
	story_remedy(story, WHERE_CLIENTS, NULL, "a client that waits for an answer: do not shut "
		     "down its writing side before the answer has come");
}

static void closed_early(const struct row *row, struct story *story)
{
	char host[HOST_SIZE], command[HOST_SIZE + 48];

	story_what(story, "The peer had closed its side (FIN), the program here wrote on, and that "
		   "was answered with a RST: what was written after the peer's close is lost, and "
		   "the program gets EPIPE or ECONNRESET.");
	if (advice_has_trait(row, TCPWHY_TRAIT_HALF_CLOSED))
		story_what(story, "The peer had asked something and had no answer yet. It may have "
			   "closed its own side only and still have waited for the answer, while "
			   "a NAT or firewall between forgot the connection.");
	advice_received(row, story);
	if (advice_has_trait(row, TCPWHY_TRAIT_HALF_CLOSED))
		advice_close_wait(story);
	story_remedy(story, WHERE_PROGRAM, NULL, "look for the end of file before a connection is "
		     "used again (poll() reports POLLRDHUP), and repeat what is safe to repeat on "
		     "a new one");
	story_remedy(story, WHERE_HERE, NULL, "a pool of connections: give them up sooner than the "
		     "peer does (nginx: keepalive_timeout in upstream; HTTP says the time in "
		     "'Keep-Alive: timeout=')");
	snprintf(command, sizeof(command), "ss -Htnp state close-wait 'dst %s'",
		 advice_host(row, host));
	story_remedy(story, WHERE_HERE, command, "connections that the peer has closed and the "
		     "program here has not");
	story_see_connection(row, story);
}

static void injected(const struct row *row, struct story *story)
{
	story_what(story, "A RST in the peer's name ended the connection, and it does not look "
		   "like the peer's: something on the path, or a program on the peer's own "
		   "machine, made it. The program here gets ECONNRESET, and the peer's may still "
		   "hold the connection for open, or was reset likewise.");
	advice_received(row, story);
	story_see_flags(story, row, "rst", true);
	story_remedy(story, WHERE_PEER, story->see[0], "run there at the same time: a RST that "
		     "arrives here and does not leave there was made on the path; then look at "
		     "each firewall, intrusion prevention system and content filter between");
	story_remedy(story, WHERE_PEER, "tcpwhy list --cause rst-forged-local",
		     "a RST that does leave there, past TCP: security software on that machine");
	story_remedy(story, WHERE_PATH, NULL, "what cannot read the connection cannot end it at a "
		     "certain word: TLS helps against content filters, a tunnel (IPsec, "
		     "WireGuard) against all");
}

static void part_signs(const struct row *row, struct line *line)
{
	uint64_t bits = EVIDENCE_OR_0(row, SIGNS), id, expected;
	char name[NAME_SIZE];

	if (bits & TCPWHY_SIGN_TTL)
		part_ttl(row, line);
	if (bits & TCPWHY_SIGN_IP_ID && EVIDENCE(row, IP_ID, &id) &&
	    EVIDENCE(row, IP_ID_EXPECTED, &expected))
		line_add(line, "IP ID %" PRIu64 ", expected %" PRIu64, id, expected);
	else if (bits & TCPWHY_SIGN_IP_ID)
		line_add(line, "IP ID out of step");
	if (bits & TCPWHY_SIGN_SECOND_RST)
		line_add(line, "a second RST elsewhere");
	if (bits & TCPWHY_SIGN_LATE_DATA)
		line_add(line, "data after it");
	for (unsigned int bit = 4; bit < 64; bit++)
		if (bits & 1ULL << bit)
			line_add(line, "sign %s", name_sign(bit, name));
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_PEER_REFUSED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "peer-refused",
		.brief = "our SYN was answered with a RST",
		.what = "Our SYN was answered with a RST, and connect() failed with "
			"ECONNREFUSED: nobody listens on that port there, or a firewall before "
			"it rejects.",
		.proof = "The kernel took a RST for a socket in SYN_SENT.",
		.forgeable = "That a RST came is a fact; that the peer sent it is not: a box on "
			     "the path can write its address.",
		.mistaken = "timeout-connect, where nothing answers.",
		.evidence = "ttl, ttl_usual, ip_id",
		.remedy = "On the peer: is the service running, on that address? A TTL that "
			  "differs from the peer's usual one says that another box answered.",
		.counter = "TcpAttemptFails",
		.opener = WAY_OUT,
		.direction = "received",
		.gist = "refused",
		.parts = { part_remote_port, part_via, part_mptcp, part_fast_open, part_ttl },
		.tell = refused,
	},
	{
		.id = TCPWHY_CAUSE_PEER_ABORTED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "peer-aborted",
		.brief = "the peer ended a live connection with a RST",
		.what = "The peer ended a live connection with a RST. What was sent and not "
			"acknowledged is lost; a program here that has it gets ECONNRESET.",
		.proof = "The kernel took the RST for that connection, and nothing about it "
			 "says that another sent it. With one such sign the confidence is "
			 "\"possible\".",
		.forgeable = "That a RST came is a fact; that the peer sent it is not: a box on "
			     "the path can write its address.",
		.mistaken = "rst-injected (two signs or more); peer-closed-early; "
			    "peer-lost-connection. A local proxy that resets in the peer's "
			    "name is told with its process (local-proxy).",
		.evidence = SHOWS_CONNECTION ", " SHOWS_RST ", traits, via, via_port",
		.remedy = "The reason is on the peer: tcpwhy there names it; or its program's "
			  "log.",
		.counter = "TcpEstabResets",
		.opener = WAY_EITHER,
		.direction = "received",
		.gist = "peer reset",
		.parts = { part_via, part_unaccepted, part_phase, part_unacked,
			   part_bytes, part_idle, part_signs },
		.tell = aborted,
	},
	{
		.id = TCPWHY_CAUSE_PEER_CLOSED_EARLY,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "peer-closed-early",
		.brief = "we wrote after the peer had closed, and were reset",
		.what = "The peer had closed its side, the program here wrote on, and the peer "
			"answered that with a RST: what was written is lost, and the program "
			"gets EPIPE or ECONNRESET.",
		.proof = "The kernel took a RST on a connection whose FIN had come before, with "
			 "more than 64 bytes that were written after that.",
		.forgeable = "That a RST came is a fact; that the peer sent it is not: a box on "
			     "the path can write its address.",
		.mistaken = "peer-goodbye: 64 bytes or less; peer-aborted, where no FIN came "
			    "before, or where all was written before the FIN; a half close, "
			    "where the peer still reads and no RST comes.",
		.evidence = SHOWS_CONNECTION ", " SHOWS_RST,
		.remedy = "The program: look for the end of file before a connection is used "
			  "again, and repeat what is safe to repeat; keep idle connections for "
			  "less time than the peer does.",
		.counter = "TcpEstabResets",
		.opener = WAY_EITHER,
		.direction = "received",
		.gist = "wrote after the peer's FIN",
		.parts = { part_unacked, part_bytes },
		.tell = closed_early,
	},
	{
		.id = TCPWHY_CAUSE_RST_INJECTED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-injected",
		.brief = "a RST that does not look like the peer's ended the connection",
		.what = "A RST in the peer's name ended the connection, and two or more signs "
			"say that the peer did not send it: something on the path did, or a "
			"program on the peer's own machine.",
		.proof = "Signs that do not depend on one another: another TTL, an IP ID out of "
			 "step, a second RST elsewhere in sequence, data of the peer after its "
			 "RST. Two: likely; three: certain.",
		.mistaken = "A RST of a host without that connection, or of a router: it has IP "
			    "ID 0, window 0 and no timestamps, and none of these is a sign.",
		.evidence = SHOWS_CONNECTION ", " SHOWS_RST,
		.remedy = "Capture at both ends: a RST that arrives and was never sent comes from "
			  "the path (intrusion prevention, content filter, operator). Which box "
			  "it was the packet does not say.",
		.counter = "TcpEstabResets",
		.opener = WAY_EITHER,
		.direction = "received",
		.gist = "not the peer's",
		.parts = { part_signs, part_phase, part_unacked, part_bytes },
		.tell = injected,
	},
};

FAMILY(reset_received);
