// SPDX-License-Identifier: GPL-2.0
/* Bytes to values: whole packets, and what is left of them when they are cut. */
#include "given.h"

static void given_v4_syn(struct given_bytes *g)
{
	g->len = 0;
	put_ipv4(g, 6, 8);
	put_tcp(g, TCPWHY_SYN, LINUX_SYN_OPTIONS);
	put_linux_syn_options(g);
}

/* Hop-by-hop, routing, atomic fragment, authentication (12 bytes of ICV), destination options */
static void given_v6_syn(struct given_bytes *g)
{
	g->len = 0;
	put_ipv6(g, 0);
	put32(g, 43u << 24);
	put32(g, 0);
	put32(g, 44u << 24 | 1 << 16);
	put_many(g, 0, 12);
	put32(g, 51u << 24);
	put32(g, 0xabcdef01);
	put32(g, 60u << 24 | 4 << 16);
	put_many(g, 0, 20);
	put32(g, 6u << 24);
	put32(g, 0);
	put_tcp(g, TCPWHY_SYN, LINUX_SYN_OPTIONS);
	put_linux_syn_options(g);
}

static void expect_linux_syn(struct kunit *test, const struct tcpwhy_packet *p)
{
	KUNIT_EXPECT_EQ(test, p->sport, 40001);
	KUNIT_EXPECT_EQ(test, p->dport, 443);
	KUNIT_EXPECT_EQ(test, p->seq, 0x01020304u);
	KUNIT_EXPECT_EQ(test, p->end_seq, 0x01020305u);
	KUNIT_EXPECT_EQ(test, p->ack, 0x05060708u);
	KUNIT_EXPECT_EQ(test, p->window, 0xfaf0);
	KUNIT_EXPECT_EQ(test, p->flags, TCPWHY_SYN);
	KUNIT_EXPECT_TRUE(test, p->has_mss);
	KUNIT_EXPECT_EQ(test, p->mss, 1460);
	KUNIT_EXPECT_TRUE(test, p->has_wscale);
	KUNIT_EXPECT_EQ(test, p->wscale, 7);
	KUNIT_EXPECT_TRUE(test, p->has_ts);
	KUNIT_EXPECT_EQ(test, p->tsval, 0x11223344u);
	KUNIT_EXPECT_EQ(test, p->tsecr, 0x55667788u);
}

