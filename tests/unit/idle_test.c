// SPDX-License-Identifier: GPL-2.0
/* After which silence connections are lost: a rule, and what only looks like one. */
#include "given.h"

#define APART_MS	500u
#define SPREAD_MS	2000u

/* One connection that was found lost after a silence. */
struct loss {
	u32 silence_ms;
	u32 now_ms;
};

static void learn(struct kunit *test, struct tcpwhy_idle *idle, const struct loss *losses,
		  u32 count, bool learned, const char *what)
{
	bool got = false;
	u32 i;

	memset(idle, 0, sizeof(*idle));
	for (i = 0; i < count; i++)
		got = tcpwhy_idle_lost(idle, losses[i].silence_ms, losses[i].now_ms);
	KUNIT_EXPECT_EQ_MSG(test, got, learned, "%s", what);
}

static void the_third_loss_after_about_the_same_silence_makes_a_rule(struct kunit *test)
{
	static const struct loss losses[] = {
		{ 300000, 1000000 }, { 300500, 2000000 }, { 299000, 3000000 }, { 300000, 4000000 },
	};
	struct tcpwhy_idle idle;

	learn(test, &idle, losses, 1, false, "one");
	KUNIT_EXPECT_EQ(test, idle.samples, 1);
	learn(test, &idle, losses, 2, false, "two");
	KUNIT_EXPECT_EQ(test, idle.samples, 2);
	learn(test, &idle, losses, 3, true, "three");
	KUNIT_EXPECT_EQ(test, idle.samples, 3);
	KUNIT_EXPECT_EQ(test, idle.min_ms, 299000u);
	KUNIT_EXPECT_EQ(test, idle.max_ms, 300500u);
	learn(test, &idle, losses, 4, true, "four");
	KUNIT_EXPECT_EQ(test, idle.samples, 4);
}

/* No further apart than 2 s, or a twentieth of the longest. */
static void what_is_too_far_apart_begins_anew(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 first;
		u32 other;
		bool learned;
	} rows[] = {
		{ "2 s more", 10000, 10000 + SPREAD_MS, true },
		{ "beyond 2 s", 10000, 10001 + SPREAD_MS, false },
		{ "2 s less", 10000, 10000 - SPREAD_MS, true },
		{ "beyond", 10000, 9999 - SPREAD_MS, false },
		{ "where a twentieth is 2 s", 38000, 40000, true },
		{ "beyond", 37999, 40000, false },
		{ "a twentieth of 300 s less", 300000, 285000, true },
		{ "beyond", 300000, 284999, false },
		{ "of 300 s more", 285000, 300000, true },
		{ "beyond", 284999, 300000, false },
		{ "days", U32_MAX, U32_MAX - U32_MAX / 20, true },
		{ "beyond", U32_MAX, U32_MAX - U32_MAX / 20 - 1, false },
	};
	struct tcpwhy_idle idle;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct loss losses[] = {
			{ rows[i].first, 1000000 }, { rows[i].first, 2000000 },
			{ rows[i].other, 3000000 },
		};

		learn(test, &idle, losses, 3, rows[i].learned, rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, idle.samples, rows[i].learned ? 3u : 1u, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, idle.min_ms, rows[i].learned ?
				    min(rows[i].first, rows[i].other) : rows[i].other, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, idle.max_ms, rows[i].learned ?
				    max(rows[i].first, rows[i].other) : rows[i].other, "%s",
				    rows[i].what);
	}
}

/* The spread is that of all, not of the latest two. */
static void silences_that_creep_are_no_rule(struct kunit *test)
{
	static const struct loss losses[] = {
		{ 10000, 1000000 }, { 11500, 2000000 }, { 13000, 3000000 }, { 14500, 4000000 },
	};
	struct tcpwhy_idle idle;

	learn(test, &idle, losses, 3, false, "3 s in all");
	learn(test, &idle, losses, 4, false, "and on");
	KUNIT_EXPECT_EQ(test, idle.samples, 2);
}

