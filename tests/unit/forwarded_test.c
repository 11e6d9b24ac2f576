// SPDX-License-Identifier: GPL-2.0
/* A connection of two other hosts: when is its gateway to say that large segments vanish? */
#include "given.h"

#define NOW_MS		1000000u
#define CLIENT_SEQ	0xfffffff0u	/* it wraps at once */
#define SERVER_SEQ	0x7ffffff0u
#define CLIENT		0
#define SERVER		1
#define CLIENT_TTL	63
#define SERVER_TTL	61
#define FULL		1448
#define FULL_SIZE	1500

struct gateway {
	struct tcpwhy_forwarded f;
	struct tcpwhy_stalls others;
	u32 now_ms;
	struct tcpwhy_verdict v;
};

static struct tcpwhy_packet of_ipv4(u8 flags, u32 seq, u32 len)
{
	static const u8 addr[4] = { 192, 0, 2, 1 };
	struct tcpwhy_packet p = given_segment(flags, seq, len);

	tcpwhy_addr_from_v4(&p.saddr, addr);
	tcpwhy_addr_from_v4(&p.daddr, addr);
	p.has_ts = true;
	p.header_len = 52;
	return p;
}

static void open_it(struct gateway *g)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_SYN | TCPWHY_ACK, SERVER_SEQ - 1, 0);

	memset(g, 0, sizeof(*g));
	g->now_ms = NOW_MS;
	p.ack = CLIENT_SEQ;
	p.ttl = SERVER_TTL;
	p.has_mss = true;
	p.mss = 1460;
	tcpwhy_forwarded_open(&g->f, &p, 1460, CLIENT_TTL, g->now_ms);
}

static enum tcpwhy_follow pass(struct gateway *g, u32 way, const struct tcpwhy_packet *p)
{
	u32 payload = tcpwhy_packet_payload(p);
	struct tcpwhy_passing seg = {
		.packet = p, .piece = min(payload, (u32)FULL), .mtu = 1500,
	};

	seg.size = p->header_len + seg.piece;
	return tcpwhy_forwarded_segment(&g->f, way, &seg, g->now_ms);
}

/* @at bytes from where each of them begins */
static enum tcpwhy_follow client(struct gateway *g, u32 at, u32 len, u32 acked)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_ACK, CLIENT_SEQ + at, len);

	p.ack = SERVER_SEQ + acked;
	p.ttl = CLIENT_TTL;
	return pass(g, CLIENT, &p);
}

static enum tcpwhy_follow server(struct gateway *g, u32 at, u32 len, u32 acked)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_ACK, SERVER_SEQ + at, len);

	p.ack = CLIENT_SEQ + acked;
	p.ttl = SERVER_TTL;
	return pass(g, SERVER, &p);
}

static enum tcpwhy_follow sacks(struct gateway *g, u32 acked, u32 start, u32 end)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_ACK, CLIENT_SEQ + 100, 0);

	p.ack = SERVER_SEQ + acked;
	p.ttl = CLIENT_TTL;
	p.has_sack = true;
	p.sack_start = SERVER_SEQ + start;
	p.sack_end = SERVER_SEQ + end;
	return pass(g, CLIENT, &p);
}

static u32 judged_forward(struct gateway *g, u32 way, enum tcpwhy_kind kind)
{
	struct tcpwhy_observation o = { .kind = kind, .now_ns = g->now_ms * NS_PER_MS };

	o.forward.way = &g->f.ways[way];
	o.forward.others = g->others;
	o.forward.mss_back = g->f.ways[!way].mss;
	o.forward.open = g->f.open;
	o.forward.odd = g->f.odd;
	return judged(&o, &g->v);
}

/* The client's request, and an answer of three full segments and a small one. */
static void ask(struct gateway *g)
{
	u32 i;

	open_it(g);
	client(g, 0, 100, 0);
	for (i = 0; i < 3; i++)
		server(g, i * FULL, FULL, 100);
	server(g, 3 * FULL, 656, 100);
}