static void every_field_of_an_ipv4_segment_is_read(struct kunit *test)
{
	static const u8 saddr[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	static const u8 daddr[16] = { [10] = 0xff, 0xff, 198, 51, 100, 2 };
	struct tcpwhy_packet p;
	struct given_bytes g;

	given_v4_syn(&g);
	KUNIT_ASSERT_EQ(test, parse(test, &p, &g), TCPWHY_PARSE_OK);
	expect_linux_syn(test, &p);
	KUNIT_EXPECT_EQ(test, memcmp(p.saddr.b, saddr, 16), 0);
	KUNIT_EXPECT_EQ(test, memcmp(p.daddr.b, daddr, 16), 0);
	KUNIT_EXPECT_EQ(test, p.ttl, 57);
	KUNIT_EXPECT_EQ(test, p.tcp_at, 28);
	KUNIT_EXPECT_EQ(test, p.header_len, g.len);
	KUNIT_EXPECT_TRUE(test, p.has_id);
	KUNIT_EXPECT_EQ(test, p.id, 0x1234);
	KUNIT_EXPECT_TRUE(test, p.df);
	/* The other two flags and the offset are not DF. */
	g.b[6] = 0x80;
	KUNIT_ASSERT_EQ(test, parse(test, &p, &g), TCPWHY_PARSE_OK);
	KUNIT_EXPECT_FALSE(test, p.df);
}

static void every_field_of_an_ipv6_segment_is_read(struct kunit *test)
{
	static const u8 saddr[16] = { 0x20, 0x01, 0x0d, 0xb8, [13] = 1, [15] = 1 };
	static const u8 daddr[16] = { 0x20, 0x01, 0x0d, 0xb8, [13] = 2, [15] = 2 };
	struct tcpwhy_packet p;
	struct given_bytes g;

	given_v6_syn(&g);
	KUNIT_ASSERT_EQ(test, parse(test, &p, &g), TCPWHY_PARSE_OK);
	expect_linux_syn(test, &p);
	KUNIT_EXPECT_EQ(test, memcmp(p.saddr.b, saddr, 16), 0);
	KUNIT_EXPECT_EQ(test, memcmp(p.daddr.b, daddr, 16), 0);
	KUNIT_EXPECT_EQ(test, p.ttl, 58);
	KUNIT_EXPECT_EQ(test, p.tcp_at, 40 + 8 + 16 + 8 + 24 + 8);
	KUNIT_EXPECT_EQ(test, p.header_len, g.len);
	/* Nor is the ID of its fragment header one that counts packets. */
	KUNIT_EXPECT_FALSE(test, p.has_id);
	KUNIT_EXPECT_FALSE(test, p.df);
	KUNIT_EXPECT_EQ(test, p.id, 0);
}

/* Every length of capture and every length of the packet itself, of one valid packet. */
static void cut_everywhere(struct kunit *test, const struct given_bytes *g, const char *family)
{
	enum tcpwhy_parse got, expected;
	struct tcpwhy_packet p;
	u32 n;

	for (n = 0; n <= g->len; n++) {
		expected = n < g->len ? TCPWHY_PARSE_TRUNCATED : TCPWHY_PARSE_OK;
		got = parse_captured(test, &p, g->b, n, g->len + 1000);
		KUNIT_EXPECT_EQ_MSG(test, got, expected, "%s, %u of %u header bytes captured",
				    family, n, g->len);
		got = parse_captured(test, &p, g->b, n, n);
		KUNIT_EXPECT_EQ_MSG(test, got == TCPWHY_PARSE_OK, n == g->len,
				    "%s, packet of %u bytes, all captured: %d", family, n, got);
		if (n == g->len)
			break;
		got = parse_captured(test, &p, g->b, g->len, n);
		KUNIT_EXPECT_EQ_MSG(test, got, TCPWHY_PARSE_MALFORMED,
				    "%s, headers of %u bytes in a packet of %u", family, g->len, n);
	}
}

static void headers_that_are_cut_are_never_ok(struct kunit *test)
{
	struct given_bytes g;

	given_v4_syn(&g);
	cut_everywhere(test, &g, "IPv4");
	given_v6_syn(&g);
	cut_everywhere(test, &g, "IPv6");
}

/* What cannot be seen whole is not judged: neither as another protocol nor as a fragment. */
static void an_ip_header_that_is_cut_is_only_that(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g = { };
	u32 n;

	put_ipv4(&g, 17, 40);
	for (n = 0; n <= g.len; n++)
		KUNIT_EXPECT_EQ_MSG(test, parse_captured(test, &p, g.b, n, g.len),
				    n < g.len ? TCPWHY_PARSE_TRUNCATED : TCPWHY_PARSE_NOT_TCP,
				    "%u of %u bytes of UDP's IPv4 header", n, g.len);
	g.b[6] = 0x20;
	for (n = 0; n <= g.len; n++)
		KUNIT_EXPECT_EQ_MSG(test, parse_captured(test, &p, g.b, n, g.len),
				    n < g.len ? TCPWHY_PARSE_TRUNCATED : TCPWHY_PARSE_FRAGMENT,
				    "%u of %u bytes of a fragment's IPv4 header", n, g.len);
	g.len = 0;
	put_ipv6(&g, 17);
	for (n = 0; n <= g.len; n++)
		KUNIT_EXPECT_EQ_MSG(test, parse_captured(test, &p, g.b, n, g.len),
				    n < g.len ? TCPWHY_PARSE_TRUNCATED : TCPWHY_PARSE_NOT_TCP,
				    "%u of %u bytes of UDP's IPv6 header", n, g.len);
}

static void every_length_of_ip_and_tcp_options_is_cut(struct kunit *test)
{
	struct given_bytes g;
	u32 ip, tcp;

	for (ip = 0; ip <= 40; ip += 4) {
		for (tcp = 0; tcp <= 40; tcp += 4) {
			g.len = 0;
			put_ipv4(&g, 6, ip);
			put_tcp(&g, TCPWHY_ACK, tcp);
			put_many(&g, 1, tcp);
			cut_everywhere(test, &g, "IPv4 with options");
		}
	}
}

static void tcp_part_alone_is_parsed_where_it_is(struct kunit *test)
{
	struct tcpwhy_packet p = { .ttl = 9 };
	struct given_bytes g = { };
	enum tcpwhy_parse got;
	u8 *exact;
	u32 n;

	put_tcp(&g, TCPWHY_SYN, LINUX_SYN_OPTIONS);
	put_linux_syn_options(&g);
	for (n = 0; n <= g.len; n++) {
		exact = kmalloc(n, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, exact);
		memcpy(exact, g.b, n);
		got = tcpwhy_packet_parse_tcp(&p, exact, n, g.len + 5);
		kfree(exact);
		KUNIT_EXPECT_EQ_MSG(test, got, n < g.len ? TCPWHY_PARSE_TRUNCATED : TCPWHY_PARSE_OK,
				    "%u bytes captured", n);
	}
	KUNIT_EXPECT_EQ(test, p.end_seq, 0x01020304u + 5 + 1);
	KUNIT_EXPECT_EQ(test, p.header_len, 40);
	KUNIT_EXPECT_EQ_MSG(test, p.ttl, 9, "what the caller knows stays");
}

static void payload_beyond_the_capture_counts_in_end_seq(struct kunit *test)
{
	/* Ethernet, loopback, GRO, big TCP */
	static const u32 payload[] = { 0, 1, 1448, 65483, 65536, 524288, 0x7fffffff };
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(payload); i++) {
		g.len = 0;
		put_ipv6(&g, 6);
		put_tcp(&g, TCPWHY_ACK, 0);
		KUNIT_ASSERT_EQ(test, parse_captured(test, &p, g.b, g.len, g.len + payload[i]),
				TCPWHY_PARSE_OK);
		KUNIT_EXPECT_EQ_MSG(test, p.end_seq - p.seq, payload[i], "of %u bytes", payload[i]);
	}
}