static void a_pause_is_no_silence(struct kunit *test)
{
	static const struct loss pauses[] = {
		{ 999, 1000000 }, { 999, 2000000 }, { 999, 3000000 }, { 0, 4000000 },
	};
	static const struct loss silences[] = {
		{ 1000, 1000000 }, { 1000, 2000000 }, { 1000, 3000000 },
	};
	struct tcpwhy_idle idle;

	learn(test, &idle, pauses, ARRAY_SIZE(pauses), false, "pauses");
	KUNIT_EXPECT_EQ(test, idle.samples, 0);
	learn(test, &idle, silences, ARRAY_SIZE(silences), true, "silences");
	/* Nor does a pause undo what was learned. */
	KUNIT_EXPECT_FALSE(test, tcpwhy_idle_lost(&idle, 999, 4000000));
	KUNIT_EXPECT_EQ(test, idle.samples, 3);
	KUNIT_EXPECT_EQ(test, idle.min_ms, 1000u);
}

/* A peer that went away takes all its connections with it. */
static void silences_that_began_together_count_once(struct kunit *test)
{
	static const struct {
		const char *what;
		s32 apart_ms;
		u32 samples;
	} rows[] = {
		{ "the same moment", 0, 1 },
		{ "half a second later", APART_MS - 1, 1 },
		{ "half a second before", -(s32)(APART_MS - 1), 1 },
		{ "later", APART_MS, 2 },
		{ "before", -(s32)APART_MS, 2 },
	};
	/* When the first silence began: at the wrap of time, and at its other side. */
	static const u32 began[] = { 1000000, 0, U32_MAX, 0x7fffffff, 0x80000000, 100, -100u };
	struct tcpwhy_idle idle;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(began); k++) {
			const struct loss losses[] = {
				{ 60000, began[k] + 60000 },
				{ 60500, began[k] + rows[i].apart_ms + 60500 },
			};

			learn(test, &idle, losses, 2, false, rows[i].what);
			KUNIT_EXPECT_EQ_MSG(test, idle.samples, rows[i].samples, "%s, at 0x%x",
					    rows[i].what, began[k]);
		}
	}
}

static void one_more_that_began_with_a_learned_one_is_explained(struct kunit *test)
{
	static const struct loss losses[] = {
		{ 60000, 1000000 }, { 60000, 2000000 }, { 60000, 3000000 }, { 60100, 3000100 },
		{ 59800, 2999800 },
	};
	struct tcpwhy_idle idle;

	learn(test, &idle, losses, 4, true, "together with the third, found later");
	KUNIT_EXPECT_EQ(test, idle.samples, 3);
	KUNIT_EXPECT_EQ(test, idle.max_ms, 60100u);
	learn(test, &idle, losses, 5, true, "together with the third, found earlier");
	KUNIT_EXPECT_EQ(test, idle.samples, 3);
	KUNIT_EXPECT_EQ(test, idle.min_ms, 59800u);
}

static void a_peer_that_went_away_is_no_rule(struct kunit *test)
{
	struct tcpwhy_idle idle = { };
	u32 i;

	/* A hundred connections fell silent at once, and were found lost one by one. */
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_FALSE(test, tcpwhy_idle_lost(&idle, 60000 + 15 * i, 1000000 + 15 * i));
	KUNIT_EXPECT_EQ(test, idle.samples, 1);
}

