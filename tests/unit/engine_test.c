// SPDX-License-Identifier: GPL-2.0
/* The engine: one event, one cause; nothing that is switched off; sums that add up. */
#include "dice.h"

#define ROUNDS	240000

/* Observations for which a cause must have its hooks. */
static u64 needs_of(u32 id)
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
		KUNIT_EXPECT_TRUE_MSG(test, cause->wants && !(needs_of(id) >> (TCPWHY_KINDS - 1) >> 1),
				      "%s", cause->name);
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
	struct tcpwhy_set alone, some = { };
	u64 all = 0;
	u32 id;

	KUNIT_EXPECT_EQ(test, tcpwhy_engine_wants(&some), 0ull);
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++) {
		memset(&alone, 0, sizeof(alone));
		tcpwhy_set_add(&alone, id);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_engine_wants(&alone), needs_of(id),
				    "cause %u alone", id);
		tcpwhy_set_add(&some, id);
		all |= needs_of(id);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_engine_wants(&some), all, "causes to %u", id);
	}
	KUNIT_EXPECT_EQ(test, tcpwhy_engine_wants(all_causes()), all);
	memset(&some, 0, sizeof(some));
	tcpwhy_set_add(&some, 0);
	tcpwhy_set_add(&some, TCPWHY_CAUSE_MAX + 1);
	tcpwhy_set_add(&some, TCPWHY_SET_MAX);
	KUNIT_EXPECT_EQ_MSG(test, tcpwhy_engine_wants(&some), 0ull, "bits of no cause");
}

/* Memory as it may stand at @now_ms; not always there. */
static struct tcpwhy_flow *roll_flow(struct dice *d, struct tcpwhy_flow *f, u32 now_ms)
{
	static const u8 refusers[] = { 0, TCPWHY_CAUSE_PAWS_TIMEWAIT,
				       TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN };
	static const u32 ago[] = { 0, 1000, 179999, 180000, 1000000 };
	static const u8 died_in[] = { 0, TCPWHY_SYN_SENT, TCPWHY_SYN_SENT, TCPWHY_ESTABLISHED };
	static const u8 died_of[] = { 0, TCPWHY_CAUSE_TIMEOUT_CONNECT, TCPWHY_CAUSE_PEER_ABORTED,
				      TCPWHY_CAUSE_RST_INJECTED, TCPWHY_CAUSE_RST_LINGER0 };
	static const u32 died_ago[] = { 0, 999, 1000, 2000, 2001, 119999, 120000 };

	memset(f, 0, sizeof(*f));
	f->has_syn = roll(d, 2);
	f->ttl = 64;
	f->isn = RCV_NXT - 1 + roll(d, 3);
	f->refused_by = PICK(d, refusers);
	f->refused_isn = RCV_NXT - 1 + roll(d, 3);
	f->refused_ms = now_ms - PICK(d, ago);
	f->died_in = PICK(d, died_in);
	f->died_of = f->died_in ? PICK(d, died_of) : roll(d, 2) ? TCPWHY_CAUSE_RST_FIREWALL : 0;
	f->died_ms = now_ms - PICK(d, died_ago);
	f->rst_seq = RCV_NXT;
	f->fin_noted = !f->died_in && !roll(d, 4);
	if (f->fin_noted)
		f->fin_seq = 77 + roll(d, 3);
	f->ignored = roll(d, 4) ? 0 : 2;
	f->ignored_knows = f->ignored && roll(d, 2);
	f->signs = roll(d, 16);
	f->samples = roll(d, 4);
	f->sample_ttl = 64;
	f->sample_df = roll(d, 2);
	f->id_steps = f->samples ? roll(d, f->samples) : 0;
	f->id_segs = 1;
	return roll(d, 8) ? f : NULL;
}

