/* SPDX-License-Identifier: GPL-2.0 */
/* Observations by chance, near the edges: from random numbers, or from a fuzzer's bytes. */
#ifndef TCPWHY_TEST_DICE_H
#define TCPWHY_TEST_DICE_H

#include "given.h"

/** struct dice - @bytes, if there are any, are used up before @random is */
struct dice {
	const u8 *bytes;
	size_t left;
	u32 random;
};

/* A number below @sides */
static inline u32 roll(struct dice *d, u32 sides)
{
	if (!d->bytes)
		return next_random(&d->random) % sides;
	if (!d->left)
		return 0;
	d->left--;
	return *d->bytes++ % sides;
}

#define PICK(d, array)	((array)[roll(d, ARRAY_SIZE(array))])

/* What was seen, with the packet it points to. */
struct seen {
	struct tcpwhy_observation o;
	struct tcpwhy_packet packet;
	struct tcpwhy_stall stall;
	struct tcpwhy_way way;
	struct tcpwhy_syns syns;
	struct tcpwhy_oversize oversize;
};

static inline bool has_packet(enum tcpwhy_kind kind)
{
	return kind == TCPWHY_KIND_SYN || kind == TCPWHY_KIND_TIMEWAIT ||
	       kind == TCPWHY_KIND_REQUEST || kind == TCPWHY_KIND_PAWS_DROP ||
	       kind == TCPWHY_KIND_RESET_REPLY || kind == TCPWHY_KIND_RESET_LEFT ||
	       kind == TCPWHY_KIND_RESET_RECEIVED || kind == TCPWHY_KIND_RESET_IGNORED ||
	       kind == TCPWHY_KIND_AFTER_RESET;
}

static inline bool has_conn(enum tcpwhy_kind kind)
{
	return kind >= TCPWHY_KIND_RESET_SENT && kind <= TCPWHY_KIND_DIED &&
	       kind != TCPWHY_KIND_AFTER_RESET;
}

static inline bool has_fragments(enum tcpwhy_kind kind)
{
	return kind == TCPWHY_KIND_FRAGMENTS_EXPIRED || kind == TCPWHY_KIND_FRAGMENTS_REFUSED ||
	       kind == TCPWHY_KIND_FRAGMENT_NO_ROOM;
}

static inline bool has_stall(enum tcpwhy_kind kind)
{
	return kind == TCPWHY_KIND_RTO || kind == TCPWHY_KIND_SHRUNK || kind == TCPWHY_KIND_HOLE;
}

static inline bool is_forwarded(enum tcpwhy_kind kind)
{
	return kind == TCPWHY_KIND_FORWARD_STALL || kind == TCPWHY_KIND_FORWARD_TOLD;
}

static inline bool has_syns(enum tcpwhy_kind kind)
{
	return kind == TCPWHY_KIND_SYN_AGAIN || kind == TCPWHY_KIND_FORWARD_SYN_AGAIN;
}

static inline void roll_packet(struct dice *d, struct tcpwhy_packet *p)
{
	static const u32 seqs[] = { 0, 1, -1u, 2, -1000u, 1000, 0x7fffffff, 0x80000000 };
	static const u32 tsvals[] = { 0, 1, -1u, -2u, -62u, -1999u, -2000u, -2000000u, 0x7fffffff,
				      0x80000000, 0x80000001 };
	static const u16 ids[] = { 0, 1, 2, 200, 0x8000, 0xffff };

	*p = given_segment(roll(d, 32), RCV_NXT + PICK(d, seqs), roll(d, 3));
	p->ack = 77 + roll(d, 3);
	p->ttl = 62 + roll(d, 3);
	p->has_id = roll(d, 4);
	p->df = p->has_id && roll(d, 4);
	p->id = p->has_id ? PICK(d, ids) : 0;
	if (roll(d, 4))
		*p = with_ts(*p, TS_RECENT + PICK(d, tsvals));
}

static inline void roll_socket(struct dice *d, struct tcpwhy_socket *s, enum tcpwhy_kind kind)
{
	static const u32 ages[] = { 0, 1, 59, 60, WRAP_S - 1, WRAP_S, NOW_S };

	*s = given_socket(1 + roll(d, 11));
	if (kind == TCPWHY_KIND_TIMEWAIT) {
		s->state = TCPWHY_TIME_WAIT;
		s->substate = roll(d, 4) ? TCPWHY_TIME_WAIT : TCPWHY_FIN_WAIT2;
	} else if (kind == TCPWHY_KIND_REQUEST) {
		s->state = TCPWHY_NEW_SYN_RECV;
	}
	s->snt_isn = 77;
	s->ts_ok = roll(d, 4);
	s->ts_usec = !roll(d, 4);
	s->rfc1337 = !roll(d, 4);
	s->rst_ack_checked = roll(d, 2);
	s->ts_recent = roll(d, 8) ? TS_RECENT : 0;
	s->ts_recent_stamp = NOW_S - PICK(d, ages);
	s->rcv_nxt = kind == TCPWHY_KIND_ESTABLISHED ? RCV_NXT + roll(d, 3) : RCV_NXT;
}

