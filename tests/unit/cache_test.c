// SPDX-License-Identifier: GPL-2.0
/* The memory that forgets: what is found, and who makes room for whom. */
#include <kunit/test.h>
#include <linux/kthread.h>

#include "store/cache.h"

#define WAYS	4

struct key {
	u64 netns;
	u32 port;
	u32 line;
};

/* @guard: all of an entry that is not its key has to be as its owner left it */
struct item {
	struct key key;
	u32 last_ms;
	u32 dear;
	u64 sum;
	u64 guard;
};

/* What is dear last, then the longest ago; and who wants a place does not push out its own kin. */
static bool item_less(const void *a, const void *b, const void *key, u32 now_ms)
{
	const struct item *one = a, *other = b;
	const struct key *wants = key;

	if ((one->key.line == wants->line) != (other->key.line == wants->line))
		return one->key.line != wants->line;
	if (one->dear != other->dear)
		return one->dear < other->dear;
	return now_ms - one->last_ms > now_ms - other->last_ms;
}

static const struct tcpwhy_cache_kind four_ways = {
	.size = sizeof(struct item), .words = sizeof(struct key) / 8, .ways = WAYS, .sets = 8,
	.less = item_less,
};

static const struct tcpwhy_cache_kind one_way = {
	.size = sizeof(struct item), .words = sizeof(struct key) / 8, .ways = 1, .sets = 512,
};

static struct tcpwhy_cache items, places;

static void given_caches(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, tcpwhy_cache_init(&items, "items", &four_ways, 0), 0);
	KUNIT_ASSERT_EQ(test, tcpwhy_cache_init(&places, "places", &one_way, 0), 0);
}

/* An entry of this key in that set, whether it has to be made or not. */
static struct item *put_at(u32 at, struct key key, u32 last_ms, u32 dear)
{
	struct tcpwhy_cache_set set;
	struct item *item;

	tcpwhy_cache_lock(&items, four_ways, at, &set);
	item = tcpwhy_cache_find(four_ways, &set, &key);
	if (!item)
		item = tcpwhy_cache_begin(four_ways,
					  tcpwhy_cache_room(four_ways, &set, &key, 1000), &key);
	item->last_ms = last_ms;
	item->dear = dear;
	tcpwhy_cache_unlock(&set);
	return item;
}

static struct item *find_at(u32 at, struct key key)
{
	struct tcpwhy_cache_set set;
	struct item *item;

	tcpwhy_cache_lock(&items, four_ways, at, &set);
	item = tcpwhy_cache_find(four_ways, &set, &key);
	tcpwhy_cache_unlock(&set);
	return item;
}

static void an_entry_is_found_by_all_of_its_key(struct kunit *test)
{
	static const struct key key = { .netns = 1, .port = 80, .line = 3 };
	static const struct key others[] = {
		{ 2, 80, 3 }, { 1, 81, 3 }, { 1, 80, 4 }, { 1ull << 63 | 1, 80, 3 },
		{ 1, 80, 3 | 1u << 31 }, { 1, 80 | 1u << 31, 3 },
	};
	struct item *item;
	u32 i;

	given_caches(test);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_EXPECT_TRUE_MSG(test, !find_at(5, others[i]), "an empty set has %u", i);
	item = put_at(5, key, 1, 0);
	KUNIT_EXPECT_TRUE(test, find_at(5, key) == item);
	KUNIT_EXPECT_TRUE(test, put_at(5, key, 1, 0) == item);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_EXPECT_TRUE_MSG(test, !find_at(5, others[i]), "taken for another: %u", i);
	for (i = 0; i < four_ways.sets; i++)
		KUNIT_EXPECT_EQ_MSG(test, !!find_at(i, key), i == 5, "set %u", i);
	tcpwhy_caches_free();
}

