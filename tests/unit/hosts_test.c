// SPDX-License-Identifier: GPL-2.0
/* Timestamp clocks and SYN fingerprints behind one address. */
#include "given.h"
#include "core/hosts.h"

#define SLACK	2000

/* How many clocks two readings make, the second @passed_ms later and @ticked on. */
static u8 clocks_of(u32 tsval, u32 when_ms, u32 passed_ms, u32 ticked)
{
	struct tcpwhy_hosts h = { };

	tcpwhy_hosts_note_clock(&h, tsval, when_ms);
	tcpwhy_hosts_note_clock(&h, tsval + ticked, when_ms + passed_ms);
	return h.clocks;
}

static void a_clock_of_any_pace_in_use_goes_on(struct kunit *test)
{
	static const u32 divisors[] = { 1, 4, 10 }; /* 1000, 250, 100 Hz */
	static const u32 passed_ms[] = { 0, 1, 999, 1000, 60000, 3600000, 20 * 86400000u };
	static const u32 starts[] = { 0, 1000, 0x7fffff00, 0xfffffff0 };
	u32 i, j, k, ticked;

	for (i = 0; i < ARRAY_SIZE(divisors); i++) {
		for (j = 0; j < ARRAY_SIZE(passed_ms); j++) {
			ticked = passed_ms[j] / divisors[i];
			for (k = 0; k < ARRAY_SIZE(starts); k++)
				KUNIT_EXPECT_EQ_MSG(test, clocks_of(starts[k], starts[3 - k],
								    passed_ms[j], ticked), 1,
						    "%u ms, %u ticks, from 0x%x",
						    passed_ms[j], ticked, starts[k]);
		}
	}
}