/* A state that can be met where such a thing is seen. */
static inline u8 roll_state(struct dice *d, enum tcpwhy_kind kind)
{
	static const u8 replying[] = { 0, TCPWHY_LISTEN, TCPWHY_CLOSE, TCPWHY_TIME_WAIT,
				       TCPWHY_SYN_SENT, TCPWHY_SYN_RECV, TCPWHY_NEW_SYN_RECV };

	switch (kind) {
	case TCPWHY_KIND_RESET_REPLY:
		return roll(d, 3) ? PICK(d, replying) : 0;
	case TCPWHY_KIND_RESET_SENT:
		return roll(d, 4) ? TCPWHY_CLOSE : 1 + roll(d, TCPWHY_CLOSING);
	case TCPWHY_KIND_GAVE_UP:
	case TCPWHY_KIND_DIED:
		return TCPWHY_CLOSE;
	default:
		return roll(d, 2) ? TCPWHY_ESTABLISHED : 1 + roll(d, TCPWHY_NEW_SYN_RECV);
	}
}

/* What only some hooks know. */
static inline void roll_beside(struct dice *d, struct tcpwhy_conn *c)
{
	c->mptcp = !roll(d, 4);
	c->closing = !roll(d, 3);
	c->linger0 = roll(d, 2);
	c->disconnecting = !roll(d, 4);
	c->rival = roll(d, 2);
	c->answers = !roll(d, 3);
	c->proxied = !roll(d, 4);
	c->elsewhere = roll(d, 2);
	c->listener_dev = roll(d, 2);
	c->via_port = 80;
	c->via.b[0] = 0xfd;
}

static inline void roll_conn(struct dice *d, struct tcpwhy_conn *c, enum tcpwhy_kind kind)
{
	static const u8 before[] = { TCPWHY_SYN_SENT, TCPWHY_SYN_RECV, TCPWHY_ESTABLISHED,
				     TCPWHY_CLOSE_WAIT, TCPWHY_FIN_WAIT1, TCPWHY_LAST_ACK };
	static const u32 silences[] = { 0, 999, 1000, 300000 };
	static const u32 bytes[] = { 0, 0, 1, TCPWHY_GOODBYE_MAX, TCPWHY_GOODBYE_MAX + 1 };

	c->state = roll_state(d, kind);
	if (kind == TCPWHY_KIND_GAVE_UP || kind == TCPWHY_KIND_DIED)
		c->before = PICK(d, before);
	if (c->state == TCPWHY_TIME_WAIT)
		c->substate = roll(d, 2) ? TCPWHY_TIME_WAIT : TCPWHY_FIN_WAIT2;
	c->origin = 1 + roll(d, TCPWHY_ORIGIN_FORWARDED);
	c->timer = !roll(d, 3);
	c->dead = !roll(d, 3);
	c->unaccepted = !c->dead && !roll(d, 3);
	c->held = !c->dead && !c->unaccepted && roll(d, 2);
	c->by_admin = !roll(d, 4);
	c->linger2_negative = !roll(d, 3);
	c->user_timeout = roll(d, 2);
	c->fin_received = roll(d, 2);
	c->request = c->state == TCPWHY_LISTEN && roll(d, 2);
	c->overflow = c->request && !roll(d, 3);
	c->retries = roll(d, 20);
	c->bytes_in = (u64)roll(d, 3) << 32;
	c->bytes_out = roll(d, 3);
	c->unread = PICK(d, bytes);
	c->unread_last = roll(d, 2);
	c->ts_ok = roll(d, 2);
	roll_beside(d, c);
	c->unacked = PICK(d, bytes);
	c->snd_una = 77;
	c->snd_nxt = 77 + roll(d, 2);
	c->idle_ms = PICK(d, silences);
	c->quiet_ms = min(c->idle_ms, PICK(d, silences));
	c->rcv_nxt = RCV_NXT;
	c->window = 65535;
	c->backlog = roll(d, 3);
	c->backlog_limit = 1;
	c->segs_in = 2 + roll(d, 3);
	c->abandoned = c->before == TCPWHY_SYN_SENT && roll(d, 2);
	c->dropped = roll(d, 2);
	c->unsent = roll(d, 2);
	c->drop_reason = roll(d, TCPWHY_DROP_REASON_QUOTE + 1);
	c->opener = roll(d, TCPWHY_OPENER_PEER + 1);
	c->wrote_last = roll(d, 2);
	c->latest_in = roll(d, 2);
}

