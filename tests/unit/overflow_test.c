// SPDX-License-Identifier: GPL-2.0
/* A full TIME_WAIT table, and the ordinary closes that look like it. */
#include "given.h"

#define LIMIT	1000u

static struct tcpwhy_observation given_overflow(void)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_CLOSED,
		.mibs = BIT(TCPWHY_MIB_TIMEWAIT_OVERFLOW),
		.closed = {
			.old_state = TCPWHY_FIN_WAIT2,
			.fin_received = true,
			.all_acked = true,
			.tw_count = LIMIT,
			.tw_limit = LIMIT,
			.cpus = 1,
		},
	};

	return o;
}

static void expect(struct kunit *test, const struct tcpwhy_observation *o, bool overflow,
		   const char *what)
{
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ_MSG(test, judged(o, &v), overflow ? TCPWHY_CAUSE_TIMEWAIT_OVERFLOW : 0u,
			    "%s", what);
}

static void a_close_at_the_limit_is_an_overflow(struct kunit *test)
{
	struct tcpwhy_observation o = given_overflow();

	expect(test, &o, true, "FIN_WAIT2 at the limit");
	o.closed.old_state = TCPWHY_CLOSING;
	expect(test, &o, true, "CLOSING at the limit");
	o.closed.fin_received = false;
	o.closed.orphan = true;
	expect(test, &o, true, "orphan in FIN_WAIT2: its time is up");
	o.closed.fin_received = true;
	expect(test, &o, true, "orphan whose peer's FIN came");
}

static void each_look_alike_is_silent(struct kunit *test)
{
	struct tcpwhy_observation o;

	o = given_overflow();
	o.closed.error = true;
	expect(test, &o, false, "reset or timed out");
	o = given_overflow();
	o.closed.linger2_negative = true;
	expect(test, &o, false, "TCP_LINGER2 asked for no FIN_WAIT2");
	o = given_overflow();
	o.closed.all_acked = false;
	expect(test, &o, false, "our FIN is not acknowledged");
	o = given_overflow();
	o.closed.fin_received = false;
	expect(test, &o, false, "SO_LINGER 0 or AF_UNSPEC: no FIN read, and a program holds it");
}

static void each_look_alike_is_silent_for_an_orphan_too(struct kunit *test)
{
	struct tcpwhy_observation o;
	u32 bits;

	for (bits = 0; bits < 32; bits++) {
		o = given_overflow();
		o.closed.error = bits & 1;
		o.closed.linger2_negative = bits & 2;
		o.closed.all_acked = !(bits & 4);
		o.closed.fin_received = bits & 8;
		o.closed.orphan = bits & 16;
		expect(test, &o, bits == 8 || bits == 16 || bits == 24, "every mix of the signs");
	}
}

static void below_the_limit_it_closed_for_another_reason(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 count, limit, cpus;
		bool overflow;
	} rows[] = {
		{ "at the limit", 1000, 1000, 1, true },
		{ "above", 1001, 1000, 1, true },
		{ "one below: another CPU may have freed it", 999, 1000, 1, true },
		{ "two below, one CPU", 998, 1000, 1, false },
		{ "eight below, eight CPUs", 992, 1000, 8, true },
		{ "nine below, eight CPUs", 991, 1000, 8, false },
		{ "empty", 0, 262144, 64, false },
		{ "limit 0", 0, 0, 1, true },
		{ "largest limit", 0x7ffffffe, 0x7fffffff, 1, true },
		{ "far below the largest limit", 5, 0x7fffffff, 8, false },
	};
	struct tcpwhy_observation o = given_overflow();
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o.closed.tw_count = rows[i].count;
		o.closed.tw_limit = rows[i].limit;
		o.closed.cpus = rows[i].cpus;
		expect(test, &o, rows[i].overflow, rows[i].what);
	}
}

/* Data for an orphan in FIN_WAIT2 ends it as well. */
static void without_the_peers_fin_it_is_only_likely(struct kunit *test)
{
	struct tcpwhy_observation o = given_overflow();
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_TIMEWAIT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	o.closed.orphan = true;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_TIMEWAIT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	o.closed.fin_received = false;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_TIMEWAIT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
}

static void count_and_limit_are_the_evidence(struct kunit *test)
{
	static const struct attr_value expected[] = {
		{ TCPWHY_A_EVIDENCE_TW_COUNT, LIMIT + 3 },
		{ TCPWHY_A_EVIDENCE_TW_LIMIT, LIMIT },
	};
	struct tcpwhy_observation o = given_overflow();
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_verdict v;

	o.closed.tw_count = LIMIT + 3;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_TIMEWAIT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, v.mibs, BIT(TCPWHY_MIB_TIMEWAIT_OVERFLOW));
	tcpwhy_engine_merge(&sum, &v);
	expect_evidence(test, v.cause, &sum, expected, ARRAY_SIZE(expected));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_close_at_the_limit_is_an_overflow),
	KUNIT_CASE(each_look_alike_is_silent),
	KUNIT_CASE(each_look_alike_is_silent_for_an_orphan_too),
	KUNIT_CASE(below_the_limit_it_closed_for_another_reason),
	KUNIT_CASE(without_the_peers_fin_it_is_only_likely),
	KUNIT_CASE(count_and_limit_are_the_evidence),
	{ }
};

static struct kunit_suite tcpwhy_overflow_suite = {
	.name = "tcpwhy-overflow",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_overflow_suite);
