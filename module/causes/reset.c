// SPDX-License-Identifier: GPL-2.0
/* What the families of resets share: the death of a connection, and its evidence. */
#include "causes/causes.h"

/* A peer repeats what was not acknowledged; by two minutes it does so 60 s apart and more. */
#define REMEMBER_MS	120000

/**
 * tcpwhy_reset_remembers() - did this connection die here, not long ago?
 * @o: the observation
 */
bool tcpwhy_reset_remembers(const struct tcpwhy_observation *o)
{
	return o->flow && o->flow->died_in &&
	       tcpwhy_ms(o->now_ns) - o->flow->died_ms < REMEMBER_MS;
}

/**
 * tcpwhy_reset_just_died() - has the reason of its death been found already?
 * @o: a change of state
 *
 * What ends a connection shows twice: as a RST, and as a change of state.
 */
bool tcpwhy_reset_just_died(const struct tcpwhy_observation *o)
{
	return o->flow && o->flow->died_of && o->flow->died_in == o->conn.before &&
	       tcpwhy_ms(o->now_ns) - o->flow->died_ms < TCPWHY_JUST_MS;
}

/**
 * tcpwhy_reset_remember() - a connection dies: what comes for it later is a sequel
 * @o: the observation; its flow is written to
 * @cause: &enum tcpwhy_cause_id, or TCPWHY_CAUSE_NONE
 */
void tcpwhy_reset_remember(const struct tcpwhy_observation *o, u32 cause)
{
	const struct tcpwhy_conn *c = &o->conn;
	struct tcpwhy_flow *f = o->flow;

	if (!f || (!cause && tcpwhy_reset_just_died(o)))
		return;
	f->seen_ms = tcpwhy_ms(o->now_ns);
	f->died_ms = f->seen_ms;
	if (c->state != TCPWHY_CLOSE)
		f->died_in = c->state;
	else if (c->before)
		f->died_in = c->before;
	else if (!f->died_in)
		f->died_in = TCPWHY_CLOSE;
	f->died_of = cause;
	if (f->died_in != TCPWHY_SYN_SENT)
		return;
	f->rst_seq = c->snd_nxt;
	f->connect_ms = c->idle_ms;
	f->connect_pid = c->connect_pid;
}

/**
 * tcpwhy_reset_announce() - a firewall here answers a program of this host in the peer's name
 * @o: the RST; its flow, the program's, is written to
 */
void tcpwhy_reset_announce(const struct tcpwhy_observation *o)
{
	struct tcpwhy_flow *f = o->flow;

	if (!f)
		return;
	f->seen_ms = tcpwhy_ms(o->now_ns);
	f->died_ms = f->seen_ms;
	f->died_in = 0;
	f->died_of = TCPWHY_CAUSE_RST_FIREWALL;
	f->rst_seq = o->packet->seq;
	f->silence_ms = 0;
	f->fin_noted = false;
}

/**
 * tcpwhy_reset_made_here() - is it the RST that a firewall here made a moment ago?
 * @o: a RST that is received
 */
bool tcpwhy_reset_made_here(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_flow *f = o->flow;

	return f && o->packet && f->died_of == TCPWHY_CAUSE_RST_FIREWALL && !f->died_in &&
	       f->rst_seq == o->packet->seq && tcpwhy_ms(o->now_ns) - f->died_ms < TCPWHY_JUST_MS;
}

static u8 phase_of(u8 state, const struct tcpwhy_conn *c)
{
	switch (state) {
	case TCPWHY_SYN_SENT:
	case TCPWHY_SYN_RECV:
	case TCPWHY_NEW_SYN_RECV:
		return TCPWHY_PHASE_HANDSHAKE;
	case TCPWHY_ESTABLISHED:
		return c->bytes_in || c->bytes_out || c->unacked ? TCPWHY_PHASE_OPEN :
								   TCPWHY_PHASE_SILENT;
	case TCPWHY_FIN_WAIT1:
	case TCPWHY_FIN_WAIT2:
	case TCPWHY_CLOSE_WAIT:
	case TCPWHY_CLOSING:
	case TCPWHY_LAST_ACK:
	case TCPWHY_TIME_WAIT:
		return TCPWHY_PHASE_CLOSING;
	default:
		return TCPWHY_PHASE_UNSPEC;
	}
}

