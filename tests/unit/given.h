/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites build their worlds of. */
#ifndef TCPWHY_TEST_GIVEN_H
#define TCPWHY_TEST_GIVEN_H

#include <kunit/test.h>

#include "causes/causes.h"
#include "core/engine.h"

#define NS_PER_MS	1000000ull

/* Some sequence number and timestamp of the peer; a test that minds takes its own. */
#define RCV_NXT		0x10000000u
#define TS_RECENT	1000000u
/* CLOCK_MONOTONIC of the given sockets, and when their ts_recent came. */
#define NOW_S		5000000u
#define WRAP_S		(24 * 24 * 3600u)

/* Bytes of a packet as a test puts them together. */
struct given_bytes {
	u8 b[256];
	u32 len;
};

static inline void put8(struct given_bytes *g, u8 v)
{
	g->b[g->len++] = v;
}

static inline void put16(struct given_bytes *g, u16 v)
{
	put8(g, v >> 8);
	put8(g, v & 0xff);
}

static inline void put32(struct given_bytes *g, u32 v)
{
	put16(g, v >> 16);
	put16(g, v & 0xffff);
}

static inline void put_many(struct given_bytes *g, u8 v, u32 n)
{
	while (n--)
		put8(g, v);
}

#define FIRST_V4	0xc0000201u	/* 192.0.2.1 */
#define SECOND_V4	0xc6336402u	/* 198.51.100.2 */

/* IPv4 header with @options bytes of NOPs, a multiple of 4 */
static inline void put_ipv4(struct given_bytes *g, u8 protocol, u32 options)
{
	put8(g, 0x40 | (5 + options / 4));
	put8(g, 0);
	put16(g, 0); /* total length: nobody looks at it, the wire length is told */
	put16(g, 0x1234);
	put16(g, 0x4000); /* DF */
	put8(g, 57);
	put8(g, protocol);
	put16(g, 0);
	put32(g, FIRST_V4);
	put32(g, SECOND_V4);
	put_many(g, 1, options);
}

/* 2001:db8::1:1 to 2001:db8::2:2 */
static inline void put_ipv6(struct given_bytes *g, u8 next)
{
	put32(g, 0x60000000);
	put16(g, 0);
	put8(g, next);
	put8(g, 58);
	put32(g, 0x20010db8);
	put_many(g, 0, 8);
	put32(g, 0x00010001);
	put32(g, 0x20010db8);
	put_many(g, 0, 8);
	put32(g, 0x00020002);
}

/* TCP header whose data offset makes room for @options bytes, which the caller puts next. */
static inline void put_tcp(struct given_bytes *g, u8 flags, u32 options)
{
	put16(g, 40001);
	put16(g, 443);
	put32(g, 0x01020304);
	put32(g, 0x05060708);
	put8(g, (5 + options / 4) << 4);
	put8(g, flags);
	put16(g, 0xfaf0);
	put32(g, 0);
}

/* MSS 1460, SACK permitted, timestamps 0x11223344 and 0x55667788, NOP, window scale 7 */
#define LINUX_SYN_OPTIONS	20
static inline void put_linux_syn_options(struct given_bytes *g)
{
	put32(g, 0x020405b4);
	put16(g, 0x0402);
	put16(g, 0x080a);
	put32(g, 0x11223344);
	put32(g, 0x55667788);
	put32(g, 0x01030307);
}

/*
 * Parses @captured bytes in memory of just that size, so that KASAN or ASan
 * sees the first one that is read beyond them.
 */
static inline enum tcpwhy_parse parse_captured(struct kunit *test, struct tcpwhy_packet *p,
					       const u8 *bytes, u32 captured, u32 wire_len)
{
	u8 *exact = kmalloc(captured, GFP_KERNEL);
	enum tcpwhy_parse got;

	KUNIT_ASSERT_NOT_NULL(test, exact);
	memcpy(exact, bytes, captured);
	got = tcpwhy_packet_parse(p, exact, captured, wire_len);
	kfree(exact);
	return got;
}

static inline enum tcpwhy_parse parse(struct kunit *test, struct tcpwhy_packet *p,
				      const struct given_bytes *g)
{
	return parse_captured(test, p, g->b, g->len, g->len);
}

/* A segment of @len bytes at @seq; no options. */
static inline struct tcpwhy_packet given_segment(u8 flags, u32 seq, u32 len)
{
	struct tcpwhy_packet p = { .flags = flags, .seq = seq, .sport = 40001, .dport = 443 };

	p.end_seq = seq + len + !!(flags & TCPWHY_SYN) + !!(flags & TCPWHY_FIN);
	p.ttl = 64;
	p.window = 64240;
	return p;
}

