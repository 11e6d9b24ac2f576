// SPDX-License-Identifier: GPL-2.0
/* Bytes of the peer's that do not come: for their size, or for another reason. */
#include "given.h"

#define NOW_MS		1000000u
#define MSS		1448u
#define HEADERS		52u
#define OPTIONS		12u

/* An answer of 5000 bytes, of which the last 656 have come. */
static struct tcpwhy_gap given_gap(void)
{
	struct tcpwhy_gap gap = {
		.nxt = RCV_NXT, .missing = 3 * MSS, .most = 656, .least = 656, .segments = 1,
		.rcv_mss = 536, .advmss = MSS, .peer_mss = MSS, .options = OPTIONS,
		.headers = HEADERS, .pmtu = 1500, .quiet_ms = TCPWHY_HOLE_QUIET_MS,
	};

	return gap;
}

static u32 judged_hole(struct tcpwhy_stall *s, const struct tcpwhy_stalls *others, u32 now_ms,
		       struct tcpwhy_verdict *v)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_HOLE, .now_ns = now_ms * NS_PER_MS };

	o.stall.memory = s;
	if (others)
		o.stall.others = *others;
	return judged(&o, v);
}

/* Looked at each second, from the first until so much later. */
static void look(struct tcpwhy_stall *s, const struct tcpwhy_gap *gap, u32 now_ms, u32 for_ms)
{
	u32 at_ms;

	for (at_ms = 0; at_ms < for_ms; at_ms += 1000)
		tcpwhy_hole_note(&s->hole, gap, now_ms + at_ms);
	tcpwhy_hole_note(&s->hole, gap, now_ms + for_ms);
}

#define SUSPICIOUS(field, value, wanted)	do {					\
	struct tcpwhy_gap gap_ = given_gap();						\
											\
	gap_.field = value;								\
	KUNIT_EXPECT_EQ_MSG(test, tcpwhy_gap_is_suspicious(&gap_), wanted,		\
			    #field " " #value);						\
} while (0)

static void what_may_have_vanished_for_its_size(struct kunit *test)
{
	SUSPICIOUS(missing, 3 * MSS, true);
	SUSPICIOUS(missing, MSS, true);
	SUSPICIOUS(missing, MSS - 1, true);
	SUSPICIOUS(missing, TCPWHY_ANYWHERE - HEADERS + 1, true);
	SUSPICIOUS(missing, TCPWHY_ANYWHERE - HEADERS, false);
	SUSPICIOUS(missing, 0, false);
	SUSPICIOUS(most, MSS - 1, true);
	SUSPICIOUS(most, MSS, false);
	SUSPICIOUS(quiet_ms, TCPWHY_HOLE_QUIET_MS, true);
	SUSPICIOUS(quiet_ms, TCPWHY_HOLE_QUIET_MS - 1, false);
	SUSPICIOUS(cramped, true, false);
	SUSPICIOUS(too_many, true, false);
	SUSPICIOUS(several, true, false);
	SUSPICIOUS(fin, true, true);
}

/* What a box drops, too, as it wants all of a ClientHello in one segment. */
static void what_may_be_half_of_a_client_hello_is_possible_at_most(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 missing;
		u32 most;
		u64 received;
		bool speaks_first;
		bool hello;
	} rows[] = {
		{ "the first segment", MSS, 342, 0, true, true },
		{ "more than one", MSS + 1, 342, 0, true, false },
		{ "only a FIN came", MSS, 0, 0, true, false },
		{ "not the first", MSS, 342, 1, true, false },
		{ "what answers us", MSS, 342, 0, false, false },
	};
	struct tcpwhy_stalls others = { .holes = 1 };
	struct tcpwhy_gap gap;
	struct tcpwhy_stall s;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		gap = given_gap();
		gap.missing = rows[i].missing;
		gap.most = rows[i].most;
		gap.least = rows[i].most;
		gap.received = rows[i].received;
		gap.speaks_first = rows[i].speaks_first;
		s = (struct tcpwhy_stall){ };
		look(&s, &gap, NOW_MS, TCPWHY_HOLE_MS);
		KUNIT_EXPECT_EQ_MSG(test, judged_hole(&s, &others, NOW_MS + TCPWHY_HOLE_MS, &v),
				    TCPWHY_CAUSE_BLACKHOLE_RECEIVE, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].hello ? TCPWHY_CONFIDENCE_POSSIBLE :
				    TCPWHY_CONFIDENCE_LIKELY, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.blackhole.signs,
				    rows[i].hello ? TCPWHY_PATH_HELLO : 0, "%s", rows[i].what);
	}
}

static void a_segment_that_filled_the_mss_shows_that_it_passes(struct kunit *test)
{
	SUSPICIOUS(rcv_mss, MSS - 1, true);
	SUSPICIOUS(rcv_mss, MSS, false);
	SUSPICIOUS(least, MSS, false);
}

