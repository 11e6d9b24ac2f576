// SPDX-License-Identifier: GPL-2.0
/* Bytes as a sequence of observations on a few connections of two peers. */
#include "dice.h"

#define EXPECT(condition) do { if (!(condition)) __builtin_trap(); } while (0)

#define PEERS		2
#define FLOWS_EACH	2
#define REMEMBERED_MS	180000

/* What the table of peers keeps. */
struct finding {
	u64 count;
	struct tcpwhy_evidence sum;
};

struct world {
	u64 now_ms;
	struct tcpwhy_flow flows[PEERS][FLOWS_EACH];
	struct tcpwhy_idle idle[PEERS];
	struct finding findings[PEERS][TCPWHY_CAUSE_MAX + 1];
};

static void expect_refusal_grew(const struct tcpwhy_evidence_refusal *old,
				const struct tcpwhy_evidence_refusal *new, u64 count)
{
	EXPECT(new->attempts >= old->attempts && new->got_in >= old->got_in);
	EXPECT(new->cleared_by_rst >= old->cleared_by_rst);
	EXPECT(new->late_sum_ms >= old->late_sum_ms && new->late_max_ms >= old->late_max_ms);
	EXPECT(new->got_in <= new->attempts && new->attempts <= count);
	EXPECT(new->late_max_ms < REMEMBERED_MS);
	EXPECT(new->late_sum_ms <= (u64)new->got_in * new->late_max_ms);
	EXPECT(new->late_sum_ms >= new->late_max_ms);
}

static void expect_description(u32 cause, const struct tcpwhy_evidence *sum)
{
	struct given_evidence got = { };
	u32 i;

	tcpwhy_cause_by_id(cause)->describe(sum, take_evidence, &got);
	EXPECT(!got.outside);
	for (i = 0; i <= TCPWHY_A_EVIDENCE_MAX; i++)
		EXPECT(got.times[i] <= 1);
	EXPECT(got.times[TCPWHY_A_EVIDENCE_TSVAL] == got.times[TCPWHY_A_EVIDENCE_TS_BEHIND]);
	EXPECT(got.times[TCPWHY_A_EVIDENCE_TSVAL] == got.times[TCPWHY_A_EVIDENCE_TS_RECENT]);
	EXPECT(got.value[TCPWHY_A_EVIDENCE_TS_BEHIND] ==
	       (u32)(got.value[TCPWHY_A_EVIDENCE_TS_RECENT] - got.value[TCPWHY_A_EVIDENCE_TSVAL]));
	EXPECT(got.value[TCPWHY_A_EVIDENCE_LATE_MEAN] <= got.value[TCPWHY_A_EVIDENCE_LATE_MAX]);
	EXPECT(got.times[TCPWHY_A_EVIDENCE_LATE_MAX] == !!got.value[TCPWHY_A_EVIDENCE_GOT_IN]);
}

static void expect_idle(const struct tcpwhy_idle *idle)
{
	EXPECT(idle->min_ms <= idle->max_ms);
	EXPECT(idle->max_ms - idle->min_ms <= max_t(u32, 2000, idle->max_ms / 20));
	EXPECT(!idle->samples == !idle->max_ms);
}

static u32 bits_of(u8 signs)
{
	return __builtin_popcount(signs);
}

/* What a verdict about a RST or a time-out must hold, whatever came before. */
static void expect_reset(const struct tcpwhy_verdict *v, const struct tcpwhy_idle *idle)
{
	const struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	if (v->cause < TCPWHY_CAUSE_RST_PORT_CLOSED || v->cause > TCPWHY_CAUSE_RST_IGNORED) {
		EXPECT(!v->instead_of && !v->quiet_ms);
		return;
	}
	EXPECT(e->signs < 16);
	EXPECT(!v->instead_of || v->cause == TCPWHY_CAUSE_RST_FIREWALL || !v->mibs);
	EXPECT((v->instead_of == v->cause) == (v->weight == TCPWHY_WEIGHT_SEQUEL));
	if (v->cause == TCPWHY_CAUSE_RST_INJECTED) {
		EXPECT(bits_of(e->signs) >= 2);
		EXPECT((v->confidence == TCPWHY_CONFIDENCE_CERTAIN) == (bits_of(e->signs) > 2));
	} else if (v->cause != TCPWHY_CAUSE_RST_IGNORED) {
		EXPECT(bits_of(e->signs) < 2);
	}
	if (v->cause == TCPWHY_CAUSE_IDLE_EXPIRED) {
		EXPECT(v->quiet_ms && v->confidence == TCPWHY_CONFIDENCE_LIKELY);
		EXPECT(e->samples >= 3 && e->survived_ms < e->expiry_max_ms);
		EXPECT(e->samples == idle->samples && e->idle_ms == v->quiet_ms);
		EXPECT(e->idle_ms >= e->expiry_ms && e->idle_ms <= e->expiry_max_ms);
	}
}

