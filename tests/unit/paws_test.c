// SPDX-License-Identifier: GPL-2.0
/* PAWS: the test itself, and which of its drops hurt. */
#include "given.h"

#define DAY_S		(24 * 3600u)
#define MSL_S		60u

static bool rejected(u32 tsval, u32 ts_recent, u32 window)
{
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_ACK, RCV_NXT, 1), tsval);
	struct tcpwhy_socket s = given_socket(1);

	s.ts_recent = ts_recent;
	return tcpwhy_paws_reject(&p, &s, window);
}

/* Distances in a circle of 2^32: what is exactly opposite is not older, as in the kernel. */
static void older_means_less_than_half_a_circle_behind(struct kunit *test)
{
	static const u32 recent[] = { 1, 2, 1000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff };
	static const struct {
		u32 behind;
		bool at_once; /* window 0 */
		bool with_window; /* window 1 */
	} rows[] = {
		{ 0, false, false },
		{ 1, true, false },
		{ 2, true, true },
		{ 3, true, true },
		{ 0x7ffffffe, true, true },
		{ 0x7fffffff, true, true },
		{ 0x80000000, false, false },
		{ 0x80000001, false, false },
		{ 0xfffffffe, false, false },
		{ 0xffffffff, false, false },
	};
	u32 i, j, tsval;

	for (i = 0; i < ARRAY_SIZE(recent); i++) {
		for (j = 0; j < ARRAY_SIZE(rows); j++) {
			tsval = recent[i] - rows[j].behind;
			KUNIT_EXPECT_EQ_MSG(test, rejected(tsval, recent[i], 0), rows[j].at_once,
					    "0x%x behind 0x%x, window 0", rows[j].behind,
					    recent[i]);
			KUNIT_EXPECT_EQ_MSG(test, rejected(tsval, recent[i], 1),
					    rows[j].with_window, "0x%x behind 0x%x, window 1",
					    rows[j].behind, recent[i]);
		}
	}
}

static void a_ts_recent_of_0_rejects_nothing(struct kunit *test)
{
	static const u32 behind[] = { 1, 2, 1000, 0x7fffffff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(behind); i++)
		KUNIT_EXPECT_FALSE_MSG(test, rejected(0 - behind[i], 0, 0), "%u behind 0",
				       behind[i]);
}

static void without_timestamps_nothing_is_rejected(struct kunit *test)
{
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_ACK, RCV_NXT, 1), TS_RECENT - 1000);
	struct tcpwhy_socket s = given_socket(1);

	KUNIT_EXPECT_TRUE(test, tcpwhy_paws_reject(&p, &s, 0));
	s.ts_ok = false;
	KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_paws_reject(&p, &s, 0), "off by sysctl or not agreed");
	s.ts_ok = true;
	p.has_ts = false;
	KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_paws_reject(&p, &s, 0), "the segment has none");
}

static void an_old_ts_recent_is_not_believed(struct kunit *test)
{
	/* TCP_PAWS_24DAYS; TCP_PAWS_WRAP = INT_MAX / USER_HZ of newer kernels */
	static const u32 wraps[] = { 24 * DAY_S, 0x7fffffff / 100 };
	/* The seconds' own circle as well, which uptime never gets to in earnest. */
	static const u32 nows[] = { 0x7fffffff / 100 + 1, 0x40000000, 0x80000000, 0xffffffff, 5 };
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_ACK, RCV_NXT, 1), TS_RECENT - 1000);
	struct tcpwhy_socket s = given_socket(1);
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(wraps); i++) {
		for (j = 0; j < ARRAY_SIZE(nows); j++) {
			s.paws_wrap_s = wraps[i];
			s.now_s = nows[j];
			s.ts_recent_stamp = nows[j] - wraps[i] + 1;
			KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_paws_reject(&p, &s, 0),
					      "a second younger than %u s at %u", wraps[i],
					      nows[j]);
			s.ts_recent_stamp = nows[j] - wraps[i];
			KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_paws_reject(&p, &s, 0),
					       "%u s old at %u", wraps[i], nows[j]);
			s.ts_recent_stamp = nows[j] - wraps[i] - 1000;
			KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_paws_reject(&p, &s, 0),
					       "older than %u s at %u", wraps[i], nows[j]);
		}
	}
}

