// SPDX-License-Identifier: GPL-2.0
/* Connections that ended without a RST, and what only looks like that. */
#include "given.h"

#define NOW_MS		1000000u
#define JUST_MS		1000u

static struct tcpwhy_observation given_up(u8 before, struct tcpwhy_flow *f)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_GAVE_UP,
		.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS),
		.now_ns = NOW_MS * NS_PER_MS,
		.flow = f,
		.conn = {
			.state = TCPWHY_CLOSE, .before = before, .retries = 15, .unacked = 5,
			.idle_ms = 924000,
		},
	};

	return o;
}

static void what_was_given_up_is_told_by_the_state(struct kunit *test)
{
	static const struct {
		u8 before;
		u32 cause;
		u8 phase;
		u32 mibs;
	} rows[] = {
		{ TCPWHY_SYN_SENT, TCPWHY_CAUSE_TIMEOUT_CONNECT, TCPWHY_PHASE_HANDSHAKE, 0 },
		{ TCPWHY_SYN_RECV, TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, TCPWHY_PHASE_HANDSHAKE, 0 },
		{ TCPWHY_ESTABLISHED, TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, TCPWHY_PHASE_OPEN,
		  BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ TCPWHY_CLOSE_WAIT, TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, TCPWHY_PHASE_CLOSING,
		  BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ TCPWHY_FIN_WAIT1, TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, TCPWHY_PHASE_CLOSING, 0 },
		{ TCPWHY_LAST_ACK, TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, TCPWHY_PHASE_CLOSING, 0 },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_up(rows[i].before, NULL);
		KUNIT_ASSERT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "state %u",
				    rows[i].before);
		KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
		KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
		KUNIT_EXPECT_EQ_MSG(test, v.mibs, rows[i].mibs, "state %u", rows[i].before);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.state, rows[i].before, "state %u",
				    rows[i].before);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.phase, rows[i].phase, "state %u",
				    rows[i].before);
	}
}

static void what_stayed_unanswered_is_evidence(struct kunit *test)
{
	static const struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_ESTABLISHED },
		{ TCPWHY_A_EVIDENCE_PHASE, TCPWHY_PHASE_OPEN },
		{ TCPWHY_A_EVIDENCE_BYTES_IN, 0 },
		{ TCPWHY_A_EVIDENCE_BYTES_OUT, 0 },
		{ TCPWHY_A_EVIDENCE_BYTES_UNACKED, 5 },
		{ TCPWHY_A_EVIDENCE_IDLE, 924000 },
		{ TCPWHY_A_EVIDENCE_RETRIES, 15 },
	};
	struct tcpwhy_observation o = given_up(TCPWHY_ESTABLISHED, NULL);
	struct tcpwhy_verdict v;

	judged(&o, &v);
	expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
}

/* What gives up may send a RST first, and be seen doing that. */
static void a_reason_that_was_found_just_now_is_not_found_again(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 died_of;
		u32 ago_ms;
		u32 cause;
	} rows[] = {
		{ "in the same millisecond", TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT, 0, 0 },
		{ "within a second", TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT, JUST_MS - 1, 0 },
		{ "another story", TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT, JUST_MS,
		  TCPWHY_CAUSE_TIMEOUT_RETRANSMIT },
		{ "no reason was found", TCPWHY_CAUSE_NONE, 0, TCPWHY_CAUSE_TIMEOUT_RETRANSMIT },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = (struct tcpwhy_flow){
			.died_in = TCPWHY_ESTABLISHED, .died_of = rows[i].died_of,
			.died_ms = NOW_MS - rows[i].ago_ms,
		};
		o = given_up(TCPWHY_ESTABLISHED, &f);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, f.died_of, rows[i].cause ? : rows[i].died_of, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, f.died_ms, rows[i].cause ? NOW_MS :
				    NOW_MS - rows[i].ago_ms, "%s", rows[i].what);
	}
}

static void a_connect_given_up_is_remembered_for_its_late_answer(struct kunit *test)
{
	struct tcpwhy_flow f = { };
	struct tcpwhy_observation o = given_up(TCPWHY_SYN_SENT, &f);
	struct tcpwhy_verdict v;

	o.conn.snd_nxt = 99;
	judged(&o, &v);
	KUNIT_EXPECT_EQ(test, f.died_in, TCPWHY_SYN_SENT);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_TIMEOUT_CONNECT);
	KUNIT_EXPECT_EQ(test, f.died_ms, NOW_MS);
	KUNIT_EXPECT_EQ(test, f.seen_ms, NOW_MS);
	KUNIT_EXPECT_EQ(test, f.rst_seq, 99u);
}

/* What this host did itself, and whose patience it was. */
static void a_connect_tells_what_became_of_its_syns_here(struct kunit *test)
{
	static const struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_SYN_SENT },
		{ TCPWHY_A_EVIDENCE_PHASE, TCPWHY_PHASE_HANDSHAKE },
		{ TCPWHY_A_EVIDENCE_BYTES_IN, 0 },
		{ TCPWHY_A_EVIDENCE_BYTES_OUT, 0 },
		{ TCPWHY_A_EVIDENCE_IDLE, 3005 },
		{ TCPWHY_A_EVIDENCE_RETRIES, 1 },
		{ TCPWHY_A_EVIDENCE_TRAITS, TCPWHY_TRAIT_ABANDONED },
		{ TCPWHY_A_EVIDENCE_DROPPED_HERE, 3 },
		{ TCPWHY_A_EVIDENCE_UNSENT, 2 },
		{ TCPWHY_A_EVIDENCE_DROP_REASON, TCPWHY_DROP_REASON_SOURCE },
	};
	struct tcpwhy_observation o = given_up(TCPWHY_SYN_SENT, NULL);
	struct tcpwhy_verdict v;

	o.conn.unacked = 0;
	o.conn.idle_ms = 3005;
	o.conn.retries = 1;
	o.conn.abandoned = true;
	o.conn.dropped = 3;
	o.conn.unsent = 2;
	o.conn.drop_reason = TCPWHY_DROP_REASON_SOURCE;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_TIMEOUT_CONNECT);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
}

