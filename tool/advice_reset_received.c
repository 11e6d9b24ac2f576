// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "names.h"

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
static void received(const struct row *row, struct story *story)
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
	received(row, story);
	ask_peer(story);
	story_remedy(story, WHERE_PATH, NULL, "a proxy or load balancer that speaks for the peer "
		     "has time and size limits of its own");
	story_see_flags(story, row, "rst", true);
}

/* nf_conntrack: 60 s, where an open connection has five days */
static void close_wait(struct story *story)
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
	received(row, story);
	if (advice_has_trait(row, TCPWHY_TRAIT_HALF_CLOSED))
		close_wait(story);
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

/* Several that die within so short a time do so of one event. */
#define AT_ONCE_NS 5000000000ULL

static void lost_together(const struct row *row, struct story *story)
{
	char count[FORMAT_SIZE], span[FORMAT_SIZE];
	uint64_t ns = row->last - row->first;

	if (row->count < 2)
		return;
	snprintf(count, sizeof(count), "%" PRIu64, row->count);
	format_ms(ns / 1000000, span);
	if (ns <= AT_ONCE_NS)
		story_evidence(story, "%s connections of this peer were lost within %s: one event "
			       "(a restart, a failover, a table that was flushed)", count, span);
	else
		story_evidence(story, "%s connections of this peer were lost over %s: it goes on (a box "
			       "that forgets connections, or loses track of them)", count, span);
}

/* The RST of a box before the peer comes from nearer by. */
static void lost_where(const struct row *row, struct story *story)
{
	uint64_t ttl, usual;

	if (!EVIDENCE(row, TTL, &ttl) || !EVIDENCE(row, TTL_USUAL, &usual))
		return;
	if (ttl != usual)
		story_what(story, "The RST came from elsewhere than the peer's packets, as its %s "
			   "says: from a box before the peer, or from the host that has the "
			   "address now.", row->peer.size == 4 ? "TTL" : "hop limit");
}

static void lost_remedies(const struct row *row, struct story *story)
{
	story_remedy(story, WHERE_PEER, "uptime -s", "was it, or its service, restarted meanwhile? "
		     "Did its address move to another host (ip monitor; a failover)? Then this "
		     "is all there is to it");
	story_remedy(story, WHERE_PEER, "tcpwhy list -a --cause rst-unknown-connection",
		     "run there: did the segment reach it, and from which address?");
	advice_nat_state(story);
	story_remedy(story, WHERE_PROGRAM, NULL, "connect anew; give up connections of a pool that "
		     "were idle for that long");
	story_see_flags(story, row, "rst", true);
}

static void lost_connection(const struct row *row, struct story *story)
{
	char silence[FORMAT_SIZE];
	uint64_t idle;

	if (EVIDENCE(row, IDLE, &idle) && idle >= 1000)
		story_what(story, "After %s of silence our next segment was answered with a RST "
			   "by somebody who does not know the connection:", format_idle(idle, silence));
	else
		story_what(story, "A segment of ours was answered with a RST by somebody who does "
			   "not know the connection:");
	story_what(story, "the peer was restarted, its address is another host's now, or a box "
		   "before it (load balancer, NAT, firewall) lost track of it. What we sent "
		   "is lost, and the program here gets ECONNRESET.");
	lost_where(row, story);
	received(row, story);
	lost_together(row, story);
	/* no box forgets sooner: then it is the peer that was restarted */
	if (EVIDENCE(row, IDLE, &idle) && idle >= 30000)
		advice_keepalive(story, "if a box forgot it: ", idle, 0);
	lost_remedies(row, story);
}

static void expiry_range(const struct row *row, struct story *story, uint64_t least)
{
	const char *when = advice_has_trait(row, TCPWHY_TRAIT_HALF_CLOSED) ? "half-closed" : "idle";
	uint64_t samples, survived;
	char range[FORMAT_SIZE];

	format_idle_range(least, row_evidence_or(row, TCPWHY_A_EVIDENCE_EXPIRY_MAX, least), range);
	if (EVIDENCE(row, SAMPLES, &samples))
		story_evidence(story, "%" PRIu64 " connections were dead after %s %s", samples,
			       range, when);
	else
		story_evidence(story, "dead after %s %s", range, when);
	if (EVIDENCE(row, SURVIVED, &survived))
		story_evidence(story, "the longest idle time that one survived: %s",
			       format_idle(survived, range));
}

