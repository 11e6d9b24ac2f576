// SPDX-License-Identifier: GPL-2.0
/*
 * What vanishes, and not for its size: all that is sent after the handshake, or certain bytes.
 *
 * A firewall that has not seen both ways of a handshake, or saw it by another path, may let
 * SYNs pass and drop what follows. A box that looks into what passes may drop what it does not
 * like, or the rest of the connection with it. Both leave the same segment to be sent again
 * and again, as in blackhole.c; the difference is that small ones vanish as well.
 *
 * A peer, or a link, that is gone lets nothing pass either: here the peer answers a SYN while
 * another connection is stuck. A listener whose accept queue is full takes nothing either, and
 * repeats its SYN-ACK. It answers no SYN meanwhile, unless the queue has room for a moment: so
 * it is only possible where the SYN-ACK is repeated.
 */
#include "causes/causes.h"

static void fill(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_blackhole *e = &v->evidence.blackhole;
	const struct tcpwhy_stall *s = o->stall.memory;

	e->size = s->size;
	e->small_fails = tcpwhy_stall_small_fails(s);
	e->retries = s->times + s->cut;
	e->stall_ms = tcpwhy_ms(o->now_ns) - s->since_ms;
	e->signs = s->hello ? TCPWHY_PATH_HELLO : 0;
}

static void merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	u32 small_fails = sum->blackhole.small_fails;

	tcpwhy_blackhole_merge(&sum->blackhole, &v->evidence.blackhole);
	if (small_fails && (!sum->blackhole.small_fails ||
			    small_fails < sum->blackhole.small_fails))
		sum->blackhole.small_fails = small_fails;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_evidence_blackhole *b = &e->blackhole;

	emit(ctx, TCPWHY_A_EVIDENCE_SIZE_FAILS, b->size);
	emit(ctx, TCPWHY_A_EVIDENCE_SMALL_FAILS, b->small_fails);
	emit(ctx, TCPWHY_A_EVIDENCE_RETRIES, b->retries);
	emit(ctx, TCPWHY_A_EVIDENCE_STALL, b->stall_ms);
	if (b->life)
		emit(ctx, TCPWHY_A_EVIDENCE_LIFE, b->life);
	if (b->signs)
		emit(ctx, TCPWHY_A_EVIDENCE_PATH_SIGNS, b->signs);
}

static bool judge_deaf(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	const struct tcpwhy_stalls *others = &o->stall.others;
	struct tcpwhy_stall *s = o->stall.memory;
	u32 small = tcpwhy_stall_small_fails(s);

	if (s->named || !s->first || s->heard || !others->met || others->passed)
		return false;
	if (s->late || tcpwhy_stall_life(s) & (TCPWHY_LIFE_SACK | TCPWHY_LIFE_DATA))
		return false;
	if (s->times + s->cut < TCPWHY_STALL_LONG || !(small || others->small_fails) ||
	    s->last_ms - s->since_ms < TCPWHY_STALL_SYNACK_MS)
		return false;
	v->confidence = s->bare ? TCPWHY_CONFIDENCE_POSSIBLE : TCPWHY_CONFIDENCE_LIKELY;
	fill(o, v);
	if (!small)
		v->evidence.blackhole.small_fails = others->small_fails;
	if (s->bare)
		v->evidence.blackhole.signs |= TCPWHY_PATH_SYNACK;
	s->named = true;
	return true;
}

const struct tcpwhy_cause tcpwhy_deaf_after_handshake = {
	.id = TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE,
	.name = "deaf-after-handshake",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_RTO),
	.judge = judge_deaf,
	.merge = merge,
	.describe = describe,
};

/* Also of what was counted as a matter of its size before smaller packets were tried. */
static bool judge_content(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_stall *s = o->stall.memory;

	if (s->by_content || !tcpwhy_stall_by_content(s))
		return false;
	v->confidence = s->cut >= TCPWHY_STALL_CUT || o->stall.others.content ?
			TCPWHY_CONFIDENCE_LIKELY : TCPWHY_CONFIDENCE_POSSIBLE;
	fill(o, v);
	v->evidence.blackhole.life = tcpwhy_stall_life(s);
	s->by_content = true;
	s->named = true;
	return true;
}

const struct tcpwhy_cause tcpwhy_dropped_by_content = {
	.id = TCPWHY_CAUSE_DROPPED_BY_CONTENT,
	.name = "dropped-by-content",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_RTO),
	.judge = judge_content,
	.merge = merge,
	.describe = describe,
};
