// SPDX-License-Identifier: GPL-2.0
/* What a refused SYN leaves behind: attempts, who got in, and whose RST it was. */
#include "given.h"

#define REMEMBERED_MS	180000u

/* One connection's TIME_WAIT and memory, and a clock. */
struct story {
	struct tcpwhy_flow flow;
	struct tcpwhy_socket timewait;
	struct tcpwhy_evidence sum;
	struct tcpwhy_verdict v;
	u64 now_ms;
};

static struct story begin(void)
{
	struct story s = { .timewait = given_socket(TCPWHY_TIME_WAIT), .now_ms = 1000000 };

	return s;
}

/* Judges and, as the table of peers does, adds up. */
static u32 see(struct story *s, enum tcpwhy_kind kind, const struct tcpwhy_packet *p,
	       const struct tcpwhy_socket *sk)
{
	struct tcpwhy_observation o = given_seen(kind, p, sk);
	u32 cause;

	o.now_ns = s->now_ms * NS_PER_MS;
	o.flow = &s->flow;
	cause = judged(&o, &s->v);
	if (cause)
		tcpwhy_engine_merge(&s->sum, &s->v);
	return cause;
}

/* The segment opens the connection. */
static void opens(struct story *s, const struct tcpwhy_packet *syn)
{
	tcpwhy_flow_note_syn(&s->flow, syn, s->now_ms * NS_PER_MS);
}

static u32 paws_syn(struct story *s, u32 isn)
{
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_SYN, isn, 0), TS_RECENT - 5000);

	return see(s, TCPWHY_KIND_TIMEWAIT, &p, &s->timewait);
}

/* A SYN without timestamps whose @isn is not beyond RCV_NXT. */
static u32 old_syn(struct story *s, u32 isn)
{
	struct tcpwhy_packet p = given_segment(TCPWHY_SYN, isn, 0);

	return see(s, TCPWHY_KIND_TIMEWAIT, &p, &s->timewait);
}

static u32 rst(struct story *s)
{
	struct tcpwhy_packet p = given_segment(TCPWHY_RST, RCV_NXT, 0);

	return see(s, TCPWHY_KIND_TIMEWAIT, &p, &s->timewait);
}

static u32 established(struct story *s, u32 isn)
{
	struct tcpwhy_socket sk = given_socket(TCPWHY_ESTABLISHED);

	sk.rcv_nxt = isn + 1;
	return see(s, TCPWHY_KIND_ESTABLISHED, NULL, &sk);
}

#define EXPECT_SUMS(test, s, a, g, c) do {						\
	KUNIT_EXPECT_EQ_MSG(test, (s)->sum.refusal.attempts, (u32)(a), "attempts");	\
	KUNIT_EXPECT_EQ_MSG(test, (s)->sum.refusal.got_in, (u32)(g), "got in");		\
	KUNIT_EXPECT_EQ_MSG(test, (s)->sum.refusal.cleared_by_rst, (u32)(c), "cleared by RST"); \
} while (0)

static void a_repeated_syn_is_one_attempt(struct kunit *test)
{
	struct story s = begin();
	u32 i;

	for (i = 0; i < 7; i++) {
		KUNIT_EXPECT_EQ(test, paws_syn(&s, 77), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT);
		KUNIT_EXPECT_EQ_MSG(test, s.v.weight, TCPWHY_WEIGHT_EVENT, "each SYN is an event");
		s.now_ms += 1000u << i;
	}
	EXPECT_SUMS(test, &s, 1, 0, 0);
}

static void a_new_isn_is_a_new_attempt(struct kunit *test)
{
	struct story s = begin();

	paws_syn(&s, 77);
	paws_syn(&s, 78);
	paws_syn(&s, 78);
	paws_syn(&s, 77);
	EXPECT_SUMS(test, &s, 3, 0, 0);
}