static inline void roll_fragments(struct dice *d, struct tcpwhy_fragments *f,
				  enum tcpwhy_kind kind)
{
	static const u32 after[] = { 0, TCPWHY_COPY_WITHIN_MS, TCPWHY_COPY_WITHIN_MS + 1,
				     TCPWHY_NEVER_WHOLE };
	static const u8 reasons[] = { TCPWHY_FRAGMENT_REASON_OVERLAP,
				      TCPWHY_FRAGMENT_REASON_TOO_FAR,
				      TCPWHY_FRAGMENT_REASON_UNUSABLE };

	if (kind == TCPWHY_KIND_FRAGMENTS_REFUSED)
		f->reason = PICK(d, reasons);
	else if (kind == TCPWHY_KIND_FRAGMENT_NO_ROOM)
		f->reason = TCPWHY_FRAGMENT_REASON_MEMORY;
	f->protocol = roll(d, 2) ? 17 : 0;
	f->first = roll(d, 2);
	f->last = roll(d, 2);
	f->seen_refused = !roll(d, 4);
	f->largest = roll(d, 4) ? 1500 : 0;
	f->id = roll(d, 3);
	f->came = roll(d, 3);
	f->end = f->came + roll(d, 3);
	f->wait_ms = 30000;
	f->after_whole_ms = PICK(d, after);
	f->memory = 1 + roll(d, 3);
}

static inline void roll_hole(struct dice *d, struct tcpwhy_hole *h, u32 now_ms)
{
	static const u32 ages[] = { 0, TCPWHY_HOLE_MS - 1, TCPWHY_HOLE_MS,
				    TCPWHY_HOLE_ALONE_MS - 1, TCPWHY_HOLE_ALONE_MS };

	*h = (struct tcpwhy_hole){
		.open = roll(d, 4), .named = !roll(d, 4), .passed = !roll(d, 4), .hello = !roll(d, 4),
		.fin = roll(d, 2), .nxt = RCV_NXT, .missing = 4344, .size = 1500, .came = 708,
		.mss = 1460, .pmtu = 1500, .since_ms = now_ms - PICK(d, ages), .last_ms = now_ms,
		.passed_ms = now_ms,
	};
}

static inline void roll_memory(struct dice *d, struct tcpwhy_stall *stall, u32 now_ms)
{
	static const u32 sizes[] = { 0, 708, 1499, 1500, 64000 };

	*stall = (struct tcpwhy_stall){
		.times = 1 + roll(d, 8), .full = roll(d, 4), .large = roll(d, 4), .fresh = roll(d, 4),
		.cut = roll(d, 4), .first = roll(d, 2), .heard = roll(d, 2), .hello = !roll(d, 4),
		.beyond = !roll(d, 4), .larger = !roll(d, 4), .vain = roll(d, 2),
		.closes = !roll(d, 4), .late = !roll(d, 16), .late_tries = roll(d, 3),
		.bare = roll(d, 3), .repeated = roll(d, 3), .small_lost = roll(d, 4) ? 0 : 104,
		.tries = roll(d, 3),
		.repeats = !roll(d, 4), .named = !roll(d, 4), .shrunk = roll(d, 2), .size = 1500,
		.sacked = PICK(d, sizes), .pmtu = 1500, .since_ms = now_ms - roll(d, 20000),
		.last_ms = now_ms, .talked = roll(d, 2), .talked_ms = now_ms - roll(d, 2000),
		.closed = roll(d, 2), .closed_ms = now_ms - roll(d, 2),
		.told = roll(d, 4) ? 0 : 1499 + roll(d, 2), .told_ms = now_ms - roll(d, 2),
	};
}

static inline void roll_others(struct dice *d, struct tcpwhy_stalls *others)
{
	others->stuck = roll(d, 3);
	others->stuck_long = min(others->stuck, roll(d, 2));
	others->shrunk = roll(d, 2);
	others->crossed = others->stuck && roll(d, 2);
	others->passed = !roll(d, 4);
	others->larger = !roll(d, 4);
	others->met = roll(d, 2);
	others->content = roll(d, 2);
	others->small_fails = roll(d, 2) ? 0 : 104;
}