static void a_rst_is_exempt_once_ts_recent_is_a_minute_old(struct kunit *test)
{
	static const struct {
		u8 flags;
		u32 age_s;
		u32 window;
		bool expected;
	} rows[] = {
		{ TCPWHY_RST, 0, 0, true },
		{ TCPWHY_RST, MSL_S - 1, 0, true },
		{ TCPWHY_RST, MSL_S, 0, false },
		{ TCPWHY_RST, MSL_S + 1, 0, false },
		{ TCPWHY_RST | TCPWHY_ACK, MSL_S, 0, false },
		{ TCPWHY_ACK, MSL_S, 0, true },
		{ TCPWHY_SYN, MSL_S, 0, true },
		/* A synchronised connection never drops a RST for it: no exemption there. */
		{ TCPWHY_RST, MSL_S, 1, true },
	};
	struct tcpwhy_packet p;
	struct tcpwhy_socket s = given_socket(1);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p = with_ts(given_segment(rows[i].flags, RCV_NXT, 0), TS_RECENT - 1000);
		s.ts_recent_stamp = s.now_s - rows[i].age_s;
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_paws_reject(&p, &s, rows[i].window),
				    rows[i].expected, "flags 0x%x, %u s, window %u", rows[i].flags,
				    rows[i].age_s, rows[i].window);
	}
}

static u32 cause_of_drop(u8 state, u32 seq, u32 len, u32 behind, bool usec)
{
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_ACK, seq, len), TS_RECENT - behind);
	struct tcpwhy_socket s = given_socket(state);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;

	s.ts_usec = usec;
	o = given_seen(TCPWHY_KIND_PAWS_DROP, &p, &s);
	return judged(&o, &v);
}

static void new_data_half_a_second_back_or_any_two_seconds_back_hurts(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 seq;
		u32 len;
		u32 behind;
		bool usec;
		bool hurts;
	} rows[] = {
		{ "old pure ACK", RCV_NXT - 1, 0, 20, false, false },
		{ "pure ACK", RCV_NXT, 0, 20, false, false },
		{ "wholly old data", RCV_NXT - 1000, 1000, 62, false, false },
		{ "one new byte, 0.5 s", RCV_NXT - 1000, 1001, 500, false, true },
		{ "one new byte, just below 0.5 s", RCV_NXT - 1000, 1001, 499, false, false },
		{ "new data, 0.5 s", RCV_NXT, 1448, 500, false, true },
		{ "new data, overtaken by a retransmission", RCV_NXT, 1448, 200, false, false },
		{ "data beyond a hole, 0.5 s", RCV_NXT + 5000, 1, 500, false, true },
		{ "pure ACK beyond what came, 0.5 s", RCV_NXT + 1, 0, 500, false, true },
		{ "old, just below 2 s", RCV_NXT, 0, 1999, false, false },
		{ "old, 2 s", RCV_NXT, 0, 2000, false, true },
		{ "old, an hour", RCV_NXT - 1, 1, 3600000, false, true },
		{ "old, half a circle", RCV_NXT, 0, 0x7fffffff, false, true },
		{ "microseconds, just below 2 s", RCV_NXT, 0, 1999999, true, false },
		{ "microseconds, 2 s", RCV_NXT, 0, 2000000, true, true },
		{ "microseconds, new data, 0.5 s", RCV_NXT, 1, 500000, true, true },
		{ "microseconds, new data, just below", RCV_NXT, 1, 499999, true, false },
	};
	u32 i, expected;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		expected = rows[i].hurts ? TCPWHY_CAUSE_PAWS_ESTABLISHED : TCPWHY_CAUSE_PAWS_STALE;
		KUNIT_EXPECT_EQ_MSG(test, cause_of_drop(1, rows[i].seq, rows[i].len, rows[i].behind,
							rows[i].usec),
				    expected, "%s", rows[i].what);
	}
}

static void new_data_is_told_across_the_wrap_of_sequence_numbers(struct kunit *test)
{
	static const u32 expected[] = { TCPWHY_CAUSE_PAWS_STALE, TCPWHY_CAUSE_PAWS_ESTABLISHED };
	static const u32 rcv_nxt[] = { 0, 1, 5, 0x7fffffff, 0x80000000, 0xffffffff };
	struct tcpwhy_packet p;
	struct tcpwhy_socket s = given_socket(1);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i, more;

	for (i = 0; i < ARRAY_SIZE(rcv_nxt); i++) {
		for (more = 0; more < 2; more++) {
			s.rcv_nxt = rcv_nxt[i];
			p = given_segment(TCPWHY_ACK, rcv_nxt[i] - 10, 10 + more);
			p = with_ts(p, TS_RECENT - 1000);
			o = given_seen(TCPWHY_KIND_PAWS_DROP, &p, &s);
			KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), expected[more],
					    "%u new bytes at 0x%x", more, rcv_nxt[i]);
		}
	}
}

