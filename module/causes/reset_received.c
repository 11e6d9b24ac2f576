// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs that reached this host and, as far as that can be told, who made them. A RST
 * from a host that does not know the connection has no ACK and no timestamp, and lies
 * where our segment's ACK pointed (RFC 9293, 3.10.7.1). So does one from a box on the
 * path: only what differs from the peer's own packets gives it away.
 */
#include "causes/causes.h"

/* A host that repeats its RST moves on by a FIN and a SYN at most. */
#define SEQ_FAR		2

static u32 count_signs(u8 signs)
{
	u32 n = 0;

	for (; signs; signs &= signs - 1)
		n++;
	return n;
}

static u8 signs_of(const struct tcpwhy_observation *o, u16 *id_expected)
{
	*id_expected = 0;
	if (!o->flow || !o->packet || o->conn.proxied)
		return 0;
	return tcpwhy_flow_reset_signs(o->flow, o->packet, o->conn.segs_in, id_expected);
}

static u32 received(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;
	u16 ignored;
	u8 signs;

	if (c->state == TCPWHY_SYN_SENT)
		return TCPWHY_CAUSE_PEER_REFUSED;
	signs = signs_of(o, &ignored);
	if (count_signs(signs) >= 2)
		return TCPWHY_CAUSE_RST_INJECTED;
	if (!signs && tcpwhy_rest_peer_leaves(o))
		return TCPWHY_CAUSE_PEER_GOODBYE;
	if (tcpwhy_rst_for_request(c->state))
		return TCPWHY_CAUSE_PEER_ABORTED;
	if (tcpwhy_rst_is_goodbye(o))
		return TCPWHY_CAUSE_PEER_GOODBYE;
	/* Who sent it is known, and why that socket's own finding says. */
	if (c->proxied)
		return TCPWHY_CAUSE_PEER_ABORTED;
	if (tcpwhy_rst_peer_closed_first(c->state) &&
	    tcpwhy_rst_written_after_fin(o) > (tcpwhy_rst_unanswered(c) ? 0 : TCPWHY_GOODBYE_MAX))
		return TCPWHY_CAUSE_PEER_CLOSED_EARLY;
	if (tcpwhy_rst_is_lost(o, signs))
		return TCPWHY_CAUSE_PEER_LOST_CONNECTION;
	return TCPWHY_CAUSE_PEER_ABORTED;
}

/* Was it ended by a RST that somebody else may have made? Of a live connection, that is. */
static bool may_be_foreign(const struct tcpwhy_flow *f)
{
	switch (f->died_of) {
	case TCPWHY_CAUSE_PEER_ABORTED:
	case TCPWHY_CAUSE_PEER_LOST_CONNECTION:
	case TCPWHY_CAUSE_RST_INJECTED:
		return true;
	case TCPWHY_CAUSE_PEER_GOODBYE:
		return f->died_in == TCPWHY_ESTABLISHED || f->died_in == TCPWHY_NEW_SYN_RECV;
	default:
		return false;
	}
}

/* What comes after the RST that ended a connection, and the peer would not have sent. */
static u8 later_sign(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_packet *p = o->packet;
	const struct tcpwhy_flow *f = o->flow;
	u32 apart;

	if (!f || !f->died_in || tcpwhy_ms(o->now_ns) - f->died_ms > TCPWHY_AFTERWARDS_MS ||
	    !may_be_foreign(f))
		return 0;
	if (p->flags & TCPWHY_SYN)
		return 0;
	if (p->flags & TCPWHY_RST) {
		apart = tcpwhy_before(p->seq, f->rst_seq) ? f->rst_seq - p->seq :
							    p->seq - f->rst_seq;
		return apart > SEQ_FAR ? TCPWHY_SIGN_SECOND_RST : 0;
	}
	/* What was under way when the peer gave up lies before its RST. */
	if (tcpwhy_packet_payload(p) && !tcpwhy_before(p->seq, f->rst_seq))
		return TCPWHY_SIGN_LATE_DATA;
	return 0;
}

/* All the signs by now; 0 if what came is none, or nothing new. */
static u8 signs_by_now(const struct tcpwhy_observation *o)
{
	u8 sign = later_sign(o);

	return sign && !(o->flow->signs & sign) ? o->flow->signs | sign : 0;
}