/**
 * tcpwhy_reset_fill_conn() - evidence: the connection; and whether EstabResets counts it
 * @o: the observation
 * @state: &enum tcpwhy_state that it was in when it met its end
 * @v: verdict
 */
void tcpwhy_reset_fill_conn(const struct tcpwhy_observation *o, u8 state,
			    struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;
	const struct tcpwhy_conn *c = &o->conn;

	e->has |= TCPWHY_HAS(STATE) | TCPWHY_HAS(PHASE) | TCPWHY_HAS(BYTES_IN) |
		  TCPWHY_HAS(BYTES_OUT) | TCPWHY_HAS(IDLE);
	e->state = state;
	e->phase = phase_of(state, c);
	e->bytes_in = c->bytes_in;
	e->bytes_out = c->bytes_out;
	e->idle_ms = c->idle_ms;
	if (c->unread)
		e->has |= TCPWHY_HAS(BYTES_UNREAD);
	e->unread = c->unread;
	if (c->unacked)
		e->has |= TCPWHY_HAS(BYTES_UNACKED);
	e->unacked = c->unacked;
	if (state != TCPWHY_ESTABLISHED && state != TCPWHY_CLOSE_WAIT)
		v->mibs &= ~BIT(TCPWHY_MIB_ESTAB_RESETS);
}

/**
 * tcpwhy_reset_fill_received() - evidence: what a RST ended; and which counter counts it
 * @o: the observation
 * @v: verdict
 */
void tcpwhy_reset_fill_received(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	if (o->conn.state == TCPWHY_NEW_SYN_RECV) {
		e->has |= TCPWHY_HAS(STATE) | TCPWHY_HAS(PHASE);
		e->state = o->conn.state;
		e->phase = TCPWHY_PHASE_HANDSHAKE;
		v->mibs &= ~BIT(TCPWHY_MIB_ESTAB_RESETS);
	} else {
		tcpwhy_reset_fill_conn(o, o->conn.state, v);
		v->mibs &= ~BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
	}
}

/**
 * tcpwhy_reset_fill_packet() - evidence: the segment
 * @o: the observation
 * @e: evidence
 */
void tcpwhy_reset_fill_packet(const struct tcpwhy_observation *o, struct tcpwhy_evidence_reset *e)
{
	const struct tcpwhy_packet *p = o->packet;

	if (!p)
		return;
	e->has |= TCPWHY_HAS(SEQ);
	e->seq = p->seq;
	e->end_seq = p->seq + tcpwhy_packet_payload(p);
	if (e->end_seq != e->seq)
		e->has |= TCPWHY_HAS(END_SEQ);
	if (p->flags & TCPWHY_ACK)
		e->has |= TCPWHY_HAS(ACK);
	e->ack = p->ack;
}

/**
 * tcpwhy_reset_fill_idle() - evidence: after which silences connections are lost
 * @idle: what is known of the peer
 * @silence_ms: this connection's
 * @e: evidence
 */
void tcpwhy_reset_fill_idle(const struct tcpwhy_idle *idle, u32 silence_ms,
			    struct tcpwhy_evidence_reset *e)
{
	e->has |= TCPWHY_HAS(IDLE) | TCPWHY_HAS(EXPIRY) | TCPWHY_HAS(EXPIRY_MAX) |
		  TCPWHY_HAS(SAMPLES);
	e->idle_ms = silence_ms;
	e->expiry_ms = idle->min_ms;
	e->expiry_max_ms = idle->max_ms;
	e->samples = idle->samples;
	if (idle->survived_ms)
		e->has |= TCPWHY_HAS(SURVIVED);
	e->survived_ms = idle->survived_ms;
}