/* Causes that claim it, each asked on a memory of its own. Return: how many; @claims: which */
static u32 claimants(const struct seen *s, struct tcpwhy_flow *after, struct tcpwhy_set *claims)
{
	struct tcpwhy_observation o = s->o;
	struct tcpwhy_stall stall;
	struct tcpwhy_syns syns;
	struct tcpwhy_oversize oversize;
	struct tcpwhy_flow flow;
	struct tcpwhy_way way;
	struct tcpwhy_verdict v;
	const struct tcpwhy_cause *cause;
	u32 id, count = 0;

	memset(claims, 0, sizeof(*claims));
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++) {
		cause = tcpwhy_cause_by_id(id);
		if (!((cause->wants | cause->remembers) >> o.kind & 1))
			continue;
		if (s->o.flow) {
			flow = *s->o.flow;
			o.flow = &flow;
		}
		if (has_stall(o.kind)) {
			stall = s->stall;
			o.stall.memory = &stall;
		}
		if (is_forwarded(o.kind)) {
			way = s->way;
			o.forward.way = &way;
		}
		if (has_syns(o.kind)) {
			syns = s->syns;
			o.syns.memory = &syns;
			o.syns.again = &syns.tries[0];
		}
		if (o.kind == TCPWHY_KIND_OVERSIZE) {
			oversize = s->oversize;
			o.oversize.memory = &oversize;
		}
		memset(&v, 0, sizeof(v));
		v.cause = id;
		if (cause->which && cause->which(&o) != id)
			continue;
		if (!cause->judge(&o, &v))
			continue;
		tcpwhy_set_add(claims, id);
		count++;
		if (s->o.flow)
			*after = flow;
	}
	return count;
}

static void no_two_causes_claim_one_observation(struct kunit *test)
{
	u32 round, now_ms, each[TCPWHY_CAUSE_MAX + 1] = { }, id;
	struct dice d = { .random = 88172645 };
	struct tcpwhy_flow flow, after;
	struct tcpwhy_set claims;
	struct seen s;

	for (round = 0; round < 2 * ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		KUNIT_ASSERT_LE_MSG(test, claimants(&s, &after, &claims), 1u,
				    "round %u, kind %d: causes 0x%llx", round, s.o.kind,
				    (unsigned long long)claims.words[0]);
		for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
			each[id] += tcpwhy_set_has(&claims, id);
	}
	/* The dice must have shown every cause that is judged, or this proves little. */
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		if (id != TCPWHY_CAUSE_IDLE_EXPIRED)
			KUNIT_EXPECT_GE_MSG(test, each[id], 50u, "cause %u", id);
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
		if (tcpwhy_engine_judge(&s.o, all_causes(), &v))
			KUNIT_ASSERT_TRUE_MSG(test, tcpwhy_cause_by_id(v.cause)->wants_all_segments,
					      "cause %u, flags 0x%x", v.cause, s.packet.flags);
	}
}

/* What such an observation ends, announces or casts doubt on is remembered, enabled or not. */
static bool tells_of_death(enum tcpwhy_kind kind)
{
	return kind == TCPWHY_KIND_RESET_IGNORED || kind == TCPWHY_KIND_AFTER_RESET ||
	       kind == TCPWHY_KIND_RESET_SENT ||
	       kind == TCPWHY_KIND_RESET_LEFT || kind == TCPWHY_KIND_RESET_REPLY ||
	       kind == TCPWHY_KIND_RESET_RECEIVED || kind == TCPWHY_KIND_GAVE_UP || kind == TCPWHY_KIND_DIED;
}

static void forget_death(struct tcpwhy_flow *f)
{
	f->rst_seq = 0;
	f->fin_noted = false;
	f->ignored = 0;
	f->ignored_knows = false;
	f->rst_ttl = 0;
	f->signs = 0;
	f->seen_ms = 0;
	f->died_ms = 0;
	f->died_in = 0;
	f->died_of = TCPWHY_CAUSE_NONE;
	f->connect_ms = 0;
	f->connect_pid = 0;
}

static bool is_any_of(const struct tcpwhy_set *some, const struct tcpwhy_set *others)
{
	u32 id;

	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		if (tcpwhy_set_has(some, id) && tcpwhy_set_has(others, id))
			return true;
	return false;
}