/* Return: which of the repetitions is the one that names it; 0: none */
static u32 repeat(struct gateway *g, u32 times)
{
	u32 i;

	for (i = 1; i <= times; i++) {
		g->now_ms += 200 << i;
		if (server(g, 0, FULL, 100) == TCPWHY_FOLLOW_STALLED &&
		    judged_forward(g, SERVER, TCPWHY_KIND_FORWARD_STALL) ==
		    TCPWHY_CAUSE_BLACKHOLE_FORWARD)
			return i;
	}
	return 0;
}

static void a_tail_that_arrives_alone_names_it_by_the_fifth_repetition(struct kunit *test)
{
	struct tcpwhy_evidence_forward *e;
	struct gateway g;

	ask(&g);
	KUNIT_EXPECT_EQ(test, sacks(&g, 0, 3 * FULL, 3 * FULL + 656), TCPWHY_FOLLOW_ON);
	KUNIT_EXPECT_EQ(test, repeat(&g, 4), 0u);
	KUNIT_EXPECT_EQ(test, repeat(&g, 1), 1u);
	e = &g.v.evidence.forward;
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, e->hole.size, FULL_SIZE);
	KUNIT_EXPECT_EQ(test, e->hole.passes, 656 + 52);
	KUNIT_EXPECT_EQ(test, e->hole.retries, 5);
	KUNIT_EXPECT_EQ(test, e->hole.mtu, 1500);
	KUNIT_EXPECT_EQ(test, e->hole.life, TCPWHY_LIFE_SACK);
	KUNIT_EXPECT_EQ(test, e->mss, 1460);
	KUNIT_EXPECT_EQ(test, e->mss_back, 1460);
	KUNIT_EXPECT_EQ(test, repeat(&g, 3), 0u);
}

static void without_a_sign_of_life_nothing_is_said(struct kunit *test)
{
	struct gateway g;

	ask(&g);
	KUNIT_EXPECT_EQ(test, repeat(&g, 9), 0u);
}

static void who_repeats_what_was_acknowledged_gets_nothing(struct kunit *test)
{
	struct gateway g;
	u32 i;

	ask(&g);
	for (i = 0; i < 9; i++) {
		client(&g, 100, 10, 0);
		KUNIT_EXPECT_EQ(test, repeat(&g, 1), 0u);
	}
}

static void who_goes_on_to_talk_gets_small_ones(struct kunit *test)
{
	struct gateway g;
	u32 i, named = 0;

	ask(&g);
	for (i = 0; i < 9 && !named; i++) {
		client(&g, 100 + i, 1, 0);
		named = repeat(&g, 1);
	}
	KUNIT_EXPECT_EQ(test, named, 1u);
	KUNIT_EXPECT_EQ(test, i, 5u);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.life, TCPWHY_LIFE_DATA);
}

static void two_that_are_stuck_take_three_repetitions(struct kunit *test)
{
	struct gateway g;

	ask(&g);
	g.others.stuck = 1;
	g.others.crossed = true;
	KUNIT_EXPECT_EQ(test, repeat(&g, 2), 0u);
	KUNIT_EXPECT_EQ(test, repeat(&g, 1), 1u);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.life, TCPWHY_LIFE_OTHER);
}

static void a_size_that_passed_on_another_is_no_black_hole(struct kunit *test)
{
	struct gateway g;

	ask(&g);
	g.others.passed = true;
	sacks(&g, 0, 3 * FULL, 3 * FULL + 656);
	KUNIT_EXPECT_EQ(test, repeat(&g, 9), 0u);
}

/* Of who sends with another TTL nobody knows how far that gets. */
static void a_segment_of_another_ttl_makes_it_no_more_than_possible(struct kunit *test)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_ACK, SERVER_SEQ, FULL);
	struct gateway g;

	ask(&g);
	sacks(&g, 0, 3 * FULL, 3 * FULL + 656);
	p.ack = CLIENT_SEQ + 100;
	p.ttl = SERVER_TTL - 1;
	KUNIT_EXPECT_EQ(test, pass(&g, SERVER, &p), TCPWHY_FOLLOW_STALLED);
	KUNIT_EXPECT_EQ(test, repeat(&g, 5), 4u);
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
}