static inline struct tcpwhy_packet with_ts(struct tcpwhy_packet p, u32 tsval)
{
	p.has_ts = true;
	p.tsval = tsval;
	return p;
}

/* A connection with timestamps whose latest is a second old. */
static inline struct tcpwhy_socket given_socket(u8 state)
{
	struct tcpwhy_socket s = {
		.state = state,
		.substate = state == TCPWHY_TIME_WAIT ? TCPWHY_TIME_WAIT : 0,
		.ts_ok = true,
		.ts_recent = TS_RECENT,
		.ts_recent_stamp = NOW_S - 1,
		.paws_wrap_s = WRAP_S,
		.now_s = NOW_S,
		.rcv_nxt = RCV_NXT,
		.rcv_wup = RCV_NXT - 1000,
		.rcv_end = RCV_NXT + 65535,
		.age_ms = 1000,
	};

	return s;
}

static inline struct tcpwhy_observation given_seen(enum tcpwhy_kind kind,
						   const struct tcpwhy_packet *p,
						   const struct tcpwhy_socket *s)
{
	struct tcpwhy_observation o = { .kind = kind, .now_ns = 1000 * NS_PER_MS, .packet = p };

	if (s)
		o.socket = *s;
	return o;
}

static inline const struct tcpwhy_set *all_causes(void)
{
	static struct tcpwhy_set all;

	if (tcpwhy_set_is_empty(&all))
		tcpwhy_set_fill(&all);
	return &all;
}

/* Which cause claims it, 0 if none does. */
static inline u32 judged(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	return tcpwhy_engine_judge(o, all_causes(), v) ? v->cause : TCPWHY_CAUSE_NONE;
}

/* Evidence as it was handed out; @times tells an attribute that is absent. */
struct given_evidence {
	u64 value[TCPWHY_A_EVIDENCE_MAX + 1];
	u32 times[TCPWHY_A_EVIDENCE_MAX + 1];
	u32 outside;
	struct tcpwhy_addr addr; /* the latest */
};

static inline void take_evidence(void *ctx, u32 attr, u64 value)
{
	struct given_evidence *e = ctx;

	if (attr <= TCPWHY_A_EVIDENCE_PAD || attr > TCPWHY_A_EVIDENCE_MAX) {
		e->outside++;
		return;
	}
	e->value[attr] = value;
	e->times[attr]++;
}

/* A packet as the sample that it is when @segs_in segments have come before it. */
static inline void note_sample(struct tcpwhy_flow *f, const struct tcpwhy_packet *p, u32 segs_in,
			       u64 now_ns)
{
	struct tcpwhy_sample sample = {
		.segs_in = segs_in, .id = p->id, .ttl = p->ttl, .df = p->df,
		.syn = p->flags & TCPWHY_SYN,
	};

	tcpwhy_flow_note_sample(f, &sample, now_ns);
}

static inline void take_address(void *ctx, u32 attr, const struct tcpwhy_addr *addr)
{
	struct given_evidence *e = ctx;

	take_evidence(ctx, attr, 0);
	e->addr = *addr;
}

struct attr_value {
	u32 attr;
	u64 value;
};

/* Just these are handed out by @cause, each once. */
static inline void expect_evidence(struct kunit *test, u32 cause, const struct tcpwhy_evidence *sum,
				   const struct attr_value *expected, u32 count)
{
	struct given_evidence got = { };
	u32 i, attrs = 0;

	tcpwhy_cause_by_id(cause)->describe(sum, take_evidence, &got);
	for (i = 0; i <= TCPWHY_A_EVIDENCE_MAX; i++)
		attrs += got.times[i];
	KUNIT_EXPECT_EQ_MSG(test, got.outside, 0u, "attribute that does not exist");
	KUNIT_EXPECT_EQ_MSG(test, attrs, count, "number of attributes");
	for (i = 0; i < count; i++) {
		KUNIT_EXPECT_EQ_MSG(test, got.times[expected[i].attr], 1u,
				    "attribute %u is absent or repeated", expected[i].attr);
		KUNIT_EXPECT_EQ_MSG(test, got.value[expected[i].attr], expected[i].value,
				    "attribute %u", expected[i].attr);
	}
}

/* The same numbers in every run (xorshift, Marsaglia 2003). */
static inline u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Each cause is in it by an even chance. */
static inline void roll_set(u32 *random, struct tcpwhy_set *set)
{
	u32 id;

	memset(set, 0, sizeof(*set));
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		if (next_random(random) & 1)
			tcpwhy_set_add(set, id);
}

#endif /* TCPWHY_TEST_GIVEN_H */