static void the_same_isn_after_three_minutes_is_a_new_attempt(struct kunit *test)
{
	static const u64 starts[] = { 0, 1000000, 0xffffffffull - REMEMBERED_MS / 2, 0xffffffff,
				      0x100000000ull, 0x1234567890ull };
	struct story s;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		s = begin();
		s.now_ms = starts[i];
		paws_syn(&s, 77);
		s.now_ms = starts[i] + REMEMBERED_MS - 1;
		paws_syn(&s, 77);
		KUNIT_EXPECT_EQ_MSG(test, s.sum.refusal.attempts, 1u, "1 ms before, from %llu ms",
				    (unsigned long long)starts[i]);
		s.now_ms = starts[i] + REMEMBERED_MS;
		paws_syn(&s, 77);
		KUNIT_EXPECT_EQ_MSG(test, s.sum.refusal.attempts, 2u, "3 minutes, from %llu ms",
				    (unsigned long long)starts[i]);
	}
}

static void who_is_established_with_the_refused_isn_got_in(struct kunit *test)
{
	static const u32 isns[] = { 77, 0, 0x7fffffff, 0xffffffff };
	struct story s;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(isns); i++) {
		s = begin();
		paws_syn(&s, isns[i]);
		s.now_ms += 1030;
		KUNIT_EXPECT_EQ_MSG(test, established(&s, isns[i]), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT,
				    "ISN 0x%x", isns[i]);
		KUNIT_EXPECT_EQ(test, s.v.weight, TCPWHY_WEIGHT_SEQUEL);
		EXPECT_SUMS(test, &s, 1, 1, 0);
		KUNIT_EXPECT_EQ(test, s.sum.refusal.late_max_ms, 1030u);
		KUNIT_EXPECT_EQ_MSG(test, established(&s, isns[i]), 0u, "nobody gets in twice");
	}
}

static void another_isn_did_not_get_in_late(struct kunit *test)
{
	struct story s = begin();

	paws_syn(&s, 77);
	KUNIT_EXPECT_EQ(test, established(&s, 78), 0u);
	KUNIT_EXPECT_EQ_MSG(test, established(&s, 77), 0u, "the refused one is history then");
	EXPECT_SUMS(test, &s, 1, 0, 0);
}

static void getting_in_is_remembered_for_three_minutes(struct kunit *test)
{
	struct story s = begin();

	paws_syn(&s, 77);
	s.now_ms += REMEMBERED_MS - 1;
	KUNIT_EXPECT_EQ(test, established(&s, 77), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT);
	KUNIT_EXPECT_EQ(test, s.sum.refusal.late_max_ms, REMEMBERED_MS - 1);
	paws_syn(&s, 77);
	s.now_ms += REMEMBERED_MS;
	KUNIT_EXPECT_EQ(test, established(&s, 77), 0u);
	EXPECT_SUMS(test, &s, 2, 1, 0);
}

static void how_late_counts_from_the_first_refusal_even_across_the_wrap(struct kunit *test)
{
	struct story s = begin();

	s.now_ms = 0xfffffff0;
	paws_syn(&s, 77);
	s.now_ms += 1000;
	paws_syn(&s, 77);
	s.now_ms += 2000;
	KUNIT_EXPECT_EQ(test, established(&s, 77), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT);
	KUNIT_EXPECT_EQ(test, s.sum.refusal.late_max_ms, 3000u);
}

static void a_rst_after_a_refusal_is_its_sequel(struct kunit *test)
{
	struct story s = begin();

	KUNIT_EXPECT_EQ_MSG(test, rst(&s), (u32)TCPWHY_CAUSE_TIMEWAIT_KILLED, "no refusal yet");
	s.sum = (struct tcpwhy_evidence){ };
	paws_syn(&s, 77);
	s.now_ms += REMEMBERED_MS - 1;
	KUNIT_EXPECT_EQ(test, rst(&s), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT);
	KUNIT_EXPECT_EQ(test, s.v.weight, TCPWHY_WEIGHT_SEQUEL);
	EXPECT_SUMS(test, &s, 1, 0, 1);
	s.now_ms++;
	KUNIT_EXPECT_EQ_MSG(test, rst(&s), (u32)TCPWHY_CAUSE_TIMEWAIT_KILLED, "3 minutes later");
}

