// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that came in pieces and never became whole: UDP, ICMP, TCP, whatever IP
 * carries. The network lost a piece, or this host refused what came.
 *
 * That it happened is a fact, and the kernel counts it. Who did it is not: no checksum
 * covers a fragment (the one of UDP or TCP covers the whole, which never was), and any
 * sender may write any address into it. So these are never more than `possible`, and a
 * flood of forged fragments evicts no better evidence than its own.
 */
#include "causes/causes.h"

/*
 * The kernel forgets a datagram when it is whole. A copy of one of its fragments that
 * comes later is waited for as if it were the first of a new one, in vain.
 */
static bool is_late_copy(const struct tcpwhy_fragments *f)
{
	return f->after_whole_ms <= TCPWHY_COPY_WITHIN_MS;
}

static void fill(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_fragments *e = &v->evidence.fragments;

	v->confidence = TCPWHY_CONFIDENCE_POSSIBLE;
	e->latest = o->fragments;
	if (o->kind != TCPWHY_KIND_FRAGMENTS_EXPIRED)
		return;
	e->no_first = !o->fragments.first;
	e->no_last = !o->fragments.last;
}

static bool judge_lost(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	/* What this host refused has been told, and was not lost. */
	if (is_late_copy(&o->fragments) || o->fragments.seen_refused)
		return false;
	fill(o, v);
	return true;
}

static bool judge_dropped(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (o->fragments.seen_refused)
		return false;
	fill(o, v);
	return true;
}

static void merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	const struct tcpwhy_evidence_fragments old = sum->fragments;
	struct tcpwhy_evidence_fragments *e = &sum->fragments;

	*e = v->evidence.fragments;
	e->no_first += old.no_first;
	e->no_last += old.no_last;
}

static void describe_latest(const struct tcpwhy_fragments *f, tcpwhy_emit_t emit, void *ctx)
{
	if (f->protocol)
		emit(ctx, TCPWHY_A_EVIDENCE_PROTOCOL, f->protocol);
	emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_ID, f->id);
	if (f->reason == TCPWHY_FRAGMENT_REASON_MEMORY) {
		emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_MEMORY, f->memory);
		emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_LIMIT, f->limit);
		return;
	}
	emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_FIRST, f->first);
	emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_BYTES, f->came);
	if (f->largest)
		emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST, f->largest);
	if (f->last)
		emit(ctx, TCPWHY_A_EVIDENCE_DATAGRAM_BYTES, f->end);
}

static void describe_lost(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	describe_latest(&e->fragments.latest, emit, ctx);
	emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_WAIT, e->fragments.latest.wait_ms);
	emit(ctx, TCPWHY_A_EVIDENCE_NO_FIRST, e->fragments.no_first);
	emit(ctx, TCPWHY_A_EVIDENCE_NO_LAST, e->fragments.no_last);
}

static void describe_dropped(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_FRAGMENT_REASON, e->fragments.latest.reason);
	describe_latest(&e->fragments.latest, emit, ctx);
}

const struct tcpwhy_cause tcpwhy_fragment_lost = {
	.id = TCPWHY_CAUSE_FRAGMENT_LOST,
	.name = "fragment-lost",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_FRAGMENTS_EXPIRED),
	.mibs = BIT(TCPWHY_MIB_REASM_TIMEOUT) | BIT(TCPWHY_MIB_REASM6_TIMEOUT),
	.judge = judge_lost,
	.merge = merge,
	.describe = describe_lost,
};

const struct tcpwhy_cause tcpwhy_fragment_dropped = {
	.id = TCPWHY_CAUSE_FRAGMENT_DROPPED,
	.name = "fragment-dropped",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_FRAGMENTS_REFUSED) | BIT_ULL(TCPWHY_KIND_FRAGMENT_NO_ROOM),
	.judge = judge_dropped,
	.merge = merge,
	.describe = describe_dropped,
};
