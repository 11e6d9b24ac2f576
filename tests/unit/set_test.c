// SPDX-License-Identifier: GPL-2.0
#include "given.h"
#include "core/set.h"

/* More than there are today: sets are to hold 200 causes. */
#define FAR	199

static u32 size_of(const struct tcpwhy_set *set)
{
	u32 id, n = 0;

	for (id = 0; id <= TCPWHY_SET_MAX; id++)
		n += tcpwhy_set_has(set, id);
	return n;
}

static void each_number_has_a_bit_of_its_own(struct kunit *test)
{
	struct tcpwhy_set set = { };
	u32 id;

	KUNIT_EXPECT_GE(test, TCPWHY_SET_MAX, FAR);
	KUNIT_EXPECT_TRUE(test, tcpwhy_set_is_empty(&set));
	for (id = 0; id <= TCPWHY_SET_MAX; id++) {
		KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_set_has(&set, id), "%u", id);
		tcpwhy_set_add(&set, id);
		KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_set_has(&set, id), "%u", id);
		KUNIT_EXPECT_EQ_MSG(test, size_of(&set), id + 1, "%u", id);
	}
	for (id = 0; id <= TCPWHY_SET_MAX; id++) {
		KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_set_is_empty(&set), "%u", id);
		tcpwhy_set_remove(&set, id);
		KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_set_has(&set, id), "%u", id);
		KUNIT_EXPECT_EQ_MSG(test, size_of(&set), TCPWHY_SET_MAX - id, "%u", id);
	}
	KUNIT_EXPECT_TRUE(test, tcpwhy_set_is_empty(&set));
}

static void what_no_set_can_hold_is_in_none(struct kunit *test)
{
	struct tcpwhy_set set;

	memset(&set, 0xff, sizeof(set));
	KUNIT_EXPECT_TRUE(test, tcpwhy_set_has(&set, TCPWHY_SET_MAX));
	KUNIT_EXPECT_FALSE(test, tcpwhy_set_has(&set, TCPWHY_SET_MAX + 1));
	KUNIT_EXPECT_FALSE(test, tcpwhy_set_has(&set, U32_MAX));
}

static void all_is_each_cause_and_no_other_number(struct kunit *test)
{
	struct tcpwhy_set set;
	u32 id;

	memset(&set, 0xff, sizeof(set));
	tcpwhy_set_fill(&set);
	for (id = 0; id <= TCPWHY_SET_MAX; id++)
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_set_has(&set, id),
				    id > TCPWHY_CAUSE_NONE && id <= TCPWHY_CAUSE_MAX, "%u", id);
}

/* In the first word, in the last one, and in the one between. */
static void what_is_to_go_goes_whatever_else_is_to_come(struct kunit *test)
{
	static const u32 ids[] = { 1, 63, 64, 130, FAR, TCPWHY_SET_MAX };
	struct tcpwhy_set set, more, less;
	u32 i, bits;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		for (bits = 0; bits < 8; bits++) {
			memset(&set, 0, sizeof(set));
			memset(&more, 0, sizeof(more));
			memset(&less, 0, sizeof(less));
			tcpwhy_set_add(&set, 2);
			if (bits & 1)
				tcpwhy_set_add(&set, ids[i]);
			if (bits & 2)
				tcpwhy_set_add(&more, ids[i]);
			if (bits & 4)
				tcpwhy_set_add(&less, ids[i]);
			tcpwhy_set_change(&set, &more, &less);
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_set_has(&set, ids[i]),
					    bits & 3 && !(bits & 4), "%u, case %u", ids[i], bits);
			KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_set_has(&set, 2), "%u", ids[i]);
			KUNIT_EXPECT_LE(test, size_of(&set), 2u);
		}
	}
}

/* By number, each once, and no number that is no cause's. */
static void the_causes_of_a_set_are_walked_by_number(struct kunit *test)
{
	static const u32 ids[] = { 0, 1, 2, 40, TCPWHY_CAUSE_MAX, TCPWHY_CAUSE_MAX + 1, FAR };
	u32 id, expected = 1;
	struct tcpwhy_set set = { };

	for (id = tcpwhy_set_next(&set, 1); id <= TCPWHY_CAUSE_MAX;
	     id = tcpwhy_set_next(&set, id + 1))
		KUNIT_EXPECT_EQ_MSG(test, id, 0u, "nothing is in it");
	for (id = 0; id < ARRAY_SIZE(ids); id++)
		tcpwhy_set_add(&set, ids[id]);
	for (id = tcpwhy_set_next(&set, 1); id <= TCPWHY_CAUSE_MAX;
	     id = tcpwhy_set_next(&set, id + 1)) {
		KUNIT_EXPECT_EQ(test, id, ids[expected]);
		expected++;
	}
	KUNIT_EXPECT_EQ(test, expected, 5u);
}

/* In the first word, in the last one, and in the one between. */
static void what_is_kept_is_in_both(struct kunit *test)
{
	static const u32 ids[] = { 1, 64, FAR, TCPWHY_SET_MAX };
	struct tcpwhy_set one = { }, other = { }, set;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		tcpwhy_set_add(&one, ids[i]);
		tcpwhy_set_add(&one, ids[i] - 1);
		tcpwhy_set_add(&other, ids[i]);
	}
	tcpwhy_set_add(&other, 150);
	memset(&set, 0xff, sizeof(set));
	tcpwhy_set_keep(&set, &one, &other);
	KUNIT_EXPECT_EQ(test, size_of(&set), 4u);
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_set_has(&set, ids[i]), "%u", ids[i]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_number_has_a_bit_of_its_own),
	KUNIT_CASE(what_no_set_can_hold_is_in_none),
	KUNIT_CASE(all_is_each_cause_and_no_other_number),
	KUNIT_CASE(the_causes_of_a_set_are_walked_by_number),
	KUNIT_CASE(what_is_kept_is_in_both),
	KUNIT_CASE(what_is_to_go_goes_whatever_else_is_to_come),
	{ }
};

static struct kunit_suite tcpwhy_set_suite = { .name = "tcpwhy-set", .test_cases = cases };

kunit_test_suite(tcpwhy_set_suite);