static void expect_flow(const struct tcpwhy_flow *f)
{
	EXPECT(f->died_of <= TCPWHY_CAUSE_MAX && f->died_in <= TCPWHY_NEW_SYN_RECV);
	/* Of what lives, only that a firewall's RST is on its way to it. */
	EXPECT(f->died_in || !f->died_of || f->died_of == TCPWHY_CAUSE_RST_FIREWALL);
	EXPECT(f->signs < 16);
	EXPECT(f->samples < 2 || f->id_steps < f->samples);
}

/* As store/peers.c does: a sequel is nothing without its finding. */
static void record(struct finding *findings, struct tcpwhy_verdict *v)
{
	struct finding *f = &findings[v->cause], *earlier = &findings[v->instead_of];
	struct tcpwhy_evidence old = f->sum;

	if (v->weight == TCPWHY_WEIGHT_SEQUEL && !f->count)
		return;
	if (earlier->count) {
		tcpwhy_engine_take_over(v, &earlier->sum);
		earlier->count--;
	}
	tcpwhy_engine_merge(&f->sum, v);
	if (v->weight == TCPWHY_WEIGHT_EVENT || !f->count)
		f->count++;
	if (v->cause == TCPWHY_CAUSE_PAWS_TIMEWAIT || v->cause == TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN)
		expect_refusal_grew(&old.refusal, &f->sum.refusal, f->count);
	if (v->cause == TCPWHY_CAUSE_FRAGMENT_LOST)
		EXPECT(f->sum.fragments.no_first <= f->count &&
		       f->sum.fragments.no_last <= f->count);
	if (v->cause == TCPWHY_CAUSE_PORT_EXHAUSTION)
		EXPECT(f->sum.ports.failed >= old.ports.failed);
	expect_description(v->cause, &f->sum);
}

/* What follows a refusal, in any order: few bytes for what chance alone would seldom line up. */
static void roll_story(struct dice *d, struct seen *s, u64 now_ms)
{
	struct tcpwhy_socket timewait = given_socket(TCPWHY_TIME_WAIT);
	u32 isn = RCV_NXT - 1 - roll(d, 2);

	memset(s, 0, sizeof(*s));
	switch (roll(d, 4)) {
	case 0:
		s->packet = with_ts(given_segment(TCPWHY_SYN, isn, 0), TS_RECENT - 5000);
		break;
	case 1:
		s->packet = given_segment(TCPWHY_SYN, isn, 0);
		break;
	case 2:
		s->packet = given_segment(TCPWHY_RST, RCV_NXT, 0);
		break;
	default:
		timewait.rcv_nxt = isn + 1;
		s->o = given_seen(TCPWHY_KIND_ESTABLISHED, NULL, &timewait);
		s->o.now_ns = now_ms * NS_PER_MS;
		return;
	}
	s->o = given_seen(TCPWHY_KIND_TIMEWAIT, &s->packet, &timewait);
	s->o.mibs = BIT(TCPWHY_MIB_PAWS_TIMEWAIT);
	s->o.now_ns = now_ms * NS_PER_MS;
}

static void put_conn(struct dice *d, struct seen *s, enum tcpwhy_kind kind, u8 state)
{
	static const u32 silences[] = { 0, 1000, 60000, 61000, 63000, 300000 };

	s->o.kind = kind;
	s->o.conn.state = state;
	s->o.conn.rcv_nxt = RCV_NXT;
	s->o.conn.segs_in = 2 + roll(d, 3);
	s->o.conn.unacked = 1;
	s->o.conn.quiet_ms = PICK(d, silences);
	s->o.conn.idle_ms = s->o.conn.quiet_ms + 200;
	s->o.mibs = mibs_of(d, &s->o);
}

