// SPDX-License-Identifier: GPL-2.0
/* RSTs of who does not know the connection, or has forgotten it. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"
#include "parts.h"

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
	advice_received(row, story);
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
	advice_received(row, story);
	advice_close_wait(story);
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
	advice_received(row, story);
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

static void part_expiry(const struct row *row, struct line *line)
{
	char range[FORMAT_SIZE], lived[FORMAT_SIZE], survived[96] = "";
	uint64_t least, value;

	const char *when = EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_HALF_CLOSED ? "half-closed" :
										  "idle";

	if (!EVIDENCE(row, EXPIRY, &least)) {
		line_add(line, "forgotten when %s", when);
		return;
	}
	if (EVIDENCE(row, SURVIVED, &value))
		snprintf(survived, sizeof(survived), " (%s survived)", format_idle(value, lived));
	format_idle_range(least, row_evidence_or(row, TCPWHY_A_EVIDENCE_EXPIRY_MAX, least), range);
	line_add(line, "forgotten after %s %s%s", range, when, survived);
	if (EVIDENCE(row, SAMPLES, &value))
		line_add(line, "%" PRIu64 " connections", value);
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "peer-lost-connection",
		.brief = "the other end does not know this connection",
		.what = "A segment of ours was answered as hosts answer what they do not know: "
			"the peer was restarted, its address is another host's now, or a box "
			"before it (NAT, load balancer, firewall) lost track of it. What we sent is "
			"lost.",
		.proof = "A RST without ACK and without timestamps, at just the number we had "
			 "acknowledged. Who knows the connection sends an ACK, and a timestamp if "
			 "it has them. Likely after a silence of a second or more, or where the "
			 "connection has timestamps and no other sign says that somebody else sent "
			 "the RST; else possible.",
		.forgeable = "That a RST came is a fact; that the peer sent it is not: a box on "
			     "the path can write its address.",
		.mistaken = "peer-aborted, where the peer's program acts; idle-expired, once the "
			    "same idle time has done it three times.",
		.evidence = SHOWS_CONNECTION ", " SHOWS_RST,
		.remedy = "Look whether the peer was restarted, or the address moved; whether a "
			  "NAT or load balancer before it loses track of connections. After a "
			  "silence: keepalive more often than that (SO_KEEPALIVE, TCP_KEEPIDLE).",
		.counter = "TcpEstabResets",
		.opener = WAY_EITHER,
		.direction = "received",
		.gist = "unknown to the peer",
		.parts = { part_idle, part_unacked, part_bytes },
		.tell = lost_connection,
	},
	{
		.id = TCPWHY_CAUSE_IDLE_EXPIRED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "idle-expired",
		.brief = "the path forgets connections that are idle for so long",
		.what = "Connections with this peer die of being idle: after about the same time "
			"a box on the path (firewall, NAT, load balancer), or the peer, does not "
			"know them any more, and the next write is lost.",
		.proof = "Three or more connections that were dead after idle times within 2 s "
			 "or 5 % of one another, none as long was survived, and no moment lies "
			 "in all of them.",
		.mistaken = "A restart of the peer, which ends all connections at once, whenever "
			    "each of them finds out: peer-lost-connection.",
		.evidence = "expiry_ms, expiry_max_ms, survived_ms, samples, " SHOWS_CONNECTION ", " SHOWS_RST,
		.remedy = "Keepalive (SO_KEEPALIVE) whose time and interval "
			  "(net.ipv4.tcp_keepalive_time and tcp_keepalive_intvl; TCP_KEEPIDLE and "
			  "TCP_KEEPINTVL) together are no longer than an idle time that a connection "
			  "is known to have survived: the limit may be shorter than the times that "
			  "killed. Or pools that drop idle "
			  "connections sooner, or a longer time on the box.",
		.counter = "TcpEstabResets",
		.opener = WAY_EITHER,
		.direction = "received",
		.parts = { part_expiry },
		.tell = idle_expired,
	},
};

FAMILY(reset_forgotten);
