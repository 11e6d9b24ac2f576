// SPDX-License-Identifier: GPL-2.0
/*
 * Large packets vanish while smaller ones get through, seen by a gateway: behind it, as
 * blackhole.c says of a sender, or at itself, where the sender does not heed its "too big".
 */
#include "causes/causes.h"

/* The same segment came so often again after the first answer. */
#define TOLD_AGAIN	3

static void fill(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_forward *e = &v->evidence.forward;
	const struct tcpwhy_way *way = o->forward.way;

	e->hole.passes = way->passes;
	e->sender = o->forward.sender;
	e->service = o->forward.service;
	e->relay = o->forward.relay;
	e->mss = way->mss;
	e->mss_back = o->forward.mss_back;
}

static bool judge_stall(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_blackhole *e = &v->evidence.forward.hole;
	const struct tcpwhy_stalls *others = &o->forward.others;
	struct tcpwhy_stall *s = &o->forward.way->stall;

	v->confidence = tcpwhy_blackhole_confidence(s, others);
	if (!v->confidence)
		return false;
	/* Who sends in another's name is not where that one is. */
	if (o->forward.odd)
		v->confidence = TCPWHY_CONFIDENCE_POSSIBLE;
	fill(o, v);
	e->size = s->size;
	e->mtu = s->pmtu;
	e->retries = s->times;
	e->stall_ms = tcpwhy_ms(o->now_ns) - s->since_ms;
	e->life = tcpwhy_blackhole_life(s, others);
	e->signs = tcpwhy_blackhole_signs(s, others);
	/* A larger one that passes does not say what does for its size. */
	if (e->passes >= s->size)
		e->passes = 0;
	s->named = true;
	return true;
}

/*
 * What follows the last byte that the peer acknowledged can be known only to who sees both
 * ways of the connection.
 */
static bool judge_told(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_forward *e = &v->evidence.forward;
	struct tcpwhy_way *way = o->forward.way;

	if (way->told <= TOLD_AGAIN || way->told_named)
		return false;
	if (!o->forward.open || o->forward.odd || way->told_seq != way->una)
		v->confidence = TCPWHY_CONFIDENCE_POSSIBLE;
	fill(o, v);
	e->hole.size = way->told_size;
	e->hole.mtu = way->told_mtu;
	e->hole.retries = way->told - 1;
	e->hole.stall_ms = tcpwhy_ms(o->now_ns) - way->told_since_ms;
	e->told = way->told;
	way->told_named = true;
	return true;
}

static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	return o->kind == TCPWHY_KIND_FORWARD_TOLD ? judge_told(o, v) : judge_stall(o, v);
}

static void merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_blackhole hole = sum->forward.hole;

	tcpwhy_blackhole_merge(&hole, &v->evidence.forward.hole);
	sum->forward = v->evidence.forward;
	sum->forward.hole = hole;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_evidence_forward *f = &e->forward;

	tcpwhy_blackhole_describe(&f->hole, emit, ctx);
	if (f->told)
		emit(ctx, TCPWHY_A_EVIDENCE_TOO_BIG_SENT, f->told);
	if (f->mss)
		emit(ctx, TCPWHY_A_EVIDENCE_MSS, f->mss);
	if (f->mss_back)
		emit(ctx, TCPWHY_A_EVIDENCE_MSS_SENDER, f->mss_back);
	if (f->relay)
		emit(ctx, TCPWHY_A_EVIDENCE_RELAY, f->relay);
}

static void describe_addrs(const struct tcpwhy_evidence *e, tcpwhy_emit_addr_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_SENDER, &e->forward.sender);
	if (e->forward.relay)
		emit(ctx, TCPWHY_A_EVIDENCE_SERVICE, &e->forward.service);
}

const struct tcpwhy_cause tcpwhy_blackhole_forward = {
	.id = TCPWHY_CAUSE_BLACKHOLE_FORWARD,
	.name = "blackhole-forward",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_FORWARD_STALL) | BIT_ULL(TCPWHY_KIND_FORWARD_TOLD),
	.judge = judge,
	.merge = merge,
	.describe = describe,
	.describe_addrs = describe_addrs,
};