static void the_state_tells_handshake_from_connection(struct kunit *test)
{
	bool handshake;
	u32 state;

	for (state = 1; state <= 11; state++) {
		handshake = state == TCPWHY_SYN_SENT || state == TCPWHY_SYN_RECV;
		KUNIT_EXPECT_EQ_MSG(test, cause_of_drop(state, RCV_NXT, 1, 1000, false),
				    handshake ? TCPWHY_CAUSE_PAWS_HANDSHAKE :
						TCPWHY_CAUSE_PAWS_ESTABLISHED,
				    "new data in state %u", state);
		KUNIT_EXPECT_EQ_MSG(test, cause_of_drop(state, RCV_NXT, 0, 1000, false),
				    handshake ? TCPWHY_CAUSE_PAWS_HANDSHAKE :
						TCPWHY_CAUSE_PAWS_STALE,
				    "pure ACK in state %u", state);
	}
}

/* Whoever guesses the ports may send an old timestamp; to hit the window is to know more. */
static void only_a_segment_that_fits_the_window_is_certain(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 from_wup; /* the segment's end, from what may be the lowest */
		u32 len;
		bool fits;
	} rows[] = {
		{ "ends where the window begins", 0, 10, true },
		{ "ends a byte before", -1, 10, false },
		{ "ends within", 500, 10, true },
		{ "begins at the window's end", 10000 + 10, 10, true },
		{ "begins a byte after", 10000 + 11, 10, false },
		{ "far off", 0x70000000, 10, false },
	};
	static const u32 wups[] = { 0, RCV_NXT, 0x7fffff00, 0xfffff000, 0xffffffff };
	static const u8 states[] = { TCPWHY_ESTABLISHED, TCPWHY_SYN_RECV };
	struct tcpwhy_observation o;
	struct tcpwhy_packet p;
	struct tcpwhy_socket s;
	struct tcpwhy_verdict v;
	u32 i, j, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (j = 0; j < ARRAY_SIZE(wups); j++) {
			for (k = 0; k < ARRAY_SIZE(states); k++) {
				s = given_socket(states[k]);
				s.rcv_wup = wups[j];
				s.rcv_nxt = wups[j];
				s.rcv_end = wups[j] + 10000;
				p = given_segment(TCPWHY_ACK, wups[j] + rows[i].from_wup -
						  rows[i].len, rows[i].len);
				p = with_ts(p, TS_RECENT - 5000);
				o = given_seen(TCPWHY_KIND_PAWS_DROP, &p, &s);
				KUNIT_EXPECT_NE(test, judged(&o, &v), 0u);
				KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].fits ?
						    TCPWHY_CONFIDENCE_CERTAIN :
						    TCPWHY_CONFIDENCE_POSSIBLE,
						    "%s 0x%x, state %u", rows[i].what, wups[j],
						    states[k]);
			}
		}
	}
}

static void what_was_compared_is_the_evidence(struct kunit *test)
{
	static const struct attr_value expected[] = {
		{ TCPWHY_A_EVIDENCE_TSVAL, 0xffffff00 },
		{ TCPWHY_A_EVIDENCE_TS_RECENT, 0x100 },
		{ TCPWHY_A_EVIDENCE_TS_BEHIND, 0x200 },
		{ TCPWHY_A_EVIDENCE_STATE, 8 },
		{ TCPWHY_A_EVIDENCE_SEQ, 0xfffffff0 },
		{ TCPWHY_A_EVIDENCE_END_SEQ, 0x10 },
		{ TCPWHY_A_EVIDENCE_RCV_NXT, 0xfffffff8 },
	};
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_ACK, 0xfffffff0, 0x20), 0xffffff00);
	struct tcpwhy_socket s = given_socket(8);
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;

	s.ts_recent = 0x100;
	s.rcv_nxt = 0xfffffff8;
	s.rcv_wup = 0xfffffff8;
	s.rcv_end = 0x1000;
	o = given_seen(TCPWHY_KIND_PAWS_DROP, &p, &s);
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PAWS_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	sum.paws.tsval = 1; /* of an earlier event: replaced */
	tcpwhy_engine_merge(&sum, &v);
	expect_evidence(test, v.cause, &sum, expected, ARRAY_SIZE(expected));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(older_means_less_than_half_a_circle_behind),
	KUNIT_CASE(a_ts_recent_of_0_rejects_nothing),
	KUNIT_CASE(without_timestamps_nothing_is_rejected),
	KUNIT_CASE(an_old_ts_recent_is_not_believed),
	KUNIT_CASE(a_rst_is_exempt_once_ts_recent_is_a_minute_old),
	KUNIT_CASE(new_data_half_a_second_back_or_any_two_seconds_back_hurts),
	KUNIT_CASE(new_data_is_told_across_the_wrap_of_sequence_numbers),
	KUNIT_CASE(the_state_tells_handshake_from_connection),
	KUNIT_CASE(only_a_segment_that_fits_the_window_is_certain),
	KUNIT_CASE(what_was_compared_is_the_evidence),
	{ }
};

static struct kunit_suite tcpwhy_paws_suite = { .name = "tcpwhy-paws", .test_cases = cases };

kunit_test_suite(tcpwhy_paws_suite);