static void a_clock_may_be_off_by_two_seconds(struct kunit *test)
{
	static const struct {
		u32 passed_ms;
		s32 ticked;
		u8 clocks;
	} rows[] = {
		{ 0, SLACK, 1 },
		{ 0, SLACK + 1, 2 },
		{ 0, -SLACK, 1 },
		{ 0, -SLACK - 1, 2 },
		{ 100000, 100000 + SLACK, 1 },
		{ 100000, 100000 + SLACK + 1, 2 },
		{ 100000, 10000 - SLACK, 1 },
		{ 100000, 10000 - SLACK - 1, 2 },
		{ 100000, -1, 2 },
		{ 0, 0x7fffffff, 2 },
		{ 0, -0x7fffffff - 1, 2 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, clocks_of(5, 7, rows[i].passed_ms, rows[i].ticked),
				    rows[i].clocks, "%u ms, %d ticks", rows[i].passed_ms,
				    rows[i].ticked);
}

/* ts_recent of a TIME_WAIT is an older reading than the SYN that was noted before. */
static void an_older_reading_is_of_the_same_clock(struct kunit *test)
{
	static const struct {
		s32 passed_ms;
		s32 ticked;
		u8 clocks;
	} rows[] = {
		{ -60000, -60000, 1 },
		{ -60000, -15000, 1 },
		{ -60000, -6000, 1 },
		{ -60000, -60000 - SLACK, 1 },
		{ -60000, -60000 - SLACK - 1, 2 },
		{ -60000, -6000 + SLACK, 1 },
		{ -60000, -6000 + SLACK + 1, 2 },
		{ -60000, 60000, 2 },
		{ -1, 0, 1 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, clocks_of(5, 7, rows[i].passed_ms, rows[i].ticked),
				    rows[i].clocks, "%d ms, %d ticks", rows[i].passed_ms,
				    rows[i].ticked);
}

static void a_clock_that_went_backwards_is_another(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, clocks_of(500000000, 1000, 3000, -400000000), 2);
	KUNIT_EXPECT_EQ_MSG(test, clocks_of(100, 1000, 10000, -20000), 2, "below 0");
}

static void each_reading_moves_its_clock_on(struct kunit *test)
{
	struct tcpwhy_hosts h = { };
	u32 i, ms = 0xffff0000;

	for (i = 0; i < 500; i++) {
		ms += 100000;
		tcpwhy_hosts_note_clock(&h, ms + 5, ms);
		tcpwhy_hosts_note_clock(&h, ms / 4 * 4 + 900000000, ms);
	}
	KUNIT_EXPECT_EQ(test, h.clocks, 2);
}

static void eight_clocks_are_eight_or_more(struct kunit *test)
{
	struct tcpwhy_hosts h = { };
	u32 i;

	for (i = 0; i < 20; i++) {
		tcpwhy_hosts_note_clock(&h, i * 100000000, 5000);
		KUNIT_EXPECT_EQ_MSG(test, h.clocks, i < 8 ? i + 1 : 8, "after %u", i + 1);
	}
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ_MSG(test, h.clock_tsval[i], i * 100000000, "clock %u is kept", i);
	tcpwhy_hosts_note_clock(&h, 300000000 + 1000, 6000);
	KUNIT_EXPECT_EQ_MSG(test, h.clock_tsval[3], 300001000u, "a known clock still goes on");
}

static void each_field_of_a_syn_makes_a_fingerprint(struct kunit *test)
{
	struct tcpwhy_packet base = given_segment(TCPWHY_SYN, 77, 0), p;
	struct tcpwhy_hosts h = { };

	base.mss = 1460;
	tcpwhy_hosts_note_syn(&h, &base, 0);
	p = base;
	p.seq = 5;
	p.sport = 9;
	tcpwhy_hosts_note_syn(&h, &p, 0);
	KUNIT_EXPECT_EQ_MSG(test, h.fingerprints, 1, "another connection of the same host");
	p = base;
	p.ttl = 128;
	tcpwhy_hosts_note_syn(&h, &p, 0);
	KUNIT_EXPECT_EQ_MSG(test, h.fingerprints, 2, "TTL");
	p = base;
	p.mss = 1400;
	tcpwhy_hosts_note_syn(&h, &p, 0);
	KUNIT_EXPECT_EQ_MSG(test, h.fingerprints, 3, "MSS");
	p = base;
	p.window = 8192;
	tcpwhy_hosts_note_syn(&h, &p, 0);
	KUNIT_EXPECT_EQ_MSG(test, h.fingerprints, 4, "window");
	p = base;
	p.has_wscale = true;
	tcpwhy_hosts_note_syn(&h, &p, 0);
	KUNIT_EXPECT_EQ_MSG(test, h.fingerprints, 5, "window scale 0 instead of none");
	p = base;
	p.options = 1;
	tcpwhy_hosts_note_syn(&h, &p, 0);
	KUNIT_EXPECT_EQ_MSG(test, h.fingerprints, 6, "options");
	KUNIT_EXPECT_EQ_MSG(test, h.clocks, 0, "no timestamp, no clock");
}

static void eight_fingerprints_are_eight_or_more(struct kunit *test)
{
	struct tcpwhy_packet p = given_segment(TCPWHY_SYN, 77, 0);
	struct tcpwhy_hosts h = { };
	u32 i;

	for (i = 0; i < 40; i++) {
		p.ttl = 64 - i % 20;
		tcpwhy_hosts_note_syn(&h, &p, 0);
		KUNIT_EXPECT_EQ_MSG(test, h.fingerprints, i < 8 ? i + 1 : 8, "after %u", i + 1);
	}
}

static void a_syn_notes_its_clock(struct kunit *test)
{
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_SYN, 77, 0), 5000);
	struct tcpwhy_hosts h = { };

	tcpwhy_hosts_note_syn(&h, &p, 1000);
	p.tsval += 60000;
	tcpwhy_hosts_note_syn(&h, &p, 61000);
	KUNIT_EXPECT_EQ(test, h.clocks, 1);
	KUNIT_EXPECT_EQ(test, h.fingerprints, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_clock_of_any_pace_in_use_goes_on),
	KUNIT_CASE(a_clock_may_be_off_by_two_seconds),
	KUNIT_CASE(an_older_reading_is_of_the_same_clock),
	KUNIT_CASE(a_clock_that_went_backwards_is_another),
	KUNIT_CASE(each_reading_moves_its_clock_on),
	KUNIT_CASE(eight_clocks_are_eight_or_more),
	KUNIT_CASE(each_field_of_a_syn_makes_a_fingerprint),
	KUNIT_CASE(eight_fingerprints_are_eight_or_more),
	KUNIT_CASE(a_syn_notes_its_clock),
	{ }
};

static struct kunit_suite tcpwhy_hosts_suite = { .name = "tcpwhy-hosts", .test_cases = cases };

kunit_test_suite(tcpwhy_hosts_suite);