static void of_what_goes_where_a_full_segment_arrives_nothing_more_is_looked_at(struct kunit *test)
{
	struct gateway g;

	ask(&g);
	KUNIT_EXPECT_EQ(test, client(&g, 100, 0, FULL - 1), TCPWHY_FOLLOW_ON);
	ask(&g);
	KUNIT_EXPECT_EQ(test, client(&g, 100, 0, FULL), TCPWHY_FOLLOW_LARGE);
	KUNIT_EXPECT_EQ(test, tcpwhy_forwarded_unclear(&g.f), CLIENT);
	KUNIT_EXPECT_EQ(test, g.f.ways[SERVER].stall.passed_size, FULL_SIZE);
	ask(&g);
	KUNIT_EXPECT_EQ(test, sacks(&g, 0, FULL, 2 * FULL), TCPWHY_FOLLOW_LARGE);
	KUNIT_EXPECT_EQ(test, g.f.ways[SERVER].stall.passed_size, FULL_SIZE);
}

/* The client's first message fills a segment, and arrives; the server's answer does not. */
static void upload(struct gateway *g)
{
	open_it(g);
	client(g, 0, FULL, 0);
	client(g, FULL, 400, 0);
	server(g, 0, 0, FULL + 400);
}

static void a_full_segment_that_arrives_says_nothing_of_the_other_way(struct kunit *test)
{
	struct gateway g;
	u32 i;

	upload(&g);
	KUNIT_EXPECT_EQ(test, tcpwhy_forwarded_unclear(&g.f), SERVER);
	KUNIT_EXPECT_TRUE(test, g.f.ways[CLIENT].clear);
	/* Meanwhile small ones came and went that nobody looked at. */
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, server(&g, 50 + i * FULL, FULL, FULL + 500),
				TCPWHY_FOLLOW_ON);
	sacks(&g, 50, 3 * FULL + 50, 3 * FULL + 700);
	for (i = 1; i <= 5; i++) {
		g.now_ms += 200 << i;
		KUNIT_EXPECT_EQ(test, server(&g, 50, FULL, FULL + 500), TCPWHY_FOLLOW_STALLED);
		KUNIT_EXPECT_EQ(test, judged_forward(&g, SERVER, TCPWHY_KIND_FORWARD_STALL),
				i == 5 ? TCPWHY_CAUSE_BLACKHOLE_FORWARD : TCPWHY_CAUSE_NONE);
	}
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_LIKELY);
}

static void of_the_other_way_only_large_segments_are_looked_at(struct kunit *test)
{
	struct tcpwhy_way before;
	struct gateway g;

	upload(&g);
	before = g.f.ways[SERVER];
	KUNIT_EXPECT_EQ(test, server(&g, 0, 100, FULL + 400), TCPWHY_FOLLOW_AS_BEFORE);
	KUNIT_EXPECT_EQ(test, client(&g, FULL + 400, FULL, 100), TCPWHY_FOLLOW_AS_BEFORE);
	KUNIT_EXPECT_EQ(test, memcmp(&before, &g.f.ways[SERVER], sizeof(before)), 0);
	/* Large, and not full */
	KUNIT_EXPECT_EQ(test, server(&g, 100, 1000, FULL + 400), TCPWHY_FOLLOW_LARGE);
	KUNIT_EXPECT_EQ(test, server(&g, 1100, FULL, FULL + 400), TCPWHY_FOLLOW_ON);
	/* What is cleared is never stuck: it may be lost as well. */
	client(&g, 0, FULL, 100);
	g.now_ms += 200;
	KUNIT_EXPECT_EQ(test, client(&g, 0, FULL, 100), TCPWHY_FOLLOW_ON);
}

static void full_segments_that_arrive_both_ways_end_it(struct kunit *test)
{
	struct gateway g;

	upload(&g);
	server(&g, 0, FULL, FULL + 400);
	KUNIT_EXPECT_EQ(test, client(&g, FULL + 400, 0, FULL), TCPWHY_FOLLOW_DONE);
	upload(&g);
	g.now_ms += 60001;
	KUNIT_EXPECT_EQ(test, server(&g, 0, 1000, FULL + 400), TCPWHY_FOLLOW_DONE);
}

