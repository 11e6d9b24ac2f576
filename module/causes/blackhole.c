// SPDX-License-Identifier: GPL-2.0
/*
 * Large packets vanish while smaller ones get through: a link on the path has a smaller MTU,
 * and nobody says so (RFC 2923, 2.1; RFC 4821). What counts is what is sent again and again
 * and is larger than what passes everywhere, whether it fills the MSS or not. See deaf.c for
 * what is not about size.
 *
 * A large segment that times out again and again may as well mean loss, or a peer that is
 * gone. Loss of 20 % takes the same segment six times in 1 of 16 000 cases, four times in
 * 1 of 600: one connection is judged by the sixth transmission, two by the fourth. And
 * something has to show that smaller ones arrive: see &enum tcpwhy_life. An outage takes
 * two as easily as one; what the peer has said meanwhile rules it out, but not what it
 * acknowledged before.
 *
 * That something arrives has to be shown of this direction, and of this connection: boxes on
 * the path may treat another one otherwise. Who was heard here and repeats nothing has our
 * acknowledgments.
 *
 * The receiver does not see how often they were repeated, only for how long they have been
 * missing: one connection is judged later than two.
 */
#include "causes/causes.h"

/**
 * tcpwhy_blackhole_life() - what shows that smaller segments get through
 * @s: a connection that does not get further
 * @others: the others of the same peer
 *
 * Return: bits of &enum tcpwhy_life
 */
u8 tcpwhy_blackhole_life(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others)
{
	u8 life = tcpwhy_stall_life(s) | (others->crossed ? TCPWHY_LIFE_OTHER : 0);

	/* Two whose programs gave up, and whose FINs arrived: no link is back for both then. */
	if (others->stuck_long && tcpwhy_stall_is_late(s, 1))
		life |= TCPWHY_LIFE_SACK;
	/*
	 * What a FIN acknowledges shows at once that all that was sent again is lost. It may be
	 * the first that a link lets through that was down; less likely so for two connections
	 * whose programs gave up.
	 */
	return s->closes && others->stuck_long ? life | TCPWHY_LIFE_FIN : life;
}

/* A router does say why: see too_big.c for what became of that. */
static bool is_told(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_stall *s = o->stall.memory;

	return o->stall.others.told || tcpwhy_stall_is_told(s, s->size, tcpwhy_ms(o->now_ns));
}

/* Of this direction and this connection. */
static bool is_proof(u8 life)
{
	return life & (TCPWHY_LIFE_SACK | TCPWHY_LIFE_DATA);
}

/* Or, as the peer is there, its silence: it has nothing to repeat. Or it took something before. */
static bool is_shown(const struct tcpwhy_stall *s, u8 life)
{
	return is_proof(life) || ((s->heard || !s->first) && life & TCPWHY_LIFE_OTHER);
}

/* Is it long enough, for what else is known? */
static bool lasts_long(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others, u8 life)
{
	bool heard = life & (TCPWHY_LIFE_DATA | TCPWHY_LIFE_OTHER);

	if (!s->fresh || s->larger || others->larger)
		return s->times >= TCPWHY_STALL_LONG && others->stuck_long;
	if (!is_shown(s, life))
		return s->times >= TCPWHY_STALL_LONG &&
		       s->last_ms - s->since_ms >= TCPWHY_STALL_SYNACK_MS;
	return s->times >= (others->stuck && heard ? TCPWHY_STALL_TIMES : TCPWHY_STALL_LONG);
}

/* Small ones vanish, too: on this connection, or on one that is stuck as this one is. */
static bool small_ones_fail(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others,
			    u8 life)
{
	if (s->cut > 1)
		return true;
	return !is_proof(life) && (tcpwhy_stall_small_fails(s) ||
				   (s->first && !s->heard && others->small_fails));
}

/**
 * tcpwhy_blackhole_confidence() - does a segment vanish for its size?
 * @s: its connection; see tcpwhy_stall_note()
 * @others: the others of the same peer
 *
 * Return: &enum tcpwhy_confidence; 0 if not, or if it was said before
 */