/* A connection's end, and what comes after it, in any order. */
static void roll_death(struct dice *d, struct seen *s, u64 now_ms)
{
	u32 seq = RCV_NXT + roll(d, 5);

	memset(s, 0, sizeof(*s));
	s->o.now_ns = now_ms * NS_PER_MS;
	s->packet = given_segment(TCPWHY_RST, seq, 0);
	s->packet.ttl = 62 + roll(d, 3);
	s->packet.has_id = true;
	s->packet.df = roll(d, 2);
	s->packet.id = roll(d, 256) << 8;
	s->o.packet = &s->packet;
	switch (roll(d, 6)) {
	case 0:
		put_conn(d, s, TCPWHY_KIND_RESET_RECEIVED, TCPWHY_ESTABLISHED);
		break;
	case 1:
		s->o.kind = TCPWHY_KIND_AFTER_RESET;
		break;
	case 2:
		s->packet = given_segment(TCPWHY_ACK, seq, roll(d, 3));
		s->o.kind = TCPWHY_KIND_AFTER_RESET;
		break;
	case 3:
		s->packet = given_segment(roll(d, 2) ? TCPWHY_SYN | TCPWHY_ACK : TCPWHY_ACK, seq,
					  roll(d, 3));
		put_conn(d, s, TCPWHY_KIND_RESET_REPLY, 0);
		break;
	case 4:
		s->o.packet = NULL;
		put_conn(d, s, TCPWHY_KIND_GAVE_UP, TCPWHY_CLOSE);
		s->o.conn.before = roll(d, 2) ? TCPWHY_ESTABLISHED : TCPWHY_SYN_SENT;
		break;
	default:
		s->o.packet = NULL;
		put_conn(d, s, TCPWHY_KIND_DIED, TCPWHY_CLOSE);
		s->o.conn.before = 1 + roll(d, TCPWHY_CLOSING);
	}
}

/* One of a connection's first packets: remembered, and no observation. */
static void roll_sample(struct dice *d, struct tcpwhy_flow *f, u64 now_ms)
{
	struct tcpwhy_packet p = given_segment(roll(d, 4) ? TCPWHY_ACK : TCPWHY_SYN, RCV_NXT, 0);

	p.ttl = 63 + roll(d, 2);
	p.df = roll(d, 4);
	p.has_id = true;
	p.id = roll(d, 8) ? f->id + 1 : 0xffff;
	note_sample(f, &p, f->id_segs + 1, now_ms * NS_PER_MS);
}

/* Some of eight neighbours are switched off. */
static void roll_off(struct dice *d, struct tcpwhy_set *enabled)
{
	u32 bits = roll(d, 256), first = roll(d, TCPWHY_CAUSE_MAX), i;

	for (i = 0; i < 8; i++)
		if (bits >> i & 1)
			tcpwhy_set_remove(enabled, first + i);
}

static void step(struct world *w, struct dice *d)
{
	static const u64 pauses[] = { 0, 1, 1000, 2000, 120000, REMEMBERED_MS - 1, REMEMBERED_MS,
				      1ull << 32 };
	u32 peer = roll(d, PEERS), flow = roll(d, FLOWS_EACH);
	struct tcpwhy_set enabled = *all_causes();
	struct tcpwhy_verdict v;
	struct seen s;

	w->now_ms += PICK(d, pauses);
	if (!roll(d, 4))
		roll_off(d, &enabled);
	switch (roll(d, 8)) {
	case 0:
	case 1:
		roll_seen(d, &s, w->now_ms);
		break;
	case 2:
	case 3:
		roll_story(d, &s, w->now_ms);
		break;
	case 4:
		roll_sample(d, &w->flows[peer][flow], w->now_ms);
		return;
	case 5:
		tcpwhy_idle_survived(&w->idle[peer], roll(d, 256) * 1000);
		return;
	default:
		roll_death(d, &s, w->now_ms);
	}
	if (roll(d, 8))
		s.o.flow = &w->flows[peer][flow];
	if (!roll(d, 32)) /* the cache forgets */
		memset(&w->flows[peer][flow], 0, sizeof(w->flows[peer][flow]));
	memset(&v, 0xff, sizeof(v));
	if (!tcpwhy_engine_judge(&s.o, &enabled, &v)) {
		expect_flow(&w->flows[peer][flow]);
		return;
	}
	EXPECT(v.cause <= TCPWHY_CAUSE_MAX && tcpwhy_set_has(&enabled, v.cause));
	EXPECT((tcpwhy_cause_by_id(v.cause)->wants | tcpwhy_cause_by_id(v.cause)->remembers) >>
	       s.o.kind & 1);
	EXPECT(!(v.mibs & ~s.o.mibs));
	EXPECT(!v.mibs || v.weight != TCPWHY_WEIGHT_STATE);
	expect_flow(&w->flows[peer][flow]);
	if (v.weight != TCPWHY_WEIGHT_SEQUEL)
		tcpwhy_engine_learn(&w->idle[peer], &v, tcpwhy_ms(s.o.now_ns));
	EXPECT(tcpwhy_set_has(&enabled, v.cause));
	expect_idle(&w->idle[peer]);
	expect_reset(&v, &w->idle[peer]);
	record(w->findings[peer], &v);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct dice d = { .bytes = data, .left = size };
	struct world w = { .now_ms = 1000000 };

	while (d.left)
		step(&w, &d);
	return 0;
}