static void the_claimant_is_named_if_it_is_enabled_and_nobody_else(struct kunit *test)
{
	struct dice d = { .random = 362436069 };
	struct tcpwhy_flow flow, kept, after;
	struct tcpwhy_stall stall;
	struct tcpwhy_syns syns;
	struct tcpwhy_oversize oversize;
	struct tcpwhy_way way;
	struct tcpwhy_set claims, enabled;
	u32 round, now_ms, claimed;
	struct tcpwhy_verdict v;
	struct seen s;
	bool got;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		claimed = claimants(&s, &after, &claims);
		roll_set(&d.random, &enabled);
		kept = flow;
		stall = s.stall;
		way = s.way;
		syns = s.syns;
		oversize = s.oversize;
		got = tcpwhy_engine_judge(&s.o, &enabled, &v);
		KUNIT_ASSERT_EQ_MSG(test, got, claimed && is_any_of(&claims, &enabled),
				    "round %u, kind %d, enabled 0x%llx", round, s.o.kind,
				    (unsigned long long)enabled.words[0]);
		if (!got)
			continue;
		if (tells_of_death(s.o.kind)) {
			forget_death(&flow);
			forget_death(&after);
		}
		if (s.o.flow)
			KUNIT_ASSERT_TRUE_MSG(test, !memcmp(&flow, &after, sizeof(flow)),
					      "round %u: cause %u alone left another memory", round,
					      v.cause);
		KUNIT_ASSERT_TRUE(test, v.confidence > TCPWHY_CONFIDENCE_UNSPEC &&
				  v.confidence <= TCPWHY_CONFIDENCE_MAX);
		/* The same on the same memory, whatever was in the verdict. */
		flow = kept;
		s.stall = stall;
		s.way = way;
		s.syns = syns;
		s.oversize = oversize;
		memset(&v, 0xff, sizeof(v));
		KUNIT_ASSERT_TRUE(test, tcpwhy_engine_judge(&s.o, &enabled, &v));
		KUNIT_ASSERT_TRUE(test, tcpwhy_set_has(&claims, v.cause) &&
				  tcpwhy_set_has(&enabled, v.cause));
	}
}

/* A later segment must not be taken for another story since a cause is switched off. */
static void a_death_is_remembered_whatever_is_enabled(struct kunit *test)
{
	struct dice d = { .random = 55555555 };
	struct tcpwhy_flow flow, kept, all;
	struct tcpwhy_set some;
	struct tcpwhy_verdict v;
	u32 round, now_ms;
	struct seen s;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		if (!tells_of_death(s.o.kind))
			continue;
		s.o.flow = roll_flow(&d, &flow, now_ms);
		kept = flow;
		tcpwhy_engine_judge(&s.o, all_causes(), &v);
		all = flow;
		flow = kept;
		roll_set(&d.random, &some);
		tcpwhy_engine_judge(&s.o, &some, &v);
		KUNIT_ASSERT_TRUE_MSG(test, !memcmp(&flow, &all, sizeof(flow)),
				      "round %u, kind %d", round, s.o.kind);
	}
}

static void counters_go_with_events_of_causes_that_list_them(struct kunit *test)
{
	struct dice d = { .random = 521288629 };
	u32 round, now_ms, allowed;
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	struct seen s;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.mibs = roll(&d, BIT(TCPWHY_MIBS)) & ~BIT(TCPWHY_MIB_NONE);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		if (!tcpwhy_engine_judge(&s.o, all_causes(), &v))
			continue;
		allowed = 0;
		/* Its sequel is the first that the kernel counts. */
		if (v.weight == TCPWHY_WEIGHT_EVENT || v.cause == TCPWHY_CAUSE_RST_FIREWALL)
			allowed = tcpwhy_cause_by_id(v.cause)->mibs & s.o.mibs;
		/* Whether a connection was established, or a request, the state tells. */
		if (has_conn(s.o.kind))
			allowed &= v.mibs | ~(BIT(TCPWHY_MIB_ESTAB_RESETS) |
					      BIT(TCPWHY_MIB_EMBRYONIC_RSTS));
		KUNIT_ASSERT_EQ_MSG(test, v.mibs, allowed, "cause %u, weight %d, counters 0x%x",
				    v.cause, v.weight, s.o.mibs);
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
			s.o.mibs = BIT(TCPWHY_MIB_PAWS_ESTAB);
		got = tcpwhy_engine_judge(&s.o, all_causes(), &v);
		KUNIT_ASSERT_EQ_MSG(test, got ? v.mibs : 0, counted ? s.o.mibs : 0,
				    "round %u, kind %d", round, s.o.kind);
	}
}

