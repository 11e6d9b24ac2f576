// SPDX-License-Identifier: GPL-2.0
/* TIME_WAIT: its fate of every segment against a second account of the kernel's rules. */
#include "given.h"

/*
 * The second account, after the comments and RFCs that
 * tcp_timewait_state_process() refers to rather than after its code: distances
 * are signed 64-bit numbers between -2^31 and 2^31 - 1, and each question is
 * asked by itself.
 */
static s64 ahead(u32 a, u32 b)
{
	s64 distance = (s64)a - (s64)b;

	if (distance >= 1ll << 31)
		distance -= 1ll << 32;
	else if (distance < -(1ll << 31))
		distance += 1ll << 32;
	return distance;
}

static bool timestamp_counts(const struct tcpwhy_packet *p, const struct tcpwhy_socket *s)
{
	if (!s->ts_ok)
		return false;
	if (!s->ts_recent_stamp)
		return false;
	return p->has_ts;
}

static bool timestamp_too_old(const struct tcpwhy_packet *p, const struct tcpwhy_socket *s)
{
	s64 age = (s64)s->now_s - s->ts_recent_stamp;

	if (!timestamp_counts(p, s) || s->ts_recent == 0)
		return false;
	if (ahead(s->ts_recent, p->tsval) < 1)
		return false;
	if (age >= s->paws_wrap_s)
		return false;
	return !(p->flags & TCPWHY_RST) || age < 60;
}

static enum tcpwhy_timewait_fate second_account(const struct tcpwhy_packet *p,
						const struct tcpwhy_socket *s)
{
	bool syn = p->flags & TCPWHY_SYN, rst = p->flags & TCPWHY_RST, ack = p->flags & TCPWHY_ACK;
	bool may_open = syn && !rst && !ack;

	if (s->substate == TCPWHY_FIN_WAIT2)
		return TCPWHY_TIMEWAIT_OTHER;
	if (timestamp_too_old(p, s))
		return may_open ? TCPWHY_TIMEWAIT_SYN_PAWS : TCPWHY_TIMEWAIT_PAWS;
	/* Exactly in place: a RST, or an ACK that repeats nothing and brings nothing. */
	if (rst && ahead(p->seq, s->rcv_nxt) == 0)
		return s->rfc1337 ? TCPWHY_TIMEWAIT_OTHER : TCPWHY_TIMEWAIT_RST_KILLS;
	if (!may_open)
		return TCPWHY_TIMEWAIT_OTHER;
	if (ahead(p->seq, s->rcv_nxt) > 0)
		return TCPWHY_TIMEWAIT_SYN_ACCEPTED;
	/* Opposite counts as newer: the kernel compares (s32)(recent - tsval) with 0. */
	if (timestamp_counts(p, s) && ahead(s->ts_recent, p->tsval) < 0)
		return TCPWHY_TIMEWAIT_SYN_ACCEPTED;
	return TCPWHY_TIMEWAIT_SYN_OLD;
}

static const u32 seq_ahead[] = { 0, 1, 0x7fffffff, 0x80000001, 0xffffffff };
static const u32 ts_behind[] = { 0, 1, 5000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff };
static const u32 ts_recents[] = { 0, 1, TS_RECENT, 0x80000000, 0xffffffff };
/* Ages of ts_recent in seconds; the last stands for no stamp at all. */
static const u32 ages[] = { 0, 59, 60, WRAP_S - 1, WRAP_S, NOW_S };

static void compare(struct kunit *test, u8 flags, const struct tcpwhy_socket *s, u32 seq, u32 len)
{
	struct tcpwhy_packet p = given_segment(flags, seq, len);
	u32 i;

	KUNIT_ASSERT_EQ_MSG(test, tcpwhy_timewait_fate(&p, s), second_account(&p, s),
			    "no timestamp, flags 0x%x seq 0x%x len %u", flags, seq, len);
	for (i = 0; i < ARRAY_SIZE(ts_behind); i++) {
		p = with_ts(p, s->ts_recent - ts_behind[i]);
		KUNIT_ASSERT_EQ_MSG(test, tcpwhy_timewait_fate(&p, s), second_account(&p, s),
				    "flags %x seq %x len %u substate %u rfc1337 %d ts_ok %d ts_recent %x age %u tsval %x",
				    flags, seq, len, s->substate, s->rfc1337, s->ts_ok,
				    s->ts_recent, s->now_s - s->ts_recent_stamp, p.tsval);
	}
}