static void syn_and_fin_take_a_sequence_number_each(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 flags, expected;

	for (flags = 0; flags < 256; flags++) {
		g.len = 0;
		put_ipv4(&g, 6, 0);
		put_tcp(&g, flags, 0);
		put_many(&g, 'x', 3);
		expected = 3 + (flags & 1) + (flags >> 1 & 1);
		KUNIT_ASSERT_EQ(test, parse(test, &p, &g), TCPWHY_PARSE_OK);
		KUNIT_EXPECT_EQ(test, p.flags, flags);
		KUNIT_EXPECT_EQ_MSG(test, p.end_seq - p.seq, expected, "with flags 0x%x", flags);
	}
}

static void end_seq_wraps(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g = { };

	put_ipv4(&g, 6, 0);
	put_tcp(&g, TCPWHY_FIN | TCPWHY_ACK, 0);
	memset(g.b + 24, 0xff, 4); /* seq 2^32 - 1 */
	put_many(&g, 'x', 10);
	KUNIT_ASSERT_EQ(test, parse(test, &p, &g), TCPWHY_PARSE_OK);
	KUNIT_EXPECT_EQ(test, p.seq, 0xffffffffu);
	KUNIT_EXPECT_EQ(test, p.end_seq, 10u);
	KUNIT_EXPECT_TRUE(test, tcpwhy_after(p.end_seq, p.seq));
}

static void header_lengths_below_the_least_are_malformed(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 words;

	for (words = 0; words < 5; words++) {
		given_v4_syn(&g);
		g.b[28 + 12] = words << 4;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_MALFORMED,
				    "data offset %u", words);
		KUNIT_EXPECT_EQ_MSG(test, parse_captured(test, &p, g.b, 28 + 19, g.len),
				    TCPWHY_PARSE_TRUNCATED, "data offset %u, cut", words);
		given_v4_syn(&g);
		g.b[0] = 0x40 | words;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_MALFORMED,
				    "IP header length %u", words);
		KUNIT_EXPECT_EQ_MSG(test, parse_captured(test, &p, g.b, 19, g.len),
				    TCPWHY_PARSE_TRUNCATED, "IP header length %u, cut", words);
	}
}

static void versions_but_4_and_6_are_malformed(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 version;

	for (version = 0; version < 16; version++) {
		if (version == 4 || version == 6)
			continue;
		given_v4_syn(&g);
		g.b[0] = version << 4 | 5;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), TCPWHY_PARSE_MALFORMED,
				    "IP version %u", version);
	}
}

