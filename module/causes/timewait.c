// SPDX-License-Identifier: GPL-2.0
/*
 * TIME_WAIT: the side that closes first remembers the connection for 60 s, so
 * that late segments of it harm no later one (RFC 9293, 3.6).
 */
#include "causes/causes.h"

/**
 * tcpwhy_timewait_fate() - the kernel's tcp_timewait_state_process(),
 * net/ipv4/tcp_minisocks.c, computed on the same values
 * @p: the segment
 * @s: the TIME_WAIT socket, before the kernel looks at the segment
 *
 * The substate FIN_WAIT2 has rules of its own and counts nothing by PAWS.
 */
enum tcpwhy_timewait_fate tcpwhy_timewait_fate(const struct tcpwhy_packet *p,
					       const struct tcpwhy_socket *s)
{
	bool saw_ts = s->ts_ok && p->has_ts && s->ts_recent_stamp;
	bool paws = saw_ts && tcpwhy_paws_reject(p, s, 0);
	bool plain_syn = tcpwhy_packet_is_plain_syn(p);

	if (s->substate != TCPWHY_TIME_WAIT)
		return TCPWHY_TIMEWAIT_OTHER;
	if (!paws && p->seq == s->rcv_nxt && (p->seq == p->end_seq || (p->flags & TCPWHY_RST))) {
		if ((p->flags & TCPWHY_RST) && !s->rfc1337)
			return TCPWHY_TIMEWAIT_RST_KILLS;
		return TCPWHY_TIMEWAIT_OTHER;
	}
	if (paws)
		return plain_syn ? TCPWHY_TIMEWAIT_SYN_PAWS : TCPWHY_TIMEWAIT_PAWS;
	if (!plain_syn)
		return TCPWHY_TIMEWAIT_OTHER;
	if (tcpwhy_after(p->seq, s->rcv_nxt) || (saw_ts && tcpwhy_before(s->ts_recent, p->tsval)))
		return TCPWHY_TIMEWAIT_SYN_ACCEPTED;
	return TCPWHY_TIMEWAIT_SYN_OLD;
}

static bool judge_refused_syn(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (tcpwhy_refusal_sequel(o, v))
		return true;
	if (o->kind != TCPWHY_KIND_TIMEWAIT || tcpwhy_refusal_is_late_copy(o) ||
	    tcpwhy_timewait_fate(o->packet, &o->socket) != TCPWHY_TIMEWAIT_SYN_OLD)
		return false;
	tcpwhy_refusal_open(o, v);
	return true;
}

const struct tcpwhy_cause tcpwhy_timewait_refused_syn = {
	.id = TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN,
	.name = "timewait-refused-syn",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_TIMEWAIT) | BIT_ULL(TCPWHY_KIND_ESTABLISHED),
	.remembers = BIT_ULL(TCPWHY_KIND_SYN),
	.judge = judge_refused_syn,
	.merge = tcpwhy_refusal_merge,
	.describe = tcpwhy_refusal_describe,
};

/*
 * inet_twsk_alloc(), net/ipv4/inet_timewait_sock.c, returns nothing at
 * net.ipv4.tcp_max_tw_buckets, and tcp_time_wait() then closes as if it had.
 * What also goes from FIN_WAIT2 to CLOSE without TIME_WAIT: a reset or a
 * time-out (an error is set), TCP_LINGER2 below 0, and SO_LINGER 0 or
 * connect(AF_UNSPEC), where the peer's FIN was not read and a program still
 * holds the socket.
 */
static bool judge_overflow(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	const struct tcpwhy_closed *c = &o->closed;

	if (c->error || c->linger2_negative || !c->all_acked)
		return false;
	if (!c->fin_received && !c->orphan)
		return false;
	if (c->tw_count + c->cpus < c->tw_limit)
		return false;
	/*
	 * Data for an orphan in FIN_WAIT2 ends it at once as well, with a RST that
	 * comes later than this (tcp_rcv_state_process(), TCPABORTONDATA).
	 */
	if (!c->fin_received)
		v->confidence = TCPWHY_CONFIDENCE_LIKELY;
	v->evidence.overflow.count = c->tw_count;
	v->evidence.overflow.limit = c->tw_limit;
	return true;
}

static void describe_overflow(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_TW_COUNT, e->overflow.count);
	emit(ctx, TCPWHY_A_EVIDENCE_TW_LIMIT, e->overflow.limit);
}

const struct tcpwhy_cause tcpwhy_timewait_overflow = {
	.id = TCPWHY_CAUSE_TIMEWAIT_OVERFLOW,
	.name = "timewait-overflow",
	.severity = TCPWHY_SEVERITY_NOTICE,
	.wants = BIT_ULL(TCPWHY_KIND_CLOSED),
	.mibs = BIT(TCPWHY_MIB_TIMEWAIT_OVERFLOW),
	.judge = judge_overflow,
	.describe = describe_overflow,
};

/* A RST after a refused SYN is the sequel of that refusal, and told there. */
static bool judge_killed(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_verdict refusal = { .cause = o->flow ? o->flow->refused_by : 0 };

	if (tcpwhy_timewait_fate(o->packet, &o->socket) != TCPWHY_TIMEWAIT_RST_KILLS)
		return false;
	if (refusal.cause && tcpwhy_refusal_sequel(o, &refusal))
		return false;
	v->evidence.killed.seq = o->packet->seq;
	v->evidence.killed.age_ms = o->socket.age_ms;
	return true;
}

static void describe_killed(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_SEQ, e->killed.seq);
	emit(ctx, TCPWHY_A_EVIDENCE_TW_AGE, e->killed.age_ms);
}

const struct tcpwhy_cause tcpwhy_timewait_killed = {
	.id = TCPWHY_CAUSE_TIMEWAIT_KILLED,
	.name = "timewait-killed",
	.severity = TCPWHY_SEVERITY_NOTICE,
	.wants = BIT_ULL(TCPWHY_KIND_TIMEWAIT),
	.judge = judge_killed,
	.describe = describe_killed,
};