static void compare_segments(struct kunit *test, const struct tcpwhy_socket *s)
{
	u32 flags, i, len;

	/* FIN, SYN, RST, PSH, ACK */
	for (flags = 0; flags < 32; flags++)
		for (i = 0; i < ARRAY_SIZE(seq_ahead); i++)
			for (len = 0; len < 2; len++)
				compare(test, flags, s, s->rcv_nxt + seq_ahead[i], len);
}

static void every_fate_is_as_the_kernels_rules_say(struct kunit *test)
{
	static const u8 substates[] = { TCPWHY_TIME_WAIT, TCPWHY_FIN_WAIT2 };
	struct tcpwhy_socket s = given_socket(TCPWHY_TIME_WAIT);
	u32 i, j, bits;

	for (i = 0; i < ARRAY_SIZE(ages); i++) {
		for (j = 0; j < ARRAY_SIZE(ts_recents); j++) {
			for (bits = 0; bits < 8; bits++) {
				s.ts_recent_stamp = NOW_S - ages[i];
				s.ts_recent = ts_recents[j];
				s.substate = substates[bits & 1];
				s.rfc1337 = bits & 2;
				s.ts_ok = bits & 4;
				compare_segments(test, &s);
			}
		}
	}
}

static void fates_hold_across_the_wrap_of_sequence_numbers(struct kunit *test)
{
	static const u32 rcv_nxt[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff };
	struct tcpwhy_socket s = given_socket(TCPWHY_TIME_WAIT);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rcv_nxt); i++) {
		s.rcv_nxt = rcv_nxt[i];
		compare_segments(test, &s);
	}
}

/* The second account could err as the first does: the plain cases, by hand. */
static void the_known_cases_have_their_fates(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 flags;
		u32 seq;
		u32 len;
		u32 tsval;
		enum tcpwhy_timewait_fate expected;
	} rows[] = {
		{ "new connection", TCPWHY_SYN, RCV_NXT + 9999, 0, TS_RECENT + 1,
		  TCPWHY_TIMEWAIT_SYN_ACCEPTED },
		{ "newer seq, same timestamp", TCPWHY_SYN, RCV_NXT + 1, 0, TS_RECENT,
		  TCPWHY_TIMEWAIT_SYN_ACCEPTED },
		{ "older seq, newer timestamp", TCPWHY_SYN, RCV_NXT - 9999, 0, TS_RECENT + 1,
		  TCPWHY_TIMEWAIT_SYN_ACCEPTED },
		{ "newer seq, older timestamp", TCPWHY_SYN, RCV_NXT + 9999, 0, TS_RECENT - 1,
		  TCPWHY_TIMEWAIT_SYN_PAWS },
		{ "older seq, same timestamp", TCPWHY_SYN, RCV_NXT - 1, 0, TS_RECENT,
		  TCPWHY_TIMEWAIT_SYN_OLD },
		{ "same seq, same timestamp", TCPWHY_SYN, RCV_NXT, 0, TS_RECENT,
		  TCPWHY_TIMEWAIT_SYN_OLD },
		{ "RST in place", TCPWHY_RST, RCV_NXT, 0, TS_RECENT, TCPWHY_TIMEWAIT_RST_KILLS },
		{ "RST a byte off", TCPWHY_RST, RCV_NXT + 1, 0, TS_RECENT, TCPWHY_TIMEWAIT_OTHER },
		{ "RST with an old timestamp", TCPWHY_RST, RCV_NXT, 0, TS_RECENT - 1,
		  TCPWHY_TIMEWAIT_PAWS },
		{ "late ACK", TCPWHY_ACK, RCV_NXT, 0, TS_RECENT - 20, TCPWHY_TIMEWAIT_PAWS },
		{ "ACK", TCPWHY_ACK, RCV_NXT, 0, TS_RECENT, TCPWHY_TIMEWAIT_OTHER },
		{ "repeated FIN", TCPWHY_FIN | TCPWHY_ACK, RCV_NXT - 1, 0, TS_RECENT,
		  TCPWHY_TIMEWAIT_OTHER },
		{ "late data", TCPWHY_ACK, RCV_NXT - 500, 400, TS_RECENT - 20,
		  TCPWHY_TIMEWAIT_PAWS },
		{ "SYN-ACK, older", TCPWHY_SYN | TCPWHY_ACK, RCV_NXT + 1, 0, TS_RECENT - 1,
		  TCPWHY_TIMEWAIT_PAWS },
	};
	struct tcpwhy_socket s = given_socket(TCPWHY_TIME_WAIT);
	struct tcpwhy_packet p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p = with_ts(given_segment(rows[i].flags, rows[i].seq, rows[i].len), rows[i].tsval);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_timewait_fate(&p, &s), rows[i].expected, "%s",
				    rows[i].what);
	}
}

