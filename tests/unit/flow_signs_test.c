// SPDX-License-Identifier: GPL-2.0
/* What a connection's first packets look like, and what about a RST is not like them. */
#include "given.h"

#define USUAL_TTL	57
#define SLACK		64

static struct tcpwhy_packet given_packet(u8 flags, u16 id)
{
	struct tcpwhy_packet p = given_segment(flags, RCV_NXT, 0);

	p.ttl = USUAL_TTL;
	p.has_id = true;
	p.df = true;
	p.id = id;
	return p;
}

static void sample(struct tcpwhy_flow *f, u16 id, u32 segs_in)
{
	struct tcpwhy_packet p = given_packet(TCPWHY_ACK, id);

	note_sample(f, &p, segs_in, 1234 * NS_PER_MS);
}

/* Two packets in a row, the later with ID @id as the connection's tenth segment. */
static struct tcpwhy_flow given_two(u16 id)
{
	struct tcpwhy_flow f = { };

	sample(&f, id - 1, 8);
	sample(&f, id, 9);
	return f;
}

static u8 signs(const struct tcpwhy_flow *f, const struct tcpwhy_packet *rst, u32 segs_in)
{
	u16 expected;

	return tcpwhy_flow_reset_signs(f, rst, segs_in, &expected);
}

static void a_sample_is_remembered(struct kunit *test)
{
	struct tcpwhy_flow f = given_two(100);

	KUNIT_EXPECT_EQ(test, f.seen_ms, 1234u);
	KUNIT_EXPECT_EQ(test, f.samples, 2);
	KUNIT_EXPECT_EQ(test, f.sample_ttl, USUAL_TTL);
	KUNIT_EXPECT_TRUE(test, f.sample_df);
	KUNIT_EXPECT_EQ(test, f.id, 100);
	KUNIT_EXPECT_EQ(test, f.id_segs, 9u);
	KUNIT_EXPECT_EQ(test, f.id_steps, 1);
	KUNIT_EXPECT_FALSE_MSG(test, f.has_syn, "it is no SYN");
}

static void a_ttl_that_is_two_away_is_a_sign(struct kunit *test)
{
	static const struct {
		u8 usual;
		u8 ttl;
		bool sign;
	} rows[] = {
		{ 57, 57, false }, { 57, 58, false }, { 57, 56, false },
		{ 57, 59, true }, { 57, 55, true }, { 57, 255, true }, { 57, 0, true },
		{ 255, 254, false }, { 255, 253, true }, { 255, 0, true }, { 255, 1, true },
		{ 0, 1, false }, { 0, 2, true }, { 0, 255, true }, { 1, 255, true },
	};
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 0);
	struct tcpwhy_flow f = given_two(100);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f.sample_ttl = rows[i].usual;
		rst.ttl = rows[i].ttl;
		KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 10), rows[i].sign ? TCPWHY_SIGN_TTL : 0,
				    "TTL %u, usually %u", rows[i].ttl, rows[i].usual);
	}
}

/* A route may change; then there is nothing to compare with until two agree again. */
static void one_packet_is_nothing_to_compare_with(struct kunit *test)
{
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 9999), p;
	struct tcpwhy_flow f = { };
	u16 expected = 77;

	rst.ttl = 200;
	rst.df = false;
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_reset_signs(&f, &rst, 10, &expected), 0);
	KUNIT_EXPECT_EQ(test, expected, 0);
	sample(&f, 99, 8);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 10), 0);
	sample(&f, 100, 9);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 10), TCPWHY_SIGN_TTL | TCPWHY_SIGN_IP_ID);
	p = given_packet(TCPWHY_ACK, 101);
	p.ttl = USUAL_TTL + 1;
	note_sample(&f, &p, 10, 0);
	KUNIT_EXPECT_EQ_MSG(test, f.samples, 1, "another TTL");
	KUNIT_EXPECT_EQ(test, f.id_steps, 0);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 11), 0);
	p.id = 102;
	note_sample(&f, &p, 11, 0);
	KUNIT_EXPECT_EQ(test, f.sample_ttl, USUAL_TTL + 1);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 12), TCPWHY_SIGN_TTL | TCPWHY_SIGN_IP_ID);
}

