// SPDX-License-Identifier: GPL-2.0
/* Events a second over a sliding window. */
#include "given.h"
#include "core/rate.h"

/* Where the milliseconds' clock stands: at the start, before its sign and before its wrap. */
static const u32 starts[] = { 0, 12345, 0x7ffffff0, 0xfffffff0, 0xffffd8ef };

static struct tcpwhy_rate given_events(u32 count, u32 at_ms)
{
	struct tcpwhy_rate r = { .start_ms = at_ms };

	while (count--)
		tcpwhy_rate_add(&r, at_ms);
	return r;
}

static void nothing_is_no_rate(struct kunit *test)
{
	struct tcpwhy_rate r = { };

	KUNIT_EXPECT_EQ(test, tcpwhy_rate_per_1000s(&r, 0), 0u);
	KUNIT_EXPECT_EQ(test, tcpwhy_rate_per_1000s(&r, 123456789), 0u);
}

/* Ten events: one a second while the window of ten seconds holds them, then less and less. */
static void events_count_in_full_for_a_span_and_fade_in_the_next(struct kunit *test)
{
	static const struct {
		u32 after_ms;
		u32 rate;
	} rows[] = {
		{ 0, 1000 },
		{ 1, 1000 },
		{ 9999, 1000 },
		{ 10000, 1000 },
		{ 10010, 999 },
		{ 15000, 500 },
		{ 19990, 1 },
		{ 20000, 0 },
		{ 20001, 0 },
		{ 0x7fffffff, 0 },
		{ 0x80000000, 0 },
	};
	struct tcpwhy_rate r;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		r = given_events(10, starts[i]);
		for (j = 0; j < ARRAY_SIZE(rows); j++)
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_rate_per_1000s(&r, starts[i] +
									rows[j].after_ms),
					    rows[j].rate, "%u ms after 0x%x", rows[j].after_ms,
					    starts[i]);
	}
}

static void looking_does_not_change_it(struct kunit *test)
{
	struct tcpwhy_rate r = given_events(5, 1000);

	KUNIT_EXPECT_EQ(test, tcpwhy_rate_per_1000s(&r, 1000000), 0u);
	KUNIT_EXPECT_EQ(test, tcpwhy_rate_per_1000s(&r, 1000), 500u);
}

static void a_steady_pace_is_its_rate(struct kunit *test)
{
	static const struct {
		u32 every_ms;
		u32 rate;
		u32 error;
	} rows[] = {
		{ 1, 1000000, 100 },
		{ 10, 100000, 100 },
		{ 1000, 1000, 100 },
		{ 5000, 200, 100 },
	};
	struct tcpwhy_rate r;
	u32 i, j, k, now, got;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		for (j = 0; j < ARRAY_SIZE(rows); j++) {
			now = starts[i];
			r = given_events(0, now);
			for (k = 0; k < 60000 / rows[j].every_ms; k++) {
				now += rows[j].every_ms;
				tcpwhy_rate_add(&r, now);
			}
			got = tcpwhy_rate_per_1000s(&r, now);
			KUNIT_EXPECT_TRUE_MSG(test, got >= rows[j].rate - rows[j].error &&
					      got <= rows[j].rate + rows[j].error,
					      "every %u ms from 0x%x: %u per 1000 s, expected %u",
					      rows[j].every_ms, starts[i], got, rows[j].rate);
		}
	}
}

static void a_quiet_time_begins_a_new_span(struct kunit *test)
{
	struct tcpwhy_rate r = given_events(100, 0);

	tcpwhy_rate_add(&r, 500000);
	KUNIT_EXPECT_EQ(test, r.start_ms, 500000u);
	KUNIT_EXPECT_EQ(test, tcpwhy_rate_per_1000s(&r, 500000), 100u);
}

/* The time of an event is taken before the lock that orders events. */
static void an_event_from_a_little_earlier_loses_nothing(struct kunit *test)
{
	struct tcpwhy_rate r;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		r = given_events(10, starts[i]);
		tcpwhy_rate_add(&r, starts[i] - 1);
		tcpwhy_rate_add(&r, starts[i] - 5000);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_rate_per_1000s(&r, starts[i]), 1200u,
				    "around 0x%x", starts[i]);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_rate_per_1000s(&r, starts[i] - 1), 1200u,
				    "looked at from before 0x%x", starts[i]);
	}
}

static void counts_stop_at_their_limit(struct kunit *test)
{
	struct tcpwhy_rate r = { .now = U32_MAX - 1, .before = U32_MAX };

	tcpwhy_rate_add(&r, 5);
	tcpwhy_rate_add(&r, 5);
	KUNIT_EXPECT_EQ(test, r.now, U32_MAX);
	KUNIT_EXPECT_EQ(test, tcpwhy_rate_per_1000s(&r, 5), U32_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_is_no_rate),
	KUNIT_CASE(events_count_in_full_for_a_span_and_fade_in_the_next),
	KUNIT_CASE(looking_does_not_change_it),
	KUNIT_CASE(a_steady_pace_is_its_rate),
	KUNIT_CASE(a_quiet_time_begins_a_new_span),
	KUNIT_CASE(an_event_from_a_little_earlier_loses_nothing),
	KUNIT_CASE(counts_stop_at_their_limit),
	{ }
};

static struct kunit_suite tcpwhy_rate_suite = { .name = "tcpwhy-rate", .test_cases = cases };

kunit_test_suite(tcpwhy_rate_suite);