/* What the kernel ends by itself, and where nothing was dropped, says nothing of that. */
static void a_connect_that_the_kernel_ends_was_not_abandoned(struct kunit *test)
{
	static const struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_SYN_SENT },
		{ TCPWHY_A_EVIDENCE_PHASE, TCPWHY_PHASE_HANDSHAKE },
		{ TCPWHY_A_EVIDENCE_BYTES_IN, 0 },
		{ TCPWHY_A_EVIDENCE_BYTES_OUT, 0 },
		{ TCPWHY_A_EVIDENCE_IDLE, 924000 },
		{ TCPWHY_A_EVIDENCE_RETRIES, 15 },
	};
	struct tcpwhy_observation o = given_up(TCPWHY_SYN_SENT, NULL);
	struct tcpwhy_verdict v;

	o.conn.unacked = 0;
	judged(&o, &v);
	expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
}

static void a_death_without_a_reason_is_no_case(struct kunit *test)
{
	struct tcpwhy_flow f = { };
	struct tcpwhy_observation o = given_up(TCPWHY_ESTABLISHED, &f);
	struct tcpwhy_verdict v;

	o.kind = TCPWHY_KIND_DIED;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, f.died_in, TCPWHY_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_NONE);
	/* Nor is it one where nothing is to be remembered. */
	o.flow = NULL;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_NONE);
}

/* A box that swallows what it has forgotten: nobody answers. */
static void silent_expiry_is_learned_as_well(struct kunit *test)
{
	struct tcpwhy_observation o = given_up(TCPWHY_ESTABLISHED, NULL);
	struct tcpwhy_idle idle = { };
	struct tcpwhy_verdict v;
	u32 i;

	o.conn.quiet_ms = 300000;
	for (i = 0; i < 3; i++) {
		judged(&o, &v);
		tcpwhy_engine_learn(&idle, &v, NOW_MS * (i + 1));
	}
	KUNIT_EXPECT_EQ(test, v.cause, TCPWHY_CAUSE_IDLE_EXPIRED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, v.mibs, BIT(TCPWHY_MIB_ESTAB_RESETS));
	KUNIT_EXPECT_EQ(test, v.evidence.reset.idle_ms, 300000u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.retries, 15);
	/* A connection in use has no silence that explains its end. */
	o.conn.quiet_ms = 0;
	judged(&o, &v);
	tcpwhy_engine_learn(&idle, &v, NOW_MS * 5);
	KUNIT_EXPECT_EQ(test, v.cause, TCPWHY_CAUSE_TIMEOUT_RETRANSMIT);
	KUNIT_EXPECT_EQ(test, idle.samples, 3);
}

/* How long we then waited for an answer differs from one connection to the next. */
static void a_silence_ends_when_we_write(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 began_apart_ms;
		u32 waited_ms;
		u32 samples;
	} rows[] = {
		{ "together, and given up together", 0, 1000, 1 },
		{ "together, and given up later", 0, 1500, 1 },
		{ "one after the other", 600, 1000, 2 },
		{ "one after the other, and given up together", 600, 400, 2 },
		{ "one after the other, and given up in another order", 600, 100, 2 },
	};
	struct tcpwhy_observation o = given_up(TCPWHY_ESTABLISHED, NULL);
	struct tcpwhy_idle idle;
	struct tcpwhy_verdict v;
	u32 i;

	o.conn.quiet_ms = 300000;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		idle = (struct tcpwhy_idle){ };
		o.conn.idle_ms = o.conn.quiet_ms + 1000;
		judged(&o, &v);
		tcpwhy_engine_learn(&idle, &v, NOW_MS + 1000);
		o.conn.idle_ms = o.conn.quiet_ms + rows[i].waited_ms;
		judged(&o, &v);
		tcpwhy_engine_learn(&idle, &v,
				    NOW_MS + rows[i].began_apart_ms + rows[i].waited_ms);
		KUNIT_EXPECT_EQ_MSG(test, idle.samples, rows[i].samples, "%s", rows[i].what);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_was_given_up_is_told_by_the_state),
	KUNIT_CASE(what_stayed_unanswered_is_evidence),
	KUNIT_CASE(a_reason_that_was_found_just_now_is_not_found_again),
	KUNIT_CASE(a_connect_given_up_is_remembered_for_its_late_answer),
	KUNIT_CASE(a_connect_tells_what_became_of_its_syns_here),
	KUNIT_CASE(a_connect_that_the_kernel_ends_was_not_abandoned),
	KUNIT_CASE(a_death_without_a_reason_is_no_case),
	KUNIT_CASE(silent_expiry_is_learned_as_well),
	KUNIT_CASE(a_silence_ends_when_we_write),
	{ }
};

static struct kunit_suite tcpwhy_timeout_suite = {
	.name = "tcpwhy-timeout",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_timeout_suite);