static inline void roll_forwarded(struct dice *d, struct seen *s, u32 now_ms)
{
	static const u16 sizes[] = { 0, 536, 1460 };

	roll_memory(d, &s->way.stall, now_ms);
	s->way.una = RCV_NXT;
	s->way.told = roll(d, 6);
	s->way.told_seq = RCV_NXT + !roll(d, 4);
	s->way.told_size = 1500;
	s->way.told_mtu = 1400;
	s->way.told_since_ms = now_ms - roll(d, 20000);
	s->way.told_named = !roll(d, 4);
	s->way.mss = PICK(d, sizes);
	s->way.passes = PICK(d, sizes);
	s->o.forward.mss_back = PICK(d, sizes);
	s->o.forward.way = &s->way;
	s->o.forward.relay = roll(d, 1 + TCPWHY_RELAY_DIRECT);
	s->o.forward.open = roll(d, 4);
	s->o.forward.odd = !roll(d, 4);
	roll_others(d, &s->o.forward.others);
}

static inline void roll_oversize(struct dice *d, struct seen *s, u32 now_ms)
{
	s->oversize = (struct tcpwhy_oversize){
		.seq = RCV_NXT, .size = 1500, .since_ms = now_ms - roll(d, 2000),
		.times = 1 + roll(d, 4), .named = !roll(d, 4),
	};
	s->o.oversize.memory = &s->oversize;
}

static inline void roll_syns(struct dice *d, struct seen *s, u32 now_ms)
{
	s->syns = (struct tcpwhy_syns){
		.has_answered = true, .tsval = TS_RECENT, .answered_ms = now_ms,
		.ignored = 1 + roll(d, 6), .connections = 1 + roll(d, 2), .answered = 7 + roll(d, 6),
	};
	s->syns.tries[0].tsval = TS_RECENT - 1000;
	s->syns.tries[0].named = !roll(d, 4);
	s->o.syns.memory = &s->syns;
	s->o.syns.again = &s->syns.tries[0];
}

static inline void roll_stall(struct dice *d, struct seen *s, u32 now_ms)
{
	roll_memory(d, &s->stall, now_ms);
	s->o.stall.memory = &s->stall;
	roll_others(d, &s->o.stall.others);
	s->o.stall.others.told = !roll(d, 4);
	s->o.stall.others.holes = roll(d, 2);
	s->o.stall.others.hole_passed = !roll(d, 4);
	roll_hole(d, &s->stall.hole, now_ms);
	s->o.stall.unheard.count = roll(d, 2);
	s->o.stall.unheard.reason = roll(d, TCPWHY_DROP_REASON_PORT + 1);
	s->o.stall.unheard.said = roll(d, 2) ? 1400 : 0;
	s->o.stall.size_now = s->o.kind == TCPWHY_KIND_SHRUNK ? 1076 : 0;
}

static inline void roll_refused(struct dice *d, struct tcpwhy_refused *r)
{
	static const u8 protocols[] = { 6, 17 };

	r->icmp = roll(d, TCPWHY_ICMP_KIND_HOPS_EXCEEDED + 1);
	r->protocol = PICK(d, protocols);
	r->origin = roll(d, 2) ? TCPWHY_ORIGIN_NETFILTER : TCPWHY_ORIGIN_UNSPEC;
	r->received = roll(d, 2);
	r->heard = roll(d, 2);
}

static inline void roll_too_big(struct dice *d, struct tcpwhy_too_big *t)
{
	static const u32 sizes[] = { 0, 552, 1399, 1400, 1500 };

	t->said = PICK(d, sizes);
	t->before = PICK(d, sizes);
	t->now = PICK(d, sizes);
	t->size = PICK(d, sizes);
	t->whole = roll(d, 4);
}

