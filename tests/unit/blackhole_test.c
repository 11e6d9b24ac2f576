// SPDX-License-Identifier: GPL-2.0
/* Segments that time out again and again: for their size, or for another reason. */
#include "given.h"

#define NOW_MS		1000000u
#define UNA		0xfffff000u
#define FULL		1500
#define SMALL		708
/* Between time-outs, the first of them: as the kernel doubles its shortest. */
#define FIRST_MS	200u

/* The answer to a request: full segments, of which none has been delivered. */
static struct tcpwhy_rto given_rto(void)
{
	struct tcpwhy_rto rto = {
		.una = UNA, .size = FULL, .full = true, .large = true, .fresh = true,
		.heard = true, .delivered = 1,
		.rcv_nxt = RCV_NXT, .data_segs_in = 1, .heard_ms = NOW_MS - FIRST_MS, .pmtu = FULL,
	};

	return rto;
}

/* So many time-outs, with nothing new between them. Return: time of the last */
static u32 time_out(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 times, u32 now_ms)
{
	u32 i;

	for (i = 0; i < times; i++) {
		now_ms += i ? FIRST_MS << i : 0;
		tcpwhy_stall_note(s, rto, now_ms);
	}
	return now_ms;
}

static u32 judged_stall(struct tcpwhy_stall *s, const struct tcpwhy_stalls *others,
			enum tcpwhy_kind kind, u32 now_ms, struct tcpwhy_verdict *v)
{
	struct tcpwhy_observation o = { .kind = kind, .now_ns = now_ms * NS_PER_MS };

	o.stall.memory = s;
	o.stall.size_now = kind == TCPWHY_KIND_SHRUNK ? 1076 : 0;
	if (others)
		o.stall.others = *others;
	return judged(&o, v);
}

static void a_tail_that_arrives_alone_names_it_by_the_fifth_time_out(struct kunit *test)
{
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;
	u32 i, now_ms = NOW_MS;

	rto.sacked = SMALL;
	for (i = 1; i <= 7; i++) {
		tcpwhy_stall_note(&s, &rto, now_ms);
		KUNIT_EXPECT_EQ_MSG(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
				    i == 5 ? TCPWHY_CAUSE_BLACKHOLE_SEND : TCPWHY_CAUSE_NONE,
				    "time-out %u", i);
		if (i == 5) {
			KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
			KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
			KUNIT_EXPECT_EQ(test, v.evidence.blackhole.size, FULL);
			KUNIT_EXPECT_EQ(test, v.evidence.blackhole.passes, SMALL);
			KUNIT_EXPECT_EQ(test, v.evidence.blackhole.stall_ms, now_ms - NOW_MS);
			KUNIT_EXPECT_EQ(test, v.evidence.blackhole.life, TCPWHY_LIFE_SACK);
		}
		now_ms += FIRST_MS << i;
	}
}

/* A program gave up, and its FIN is acknowledged. */
static void a_fin_that_arrives_late_tells_what_did_not(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 times;
		u32 sacked;
		u32 stuck_long;
		bool at_once;
		bool later;
	} rows[] = {
		{ "two that gave up", 6, 52, 1, true, true },
		{ "one", 6, 52, 0, false, true },
		{ "one that repeated it less often", 3, 52, 0, false, false },
		{ "two, sooner", 4, 52, 1, false, true },
		{ "nothing has arrived", 6, 0, 1, false, false },
	};
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stalls others = { };
	struct tcpwhy_verdict v;
	struct tcpwhy_stall s;
	u32 i, now_ms, at_once, later;

	rto.first = true;
	rto.heard = false;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		others.stuck = rows[i].stuck_long;
		others.stuck_long = rows[i].stuck_long;
		rto.sacked = 0;
		rto.delivered = 1;
		now_ms = time_out(&s, &rto, rows[i].times, NOW_MS) + 100;
		KUNIT_EXPECT_EQ(test, tcpwhy_stall_arrives(&s, rows[i].sacked, 2, now_ms),
				rows[i].sacked > 0);
		KUNIT_EXPECT_FALSE(test, tcpwhy_stall_arrives(&s, rows[i].sacked, 2, now_ms));
		KUNIT_EXPECT_EQ(test, judged_stall(&s, &others, TCPWHY_KIND_RTO, now_ms, &v),
				TCPWHY_CAUSE_NONE);
		tcpwhy_stall_wait(&s, now_ms + 20000);
		at_once = judged_stall(&s, &others, TCPWHY_KIND_RTO, now_ms + 20000, &v);
		rto.sacked = rows[i].sacked;
		rto.delivered = 1 + !!rows[i].sacked;
		tcpwhy_stall_note(&s, &rto, now_ms + 25000);
		tcpwhy_stall_wait(&s, now_ms + 50000);
		later = at_once ? at_once :
			judged_stall(&s, &others, TCPWHY_KIND_RTO, now_ms + 50000, &v);
		KUNIT_EXPECT_EQ_MSG(test, at_once, rows[i].at_once ? TCPWHY_CAUSE_BLACKHOLE_SEND :
				    TCPWHY_CAUSE_NONE, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, later, rows[i].later ? TCPWHY_CAUSE_BLACKHOLE_SEND :
				    TCPWHY_CAUSE_NONE, "%s", rows[i].what);
		if (later)
			KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	}
}

