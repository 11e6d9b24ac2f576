// SPDX-License-Identifier: GPL-2.0
/* The engine: one event, one cause; nothing that is switched off; sums that add up. */
#include "dice.h"

#define ROUNDS	50000

/* Observations for which a cause must have its hooks. */
static u32 needs_of(u32 id)
{
	return tcpwhy_cause_by_id(id)->wants | tcpwhy_cause_by_id(id)->remembers;
}

static void every_cause_is_listed_under_its_id(struct kunit *test)
{
	const struct tcpwhy_cause *cause;
	u32 id;

	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++) {
		cause = tcpwhy_cause_by_id(id);
		KUNIT_ASSERT_TRUE_MSG(test, cause, "cause %u", id);
		KUNIT_EXPECT_EQ(test, cause->id, id);
		KUNIT_EXPECT_TRUE_MSG(test, cause->judge && cause->describe, "%s", cause->name);
		KUNIT_EXPECT_TRUE_MSG(test, cause->severity > TCPWHY_SEVERITY_UNSPEC &&
				      cause->severity <= TCPWHY_SEVERITY_MAX, "%s", cause->name);
		KUNIT_EXPECT_TRUE_MSG(test, cause->wants && !(needs_of(id) >> TCPWHY_KINDS), "%s",
				      cause->name);
		KUNIT_EXPECT_EQ_MSG(test, cause->mibs & BIT(TCPWHY_MIB_NONE), 0u, "%s",
				    cause->name);
		KUNIT_EXPECT_EQ_MSG(test, cause->mibs >> TCPWHY_MIBS, 0u, "%s", cause->name);
	}
}

static void other_numbers_are_no_cause(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, tcpwhy_cause_by_id(TCPWHY_CAUSE_NONE));
	KUNIT_EXPECT_FALSE(test, tcpwhy_cause_by_id(TCPWHY_CAUSE_MAX + 1));
	KUNIT_EXPECT_FALSE(test, tcpwhy_cause_by_id(U32_MAX));
}

static void names_are_lower_case_words_and_each_is_one_causes(struct kunit *test)
{
	const char *name, *c;
	u32 id, other;

	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++) {
		name = tcpwhy_cause_by_id(id)->name;
		KUNIT_EXPECT_TRUE_MSG(test, *name, "cause %u has no name", id);
		for (c = name; *c; c++)
			KUNIT_EXPECT_TRUE_MSG(test, (*c >= 'a' && *c <= 'z') ||
					      (*c >= '0' && *c <= '9') ||
					      (*c == '-' && c != name && c[1]), "%s", name);
		for (other = 1; other < id; other++)
			KUNIT_EXPECT_NE_MSG(test, strcmp(name, tcpwhy_cause_by_id(other)->name), 0,
					    "%s", name);
	}
}

static void what_is_wanted_is_the_sum_of_the_enabled(struct kunit *test)
{
	u32 id, all = 0;

	KUNIT_EXPECT_EQ(test, tcpwhy_engine_wants(0), 0u);
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++) {
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_engine_wants(1ull << id), needs_of(id),
				    "cause %u alone", id);
		all |= needs_of(id);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_engine_wants((2ull << id) - 2), all,
				    "causes to %u", id);
	}
	KUNIT_EXPECT_EQ(test, tcpwhy_engine_wants(TCPWHY_ALL_CAUSES), all);
	KUNIT_EXPECT_EQ_MSG(test, tcpwhy_engine_wants(1 | 2ull << TCPWHY_CAUSE_MAX), 0u,
			    "bits of no cause");
}

/* Memory as it may stand at @now_ms; not always there. */
static struct tcpwhy_flow *roll_flow(struct dice *d, struct tcpwhy_flow *f, u32 now_ms)
{
	static const u8 refusers[] = { 0, TCPWHY_CAUSE_PAWS_TIMEWAIT,
				       TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN };
	static const u32 ago[] = { 0, 1000, 179999, 180000, 1000000 };

	memset(f, 0, sizeof(*f));
	f->has_syn = roll(d, 2);
	f->ttl = 64;
	f->isn = RCV_NXT - 1 + roll(d, 3);
	f->refused_by = PICK(d, refusers);
	f->refused_isn = RCV_NXT - 1 + roll(d, 3);
	f->refused_ms = now_ms - PICK(d, ago);
	return roll(d, 8) ? f : NULL;
}

/* Causes that claim it, each asked on a memory of its own. */
static u64 claimants(const struct seen *s, struct tcpwhy_flow *after)
{
	struct tcpwhy_observation o = s->o;
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	u64 claims = 0;
	u32 id;

	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++) {
		if (!(tcpwhy_cause_by_id(id)->wants >> o.kind & 1))
			continue;
		if (s->o.flow) {
			flow = *s->o.flow;
			o.flow = &flow;
		}
		memset(&v, 0, sizeof(v));
		v.cause = id;
		if (!tcpwhy_cause_by_id(id)->judge(&o, &v))
			continue;
		claims |= 1ull << id;
		if (s->o.flow)
			*after = flow;
	}
	return claims;
}

