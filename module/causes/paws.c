// SPDX-License-Identifier: GPL-2.0
/*
 * PAWS, protection against wrapped sequence numbers (RFC 7323, 5): a segment
 * whose timestamp is older than the latest one is dropped. That is right for
 * late duplicates and fatal where two hosts share one address and port, or
 * where a box on the path rewrites timestamps.
 */
#include "causes/causes.h"

/* TCP_PAWS_MSL, include/net/tcp.h: a RST is believed against a timestamp this old. */
#define PAWS_MSL_S		60

/*
 * Plain reordering makes PAWS drop old segments by the hundreds: measured over
 * paths that reorder by 12 +- 8 ms, with a timestamp at most 62 ms back. Most carry
 * nothing new; some do, when a needless retransmission moves ts_recent past
 * segments still in flight, which are an RTO (200 ms at least) old at most.
 * Without new data, two seconds are beyond any queue that does not also time the
 * segment out (RFC 6298: the first RTO is 1 s). Ticks are taken for milliseconds;
 * of a peer whose clock is slower more passes for stale.
 */
#define NEW_DATA_TICKS		500
#define OLD_DATA_TICKS		2000
#define USEC_TICKS		1000

/**
 * tcpwhy_paws_reject() - the kernel's tcp_paws_reject(), include/net/tcp.h
 * @p: the segment
 * @s: the socket it met
 * @window: how far back a timestamp may be: 0, or 1 on synchronised
 *	connections (TCP_PAWS_WINDOW)
 */
bool tcpwhy_paws_reject(const struct tcpwhy_packet *p, const struct tcpwhy_socket *s, u32 window)
{
	if (!s->ts_ok || !p->has_ts)
		return false;
	if ((s32)(s->ts_recent - p->tsval) <= (s32)window)
		return false;
	/* An idle connection may outlive the circle of timestamps. */
	if ((s32)(s->now_s - (s->ts_recent_stamp + s->paws_wrap_s)) >= 0)
		return false;
	/* Some stacks put 0 into their SYN-ACK. */
	if (!s->ts_recent)
		return false;
	if (!window && (p->flags & TCPWHY_RST) &&
	    (s32)(s->now_s - (s->ts_recent_stamp + PAWS_MSL_S)) >= 0)
		return false;
	return true;
}

static void fill(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	v->evidence.paws.tsval = o->packet->tsval;
	v->evidence.paws.ts_recent = o->socket.ts_recent;
	v->evidence.paws.seq = o->packet->seq;
	v->evidence.paws.end_seq = o->packet->end_seq;
	v->evidence.paws.rcv_nxt = o->socket.rcv_nxt;
	v->evidence.paws.state = o->socket.state;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_TSVAL, e->paws.tsval);
	emit(ctx, TCPWHY_A_EVIDENCE_TS_RECENT, e->paws.ts_recent);
	emit(ctx, TCPWHY_A_EVIDENCE_TS_BEHIND, e->paws.ts_recent - e->paws.tsval);
	emit(ctx, TCPWHY_A_EVIDENCE_STATE, e->paws.state);
	emit(ctx, TCPWHY_A_EVIDENCE_SEQ, e->paws.seq);
	emit(ctx, TCPWHY_A_EVIDENCE_END_SEQ, e->paws.end_seq);
	emit(ctx, TCPWHY_A_EVIDENCE_RCV_NXT, e->paws.rcv_nxt);
}

/* The handshake is not complete, or both ends opened at once. */
static bool in_handshake(u8 state)
{
	return state == TCPWHY_SYN_RECV || state == TCPWHY_SYN_SENT;
}

static bool hurts(const struct tcpwhy_observation *o)
{
	bool new_data = tcpwhy_after(o->packet->end_seq, o->socket.rcv_nxt);
	u32 limit = new_data ? NEW_DATA_TICKS : OLD_DATA_TICKS;

	if (o->socket.ts_usec)
		limit *= USEC_TICKS;
	return o->socket.ts_recent - o->packet->tsval >= limit;
}

/*
 * PAWS comes before the test of the window: whoever guesses the ports may send an
 * old timestamp in the peer's name. Only a segment that fits the window shows that
 * its sender knows the connection (tcp_sequence(), net/ipv4/tcp_input.c).
 */
static u8 confidence_of(const struct tcpwhy_observation *o)
{
	bool fits = !tcpwhy_before(o->packet->end_seq, o->socket.rcv_wup) &&
		    !tcpwhy_after(o->packet->seq, o->socket.rcv_end);

	return fits ? TCPWHY_CONFIDENCE_CERTAIN : TCPWHY_CONFIDENCE_POSSIBLE;
}

static bool judge_established(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (in_handshake(o->socket.state) || !hurts(o))
		return false;
	v->confidence = confidence_of(o);
	fill(o, v);
	return true;
}