/* An outage takes two at once: what was acknowledged before it is no reason to hurry. */
static void two_tails_that_arrived_do_not_make_it_sooner(struct kunit *test)
{
	static const struct {
		u32 times;
		bool crossed;
		u32 cause;
	} rows[] = {
		{ 3, false, TCPWHY_CAUSE_NONE },
		{ 4, false, TCPWHY_CAUSE_NONE },
		{ 5, false, TCPWHY_CAUSE_BLACKHOLE_SEND },
		{ 2, true, TCPWHY_CAUSE_NONE },
		{ 3, true, TCPWHY_CAUSE_BLACKHOLE_SEND },
	};
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stalls others = { };
	struct tcpwhy_verdict v;
	struct tcpwhy_stall s;
	u32 i, now_ms;

	rto.sacked = SMALL;
	others.stuck = 1;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		others.crossed = rows[i].crossed;
		now_ms = time_out(&s, &rto, rows[i].times, NOW_MS);
		KUNIT_EXPECT_EQ_MSG(test,
				    judged_stall(&s, &others, TCPWHY_KIND_RTO, now_ms, &v),
				    rows[i].cause, "row %u", i);
	}
}

static void without_a_sign_of_life_nothing_is_said(struct kunit *test)
{
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;
	u32 now_ms = time_out(&s, &rto, 9, NOW_MS);

	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_NONE);
}

static void what_is_no_blackhole(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 sacked;
		bool full;
		bool fresh;
		u32 times;
	} rows[] = {
		{ "another full segment arrived", FULL, true, true, 9 },
		{ "more than one, in one piece", 3 * FULL, true, true, 9 },
		{ "the segment is small itself", SMALL, false, true, 9 },
		{ "full ones have passed before", SMALL, true, false, 9 },
		{ "not often enough", SMALL, true, true, 4 },
	};
	struct tcpwhy_verdict v;
	struct tcpwhy_stall s;
	struct tcpwhy_rto rto;
	u32 i, now_ms;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		rto = given_rto();
		rto.sacked = rows[i].sacked;
		rto.full = rows[i].full;
		rto.large = rows[i].full;
		rto.fresh = rows[i].fresh;
		rto.beyond = !rows[i].full;
		now_ms = time_out(&s, &rto, rows[i].times, NOW_MS);
		KUNIT_EXPECT_EQ_MSG(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
				    TCPWHY_CAUSE_NONE, "%s", rows[i].what);
	}
}

static void a_stall_begins_anew_when_anything_was_delivered(struct kunit *test)
{
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };
	u32 now_ms = time_out(&s, &rto, 4, NOW_MS);

	KUNIT_EXPECT_EQ(test, s.times, 4);
	rto.delivered++;
	tcpwhy_stall_note(&s, &rto, now_ms + 1);
	KUNIT_EXPECT_EQ(test, s.times, 1);
	KUNIT_EXPECT_EQ(test, s.since_ms, now_ms + 1);
	rto.una += 1448;
	time_out(&s, &rto, 2, now_ms + 2);
	KUNIT_EXPECT_EQ(test, s.times, 2);
}

/* The link may have returned just now: then it would repeat what it said, or the next tries get through. */
static void the_peer_that_talks_on_is_alive(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 tries;
		u32 wait_ms;
		u32 cause;
	} rows[] = {
		{ "it would have repeated it by then", 1, 999, TCPWHY_CAUSE_BLACKHOLE_SEND },
		{ "it may repeat it yet", 1, 998, TCPWHY_CAUSE_NONE },
		{ "the first try since then was lost by chance", 0, 5000, TCPWHY_CAUSE_NONE },
	};
	struct tcpwhy_stall s;
	struct tcpwhy_rto rto;
	struct tcpwhy_verdict v;
	u32 i, now_ms;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		rto = given_rto();
		now_ms = time_out(&s, &rto, 5, NOW_MS) + 6400;
		rto.rcv_nxt += 4;
		rto.data_segs_in++;
		tcpwhy_stall_note(&s, &rto, now_ms);
		KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
				TCPWHY_CAUSE_NONE);
		now_ms = time_out(&s, &rto, rows[i].tries, now_ms + 1) + rows[i].wait_ms;
		tcpwhy_stall_note(&s, &rto, now_ms);
		KUNIT_EXPECT_EQ_MSG(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
				    rows[i].cause, "%s", rows[i].what);
		if (rows[i].cause) {
			KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
			KUNIT_EXPECT_EQ(test, v.evidence.blackhole.life, TCPWHY_LIFE_DATA);
		}
	}
}