/* Each of the four in turn is the one that goes. */
static void a_full_set_loses_what_is_worth_least(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 last_ms[WAYS];
		u32 dear[WAYS];
		u32 gone;
	} rows[] = {
		{ "the first is oldest", { 1, 2, 3, 4 }, { }, 0 },
		{ "the second is oldest", { 2, 1, 3, 4 }, { }, 1 },
		{ "the third is oldest", { 3, 2, 1, 4 }, { }, 2 },
		{ "the last is oldest", { 4, 3, 2, 1 }, { }, 3 },
		{ "the clock has wrapped", { 0, -5u, 1, 2 }, { }, 1 },
		{ "the oldest is dear", { 1, 2, 3, 4 }, { 1 }, 1 },
		{ "all but the youngest are dear", { 1, 2, 3, 4 }, { 1, 1, 1 }, 3 },
		{ "all are dear", { 4, 1, 2, 3 }, { 1, 1, 1, 1 }, 1 },
		{ "the first of equals", { 2, 2, 2, 2 }, { }, 0 },
		{ "the first of equals that are less", { 3, 2, 3, 2 }, { }, 1 },
	};
	struct key key = { .netns = 1 };
	struct item *in[WAYS], *new;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		given_caches(test);
		for (j = 0; j < WAYS; j++) {
			key.port = j;
			in[j] = put_at(0, key, rows[i].last_ms[j], rows[i].dear[j]);
		}
		key.line = key.port = 99;
		new = put_at(0, key, 5, 0);
		KUNIT_EXPECT_TRUE_MSG(test, new == in[rows[i].gone], "%s", rows[i].what);
		key.line = 0;
		for (j = 0; j < WAYS; j++) {
			key.port = j;
			KUNIT_EXPECT_EQ_MSG(test, !!find_at(0, key), j != rows[i].gone, "%s: %u",
					    rows[i].what, j);
		}
		tcpwhy_caches_free();
	}
}

static void what_an_entry_is_worth_may_depend_on_who_wants_its_place(struct kunit *test)
{
	struct item *kin, *stranger;
	u32 port;

	given_caches(test);
	kin = put_at(3, (struct key){ 1, 1, 7 }, 1, 0);
	stranger = put_at(3, (struct key){ 1, 2, 8 }, 900, 5);
	for (port = 3; port <= WAYS; port++)
		put_at(3, (struct key){ 1, port, 7 }, 2, 0);
	KUNIT_EXPECT_TRUE(test, put_at(3, (struct key){ 1, 9, 7 }, 3, 0) == stranger);
	KUNIT_EXPECT_TRUE(test, put_at(3, (struct key){ 1, 10, 7 }, 3, 0) == kin);
	tcpwhy_caches_free();
}

static void a_free_entry_is_taken_first(struct kunit *test)
{
	struct item *in[WAYS];
	u32 i, j;

	for (i = 0; i < WAYS; i++) {
		given_caches(test);
		for (j = 0; j < WAYS; j++)
			in[j] = put_at(7, (struct key){ 1, j, 0 }, j, 0);
		tcpwhy_cache_end(in[i]);
		KUNIT_EXPECT_FALSE(test, tcpwhy_cache_is_used(in[i]));
		KUNIT_EXPECT_TRUE(test, !find_at(7, (struct key){ 1, i, 0 }));
		KUNIT_EXPECT_TRUE_MSG(test, put_at(7, (struct key){ 2, 0, 0 }, 0, 0) == in[i],
				      "%u was free", i);
		for (j = 0; j < WAYS; j++)
			KUNIT_EXPECT_EQ_MSG(test, !!find_at(7, (struct key){ 1, j, 0 }), j != i,
					    "%u was free: %u", i, j);
		tcpwhy_caches_free();
	}
}

static void who_takes_a_place_finds_nothing_of_who_had_it(struct kunit *test)
{
	struct item *in[WAYS], *new;
	u32 i;

	given_caches(test);
	for (i = 0; i < WAYS; i++) {
		in[i] = put_at(2, (struct key){ 1, i, 0 }, i, 1);
		in[i]->sum = in[i]->guard = ~0ull;
	}
	new = put_at(2, (struct key){ 1, 9, 0 }, 0, 0);
	KUNIT_EXPECT_TRUE(test, new == in[0]);
	KUNIT_EXPECT_EQ(test, new->key.port, 9u);
	KUNIT_EXPECT_TRUE(test, !new->sum && !new->guard && !new->dear);
	KUNIT_EXPECT_EQ(test, in[1]->guard, ~0ull);
	tcpwhy_caches_free();
}

