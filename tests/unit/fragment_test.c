// SPDX-License-Identifier: GPL-2.0
/* Datagrams that came in pieces: lost on the way, refused here, or copies of what is whole. */
#include "given.h"

/* 1480 bytes came of a datagram of 4008, whose last piece did not. */
static struct tcpwhy_observation given_pieces(enum tcpwhy_kind kind)
{
	struct tcpwhy_observation o = {
		.kind = kind,
		.mibs = BIT(TCPWHY_MIB_REASM_TIMEOUT),
		.fragments = {
			.protocol = 17,
			.first = true,
			.largest = 1500,
			.id = 77,
			.came = 1480,
			.end = 1480,
			.wait_ms = 30000,
			.after_whole_ms = TCPWHY_NEVER_WHOLE,
		},
	};

	return o;
}

static struct tcpwhy_observation given_refused(enum tcpwhy_fragment_reason reason)
{
	struct tcpwhy_observation o = given_pieces(reason == TCPWHY_FRAGMENT_REASON_MEMORY ?
						   TCPWHY_KIND_FRAGMENT_NO_ROOM :
						   TCPWHY_KIND_FRAGMENTS_REFUSED);

	o.mibs = 0;
	o.fragments.reason = reason;
	return o;
}

static void what_expires_is_lost(struct kunit *test)
{
	struct tcpwhy_observation o = given_pieces(TCPWHY_KIND_FRAGMENTS_EXPIRED);
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_FRAGMENT_LOST);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	KUNIT_EXPECT_EQ(test, v.mibs, (u32)BIT(TCPWHY_MIB_REASM_TIMEOUT));
	o.mibs = BIT(TCPWHY_MIB_REASM6_TIMEOUT);
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_FRAGMENT_LOST);
	KUNIT_EXPECT_EQ(test, v.mibs, (u32)BIT(TCPWHY_MIB_REASM6_TIMEOUT));
}

/* Any sender may write any address, and no checksum covers a piece. */
static void nothing_that_pieces_say_is_more_than_possible(struct kunit *test)
{
	struct tcpwhy_observation o = given_pieces(TCPWHY_KIND_FRAGMENTS_EXPIRED);
	struct tcpwhy_verdict v;
	u32 reason;

	judged(&o, &v);
	KUNIT_EXPECT_EQ(test, v.confidence, (u8)TCPWHY_CONFIDENCE_POSSIBLE);
	for (reason = TCPWHY_FRAGMENT_REASON_OVERLAP; reason <= TCPWHY_FRAGMENT_REASON_UNUSABLE;
	     reason++) {
		o = given_refused(reason);
		KUNIT_ASSERT_EQ_MSG(test, judged(&o, &v), (u32)TCPWHY_CAUSE_FRAGMENT_DROPPED,
				    "reason %u", reason);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, (u8)TCPWHY_CONFIDENCE_POSSIBLE,
				    "reason %u", reason);
		KUNIT_EXPECT_EQ_MSG(test, v.weight, TCPWHY_WEIGHT_EVENT, "reason %u", reason);
	}
}

static void a_copy_soon_after_the_whole_is_no_loss(struct kunit *test)
{
	static const struct {
		u32 after_ms;
		bool lost;
	} rows[] = {
		{ 0, false }, { 1, false }, { 1999, false }, { 2000, false }, { 2001, true },
		{ 30000, true }, { 0x7fffffff, true }, { TCPWHY_NEVER_WHOLE, true },
	};
	struct tcpwhy_observation o = given_pieces(TCPWHY_KIND_FRAGMENTS_EXPIRED);
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o.fragments.after_whole_ms = rows[i].after_ms;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v),
				    rows[i].lost ? TCPWHY_CAUSE_FRAGMENT_LOST : 0u,
				    "%u ms after it was whole", rows[i].after_ms);
	}
}

static void a_datagram_is_told_once(struct kunit *test)
{
	struct tcpwhy_observation expired = given_pieces(TCPWHY_KIND_FRAGMENTS_EXPIRED);
	struct tcpwhy_observation refused = given_refused(TCPWHY_FRAGMENT_REASON_MEMORY);
	struct tcpwhy_verdict v;

	expired.fragments.seen_refused = true;
	KUNIT_EXPECT_EQ(test, judged(&expired, &v), 0u);
	refused.fragments.seen_refused = true;
	KUNIT_EXPECT_EQ(test, judged(&refused, &v), 0u);
}

static void see(struct tcpwhy_evidence *sum, struct tcpwhy_observation o)
{
	struct tcpwhy_verdict v;

	if (judged(&o, &v))
		tcpwhy_engine_merge(sum, &v);
}