static bool was_established(u8 state)
{
	return state == TCPWHY_ESTABLISHED || state == TCPWHY_CLOSE_WAIT;
}

/* What the kernel's counters of resets count, told from outside the judges. */
static u32 counted_resets(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;
	u32 mibs = 0;
	u8 before;

	switch (o->kind) {
	case TCPWHY_KIND_RESET_SENT:
		mibs = BIT(TCPWHY_MIB_OUT_RSTS);
		before = c->state;
		/* The change of state came first. */
		if (before == TCPWHY_CLOSE && o->flow)
			before = o->flow->died_in;
		break;
	case TCPWHY_KIND_RESET_REPLY:
		mibs = BIT(TCPWHY_MIB_OUT_RSTS);
		if (c->state == TCPWHY_LISTEN &&
		    (c->overflow || (c->request && (o->packet->flags & TCPWHY_SYN) &&
				     !(o->packet->flags & TCPWHY_ACK))))
			mibs |= BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
		return mibs;
	case TCPWHY_KIND_RESET_RECEIVED:
		before = c->state;
		if (before == TCPWHY_NEW_SYN_RECV)
			return BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
		break;
	default:
		return 0;
	}
	return mibs | (was_established(before) ? BIT(TCPWHY_MIB_ESTAB_RESETS) : 0);
}

static void each_reset_of_the_kernel_is_attributed_once(struct kunit *test)
{
	struct dice d = { .random = 123456789 };
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	u32 round, now_ms, counted;
	struct seen s;
	bool got;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		if (s.o.kind < TCPWHY_KIND_RESET_SENT || s.o.kind == TCPWHY_KIND_GAVE_UP ||
		    s.o.kind > TCPWHY_KIND_DIED)
			continue;
		s.o.flow = roll_flow(&d, &flow, now_ms);
		counted = counted_resets(&s.o);
		got = tcpwhy_engine_judge(&s.o, all_causes(), &v);
		KUNIT_ASSERT_EQ_MSG(test, got ? v.mibs : 0, counted,
				    "round %u, kind %d, state %u, cause %u", round, s.o.kind,
				    s.o.conn.state, got ? v.cause : 0);
		if (s.o.kind == TCPWHY_KIND_RESET_IGNORED && tcpwhy_reset_ignored_is_late(&s.o))
			KUNIT_ASSERT_EQ_MSG(test, got, false, "round %u", round);
		else if (has_conn(s.o.kind) && s.o.kind != TCPWHY_KIND_DIED)
			KUNIT_ASSERT_TRUE_MSG(test, got, "round %u, kind %d", round, s.o.kind);
	}
}

static void each_timeout_is_attributed_once(struct kunit *test)
{
	struct dice d = { .random = 987654321 };
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	u32 round, now_ms, counted;
	struct seen s;
	bool known;

	for (round = 0; round < ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		if (s.o.kind != TCPWHY_KIND_GAVE_UP)
			continue;
		s.o.flow = roll_flow(&d, &flow, now_ms);
		known = tcpwhy_reset_just_died(&s.o);
		counted = was_established(s.o.conn.before) ? BIT(TCPWHY_MIB_ESTAB_RESETS) : 0;
		KUNIT_ASSERT_EQ_MSG(test, tcpwhy_engine_judge(&s.o, all_causes(), &v), !known,
				    "round %u", round);
		if (!known)
			KUNIT_ASSERT_EQ_MSG(test, v.mibs, counted, "round %u, before %u", round,
					    s.o.conn.before);
	}
}