static void a_peer_that_repeats_itself_hears_nothing(struct kunit *test)
{
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;
	u32 now_ms = time_out(&s, &rto, 2, NOW_MS);

	rto.rcv_nxt += 4;
	rto.data_segs_in++;
	tcpwhy_stall_note(&s, &rto, now_ms += 800);
	rto.data_segs_in++;
	now_ms = time_out(&s, &rto, 6, now_ms + 1600);
	KUNIT_EXPECT_TRUE(test, s.repeats);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_NONE);
	/* It was impatient, and goes on: it has our acknowledgment by now. */
	rto.rcv_nxt += 4;
	rto.data_segs_in++;
	now_ms = time_out(&s, &rto, 2, now_ms + 100);
	KUNIT_EXPECT_FALSE(test, s.repeats);
	tcpwhy_stall_note(&s, &rto, now_ms += 1000);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
}

static void a_fin_alone_is_a_weak_sign(struct kunit *test)
{
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;
	u32 now_ms = time_out(&s, &rto, 5, NOW_MS) + 6400;

	rto.rcv_nxt++;
	rto.fin_received = true;
	tcpwhy_stall_note(&s, &rto, now_ms);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_NONE);
	tcpwhy_stall_note(&s, &rto, now_ms += 12800);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.life, TCPWHY_LIFE_FIN);
}

/* The second was opened while the first hung: the peer is there, and both hang. */
static void two_quiet_connections_tell_on_each_other(struct kunit *test)
{
	struct tcpwhy_stalls of_first = { }, of_second = { };
	struct tcpwhy_stall first = { }, second = { };
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_verdict v;
	u32 first_ms = time_out(&first, &rto, 5, NOW_MS), second_ms;

	rto.heard_ms = NOW_MS + 1000;
	second_ms = time_out(&second, &rto, 3, NOW_MS + 1200);
	tcpwhy_stalls_add(&of_first, &first, &second, first_ms);
	KUNIT_EXPECT_TRUE(test, of_first.crossed);
	KUNIT_EXPECT_EQ(test, of_first.stuck, 1u);
	KUNIT_EXPECT_EQ(test, of_first.stuck_long, 0u);
	KUNIT_EXPECT_EQ(test, judged_stall(&first, &of_first, TCPWHY_KIND_RTO, first_ms, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.life, TCPWHY_LIFE_OTHER);
	tcpwhy_stalls_add(&of_second, &second, &first, second_ms);
	KUNIT_EXPECT_EQ_MSG(test,
			    judged_stall(&second, &of_second, TCPWHY_KIND_RTO, second_ms, &v),
			    TCPWHY_CAUSE_BLACKHOLE_SEND, "three time-outs are enough for a second");
}

static void two_connections_to_a_peer_that_died_say_nothing(struct kunit *test)
{
	struct tcpwhy_stall first = { }, second = { };
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stalls others = { };
	struct tcpwhy_verdict v;
	u32 now_ms = time_out(&first, &rto, 7, NOW_MS);

	/* The last of what it sent came a moment before the first time-out. */
	rto.heard_ms = NOW_MS;
	time_out(&second, &rto, 6, NOW_MS + 10);
	tcpwhy_stalls_add(&others, &first, &second, now_ms);
	KUNIT_EXPECT_EQ(test, others.stuck, 1u);
	KUNIT_EXPECT_FALSE(test, others.crossed);
	KUNIT_EXPECT_EQ(test, judged_stall(&first, &others, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_NONE);
}

static void what_was_heard_on_the_other_connection_counts_unless_it_is_repeated(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 heard_ms;
		u32 since_ms; /* it hangs */
		bool repeats;
		bool crossed;
	} rows[] = {
		{ "as it began to hang", NOW_MS, NOW_MS + 4000, false, false },
		{ "a moment later", NOW_MS + 1, NOW_MS + 4000, false, true },
		{ "and then repeated", NOW_MS + 1, NOW_MS + 4000, true, false },
		{ "just before that hung too", NOW_MS + 3999, NOW_MS + 4000, false, true },
		{ "as that began to hang, too: one was not tried since", NOW_MS + 4000, NOW_MS + 4000,
		  false, false },
		{ "a second ago", NOW_MS + 5000, NOW_MS + 5500, false, true },
		{ "less", NOW_MS + 5001, NOW_MS + 5500, false, false },
	};
	struct tcpwhy_stall s = { }, other;
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stalls others;
	u32 i, now_ms;

	now_ms = time_out(&s, &rto, 5, NOW_MS);
	KUNIT_ASSERT_EQ(test, now_ms, NOW_MS + 6000);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		other = (struct tcpwhy_stall){ };
		time_out(&other, &rto, 3, rows[i].since_ms);
		other.heard_ms = rows[i].heard_ms;
		other.repeats = rows[i].repeats;
		others = (struct tcpwhy_stalls){ };
		tcpwhy_stalls_add(&others, &s, &other, now_ms);
		KUNIT_EXPECT_EQ_MSG(test, others.crossed, rows[i].crossed, "%s", rows[i].what);
	}
}

