// SPDX-License-Identifier: GPL-2.0
/*
 * A router says that packets are too big for its next link (RFC 1191, RFC 8201). Mostly TCP
 * takes it, and makes smaller ones: path MTU discovery at work. If it does not, and may not
 * be fragmented on the way either, its packets vanish from then on.
 *
 * Who knows a connection's addresses, ports and sequence numbers can say so in any router's
 * name, and TCP believes him as well.
 */
#include "causes/causes.h"

static void fill(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_too_big *e = &v->evidence.too_big;

	e->router = o->too_big.router;
	e->said = o->too_big.said;
	e->before = o->too_big.before;
	e->now = o->too_big.now;
	e->size = o->too_big.size;
}

/* Below net.ipv4.route.min_pmtu it falls no further; what fell below what was said had others. */
static bool judge_lowered(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	const struct tcpwhy_too_big *t = &o->too_big;

	if (t->now >= t->before || t->now < t->said)
		return false;
	fill(o, v);
	return true;
}

static bool judge_ignored(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	const struct tcpwhy_too_big *t = &o->too_big;

	if (!t->said || t->now < t->before || t->size <= t->said || !t->whole)
		return false;
	v->confidence = TCPWHY_CONFIDENCE_LIKELY;
	fill(o, v);
	return true;
}

static void describe_said(const struct tcpwhy_evidence_too_big *e, tcpwhy_emit_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_MTU, e->now);
	if (e->said)
		emit(ctx, TCPWHY_A_EVIDENCE_MTU_SAID, e->said);
}

static void describe_lowered(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	describe_said(&e->too_big, emit, ctx);
	emit(ctx, TCPWHY_A_EVIDENCE_MTU_BEFORE, e->too_big.before);
}

static void describe_ignored(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_SIZE_FAILS, e->too_big.size);
	describe_said(&e->too_big, emit, ctx);
}

static void describe_router(const struct tcpwhy_evidence *e, tcpwhy_emit_addr_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_ROUTER, &e->too_big.router);
}

const struct tcpwhy_cause tcpwhy_pmtu_lowered = {
	.id = TCPWHY_CAUSE_PMTU_LOWERED,
	.name = "pmtu-lowered",
	.severity = TCPWHY_SEVERITY_INFO,
	.wants = BIT_ULL(TCPWHY_KIND_TOO_BIG),
	.judge = judge_lowered,
	.describe = describe_lowered,
	.describe_addrs = describe_router,
};

const struct tcpwhy_cause tcpwhy_too_big_ignored = {
	.id = TCPWHY_CAUSE_TOO_BIG_IGNORED,
	.name = "too-big-ignored",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_TOO_BIG),
	.judge = judge_ignored,
	.describe = describe_ignored,
	.describe_addrs = describe_router,
};