/* A FIN before the silence: other time limits, and no keepalive of the one that waits. */
static void half_closed_expired(const struct row *row, struct story *story)
{
	uint64_t expiry = 0;
	char after[FORMAT_SIZE];

	story_what(story, "A box on the path (a NAT, a firewall) forgets connections on which this "
		   "peer has closed its side and waits for the answer,");
	if (EVIDENCE(row, EXPIRY, &expiry))
		story_what(story, "after %s at most.", format_idle(expiry, after));
	else
		story_what(story, "after a while.");
	story_what(story, "The answer then meets a host that does not know the connection: it is "
		   "lost. Neither program did it.");
	if (expiry)
		expiry_range(row, story, expiry);
	received(row, story);
	close_wait(story);
	story_see_connection(row, story);
}

static void idle_expired(const struct row *row, struct story *story)
{
	uint64_t expiry = 0;
	char after[FORMAT_SIZE];

	if (advice_has_trait(row, TCPWHY_TRAIT_HALF_CLOSED)) {
		half_closed_expired(row, story);
		return;
	}

	if (EVIDENCE(row, EXPIRY, &expiry))
		story_what(story, "Connections with this peer die of being idle: after at most %s "
			   "a box on the path, or the peer, does not know them any more.",
			   format_idle(expiry, after));
	else
		story_what(story, "Connections with this peer die of being idle: a box on the "
			   "path, or the peer, does not know them any more.");
	story_what(story, "The next write is answered by a RST, or by nothing until the program "
		   "gives up; what it wrote is lost. Neither program did it.");
	if (expiry)
		expiry_range(row, story, expiry);
	received(row, story);
	if (expiry)
		advice_keepalive(story, "", expiry, EVIDENCE_OR_0(row, SURVIVED));
	story_remedy(story, WHERE_PROGRAM, NULL, "drop connections of a pool before they are idle "
		     "for that long: the limit may be shorter");
	story_remedy(story, WHERE_PATH, "sysctl "
		     "net.netfilter.nf_conntrack_tcp_timeout_established",
		     "on a Linux box on the path this is the time (5 days by default); load "
		     "balancers and NAT gateways of clouds have a fixed one, often 240, 350 or "
		     "600 s");
	story_see_connection(row, story);
}

static void injected(const struct row *row, struct story *story)
{
	story_what(story, "A RST in the peer's name ended the connection, and it does not look "
		   "like the peer's: something on the path, or a program on the peer's own "
		   "machine, made it. The program here gets ECONNRESET, and the peer's may still "
		   "hold the connection for open, or was reset likewise.");
	received(row, story);
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

static void ignored(const struct row *row, struct story *story)
{
	uint64_t seq, expected, window;

	story_what(story, "A RST came that does not fit the connection, and was not believed (RFC "
		   "5961, 3): the connection lives on, and nothing is lost. It is a peer with old "
		   "state of these ports, or somebody who guesses.");
	advice_segment(row, story);
	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected) &&
	    EVIDENCE(row, WINDOW, &window)) {
		bool inside = (uint32_t)(seq - expected) < window;

		story_evidence(story, "expected just %" PRIu64 "; the RST is %s the window of %"
			       PRIu64 " bytes from there: %s", expected,
			       inside ? "in" : "outside", window,
			       inside ? "the peer was asked by a challenge ACK" :
			       "it was dropped silently");
	}
	advice_ttl(row, story);
	story_remedy(story, WHERE_HERE, NULL, "nothing to do: a peer that meant it answers a "
		     "challenge with a RST that fits; many of them with numbers all over the "
		     "range are a blind attack, which fails");
	story_see_flags(story, row, "rst", true);
	story_see(story, "nstat -az TcpExtTCPChallengeACK TcpExtTCPACKSkippedChallenge");
}

const struct teller advice_reset_received[] = {
	{ TCPWHY_CAUSE_PEER_REFUSED, refused },
	{ TCPWHY_CAUSE_PEER_ABORTED, aborted },
	{ TCPWHY_CAUSE_PEER_CLOSED_EARLY, closed_early },
	{ TCPWHY_CAUSE_PEER_LOST_CONNECTION, lost_connection },
	{ TCPWHY_CAUSE_IDLE_EXPIRED, idle_expired },
	{ TCPWHY_CAUSE_RST_INJECTED, injected },
	{ TCPWHY_CAUSE_RST_IGNORED, ignored },
	{ 0 }
};