/* A link is down and comes back: who waited for that is heard, and each is sent again once more. */
static void two_that_waited_for_a_link_get_another_try(struct kunit *test)
{
	struct tcpwhy_stall first = { }, second = { };
	struct tcpwhy_rto rto = given_rto();
	u32 now_ms = time_out(&first, &rto, 7, NOW_MS);
	struct tcpwhy_stalls others;
	u32 i;

	time_out(&second, &rto, 7, NOW_MS + 10);
	rto.heard_ms = now_ms + 20;
	rto.rcv_nxt += 4;
	rto.data_segs_in++;
	for (i = 1; i <= 3; i++) {
		now_ms += 20000;
		tcpwhy_stall_note(&first, &rto, now_ms);
		tcpwhy_stall_note(&second, &rto, now_ms + 10);
		others = (struct tcpwhy_stalls){ };
		tcpwhy_stalls_add(&others, &second, &first, now_ms + 10);
		KUNIT_EXPECT_EQ_MSG(test, others.crossed, i == 3, "try %u", i);
	}
}

static void in_mid_connection_it_takes_two_and_longer(struct kunit *test)
{
	struct tcpwhy_stall first = { }, second = { };
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stalls others = { };
	struct tcpwhy_verdict v;
	u32 now_ms;

	rto.fresh = false;
	rto.sacked = SMALL;
	now_ms = time_out(&first, &rto, 5, NOW_MS);
	time_out(&second, &rto, 4, NOW_MS);
	tcpwhy_stalls_add(&others, &first, &second, now_ms);
	KUNIT_EXPECT_EQ(test, judged_stall(&first, &others, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_NONE);
	tcpwhy_stall_note(&second, &rto, now_ms);
	memset(&others, 0, sizeof(others));
	tcpwhy_stalls_add(&others, &first, &second, now_ms);
	KUNIT_EXPECT_EQ(test, judged_stall(&first, &others, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
}

static void a_size_that_passed_lately_is_no_blackhole(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 size;
		u32 ago_ms;
		u32 cause;
	} rows[] = {
		{ "the same size, just now", FULL, 0, TCPWHY_CAUSE_NONE },
		{ "the same size, not long ago", FULL, 599999, TCPWHY_CAUSE_NONE },
		{ "long ago", FULL, 600000, TCPWHY_CAUSE_BLACKHOLE_SEND },
		{ "a smaller one", FULL - 1, 0, TCPWHY_CAUSE_BLACKHOLE_SEND },
	};
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stalls others;
	struct tcpwhy_stall s, other;
	struct tcpwhy_verdict v;
	u32 i, now_ms;

	rto.sacked = SMALL;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		now_ms = time_out(&s, &rto, 5, NOW_MS);
		other = (struct tcpwhy_stall){
			.passed_size = rows[i].size, .passed_ms = now_ms - rows[i].ago_ms,
		};
		others = (struct tcpwhy_stalls){ };
		tcpwhy_stalls_add(&others, &s, &other, now_ms);
		KUNIT_EXPECT_EQ_MSG(test, judged_stall(&s, &others, TCPWHY_KIND_RTO, now_ms, &v),
				    rows[i].cause, "%s", rows[i].what);
	}
}

/* A tunnel cuts in two what is much too large for it, and loses what is a little too large. */
static void larger_ones_that_pass_at_once_do_not_acquit_a_size_between(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 size;
		bool stalled;
		bool full;
		bool passed;
		bool larger;
	} rows[] = {
		{ "a larger one, at once", FULL, false, false, false, true },
		{ "a larger one that had stalled", FULL, true, false, true, false },
		{ "the same size, at once", FULL - 48, false, false, true, false },
		{ "of a full one", FULL, false, true, true, false },
		{ "a smaller one", FULL - 49, false, false, false, false },
	};
	struct tcpwhy_stalls others;
	struct tcpwhy_stall s, other;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){
			.size = FULL - 48, .full = rows[i].full, .large = true, .times = 5,
		};
		other = (struct tcpwhy_stall){ .times = rows[i].stalled };
		tcpwhy_stall_pass(&other, rows[i].size, NOW_MS);
		KUNIT_EXPECT_EQ(test, other.times, 0);
		others = (struct tcpwhy_stalls){ };
		tcpwhy_stalls_add(&others, &s, &other, NOW_MS);
		KUNIT_EXPECT_EQ_MSG(test, others.passed, rows[i].passed, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, others.larger, rows[i].larger, "%s", rows[i].what);
	}
}