/* A set of attributes, of which there are more than 64. */
typedef unsigned __int128 attr_set;

#define HAS(attr)	((attr_set)1 << TCPWHY_A_EVIDENCE_##attr)
#define TIMESTAMPS	(HAS(TSVAL) | HAS(TS_RECENT) | HAS(TS_BEHIND))
#define DROPPED		(TIMESTAMPS | HAS(STATE) | HAS(SEQ) | HAS(END_SEQ) | HAS(RCV_NXT))
#define REFUSED		(TIMESTAMPS | HAS(SEQ) | HAS(RCV_NXT) | HAS(TW_AGE) | \
			 HAS(SYN_CHANGED) | HAS(TTL) | HAS(TTL_BEFORE) | HAS(ATTEMPTS) | \
			 HAS(GOT_IN) | HAS(LATE_MEAN) | HAS(LATE_MAX) | HAS(CLEARED_BY_RST))
#define SEGMENT		(HAS(SEQ) | HAS(END_SEQ) | HAS(ACK))
#define CONN		(HAS(STATE) | HAS(PHASE) | HAS(BYTES_IN) | HAS(BYTES_OUT) | \
			 HAS(BYTES_UNREAD) | HAS(BYTES_UNACKED) | HAS(IDLE))
#define ANSWERED	(SEGMENT | HAS(STATE))
#define RECEIVED	(SEGMENT | CONN | HAS(RCV_NXT) | HAS(TTL) | HAS(IP_ID))
#define LOOKS		(HAS(TTL_USUAL) | HAS(IP_ID_EXPECTED) | HAS(SIGNS) | HAS(TRAITS))
/* Of one that belonged to MPTCP, or was ended by a local proxy. */
#define OWN		(CONN | HAS(TRAITS))
#define VIA		(HAS(TRAITS) | HAS(VIA) | HAS(VIA_PORT))
#define PIECES		(HAS(PROTOCOL) | HAS(FRAGMENT_ID) | HAS(FRAGMENT_FIRST) | \
			 HAS(FRAGMENT_BYTES) | HAS(FRAGMENT_LARGEST) | HAS(DATAGRAM_BYTES))
#define FOREIGN		(SEGMENT | HAS(ORIGIN) | HAS(TTL))

