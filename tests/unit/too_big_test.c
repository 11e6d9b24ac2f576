// SPDX-License-Identifier: GPL-2.0
/* Routers that say that packets are too big, and connections that listen, or do not. */
#include "given.h"

#define NOW_MS	1000000u
#define UNA	0xfffff000u
#define MTU	1500
#define SAID	1400

static struct tcpwhy_observation given_too_big(u32 said, u32 before, u32 now, u32 size)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_TOO_BIG, .now_ns = NOW_MS * NS_PER_MS,
		.too_big = {
			.said = said, .before = before, .now = now, .size = size, .whole = true,
		},
	};

	o.too_big.router.b[15] = 7;
	return o;
}

static void what_it_means(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 said;
		u32 before;
		u32 now;
		u32 size;
		u32 cause;
	} rows[] = {
		{ "taken", SAID, MTU, SAID, SAID, TCPWHY_CAUSE_PMTU_LOWERED },
		{ "by one byte", MTU - 1, MTU, MTU - 1, MTU - 1, TCPWHY_CAUSE_PMTU_LOWERED },
		{ "not below min_pmtu", 200, MTU, 552, 552, TCPWHY_CAUSE_PMTU_LOWERED },
		{ "a router that says no size", 0, MTU, 552, 552, TCPWHY_CAUSE_PMTU_LOWERED },
		{ "its packets were small before", SAID, MTU, SAID, 1300,
		  TCPWHY_CAUSE_PMTU_LOWERED },
		{ "it fell further: another's doing", SAID, MTU, SAID - 1, SAID - 1,
		  TCPWHY_CAUSE_NONE },
		{ "it rose", SAID, MTU, 9000, SAID, TCPWHY_CAUSE_NONE },
		{ "nothing new", MTU, MTU, MTU, MTU, TCPWHY_CAUSE_NONE },
		{ "more than it was", MTU + 1, MTU, MTU - 1, MTU - 1, TCPWHY_CAUSE_NONE },
		{ "ignored", SAID, MTU, MTU, MTU, TCPWHY_CAUSE_TOO_BIG_IGNORED },
		{ "ignored by a byte", SAID, MTU, MTU, SAID + 1, TCPWHY_CAUSE_TOO_BIG_IGNORED },
		{ "its packets fit all the same", SAID, MTU, MTU, SAID, TCPWHY_CAUSE_NONE },
		{ "at min_pmtu, which is too much", 400, 552, 552, 552,
		  TCPWHY_CAUSE_TOO_BIG_IGNORED },
		{ "no size, no change", 0, MTU, MTU, MTU, TCPWHY_CAUSE_NONE },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_too_big(rows[i].said, rows[i].before, rows[i].now, rows[i].size);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
	}
}

/* Where path MTU discovery has ended, IPv4 goes without DF, and routers cut it to size. */
static void what_may_be_fragmented_does_not_vanish(struct kunit *test)
{
	struct tcpwhy_observation o = given_too_big(SAID, MTU, MTU, MTU);
	struct tcpwhy_verdict v;

	o.too_big.whole = false;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_NONE);
	o = given_too_big(SAID, MTU, SAID, SAID);
	o.too_big.whole = false;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PMTU_LOWERED);
}

static void expect_router(struct kunit *test, u32 cause, const struct tcpwhy_evidence *e)
{
	struct given_evidence got = { };

	tcpwhy_cause_by_id(cause)->describe_addrs(e, take_address, &got);
	KUNIT_EXPECT_EQ(test, got.times[TCPWHY_A_EVIDENCE_ROUTER], 1u);
	KUNIT_EXPECT_EQ(test, got.addr.b[15], 7);
}

static void the_evidence_of_one_that_is_taken(struct kunit *test)
{
	static const struct attr_value expected[] = {
		{ TCPWHY_A_EVIDENCE_MTU, 552 }, { TCPWHY_A_EVIDENCE_MTU_SAID, 200 },
		{ TCPWHY_A_EVIDENCE_MTU_BEFORE, MTU },
	};
	static const struct attr_value unsaid[] = {
		{ TCPWHY_A_EVIDENCE_MTU, 552 }, { TCPWHY_A_EVIDENCE_MTU_BEFORE, MTU },
	};
	struct tcpwhy_observation o = given_too_big(200, MTU, 552, 552);
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PMTU_LOWERED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	tcpwhy_engine_merge(&sum, &v);
	expect_evidence(test, v.cause, &sum, expected, ARRAY_SIZE(expected));
	expect_router(test, v.cause, &sum);
	o.too_big.said = 0;
	judged(&o, &v);
	tcpwhy_engine_merge(&sum, &v);
	expect_evidence(test, v.cause, &sum, unsaid, ARRAY_SIZE(unsaid));
}