/* What lies in all silences may have been the peer's restart. */
static void silences_with_a_moment_in_common_are_no_rule(struct kunit *test)
{
	static const struct {
		const char *what;
		struct loss losses[3];
		bool learned;
	} rows[] = {
		{ "in use every few seconds", { { 1000, 6000 }, { 2000, 6400 }, { 3000, 7000 } }, false },
		{ "the last begins as the first ends", { { 3000, 6000 }, { 3000, 7000 }, { 3000, 9000 } },
		  false },
		{ "or later", { { 3000, 6000 }, { 3000, 7000 }, { 3000, 9001 } }, true },
		{ "each overlaps the next", { { 3000, 6000 }, { 3000, 8500 }, { 3000, 11000 } }, true },
		{ "found in another order", { { 3000, 9001 }, { 3000, 8000 }, { 3000, 6000 } }, true },
		{ "the one between first", { { 3000, 8000 }, { 3000, 9001 }, { 3000, 6000 } }, true },
		{ "in another order, with one", { { 3000, 9000 }, { 3000, 8000 }, { 3000, 6000 } }, false },
	};
	static const u32 offsets[] = { 0, -7000u, 0x7fffffffu - 7000, 0x80000000u - 3000 };
	struct loss losses[3];
	struct tcpwhy_idle idle;
	u32 i, k, l;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(offsets); k++) {
			for (l = 0; l < 3; l++) {
				losses[l] = rows[i].losses[l];
				losses[l].now_ms += offsets[k];
			}
			learn(test, &idle, losses, 3, rows[i].learned, rows[i].what);
			KUNIT_EXPECT_EQ_MSG(test, idle.samples, 3u, "%s", rows[i].what);
		}
	}
}

static void another_event_makes_a_rule_of_what_had_one(struct kunit *test)
{
	static const struct loss losses[] = {
		{ 3000, 6000 }, { 3000, 7000 }, { 3000, 8000 }, { 3000, 8600 }, { 3000, 10000 },
	};
	struct tcpwhy_idle idle;

	learn(test, &idle, losses, 4, false, "one");
	learn(test, &idle, losses, 5, true, "two");
	KUNIT_EXPECT_EQ(test, idle.samples, 5);
	/* Nor is it forgotten where another silence began with the last. */
	KUNIT_EXPECT_TRUE(test, tcpwhy_idle_lost(&idle, 3000, 10100));
	/* Other silences begin anew. */
	KUNIT_EXPECT_FALSE(test, tcpwhy_idle_lost(&idle, 9000, 20000));
	KUNIT_EXPECT_FALSE(test, tcpwhy_idle_lost(&idle, 9000, 21000));
	KUNIT_EXPECT_FALSE(test, tcpwhy_idle_lost(&idle, 9000, 22000));
	KUNIT_EXPECT_EQ(test, idle.samples, 3);
}

static void what_is_counted_stays_a_rule(struct kunit *test)
{
	struct tcpwhy_idle idle = { };
	u32 i;

	for (i = 1; i <= U16_MAX + 2u; i++)
		KUNIT_ASSERT_EQ(test, tcpwhy_idle_lost(&idle, 60000, i * 61000), i > 2);
	KUNIT_EXPECT_EQ(test, idle.samples, U16_MAX);
}

static void a_longer_silence_that_was_survived_forbids_the_rule(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 survived_ms;
		bool learned;
	} rows[] = {
		{ "none", 0, true },
		{ "shorter than each", 299999, true },
		{ "among them", 300500, true },
		{ "just below the longest", 300999, true },
		{ "as long", 301000, false },
		{ "longer", 301001, false },
		{ "much longer", U32_MAX, false },
	};
	struct tcpwhy_idle idle;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		idle = (struct tcpwhy_idle){ };
		KUNIT_EXPECT_FALSE(test, tcpwhy_idle_lost(&idle, 300000, 1000000));
		tcpwhy_idle_survived(&idle, rows[i].survived_ms);
		KUNIT_EXPECT_FALSE(test, tcpwhy_idle_lost(&idle, 301000, 2000000));
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_idle_lost(&idle, 300000, 3000000),
				    rows[i].learned, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_idle_lost(&idle, 300000, 3000100),
				    rows[i].learned, "%s, began together", rows[i].what);
	}
}