/* uapi/linux/tcpwhy.h: which evidence there is depends on the cause. */
static const attr_set documented[TCPWHY_CAUSE_MAX + 1] = {
	[TCPWHY_CAUSE_PAWS_ESTABLISHED] = DROPPED,
	[TCPWHY_CAUSE_PAWS_HANDSHAKE] = DROPPED,
	[TCPWHY_CAUSE_PAWS_TIMEWAIT] = REFUSED,
	[TCPWHY_CAUSE_PAWS_STALE] = DROPPED,
	[TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN] = REFUSED,
	[TCPWHY_CAUSE_TIMEWAIT_OVERFLOW] = HAS(TW_COUNT) | HAS(TW_LIMIT),
	[TCPWHY_CAUSE_TIMEWAIT_KILLED] = HAS(SEQ) | HAS(TW_AGE),
	[TCPWHY_CAUSE_PORT_EXHAUSTION] = HAS(PORTS_TIMEWAIT) | HAS(PORTS_IN_USE) |
					 HAS(PORTS_USABLE) | HAS(CONNECTS_FAILED) |
					 HAS(BINDS_FAILED) | HAS(PORTS_TAKEN),
	[TCPWHY_CAUSE_RST_PORT_CLOSED] = HAS(SEQ) | HAS(END_SEQ) | HAS(TRAITS) |
					  HAS(LISTENER_DEV),
	[TCPWHY_CAUSE_RST_UNREAD_DATA] = OWN,
	/* A FIN that is answered so has no bytes. */
	[TCPWHY_CAUSE_RST_LINGER0] = OWN | (SEGMENT & ~HAS(END_SEQ)),
	[TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT] = OWN | HAS(RETRIES),
	[TCPWHY_CAUSE_RST_USER_TIMEOUT] = OWN | HAS(RETRIES),
	[TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW] = ANSWERED | HAS(BACKLOG) | HAS(BACKLOG_LIMIT),
	[TCPWHY_CAUSE_RST_LATE_SYNACK] = ANSWERED | HAS(AFTER),
	[TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE] = ANSWERED | CONN,
	[TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION] = ANSWERED | VIA,
	[TCPWHY_CAUSE_RST_TIMEWAIT] = HAS(SEQ) | HAS(END_SEQ) | HAS(STATE),
	[TCPWHY_CAUSE_RST_BAD_HANDSHAKE] = ANSWERED,
	[TCPWHY_CAUSE_RST_ORPHAN_LIMIT] = OWN,
	[TCPWHY_CAUSE_RST_LISTENER_CLOSED] = OWN,
	[TCPWHY_CAUSE_RST_DISCONNECT] = OWN,
	[TCPWHY_CAUSE_RST_ADMIN] = OWN,
	[TCPWHY_CAUSE_RST_FOLLOWUP] = ANSWERED | HAS(AFTER) | HAS(DIED_OF),
	[TCPWHY_CAUSE_RST_FIREWALL] = FOREIGN | CONN,
	[TCPWHY_CAUSE_RST_FORGED_LOCAL] = FOREIGN,
	[TCPWHY_CAUSE_RST_FORWARDED] = FOREIGN,
	[TCPWHY_CAUSE_TIMEOUT_RETRANSMIT] = OWN | HAS(RETRIES),
	[TCPWHY_CAUSE_TIMEOUT_CONNECT] = OWN | HAS(RETRIES) | HAS(DROPPED_HERE) |
					 HAS(UNSENT) | HAS(DROP_REASON),
	[TCPWHY_CAUSE_PEER_REFUSED] = RECEIVED | VIA,
	[TCPWHY_CAUSE_PEER_ABORTED] = RECEIVED | LOOKS | VIA,
	[TCPWHY_CAUSE_PEER_CLOSED_EARLY] = RECEIVED | LOOKS,
	/* A RST with an ACK is from somebody who knows the connection. */
	[TCPWHY_CAUSE_PEER_LOST_CONNECTION] = (RECEIVED & ~HAS(ACK)) | LOOKS,
	[TCPWHY_CAUSE_IDLE_EXPIRED] = (RECEIVED & ~HAS(ACK)) | LOOKS | HAS(RETRIES) | HAS(EXPIRY) |
				      HAS(EXPIRY_MAX) | HAS(SURVIVED) | HAS(SAMPLES),
	[TCPWHY_CAUSE_RST_INJECTED] = RECEIVED | LOOKS,
	[TCPWHY_CAUSE_RST_IGNORED] = RECEIVED | (LOOKS & ~HAS(TRAITS)) | HAS(WINDOW),
	[TCPWHY_CAUSE_FRAGMENT_LOST] = PIECES | HAS(FRAGMENT_WAIT) | HAS(NO_FIRST) | HAS(NO_LAST),
	[TCPWHY_CAUSE_FRAGMENT_DROPPED] = PIECES | HAS(FRAGMENT_REASON) | HAS(FRAGMENT_MEMORY) |
					  HAS(FRAGMENT_LIMIT),
	[TCPWHY_CAUSE_BLACKHOLE_SEND] = HAS(SIZE_FAILS) | HAS(SIZE_PASSES) | HAS(MTU) |
					HAS(RETRIES) | HAS(STALL) | HAS(LIFE) |
					HAS(DROPPED_HERE) | HAS(DROP_REASON) | HAS(MTU_SAID) |
					HAS(ROUTER) | HAS(PATH_SIGNS),
	[TCPWHY_CAUSE_PMTU_LOWERED] = HAS(MTU) | HAS(MTU_SAID) | HAS(MTU_BEFORE) | HAS(ROUTER),
	[TCPWHY_CAUSE_TOO_BIG_IGNORED] = HAS(SIZE_FAILS) | HAS(MTU) | HAS(MTU_SAID) |
					 HAS(ROUTER),
	[TCPWHY_CAUSE_BLACKHOLE_RECEIVE] = HAS(SIZE_FAILS) | HAS(SIZE_PASSES) | HAS(MTU) |
					   HAS(STALL) | HAS(LIFE) | HAS(HOLE) | HAS(MSS) |
					   HAS(PATH_SIGNS),
	[TCPWHY_CAUSE_BLACKHOLE_FORWARD] = HAS(SIZE_FAILS) | HAS(SIZE_PASSES) | HAS(MTU) |
					   HAS(RETRIES) | HAS(STALL) | HAS(LIFE) | HAS(MSS) |
					   HAS(MSS_SENDER) | HAS(TOO_BIG_SENT) | HAS(SENDER) |
					   HAS(SERVICE) | HAS(RELAY) | HAS(PATH_SIGNS),
	[TCPWHY_CAUSE_PEER_IGNORES_SYN] = TIMESTAMPS | HAS(ATTEMPTS) | HAS(SYNS_IGNORED) |
					  HAS(SYNS_ANSWERED) | HAS(SENDER),
	[TCPWHY_CAUSE_RST_GOODBYE] = ANSWERED | OWN,
	[TCPWHY_CAUSE_PEER_GOODBYE] = RECEIVED | LOOKS | VIA,
	[TCPWHY_CAUSE_RST_HAPPY_EYEBALLS] = ANSWERED | HAS(AFTER),
	[TCPWHY_CAUSE_DEVICE_MTU_DROP] = HAS(SIZE_FAILS) | HAS(DEVICE) | HAS(MTU) |
					 HAS(MTU_BEYOND) | HAS(RETRIES) | HAS(STALL),
	[TCPWHY_CAUSE_REFUSED_ICMP] = HAS(PROTOCOL) | HAS(ICMP) | HAS(ORIGIN) | HAS(ROUTER),
	[TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE] = HAS(SIZE_FAILS) | HAS(SMALL_FAILS) | HAS(RETRIES) |
					      HAS(STALL) | HAS(PATH_SIGNS),
	[TCPWHY_CAUSE_DROPPED_BY_CONTENT] = HAS(SIZE_FAILS) | HAS(SMALL_FAILS) | HAS(RETRIES) |
					    HAS(STALL) | HAS(LIFE) | HAS(PATH_SIGNS),
};