/* What was sent just before is overtaken for no longer (RFC 6298, 2: an RTO of 1 s). */
#define OVERTAKEN_MS	1000

/*
 * What the peer sent before its RST may come after it: that it ended the connection itself, by a
 * RST with an ACK, or had closed. So it did know the connection. What comes much later, or has come
 * from further off or nearer by than the RST, is of a peer that knows it still, while a box between
 * does not.
 */
static bool was_known(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_packet *p = o->packet;
	const struct tcpwhy_flow *f = o->flow;

	if (!f || !f->died_in || f->died_of != TCPWHY_CAUSE_PEER_LOST_CONNECTION || f->signs ||
	    tcpwhy_ms(o->now_ns) - f->died_ms > OVERTAKEN_MS || p->flags & TCPWHY_SYN ||
	    p->ttl != f->rst_ttl)
		return false;
	return p->flags & (TCPWHY_RST | TCPWHY_FIN) && p->flags & TCPWHY_ACK &&
	       p->seq - f->rst_seq <= TCPWHY_GOODBYE_MAX;
}

/* What a RST that is counted already turns out to be; one sign makes it doubtful only. */
static u32 doubted(const struct tcpwhy_observation *o)
{
	u8 signs;

	if (was_known(o))
		return TCPWHY_CAUSE_PEER_ABORTED;
	signs = signs_by_now(o);
	if (!signs)
		return TCPWHY_CAUSE_NONE;
	if (count_signs(signs) >= 2)
		return TCPWHY_CAUSE_RST_INJECTED;
	/* Who goes on has not left. */
	if (o->flow->died_of == TCPWHY_CAUSE_PEER_GOODBYE)
		return TCPWHY_CAUSE_PEER_ABORTED;
	return o->flow->died_of;
}

/**
 * tcpwhy_reset_received_cause() - why a RST came
 * @o: an observation of one of the kinds that this family judges
 *
 * Return: &enum tcpwhy_cause_id
 */
u32 tcpwhy_reset_received_cause(const struct tcpwhy_observation *o)
{
	switch (o->kind) {
	case TCPWHY_KIND_RESET_RECEIVED:
		return tcpwhy_reset_made_here(o) ? TCPWHY_CAUSE_RST_FIREWALL : received(o);
	case TCPWHY_KIND_AFTER_RESET:
		return doubted(o);
	case TCPWHY_KIND_RESET_IGNORED:
		return tcpwhy_reset_ignored_is_late(o) ? TCPWHY_CAUSE_NONE :
							 TCPWHY_CAUSE_RST_IGNORED;
	default:
		return TCPWHY_CAUSE_NONE;
	}
}

/**
 * tcpwhy_reset_received_remember() - what a RST looked like: later segments are compared
 * @o: the RST; its flow is written to
 */
void tcpwhy_reset_received_remember(const struct tcpwhy_observation *o)
{
	u16 ignored;

	if (!o->flow || !o->packet)
		return;
	o->flow->rst_seq = o->packet->seq;
	o->flow->rst_ttl = o->packet->ttl;
	o->flow->fin_noted = false;
	o->flow->ignored = 0;
	o->flow->signs = signs_of(o, &ignored);
}

/**
 * tcpwhy_reset_received_doubt() - remember a sign that came later, and what it makes of the RST
 * @o: what came; its flow is written to
 */
void tcpwhy_reset_received_doubt(const struct tcpwhy_observation *o)
{
	u32 cause = doubted(o);

	if (!cause)
		return;
	if (!was_known(o))
		o->flow->signs = signs_by_now(o);
	o->flow->died_of = cause;
}

static void fill_rst(const struct tcpwhy_observation *o, struct tcpwhy_evidence_reset *e)
{
	tcpwhy_reset_fill_packet(o, e);
	e->has |= TCPWHY_HAS(RCV_NXT);
	e->rcv_nxt = o->conn.rcv_nxt;
	if (!o->packet)
		return;
	e->has |= TCPWHY_HAS(TTL);
	e->ttl = o->packet->ttl;
	if (o->packet->has_id)
		e->has |= TCPWHY_HAS(IP_ID);
	e->id = o->packet->id;
}