static void sets_do_not_touch_each_other(struct kunit *test)
{
	struct item *item;
	u32 at, i;

	given_caches(test);
	for (at = 0; at < four_ways.sets; at++)
		for (i = 0; i < WAYS; i++)
			put_at(at, (struct key){ 1 + at, i, 0 }, i, 0)->guard = at * WAYS + i;
	for (i = 0; i < 20; i++)
		put_at(4, (struct key){ 100, i, 0 }, 50, 0);
	for (at = 0; at < four_ways.sets; at++) {
		for (i = 0; i < WAYS; i++) {
			item = find_at(at, (struct key){ 1 + at, i, 0 });
			KUNIT_EXPECT_EQ_MSG(test, !!item, at != 4, "set %u, %u", at, i);
			if (item)
				KUNIT_EXPECT_EQ(test, item->guard, (u64)at * WAYS + i);
		}
	}
	tcpwhy_caches_free();
}

/* However large the hash is, its lower bits choose. */
static void there_are_as_many_sets_as_was_said(struct kunit *test)
{
	struct key key = { 1, 2, 3 };
	struct item *item;

	given_caches(test);
	KUNIT_EXPECT_EQ(test, tcpwhy_caches_bytes(), (8 * WAYS + 512) * sizeof(struct item));
	item = put_at(-1u, key, 0, 0);
	KUNIT_EXPECT_TRUE(test, find_at(7, key) == item);
	tcpwhy_caches_free();
	KUNIT_EXPECT_EQ(test, tcpwhy_caches_bytes(), 0u);
}

/* As a parameter of the module may. */
static void how_many_sets_there_are_may_be_said_late(struct kunit *test)
{
	struct tcpwhy_cache_kind open = one_way;
	struct tcpwhy_cache_set first, last;

	open.sets = 0;
	KUNIT_ASSERT_EQ(test, tcpwhy_cache_init(&places, "places", &open, 64), 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_caches_bytes(), 64 * sizeof(struct item));
	tcpwhy_cache_lock(&places, open, 64, &first);
	tcpwhy_cache_unlock(&first);
	tcpwhy_cache_lock(&places, open, -1u, &last);
	tcpwhy_cache_unlock(&last);
	KUNIT_EXPECT_EQ(test, last.entries - first.entries, (long)(63 * sizeof(struct item)));
	tcpwhy_caches_free();
}

static struct item *place_of(struct key key, u32 hash, bool make)
{
	struct tcpwhy_cache_set set;
	struct item *item;

	tcpwhy_cache_lock(&places, one_way, hash, &set);
	item = tcpwhy_cache_find(one_way, &set, &key);
	if (!item && make)
		item = tcpwhy_cache_begin(one_way, tcpwhy_cache_room(one_way, &set, &key, 0), &key);
	tcpwhy_cache_unlock(&set);
	return item;
}

static void where_there_is_one_way_who_comes_takes_the_place(struct kunit *test)
{
	struct item *item;

	given_caches(test);
	item = place_of((struct key){ 1, 1, 1 }, 511, true);
	KUNIT_EXPECT_TRUE(test, place_of((struct key){ 1, 1, 1 }, 511, true) == item);
	KUNIT_EXPECT_TRUE(test, place_of((struct key){ 1, 1, 2 }, 511, true) == item);
	KUNIT_EXPECT_TRUE(test, !place_of((struct key){ 1, 1, 1 }, 511, false));
	KUNIT_EXPECT_TRUE(test, place_of((struct key){ 1, 1, 2 }, 1023, false) == item);
	KUNIT_EXPECT_TRUE(test, !place_of((struct key){ 1, 1, 2 }, 255, false));
	tcpwhy_caches_free();
}

/* The same key comes to the same set, and many keys to all of them. */
static void keys_are_spread_over_the_sets(struct kunit *test)
{
	struct key key = { .netns = 1 };
	u32 hit = 0, i;

	given_caches(test);
	for (i = 0; i < 1000; i++) {
		key.port = i;
		hit |= 1u << (tcpwhy_cache_hash(&items, four_ways, &key) & (four_ways.sets - 1));
		KUNIT_EXPECT_EQ(test, tcpwhy_cache_hash(&items, four_ways, &key),
				tcpwhy_cache_hash(&items, four_ways, &(struct key){ 1, i, 0 }));
	}
	KUNIT_EXPECT_EQ(test, hit, 0xffu);
	tcpwhy_caches_free();
}

static bool is_of_netns(const void *entry, const void *ctx)
{
	return ((const struct item *)entry)->key.netns == *(const u64 *)ctx;
}