static void an_id_that_counts_or_stays_is_a_step(struct kunit *test)
{
	static const struct {
		const char *what;
		u16 first;
		u16 second;
		u32 segs; /* received from the first on */
		bool step;
	} rows[] = {
		{ "stays", 100, 100, 1, true },
		{ "counts", 100, 101, 1, true },
		{ "counts what GRO put together", 100, 103, 3, true },
		{ "counts packets, not segments", 100, 101, 3, false },
		{ "jumps", 100, 102, 1, false },
		{ "goes back", 100, 99, 1, false },
		{ "counts at its wrap", 0xffff, 0, 1, true },
		{ "GRO at its wrap", 0xfffe, 1, 3, true },
		{ "counts round and round", 100, 101, 0x10001, true },
		{ "a copy", 100, 100, 0, true },
		{ "random", 0x1234, 0xabcd, 1, false },
	};
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = (struct tcpwhy_flow){ };
		/* Whatever else was received, as its number wraps. */
		sample(&f, rows[i].first, U32_MAX);
		sample(&f, rows[i].second, U32_MAX + rows[i].segs);
		KUNIT_EXPECT_EQ_MSG(test, f.id_steps, rows[i].step, "%s", rows[i].what);
	}
}

static void a_broken_step_takes_the_others_back(struct kunit *test)
{
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 30000);
	struct tcpwhy_flow f = given_two(100);

	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 10), TCPWHY_SIGN_IP_ID);
	sample(&f, 7777, 10);
	KUNIT_EXPECT_EQ(test, f.id_steps, 0);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 11), 0);
	sample(&f, 7778, 11);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 12), TCPWHY_SIGN_IP_ID);
}

/* From 64 behind the last to 64 and a quarter beyond what was received since. */
static void an_id_out_of_step_is_a_sign(struct kunit *test)
{
	static const u32 segs[] = { 1, 2, 3, 4, 400, 20000, 0x7fff };
	/* ID of the last packet: also where it wraps */
	static const u16 last[] = { 100, 30000, 0xffff, 0xffc0 };
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 0);
	struct tcpwhy_flow f;
	u32 i, k, beyond;
	u16 expected;

	for (i = 0; i < ARRAY_SIZE(segs); i++) {
		for (k = 0; k < ARRAY_SIZE(last); k++) {
			f = given_two(last[k]);
			beyond = segs[i] + segs[i] / 4 + SLACK;
			rst.id = last[k] - SLACK;
			KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 9 + segs[i]), 0,
					    "%u segments from ID %u, behind", segs[i], last[k]);
			rst.id--;
			KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 9 + segs[i]), TCPWHY_SIGN_IP_ID,
					    "%u segments from ID %u, too far behind", segs[i],
					    last[k]);
			rst.id = last[k] + beyond;
			KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 9 + segs[i]), 0,
					    "%u segments from ID %u, beyond", segs[i], last[k]);
			rst.id++;
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_flow_reset_signs(&f, &rst, 9 + segs[i],
									  &expected),
					    TCPWHY_SIGN_IP_ID,
					    "%u segments from ID %u, too far beyond", segs[i],
					    last[k]);
			KUNIT_EXPECT_EQ(test, expected, (u16)(last[k] + segs[i]));
		}
	}
}

static void what_ids_cannot_tell_is_no_sign(struct kunit *test)
{
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 30000);
	struct tcpwhy_flow f = given_two(100);
	u16 expected;

	rst.id = 60000;
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 9 + 0x7fff), TCPWHY_SIGN_IP_ID);
	KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 9 + 0x8000), 0, "half way round");
	KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 8), 0, "fewer segments than there were");
	rst.id = 0;
	KUNIT_EXPECT_EQ_MSG(test, tcpwhy_flow_reset_signs(&f, &rst, 10, &expected), 0,
			    "a Linux without a socket");
	KUNIT_EXPECT_EQ(test, expected, 0);
	rst.id = 30000;
	f.id_steps = 0;
	KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 10), 0, "a peer whose IDs are random");
	f = given_two(100);
	rst.has_id = false;
	rst.df = false;
	KUNIT_EXPECT_EQ_MSG(test, tcpwhy_flow_reset_signs(&f, &rst, 10, &expected), 0, "IPv6");
	KUNIT_EXPECT_EQ(test, expected, 0);
}

static void df_is_a_sign_where_all_packets_had_it(struct kunit *test)
{
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 0), p;
	struct tcpwhy_flow f = given_two(100);
	u16 expected;

	rst.df = false;
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_reset_signs(&f, &rst, 10, &expected), TCPWHY_SIGN_IP_ID);
	KUNIT_EXPECT_EQ_MSG(test, expected, 0, "the ID itself says nothing");
	f.id_steps = 0;
	KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 10), TCPWHY_SIGN_IP_ID, "whatever the IDs");
	p = given_packet(TCPWHY_ACK, 101);
	p.df = false;
	note_sample(&f, &p, 10, 0);
	KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 11), 0, "the peer clears it as well");
	sample(&f, 102, 11);
	KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 12), 0, "and sets it again");
	f = given_two(100);
	f.sample_df = false;
	rst.df = true;
	KUNIT_EXPECT_EQ_MSG(test, signs(&f, &rst, 10), 0, "more than the peer does");
}

