// SPDX-License-Identifier: GPL-2.0
/* What a device of this host drops as too large: when is it more than a moment? */
#include "given.h"

#define NOW_MS	1000000u
#define SEQ	0xffffff00u	/* it wraps soon */
#define SIZE	1500

struct sender {
	struct tcpwhy_oversize memory;
	u32 now_ms;
	struct tcpwhy_verdict v;
};

static u32 dropped(struct sender *s, u32 after_ms, u32 at)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_OVERSIZE };

	s->now_ms += after_ms;
	if (!tcpwhy_oversize_note(&s->memory, SEQ + at, SIZE, s->now_ms))
		return TCPWHY_CAUSE_NONE;
	o.now_ns = s->now_ms * NS_PER_MS;
	o.oversize.memory = &s->memory;
	o.oversize.device = 7;
	o.oversize.mtu = 1500;
	o.oversize.mtu_beyond = 1400;
	return judged(&o, &s->v);
}

static void start(struct sender *s)
{
	memset(s, 0, sizeof(*s));
	s->now_ms = NOW_MS;
}

static void the_third_drop_of_a_segment_names_it(struct kunit *test)
{
	struct tcpwhy_evidence_oversize *e;
	struct sender s;

	start(&s);
	KUNIT_EXPECT_EQ(test, dropped(&s, 0, 0), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, dropped(&s, 200, 0), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, dropped(&s, 400, 0), TCPWHY_CAUSE_DEVICE_MTU_DROP);
	e = &s.v.evidence.oversize;
	KUNIT_EXPECT_EQ(test, s.v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, e->size, SIZE);
	KUNIT_EXPECT_EQ(test, e->mtu, 1500);
	KUNIT_EXPECT_EQ(test, e->mtu_beyond, 1400);
	KUNIT_EXPECT_EQ(test, e->device, 7);
	KUNIT_EXPECT_EQ(test, e->times, 3);
	KUNIT_EXPECT_EQ(test, e->stall_ms, 600);
	/* A connection counts once. */
	KUNIT_EXPECT_EQ(test, dropped(&s, 800, 0), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, dropped(&s, 20000, SIZE), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, dropped(&s, 200, SIZE), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, dropped(&s, 200, SIZE), TCPWHY_CAUSE_NONE);
}

static void a_flight_is_one_attempt(struct kunit *test)
{
	struct sender s;
	u32 i;

	start(&s);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, dropped(&s, 30, i * 1448), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, s.memory.times, 1);
	KUNIT_EXPECT_EQ(test, s.memory.seq, SEQ);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, dropped(&s, i ? 2 : 200, 0), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, s.memory.times, 2);
}

static void what_got_on_begins_anew(struct kunit *test)
{
	struct sender s;

	start(&s);
	dropped(&s, 0, 0);
	dropped(&s, 200, 0);
	KUNIT_EXPECT_EQ(test, dropped(&s, 10000, SIZE), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, s.memory.times, 1);
	KUNIT_EXPECT_EQ(test, s.memory.seq, SEQ + SIZE);
	/* And so does one that lies before it. */
	KUNIT_EXPECT_EQ(test, dropped(&s, 100, 0), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, s.memory.seq, SEQ);
	KUNIT_EXPECT_EQ(test, dropped(&s, 100, 0), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, dropped(&s, 100, 0), TCPWHY_CAUSE_DEVICE_MTU_DROP);
}

static void that_it_is_given_up_belongs_to_it(struct kunit *test)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_GAVE_UP,
		.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS),
		.now_ns = NOW_MS * NS_PER_MS,
		.conn = { .state = TCPWHY_CLOSE, .before = TCPWHY_ESTABLISHED, .oversize = true },
	};
	struct tcpwhy_evidence sum = { .oversize = { .size = SIZE } };
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_DEVICE_MTU_DROP);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_SEQUEL);
	KUNIT_EXPECT_EQ(test, v.mibs, BIT(TCPWHY_MIB_ESTAB_RESETS));
	tcpwhy_engine_merge(&sum, &v);
	KUNIT_EXPECT_EQ(test, sum.oversize.size, SIZE);
	o.conn.before = TCPWHY_FIN_WAIT1;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_DEVICE_MTU_DROP);
	KUNIT_EXPECT_EQ(test, v.mibs, 0u);
	o.conn.oversize = false;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_TIMEOUT_RETRANSMIT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_third_drop_of_a_segment_names_it),
	KUNIT_CASE(a_flight_is_one_attempt),
	KUNIT_CASE(what_got_on_begins_anew),
	KUNIT_CASE(that_it_is_given_up_belongs_to_it),
	{ }
};

static struct kunit_suite tcpwhy_oversize_suite = {
	.name = "tcpwhy-oversize",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_oversize_suite);