/* Only what the cause documents is handed out, and once. Return: these attributes */
static attr_set described(struct kunit *test, u32 cause, const struct tcpwhy_evidence *sum)
{
	struct given_evidence got = { };
	attr_set attrs = 0;
	u32 i;

	tcpwhy_cause_by_id(cause)->describe(sum, take_evidence, &got);
	if (tcpwhy_cause_by_id(cause)->describe_addrs)
		tcpwhy_cause_by_id(cause)->describe_addrs(sum, take_address, &got);
	KUNIT_ASSERT_EQ(test, got.outside, 0u);
	for (i = 0; i <= TCPWHY_A_EVIDENCE_MAX; i++) {
		KUNIT_ASSERT_LE_MSG(test, got.times[i], (u32)(documented[cause] >> i & 1),
				    "cause %u, attribute %u", cause, i);
		attrs |= (attr_set)got.times[i] << i;
	}
	return attrs;
}

/* And each of them turns up. */
static void each_cause_hands_out_what_it_documents(struct kunit *test)
{
	static attr_set seen[TCPWHY_CAUSE_MAX + 1];
	struct dice d = { .random = 11223344 };
	struct tcpwhy_idle idle = { };
	struct tcpwhy_evidence sum;
	struct tcpwhy_flow flow;
	struct tcpwhy_verdict v;
	u32 round, now_ms, i;
	struct seen s;

	memset(seen, 0, sizeof(seen));
	for (round = 0; round < 4 * ROUNDS; round++) {
		now_ms = 500000 + roll(&d, 1000000);
		roll_seen(&d, &s, now_ms);
		s.o.flow = roll_flow(&d, &flow, now_ms);
		if (!tcpwhy_engine_judge(&s.o, all_causes(), &v))
			continue;
		if (!roll(&d, 16))
			tcpwhy_idle_survived(&idle, TCPWHY_SILENCE_MS - 1);
		if (!roll(&d, 256))
			memset(&idle, 0, sizeof(idle));
		tcpwhy_engine_learn(&idle, &v, now_ms);
		memset(&sum, 0, sizeof(sum));
		tcpwhy_engine_merge(&sum, &v);
		seen[v.cause] |= described(test, v.cause, &sum);
	}
	/* Sums over a story have suites of their own. */
	seen[TCPWHY_CAUSE_PAWS_TIMEWAIT] |= REFUSED;
	seen[TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN] |= REFUSED;
	for (i = 1; i <= TCPWHY_CAUSE_MAX; i++)
		KUNIT_EXPECT_TRUE_MSG(test, seen[i] == documented[i],
				      "cause %u: never seen 0x%llx, 0x%llx << 64", i,
				      (unsigned long long)(documented[i] & ~seen[i]),
				      (unsigned long long)((documented[i] & ~seen[i]) >> 64));
}