static void each_sign_stands_alone(struct kunit *test)
{
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 30000);
	struct tcpwhy_flow f = given_two(100);
	u16 expected;

	rst.ttl = USUAL_TTL + 10;
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_reset_signs(&f, &rst, 12, &expected),
			TCPWHY_SIGN_TTL | TCPWHY_SIGN_IP_ID);
	KUNIT_EXPECT_EQ(test, expected, 103);
	rst.id = 103;
	KUNIT_EXPECT_EQ(test, tcpwhy_flow_reset_signs(&f, &rst, 12, &expected), TCPWHY_SIGN_TTL);
	KUNIT_EXPECT_EQ(test, expected, 103);
}

/* SYN and SYN-ACK begin another connection of the same addresses and ports. */
static void a_new_connection_is_compared_with_itself(struct kunit *test)
{
	static const u8 flags[] = { TCPWHY_SYN, TCPWHY_SYN | TCPWHY_ACK };
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 30000);
	struct tcpwhy_packet p;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		f = given_two(100);
		f.died_in = TCPWHY_ESTABLISHED;
		f.died_of = TCPWHY_CAUSE_PEER_ABORTED;
		f.signs = TCPWHY_SIGN_TTL;
		f.sample_df = false;
		p = given_packet(flags[i], 101);
		note_sample(&f, &p, 0, 5 * NS_PER_MS);
		KUNIT_EXPECT_EQ(test, f.samples, 1);
		KUNIT_EXPECT_EQ(test, f.id_steps, 0);
		KUNIT_EXPECT_TRUE(test, f.sample_df);
		KUNIT_EXPECT_EQ(test, f.died_in, 0);
		KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_NONE);
		KUNIT_EXPECT_EQ(test, f.signs, 0);
		KUNIT_EXPECT_EQ(test, signs(&f, &rst, 1), 0);
	}
	/* Nor is anything left of a predecessor whose successor's SYN was not seen. */
	f = given_two(100);
	f.died_in = TCPWHY_ESTABLISHED;
	f.died_of = TCPWHY_CAUSE_PEER_ABORTED;
	sample(&f, 101, 10);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, f.samples, 1);
	f = given_two(100);
	f.id_segs = 10;
	sample(&f, 101, 9);
	KUNIT_EXPECT_EQ(test, f.samples, 1);
}

static void a_syn_that_is_let_in_is_the_first_sample(struct kunit *test)
{
	struct tcpwhy_packet syn = given_packet(TCPWHY_SYN, 99);
	struct tcpwhy_packet rst = given_packet(TCPWHY_RST, 30000);
	struct tcpwhy_flow f = given_two(5000);

	tcpwhy_flow_note_syn(&f, &syn, 0);
	KUNIT_EXPECT_EQ(test, f.samples, 1);
	KUNIT_EXPECT_EQ(test, f.id, 99);
	KUNIT_EXPECT_EQ(test, f.id_segs, 0u);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 1), 0);
	sample(&f, 100, 1);
	KUNIT_EXPECT_EQ(test, f.id_steps, 1);
	KUNIT_EXPECT_EQ(test, signs(&f, &rst, 2), TCPWHY_SIGN_IP_ID);
}

/* A firewall's RST is announced before the SYN of the request that it is for is noted. */
static void a_rst_on_its_way_outlasts_the_syn(struct kunit *test)
{
	struct tcpwhy_packet syn = given_packet(TCPWHY_SYN, 99);
	struct tcpwhy_flow f = { .died_of = TCPWHY_CAUSE_RST_FIREWALL, .died_ms = 7 };

	tcpwhy_flow_note_syn(&f, &syn, 0);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_FIREWALL);
	KUNIT_EXPECT_EQ(test, f.died_ms, 7u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_sample_is_remembered),
	KUNIT_CASE(a_ttl_that_is_two_away_is_a_sign),
	KUNIT_CASE(one_packet_is_nothing_to_compare_with),
	KUNIT_CASE(an_id_that_counts_or_stays_is_a_step),
	KUNIT_CASE(a_broken_step_takes_the_others_back),
	KUNIT_CASE(an_id_out_of_step_is_a_sign),
	KUNIT_CASE(what_ids_cannot_tell_is_no_sign),
	KUNIT_CASE(df_is_a_sign_where_all_packets_had_it),
	KUNIT_CASE(each_sign_stands_alone),
	KUNIT_CASE(a_new_connection_is_compared_with_itself),
	KUNIT_CASE(a_syn_that_is_let_in_is_the_first_sample),
	KUNIT_CASE(a_rst_on_its_way_outlasts_the_syn),
	{ }
};

static struct kunit_suite tcpwhy_flow_signs_suite = {
	.name = "tcpwhy-flow-signs",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_flow_signs_suite);