static void what_came_twice_tells_nothing(struct kunit *test)
{
	struct gateway g;

	ask(&g);
	/* RFC 2883: of what is acknowledged already */
	KUNIT_EXPECT_EQ(test, sacks(&g, 0, (u32)-FULL, 0), TCPWHY_FOLLOW_ON);
	KUNIT_EXPECT_EQ(test, sacks(&g, 0, 10, 10), TCPWHY_FOLLOW_ON);
	KUNIT_EXPECT_EQ(test, sacks(&g, 0, 20, 10), TCPWHY_FOLLOW_ON);
	KUNIT_EXPECT_EQ(test, g.f.ways[SERVER].sacked, 0u);
}

static void copies_within_a_moment_count_once(struct kunit *test)
{
	struct gateway g;
	u32 i, n = 0;

	ask(&g);
	for (i = 0; i < 50; i++) {
		g.now_ms += 2;
		n += server(&g, 0, FULL, 100) == TCPWHY_FOLLOW_STALLED;
	}
	KUNIT_EXPECT_EQ(test, n, 1u);
}

static void a_sender_that_tries_smaller_ones_is_not_stuck(struct kunit *test)
{
	struct gateway g;

	ask(&g);
	sacks(&g, 0, 3 * FULL, 3 * FULL + 656);
	KUNIT_EXPECT_EQ(test, repeat(&g, 4), 0u);
	KUNIT_EXPECT_EQ(test, server(&g, 0, 1000, 100), TCPWHY_FOLLOW_ON);
	KUNIT_EXPECT_FALSE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
	KUNIT_EXPECT_EQ(test, repeat(&g, 4), 0u);
}

#define MESSAGE		1400
#define MESSAGE_SIZE	(MESSAGE + 52)

/* The client asks, and the answer makes a packet that is large, and less than a full one. */
static void ask_little(struct gateway *g)
{
	open_it(g);
	client(g, 0, 100, 0);
	server(g, 0, MESSAGE, 100);
}

/* Return: which of the answer's repetitions is the one that names it, while the client talks on */
static u32 repeat_message(struct gateway *g, u32 times)
{
	u32 i;

	for (i = 1; i <= times; i++) {
		client(g, 99 + i, 1, 0);
		g->now_ms += 200 << i;
		if (server(g, 0, MESSAGE, 100) == TCPWHY_FOLLOW_STALLED &&
		    judged_forward(g, SERVER, TCPWHY_KIND_FORWARD_STALL) ==
		    TCPWHY_CAUSE_BLACKHOLE_FORWARD)
			return i;
	}
	return 0;
}

static void a_message_that_is_no_full_segment_is_named(struct kunit *test)
{
	struct tcpwhy_evidence_forward *e;
	struct gateway g;

	ask_little(&g);
	KUNIT_EXPECT_TRUE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
	KUNIT_EXPECT_EQ(test, repeat_message(&g, 9), 5u);
	e = &g.v.evidence.forward;
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, e->hole.size, MESSAGE_SIZE);
	KUNIT_EXPECT_EQ(test, e->hole.life, TCPWHY_LIFE_DATA);
	KUNIT_EXPECT_EQ(test, e->hole.signs, 0);
}

/* 1220 bytes pass everywhere: what is no larger does not vanish for its size. */
static void a_message_that_every_path_carries_is_not_named(struct kunit *test)
{
	struct gateway g;
	u32 i;

	open_it(&g);
	client(&g, 0, 100, 0);
	for (i = 0; i < 7; i++) {
		client(&g, 100 + i, 1, 0);
		g.now_ms += 200 << i;
		KUNIT_EXPECT_EQ(test, server(&g, 0, TCPWHY_ANYWHERE - 52, 100), TCPWHY_FOLLOW_ON);
	}
	KUNIT_EXPECT_FALSE(test, g.f.ways[SERVER].large);
}