/* Which SYN opened the connection is not for the judge to say: it may be refused yet. */
static void no_judgement_changes_the_syn_that_is_remembered(struct kunit *test)
{
	struct tcpwhy_packet first = with_ts(given_segment(TCPWHY_SYN, 5, 0), 5);
	struct dice d = { .random = 20 };
	struct tcpwhy_flow flow = { };
	struct tcpwhy_verdict v;
	struct seen s;
	u32 i;

	first.ttl = 127;
	tcpwhy_flow_note_syn(&flow, &first, 0);
	for (i = 0; i < 20000; i++) {
		roll_seen(&d, &s, i);
		s.o.flow = &flow;
		tcpwhy_engine_judge(&s.o, all_causes(), &v);
		KUNIT_ASSERT_TRUE(test, flow.has_syn);
		KUNIT_ASSERT_EQ(test, flow.isn, 5u);
		KUNIT_ASSERT_EQ(test, flow.ttl, 127);
	}
}

/* A cause is asked about no observation that does not concern it. */
static void whom_it_does_not_concern_is_not_missed(struct kunit *test)
{
	struct tcpwhy_verdict all, few;
	struct tcpwhy_set concerned;
	struct dice d = { .random = 21 };
	bool got_all, got_few;
	struct seen s, before;
	u32 i;

	for (i = 0; i < 20000; i++) {
		roll_seen(&d, &s, i);
		s.o.flow = NULL;
		before = s;
		got_all = tcpwhy_engine_judge(&s.o, all_causes(), &all);
		s = before; /* an event is one only once */
		tcpwhy_engine_concerned(s.o.kind, &concerned);
		got_few = tcpwhy_engine_judge(&s.o, &concerned, &few);
		KUNIT_ASSERT_EQ(test, got_all, got_few);
		if (got_all)
			KUNIT_ASSERT_EQ(test, memcmp(&all, &few, sizeof(all)), 0);
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
	tcpwhy_flow_note_syn(&flow, &first, 0);
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
	KUNIT_CASE(a_death_is_remembered_whatever_is_enabled),
	KUNIT_CASE(counters_go_with_events_of_causes_that_list_them),
	KUNIT_CASE(each_paws_drop_of_the_kernel_is_attributed_once),
	KUNIT_CASE(each_reset_of_the_kernel_is_attributed_once),
	KUNIT_CASE(each_timeout_is_attributed_once),
	KUNIT_CASE(each_cause_hands_out_what_it_documents),
	KUNIT_CASE(no_judgement_changes_the_syn_that_is_remembered),
	KUNIT_CASE(whom_it_does_not_concern_is_not_missed),
	KUNIT_CASE(a_refused_syn_does_not_replace_the_earlier_one),
	{ }
};

static struct kunit_suite tcpwhy_engine_suite = { .name = "tcpwhy-engine", .test_cases = cases };

kunit_test_suite(tcpwhy_engine_suite);
