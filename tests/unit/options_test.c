// SPDX-License-Identifier: GPL-2.0
/* TCP options: which are believed, and the hash of their order. */
#include "given.h"

struct options {
	const char *what;
	u8 b[40];
	u32 len; /* a multiple of 4 */
};

static struct tcpwhy_packet parsed(struct kunit *test, const struct options *o)
{
	struct tcpwhy_packet p;
	struct given_bytes g = { };

	put_ipv4(&g, 6, 0);
	put_tcp(&g, TCPWHY_SYN, o->len);
	memcpy(g.b + g.len, o->b, o->len);
	g.len += o->len;
	KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_OK, "%s", o->what);
	return p;
}

static void expect(struct kunit *test, const struct options *o, int mss, int wscale, s64 tsval)
{
	struct tcpwhy_packet p = parsed(test, o);

	KUNIT_EXPECT_EQ_MSG(test, p.has_mss ? p.mss : -1, mss, "MSS: %s", o->what);
	KUNIT_EXPECT_EQ_MSG(test, p.has_wscale ? p.wscale : -1, wscale, "window scale: %s",
			    o->what);
	KUNIT_EXPECT_EQ_MSG(test, p.has_ts ? (s64)p.tsval : (s64)-1, tsval, "timestamp: %s",
			    o->what);
	KUNIT_EXPECT_EQ_MSG(test, p.has_mss || !p.mss, true, "no MSS is 0: %s", o->what);
}