static void what_is_of_a_namespace_can_be_forgotten(struct kunit *test)
{
	const u64 doomed = 2, absent = 9;
	u32 at, i;

	given_caches(test);
	for (at = 0; at < four_ways.sets; at++)
		for (i = 0; i < WAYS; i++)
			put_at(at, (struct key){ 1 + (at + i) % 3, i, 0 }, i, 0);
	tcpwhy_cache_forget(&items, four_ways, is_of_netns, &absent);
	tcpwhy_cache_forget(&items, four_ways, is_of_netns, &doomed);
	for (at = 0; at < four_ways.sets; at++)
		for (i = 0; i < WAYS; i++)
			KUNIT_EXPECT_EQ_MSG(test,
					    !!find_at(at, (struct key){ 1 + (at + i) % 3, i, 0 }),
					    1 + (at + i) % 3 != doomed, "set %u, %u", at, i);
	tcpwhy_caches_free();
}

#define ROUNDS	500u
#define RIVALS	3u	/* keys in one set, which all fit */

/* Counts in all entries of a set, of which each has to be whole whenever it is looked at. */
struct worker {
	u32 rounds;
	u32 torn;
};

static int work(void *data)
{
	struct worker *w = data;
	struct tcpwhy_cache_set set;
	struct item *item;
	struct key key;
	u64 sum;

	while (!kthread_should_stop()) {
		key = (struct key){ 1, w->rounds % RIVALS, 0 };
		tcpwhy_cache_lock(&items, four_ways, 6, &set);
		item = tcpwhy_cache_find(four_ways, &set, &key);
		if (!item)
			item = tcpwhy_cache_begin(four_ways, tcpwhy_cache_room(four_ways, &set,
									       &key, 0), &key);
		sum = item->sum;
		w->torn += sum != item->guard;
		item->guard = sum + 1;
		cpu_relax();
		item->sum = sum + 1;
		tcpwhy_cache_unlock(&set);
		WRITE_ONCE(w->rounds, w->rounds + 1);
		cond_resched();
	}
	return 0;
}

static void two_threads_lose_nothing_of_each_other(struct kunit *test)
{
	static struct worker workers[2];
	struct task_struct *tasks[2];
	const struct item *item;
	u64 sum = 0;
	u32 i;

	given_caches(test);
	memset(workers, 0, sizeof(workers));
	for (i = 0; i < 2; i++) {
		tasks[i] = kthread_run(work, &workers[i], "tcpwhy-test");
		KUNIT_ASSERT_FALSE(test, IS_ERR(tasks[i]));
	}
	while (READ_ONCE(workers[0].rounds) < ROUNDS || READ_ONCE(workers[1].rounds) < ROUNDS)
		cond_resched();
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(tasks[i]), 0);
	for (i = 0; i < RIVALS; i++) {
		item = find_at(6, (struct key){ 1, i, 0 });
		KUNIT_ASSERT_TRUE(test, item);
		KUNIT_EXPECT_EQ(test, item->sum, item->guard);
		sum += item->sum;
	}
	KUNIT_EXPECT_EQ(test, sum, (u64)workers[0].rounds + workers[1].rounds);
	KUNIT_EXPECT_EQ(test, workers[0].torn + workers[1].torn, 0u);
	tcpwhy_caches_free();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_entry_is_found_by_all_of_its_key),
	KUNIT_CASE(a_full_set_loses_what_is_worth_least),
	KUNIT_CASE(what_an_entry_is_worth_may_depend_on_who_wants_its_place),
	KUNIT_CASE(a_free_entry_is_taken_first),
	KUNIT_CASE(who_takes_a_place_finds_nothing_of_who_had_it),
	KUNIT_CASE(sets_do_not_touch_each_other),
	KUNIT_CASE(there_are_as_many_sets_as_was_said),
	KUNIT_CASE(how_many_sets_there_are_may_be_said_late),
	KUNIT_CASE(where_there_is_one_way_who_comes_takes_the_place),
	KUNIT_CASE(keys_are_spread_over_the_sets),
	KUNIT_CASE(what_is_of_a_namespace_can_be_forgotten),
	KUNIT_CASE(two_threads_lose_nothing_of_each_other),
	{ }
};

static struct kunit_suite tcpwhy_cache_suite = { .name = "tcpwhy-cache", .test_cases = cases };

kunit_test_suite(tcpwhy_cache_suite);