static void the_evidence_of_one_that_is_not(struct kunit *test)
{
	static const struct attr_value expected[] = {
		{ TCPWHY_A_EVIDENCE_SIZE_FAILS, 1450 }, { TCPWHY_A_EVIDENCE_MTU, MTU },
		{ TCPWHY_A_EVIDENCE_MTU_SAID, SAID },
	};
	struct tcpwhy_observation o = given_too_big(SAID, MTU, MTU, 1450);
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_TOO_BIG_IGNORED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	tcpwhy_engine_merge(&sum, &v);
	expect_evidence(test, v.cause, &sum, expected, ARRAY_SIZE(expected));
	expect_router(test, v.cause, &sum);
}

/* A connection that would be a black hole, but for what a router may have said. */
static struct tcpwhy_observation given_stuck(struct tcpwhy_stall *s, u32 now_ms)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_RTO, .now_ns = now_ms * NS_PER_MS };

	s->times = TCPWHY_STALL_LONG;
	s->full = true;
	s->large = true;
	s->fresh = true;
	s->una = UNA;
	s->size = MTU;
	s->sacked = 708;
	s->named = false;
	o.stall.memory = s;
	return o;
}

static void what_a_router_explains_is_no_black_hole(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 told;
		u32 ago_ms;
		u32 cause;
	} rows[] = {
		{ "nobody said anything", 0, 0, TCPWHY_CAUSE_BLACKHOLE_SEND },
		{ "a router did", SAID, 1000, TCPWHY_CAUSE_NONE },
		{ "one byte less", MTU - 1, 1000, TCPWHY_CAUSE_NONE },
		{ "that this much may pass", MTU, 1000, TCPWHY_CAUSE_BLACKHOLE_SEND },
		{ "just still", SAID, 599999, TCPWHY_CAUSE_NONE },
		{ "long ago", SAID, 600000, TCPWHY_CAUSE_BLACKHOLE_SEND },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tcpwhy_stall s = { };

		tcpwhy_stall_tell(&s, rows[i].told, NOW_MS - rows[i].ago_ms);
		o = given_stuck(&s, NOW_MS);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		s.shrunk = true;
		s.named = true;
		o.kind = TCPWHY_KIND_SHRUNK;
		o.stall.size_now = 1076;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "shrunk: %s",
				    rows[i].what);
	}
}

static void what_one_connection_was_told_explains_the_others(struct kunit *test)
{
	struct tcpwhy_stall s = { }, other = { };
	struct tcpwhy_stalls others = { };
	struct tcpwhy_observation o = given_stuck(&s, NOW_MS);
	struct tcpwhy_verdict v;

	tcpwhy_stall_tell(&other, MTU, NOW_MS);
	tcpwhy_stalls_add(&others, &s, &other, NOW_MS);
	KUNIT_EXPECT_FALSE(test, others.told);
	tcpwhy_stall_tell(&other, SAID, NOW_MS);
	tcpwhy_stalls_add(&others, &s, &other, NOW_MS);
	KUNIT_EXPECT_TRUE(test, others.told);
	o.stall.others = others;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_NONE);
}

/* It may be told while it stalls: that is no time-out, and no sign of life. */
static void to_be_told_does_not_end_a_stall(struct kunit *test)
{
	struct tcpwhy_stall s = { .times = 3, .last_ms = NOW_MS }, empty = { };

	tcpwhy_stall_tell(&s, SAID, NOW_MS + 5);
	KUNIT_EXPECT_EQ(test, s.times, 3);
	KUNIT_EXPECT_EQ(test, s.last_ms, NOW_MS);
	tcpwhy_stall_tell(&empty, SAID, NOW_MS);
	KUNIT_EXPECT_EQ(test, empty.times, 0);
	KUNIT_EXPECT_EQ(test, empty.last_ms, NOW_MS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_it_means),
	KUNIT_CASE(what_may_be_fragmented_does_not_vanish),
	KUNIT_CASE(the_evidence_of_one_that_is_taken),
	KUNIT_CASE(the_evidence_of_one_that_is_not),
	KUNIT_CASE(what_a_router_explains_is_no_black_hole),
	KUNIT_CASE(what_one_connection_was_told_explains_the_others),
	KUNIT_CASE(to_be_told_does_not_end_a_stall),
	{ }
};

static struct kunit_suite tcpwhy_too_big_suite = {
	.name = "tcpwhy-too-big",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_too_big_suite);