static void absent_options_are_absent(struct kunit *test)
{
	static const struct options rows[] = {
		{ "none at all" },
		{ "NOPs only", { 1, 1, 1, 1 }, 4 },
		{ "end at once, then an MSS", { 0, 2, 4, 5, 0xb4, 0, 0, 0 }, 8 },
		{ "unknown kinds", { 254, 4, 1, 2, 30, 4, 0, 0 }, 8 },
		{ "SACK permitted", { 4, 2, 0, 0 }, 4 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		expect(test, &rows[i], -1, -1, -1);
}

static void options_are_read_wherever_they_stand(struct kunit *test)
{
	static const struct options rows[] = {
		{ "MSS, window scale, NOPs, timestamp",
		  { 2, 4, 1, 2, 3, 3, 9, 1, 1, 8, 10, 0x80, 0, 0, 1, 9, 9, 9, 9, 0 }, 20 },
		{ "timestamp last, to the last byte",
		  { 3, 3, 9, 2, 4, 1, 2, 1, 1, 1, 8, 10, 0x80, 0, 0, 1, 9, 9, 9, 9 }, 20 },
		{ "unknown kinds between them",
		  { 254, 3, 7, 8, 10, 0x80, 0, 0, 1, 9, 9, 9, 9, 2, 4, 1, 2, 99, 2, 3, 3, 9 }, 24 },
		{ "all 40 bytes",
		  { [0 ... 22] = 1, 8, 10, 0x80, 0, 0, 1, 9, 9, 9, 9, 2, 4, 1, 2, 3, 3, 9 }, 40 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		expect(test, &rows[i], 0x102, 9, 0x80000001);
}

static void the_last_of_a_kind_counts(struct kunit *test)
{
	static const struct options o = {
		"each twice",
		{ 2, 4, 0, 1, 3, 3, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1,
		  2, 4, 0, 2, 3, 3, 2, 8, 10, 0, 0, 0, 2, 0, 0, 0, 2, 1, 1 }, 36
	};

	expect(test, &o, 2, 2, 2);
}

static void a_known_kind_of_a_wrong_size_is_ignored(struct kunit *test)
{
	static const struct options rows[] = {
		{ "MSS of 3 and of 5", { 2, 3, 9, 2, 5, 9, 9, 9 }, 8 },
		{ "window scale of 2 and of 4", { 3, 2, 3, 4, 9, 9, 1, 1 }, 8 },
		{ "timestamp of 9 and of 11",
		  { 8, 9, 9, 9, 9, 9, 9, 9, 9, 8, 11, 9, 9, 9, 9, 9, 9, 9, 9, 9 }, 20 },
		{ "each of 2", { 2, 2, 3, 2, 8, 2, 1, 1 }, 8 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		expect(test, &rows[i], -1, -1, -1);
}

static void a_bad_length_stops_the_reading(struct kunit *test)
{
	static const struct options rows[] = {
		{ "length 0", { 3, 3, 5, 77, 0, 2, 4, 5, 0xb4, 1, 1, 1 }, 12 },
		{ "length 1", { 3, 3, 5, 77, 1, 2, 4, 5, 0xb4, 1, 1, 1 }, 12 },
		{ "one byte too long", { 3, 3, 5, 77, 10, 2, 4, 5, 0xb4, 1, 1, 1 }, 12 },
		{ "255", { 3, 3, 5, 77, 255, 2, 4, 5, 0xb4, 1, 1, 1 }, 12 },
		{ "MSS cut by the header's end", { 3, 3, 5, 1, 1, 2, 4, 5 }, 8 },
		{ "kind without a length", { 3, 3, 5, 1, 1, 1, 1, 2 }, 8 },
		{ "timestamp that misses a byte", { 3, 3, 5, 8, 10, 1, 1, 1, 1, 1, 1, 1 }, 12 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		expect(test, &rows[i], -1, 5, -1);
}

static void a_length_up_to_the_last_byte_is_good(struct kunit *test)
{
	static const struct options o = {
		"unknown kind of 9", { 3, 3, 5, 77, 9, 2, 4, 5, 0xb4, 1, 1, 1 }, 12
	};

	expect(test, &o, -1, 5, -1);
}

static void order_and_kinds_make_the_hash(struct kunit *test)
{
	static const struct options rows[] = {
		{ "none" },
		{ "Linux", { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7 }, 20 },
		{ "no timestamps", { 2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7 }, 12 },
		{ "Windows", { 2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2 }, 12 },
		{ "macOS",
		  { 2, 4, 5, 0xb4, 1, 3, 3, 6, 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 4, 2 }, 24 },
		{ "MSS", { 2, 4, 5, 0xb4 }, 4 },
		{ "MSS, NOPs", { 2, 4, 5, 0xb4, 1, 1, 1, 1 }, 8 },
		{ "NOPs, MSS", { 1, 1, 1, 1, 2, 4, 5, 0xb4 }, 8 },
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE_MSG(test, parsed(test, &rows[i]).options,
					    parsed(test, &rows[j]).options, "%s and %s",
					    rows[i].what, rows[j].what);
}

static void values_and_padding_do_not_change_the_hash(struct kunit *test)
{
	static const struct options one = {
		"one", { 2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 7, 0, 0, 0 }, 20
	};
	static const struct options other = {
		"other", { 2, 4, 1, 1, 8, 10, 9, 9, 9, 9, 9, 9, 9, 9, 3, 3, 1, 0, 7, 7, 7, 7 }, 24
	};

	KUNIT_EXPECT_EQ(test, parsed(test, &one).options, parsed(test, &other).options);
}

/* The usual layouts have a way of their own; what ends with an EOL goes the long way. */
static void the_usual_layouts_are_read_as_all_others(struct kunit *test)
{
	static const struct options rows[] = {
		{ "a segment of Linux",
		  { 1, 1, 8, 10, 0x80, 1, 2, 3, 0x90, 5, 6, 7 }, 12 },
		{ "a SYN of Linux",
		  { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0x80, 1, 2, 3, 0x90, 5, 6, 7, 1, 3, 3, 7 }, 20 },
		{ "nearly so: window scale first",
		  { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0x80, 1, 2, 3, 0x90, 5, 6, 7, 3, 3, 7, 1 }, 20 },
		{ "nearly so: another size",
		  { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0x80, 1, 2, 3, 0x90, 5, 6, 7, 1, 3, 2, 7 }, 20 },
		{ "nearly so: no SACK",
		  { 2, 4, 5, 0xb4, 1, 1, 8, 10, 0x80, 1, 2, 3, 0x90, 5, 6, 7, 1, 3, 3, 7 }, 20 },
		{ "nearly so: one NOP and an EOL", { 1, 0, 8, 10, 0x80, 1, 2, 3, 0x90, 5, 6, 7 }, 12 },
	};
	struct tcpwhy_packet usual, other;
	struct options padded;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		padded = rows[i];
		padded.len += 4;
		usual = parsed(test, &rows[i]);
		other = parsed(test, &padded);
		KUNIT_EXPECT_EQ_MSG(test, usual.options, other.options, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, usual.has_ts, other.has_ts, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, usual.tsval, other.tsval, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, usual.tsecr, other.tsecr, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, usual.has_mss, other.has_mss, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, usual.mss, other.mss, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, usual.has_wscale, other.has_wscale, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, usual.wscale, other.wscale, "%s", rows[i].what);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(absent_options_are_absent),
	KUNIT_CASE(options_are_read_wherever_they_stand),
	KUNIT_CASE(the_last_of_a_kind_counts),
	KUNIT_CASE(a_known_kind_of_a_wrong_size_is_ignored),
	KUNIT_CASE(a_bad_length_stops_the_reading),
	KUNIT_CASE(a_length_up_to_the_last_byte_is_good),
	KUNIT_CASE(order_and_kinds_make_the_hash),
	KUNIT_CASE(values_and_padding_do_not_change_the_hash),
	KUNIT_CASE(the_usual_layouts_are_read_as_all_others),
	{ }
};

static struct kunit_suite tcpwhy_options_suite = { .name = "tcpwhy-options", .test_cases = cases };

kunit_test_suite(tcpwhy_options_suite);
