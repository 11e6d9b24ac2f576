// SPDX-License-Identifier: GPL-2.0
/* The memory of a connection's SYN, and of a silence. */
#include "given.h"

static struct tcpwhy_packet given_syn(void)
{
	struct tcpwhy_packet p = given_segment(TCPWHY_SYN, 77, 0);

	p.has_mss = true;
	p.mss = 1460;
	p.has_wscale = true;
	p.wscale = 7;
	p.options = 0xabcdef;
	return p;
}

static void every_field_of_a_syn_is_remembered(struct kunit *test)
{
	struct tcpwhy_packet syn = given_syn();
	struct tcpwhy_flow f = { };

	tcpwhy_flow_note_syn(&f, &syn, 1234 * NS_PER_MS + 999999);
	KUNIT_EXPECT_EQ(test, f.seen_ms, 1234u);
	KUNIT_EXPECT_TRUE(test, f.has_syn);
	KUNIT_EXPECT_EQ(test, f.ttl, 64);
	KUNIT_EXPECT_EQ(test, f.wscale, 7);
	KUNIT_EXPECT_EQ(test, f.mss, 1460);
	KUNIT_EXPECT_EQ(test, f.window, 64240);
	KUNIT_EXPECT_EQ(test, f.options, 0xabcdefu);
	KUNIT_EXPECT_EQ(test, f.isn, 77u);
}

static void a_syn_without_options_is_remembered_as_such(struct kunit *test)
{
	struct tcpwhy_packet syn = given_segment(TCPWHY_SYN, 77, 0);
	struct tcpwhy_flow f = { };

	tcpwhy_flow_note_syn(&f, &syn, 0);
	KUNIT_EXPECT_TRUE(test, f.has_syn);
	KUNIT_EXPECT_EQ(test, f.wscale, 0xff);
	KUNIT_EXPECT_EQ(test, f.mss, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_syn_changed(&f, &syn), 0);
}

static void a_syn_leaves_the_refusal_in_memory(struct kunit *test)
{
	struct tcpwhy_flow f = { .refused_by = 3, .refused_isn = 77, .refused_ms = 5 };
	struct tcpwhy_packet syn = given_syn();

	tcpwhy_flow_note_syn(&f, &syn, 9 * NS_PER_MS);
	KUNIT_EXPECT_EQ(test, f.refused_by, 3);
	KUNIT_EXPECT_EQ(test, f.refused_isn, 77u);
	KUNIT_EXPECT_EQ(test, f.refused_ms, 5u);
}

static void each_change_has_its_bit(struct kunit *test)
{
	struct tcpwhy_packet syn = given_syn(), other;
	struct tcpwhy_flow f = { };
	u32 bits, got;

	tcpwhy_flow_note_syn(&f, &syn, 0);
	for (bits = 0; bits < 32; bits++) {
		other = given_syn();
		if (bits & TCPWHY_SYN_CHANGED_TTL)
			other.ttl--;
		if (bits & TCPWHY_SYN_CHANGED_MSS)
			other.mss--;
		if (bits & TCPWHY_SYN_CHANGED_WINDOW)
			other.window--;
		if (bits & TCPWHY_SYN_CHANGED_WSCALE)
			other.wscale--;
		if (bits & TCPWHY_SYN_CHANGED_OPTIONS)
			other.options--;
		got = tcpwhy_flow_syn_changed(&f, &other);
		KUNIT_EXPECT_EQ_MSG(test, got, bits, "changed 0x%x", bits);
	}
}

static void window_scale_0_is_not_none(struct kunit *test)
{
	struct tcpwhy_packet none = given_syn(), zero = given_syn();
	struct tcpwhy_flow f = { };

	none.has_wscale = false;
	zero.wscale = 0;
	tcpwhy_flow_note_syn(&f, &none, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_syn_changed(&f, &zero), TCPWHY_SYN_CHANGED_WSCALE);
	tcpwhy_flow_note_syn(&f, &zero, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_syn_changed(&f, &none), TCPWHY_SYN_CHANGED_WSCALE);
}

static void what_each_connection_has_anew_is_no_change(struct kunit *test)
{
	struct tcpwhy_packet syn = given_syn(), other = with_ts(given_syn(), 5);
	struct tcpwhy_flow f = { };

	other.seq = 99;
	other.sport = 1;
	other.tsecr = 5;
	tcpwhy_flow_note_syn(&f, &syn, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_syn_changed(&f, &other), 0);
}