static void no_two_causes_claim_one_observation(struct kunit *test)
{
	u32 round, now_ms, each[TCPWHY_CAUSE_MAX + 1] = { }, id;
	struct dice d = { .random = 88172645 };
	struct tcpwhy_flow flow, after;
	struct seen s;
	u64 claims;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		claims = claimants(&s, &after);
		KUNIT_ASSERT_EQ_MSG(test, claims & (claims - 1), 0ull,
				    "round %u, kind %d: causes 0x%llx", round, s.o.kind,
				    (unsigned long long)claims);
		for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
			each[id] += claims >> id & 1;
	}
	/* The dice must have shown every cause, or this proves little. */
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		KUNIT_EXPECT_GE(test, each[id], 50u);
}

/* What the hooks leave out for a cause must be none of its cases. */
static void only_causes_that_want_all_segments_judge_all(struct kunit *test)
{
	struct dice d = { .random = 77777777 };
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	u32 round, now_ms;
	struct seen s;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		if (s.o.kind != TCPWHY_KIND_TIMEWAIT && s.o.kind != TCPWHY_KIND_REQUEST)
			continue;
		if (s.packet.flags & (TCPWHY_SYN | TCPWHY_RST))
			continue;
		if (tcpwhy_engine_judge(&s.o, TCPWHY_ALL_CAUSES, &v))
			KUNIT_ASSERT_TRUE_MSG(test, tcpwhy_cause_by_id(v.cause)->wants_all_segments,
					      "cause %u, flags 0x%x", v.cause, s.packet.flags);
	}
}

static void the_claimant_is_named_if_it_is_enabled_and_nobody_else(struct kunit *test)
{
	struct dice d = { .random = 362436069 };
	struct tcpwhy_flow flow, kept, after;
	u64 claims, enabled;
	u32 round, now_ms;
	struct tcpwhy_verdict v;
	struct seen s;
	bool got;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		claims = claimants(&s, &after);
		enabled = next_random(&d.random) & TCPWHY_ALL_CAUSES;
		kept = flow;
		got = tcpwhy_engine_judge(&s.o, enabled, &v);
		KUNIT_ASSERT_EQ_MSG(test, got ? 1ull << v.cause : 0, claims & enabled,
				    "round %u, kind %d, enabled 0x%llx", round, s.o.kind,
				    (unsigned long long)enabled);
		if (!got)
			continue;
		if (s.o.flow)
			KUNIT_ASSERT_TRUE_MSG(test, !memcmp(&flow, &after, sizeof(flow)),
					      "round %u: cause %u alone left another memory", round,
					      v.cause);
		KUNIT_ASSERT_TRUE(test, v.confidence > TCPWHY_CONFIDENCE_UNSPEC &&
				  v.confidence <= TCPWHY_CONFIDENCE_MAX);
		/* The same on the same memory, whatever was in the verdict. */
		flow = kept;
		memset(&v, 0xff, sizeof(v));
		KUNIT_ASSERT_TRUE(test, tcpwhy_engine_judge(&s.o, enabled, &v));
		KUNIT_ASSERT_EQ(test, 1ull << v.cause, claims & enabled);
	}
}

static void counters_go_with_events_of_causes_that_list_them(struct kunit *test)
{
	enum tcpwhy_mib expected;
	struct dice d = { .random = 521288629 };
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	u32 round, now_ms;
	struct seen s;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.mib = roll(&d, TCPWHY_MIBS);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		if (!tcpwhy_engine_judge(&s.o, TCPWHY_ALL_CAUSES, &v))
			continue;
		expected = TCPWHY_MIB_NONE;
		if (v.weight == TCPWHY_WEIGHT_EVENT &&
		    (tcpwhy_cause_by_id(v.cause)->mibs >> s.o.mib & 1))
			expected = s.o.mib;
		KUNIT_ASSERT_EQ_MSG(test, v.mib, expected, "cause %u, weight %d, counter %d",
				    v.cause, v.weight, s.o.mib);
	}
}

/* What the kernel counts is attributed once, and nothing else is: the sums reconcile. */
static void each_paws_drop_of_the_kernel_is_attributed_once(struct kunit *test)
{
	struct dice d = { .random = 88675123 };
	enum tcpwhy_timewait_fate fate;
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	u32 round, now_ms;
	bool counted, got;
	struct seen s;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		if (s.o.kind != TCPWHY_KIND_TIMEWAIT && s.o.kind != TCPWHY_KIND_PAWS_DROP)
			continue;
		s.o.flow = roll_flow(&d, &flow, now_ms);
		counted = true;
		if (s.o.kind == TCPWHY_KIND_TIMEWAIT) {
			fate = tcpwhy_timewait_fate(&s.packet, &s.o.socket);
			counted = fate == TCPWHY_TIMEWAIT_PAWS || fate == TCPWHY_TIMEWAIT_SYN_PAWS;
		}
		/* A handshake's drop is PAWSEstab only: PAWSOldAck is of synchronised states. */
		if (s.o.socket.state == TCPWHY_SYN_RECV || s.o.socket.state == TCPWHY_SYN_SENT)
			s.o.mib = TCPWHY_MIB_PAWS_ESTAB;
		got = tcpwhy_engine_judge(&s.o, TCPWHY_ALL_CAUSES, &v);
		KUNIT_ASSERT_EQ_MSG(test, got ? v.mib : TCPWHY_MIB_NONE,
				    counted ? s.o.mib : TCPWHY_MIB_NONE, "round %u, kind %d", round,
				    s.o.kind);
	}
}