static void the_mean_of_what_came_tells_whether_full_ones_did(struct kunit *test)
{
	static const struct {
		u64 received;
		u32 segments;
		u32 advmss;
		bool suspicious;
	} rows[] = {
		{ 0, 0, MSS, true },
		{ 535, 1, MSS, true },
		{ 536, 1, MSS, false },
		{ 5359, 10, MSS, true },
		{ 5360, 10, MSS, false },
		{ 1ull << 40, 100, MSS, false },
		/* a small MSS makes small segments: half of it */
		{ 349, 1, 700, true },
		{ 350, 1, 700, false },
	};
	struct tcpwhy_gap gap;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		gap = given_gap();
		gap.received = rows[i].received;
		gap.segments = rows[i].segments;
		gap.advmss = rows[i].advmss;
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_gap_is_suspicious(&gap), rows[i].suspicious,
				    "row %u", i);
	}
}

/* A peer that says that it takes less sends no more, either. */
static void the_smaller_mss_of_the_two_is_the_size_of_full_segments(struct kunit *test)
{
	SUSPICIOUS(peer_mss, 657, true);
	SUSPICIOUS(peer_mss, 656, false);
	SUSPICIOUS(advmss, 656, false);
	SUSPICIOUS(peer_mss, 9000 - OPTIONS, true);
}

/* MSS 536 on the path: three of 524 lost, and another came. */
static void what_is_missing_may_have_been_no_larger_than_what_came(struct kunit *test)
{
	static const struct {
		u32 missing;
		u32 came;
		bool suspicious;
	} rows[] = {
		{ 3 * 524, 524, false },
		{ 3 * 524 + 1, 524, true },
		{ MSS, MSS / 2, false },
		{ 6 * 256, 256, false },
		/* little messages divide anything */
		{ 8 * 255, 255, true },
		{ MSS, 8, true },
		/* a FIN alone */
		{ 3 * MSS, 0, true },
	};
	struct tcpwhy_gap gap;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		gap = given_gap();
		gap.missing = rows[i].missing;
		gap.most = rows[i].came;
		gap.least = rows[i].came;
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_gap_is_suspicious(&gap), rows[i].suspicious,
				    "row %u", i);
	}
}

static void alone_it_takes_ten_seconds(struct kunit *test)
{
	struct tcpwhy_gap gap = given_gap();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;

	look(&s, &gap, NOW_MS, 9999);
	KUNIT_EXPECT_EQ(test, judged_hole(&s, NULL, NOW_MS + 9999, &v), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, judged_hole(&s, NULL, NOW_MS + 10000, &v),
			TCPWHY_CAUSE_BLACKHOLE_RECEIVE);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.size, MSS + HEADERS);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.passes, 656 + HEADERS);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.hole, 3 * MSS);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.mss, MSS + OPTIONS);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.stall_ms, 10000u);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.life, 0);
	KUNIT_EXPECT_EQ_MSG(test, judged_hole(&s, NULL, NOW_MS + 20000, &v), TCPWHY_CAUSE_NONE,
			    "a connection is one event");
}

static void two_take_three_seconds(struct kunit *test)
{
	struct tcpwhy_stall first = { }, second = { };
	struct tcpwhy_stalls others = { };
	struct tcpwhy_gap gap = given_gap();
	struct tcpwhy_verdict v;

	gap.fin = true;
	look(&first, &gap, NOW_MS - 1, 3000);
	look(&second, &gap, NOW_MS, 3000);
	tcpwhy_stalls_add(&others, &second, &first, NOW_MS + 2998);
	KUNIT_EXPECT_EQ_MSG(test, others.holes, 0u, "the first is too young itself");
	tcpwhy_stalls_add(&others, &second, &first, NOW_MS + 2999);
	KUNIT_EXPECT_EQ(test, others.holes, 1u);
	KUNIT_EXPECT_EQ(test, judged_hole(&second, &others, NOW_MS + 2999, &v),
			TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, judged_hole(&second, &others, NOW_MS + 3000, &v),
			TCPWHY_CAUSE_BLACKHOLE_RECEIVE);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.life, TCPWHY_LIFE_FIN | TCPWHY_LIFE_OTHER);
}

static void one_that_was_named_is_remembered_when_it_is_over(struct kunit *test)
{
	struct tcpwhy_stall first = { }, second = { };
	struct tcpwhy_gap gap = given_gap();
	struct tcpwhy_stalls others = { };
	struct tcpwhy_verdict v;
	u32 ended_ms = NOW_MS + 10000;

	look(&first, &gap, NOW_MS, 10000);
	judged_hole(&first, NULL, ended_ms, &v);
	gap.missing = 0;
	tcpwhy_hole_note(&first.hole, &gap, ended_ms + 1000);
	KUNIT_EXPECT_FALSE(test, first.hole.open);
	tcpwhy_stalls_add(&others, &second, &first, ended_ms + 599999);
	KUNIT_EXPECT_EQ(test, others.holes, 1u);
	memset(&others, 0, sizeof(others));
	tcpwhy_stalls_add(&others, &second, &first, ended_ms + 600000);
	KUNIT_EXPECT_EQ(test, others.holes, 0u);
}