static void how_a_stall_ends_is_told_by_the_size(struct kunit *test)
{
	static const struct {
		u32 una;
		u32 size;
		u32 pmtu;
		enum tcpwhy_progress progress;
		bool shrunk;
	} rows[] = {
		{ UNA, 1076, FULL, TCPWHY_STALL_LASTS, false },
		{ UNA + 1448, FULL, FULL, TCPWHY_STALL_PASSED, false },
		{ UNA + 1448, 9000, FULL, TCPWHY_STALL_PASSED, false },
		{ UNA + 1024, FULL - 1, FULL - 1, TCPWHY_STALL_TOLD, false },
		{ UNA + 0x2000, 1076, FULL, TCPWHY_STALL_SHRUNK, true },
	};
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s;
	u32 i, now_ms;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		now_ms = time_out(&s, &rto, 3, NOW_MS);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_stall_progress(&s, rows[i].una, rows[i].size,
								rows[i].pmtu, now_ms),
				    rows[i].progress, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, s.shrunk, rows[i].shrunk, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, s.passed_size,
				    rows[i].progress == TCPWHY_STALL_PASSED ? FULL : 0u, "row %u", i);
	}
	/* One that was never stuck has no end. */
	s = (struct tcpwhy_stall){ };
	KUNIT_EXPECT_EQ(test, tcpwhy_stall_progress(&s, UNA, 1076, FULL, NOW_MS),
			TCPWHY_STALL_LASTS);
}

static void a_try_of_a_smaller_size_is_no_time_out_of_the_full_one(struct kunit *test)
{
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };

	time_out(&s, &rto, 3, NOW_MS);
	rto.size = 1076;
	tcpwhy_stall_note(&s, &rto, NOW_MS + 10000);
	KUNIT_EXPECT_EQ(test, s.times, 3);
	KUNIT_EXPECT_EQ(test, s.size, (u32)FULL);
}

static void going_on_smaller_makes_it_certain(struct kunit *test)
{
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;
	u32 now_ms;

	rto.sacked = SMALL;
	now_ms = time_out(&s, &rto, 5, NOW_MS);
	judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v);
	tcpwhy_engine_merge(&sum, &v);
	tcpwhy_stall_progress(&s, UNA + 1024, 1076, FULL, now_ms);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_SHRUNK, now_ms, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_SEQUEL);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	tcpwhy_engine_merge(&sum, &v);
	KUNIT_EXPECT_EQ(test, sum.blackhole.passes, 1076u);
	KUNIT_EXPECT_EQ(test, sum.blackhole.life, TCPWHY_LIFE_SACK | TCPWHY_LIFE_SHRUNK);
}

/* MTU probing cures it before it has lasted long: the second time it is a case. */
static void unnamed_it_takes_a_second_connection(struct kunit *test)
{
	struct tcpwhy_stall first = { }, second = { };
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stalls others = { };
	struct tcpwhy_verdict v;

	time_out(&first, &rto, 3, NOW_MS);
	tcpwhy_stall_progress(&first, UNA + 1024, 1076, FULL, NOW_MS + 3000);
	KUNIT_EXPECT_EQ(test, judged_stall(&first, NULL, TCPWHY_KIND_SHRUNK, NOW_MS + 3000, &v),
			TCPWHY_CAUSE_NONE);
	time_out(&second, &rto, 2, NOW_MS + 4000);
	tcpwhy_stall_progress(&second, UNA + 1024, 1076, FULL, NOW_MS + 7000);
	tcpwhy_stalls_add(&others, &second, &first, NOW_MS + 7000);
	KUNIT_EXPECT_EQ(test, others.shrunk, 1u);
	KUNIT_EXPECT_EQ(test,
			judged_stall(&second, &others, TCPWHY_KIND_SHRUNK, NOW_MS + 7000, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
}

/* Of this direction and this connection; another's handshake shows that the peer is there. */
static void without_a_proof_that_small_ones_arrive_it_is_possible_at_most(struct kunit *test)
{
	static const struct {
		const char *what;
		bool heard;
		bool first;
		bool hello;
		u32 sacked;
		u32 times;
		u32 confidence;
	} rows[] = {
		{ "it repeats nothing", true, false, false, 0, 3, TCPWHY_CONFIDENCE_LIKELY },
		{ "nor what it asked", true, true, false, 0, 3, TCPWHY_CONFIDENCE_LIKELY },
		{ "it took something before", false, false, false, 0, 3, TCPWHY_CONFIDENCE_LIKELY },
		{ "it is silent", false, true, false, 0, 4, TCPWHY_CONFIDENCE_UNSPEC },
		{ "for long", false, true, false, 0, 5, TCPWHY_CONFIDENCE_POSSIBLE },
		{ "a tail arrived", false, true, false, SMALL, 5, TCPWHY_CONFIDENCE_LIKELY },
		{ "of a ClientHello", false, true, true, SMALL, 5, TCPWHY_CONFIDENCE_POSSIBLE },
	};
	struct tcpwhy_stalls others = { .stuck = 1, .crossed = true };
	struct tcpwhy_stall s;
	struct tcpwhy_rto rto;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		rto = given_rto();
		rto.heard = rows[i].heard;
		rto.first = rows[i].first;
		rto.hello = rows[i].hello;
		rto.sacked = rows[i].sacked;
		time_out(&s, &rto, rows[i].times, NOW_MS);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_blackhole_confidence(&s, &others),
				    rows[i].confidence, "%s", rows[i].what);
	}
}