static void a_syn_is_remembered_only_when_it_is_let_in(struct kunit *test)
{
	static const struct {
		const char *what;
		enum tcpwhy_kind kind;
		u8 flags;
		u32 seq;
		u32 tsval;
		bool remembered;
	} rows[] = {
		{ "SYN for a listener", TCPWHY_KIND_SYN, TCPWHY_SYN, 5, 5, true },
		{ "SYN that TIME_WAIT accepts", TCPWHY_KIND_TIMEWAIT, TCPWHY_SYN, RCV_NXT + 1,
		  TS_RECENT, true },
		{ "refused for its timestamp", TCPWHY_KIND_TIMEWAIT, TCPWHY_SYN, RCV_NXT + 1,
		  TS_RECENT - 1, false },
		{ "refused for its seq", TCPWHY_KIND_TIMEWAIT, TCPWHY_SYN, RCV_NXT,
		  TS_RECENT, false },
		{ "RST", TCPWHY_KIND_TIMEWAIT, TCPWHY_RST, RCV_NXT, TS_RECENT, false },
		{ "ACK", TCPWHY_KIND_TIMEWAIT, TCPWHY_ACK, RCV_NXT, TS_RECENT, false },
		{ "SYN-ACK", TCPWHY_KIND_TIMEWAIT, TCPWHY_SYN | TCPWHY_ACK, RCV_NXT + 1,
		  TS_RECENT + 1, false },
	};
	struct tcpwhy_socket tw = given_socket(TCPWHY_TIME_WAIT);
	struct tcpwhy_observation o;
	struct tcpwhy_packet p;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow flow;
	u32 i, off;

	/* All causes on, and each one off: who refuses it does not depend on us. */
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (off = 0; off <= TCPWHY_CAUSE_MAX; off++) {
			flow = (struct tcpwhy_flow){ };
			p = with_ts(given_segment(rows[i].flags, rows[i].seq, 0), rows[i].tsval);
			o = given_seen(rows[i].kind, &p, &tw);
			o.flow = &flow;
			tcpwhy_engine_judge(&o, TCPWHY_ALL_CAUSES & ~(1ull << off), &v);
			KUNIT_EXPECT_EQ_MSG(test, flow.has_syn, rows[i].remembered,
					    "%s, without cause %u", rows[i].what, off);
			KUNIT_EXPECT_EQ_MSG(test, flow.ttl, rows[i].remembered ? 64 : 0,
					    "%s, without cause %u", rows[i].what, off);
		}
	}
}

static void a_refused_syn_does_not_replace_the_earlier_one(struct kunit *test)
{
	struct tcpwhy_packet first = with_ts(given_segment(TCPWHY_SYN, 5, 0), 5);
	struct tcpwhy_packet second = with_ts(given_segment(TCPWHY_SYN, 6, 0), TS_RECENT - 1);
	struct tcpwhy_socket tw = given_socket(TCPWHY_TIME_WAIT);
	struct tcpwhy_flow flow = { };
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	first.ttl = 127;
	o = given_seen(TCPWHY_KIND_SYN, &first, NULL);
	o.flow = &flow;
	judged(&o, &v);
	for (i = 0; i < 3; i++) {
		o = given_seen(TCPWHY_KIND_TIMEWAIT, &second, &tw);
		o.flow = &flow;
		judged(&o, &v);
		KUNIT_EXPECT_EQ(test, v.evidence.refusal.changed, TCPWHY_SYN_CHANGED_TTL);
		KUNIT_EXPECT_EQ(test, v.evidence.refusal.ttl_before, 127);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_cause_is_listed_under_its_id),
	KUNIT_CASE(other_numbers_are_no_cause),
	KUNIT_CASE(names_are_lower_case_words_and_each_is_one_causes),
	KUNIT_CASE(what_is_wanted_is_the_sum_of_the_enabled),
	KUNIT_CASE(no_two_causes_claim_one_observation),
	KUNIT_CASE(only_causes_that_want_all_segments_judge_all),
	KUNIT_CASE(the_claimant_is_named_if_it_is_enabled_and_nobody_else),
	KUNIT_CASE(counters_go_with_events_of_causes_that_list_them),
	KUNIT_CASE(each_paws_drop_of_the_kernel_is_attributed_once),
	KUNIT_CASE(a_syn_is_remembered_only_when_it_is_let_in),
	KUNIT_CASE(a_refused_syn_does_not_replace_the_earlier_one),
	{ }
};

static struct kunit_suite tcpwhy_engine_suite = { .name = "tcpwhy-engine", .test_cases = cases };

kunit_test_suite(tcpwhy_engine_suite);