static void a_syn_without_timestamps_needs_a_newer_seq(struct kunit *test)
{
	struct tcpwhy_socket s = given_socket(TCPWHY_TIME_WAIT);
	struct tcpwhy_packet p = given_segment(TCPWHY_SYN, RCV_NXT + 1, 0);

	KUNIT_EXPECT_EQ(test, tcpwhy_timewait_fate(&p, &s), TCPWHY_TIMEWAIT_SYN_ACCEPTED);
	p = given_segment(TCPWHY_SYN, RCV_NXT, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_timewait_fate(&p, &s), TCPWHY_TIMEWAIT_SYN_OLD);
	p = with_ts(p, TS_RECENT + 1);
	s.ts_ok = false;
	KUNIT_EXPECT_EQ_MSG(test, tcpwhy_timewait_fate(&p, &s), TCPWHY_TIMEWAIT_SYN_OLD,
			    "a newer timestamp that does not count");
}

/* Each fate, and the cause that claims it. */
static void fates_have_their_causes(struct kunit *test)
{
	static const struct {
		u8 flags;
		u32 seq;
		u32 tsval;
		u32 expected;
	} rows[] = {
		{ TCPWHY_SYN, RCV_NXT + 1, TS_RECENT + 1, TCPWHY_CAUSE_NONE },
		{ TCPWHY_SYN, RCV_NXT + 1, TS_RECENT - 1, TCPWHY_CAUSE_PAWS_TIMEWAIT },
		{ TCPWHY_SYN, RCV_NXT - 1, TS_RECENT, TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN },
		{ TCPWHY_RST, RCV_NXT, TS_RECENT, TCPWHY_CAUSE_TIMEWAIT_KILLED },
		{ TCPWHY_ACK, RCV_NXT, TS_RECENT - 1, TCPWHY_CAUSE_PAWS_STALE },
		{ TCPWHY_ACK, RCV_NXT, TS_RECENT, TCPWHY_CAUSE_NONE },
	};
	struct tcpwhy_socket s = given_socket(TCPWHY_TIME_WAIT);
	struct tcpwhy_observation o;
	struct tcpwhy_packet p;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p = with_ts(given_segment(rows[i].flags, rows[i].seq, 0), rows[i].tsval);
		o = given_seen(TCPWHY_KIND_TIMEWAIT, &p, &s);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].expected, "row %u", i);
		s.substate = TCPWHY_FIN_WAIT2;
		o = given_seen(TCPWHY_KIND_TIMEWAIT, &p, &s);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), 0u, "row %u, FIN_WAIT2", i);
		s.substate = TCPWHY_TIME_WAIT;
	}
}

static void a_killed_timewait_tells_seq_and_age(struct kunit *test)
{
	static const struct attr_value expected[] = {
		{ TCPWHY_A_EVIDENCE_SEQ, RCV_NXT },
		{ TCPWHY_A_EVIDENCE_TW_AGE, 59999 },
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_RST, RCV_NXT, 0);
	struct tcpwhy_socket s = given_socket(TCPWHY_TIME_WAIT);
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;

	s.age_ms = 59999;
	o = given_seen(TCPWHY_KIND_TIMEWAIT, &p, &s);
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_TIMEWAIT_KILLED);
	KUNIT_EXPECT_EQ(test, v.mibs, 0u);
	tcpwhy_engine_merge(&sum, &v);
	expect_evidence(test, v.cause, &sum, expected, ARRAY_SIZE(expected));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_fate_is_as_the_kernels_rules_say),
	KUNIT_CASE(fates_hold_across_the_wrap_of_sequence_numbers),
	KUNIT_CASE(the_known_cases_have_their_fates),
	KUNIT_CASE(a_syn_without_timestamps_needs_a_newer_seq),
	KUNIT_CASE(fates_have_their_causes),
	KUNIT_CASE(a_killed_timewait_tells_seq_and_age),
	{ }
};

static struct kunit_suite tcpwhy_timewait_suite = {
	.name = "tcpwhy-timewait",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_timewait_suite);