u8 tcpwhy_blackhole_confidence(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others)
{
	u8 life = tcpwhy_blackhole_life(s, others);

	if (!s->large || s->named || others->passed || !life || !lasts_long(s, others, life))
		return TCPWHY_CONFIDENCE_UNSPEC;
	if (small_ones_fail(s, others, life))
		return TCPWHY_CONFIDENCE_UNSPEC;
	/*
	 * After its FIN, which may have come before all was lost, the peer is not heard again.
	 * Half of a ClientHello may as well vanish for what it is.
	 */
	return is_shown(s, life) && !s->hello ? TCPWHY_CONFIDENCE_LIKELY :
						TCPWHY_CONFIDENCE_POSSIBLE;
}

/**
 * tcpwhy_blackhole_signs() - what else tells what is wrong
 * @s: a connection that does not get further
 * @others: the others of the same peer
 *
 * Return: bits of &enum tcpwhy_path_sign
 */
u8 tcpwhy_blackhole_signs(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others)
{
	bool larger = s->larger || others->larger || (!s->fresh && !s->full);

	return (s->hello ? TCPWHY_PATH_HELLO : 0) | (larger ? TCPWHY_PATH_LARGER : 0);
}

static void fill(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_blackhole *e = &v->evidence.blackhole;
	const struct tcpwhy_stall *s = o->stall.memory;

	e->size = s->size;
	e->mtu = s->pmtu;
	e->retries = s->times;
	e->stall_ms = tcpwhy_ms(o->now_ns) - s->since_ms;
	e->life = tcpwhy_blackhole_life(s, &o->stall.others);
	e->passes = o->stall.size_now ? o->stall.size_now : s->sacked;
	e->unheard = o->stall.unheard;
	/* A larger one that passes does not say what does for its size. */
	if (e->passes >= s->size)
		e->passes = 0;
	e->signs = tcpwhy_blackhole_signs(s, &o->stall.others);
}

static bool judge_rto(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_stall *s = o->stall.memory;

	v->confidence = tcpwhy_blackhole_confidence(s, &o->stall.others);
	if (!v->confidence || is_told(o))
		return false;
	fill(o, v);
	s->named = true;
	return true;
}

/* It went on once its segments had become smaller, and nothing of full size had arrived. */
static bool judge_shrunk(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	const struct tcpwhy_stalls *others = &o->stall.others;
	struct tcpwhy_stall *s = o->stall.memory;

	if (!s->shrunk || others->passed || is_told(o))
		return false;
	if (!s->named && !others->stuck && !others->shrunk)
		return false;
	v->weight = s->named ? TCPWHY_WEIGHT_SEQUEL : TCPWHY_WEIGHT_EVENT;
	fill(o, v);
	v->evidence.blackhole.life |= TCPWHY_LIFE_SHRUNK;
	s->named = true;
	return true;
}

static bool judge_send(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	return o->kind == TCPWHY_KIND_SHRUNK ? judge_shrunk(o, v) : judge_rto(o, v);
}

/**
 * tcpwhy_blackhole_merge() - the latest counts; but what is known to pass, and how, is not
 * forgotten
 * @sum: evidence so far
 * @now: evidence of the latest
 */
void tcpwhy_blackhole_merge(struct tcpwhy_evidence_blackhole *sum,
			    const struct tcpwhy_evidence_blackhole *now)
{
	u32 passes = max(sum->passes, now->passes);
	u8 life = sum->life | now->life, signs = sum->signs | now->signs;
	struct tcpwhy_unheard unheard = now->unheard.count ? now->unheard : sum->unheard;

	*sum = *now;
	sum->life = life;
	sum->signs = signs;
	sum->unheard = unheard;
	if (passes < sum->size)
		sum->passes = passes;
}

static void merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	tcpwhy_blackhole_merge(&sum->blackhole, &v->evidence.blackhole);
}

/**
 * tcpwhy_blackhole_describe() - what is known from wherever one stands
 * @b: evidence
 * @emit: takes a piece
 * @ctx: for @emit
 */
