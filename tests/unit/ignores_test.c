// SPDX-License-Identifier: GPL-2.0
/* SYNs that a server does not answer: for their timestamps, or for another reason? */
#include "given.h"

#define NOW_MS		4294900000u	/* it wraps in between */
#define TSVAL		0xfffffff0u
#define BEHIND		100000u

struct net {
	struct tcpwhy_syns s;
	u32 now_ms;
	u32 answers; /* in a second */
	struct tcpwhy_verdict v;
};

static struct tcpwhy_syn_sent of_connect(u16 sport, u32 tsval)
{
	static const u8 addr[4] = { 192, 0, 2, 1 };
	struct tcpwhy_syn_sent syn = { .isn = sport * 7u, .sport = sport, .dport = 443,
				       .tsval = tsval };

	tcpwhy_addr_from_v4(&syn.client, addr);
	return syn;
}

static void begin(struct net *n)
{
	memset(n, 0, sizeof(*n));
	n->now_ms = NOW_MS;
	n->answers = 5;
}

static void answer(struct net *n, u32 tsval)
{
	struct tcpwhy_syn_sent syn = of_connect(1, tsval);

	tcpwhy_syns_answered(&n->s, &syn, n->now_ms);
}

/* Return: cause that it makes known */
static u32 send_syn(struct net *n, u16 sport, u32 tsval)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_FORWARD_SYN_AGAIN,
					.now_ns = n->now_ms * NS_PER_MS };
	struct tcpwhy_syn_sent syn = of_connect(sport, tsval);

	o.syns.memory = &n->s;
	o.syns.again = tcpwhy_syns_sent(&n->s, &syn, n->now_ms);
	return o.syns.again ? judged(&o, &n->v) : TCPWHY_CAUSE_NONE;
}

/* A second later, in which the server answered somebody whose clock is ahead. */
static u32 again(struct net *n, u16 sport, u32 tsval)
{
	u32 i;

	n->now_ms += 500;
	for (i = 0; i < n->answers; i++)
		answer(n, TSVAL);
	n->now_ms += 500;
	return send_syn(n, sport, tsval);
}

/* How many SYNs it takes; 0: it is never named. */
static u32 tries(struct net *n, u32 behind)
{
	u32 i;

	answer(n, TSVAL);
	send_syn(n, 2, TSVAL - behind);
	for (i = 2; i < 20; i++)
		if (again(n, 2, TSVAL - behind))
			return i;
	return 0;
}

static void four_that_are_behind_name_it(struct kunit *test)
{
	struct net n;

	begin(&n);
	KUNIT_EXPECT_EQ(test, tries(&n, BEHIND), 5u);
	KUNIT_EXPECT_EQ(test, n.v.cause, TCPWHY_CAUSE_PEER_IGNORES_SYN);
	KUNIT_EXPECT_EQ(test, n.v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	KUNIT_EXPECT_EQ(test, n.v.evidence.ignores.tsval, TSVAL - BEHIND);
	KUNIT_EXPECT_EQ(test, n.v.evidence.ignores.answered_tsval, TSVAL);
	KUNIT_EXPECT_EQ(test, n.v.evidence.ignores.ignored, 4);
	KUNIT_EXPECT_EQ(test, n.v.evidence.ignores.answered, 16);
	/* Once a connect. */
	KUNIT_EXPECT_EQ(test, again(&n, 2, TSVAL - BEHIND), TCPWHY_CAUSE_NONE);
	send_syn(&n, 3, TSVAL - BEHIND);
	KUNIT_EXPECT_EQ(test, again(&n, 3, TSVAL - BEHIND), TCPWHY_CAUSE_PEER_IGNORES_SYN);
	KUNIT_EXPECT_EQ(test, n.v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, n.v.evidence.ignores.connections, 2);
}

static void so_many_must_have_been_answered_meanwhile(struct kunit *test)
{
	static const struct { u32 answers; u32 named; } rows[] = {
		{ 1, 11 }, { 2, 7 }, { 3, 5 }, { 100, 5 },
	};
	struct net n;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&n);
		n.answers = rows[i].answers;
		KUNIT_EXPECT_EQ_MSG(test, tries(&n, BEHIND), rows[i].named, "%u a second",
				    rows[i].answers);
		KUNIT_EXPECT_GE(test, n.v.evidence.ignores.answered, 10);
	}
}

static void timestamps_lie_on_a_circle(struct kunit *test)
{
	static const struct { u32 behind; u32 named; } rows[] = {
		{ 99, 0 }, { 100, 5 }, { 0x7fffffff, 5 }, { 0x80000000, 0 }, { (u32)-1, 0 },
		{ 0, 0 },
	};
	struct net n;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&n);
		KUNIT_EXPECT_EQ_MSG(test, tries(&n, rows[i].behind), rows[i].named, "%u behind",
				    rows[i].behind);
	}
}