static void a_first_message_that_nobody_answers_is_possible_at_most(struct kunit *test)
{
	struct gateway g;
	u32 i, named = 0;

	open_it(&g);
	client(&g, 0, MESSAGE, 0);
	g.others.stuck = 1;
	g.others.crossed = true;
	for (i = 1; i < 9 && !named; i++) {
		g.now_ms += 200 << i;
		client(&g, 0, MESSAGE, 0);
		if (judged_forward(&g, CLIENT, TCPWHY_KIND_FORWARD_STALL))
			named = i;
	}
	KUNIT_EXPECT_EQ(test, named, 5u);
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.life, TCPWHY_LIFE_OTHER);
}

static void a_message_that_arrives_is_told_apart_from_a_full_segment(struct kunit *test)
{
	struct gateway g;

	ask_little(&g);
	KUNIT_EXPECT_EQ(test, client(&g, 100, 0, MESSAGE), TCPWHY_FOLLOW_ON);
	KUNIT_EXPECT_FALSE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
	KUNIT_EXPECT_FALSE(test, g.f.ways[SERVER].clear);
	KUNIT_EXPECT_EQ(test, g.f.ways[SERVER].passes, MESSAGE_SIZE);
	KUNIT_EXPECT_EQ(test, g.f.ways[SERVER].stall.passed_size, MESSAGE_SIZE);
	/* A full one still may be too large. */
	server(&g, MESSAGE, FULL, 100);
	KUNIT_EXPECT_TRUE(test, g.f.ways[SERVER].large);
	KUNIT_EXPECT_EQ(test, client(&g, 100, 0, MESSAGE + FULL), TCPWHY_FOLLOW_LARGE);
	KUNIT_EXPECT_TRUE(test, g.f.ways[SERVER].clear);
}

/* What passed once on this connection, or larger ones on another, at once: others have to hang. */
static void where_larger_ones_pass_it_takes_two(struct kunit *test)
{
	struct gateway g;

	ask_little(&g);
	g.f.ways[SERVER].passes = MESSAGE_SIZE;
	KUNIT_EXPECT_EQ(test, repeat_message(&g, 9), 0u);
	ask_little(&g);
	g.others.larger = true;
	KUNIT_EXPECT_EQ(test, repeat_message(&g, 9), 0u);
	ask_little(&g);
	g.others.larger = true;
	g.others.stuck = 1;
	g.others.stuck_long = 1;
	KUNIT_EXPECT_EQ(test, repeat_message(&g, 9), 5u);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.signs, TCPWHY_PATH_LARGER);
}

static void half_of_a_client_hello_is_possible_at_most(struct kunit *test)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_ACK, SERVER_SEQ, FULL);
	struct tcpwhy_passing seg = {
		.packet = &p, .piece = FULL, .size = FULL_SIZE, .mtu = 1500, .hello = true,
	};
	struct gateway g;
	u32 i;

	ask(&g);
	sacks(&g, 0, 3 * FULL, 3 * FULL + 656);
	p.ack = CLIENT_SEQ + 100;
	p.ttl = SERVER_TTL;
	for (i = 1; i <= 5; i++) {
		g.now_ms += 200 << i;
		KUNIT_EXPECT_EQ(test, tcpwhy_forwarded_segment(&g.f, SERVER, &seg, g.now_ms),
				TCPWHY_FOLLOW_STALLED);
		KUNIT_EXPECT_EQ(test, judged_forward(&g, SERVER, TCPWHY_KIND_FORWARD_STALL),
				i == 5 ? TCPWHY_CAUSE_BLACKHOLE_FORWARD : TCPWHY_CAUSE_NONE);
	}
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.signs, TCPWHY_PATH_HELLO);
}

static void an_end_of_both_sides_ends_it(struct kunit *test)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_RST, CLIENT_SEQ, 0);
	struct gateway g;

	open_it(&g);
	KUNIT_EXPECT_EQ(test, pass(&g, CLIENT, &p), TCPWHY_FOLLOW_DONE);
	open_it(&g);
	p = of_ipv4(TCPWHY_FIN | TCPWHY_ACK, CLIENT_SEQ, 0);
	p.ack = SERVER_SEQ;
	KUNIT_EXPECT_EQ(test, pass(&g, CLIENT, &p), TCPWHY_FOLLOW_ON);
	p = of_ipv4(TCPWHY_FIN | TCPWHY_ACK, SERVER_SEQ, 0);
	p.ack = CLIENT_SEQ + 1;
	KUNIT_EXPECT_EQ(test, pass(&g, SERVER, &p), TCPWHY_FOLLOW_DONE);
}

