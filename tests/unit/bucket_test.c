// SPDX-License-Identifier: GPL-2.0
/* A budget of so many a tick, and a store of what was not used. */
#include "given.h"
#include "core/bucket.h"

#define RATE	10
#define SIZE	25

/* Where the ticks stand: a bucket that is zeroed was looked at on tick 0. */
static const u32 starts[] = { 3, 12345, 0x7fffffff, 0xffffffff };

static u32 taken(struct tcpwhy_bucket *b, u32 tick, u32 wanted)
{
	u32 n = 0;

	while (n < wanted && tcpwhy_bucket_take(b, tick, RATE, SIZE))
		n++;
	return n;
}

static void it_begins_full(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		struct tcpwhy_bucket b = { };

		KUNIT_EXPECT_EQ_MSG(test, taken(&b, starts[i], 100), (u32)SIZE, "0x%x", starts[i]);
		KUNIT_EXPECT_FALSE(test, tcpwhy_bucket_take(&b, starts[i], RATE, SIZE));
	}
}

static void each_tick_brings_its_rate_up_to_what_fits(struct kunit *test)
{
	static const struct {
		u32 passed;
		u32 comes;
	} rows[] = {
		{ 0, 0 },
		{ 1, 10 },
		{ 2, 20 },
		{ 3, 25 },
		{ 4, 25 },
		{ 0x10000000, 25 }, /* times the rate is more than 32 bits hold */
		{ 0x80000000, 25 },
		{ 0xffffffff, 25 },
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		for (j = 0; j < ARRAY_SIZE(rows); j++) {
			struct tcpwhy_bucket b = { .tick = starts[i] };

			KUNIT_EXPECT_EQ_MSG(test, taken(&b, starts[i] + rows[j].passed, 100),
					    rows[j].comes, "0x%x ticks after 0x%x", rows[j].passed,
					    starts[i]);
		}
	}
}

static void what_is_left_stays(struct kunit *test)
{
	struct tcpwhy_bucket b = { .tick = 100, .left = 12 };

	KUNIT_EXPECT_EQ(test, taken(&b, 100, 5), 5u);
	KUNIT_EXPECT_EQ(test, taken(&b, 101, 100), 17u);
	KUNIT_EXPECT_EQ(test, taken(&b, 102, 1), 1u);
	KUNIT_EXPECT_EQ(test, taken(&b, 104, 100), (u32)SIZE);
}

/* However hard it is pressed. */
static void in_the_long_run_it_gives_its_rate(struct kunit *test)
{
	struct tcpwhy_bucket b = { .tick = 0xfffffff0 };
	u32 tick, n = 0;

	for (tick = 0; tick <= 1000; tick++)
		n += taken(&b, 0xfffffff0 + tick, 1000);
	KUNIT_EXPECT_EQ(test, n, 1000u * RATE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(it_begins_full),
	KUNIT_CASE(each_tick_brings_its_rate_up_to_what_fits),
	KUNIT_CASE(what_is_left_stays),
	KUNIT_CASE(in_the_long_run_it_gives_its_rate),
	{ }
};

static struct kunit_suite tcpwhy_bucket_suite = { .name = "tcpwhy-bucket", .test_cases = cases };

kunit_test_suite(tcpwhy_bucket_suite);