static void a_rst_after_somebody_got_in_is_no_sequel(struct kunit *test)
{
	struct story s = begin();

	paws_syn(&s, 77);
	rst(&s);
	established(&s, 77);
	EXPECT_SUMS(test, &s, 1, 1, 1);
	KUNIT_EXPECT_EQ(test, rst(&s), (u32)TCPWHY_CAUSE_TIMEWAIT_KILLED);
}

/* The SYN that opened the connection comes once more when that is over: nobody waits. */
static void a_late_copy_of_the_connections_own_syn_is_no_refusal(struct kunit *test)
{
	struct tcpwhy_packet paws = with_ts(given_segment(TCPWHY_SYN, 77, 0), TS_RECENT - 5000);
	struct tcpwhy_packet old = given_segment(TCPWHY_SYN, 77, 0);
	struct story s = begin();

	opens(&s, &old);
	KUNIT_EXPECT_EQ_MSG(test, see(&s, TCPWHY_KIND_TIMEWAIT, &paws, &s.timewait),
			    (u32)TCPWHY_CAUSE_PAWS_STALE, "PAWS counted it all the same");
	s.timewait.rcv_nxt = 1000;
	KUNIT_EXPECT_EQ(test, see(&s, TCPWHY_KIND_TIMEWAIT, &old, &s.timewait), 0u);
	KUNIT_EXPECT_EQ(test, s.flow.refused_by, TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ_MSG(test, rst(&s), 0u, "out of place");
	KUNIT_EXPECT_EQ_MSG(test, paws_syn(&s, 78), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT,
			    "another SYN is refused");
	KUNIT_EXPECT_EQ_MSG(test, old_syn(&s, 1000), (u32)TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN,
			    "another SYN is refused");
}

/* The refused SYN that got in at last opened the next connection. */
static void a_copy_of_a_syn_that_got_in_late_is_late_too(struct kunit *test)
{
	struct tcpwhy_packet syn = with_ts(given_segment(TCPWHY_SYN, 77, 0), TS_RECENT - 5000);
	struct story s = begin();

	paws_syn(&s, 77);
	rst(&s);
	opens(&s, &syn);
	established(&s, 77);
	KUNIT_EXPECT_EQ(test, paws_syn(&s, 77), (u32)TCPWHY_CAUSE_PAWS_STALE);
}

static void rfc1337_leaves_no_sequel(struct kunit *test)
{
	struct story s = begin();

	s.timewait.rfc1337 = true;
	paws_syn(&s, 77);
	KUNIT_EXPECT_EQ(test, rst(&s), 0u);
	paws_syn(&s, 77);
	EXPECT_SUMS(test, &s, 1, 0, 0);
}

static void sequels_go_to_the_cause_that_refused(struct kunit *test)
{
	struct story s = begin();

	KUNIT_EXPECT_EQ(test, old_syn(&s, RCV_NXT - 9), (u32)TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN);
	KUNIT_EXPECT_EQ(test, rst(&s), (u32)TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN);
	KUNIT_EXPECT_EQ(test, established(&s, RCV_NXT - 9), (u32)TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN);
	EXPECT_SUMS(test, &s, 1, 1, 1);
}

/* Whoever got in is one of the attempts of the same cause: TCPWHY_A_EVIDENCE_GOT_IN. */
static void each_cause_that_refused_a_syn_counts_its_attempt(struct kunit *test)
{
	struct story s = begin();

	KUNIT_EXPECT_EQ(test, paws_syn(&s, RCV_NXT - 9), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT);
	s.sum = (struct tcpwhy_evidence){ };
	KUNIT_EXPECT_EQ(test, old_syn(&s, RCV_NXT - 9), (u32)TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN);
	established(&s, RCV_NXT - 9);
	EXPECT_SUMS(test, &s, 1, 1, 0);
}

static void without_memory_each_syn_is_an_attempt_and_each_rst_a_killer(struct kunit *test)
{
	struct tcpwhy_packet syn = with_ts(given_segment(TCPWHY_SYN, 77, 0), TS_RECENT - 1);
	struct tcpwhy_packet rst = given_segment(TCPWHY_RST, RCV_NXT, 0);
	struct tcpwhy_socket tw = given_socket(TCPWHY_TIME_WAIT);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	o = given_seen(TCPWHY_KIND_TIMEWAIT, &syn, &tw);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT);
		KUNIT_EXPECT_EQ(test, v.evidence.refusal.attempts, 1u);
		KUNIT_EXPECT_FALSE(test, v.evidence.refusal.knows_syn);
	}
	o = given_seen(TCPWHY_KIND_TIMEWAIT, &rst, &tw);
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_TIMEWAIT_KILLED);
	o = given_seen(TCPWHY_KIND_ESTABLISHED, NULL, &tw);
	KUNIT_EXPECT_EQ(test, judged(&o, &v), 0u);
}