static void a_server_that_answers_nobody_is_dead(struct kunit *test)
{
	struct net n;
	u32 i;

	begin(&n);
	answer(&n, TSVAL);
	for (i = 0; i < 50; i++) {
		n.now_ms += 1000;
		KUNIT_EXPECT_EQ(test, send_syn(&n, 2 + i % 4, TSVAL - BEHIND), TCPWHY_CAUSE_NONE);
	}
	/* And one that is back: the SYNs before that tell nothing. */
	for (i = 0; i < 9; i++)
		answer(&n, TSVAL);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, send_syn(&n, 2 + i, TSVAL - BEHIND), TCPWHY_CAUSE_NONE);
}

static void one_answer_to_what_is_behind_clears_it(struct kunit *test)
{
	struct net n;
	u32 i;

	begin(&n);
	answer(&n, TSVAL);
	for (i = 0; i < 30; i++) {
		if (i % 3 == 2)
			answer(&n, TSVAL - BEHIND);
		KUNIT_EXPECT_EQ(test, again(&n, 2, TSVAL - BEHIND), TCPWHY_CAUSE_NONE);
	}
}

static void so_does_one_ahead_that_is_not_answered(struct kunit *test)
{
	struct net n;
	u32 i;

	begin(&n);
	answer(&n, TSVAL);
	for (i = 0; i < 30; i++) {
		if (i % 3 == 2) {
			send_syn(&n, 100 + i, TSVAL + 200);
			send_syn(&n, 100 + i, TSVAL + 1200);
		}
		KUNIT_EXPECT_EQ(test, again(&n, 2, TSVAL - BEHIND), TCPWHY_CAUSE_NONE);
	}
}

static void what_was_answered_a_minute_ago_is_not_minded(struct kunit *test)
{
	struct net n;
	u32 i;

	begin(&n);
	answer(&n, TSVAL);
	for (i = 0; i < 10; i++) {
		n.now_ms += 60000;
		KUNIT_EXPECT_EQ(test, send_syn(&n, 2, TSVAL - BEHIND), TCPWHY_CAUSE_NONE);
		n.now_ms += 100;
		answer(&n, TSVAL);
	}
}

/* Connects from port 10 on, a millisecond each. */
static void send_many(struct net *n, u32 many, u32 behind)
{
	u32 i;

	for (i = 0; i < many; i++) {
		n->now_ms++;
		send_syn(n, 10 + i, TSVAL - behind);
	}
}

static void what_is_followed_stays_until_it_is_answered(struct kunit *test)
{
	struct tcpwhy_syn_sent tenth = of_connect(10, TSVAL - BEHIND);
	struct net n;

	begin(&n);
	answer(&n, TSVAL);
	send_many(&n, TCPWHY_TRIES_ALIKE + 1, BEHIND);
	answer(&n, TSVAL);
	send_syn(&n, 10 + TCPWHY_TRIES_ALIKE, TSVAL - BEHIND);
	KUNIT_EXPECT_EQ(test, n.s.ignored, 0);
	send_many(&n, TCPWHY_TRIES_ALIKE, BEHIND);
	KUNIT_EXPECT_EQ(test, n.s.ignored, TCPWHY_TRIES_ALIKE);
	KUNIT_EXPECT_EQ(test, n.s.connections, TCPWHY_TRIES_ALIKE);
	tcpwhy_syns_answered(&n.s, &tenth, n.now_ms);
	KUNIT_EXPECT_EQ(test, n.s.ignored, 0);
	send_syn(&n, 10 + TCPWHY_TRIES_ALIKE, TSVAL - BEHIND);
	answer(&n, TSVAL);
	send_syn(&n, 10 + TCPWHY_TRIES_ALIKE, TSVAL - BEHIND);
	KUNIT_EXPECT_EQ(test, n.s.ignored, 1);
}

static void what_was_sent_before_it_was_cleared_counts_no_more(struct kunit *test)
{
	struct net n;

	begin(&n);
	answer(&n, TSVAL);
	send_syn(&n, 2, TSVAL - BEHIND);
	n.now_ms++;
	answer(&n, TSVAL - BEHIND);
	n.now_ms++;
	answer(&n, TSVAL);
	send_syn(&n, 2, TSVAL - BEHIND);
	KUNIT_EXPECT_EQ(test, n.s.ignored, 0);
	answer(&n, TSVAL);
	send_syn(&n, 2, TSVAL - BEHIND);
	KUNIT_EXPECT_EQ(test, n.s.ignored, 1);
}

