// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs that were not believed, and yet are the peer's. One connection that dies draws several.
 * An abort may come while data before it is missing, or the answer to what we sent before we
 * had the peer's last words: neither fits exactly. What comes next does fit, or answers our
 * challenge.
 */
#include "causes/causes.h"

/**
 * tcpwhy_reset_ignored_before() - was a RST of this connection not believed a moment ago?
 * @o: another one
 */
bool tcpwhy_reset_ignored_before(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_flow *f = o->flow;

	return f && !f->died_in && f->ignored &&
	       tcpwhy_ms(o->now_ns) - f->died_ms <= TCPWHY_AFTERWARDS_MS;
}

/* The peer's abort lies ahead in the window, its answer to what we sent behind. */
static bool may_be_peers(const struct tcpwhy_observation *o)
{
	u32 ahead = o->packet->seq - o->conn.rcv_nxt;

	if (o->packet->flags & TCPWHY_ACK)
		return ahead < o->conn.window;
	return -ahead < 1u << 31 && -ahead <= o->conn.bytes_in;
}

/* A flight of a fast peer is as large; a blind guess falls into it once in 65536 times. */
#define LAST_WORDS_MAX	BIT(16)

/**
 * tcpwhy_reset_ignored_is_late() - does the peer answer what we sent before we had its last words?
 * @o: the RST that was not believed
 *
 *	peer                          here
 *	 | <--------- data, ACK x ---- |
 *	 | ---- x: last words, FIN --> |
 *	 | ---- RST, SEQ x ----------> | x has been read: not believed
 *
 * The peer has closed, and its words have all come. Its next RST, if we still write, fits.
 */
bool tcpwhy_reset_ignored_is_late(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;
	u32 behind;

	if (!c->fin_received || !o->packet || o->packet->flags & TCPWHY_ACK)
		return false;
	behind = c->rcv_nxt - o->packet->seq;
	return behind && behind < LAST_WORDS_MAX && behind <= c->bytes_in + 1;
}

/**
 * tcpwhy_reset_ignored_note() - a RST was not believed: the connection may die yet
 * @o: the RST; its flow is written to
 */
void tcpwhy_reset_ignored_note(const struct tcpwhy_observation *o)
{
	struct tcpwhy_flow *f = o->flow;

	/* A RST that was made here is on its way. */
	if (!f || f->died_in || f->died_of || !may_be_peers(o) || tcpwhy_reset_ignored_is_late(o))
		return;
	if (!tcpwhy_reset_ignored_before(o)) {
		f->ignored = 0;
		f->ignored_knows = false;
	}
	f->seen_ms = tcpwhy_ms(o->now_ns);
	f->died_ms = f->seen_ms;
	if (f->ignored < U8_MAX)
		f->ignored++;
	f->ignored_knows |= !!(o->packet->flags & TCPWHY_ACK);
}

/* Sequence numbers of one connection are this near to each other within a moment. */
#define SEQ_NEAR	BIT(24)

/**
 * tcpwhy_reset_ignored_withdraws() - was the latest RST that was not believed of the same
 * connection?
 * @v: the verdict on the RST that ended it
 * @earlier: evidence of the other
 */
bool tcpwhy_reset_ignored_withdraws(const struct tcpwhy_verdict *v,
				    const struct tcpwhy_evidence *earlier)
{
	u32 apart = earlier->reset.rcv_nxt - v->evidence.reset.rcv_nxt;

	return min(apart, -apart) < SEQ_NEAR;
}