static void fill_signs(const struct tcpwhy_observation *o, struct tcpwhy_evidence_reset *e)
{
	e->signs = signs_of(o, &e->id_expected);
	if (e->signs)
		e->has |= TCPWHY_HAS(SIGNS);
	if (e->id_expected)
		e->has |= TCPWHY_HAS(IP_ID_EXPECTED);
	if (o->flow && o->flow->samples) {
		e->has |= TCPWHY_HAS(TTL_USUAL);
		e->ttl_usual = o->flow->sample_ttl;
	}
}

/* After a silence the path explains it; else it takes both parts of the shape. */
static u8 confidence_of_loss(const struct tcpwhy_conn *c, u8 signs)
{
	if (c->quiet_ms >= TCPWHY_SILENCE_MS)
		return TCPWHY_CONFIDENCE_LIKELY;
	return c->ts_ok && !signs ? TCPWHY_CONFIDENCE_LIKELY : TCPWHY_CONFIDENCE_POSSIBLE;
}

static u8 confidence_of_early(const struct tcpwhy_observation *o, u8 signs)
{
	u8 confidence = TCPWHY_CONFIDENCE_CERTAIN;

	if (signs)
		return TCPWHY_CONFIDENCE_POSSIBLE;
	if (tcpwhy_rst_half_closed(o))
		confidence--;
	/* It has been repeated, and nobody remembers whether it was written before the FIN. */
	else if (o->conn.retries && !(o->flow && o->flow->fin_noted))
		confidence--;
	if (tcpwhy_rst_from_elsewhere(o))
		confidence--;
	return confidence;
}

/* Nobody has closed yet, in whatever words. */
static bool is_answered(const struct tcpwhy_conn *c)
{
	return c->state == TCPWHY_ESTABLISHED && c->bytes_out && !c->alert_unread;
}

/* @c: NULL where only a sign came later */
static u8 confidence_of(u32 cause, u8 signs, const struct tcpwhy_conn *c)
{
	switch (cause) {
	case TCPWHY_CAUSE_RST_INJECTED:
		return count_signs(signs) > 2 ? TCPWHY_CONFIDENCE_CERTAIN :
						TCPWHY_CONFIDENCE_LIKELY;
	case TCPWHY_CAUSE_PEER_LOST_CONNECTION:
		return c ? confidence_of_loss(c, signs) : TCPWHY_CONFIDENCE_POSSIBLE;
	case TCPWHY_CAUSE_PEER_GOODBYE:
		/* That so few bytes are a goodbye, or an answer a whole one, they mostly are. */
		if (c && (c->unacked || is_answered(c)) && !signs)
			return TCPWHY_CONFIDENCE_LIKELY;
		return signs ? TCPWHY_CONFIDENCE_POSSIBLE : TCPWHY_CONFIDENCE_CERTAIN;
	case TCPWHY_CAUSE_RST_IGNORED:
		/* The peer would have known the number. */
		return TCPWHY_CONFIDENCE_POSSIBLE;
	default:
		/* One sign is no proof; but that it was the peer is not certain any more. */
		return signs ? TCPWHY_CONFIDENCE_POSSIBLE : TCPWHY_CONFIDENCE_CERTAIN;
	}
}

static u16 traits_of(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;
	u16 traits = 0;

	if (c->unaccepted || tcpwhy_rst_for_request(c->state))
		traits |= TCPWHY_TRAIT_UNACCEPTED;
	if (tcpwhy_rst_is_bare(o->packet))
		traits |= TCPWHY_TRAIT_BARE;
	if (c->fin_received && c->unacked &&
	    !(tcpwhy_rst_peer_closed_first(c->state) && tcpwhy_rst_written_after_fin(o)))
		traits |= TCPWHY_TRAIT_WROTE_BEFORE_FIN;
	if (tcpwhy_rst_peer_closed_first(c->state) && tcpwhy_rst_written_after_fin(o) &&
	    tcpwhy_rst_half_closed(o))
		traits |= TCPWHY_TRAIT_HALF_CLOSED;
	return traits;
}

/* What tcpwhy_engine_learn() needs: the silence of interest is the one before what was answered. */
static void fill_silence(const struct tcpwhy_conn *c, struct tcpwhy_verdict *v)
{
	v->quiet_ms = c->quiet_ms;
	v->waited_ms = c->idle_ms - c->quiet_ms;
}

