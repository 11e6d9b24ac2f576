// SPDX-License-Identifier: GPL-2.0
/*
 * What a refused SYN leaves behind. TIME_WAIT answers it with an ACK; the
 * client's RST to that ACK ends the TIME_WAIT, and the repeated SYN gets in: at
 * once from a newer Linux, which repeats it on such an ACK (measured: 20 ms
 * late), after its RTO of a second from others. Where the RST is lost (firewall)
 * or ignored (tcp_rfc1337) the client hangs. All of that is one story, told by
 * the refusal's finding.
 */
#include "causes/causes.h"

/* A client gives up after at most 127 s of SYNs (net.ipv4.tcp_syn_retries 6, RTO 1 s). */
#define REMEMBER_MS	180000

static bool remembered(const struct tcpwhy_observation *o)
{
	return o->flow && o->flow->refused_by &&
	       tcpwhy_ms(o->now_ns) - o->flow->refused_ms < REMEMBER_MS;
}

/**
 * tcpwhy_refusal_is_late_copy() - is this SYN the one that opened the connection?
 * @o: a segment that met TIME_WAIT
 *
 * A repetition of it, or a copy that the network made, may come when the
 * connection is over. Nobody waits for an answer then.
 */
bool tcpwhy_refusal_is_late_copy(const struct tcpwhy_observation *o)
{
	return o->flow && o->flow->has_syn && o->flow->isn == o->packet->seq;
}

/**
 * tcpwhy_refusal_open() - a SYN is refused
 * @o: the SYN and the TIME_WAIT that it met
 * @v: evidence; @v->cause is the refusing cause
 */
void tcpwhy_refusal_open(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_refusal *e = &v->evidence.refusal;
	struct tcpwhy_flow *f = o->flow;

	e->has_ts = o->socket.ts_ok && o->packet->has_ts && o->socket.ts_recent_stamp;
	e->tsval = o->packet->tsval;
	e->ts_recent = o->socket.ts_recent;
	e->seq = o->packet->seq;
	e->rcv_nxt = o->socket.rcv_nxt;
	e->age_ms = o->socket.age_ms;
	e->ttl = o->packet->ttl;
	e->attempts = 1;
	if (!f)
		return;
	if (f->has_syn) {
		e->knows_syn = true;
		e->changed = tcpwhy_flow_syn_changed(f, o->packet);
		e->ttl_before = f->ttl;
	}
	if (remembered(o) && f->refused_by == v->cause && f->refused_isn == o->packet->seq) {
		e->attempts = 0;
	} else {
		f->refused_isn = o->packet->seq;
		f->refused_ms = tcpwhy_ms(o->now_ns);
	}
	f->refused_by = v->cause;
	f->seen_ms = tcpwhy_ms(o->now_ns);
}

/**
 * tcpwhy_refusal_sequel() - is this what followed a refusal by @v->cause?
 * @o: the observation
 * @v: the verdict; filled in if so
 */
bool tcpwhy_refusal_sequel(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_refusal *e = &v->evidence.refusal;

	if (!remembered(o) || o->flow->refused_by != v->cause)
		return false;
	if (o->kind == TCPWHY_KIND_TIMEWAIT) {
		if (!(o->packet->flags & TCPWHY_RST) ||
		    tcpwhy_timewait_fate(o->packet, &o->socket) != TCPWHY_TIMEWAIT_RST_KILLS)
			return false;
		e->cleared_by_rst = 1;
	} else if (o->kind == TCPWHY_KIND_ESTABLISHED) {
		o->flow->refused_by = TCPWHY_CAUSE_NONE;
		/* A later try that was never refused says nothing about this one. */
		if (o->socket.rcv_nxt != o->flow->refused_isn + 1)
			return false;
		e->got_in = 1;
		e->late_max_ms = tcpwhy_ms(o->now_ns) - o->flow->refused_ms;
		e->late_sum_ms = e->late_max_ms;
	} else {
		return false;
	}
	v->weight = TCPWHY_WEIGHT_SEQUEL;
	v->mibs = 0;
	return true;
}

/**
 * tcpwhy_refusal_merge() - the latest refusal, and sums over all
 * @sum: the finding's evidence
 * @v: a refusal or its sequel
 */
void tcpwhy_refusal_merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	const struct tcpwhy_evidence_refusal old = sum->refusal, *add = &v->evidence.refusal;
	struct tcpwhy_evidence_refusal *e = &sum->refusal;

	if (v->weight == TCPWHY_WEIGHT_EVENT)
		*e = *add;
	e->attempts = old.attempts + add->attempts;
	e->got_in = old.got_in + add->got_in;
	e->cleared_by_rst = old.cleared_by_rst + add->cleared_by_rst;
	e->late_sum_ms = old.late_sum_ms + add->late_sum_ms;
	e->late_max_ms = max(old.late_max_ms, add->late_max_ms);
}

/**
 * tcpwhy_refusal_describe() - the evidence, piece by piece
 * @e: evidence of a refusal
 * @emit: takes a piece
 * @ctx: for @emit
 */
void tcpwhy_refusal_describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_evidence_refusal *r = &e->refusal;

	if (r->has_ts) {
		emit(ctx, TCPWHY_A_EVIDENCE_TSVAL, r->tsval);
		emit(ctx, TCPWHY_A_EVIDENCE_TS_RECENT, r->ts_recent);
		emit(ctx, TCPWHY_A_EVIDENCE_TS_BEHIND, r->ts_recent - r->tsval);
	}
	emit(ctx, TCPWHY_A_EVIDENCE_SEQ, r->seq);
	emit(ctx, TCPWHY_A_EVIDENCE_RCV_NXT, r->rcv_nxt);
	emit(ctx, TCPWHY_A_EVIDENCE_TW_AGE, r->age_ms);
	emit(ctx, TCPWHY_A_EVIDENCE_TTL, r->ttl);
	if (r->knows_syn) {
		emit(ctx, TCPWHY_A_EVIDENCE_SYN_CHANGED, r->changed);
		emit(ctx, TCPWHY_A_EVIDENCE_TTL_BEFORE, r->ttl_before);
	}
	emit(ctx, TCPWHY_A_EVIDENCE_ATTEMPTS, r->attempts);
	emit(ctx, TCPWHY_A_EVIDENCE_GOT_IN, r->got_in);
	if (r->got_in) {
		emit(ctx, TCPWHY_A_EVIDENCE_LATE_MEAN, (u32)div_u64(r->late_sum_ms, r->got_in));
		emit(ctx, TCPWHY_A_EVIDENCE_LATE_MAX, r->late_max_ms);
	}
	emit(ctx, TCPWHY_A_EVIDENCE_CLEARED_BY_RST, r->cleared_by_rst);
}