static void the_latest_refusal_is_shown_with_sums_over_all(struct kunit *test)
{
	static const struct attr_value expected[] = {
		{ TCPWHY_A_EVIDENCE_TSVAL, TS_RECENT - 5000 },
		{ TCPWHY_A_EVIDENCE_TS_RECENT, TS_RECENT },
		{ TCPWHY_A_EVIDENCE_TS_BEHIND, 5000 },
		{ TCPWHY_A_EVIDENCE_SEQ, 79 },
		{ TCPWHY_A_EVIDENCE_RCV_NXT, RCV_NXT },
		{ TCPWHY_A_EVIDENCE_TW_AGE, 777 },
		{ TCPWHY_A_EVIDENCE_TTL, 64 },
		{ TCPWHY_A_EVIDENCE_ATTEMPTS, 3 },
		{ TCPWHY_A_EVIDENCE_GOT_IN, 2 },
		{ TCPWHY_A_EVIDENCE_LATE_MEAN, 2000 },
		{ TCPWHY_A_EVIDENCE_LATE_MAX, 3001 },
		{ TCPWHY_A_EVIDENCE_CLEARED_BY_RST, 1 },
	};
	struct story s = begin();

	paws_syn(&s, 77);
	s.now_ms += 3001;
	established(&s, 77);
	paws_syn(&s, 78);
	rst(&s);
	s.now_ms += 1000;
	established(&s, 78);
	s.timewait.age_ms = 777;
	paws_syn(&s, 79);
	expect_evidence(test, TCPWHY_CAUSE_PAWS_TIMEWAIT, &s.sum, expected, ARRAY_SIZE(expected));
}

static void a_sequel_leaves_what_was_compared(struct kunit *test)
{
	static struct given_evidence before, after;
	struct story s = begin();

	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	paws_syn(&s, 77);
	tcpwhy_refusal_describe(&s.sum, take_evidence, &before);
	s.timewait.ts_recent++;
	s.timewait.age_ms++;
	KUNIT_ASSERT_EQ(test, rst(&s), (u32)TCPWHY_CAUSE_PAWS_TIMEWAIT);
	tcpwhy_refusal_describe(&s.sum, take_evidence, &after);
	before.value[TCPWHY_A_EVIDENCE_CLEARED_BY_RST] = 1;
	KUNIT_EXPECT_EQ(test, memcmp(&before, &after, sizeof(before)), 0);
}

static void evidence_that_is_not_known_is_left_out(struct kunit *test)
{
	static const struct attr_value expected[] = {
		{ TCPWHY_A_EVIDENCE_SEQ, RCV_NXT - 9 },
		{ TCPWHY_A_EVIDENCE_RCV_NXT, RCV_NXT },
		{ TCPWHY_A_EVIDENCE_TW_AGE, 1000 },
		{ TCPWHY_A_EVIDENCE_TTL, 64 },
		{ TCPWHY_A_EVIDENCE_ATTEMPTS, 1 },
		{ TCPWHY_A_EVIDENCE_GOT_IN, 0 },
		{ TCPWHY_A_EVIDENCE_CLEARED_BY_RST, 0 },
	};
	struct story s = begin();

	old_syn(&s, RCV_NXT - 9);
	expect_evidence(test, TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN, &s.sum, expected,
			ARRAY_SIZE(expected));
}