/* The counters that a hook names for what it saw. */
static inline u32 mibs_of(struct dice *d, const struct tcpwhy_observation *o)
{
	switch (o->kind) {
	case TCPWHY_KIND_TIMEWAIT:
		return BIT(TCPWHY_MIB_PAWS_TIMEWAIT);
	case TCPWHY_KIND_REQUEST:
		return BIT(TCPWHY_MIB_PAWS_ESTAB);
	case TCPWHY_KIND_PAWS_DROP:
		return BIT(roll(d, 2) ? TCPWHY_MIB_PAWS_ESTAB : TCPWHY_MIB_PAWS_OLD_ACK);
	case TCPWHY_KIND_CLOSED:
		return BIT(TCPWHY_MIB_TIMEWAIT_OVERFLOW);
	case TCPWHY_KIND_RESET_SENT:
		return BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_ESTAB_RESETS);
	case TCPWHY_KIND_RESET_REPLY:
		return BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
	case TCPWHY_KIND_RESET_RECEIVED:
		return BIT(o->conn.state == TCPWHY_NEW_SYN_RECV ? TCPWHY_MIB_EMBRYONIC_RSTS :
								  TCPWHY_MIB_ESTAB_RESETS);
	case TCPWHY_KIND_GAVE_UP:
		return BIT(TCPWHY_MIB_ESTAB_RESETS);
	case TCPWHY_KIND_FRAGMENTS_EXPIRED:
		return BIT(roll(d, 2) ? TCPWHY_MIB_REASM_TIMEOUT : TCPWHY_MIB_REASM6_TIMEOUT);
	default:
		return 0;
	}
}

/* Flags that the kind does not rule out. */
static inline void bend_flags(struct tcpwhy_packet *p, enum tcpwhy_kind kind)
{
	if (kind == TCPWHY_KIND_SYN)
		p->flags = TCPWHY_SYN;
	else if (kind == TCPWHY_KIND_RESET_REPLY)
		p->flags &= ~TCPWHY_RST;
	else if (kind == TCPWHY_KIND_RESET_LEFT || kind == TCPWHY_KIND_RESET_RECEIVED ||
		 kind == TCPWHY_KIND_RESET_IGNORED)
		p->flags |= TCPWHY_RST;
}

static inline void roll_seen(struct dice *d, struct seen *s, u64 now_ms)
{
	memset(s, 0, sizeof(*s));
	s->o.kind = roll(d, TCPWHY_KINDS);
	s->o.now_ns = now_ms * NS_PER_MS;
	if (has_packet(s->o.kind)) {
		roll_packet(d, &s->packet);
		bend_flags(&s->packet, s->o.kind);
		s->o.packet = &s->packet;
	}
	if (s->o.kind == TCPWHY_KIND_CLOSED) {
		s->o.closed.error = !roll(d, 4);
		s->o.closed.fin_received = roll(d, 2);
		s->o.closed.orphan = roll(d, 2);
		s->o.closed.all_acked = roll(d, 4);
		s->o.closed.linger2_negative = !roll(d, 4);
		s->o.closed.tw_count = 98 + roll(d, 4);
		s->o.closed.tw_limit = 100;
		s->o.closed.cpus = 1;
	} else if (s->o.kind == TCPWHY_KIND_PORTS || s->o.kind == TCPWHY_KIND_NO_BIND) {
		s->o.ports.binds = s->o.kind == TCPWHY_KIND_NO_BIND ? 1 + roll(d, 4) : 0;
		s->o.ports.taken = roll(d, 2) ? roll(d, 100) : 0;
		s->o.ports.timewait = 88 + roll(d, 4);
		s->o.ports.usable = roll(d, 4) ? 100 : 0;
		s->o.ports.still = roll(d, 2);
	} else if (has_conn(s->o.kind)) {
		roll_conn(d, &s->o.conn, s->o.kind);
	} else if (has_fragments(s->o.kind)) {
		roll_fragments(d, &s->o.fragments, s->o.kind);
	} else if (has_stall(s->o.kind)) {
		roll_stall(d, s, now_ms);
	} else if (s->o.kind == TCPWHY_KIND_TOO_BIG) {
		roll_too_big(d, &s->o.too_big);
	} else if (s->o.kind == TCPWHY_KIND_REFUSED) {
		roll_refused(d, &s->o.refused);
	} else if (is_forwarded(s->o.kind)) {
		roll_forwarded(d, s, now_ms);
	} else if (s->o.kind == TCPWHY_KIND_OVERSIZE) {
		roll_oversize(d, s, now_ms);
	} else if (has_syns(s->o.kind)) {
		roll_syns(d, s, now_ms);
	} else if (s->o.kind != TCPWHY_KIND_NO_PORT && s->o.kind != TCPWHY_KIND_AFTER_RESET) {
		roll_socket(d, &s->o.socket, s->o.kind);
	}
	/* 5.10 does not show the RST that refuses a connect. */
	if (s->o.kind == TCPWHY_KIND_RESET_RECEIVED && s->o.conn.state == TCPWHY_SYN_SENT &&
	    roll(d, 2))
		s->o.packet = NULL;
	s->o.mibs = mibs_of(d, &s->o);
}

#endif /* TCPWHY_TEST_DICE_H */