/* The server took in the one that is ahead first, or may have. */
static void what_was_under_way_side_by_side_proves_nothing(struct kunit *test)
{
	static const struct { u32 earlier_ms; u32 left; } rows[] = { { 0, 1 }, { 1, 0 } };
	struct tcpwhy_syn_sent fast = of_connect(4, TSVAL + 2 * BEHIND);
	struct net n;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&n);
		answer(&n, TSVAL);
		send_syn(&n, 2, TSVAL - BEHIND);
		answer(&n, TSVAL);
		send_syn(&n, 2, TSVAL - BEHIND);
		KUNIT_EXPECT_EQ(test, n.s.ignored, 1);
		send_syn(&n, 3, TSVAL + BEHIND);
		n.now_ms += rows[i].earlier_ms;
		send_syn(&n, 4, TSVAL + 2 * BEHIND);
		tcpwhy_syns_answered(&n.s, &fast, n.now_ms);
		send_syn(&n, 3, TSVAL + BEHIND);
		KUNIT_EXPECT_EQ_MSG(test, n.s.ignored, rows[i].left, "%u ms earlier",
				    rows[i].earlier_ms);
	}

	/* Sent while nobody ahead had been answered, and answered after that. */
	begin(&n);
	answer(&n, TSVAL);
	send_syn(&n, 2, TSVAL - BEHIND);
	answer(&n, TSVAL);
	send_syn(&n, 2, TSVAL - BEHIND);
	send_syn(&n, 4, TSVAL + BEHIND);
	answer(&n, TSVAL + 2 * BEHIND);
	fast.tsval = TSVAL + BEHIND;
	tcpwhy_syns_answered(&n.s, &fast, n.now_ms);
	KUNIT_EXPECT_EQ(test, n.s.ignored, 1);
}

static void nor_longer_than_ten_seconds(struct kunit *test)
{
	static const struct { u32 later_ms; u32 ignored; } rows[] = {
		{ 9999, 0 }, { 10000, 1 },
	};
	struct net n;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&n);
		answer(&n, TSVAL);
		send_many(&n, TCPWHY_TRIES_ALIKE, BEHIND);
		n.now_ms += rows[i].later_ms - (TCPWHY_TRIES_ALIKE - 1);
		send_syn(&n, 2, TSVAL - BEHIND);
		answer(&n, TSVAL);
		send_syn(&n, 2, TSVAL - BEHIND);
		KUNIT_EXPECT_EQ_MSG(test, n.s.ignored, rows[i].ignored, "%u ms later",
				    rows[i].later_ms);
	}
}

static void one_kind_leaves_room_for_the_other(struct kunit *test)
{
	struct net n;

	begin(&n);
	answer(&n, TSVAL);
	send_many(&n, TCPWHY_TRIES, BEHIND);
	answer(&n, TSVAL);
	send_many(&n, TCPWHY_TRIES, BEHIND);
	KUNIT_EXPECT_EQ(test, n.s.ignored, TCPWHY_TRIES_ALIKE);
	send_syn(&n, 2, TSVAL + BEHIND);
	send_syn(&n, 2, TSVAL + BEHIND);
	KUNIT_EXPECT_EQ_MSG(test, n.s.ignored, 0, "ahead, and not answered either");

	begin(&n);
	answer(&n, TSVAL);
	send_many(&n, 4 * TCPWHY_TRIES, -BEHIND);
	send_syn(&n, 2, TSVAL - BEHIND);
	answer(&n, TSVAL);
	send_syn(&n, 2, TSVAL - BEHIND);
	KUNIT_EXPECT_EQ_MSG(test, n.s.ignored, 1, "behind, among many ahead");
}

/* Every second SYN is lost, whatever its timestamp. */
static void loss_is_not_mistaken_for_it(struct kunit *test)
{
	struct net n;
	u32 random = 987654321, named = 0, round, i;

	for (round = 0; round < 1000; round++) {
		begin(&n);
		for (i = 0; i < 64; i++) {
			u32 behind = next_random(&random) % 2 ? BEHIND : 0;
			u16 sport = 2 + next_random(&random) % 4 + (behind ? 100 : 0);
			struct tcpwhy_syn_sent syn = of_connect(sport, TSVAL + n.now_ms - NOW_MS - behind);

			n.now_ms += 200;
			named += !!send_syn(&n, sport, syn.tsval);
			if (next_random(&random) % 2)
				tcpwhy_syns_answered(&n.s, &syn, n.now_ms);
		}
	}
	KUNIT_EXPECT_LE(test, named, 2u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(four_that_are_behind_name_it),
	KUNIT_CASE(so_many_must_have_been_answered_meanwhile),
	KUNIT_CASE(timestamps_lie_on_a_circle),
	KUNIT_CASE(a_server_that_answers_nobody_is_dead),
	KUNIT_CASE(one_answer_to_what_is_behind_clears_it),
	KUNIT_CASE(so_does_one_ahead_that_is_not_answered),
	KUNIT_CASE(what_was_answered_a_minute_ago_is_not_minded),
	KUNIT_CASE(what_is_followed_stays_until_it_is_answered),
	KUNIT_CASE(nor_longer_than_ten_seconds),
	KUNIT_CASE(what_was_sent_before_it_was_cleared_counts_no_more),
	KUNIT_CASE(what_was_under_way_side_by_side_proves_nothing),
	KUNIT_CASE(one_kind_leaves_room_for_the_other),
	KUNIT_CASE(loss_is_not_mistaken_for_it),
	{ }
};

static struct kunit_suite tcpwhy_ignores_suite = {
	.name = "tcpwhy-ignores",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_ignores_suite);