static void the_earlier_syn_is_compared_if_it_was_seen(struct kunit *test)
{
	struct tcpwhy_packet first = with_ts(given_segment(TCPWHY_SYN, 1, 0), 1);
	struct given_evidence got = { };
	struct story s = begin();

	first.ttl = 127;
	opens(&s, &first);
	paws_syn(&s, 77);
	tcpwhy_refusal_describe(&s.sum, take_evidence, &got);
	KUNIT_EXPECT_EQ(test, got.times[TCPWHY_A_EVIDENCE_SYN_CHANGED], 1u);
	KUNIT_EXPECT_EQ(test, got.value[TCPWHY_A_EVIDENCE_SYN_CHANGED],
			(u32)TCPWHY_SYN_CHANGED_TTL);
	KUNIT_EXPECT_EQ(test, got.value[TCPWHY_A_EVIDENCE_TTL_BEFORE], 127u);
	KUNIT_EXPECT_EQ(test, got.value[TCPWHY_A_EVIDENCE_TTL], 64u);
}

static void lateness_sums_beyond_32_bits(struct kunit *test)
{
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_verdict v = {
		.cause = TCPWHY_CAUSE_PAWS_TIMEWAIT,
		.weight = TCPWHY_WEIGHT_SEQUEL,
	};
	struct given_evidence got = { };
	u32 i;

	v.evidence.refusal.got_in = 1;
	v.evidence.refusal.late_sum_ms = REMEMBERED_MS - 1;
	v.evidence.refusal.late_max_ms = REMEMBERED_MS - 1;
	for (i = 0; i < 50000; i++)
		tcpwhy_engine_merge(&sum, &v);
	tcpwhy_refusal_describe(&sum, take_evidence, &got);
	KUNIT_EXPECT_EQ(test, got.value[TCPWHY_A_EVIDENCE_LATE_MEAN], REMEMBERED_MS - 1);
	KUNIT_EXPECT_EQ(test, got.value[TCPWHY_A_EVIDENCE_LATE_MAX], REMEMBERED_MS - 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_repeated_syn_is_one_attempt),
	KUNIT_CASE(a_new_isn_is_a_new_attempt),
	KUNIT_CASE(the_same_isn_after_three_minutes_is_a_new_attempt),
	KUNIT_CASE(who_is_established_with_the_refused_isn_got_in),
	KUNIT_CASE(another_isn_did_not_get_in_late),
	KUNIT_CASE(getting_in_is_remembered_for_three_minutes),
	KUNIT_CASE(how_late_counts_from_the_first_refusal_even_across_the_wrap),
	KUNIT_CASE(a_rst_after_a_refusal_is_its_sequel),
	KUNIT_CASE(a_rst_after_somebody_got_in_is_no_sequel),
	KUNIT_CASE(a_late_copy_of_the_connections_own_syn_is_no_refusal),
	KUNIT_CASE(a_copy_of_a_syn_that_got_in_late_is_late_too),
	KUNIT_CASE(rfc1337_leaves_no_sequel),
	KUNIT_CASE(sequels_go_to_the_cause_that_refused),
	KUNIT_CASE(each_cause_that_refused_a_syn_counts_its_attempt),
	KUNIT_CASE(without_memory_each_syn_is_an_attempt_and_each_rst_a_killer),
	KUNIT_CASE(the_latest_refusal_is_shown_with_sums_over_all),
	KUNIT_CASE(a_sequel_leaves_what_was_compared),
	KUNIT_CASE(evidence_that_is_not_known_is_left_out),
	KUNIT_CASE(the_earlier_syn_is_compared_if_it_was_seen),
	KUNIT_CASE(lateness_sums_beyond_32_bits),
	{ }
};

static struct kunit_suite tcpwhy_refusal_suite = { .name = "tcpwhy-refusal", .test_cases = cases };

kunit_test_suite(tcpwhy_refusal_suite);