/*
 * tcp_check_req(), net/ipv4/tcp_minisocks.c: a wrong ACK is answered before
 * timestamps are looked at.
 */
static bool request_rejects(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_packet *p = o->packet;

	if ((p->flags & TCPWHY_ACK) && p->ack != o->socket.snt_isn + 1 &&
	    (!(p->flags & TCPWHY_RST) || o->socket.rst_ack_checked))
		return false;
	return tcpwhy_paws_reject(p, &o->socket, 0);
}

/* Nobody is hurt by an old RST, nor by the first copy of a SYN that its repetition overtook. */
static bool request_hurts(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_packet *p = o->packet;

	if (p->flags & TCPWHY_RST)
		return false;
	return !(p->flags & TCPWHY_SYN) || p->seq + 1 != o->socket.rcv_nxt;
}

static bool judge_handshake(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (o->kind == TCPWHY_KIND_REQUEST) {
		if (!request_rejects(o) || !request_hurts(o))
			return false;
		/* The ACK of our sequence number cannot be guessed; a SYN proves nothing. */
		if (!(o->packet->flags & TCPWHY_ACK))
			v->confidence = TCPWHY_CONFIDENCE_POSSIBLE;
	} else {
		if (!in_handshake(o->socket.state))
			return false;
		v->confidence = confidence_of(o);
	}
	fill(o, v);
	return true;
}

static bool judge_timewait(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (tcpwhy_refusal_sequel(o, v))
		return true;
	if (o->kind != TCPWHY_KIND_TIMEWAIT || tcpwhy_refusal_is_late_copy(o) ||
	    tcpwhy_timewait_fate(o->packet, &o->socket) != TCPWHY_TIMEWAIT_SYN_PAWS)
		return false;
	tcpwhy_refusal_open(o, v);
	return true;
}

static bool is_stale(const struct tcpwhy_observation *o)
{
	enum tcpwhy_timewait_fate fate;

	switch (o->kind) {
	case TCPWHY_KIND_TIMEWAIT:
		fate = tcpwhy_timewait_fate(o->packet, &o->socket);
		return fate == TCPWHY_TIMEWAIT_PAWS ||
		       (fate == TCPWHY_TIMEWAIT_SYN_PAWS && tcpwhy_refusal_is_late_copy(o));
	case TCPWHY_KIND_REQUEST:
		return request_rejects(o) && !request_hurts(o);
	default:
		return !in_handshake(o->socket.state) && !hurts(o);
	}
}

static bool judge_stale(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (!is_stale(o))
		return false;
	fill(o, v);
	return true;
}

const struct tcpwhy_cause tcpwhy_paws_established = {
	.id = TCPWHY_CAUSE_PAWS_ESTABLISHED,
	.name = "paws-established",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_PAWS_DROP),
	.mibs = BIT(TCPWHY_MIB_PAWS_ESTAB) | BIT(TCPWHY_MIB_PAWS_OLD_ACK),
	.judge = judge_established,
	.describe = describe,
};

const struct tcpwhy_cause tcpwhy_paws_handshake = {
	.id = TCPWHY_CAUSE_PAWS_HANDSHAKE,
	.name = "paws-handshake",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_REQUEST) | BIT_ULL(TCPWHY_KIND_PAWS_DROP),
	.wants_all_segments = true,
	.mibs = BIT(TCPWHY_MIB_PAWS_ESTAB),
	.judge = judge_handshake,
	.describe = describe,
};

const struct tcpwhy_cause tcpwhy_paws_timewait = {
	.id = TCPWHY_CAUSE_PAWS_TIMEWAIT,
	.name = "paws-timewait",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_TIMEWAIT) | BIT_ULL(TCPWHY_KIND_ESTABLISHED),
	.remembers = BIT_ULL(TCPWHY_KIND_SYN),
	.mibs = BIT(TCPWHY_MIB_PAWS_TIMEWAIT),
	.judge = judge_timewait,
	.merge = tcpwhy_refusal_merge,
	.describe = tcpwhy_refusal_describe,
};

const struct tcpwhy_cause tcpwhy_paws_stale = {
	.id = TCPWHY_CAUSE_PAWS_STALE,
	.name = "paws-stale",
	.severity = TCPWHY_SEVERITY_INFO,
	.wants = BIT_ULL(TCPWHY_KIND_TIMEWAIT) | BIT_ULL(TCPWHY_KIND_REQUEST) |
		 BIT_ULL(TCPWHY_KIND_PAWS_DROP),
	.wants_all_segments = true,
	.mibs = BIT(TCPWHY_MIB_PAWS_ESTAB) | BIT(TCPWHY_MIB_PAWS_TIMEWAIT) |
		BIT(TCPWHY_MIB_PAWS_OLD_ACK),
	.judge = judge_stale,
	.describe = describe,
};