/**
 * tcpwhy_reset_fill_via() - evidence: an address that the packet does not tell
 * @c: the connection
 * @trait: %TCPWHY_TRAIT_LOCAL_PROXY or %TCPWHY_TRAIT_ANSWERS_CONNECT
 * @e: evidence
 */
void tcpwhy_reset_fill_via(const struct tcpwhy_conn *c, u16 trait, struct tcpwhy_evidence_reset *e)
{
	e->traits |= trait;
	e->via = c->via;
	e->via_port = c->via_port;
}

#define PIECE(name, value)	{ TCPWHY_RESET_##name, TCPWHY_A_EVIDENCE_##name, value }

#define VIA	(TCPWHY_TRAIT_LOCAL_PROXY | TCPWHY_TRAIT_ANSWERS_CONNECT)

/**
 * tcpwhy_reset_describe() - the evidence, piece by piece
 * @evidence: evidence of a reset or a time-out
 * @emit: takes a piece
 * @ctx: for @emit
 */
void tcpwhy_reset_describe(const struct tcpwhy_evidence *evidence, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_evidence_reset *e = &evidence->reset;
	const struct {
		u32 piece;
		u32 attr;
		u64 value;
	} pieces[] = {
		PIECE(STATE, e->state),
		PIECE(SEQ, e->seq),
		PIECE(END_SEQ, e->end_seq),
		PIECE(RCV_NXT, e->rcv_nxt),
		PIECE(TTL, e->ttl),
		PIECE(PHASE, e->phase),
		PIECE(BYTES_IN, e->bytes_in),
		PIECE(BYTES_OUT, e->bytes_out),
		PIECE(BYTES_UNREAD, e->unread),
		PIECE(BYTES_UNACKED, e->unacked),
		PIECE(IDLE, e->idle_ms),
		PIECE(AFTER, e->after_ms),
		PIECE(RETRIES, e->retries),
		PIECE(ACK, e->ack),
		PIECE(WINDOW, e->window),
		PIECE(TTL_USUAL, e->ttl_usual),
		PIECE(IP_ID, e->id),
		PIECE(IP_ID_EXPECTED, e->id_expected),
		PIECE(SIGNS, e->signs),
		PIECE(BACKLOG, e->backlog),
		PIECE(BACKLOG_LIMIT, e->backlog_limit),
		PIECE(DIED_OF, e->died_of),
		PIECE(ORIGIN, e->origin),
		PIECE(EXPIRY, e->expiry_ms),
		PIECE(EXPIRY_MAX, e->expiry_max_ms),
		PIECE(SURVIVED, e->survived_ms),
		PIECE(SAMPLES, e->samples),
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		if (e->has >> pieces[i].piece & 1)
			emit(ctx, pieces[i].attr, pieces[i].value);
	if (e->traits)
		emit(ctx, TCPWHY_A_EVIDENCE_TRAITS, e->traits);
	if (e->traits & VIA)
		emit(ctx, TCPWHY_A_EVIDENCE_VIA_PORT, e->via_port);
	if (e->traits & TCPWHY_TRAIT_LISTENER_ELSEWHERE)
		emit(ctx, TCPWHY_A_EVIDENCE_LISTENER_DEV, e->listener_dev);
}

/**
 * tcpwhy_reset_describe_addrs() - the addresses among it
 * @evidence: evidence of a reset or a time-out
 * @emit: takes an address
 * @ctx: for @emit
 */
void tcpwhy_reset_describe_addrs(const struct tcpwhy_evidence *evidence, tcpwhy_emit_addr_t emit,
				 void *ctx)
{
	if (evidence->reset.traits & VIA)
		emit(ctx, TCPWHY_A_EVIDENCE_VIA, &evidence->reset.via);
}