/* Several after the same time, and not by the peer, are an expiry. */
static void fill_early(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	const struct tcpwhy_conn *c = &o->conn;

	v->confidence = confidence_of_early(o, v->evidence.reset.signs);
	if (!tcpwhy_rst_half_closed(o))
		return;
	v->evidence.reset.idle_ms = c->quiet_ms;
	if (!tcpwhy_rst_from_elsewhere(o))
		return;
	fill_silence(c, v);
	v->half_closed = true;
}

static void fill_lost(const struct tcpwhy_conn *c, struct tcpwhy_verdict *v)
{
	fill_silence(c, v);
	if (c->quiet_ms || c->unacked)
		v->evidence.reset.idle_ms = c->quiet_ms;
}

/* What the RST itself acknowledges has arrived. */
static void fill_left(const struct tcpwhy_observation *o, struct tcpwhy_evidence_reset *e)
{
	u32 lost = tcpwhy_rst_lost_bytes(o);

	e->bytes_out += e->unacked - lost;
	e->unacked = lost;
	if (!lost)
		e->has &= ~TCPWHY_HAS(BYTES_UNACKED);
}

static void fill_traits(const struct tcpwhy_observation *o, struct tcpwhy_evidence_reset *e)
{
	if (o->conn.state != TCPWHY_SYN_SENT)
		e->traits = traits_of(o);
	if (o->conn.mptcp)
		e->traits |= TCPWHY_TRAIT_MPTCP;
	if (o->conn.proxied)
		tcpwhy_reset_fill_via(&o->conn, TCPWHY_TRAIT_LOCAL_PROXY, e);
}

/*
 * Who knows a connection sends an ACK: a scanner does not, and neither does who has lost it. Who
 * did before has only forgotten it since.
 */
static bool is_doubtful(const struct tcpwhy_observation *o, u32 cause)
{
	if (tcpwhy_reset_ignored_before(o) && o->flow->ignored_knows)
		return false;
	if (o->conn.state != TCPWHY_ESTABLISHED && o->conn.state != TCPWHY_FIN_WAIT1)
		return false;
	return cause == TCPWHY_CAUSE_PEER_ABORTED && !o->conn.proxied &&
	       tcpwhy_rst_is_bare(o->packet);
}

static void fill(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;
	const struct tcpwhy_conn *c = &o->conn;

	tcpwhy_reset_fill_received(o, v);
	fill_rst(o, e);
	if (c->state != TCPWHY_SYN_SENT)
		fill_signs(o, e);
	if (v->cause != TCPWHY_CAUSE_RST_IGNORED)
		fill_traits(o, e);
	if (v->cause == TCPWHY_CAUSE_PEER_LOST_CONNECTION)
		fill_lost(c, v);
	if (v->cause == TCPWHY_CAUSE_PEER_GOODBYE && c->state == TCPWHY_ESTABLISHED)
		fill_left(o, e);
	if (v->cause == TCPWHY_CAUSE_RST_IGNORED) {
		e->has |= TCPWHY_HAS(WINDOW);
		e->window = c->window;
	}
	if (v->cause != TCPWHY_CAUSE_RST_IGNORED && tcpwhy_reset_ignored_before(o))
		v->withdraws = o->flow->ignored;
	v->confidence = confidence_of(v->cause, e->signs, c);
	if (v->confidence == TCPWHY_CONFIDENCE_CERTAIN && is_doubtful(o, v->cause))
		v->confidence = TCPWHY_CONFIDENCE_LIKELY;
	if (v->cause == TCPWHY_CAUSE_PEER_CLOSED_EARLY)
		fill_early(o, v);
}

/*
 * A sign that comes later turns what was taken for the peer's own RST into a doubtful one,
 * and a second sign that into an injected one. It is counted already: it moves, at most.
 */
static void fill_later(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	e->has = TCPWHY_HAS(SEQ) | TCPWHY_HAS(SIGNS) | TCPWHY_HAS(TTL_USUAL);
	e->seq = o->flow->rst_seq;
	e->signs = was_known(o) ? 0 : signs_by_now(o);
	e->ttl_usual = o->flow->sample_ttl;
	v->confidence = confidence_of(v->cause, e->signs, NULL);
	v->instead_of = o->flow->died_of;
	if (v->instead_of != v->cause)
		return;
	v->weight = TCPWHY_WEIGHT_SEQUEL;
	v->mibs = 0;
}