static void one_of_small_segments_is_followed_for_a_minute(struct kunit *test)
{
	struct gateway g;

	open_it(&g);
	g.now_ms += 60000;
	KUNIT_EXPECT_EQ(test, client(&g, 0, 100, 0), TCPWHY_FOLLOW_ON);
	g.now_ms += 1;
	KUNIT_EXPECT_EQ(test, client(&g, 100, 100, 0), TCPWHY_FOLLOW_DONE);
}

static void full_is_what_the_smaller_of_both_mss_allows(struct kunit *test)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_SYN | TCPWHY_ACK, SERVER_SEQ - 1, 0);
	struct gateway g;

	open_it(&g);
	p.ack = CLIENT_SEQ;
	p.has_mss = true;
	p.mss = 8960;
	tcpwhy_forwarded_open(&g.f, &p, 1000, CLIENT_TTL, NOW_MS);
	server(&g, 0, 987, 0);
	KUNIT_EXPECT_FALSE(test, g.f.ways[SERVER].large);
	server(&g, 987, 988, 0);
	KUNIT_EXPECT_TRUE(test, g.f.ways[SERVER].large);
	/* Who announces none gets what all can take. */
	memset(&g.f, 0, sizeof(g.f));
	p.has_mss = false;
	p.mss = 0;
	tcpwhy_forwarded_open(&g.f, &p, 0, CLIENT_TTL, NOW_MS);
	KUNIT_EXPECT_EQ(test, g.f.ways[CLIENT].mss, 536);
	KUNIT_EXPECT_EQ(test, g.f.ways[SERVER].mss, 536);
}

/* This host answers it: is that a repetition? */
static bool tell(struct gateway *g, u32 at, u32 len)
{
	struct tcpwhy_packet p = of_ipv4(TCPWHY_ACK, SERVER_SEQ + at, len);
	struct tcpwhy_passing seg = { .packet = &p, .piece = len, .mtu = 1400 };

	p.ttl = SERVER_TTL + 1;
	seg.size = p.header_len + len;
	return tcpwhy_forwarded_told(&g->f, SERVER, &seg, g->now_ms);
}

static u32 named_when_told(struct gateway *g, u32 times)
{
	u32 i;

	for (i = 1; i <= times; i++) {
		g->now_ms += 200 << i;
		if (tell(g, 0, FULL) && judged_forward(g, SERVER, TCPWHY_KIND_FORWARD_TOLD))
			return i;
	}
	return 0;
}

static void a_sender_that_does_not_heed_is_named_by_its_third_repetition(struct kunit *test)
{
	struct gateway g;

	open_it(&g);
	client(&g, 0, 100, 0);
	KUNIT_EXPECT_EQ(test, named_when_told(&g, 9), 4u);
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.size, FULL_SIZE);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.mtu, 1400);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.hole.retries, 3);
	KUNIT_EXPECT_EQ(test, g.v.evidence.forward.told, 4);
	KUNIT_EXPECT_EQ(test, named_when_told(&g, 9), 0u);
}