static void other_protocols_are_not_tcp(struct kunit *test)
{
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 protocol;

	for (protocol = 0; protocol < 256; protocol++) {
		given_v4_syn(&g);
		g.b[9] = protocol;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g),
				    protocol == 6 ? TCPWHY_PARSE_OK : TCPWHY_PARSE_NOT_TCP,
				    "IPv4 protocol %u", protocol);
		KUNIT_EXPECT_TRUE(test, tcpwhy_addr_is_v4(&p.saddr));
	}
}

static void ipv4_fragments_are_told_by_offset_or_more_flag(struct kunit *test)
{
	static const struct {
		u16 field;
		enum tcpwhy_parse expected;
	} rows[] = {
		{ 0x0000, TCPWHY_PARSE_OK },
		{ 0x4000, TCPWHY_PARSE_OK }, /* DF */
		{ 0x8000, TCPWHY_PARSE_OK }, /* reserved, or "evil" */
		{ 0x2000, TCPWHY_PARSE_FRAGMENT },
		{ 0x6000, TCPWHY_PARSE_FRAGMENT },
		{ 0x0001, TCPWHY_PARSE_FRAGMENT },
		{ 0x1000, TCPWHY_PARSE_FRAGMENT },
		{ 0x1fff, TCPWHY_PARSE_FRAGMENT },
		{ 0xffff, TCPWHY_PARSE_FRAGMENT },
	};
	struct tcpwhy_packet p;
	struct given_bytes g;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		given_v4_syn(&g);
		g.b[6] = rows[i].field >> 8;
		g.b[7] = rows[i].field & 0xff;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, &p, &g), rows[i].expected,
				    "fragment field 0x%x", rows[i].field);
		KUNIT_EXPECT_EQ_MSG(test, p.saddr.b[12], 192,
				    "addresses are filled in all the same");
	}
}

static void random_bytes_keep_the_promises(struct kunit *test)
{
	u32 round, i, captured, wire_len, random = 2463534242u;
	struct tcpwhy_packet p;
	struct given_bytes g;

	for (round = 0; round < 20000; round++) {
		if (round & 1)
			given_v4_syn(&g);
		else
			given_v6_syn(&g);
		for (i = next_random(&random) % 6; i; i--)
			g.b[next_random(&random) % g.len] = next_random(&random) >> 8;
		captured = next_random(&random) % (g.len + 1);
		wire_len = captured + (next_random(&random) & 3) * (next_random(&random) % 70000);
		if (parse_captured(test, &p, g.b, captured, wire_len) != TCPWHY_PARSE_OK)
			continue;
		KUNIT_ASSERT_LE_MSG(test, p.header_len, captured, "round %u", round);
		KUNIT_ASSERT_LE_MSG(test, p.tcp_at + 20, (int)p.header_len, "round %u", round);
		KUNIT_ASSERT_LE_MSG(test, p.end_seq - p.seq, wire_len - p.header_len + 2,
				    "round %u", round);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_field_of_an_ipv4_segment_is_read),
	KUNIT_CASE(every_field_of_an_ipv6_segment_is_read),
	KUNIT_CASE(headers_that_are_cut_are_never_ok),
	KUNIT_CASE(an_ip_header_that_is_cut_is_only_that),
	KUNIT_CASE(every_length_of_ip_and_tcp_options_is_cut),
	KUNIT_CASE(tcp_part_alone_is_parsed_where_it_is),
	KUNIT_CASE(payload_beyond_the_capture_counts_in_end_seq),
	KUNIT_CASE(syn_and_fin_take_a_sequence_number_each),
	KUNIT_CASE(end_seq_wraps),
	KUNIT_CASE(header_lengths_below_the_least_are_malformed),
	KUNIT_CASE(versions_but_4_and_6_are_malformed),
	KUNIT_CASE(other_protocols_are_not_tcp),
	KUNIT_CASE(ipv4_fragments_are_told_by_offset_or_more_flag),
	KUNIT_CASE(random_bytes_keep_the_promises),
	{ }
};

static struct kunit_suite tcpwhy_packet_suite = { .name = "tcpwhy-packet", .test_cases = cases };

kunit_test_suite(tcpwhy_packet_suite);