static void missing_ends_add_up_and_the_latest_is_shown(struct kunit *test)
{
	static const struct attr_value first_only[] = {
		{ TCPWHY_A_EVIDENCE_PROTOCOL, 17 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_ID, 77 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_FIRST, 1 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_BYTES, 1480 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST, 1500 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_WAIT, 30000 },
		{ TCPWHY_A_EVIDENCE_NO_FIRST, 0 },
		{ TCPWHY_A_EVIDENCE_NO_LAST, 1 },
	};
	static const struct attr_value last_only[] = {
		{ TCPWHY_A_EVIDENCE_FRAGMENT_ID, 78 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_FIRST, 0 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_BYTES, 1048 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST, 1096 },
		{ TCPWHY_A_EVIDENCE_DATAGRAM_BYTES, 4008 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_WAIT, 60000 },
		{ TCPWHY_A_EVIDENCE_NO_FIRST, 1 },
		{ TCPWHY_A_EVIDENCE_NO_LAST, 2 },
	};
	struct tcpwhy_observation o = given_pieces(TCPWHY_KIND_FRAGMENTS_EXPIRED);
	struct tcpwhy_evidence sum = { };

	see(&sum, o);
	expect_evidence(test, TCPWHY_CAUSE_FRAGMENT_LOST, &sum, first_only,
			ARRAY_SIZE(first_only));
	see(&sum, o);
	o.fragments = (struct tcpwhy_fragments){
		.last = true, .largest = 1096, .id = 78, .came = 1048, .end = 4008,
		.wait_ms = 60000, .after_whole_ms = TCPWHY_NEVER_WHOLE,
	};
	see(&sum, o);
	expect_evidence(test, TCPWHY_CAUSE_FRAGMENT_LOST, &sum, last_only, ARRAY_SIZE(last_only));
}

static void a_refusal_says_why_and_for_want_of_memory_how_much(struct kunit *test)
{
	static const struct attr_value overlap[] = {
		{ TCPWHY_A_EVIDENCE_FRAGMENT_REASON, TCPWHY_FRAGMENT_REASON_OVERLAP },
		{ TCPWHY_A_EVIDENCE_PROTOCOL, 17 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_ID, 77 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_FIRST, 1 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_BYTES, 1480 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST, 1500 },
	};
	static const struct attr_value malformed[] = {
		{ TCPWHY_A_EVIDENCE_FRAGMENT_REASON, TCPWHY_FRAGMENT_REASON_OVERLAP },
		{ TCPWHY_A_EVIDENCE_PROTOCOL, 17 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_ID, 77 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_FIRST, 0 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_BYTES, 0 },
	};
	static const struct attr_value memory[] = {
		{ TCPWHY_A_EVIDENCE_FRAGMENT_REASON, TCPWHY_FRAGMENT_REASON_MEMORY },
		{ TCPWHY_A_EVIDENCE_PROTOCOL, 17 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_ID, 77 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_MEMORY, 1ull << 33 },
		{ TCPWHY_A_EVIDENCE_FRAGMENT_LIMIT, 1ull << 32 },
	};
	struct tcpwhy_observation o = given_refused(TCPWHY_FRAGMENT_REASON_OVERLAP);
	struct tcpwhy_evidence sum = { };

	see(&sum, o);
	expect_evidence(test, TCPWHY_CAUSE_FRAGMENT_DROPPED, &sum, overlap, ARRAY_SIZE(overlap));
	/* the very first piece that came */
	o.fragments.first = false;
	o.fragments.came = 0;
	o.fragments.largest = 0;
	see(&sum, o);
	expect_evidence(test, TCPWHY_CAUSE_FRAGMENT_DROPPED, &sum, malformed,
			ARRAY_SIZE(malformed));
	o = given_refused(TCPWHY_FRAGMENT_REASON_MEMORY);
	o.fragments.memory = 1ull << 33;
	o.fragments.limit = 1ull << 32;
	see(&sum, o);
	expect_evidence(test, TCPWHY_CAUSE_FRAGMENT_DROPPED, &sum, memory, ARRAY_SIZE(memory));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_expires_is_lost),
	KUNIT_CASE(nothing_that_pieces_say_is_more_than_possible),
	KUNIT_CASE(a_copy_soon_after_the_whole_is_no_loss),
	KUNIT_CASE(a_datagram_is_told_once),
	KUNIT_CASE(missing_ends_add_up_and_the_latest_is_shown),
	KUNIT_CASE(a_refusal_says_why_and_for_want_of_memory_how_much),
	{ }
};

static struct kunit_suite tcpwhy_fragment_suite = { .name = "tcpwhy-fragment", .test_cases = cases };

kunit_test_suite(tcpwhy_fragment_suite);