void tcpwhy_blackhole_describe(const struct tcpwhy_evidence_blackhole *b, tcpwhy_emit_t emit,
			       void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_SIZE_FAILS, b->size);
	if (b->passes)
		emit(ctx, TCPWHY_A_EVIDENCE_SIZE_PASSES, b->passes);
	emit(ctx, TCPWHY_A_EVIDENCE_MTU, b->mtu);
	if (b->retries)
		emit(ctx, TCPWHY_A_EVIDENCE_RETRIES, b->retries);
	emit(ctx, TCPWHY_A_EVIDENCE_STALL, b->stall_ms);
	if (b->life)
		emit(ctx, TCPWHY_A_EVIDENCE_LIFE, b->life);
	if (b->signs)
		emit(ctx, TCPWHY_A_EVIDENCE_PATH_SIGNS, b->signs);
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_unheard *u = &e->blackhole.unheard;

	tcpwhy_blackhole_describe(&e->blackhole, emit, ctx);
	if (!u->count)
		return;
	emit(ctx, TCPWHY_A_EVIDENCE_DROPPED_HERE, u->count);
	emit(ctx, TCPWHY_A_EVIDENCE_DROP_REASON, u->reason);
	if (u->said)
		emit(ctx, TCPWHY_A_EVIDENCE_MTU_SAID, u->said);
}

static void describe_addrs(const struct tcpwhy_evidence *e, tcpwhy_emit_addr_t emit, void *ctx)
{
	if (e->blackhole.unheard.count)
		emit(ctx, TCPWHY_A_EVIDENCE_ROUTER, &e->blackhole.unheard.router);
}

const struct tcpwhy_cause tcpwhy_blackhole_send = {
	.id = TCPWHY_CAUSE_BLACKHOLE_SEND,
	.name = "blackhole-send",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_RTO) | BIT_ULL(TCPWHY_KIND_SHRUNK),
	.judge = judge_send,
	.merge = merge,
	.describe = describe,
	.describe_addrs = describe_addrs,
};

static u8 signs_of_small_ones(const struct tcpwhy_hole *h, bool alone)
{
	return (h->fin ? TCPWHY_LIFE_FIN : 0) | (alone ? 0 : TCPWHY_LIFE_OTHER);
}

static bool judge_receive(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_blackhole *e = &v->evidence.blackhole;
	const struct tcpwhy_stalls *others = &o->stall.others;
	struct tcpwhy_hole *h = &o->stall.memory->hole;
	u32 now_ms = tcpwhy_ms(o->now_ns);
	bool alone = !others->holes;

	if (!h->open || h->named || others->hole_passed || tcpwhy_hole_passed(h, now_ms))
		return false;
	if (now_ms - h->since_ms < (alone ? TCPWHY_HOLE_ALONE_MS : TCPWHY_HOLE_MS))
		return false;
	/* Half of a ClientHello may as well vanish for what it is. */
	v->confidence = alone || h->hello ? TCPWHY_CONFIDENCE_POSSIBLE : TCPWHY_CONFIDENCE_LIKELY;
	e->size = h->size;
	e->passes = h->came;
	e->mtu = h->pmtu;
	e->stall_ms = now_ms - h->since_ms;
	e->hole = h->missing;
	e->mss = h->mss;
	e->life = signs_of_small_ones(h, alone);
	e->signs = h->hello ? TCPWHY_PATH_HELLO : 0;
	h->named = true;
	return true;
}

static void describe_receive(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_evidence_blackhole *b = &e->blackhole;

	tcpwhy_blackhole_describe(b, emit, ctx);
	emit(ctx, TCPWHY_A_EVIDENCE_HOLE, b->hole);
	emit(ctx, TCPWHY_A_EVIDENCE_MSS, b->mss);
}

const struct tcpwhy_cause tcpwhy_blackhole_receive = {
	.id = TCPWHY_CAUSE_BLACKHOLE_RECEIVE,
	.name = "blackhole-receive",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_HOLE),
	.judge = judge_receive,
	.merge = merge,
	.describe = describe_receive,
};