static void what_anybody_could_have_sent_is_possible_at_most(struct kunit *test)
{
	struct gateway g;

	/* Its handshake was not seen; or it goes on where the peer does not wait. */
	memset(&g, 0, sizeof(g));
	g.now_ms = NOW_MS;
	KUNIT_EXPECT_EQ(test, named_when_told(&g, 9), 4u);
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	open_it(&g);
	g.f.ways[SERVER].una--;
	KUNIT_EXPECT_EQ(test, named_when_told(&g, 9), 4u);
	KUNIT_EXPECT_EQ(test, g.v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
}

static void the_first_flight_gets_an_answer_each(struct kunit *test)
{
	struct gateway g;
	u32 i;

	open_it(&g);
	for (i = 0; i < 10; i++) {
		g.now_ms += 150;
		KUNIT_EXPECT_FALSE(test, tell(&g, i * FULL, FULL));
	}
	/* And comes again smaller, or is acknowledged: it begins anew. */
	g.now_ms += 150;
	KUNIT_EXPECT_TRUE(test, tell(&g, 0, FULL));
	g.now_ms += 150;
	KUNIT_EXPECT_FALSE(test, tell(&g, 0, FULL - 1));
	g.now_ms += 150;
	KUNIT_EXPECT_FALSE(test, tell(&g, 0, FULL));
	g.now_ms += 10;
	KUNIT_EXPECT_FALSE(test, tell(&g, 0, FULL));
	g.f.ways[SERVER].una += 1;
	g.now_ms += 150;
	KUNIT_EXPECT_FALSE(test, tell(&g, 1, FULL));
}

static void only_what_may_still_be_judged_keeps_its_place(struct kunit *test)
{
	struct gateway g;

	open_it(&g);
	KUNIT_EXPECT_FALSE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
	server(&g, 0, FULL, 0);
	KUNIT_EXPECT_TRUE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
	KUNIT_EXPECT_FALSE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms + 120000));
	g.f.ways[SERVER].stall.named = true;
	KUNIT_EXPECT_FALSE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
	open_it(&g);
	tell(&g, 0, FULL);
	KUNIT_EXPECT_TRUE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
	g.f.open = false;
	KUNIT_EXPECT_FALSE(test, tcpwhy_forwarded_is_stuck(&g.f, g.now_ms));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_tail_that_arrives_alone_names_it_by_the_fifth_repetition),
	KUNIT_CASE(without_a_sign_of_life_nothing_is_said),
	KUNIT_CASE(who_repeats_what_was_acknowledged_gets_nothing),
	KUNIT_CASE(who_goes_on_to_talk_gets_small_ones),
	KUNIT_CASE(two_that_are_stuck_take_three_repetitions),
	KUNIT_CASE(a_size_that_passed_on_another_is_no_black_hole),
	KUNIT_CASE(a_segment_of_another_ttl_makes_it_no_more_than_possible),
	KUNIT_CASE(of_what_goes_where_a_full_segment_arrives_nothing_more_is_looked_at),
	KUNIT_CASE(a_full_segment_that_arrives_says_nothing_of_the_other_way),
	KUNIT_CASE(of_the_other_way_only_large_segments_are_looked_at),
	KUNIT_CASE(full_segments_that_arrive_both_ways_end_it),
	KUNIT_CASE(what_came_twice_tells_nothing),
	KUNIT_CASE(copies_within_a_moment_count_once),
	KUNIT_CASE(a_sender_that_tries_smaller_ones_is_not_stuck),
	KUNIT_CASE(a_message_that_is_no_full_segment_is_named),
	KUNIT_CASE(a_message_that_every_path_carries_is_not_named),
	KUNIT_CASE(a_first_message_that_nobody_answers_is_possible_at_most),
	KUNIT_CASE(a_message_that_arrives_is_told_apart_from_a_full_segment),
	KUNIT_CASE(where_larger_ones_pass_it_takes_two),
	KUNIT_CASE(half_of_a_client_hello_is_possible_at_most),
	KUNIT_CASE(an_end_of_both_sides_ends_it),
	KUNIT_CASE(one_of_small_segments_is_followed_for_a_minute),
	KUNIT_CASE(full_is_what_the_smaller_of_both_mss_allows),
	KUNIT_CASE(a_sender_that_does_not_heed_is_named_by_its_third_repetition),
	KUNIT_CASE(what_anybody_could_have_sent_is_possible_at_most),
	KUNIT_CASE(the_first_flight_gets_an_answer_each),
	KUNIT_CASE(only_what_may_still_be_judged_keeps_its_place),
	{ }
};

static struct kunit_suite tcpwhy_forwarded_suite = {
	.name = "tcpwhy-forwarded",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_forwarded_suite);
