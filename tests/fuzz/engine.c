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
	       got.value[TCPWHY_A_EVIDENCE_TS_RECENT] - got.value[TCPWHY_A_EVIDENCE_TSVAL]);
	EXPECT(got.value[TCPWHY_A_EVIDENCE_LATE_MEAN] <= got.value[TCPWHY_A_EVIDENCE_LATE_MAX]);
	EXPECT(got.times[TCPWHY_A_EVIDENCE_LATE_MAX] == !!got.value[TCPWHY_A_EVIDENCE_GOT_IN]);
}

/* As store/peers.c does: a sequel is nothing without its finding. */
static void record(struct finding *f, const struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence old = f->sum;

	if (v->weight == TCPWHY_WEIGHT_SEQUEL && !f->count)
		return;
	tcpwhy_engine_merge(&f->sum, v);
	if (v->weight == TCPWHY_WEIGHT_EVENT || !f->count)
		f->count++;
	if (v->cause == TCPWHY_CAUSE_PAWS_TIMEWAIT || v->cause == TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN)
		expect_refusal_grew(&old.refusal, &f->sum.refusal, f->count);
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
	s->o.mib = TCPWHY_MIB_PAWS_TIMEWAIT;
	s->o.now_ns = now_ms * NS_PER_MS;
}

static void step(struct world *w, struct dice *d)
{
	static const u64 pauses[] = { 0, 1, 1000, REMEMBERED_MS - 1, REMEMBERED_MS, 1ull << 32 };
	u32 peer = roll(d, PEERS), flow = roll(d, FLOWS_EACH);
	u64 enabled = roll(d, 4) ? TCPWHY_ALL_CAUSES : roll(d, 256) << 1;
	struct tcpwhy_verdict v;
	struct seen s;

	w->now_ms += PICK(d, pauses);
	if (roll(d, 2))
		roll_seen(d, &s, w->now_ms);
	else
		roll_story(d, &s, w->now_ms);
	if (roll(d, 8))
		s.o.flow = &w->flows[peer][flow];
	if (!roll(d, 32)) /* the cache forgets */
		memset(&w->flows[peer][flow], 0, sizeof(w->flows[peer][flow]));
	memset(&v, 0xff, sizeof(v));
	if (!tcpwhy_engine_judge(&s.o, enabled, &v))
		return;
	EXPECT(v.cause <= TCPWHY_CAUSE_MAX && (enabled >> v.cause & 1));
	EXPECT(tcpwhy_cause_by_id(v.cause)->wants >> s.o.kind & 1);
	EXPECT(v.mib == TCPWHY_MIB_NONE || v.mib == s.o.mib);
	EXPECT(v.mib == TCPWHY_MIB_NONE || v.weight == TCPWHY_WEIGHT_EVENT);
	record(&w->findings[peer][v.cause], &v);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct dice d = { .bytes = data, .left = size };
	struct world w = { .now_ms = 1000000 };

	while (d.left)
		step(&w, &d);
	return 0;
}