/* What was written is answered if more than what came before it is acknowledged. */
static void a_silence_is_survived_when_what_came_after_it_is_acknowledged(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 acked; /* from what was written */
		bool survived;
	} rows[] = {
		{ "nothing new", 0, false },
		{ "a byte", 1, true },
		{ "all of a large window", 0x7fffffff, true },
		{ "what lies before it", -1, false },
	};
	static const u32 seqs[] = { 1000, 0, U32_MAX, 0x7fffffff, 0x80000000 };
	struct tcpwhy_flow f;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(seqs); k++) {
			f = (struct tcpwhy_flow){ };
			tcpwhy_flow_note_silence(&f, 240000, seqs[k], 9 * NS_PER_MS);
			KUNIT_EXPECT_EQ(test, f.seen_ms, 9u);
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_flow_survived(&f, seqs[k] + rows[i].acked),
					    rows[i].survived ? 240000u : 0u, "%s, from 0x%x",
					    rows[i].what, seqs[k]);
			/* It is survived once, or may still be. */
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_flow_survived(&f, seqs[k] + 1),
					    rows[i].survived ? 0u : 240000u, "%s, from 0x%x",
					    rows[i].what, seqs[k]);
		}
	}
}

static void without_a_silence_none_is_survived(struct kunit *test)
{
	struct tcpwhy_flow f = { };

	KUNIT_EXPECT_EQ(test, tcpwhy_flow_survived(&f, 1), 0u);
}

/* The next one is on trial, whatever became of the one before. */
static void the_latest_silence_is_on_trial(struct kunit *test)
{
	struct tcpwhy_flow f = { };

	tcpwhy_flow_note_silence(&f, 5000, 1000, 0);
	tcpwhy_flow_note_silence(&f, 5010, 1000, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_survived(&f, 1001), 5010u);
}

static void a_connection_that_died_survived_nothing(struct kunit *test)
{
	struct tcpwhy_flow f = { };

	tcpwhy_flow_note_silence(&f, 5000, 1000, 0);
	f.died_in = TCPWHY_ESTABLISHED;
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_survived(&f, 1001), 0u);
}

/* Of the same ports, whether its beginning was seen or not. */
static void the_next_connection_begins_anew(struct kunit *test)
{
	struct tcpwhy_packet syn = given_syn();
	struct tcpwhy_flow f = { };

	tcpwhy_flow_note_silence(&f, 5000, 1000, 0);
	tcpwhy_flow_note_syn(&f, &syn, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_survived(&f, 1001), 0u);
	f.died_in = TCPWHY_ESTABLISHED;
	f.died_of = TCPWHY_CAUSE_PEER_ABORTED;
	f.signs = TCPWHY_SIGN_TTL;
	tcpwhy_flow_note_silence(&f, 6000, 2000, 0);
	KUNIT_EXPECT_EQ(test, f.died_in, 0);
	KUNIT_EXPECT_EQ(test, f.died_of, 0);
	KUNIT_EXPECT_EQ(test, f.signs, 0);
	KUNIT_EXPECT_EQ(test, f.samples, 0);
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_survived(&f, 2001), 6000u);
}

/* A set of four is four cache lines, store/flows.c: a tag of 64 bits, and this. */
static void an_entry_is_a_cache_line(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, sizeof(struct tcpwhy_flow), 64 - sizeof(u64));
}

static void milliseconds_are_cut_to_32_bits(struct kunit *test)
{
	static const struct {
		u64 ns;
		u32 ms;
	} rows[] = {
		{ 0, 0 },
		{ 999999, 0 },
		{ 1000000, 1 },
		{ 0xffffffffull * 1000000 + 999999, 0xffffffff },
		{ 0x100000000ull * 1000000, 0 },
		{ 0x100000001ull * 1000000, 1 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_ms(rows[i].ns), rows[i].ms, "%llu ns",
				    (unsigned long long)rows[i].ns);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_field_of_a_syn_is_remembered),
	KUNIT_CASE(a_syn_without_options_is_remembered_as_such),
	KUNIT_CASE(a_syn_leaves_the_refusal_in_memory),
	KUNIT_CASE(each_change_has_its_bit),
	KUNIT_CASE(window_scale_0_is_not_none),
	KUNIT_CASE(what_each_connection_has_anew_is_no_change),
	KUNIT_CASE(a_silence_is_survived_when_what_came_after_it_is_acknowledged),
	KUNIT_CASE(without_a_silence_none_is_survived),
	KUNIT_CASE(the_latest_silence_is_on_trial),
	KUNIT_CASE(a_connection_that_died_survived_nothing),
	KUNIT_CASE(the_next_connection_begins_anew),
	KUNIT_CASE(an_entry_is_a_cache_line),
	KUNIT_CASE(milliseconds_are_cut_to_32_bits),
	{ }
};

static struct kunit_suite tcpwhy_flow_suite = { .name = "tcpwhy-flow", .test_cases = cases };

kunit_test_suite(tcpwhy_flow_suite);
