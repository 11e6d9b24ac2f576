// SPDX-License-Identifier: GPL-2.0
/* The walk over IPv6 extension headers to TCP. */
#include "given.h"

enum {
	HOPOPTS = 0,
	TCP = 6,
	ROUTING = 43,
	FRAGMENT = 44,
	AH = 51,
	DSTOPTS = 60,
};

/* Room for an extension header of any length (2048 bytes at most) and TCP. */
#define LONGEST	(40 + 2048 + 20)

/* An extension header of the least size: 8 bytes, of AH 12 */
static void put_least(struct given_bytes *g, u8 kind, u8 next)
{
	put8(g, next);
	put8(g, kind == AH ? 1 : 0);
	put_many(g, 0, kind == AH ? 10 : 6);
}

static void each_kind_is_walked(struct kunit *test)
{
	static const u8 kinds[] = { HOPOPTS, ROUTING, FRAGMENT, AH, DSTOPTS };
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		g.len = 0;
		put_ipv6(&g, kinds[i]);
		put_least(&g, kinds[i], TCP);
		put_tcp(&g, TCPWHY_ACK, 0);
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_OK, "kind %u",
				    kinds[i]);
		KUNIT_EXPECT_EQ_MSG(test, p.tcp_at, kinds[i] == AH ? 52 : 48, "kind %u", kinds[i]);
		KUNIT_EXPECT_EQ_MSG(test, p.dport, 443, "kind %u", kinds[i]);
	}
}

static void other_next_headers_are_not_tcp(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 next;

	for (next = 0; next < 256; next++) {
		if (next == HOPOPTS || next == TCP || next == ROUTING || next == FRAGMENT ||
		    next == AH || next == DSTOPTS)
			continue;
		g.len = 0;
		put_ipv6(&g, next);
		put_tcp(&g, TCPWHY_ACK, 0);
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_NOT_TCP,
				    "next header %u", next);
		KUNIT_EXPECT_EQ_MSG(test, p.saddr.b[0], 0x20,
				    "addresses are filled in all the same");
		g.len = 0;
		put_ipv6(&g, DSTOPTS);
		put_least(&g, DSTOPTS, next);
		put_tcp(&g, TCPWHY_ACK, 0);
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_NOT_TCP,
				    "next header %u of an extension header", next);
	}
}

/* One extension header of @kind with length field @field; TCP where it should be. */
static enum tcpwhy_parse with_length(struct kunit *test, struct tcpwhy_packet *p, u8 kind,
				     u8 field, u32 size, u32 captured)
{
	struct given_bytes head = { }, tcp = { };
	enum tcpwhy_parse got;
	u8 *bytes = kmalloc(LONGEST, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	memset(bytes, 0, LONGEST);
	put_ipv6(&head, kind);
	put8(&head, TCP);
	put8(&head, field);
	put_tcp(&tcp, TCPWHY_ACK, 0);
	memcpy(bytes, head.b, head.len);
	memcpy(bytes + 40 + size, tcp.b, tcp.len);
	got = parse_captured(test, p, bytes, captured, 40 + size + 20);
	kfree(bytes);
	return got;
}

static void every_length_field_leads_to_tcp(struct kunit *test)
{
	static const u8 kinds[] = { HOPOPTS, ROUTING, AH, DSTOPTS };
	struct tcpwhy_packet p;
	u32 i, field, size;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (field = 0; field < 256; field++) {
			/* RFC 8200: 8-byte units after the first; RFC 4302: 4-byte units less 2 */
			size = kinds[i] == AH ? 4 * (field + 2) : 8 * (field + 1);
			KUNIT_EXPECT_EQ_MSG(test, with_length(test, &p, kinds[i], field, size,
							      40 + size + 20),
					    TCPWHY_PARSE_OK, "kind %u, length field %u", kinds[i],
					    field);
			KUNIT_EXPECT_EQ_MSG(test, p.tcp_at, 40 + size, "kind %u, length field %u",
					    kinds[i], field);
			KUNIT_EXPECT_EQ_MSG(test, with_length(test, &p, kinds[i], field, size,
							      40 + size + 19),
					    TCPWHY_PARSE_TRUNCATED,
					    "kind %u, length field %u, a byte less", kinds[i],
					    field);
		}
	}
}