static void where_small_ones_vanish_it_is_not_the_size(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 small_lost;
		u32 repeated;
		u32 bare;
		bool heard;
		u32 fails;
	} rows[] = {
		{ "nothing more is known", 0, 0, 0, false, 0 },
		{ "a tail", 104, 0, 0, false, 104 },
		{ "the peer repeats its data twice", 0, 2, 0, true, TCPWHY_STALL_ACK },
		{ "once", 0, 1, 0, true, 0 },
		{ "its SYN-ACK", 0, 0, 2, false, TCPWHY_STALL_ACK },
		{ "once", 0, 0, 1, false, 0 },
		{ "acknowledgments of who has sent data", 0, 0, 2, true, 0 },
	};
	struct tcpwhy_stalls others = { .stuck = 1, .crossed = true };
	struct tcpwhy_stall s;
	struct tcpwhy_rto rto;
	u32 i, now_ms;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		rto = given_rto();
		rto.first = true;
		rto.heard = rows[i].heard;
		now_ms = time_out(&s, &rto, 4, NOW_MS);
		rto.small_lost = rows[i].small_lost;
		rto.data_segs_in += rows[i].repeated;
		rto.bare_in += rows[i].bare;
		tcpwhy_stall_note(&s, &rto, now_ms + 3200);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_stall_small_fails(&s), rows[i].fails, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, !tcpwhy_blackhole_confidence(&s, &others),
				    !!rows[i].fails, "%s", rows[i].what);
	}
}

/* What is repeated and larger than what passes everywhere counts, full or not. */
static void a_message_need_not_be_full(struct kunit *test)
{
	struct tcpwhy_stalls others = { };
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { }, other = { };
	struct tcpwhy_verdict v;
	u32 now_ms;

	rto.full = false;
	rto.size = 1461;
	rto.sacked = SMALL;
	now_ms = time_out(&s, &rto, 5, NOW_MS);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.size, 1461u);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.signs, 0);
	/* A larger one passes, and another of this size is lost: it takes two. */
	s = (struct tcpwhy_stall){ };
	rto.sacked = FULL;
	now_ms = time_out(&s, &rto, 5, NOW_MS);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_NONE);
	time_out(&other, &rto, 5, NOW_MS);
	tcpwhy_stalls_add(&others, &s, &other, now_ms);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, &others, TCPWHY_KIND_RTO, now_ms, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.signs, TCPWHY_PATH_LARGER);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.passes, 0u);
	/* One of the same size does. */
	rto.sacked = 1461;
	tcpwhy_stall_note(&s, &rto, now_ms + 6400);
	KUNIT_EXPECT_EQ(test, s.passed_size, 1461u);
	KUNIT_EXPECT_EQ(test, s.times, 1);
}

