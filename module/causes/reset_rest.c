// SPDX-License-Identifier: GPL-2.0
/*
 * A RST ends a connection at rest: whoever opened it leaves, and nobody waits for anything. Health
 * checks, port scans, connects that lost a race and pools that let go of idle connections end
 * that way, as a RST leaves no TIME_WAIT. Whoever accepted it may not: it turns away a client
 * that waits for its first word, or cuts an answer short, and TCP does not know where an answer
 * ends.
 */
#include "causes/causes.h"

/*
 * A check that only connects leaves within a round trip. One that waits for a word of the other
 * side gives up no sooner than this (HAProxy's "inter", 2 s by default).
 */
#define LEAVES_MS	2000

static bool is_silent(const struct tcpwhy_conn *c)
{
	return !c->bytes_in && !c->bytes_out && !c->unacked && !c->unread;
}

static bool both_spoke(const struct tcpwhy_conn *c)
{
	return c->bytes_in && c->bytes_out;
}

/**
 * tcpwhy_rest_we_leave() - does a program here end what it had opened, and waits for nothing?
 * @c: the connection as our RST found it
 * @state: &enum tcpwhy_state that it was in before
 *
 * What we sent last has been acknowledged by what brought data, or data came after that: an
 * answer. A request that is acknowledged by itself is not answered yet.
 */
bool tcpwhy_rest_we_leave(const struct tcpwhy_conn *c, u8 state)
{
	if (c->mptcp || c->opener != TCPWHY_OPENER_HERE || c->unacked || c->unread)
		return false;
	/* The peer has closed in order: it has nothing more to say, and all of ours. */
	if (state == TCPWHY_CLOSE_WAIT)
		return both_spoke(c);
	if (state != TCPWHY_ESTABLISHED)
		return false;
	if (is_silent(c))
		return c->idle_ms < LEAVES_MS;
	return both_spoke(c) && c->latest_in;
}

/*
 * Our last words are later than the peer's, and it has acknowledged them without a word of its
 * own; or its RST does so.
 */
static bool has_our_answer(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;

	if (!both_spoke(c) || !c->wrote_last || tcpwhy_rst_lost_bytes(o))
		return false;
	return c->unacked || !c->latest_in;
}

/**
 * tcpwhy_rest_peer_leaves() - does the peer end what it had opened, and waits for nothing?
 * @o: its RST: right behind all that it had sent, and of who knows the connection
 *
 * A RST that takes the place of the last ACK is of a check, of a scanner, or of a connect that
 * lost a race (RFC 8305). No program gives a connect up before a SYN is sent again, after a second
 * (see hooks/state.c); by then we have repeated our answer.
 */
bool tcpwhy_rest_peer_leaves(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;

	if (!o->packet || o->packet->seq != c->rcv_nxt)
		return false;
	if (c->state == TCPWHY_NEW_SYN_RECV)
		return !c->retries;
	if (c->state != TCPWHY_ESTABLISHED || c->opener != TCPWHY_OPENER_PEER || c->mptcp ||
	    c->proxied || c->unread || !(o->packet->flags & TCPWHY_ACK))
		return false;
	if (is_silent(c))
		return c->idle_ms < LEAVES_MS;
	return has_our_answer(o);
}