static void an_extension_header_that_leads_out_of_the_packet_is_malformed(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g = { };

	put_ipv6(&g, DSTOPTS);
	put8(&g, TCP);
	put8(&g, 255);
	put_many(&g, 0, 30);
	KUNIT_EXPECT_EQ(test, parse(test, &p, &g), TCPWHY_PARSE_MALFORMED);
	KUNIT_EXPECT_EQ_MSG(test, parse_captured(test, &p, g.b, g.len, 40 + 2048 + 20),
			    TCPWHY_PARSE_TRUNCATED,
			    "the packet is long enough, the capture is not");
}

static void only_fragments_without_offset_and_more_are_whole(struct kunit *test)
{
	static const struct {
		u16 field;
		enum tcpwhy_parse expected;
	} rows[] = {
		{ 0x0000, TCPWHY_PARSE_OK },
		{ 0x0002, TCPWHY_PARSE_OK }, /* reserved bits */
		{ 0x0006, TCPWHY_PARSE_OK },
		{ 0x0001, TCPWHY_PARSE_FRAGMENT }, /* the first of more */
		{ 0x0008, TCPWHY_PARSE_FRAGMENT }, /* the last */
		{ 0x0009, TCPWHY_PARSE_FRAGMENT },
		{ 0x8000, TCPWHY_PARSE_FRAGMENT },
		{ 0xfff8, TCPWHY_PARSE_FRAGMENT },
		{ 0xffff, TCPWHY_PARSE_FRAGMENT },
	};
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		g.len = 0;
		put_ipv6(&g, FRAGMENT);
		put32(&g, TCP << 24 | 255 << 16 | rows[i].field); /* reserved byte, not a length */
		put32(&g, 0x89abcdef);
		put_tcp(&g, TCPWHY_ACK, 0);
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), rows[i].expected,
				    "fragment field 0x%x", rows[i].field);
	}
}

static void eight_are_walked_and_nine_are_malformed(struct kunit *test)
{
	enum tcpwhy_parse expected;
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 count, i;

	for (count = 0; count < 20; count++) {
		g.len = 0;
		put_ipv6(&g, count ? DSTOPTS : TCP);
		for (i = 1; i <= count; i++)
			put_least(&g, DSTOPTS, i < count ? DSTOPTS : TCP);
		put_tcp(&g, TCPWHY_ACK, 0);
		expected = count <= 8 ? TCPWHY_PARSE_OK : TCPWHY_PARSE_MALFORMED;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), expected, "%u extension headers",
				    count);
	}
}

/* RFC 4942, 2.2: whoever sends it is no IPv4 peer. */
static void mapped_addresses_on_the_wire_are_malformed(struct kunit *test)
{
	static const u8 mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	static const u32 at[] = { 8, 24 };
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		g.len = 0;
		put_ipv6(&g, TCP);
		put_tcp(&g, TCPWHY_SYN, 0);
		memcpy(g.b + at[i], mapped, 16);
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_MALFORMED,
				    "address at byte %u", at[i]);
		g.b[at[i] + 9] = 1;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_OK,
				    "a bit off, at byte %u", at[i]);
	}
}

static void a_chain_that_never_ends_ends(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g = { };

	put_ipv6(&g, HOPOPTS);
	put_many(&g, 0, sizeof(g.b) - g.len);
	KUNIT_EXPECT_EQ(test, parse(test, &p, &g), TCPWHY_PARSE_MALFORMED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_kind_is_walked),
	KUNIT_CASE(other_next_headers_are_not_tcp),
	KUNIT_CASE(every_length_field_leads_to_tcp),
	KUNIT_CASE(an_extension_header_that_leads_out_of_the_packet_is_malformed),
	KUNIT_CASE(only_fragments_without_offset_and_more_are_whole),
	KUNIT_CASE(eight_are_walked_and_nine_are_malformed),
	KUNIT_CASE(mapped_addresses_on_the_wire_are_malformed),
	KUNIT_CASE(a_chain_that_never_ends_ends),
	{ }
};

static struct kunit_suite tcpwhy_extension_suite = {
	.name = "tcpwhy-extension",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_extension_suite);