static void a_second_after_a_time_out_it_was_in_vain(struct kunit *test)
{
	static const struct tcpwhy_stalls alone, two = { .stuck = 1, .stuck_long = 1 };
	struct tcpwhy_rto rto = given_rto();
	struct tcpwhy_stall s = { };
	struct tcpwhy_verdict v;
	u32 now_ms = time_out(&s, &rto, 5, NOW_MS) + 6400;

	rto.rcv_nxt++;
	rto.fin_received = true;
	rto.bare_in++;
	tcpwhy_stall_note(&s, &rto, now_ms);
	KUNIT_EXPECT_FALSE(test, tcpwhy_stall_wait(&s, now_ms + 1549));
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms + 1549, &v),
			TCPWHY_CAUSE_NONE);
	/* An eighth of 12.4 s */
	KUNIT_EXPECT_TRUE(test, tcpwhy_stall_wait(&s, now_ms + 1550));
	KUNIT_EXPECT_FALSE(test, tcpwhy_stall_wait(&s, now_ms + 1551));
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms + 1550, &v),
			TCPWHY_CAUSE_BLACKHOLE_SEND);
	KUNIT_EXPECT_EQ(test, v.evidence.blackhole.life, TCPWHY_LIFE_FIN);
	/* It comes between time-outs, and acknowledges nothing: at once, where two gave up. */
	s = (struct tcpwhy_stall){ };
	now_ms = time_out(&s, &(struct tcpwhy_rto){
		.una = UNA, .size = FULL, .full = true, .large = true, .fresh = true,
		.heard = true, .delivered = 1 }, 5, NOW_MS);
	KUNIT_EXPECT_FALSE(test, tcpwhy_stall_close(&s, true));
	KUNIT_EXPECT_TRUE(test, tcpwhy_stall_wait(&s, now_ms + 1000));
	KUNIT_EXPECT_FALSE(test, tcpwhy_stall_close(&s, false));
	KUNIT_EXPECT_TRUE(test, tcpwhy_stall_close(&s, true));
	KUNIT_EXPECT_FALSE(test, tcpwhy_stall_close(&s, true));
	KUNIT_EXPECT_EQ(test, tcpwhy_blackhole_confidence(&s, &alone), TCPWHY_CONFIDENCE_UNSPEC);
	KUNIT_EXPECT_EQ(test, tcpwhy_blackhole_confidence(&s, &two), TCPWHY_CONFIDENCE_POSSIBLE);
	s = (struct tcpwhy_stall){ };
	now_ms = time_out(&s, &rto, 5, NOW_MS) + 6400;
	/* Who repeats his FIN does not have our acknowledgment of it. */
	s.named = false;
	rto.bare_in++;
	tcpwhy_stall_note(&s, &rto, now_ms + 12800);
	KUNIT_EXPECT_EQ(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms + 12800, &v),
			TCPWHY_CAUSE_NONE);
}

/* The handshake of the second succeeds while the first is stuck; both lose small ones, too. */
static void after_the_handshake_nothing_arrives(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 later_ms; /* the second's handshake, after the first time-out of the first */
		u32 times;
		u32 small_lost;
		bool heard;
		u32 cause;
		u32 bare;
	} rows[] = {
		{ "a tail vanishes, too", 1, 5, 104, false, TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE },
		{ "its SYN-ACK is repeated: the queue may be full", 1, 5, 104, false,
		  TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE, 1 },
		{ "not often enough", 1, 4, 104, false, TCPWHY_CAUSE_NONE },
		{ "both were connected before: the link may be down", 0, 9, 104, false,
		  TCPWHY_CAUSE_NONE },
		{ "large ones vanish", 1, 5, 0, false, TCPWHY_CAUSE_BLACKHOLE_SEND },
		{ "the peer has spoken", 1, 5, 104, true, TCPWHY_CAUSE_NONE },
	};
	struct tcpwhy_stall first, second;
	struct tcpwhy_stalls others;
	struct tcpwhy_verdict v;
	struct tcpwhy_rto rto;
	u32 i, now_ms;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		first = (struct tcpwhy_stall){ };
		second = (struct tcpwhy_stall){ };
		others = (struct tcpwhy_stalls){ };
		rto = given_rto();
		rto.first = true;
		rto.heard = rows[i].heard;
		rto.small_lost = rows[i].small_lost;
		rto.heard_ms = NOW_MS - 50;
		now_ms = time_out(&first, &rto, rows[i].times, NOW_MS);
		first.bare = rows[i].bare;
		rto.heard_ms = NOW_MS + rows[i].later_ms;
		time_out(&second, &rto, 3, NOW_MS + 300);
		tcpwhy_stalls_add(&others, &first, &second, now_ms);
		KUNIT_EXPECT_EQ_MSG(test, judged_stall(&first, &others, TCPWHY_KIND_RTO, now_ms, &v),
				    rows[i].cause, "%s", rows[i].what);
		if (rows[i].cause == TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE)
			KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].bare ?
					    TCPWHY_CONFIDENCE_POSSIBLE :
					    TCPWHY_CONFIDENCE_LIKELY, "%s", rows[i].what);
	}
}