static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (o->kind == TCPWHY_KIND_AFTER_RESET)
		fill_later(o, v);
	else
		fill(o, v);
	return true;
}

/**
 * tcpwhy_reset_received_take_over() - what is known of the RST itself, when a later sign
 * casts doubt on it, or it turns out whom it was for
 * @v: the verdict
 * @earlier: evidence of the finding that it was counted as
 *
 * Return: false if that is about another connection, which ended since
 */
bool tcpwhy_reset_received_take_over(struct tcpwhy_verdict *v,
				     const struct tcpwhy_evidence *earlier)
{
	u8 signs = v->evidence.reset.signs;

	if (earlier->reset.seq != v->evidence.reset.seq)
		return false;
	/* A RST that was made here is seen again, and all of it. */
	if (v->cause == TCPWHY_CAUSE_RST_FIREWALL)
		return true;
	v->evidence = *earlier;
	v->evidence.reset.has |= TCPWHY_HAS(SIGNS);
	v->evidence.reset.signs = signs;
	return true;
}

/* Judged where a connection is lost, from what the peer's other connections told. */
static bool judge_idle(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	return false;
}

#define RECEIVED	BIT_ULL(TCPWHY_KIND_RESET_RECEIVED)
#define AFTER		BIT_ULL(TCPWHY_KIND_AFTER_RESET)
#define ESTAB		BIT(TCPWHY_MIB_ESTAB_RESETS)
#define ANY		(ESTAB | BIT(TCPWHY_MIB_EMBRYONIC_RSTS))

/* @kinds that come alone, and @later ones, which add to what came before */
#define CAUSE(cause_id, cause_name, how_bad, kinds, later, counters)	\
	CAUSE_BY(cause_id, cause_name, how_bad, kinds, later, counters,	\
		 tcpwhy_reset_received_cause, judge)
#define CAUSE_BY(cause_id, cause_name, how_bad, kinds, later, counters, sort, how)	\
	[TCPWHY_CAUSE_##cause_id - TCPWHY_CAUSE_PEER_REFUSED] =		\
		ONE(cause_id, cause_name, how_bad, kinds, later, counters, sort, how)
#define ONE(cause_id, cause_name, how_bad, kinds, later, counters, sort, how) {	\
		.id = TCPWHY_CAUSE_##cause_id,				\
		.name = cause_name,					\
		.severity = TCPWHY_SEVERITY_##how_bad,			\
		.wants = kinds,						\
		.remembers = later,					\
		.mibs = counters,					\
		.which = sort,						\
		.judge = how,						\
		.describe = tcpwhy_reset_describe,			\
		.describe_addrs = tcpwhy_reset_describe_addrs,		\
	}

const struct tcpwhy_cause tcpwhy_reset_received[] = {
	CAUSE(PEER_REFUSED, "peer-refused", NOTICE, RECEIVED, 0, 0),
	CAUSE(PEER_ABORTED, "peer-aborted", NOTICE, RECEIVED, AFTER, ANY),
	CAUSE(PEER_CLOSED_EARLY, "peer-closed-early", TROUBLE, RECEIVED, 0, ESTAB),
	CAUSE(PEER_LOST_CONNECTION, "peer-lost-connection", TROUBLE, RECEIVED, AFTER, ESTAB),
	CAUSE_BY(IDLE_EXPIRED, "idle-expired", TROUBLE, RECEIVED | BIT_ULL(TCPWHY_KIND_GAVE_UP),
		 BIT_ULL(TCPWHY_KIND_WROTE), ESTAB, NULL, judge_idle),
	CAUSE(RST_INJECTED, "rst-injected", TROUBLE, RECEIVED, AFTER, ANY),
	CAUSE(RST_IGNORED, "rst-ignored", NOTICE, BIT_ULL(TCPWHY_KIND_RESET_IGNORED), 0, 0),
};

const struct tcpwhy_cause tcpwhy_peer_goodbye =
	ONE(PEER_GOODBYE, "peer-goodbye", INFO, RECEIVED, 0, ANY, tcpwhy_reset_received_cause,
	    judge);