static void the_longest_survivor_is_kept(struct kunit *test)
{
	struct tcpwhy_idle idle = { };

	tcpwhy_idle_survived(&idle, 5000);
	tcpwhy_idle_survived(&idle, 4000);
	KUNIT_EXPECT_EQ(test, idle.survived_ms, 5000u);
	tcpwhy_idle_survived(&idle, 6000);
	KUNIT_EXPECT_EQ(test, idle.survived_ms, 6000u);
	/* Other losses begin anew; who survived did so. */
	tcpwhy_idle_lost(&idle, 60000, 1000000);
	tcpwhy_idle_lost(&idle, 90000, 2000000);
	KUNIT_EXPECT_EQ(test, idle.survived_ms, 6000u);
	KUNIT_EXPECT_EQ(test, idle.samples, 1);
}

/* The box that forgets may be new. */
static void what_was_survived_before_the_first_loss_was_another_path(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 survived_ms;
		u32 kept_ms;
	} rows[] = {
		{ "none", 0, 0 },
		{ "shorter", 299999, 299999 },
		{ "as long", 300000, 0 },
		{ "longer", U32_MAX, 0 },
	};
	struct tcpwhy_idle idle;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		idle = (struct tcpwhy_idle){ };
		tcpwhy_idle_survived(&idle, rows[i].survived_ms);
		tcpwhy_idle_lost(&idle, 300000, 1000000);
		KUNIT_EXPECT_EQ_MSG(test, idle.survived_ms, rows[i].kept_ms, "%s", rows[i].what);
		tcpwhy_idle_lost(&idle, 300000, 2000000);
		KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_idle_lost(&idle, 300000, 3000000), "%s",
				      rows[i].what);
		/* Nor does it come back with a rule of its own. */
		tcpwhy_idle_survived(&idle, 250000);
		tcpwhy_idle_lost(&idle, 200000, 4000000);
		KUNIT_EXPECT_EQ_MSG(test, idle.survived_ms, 0u, "%s", rows[i].what);
	}
}

static void the_rule_is_evidence(struct kunit *test)
{
	static const struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_IDLE, 300500 },
		{ TCPWHY_A_EVIDENCE_EXPIRY, 300000 },
		{ TCPWHY_A_EVIDENCE_EXPIRY_MAX, 301000 },
		{ TCPWHY_A_EVIDENCE_SAMPLES, 4 },
		{ TCPWHY_A_EVIDENCE_SURVIVED, 240000 },
	};
	struct tcpwhy_idle idle = {
		.samples = 4, .min_ms = 300000, .max_ms = 301000, .survived_ms = 240000,
	};
	struct tcpwhy_evidence e = { };

	tcpwhy_reset_fill_idle(&idle, 300500, &e.reset);
	expect_evidence(test, TCPWHY_CAUSE_IDLE_EXPIRED, &e, evidence, 5);
	idle.survived_ms = 0;
	e = (struct tcpwhy_evidence){ };
	tcpwhy_reset_fill_idle(&idle, 300500, &e.reset);
	expect_evidence(test, TCPWHY_CAUSE_IDLE_EXPIRED, &e, evidence, 4);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_third_loss_after_about_the_same_silence_makes_a_rule),
	KUNIT_CASE(what_is_too_far_apart_begins_anew),
	KUNIT_CASE(silences_that_creep_are_no_rule),
	KUNIT_CASE(a_pause_is_no_silence),
	KUNIT_CASE(silences_that_began_together_count_once),
	KUNIT_CASE(one_more_that_began_with_a_learned_one_is_explained),
	KUNIT_CASE(a_peer_that_went_away_is_no_rule),
	KUNIT_CASE(silences_with_a_moment_in_common_are_no_rule),
	KUNIT_CASE(another_event_makes_a_rule_of_what_had_one),
	KUNIT_CASE(what_is_counted_stays_a_rule),
	KUNIT_CASE(a_longer_silence_that_was_survived_forbids_the_rule),
	KUNIT_CASE(the_longest_survivor_is_kept),
	KUNIT_CASE(what_was_survived_before_the_first_loss_was_another_path),
	KUNIT_CASE(the_rule_is_evidence),
	{ }
};

static struct kunit_suite tcpwhy_idle_suite = { .name = "tcpwhy-idle", .test_cases = cases };

kunit_test_suite(tcpwhy_idle_suite);