static void the_same_bytes_vanish_at_any_size(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 times;
		u32 cut;
		u32 size; /* then */
		u32 sacked;
		u32 cause;
	} rows[] = {
		{ "three of each", 3, 3, 1076, SMALL, TCPWHY_CAUSE_DROPPED_BY_CONTENT },
		{ "smaller ones were tried twice", 4, 2, 1076, SMALL, TCPWHY_CAUSE_NONE },
		{ "they may still be too large", 3, 3, TCPWHY_ANYWHERE + 1, SMALL, TCPWHY_CAUSE_NONE },
		{ "nothing else arrives: the peer is gone", 3, 3, 1076, 0, TCPWHY_CAUSE_NONE },
	};
	struct tcpwhy_stall s;
	struct tcpwhy_verdict v;
	struct tcpwhy_rto rto;
	u32 i, now_ms;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		rto = given_rto();
		rto.sacked = rows[i].sacked;
		now_ms = time_out(&s, &rto, rows[i].times, NOW_MS);
		rto.size = rows[i].size;
		now_ms = time_out(&s, &rto, rows[i].cut, now_ms + 3000);
		KUNIT_EXPECT_EQ_MSG(test, judged_stall(&s, NULL, TCPWHY_KIND_RTO, now_ms, &v),
				    rows[i].cause, "%s", rows[i].what);
		if (rows[i].cause) {
			KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
			KUNIT_EXPECT_EQ(test, v.evidence.blackhole.small_fails, TCPWHY_ANYWHERE);
		}
	}
}

static void small_bytes_that_vanish_take_longer(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 times;
		bool beyond;
		u32 content;
		u32 confidence;
	} rows[] = {
		{ "loss may take that", 6, false, 0, 0 },
		{ "on one connection", 7, false, 0, TCPWHY_CONFIDENCE_POSSIBLE },
		{ "on two", 7, false, 1, TCPWHY_CONFIDENCE_LIKELY },
		{ "it ends beyond the window without scaling", 9, true, 1, 0 },
	};
	struct tcpwhy_stalls others = { };
	struct tcpwhy_stall s;
	struct tcpwhy_verdict v;
	struct tcpwhy_rto rto;
	u32 i, now_ms;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct tcpwhy_stall){ };
		rto = given_rto();
		rto.full = false;
		rto.large = false;
		rto.size = 600;
		rto.sacked = FULL - 1000;
		rto.beyond = rows[i].beyond;
		others.content = rows[i].content;
		now_ms = time_out(&s, &rto, rows[i].times, NOW_MS);
		KUNIT_EXPECT_EQ_MSG(test, judged_stall(&s, &others, TCPWHY_KIND_RTO, now_ms, &v),
				    rows[i].confidence ? TCPWHY_CAUSE_DROPPED_BY_CONTENT :
							 TCPWHY_CAUSE_NONE, "%s", rows[i].what);
		if (rows[i].confidence)
			KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "%s",
					    rows[i].what);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_tail_that_arrives_alone_names_it_by_the_fifth_time_out),
	KUNIT_CASE(a_fin_that_arrives_late_tells_what_did_not),
	KUNIT_CASE(two_tails_that_arrived_do_not_make_it_sooner),
	KUNIT_CASE(without_a_sign_of_life_nothing_is_said),
	KUNIT_CASE(what_is_no_blackhole),
	KUNIT_CASE(a_stall_begins_anew_when_anything_was_delivered),
	KUNIT_CASE(the_peer_that_talks_on_is_alive),
	KUNIT_CASE(a_peer_that_repeats_itself_hears_nothing),
	KUNIT_CASE(a_fin_alone_is_a_weak_sign),
	KUNIT_CASE(two_quiet_connections_tell_on_each_other),
	KUNIT_CASE(two_connections_to_a_peer_that_died_say_nothing),
	KUNIT_CASE(what_was_heard_on_the_other_connection_counts_unless_it_is_repeated),
	KUNIT_CASE(two_that_waited_for_a_link_get_another_try),
	KUNIT_CASE(in_mid_connection_it_takes_two_and_longer),
	KUNIT_CASE(a_size_that_passed_lately_is_no_blackhole),
	KUNIT_CASE(larger_ones_that_pass_at_once_do_not_acquit_a_size_between),
	KUNIT_CASE(how_a_stall_ends_is_told_by_the_size),
	KUNIT_CASE(a_try_of_a_smaller_size_is_no_time_out_of_the_full_one),
	KUNIT_CASE(going_on_smaller_makes_it_certain),
	KUNIT_CASE(unnamed_it_takes_a_second_connection),
	KUNIT_CASE(without_a_proof_that_small_ones_arrive_it_is_possible_at_most),
	KUNIT_CASE(where_small_ones_vanish_it_is_not_the_size),
	KUNIT_CASE(a_message_need_not_be_full),
	KUNIT_CASE(a_second_after_a_time_out_it_was_in_vain),
	KUNIT_CASE(after_the_handshake_nothing_arrives),
	KUNIT_CASE(the_same_bytes_vanish_at_any_size),
	KUNIT_CASE(small_bytes_that_vanish_take_longer),
	{ }
};

static struct kunit_suite tcpwhy_blackhole_suite = {
	.name = "tcpwhy-blackhole",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_blackhole_suite);
