// SPDX-License-Identifier: GPL-2.0
/* Addresses, prefixes, and the circle of sequence numbers. */
#include "given.h"

static struct tcpwhy_addr v6(u32 a, u32 b, u32 c, u32 d)
{
	struct given_bytes g = { };
	struct tcpwhy_addr addr;

	put32(&g, a);
	put32(&g, b);
	put32(&g, c);
	put32(&g, d);
	tcpwhy_addr_from_v6(&addr, g.b);
	return addr;
}

static struct tcpwhy_addr v4(u32 a)
{
	struct given_bytes g = { };
	struct tcpwhy_addr addr;

	put32(&g, a);
	tcpwhy_addr_from_v4(&addr, g.b);
	return addr;
}

static void a_mapped_address_is_its_ipv4_address(struct kunit *test)
{
	struct tcpwhy_addr mapped = v6(0, 0, 0xffff, FIRST_V4), plain = v4(FIRST_V4);

	KUNIT_EXPECT_TRUE(test, tcpwhy_addr_equal(&mapped, &plain));
	KUNIT_EXPECT_TRUE(test, tcpwhy_addr_is_v4(&mapped));
}

static void what_only_resembles_a_mapped_address_is_ipv6(struct kunit *test)
{
	struct tcpwhy_addr a = v4(FIRST_V4);
	u32 bit;

	for (bit = 0; bit < 128; bit++) {
		a.b[bit / 8] ^= 0x80 >> bit % 8;
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_addr_is_v4(&a), bit >= 96, "bit %u differs", bit);
		a.b[bit / 8] ^= 0x80 >> bit % 8;
	}
	a = v6(0, 0, 0, FIRST_V4); /* IPv4-compatible, RFC 4291 2.5.5.1 */
	KUNIT_EXPECT_FALSE(test, tcpwhy_addr_is_v4(&a));
}

static void loopback_is_127_and_one(struct kunit *test)
{
	static const struct {
		u32 addr;
		bool expected;
	} rows[] = {
		{ 0x7f000001, true }, { 0x7f000000, true }, { 0x7fffffff, true },
		{ 0x7effffff, false }, { 0x80000000, false }, { 0x00000001, false },
		{ 0xff000001, false },
	};
	struct tcpwhy_addr a;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		a = v4(rows[i].addr);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_addr_is_loopback(&a), rows[i].expected, "%x",
				    rows[i].addr);
	}
	a = v6(0, 0, 0, 1);
	KUNIT_EXPECT_TRUE(test, tcpwhy_addr_is_loopback(&a));
	for (i = 0; i < 128; i++) {
		a.b[i / 8] ^= 0x80 >> i % 8;
		KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_addr_is_loopback(&a), "bit %u of ::1 changed",
				       i);
		a = v6(0, 0, 0, 1);
	}
}

static void one_bit_of_an_address_makes_another(struct kunit *test)
{
	struct tcpwhy_addr a = v6(0x20010db8, 1, 2, 3), b = a;
	u32 bit;

	KUNIT_EXPECT_TRUE(test, tcpwhy_addr_equal(&a, &b));
	for (bit = 0; bit < 128; bit++) {
		b.b[bit / 8] ^= 0x80 >> bit % 8;
		KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_addr_equal(&a, &b), "bit %u differs", bit);
		b = a;
	}
}

/* The network differs from the address in one bit: it matters if the prefix reaches it. */
static void a_prefix_compares_its_bits_and_no_others(struct kunit *test)
{
	struct tcpwhy_addr a = v6(0x20010db8, 0x5555aaaa, 0xffff0000, 0x12345678), net = a;
	u32 bits, bit;

	for (bits = 0; bits <= 128; bits++) {
		KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_addr_in_prefix(&a, &a, bits), "/%u of itself",
				      bits);
		for (bit = 0; bit < 128; bit++) {
			net.b[bit / 8] ^= 0x80 >> bit % 8;
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_addr_in_prefix(&a, &net, bits),
					    bit >= bits, "/%u, bit %u differs", bits, bit);
			net = a;
		}
	}
}

static void a_prefix_beyond_128_bits_is_the_whole_address(struct kunit *test)
{
	struct tcpwhy_addr a = v4(FIRST_V4), b = v4(FIRST_V4 + 1);
	u32 bits;

	for (bits = 128; bits < 256; bits++) {
		KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_addr_in_prefix(&a, &a, bits), "/%u", bits);
		KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_addr_in_prefix(&a, &b, bits), "/%u", bits);
	}
}

static void ipv4_prefixes_count_from_bit_96(struct kunit *test)
{
	static const struct {
		u32 addr, net;
		u8 bits;
		bool expected;
	} rows[] = {
		{ 0xc0000201, 0xc0000200, 24, true },
		{ 0xc00002ff, 0xc0000200, 24, true },
		{ 0xc0000301, 0xc0000200, 24, false },
		{ 0xc0000201, 0xc0000200, 32, false },
		{ 0xc0000201, 0xc0000201, 32, true },
		{ 0xc0000201, 0xc0000200, 31, true },
		{ 0xc0000202, 0xc0000200, 31, false },
		{ 0x0a000001, 0xc0000200, 0, true },
		{ 0x80000000, 0xffffffff, 1, true },
		{ 0x7fffffff, 0xffffffff, 1, false },
	};
	struct tcpwhy_addr global = v6(0x20010db8, 0, 0, 1), any = v4(0), a, net;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		a = v4(rows[i].addr);
		net = v4(rows[i].net);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_addr_in_prefix(&a, &net, 96 + rows[i].bits),
				    rows[i].expected, "%x in %x/%u", rows[i].addr, rows[i].net,
				    rows[i].bits);
	}
	KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_addr_in_prefix(&global, &any, 96), "IPv6 in 0.0.0.0/0");
}

static void before_and_after_go_round_the_circle(struct kunit *test)
{
	static const u32 from[] = { 0, 1, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff };
	static const struct {
		u32 ahead;
		bool after;
		bool before;
	} rows[] = {
		{ 0, false, false },
		{ 1, true, false },
		{ 0x7fffffff, true, false },
		{ 0x80000001, false, true },
		{ 0xffffffff, false, true },
		/* Just opposite: each is before the other, as with the kernel's before(). */
		{ 0x80000000, true, true },
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		for (j = 0; j < ARRAY_SIZE(rows); j++) {
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_after(from[i] + rows[j].ahead, from[i]),
					    rows[j].after, "%x ahead of %x", rows[j].ahead,
					    from[i]);
			KUNIT_EXPECT_EQ_MSG(test, tcpwhy_before(from[i] + rows[j].ahead, from[i]),
					    rows[j].before, "%x ahead of %x", rows[j].ahead,
					    from[i]);
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_mapped_address_is_its_ipv4_address),
	KUNIT_CASE(what_only_resembles_a_mapped_address_is_ipv6),
	KUNIT_CASE(loopback_is_127_and_one),
	KUNIT_CASE(one_bit_of_an_address_makes_another),
	KUNIT_CASE(a_prefix_compares_its_bits_and_no_others),
	KUNIT_CASE(a_prefix_beyond_128_bits_is_the_whole_address),
	KUNIT_CASE(ipv4_prefixes_count_from_bit_96),
	KUNIT_CASE(before_and_after_go_round_the_circle),
	{ }
};

static struct kunit_suite tcpwhy_address_suite = { .name = "tcpwhy-address", .test_cases = cases };

kunit_test_suite(tcpwhy_address_suite);