static void progress_begins_it_anew(struct kunit *test)
{
	struct tcpwhy_gap gap = given_gap();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;

	gap.nxt = 0xffffff00u;
	look(&s, &gap, NOW_MS, 9000);
	gap.nxt = 0x100u; /* it wrapped */
	look(&s, &gap, NOW_MS + 10000, 9999);
	KUNIT_EXPECT_EQ(test, judged_hole(&s, NULL, NOW_MS + 19999, &v), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, judged_hole(&s, NULL, NOW_MS + 20000, &v),
			TCPWHY_CAUSE_BLACKHOLE_RECEIVE);
}

static void a_look_between_that_shows_none_does_so_too(struct kunit *test)
{
	struct tcpwhy_gap gap = given_gap(), none = given_gap();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;

	none.cramped = true;
	look(&s, &gap, NOW_MS, 9000);
	tcpwhy_hole_note(&s.hole, &none, NOW_MS + 9500);
	KUNIT_EXPECT_FALSE(test, s.hole.open);
	look(&s, &gap, NOW_MS + 10000, 1000);
	KUNIT_EXPECT_EQ(test, judged_hole(&s, NULL, NOW_MS + 11000, &v), TCPWHY_CAUSE_NONE);
}

/* Lost by chance: repeated, it came. Others that hang meanwhile are believed as little. */
static void a_full_segment_that_came_after_all_acquits(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 rcv_mss;
		u32 least;
		bool passed;
	} rows[] = {
		{ "in order", MSS, 0, true },
		{ "out of order", 536, MSS, true },
		{ "smaller ones", MSS - 1, 656, false },
	};
	struct tcpwhy_gap gap = given_gap(), after;
	struct tcpwhy_stall s, other = { };
	struct tcpwhy_stalls others;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		others = (struct tcpwhy_stalls){ };
		look(&s, &gap, NOW_MS, 1000);
		after = gap;
		after.missing = 0;
		after.rcv_mss = rows[i].rcv_mss;
		after.least = rows[i].least;
		tcpwhy_hole_note(&s.hole, &after, NOW_MS + 2000);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_hole_passed(&s.hole, NOW_MS + 601999),
				    rows[i].passed, "%s", rows[i].what);
		KUNIT_EXPECT_FALSE(test, tcpwhy_hole_passed(&s.hole, NOW_MS + 602000));
		look(&other, &gap, NOW_MS, 12000);
		tcpwhy_stalls_add(&others, &other, &s, NOW_MS + 12000);
		KUNIT_EXPECT_EQ_MSG(test, judged_hole(&other, &others, NOW_MS + 12000, &v),
				    rows[i].passed ? TCPWHY_CAUSE_NONE :
						     TCPWHY_CAUSE_BLACKHOLE_RECEIVE, "%s",
				    rows[i].what);
	}
}

static void so_does_one_on_a_connection_that_never_hung(struct kunit *test)
{
	struct tcpwhy_gap gap = given_gap();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;

	look(&s, &gap, NOW_MS, 12000);
	tcpwhy_hole_pass(&s.hole, NOW_MS + 5000);
	KUNIT_EXPECT_EQ(test, judged_hole(&s, NULL, NOW_MS + 12000, &v), TCPWHY_CAUSE_NONE);
}

static void the_largest_that_came_is_kept_over_events(struct kunit *test)
{
	struct tcpwhy_gap gap = given_gap();
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_verdict v;
	struct tcpwhy_stall s;
	u32 i;

	for (i = 0; i < 2; i++) {
		s = (struct tcpwhy_stall){ };
		gap.least = gap.most = i ? 0 : 656;
		look(&s, &gap, NOW_MS, 10000);
		judged_hole(&s, NULL, NOW_MS + 10000, &v);
		tcpwhy_engine_merge(&sum, &v);
	}
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.passes, HEADERS);
	KUNIT_EXPECT_EQ(test, sum.blackhole.passes, 656 + HEADERS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_may_have_vanished_for_its_size),
	KUNIT_CASE(what_may_be_half_of_a_client_hello_is_possible_at_most),
	KUNIT_CASE(a_segment_that_filled_the_mss_shows_that_it_passes),
	KUNIT_CASE(the_mean_of_what_came_tells_whether_full_ones_did),
	KUNIT_CASE(the_smaller_mss_of_the_two_is_the_size_of_full_segments),
	KUNIT_CASE(what_is_missing_may_have_been_no_larger_than_what_came),
	KUNIT_CASE(alone_it_takes_ten_seconds),
	KUNIT_CASE(two_take_three_seconds),
	KUNIT_CASE(one_that_was_named_is_remembered_when_it_is_over),
	KUNIT_CASE(progress_begins_it_anew),
	KUNIT_CASE(a_look_between_that_shows_none_does_so_too),
	KUNIT_CASE(a_full_segment_that_came_after_all_acquits),
	KUNIT_CASE(so_does_one_on_a_connection_that_never_hung),
	KUNIT_CASE(the_largest_that_came_is_kept_over_events),
	{ }
};

static struct kunit_suite tcpwhy_hole_suite = { .name = "tcpwhy-hole", .test_cases = cases };

kunit_test_suite(tcpwhy_hole_suite);
