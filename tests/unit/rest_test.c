// SPDX-License-Identifier: GPL-2.0
/* RSTs of who opened a connection and leaves it at rest, and all that only looks like it. */
#include "given.h"

#define NOW_MS		1000000u
#define LEAVES_MS	2000u
#define USUAL_TTL	57

#define HERE	TCPWHY_OPENER_HERE
#define PEER	TCPWHY_OPENER_PEER
#define ACKED	(TCPWHY_RST | TCPWHY_ACK)

static void who_opened_a_connection_here_may_leave_it(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 before;
		struct tcpwhy_conn c;
	} rows[] = {
		{ "nothing was said: a health check", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .idle_ms = LEAVES_MS - 1 } },
		{ "it may have waited for a banner", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .idle_ms = LEAVES_MS } },
		{ "a client is turned away", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_ESTABLISHED,
		  { .opener = PEER } },
		{ "nobody knows whose it was", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_ESTABLISHED, { } },
		{ "answered, and idle since", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .bytes_in = 1, .bytes_out = 1, .latest_in = 1,
		    .idle_ms = 300000 } },
		{ "the request was acknowledged, and not answered", TCPWHY_CAUSE_RST_LINGER0,
		  TCPWHY_ESTABLISHED, { .opener = HERE, .bytes_in = 500, .bytes_out = 500 } },
		{ "the request is under way", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .bytes_in = 1, .bytes_out = 1, .latest_in = 1, .unacked = 1 } },
		{ "a banner, and we said nothing", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .bytes_in = 1, .latest_in = 1 } },
		{ "a server may cut its answer short", TCPWHY_CAUSE_RST_LINGER0,
		  TCPWHY_ESTABLISHED,
		  { .opener = PEER, .bytes_in = 1, .bytes_out = 1, .wrote_last = true } },
		{ "a path of MPTCP has other bytes", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .bytes_in = 1, .bytes_out = 1, .latest_in = 1,
		    .mptcp = true } },
		{ "the server has closed", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_CLOSE_WAIT,
		  { .opener = HERE, .bytes_in = 1, .bytes_out = 1, .fin_received = true } },
		{ "it has closed without an answer", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_CLOSE_WAIT,
		  { .opener = HERE, .bytes_out = 1, .fin_received = true } },
		{ "the client has closed its side, and waits", TCPWHY_CAUSE_RST_LINGER0,
		  TCPWHY_CLOSE_WAIT,
		  { .opener = PEER, .bytes_in = 1, .bytes_out = 1, .fin_received = true } },
		{ "after our FIN", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_FIN_WAIT2,
		  { .opener = HERE, .bytes_in = 1, .bytes_out = 1, .latest_in = 1 } },
		{ "what came lies unread", TCPWHY_CAUSE_RST_UNREAD_DATA, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .bytes_in = 1, .bytes_out = 1, .latest_in = 1, .unread = 1 } },
		{ "connect(AF_UNSPEC) at rest", TCPWHY_CAUSE_RST_DISCONNECT, TCPWHY_ESTABLISHED,
		  { .opener = HERE, .held = true } },
	};
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tcpwhy_flow f = { .died_in = rows[i].before, .died_ms = NOW_MS };
		struct tcpwhy_observation o = {
			.kind = TCPWHY_KIND_RESET_SENT, .now_ns = NOW_MS * NS_PER_MS,
			.mibs = BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_ESTAB_RESETS),
			.flow = &f, .conn = rows[i].c,
		};

		o.conn.state = TCPWHY_CLOSE;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
	}
}

static struct tcpwhy_packet given_rst(u8 flags)
{
	struct tcpwhy_packet p = given_segment(flags, RCV_NXT, 0);

	p.ttl = USUAL_TTL;
	p.has_id = true;
	p.df = true;
	return p;
}

static struct tcpwhy_flow given_memory(void)
{
	return (struct tcpwhy_flow){
		.samples = 3, .id_steps = 2, .sample_ttl = USUAL_TTL, .sample_df = true,
		.id = 102, .id_segs = 2,
	};
}

/* A connection that the peer opened, and on which it has all that we answered. */
static struct tcpwhy_observation given_rest(const struct tcpwhy_packet *rst, struct tcpwhy_flow *f)
{
	return (struct tcpwhy_observation){
		.kind = TCPWHY_KIND_RESET_RECEIVED, .now_ns = NOW_MS * NS_PER_MS,
		.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS),
		.packet = rst, .flow = f,
		.conn = {
			.state = TCPWHY_ESTABLISHED, .opener = PEER, .bytes_in = 7, .bytes_out = 9,
			.wrote_last = true, .rcv_nxt = RCV_NXT, .segs_in = 3, .ts_ok = true,
			.snd_una = 1000,
		},
	};
}

static void the_peer_may_leave_what_it_opened(struct kunit *test)
{
	struct tcpwhy_packet rst = given_rst(ACKED);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;

#define IS(cause_id, what)	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), \
						    (u32)TCPWHY_CAUSE_##cause_id, what)
	rst.ack = 1000;
	o = given_rest(&rst, NULL);
	IS(PEER_GOODBYE, "at rest");
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, v.mibs, BIT(TCPWHY_MIB_ESTAB_RESETS));
	o.conn.opener = HERE;
	IS(PEER_ABORTED, "the server: its answer may be cut short");
	o.conn.opener = TCPWHY_OPENER_UNSPEC;
	IS(PEER_ABORTED, "nobody knows whose it was");
	o.conn.opener = PEER;
	o.conn.latest_in = 1;
	IS(PEER_ABORTED, "it has asked again");
	o.conn.latest_in = 0;
	o.conn.wrote_last = false;
	IS(PEER_ABORTED, "it has asked after our last words, and acknowledged them after that");
	o.conn.wrote_last = true;
	o.conn.unread = 1;
	IS(PEER_ABORTED, "its request lies unread");
	o.conn.unread = 0;
	o.conn.proxied = true;
	IS(PEER_ABORTED, "a proxy of this host did it, and has a finding of its own");
	o.conn.proxied = false;
	o.conn.mptcp = true;
	IS(PEER_ABORTED, "a path of MPTCP");
	o.conn.mptcp = false;
	rst.seq++;
	IS(PEER_ABORTED, "it has sent more than came");
	rst.seq--;
	o.conn.state = TCPWHY_FIN_WAIT2;
	IS(PEER_ABORTED, "we had closed, and read on");
	o.conn.state = TCPWHY_ESTABLISHED;
	o.conn.bytes_in = 0;
	IS(PEER_ABORTED, "it never asked");
	o.conn.bytes_in = 7;
	o.conn.bytes_out = 0;
	IS(PEER_ABORTED, "we never answered");
	rst = given_rst(TCPWHY_RST);
	o = given_rest(&rst, NULL);
	IS(PEER_LOST_CONNECTION, "who does not know the connection has not left it");
}

/* A pool resets its connection as the answer comes: its last ACK is the RST's. */
static void a_rst_may_acknowledge_the_answer(struct kunit *test)
{
	struct tcpwhy_packet rst = given_rst(ACKED);
	struct tcpwhy_observation o = given_rest(&rst, NULL);
	struct tcpwhy_verdict v;

	o.conn.unacked = 300;
	o.conn.latest_in = 7;
	rst.ack = 1300;
	IS(PEER_GOODBYE, "all of it");
	KUNIT_EXPECT_EQ(test, v.evidence.reset.bytes_out, 309ull);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.has & TCPWHY_HAS(BYTES_UNACKED), 0u);
	rst.ack--;
	IS(PEER_ABORTED, "but for a byte");
	KUNIT_EXPECT_EQ(test, v.evidence.reset.unacked, 300u);
}

static void a_peer_that_said_nothing_may_leave_at_once(struct kunit *test)
{
	struct tcpwhy_packet rst = given_rst(ACKED);
	struct tcpwhy_observation o = given_rest(&rst, NULL);
	struct tcpwhy_verdict v;

	o.conn.bytes_in = 0;
	o.conn.bytes_out = 0;
	o.conn.idle_ms = LEAVES_MS - 1;
	IS(PEER_GOODBYE, "a health check");
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	o.conn.unaccepted = true;
	IS(PEER_GOODBYE, "before it was accepted");
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, TCPWHY_TRAIT_UNACCEPTED);
	o.conn.idle_ms = LEAVES_MS;
	IS(PEER_ABORTED, "it may have waited for a banner");
	o.conn.idle_ms = 0;
	o.conn.unacked = 1;
	IS(PEER_ABORTED, "the banner is under way");
	o.conn.unacked = 0;
	o.conn.opener = HERE;
	IS(PEER_ABORTED, "a server that turns us away");
	o.conn.opener = PEER;
	rst.flags = TCPWHY_RST;
	IS(PEER_ABORTED, "a scanner does not know what its kernel answers");
}

/* HAProxy leaves out the last ACK of a check that only connects; a lost race knows of none. */
static void a_rst_may_take_the_place_of_the_last_ack(struct kunit *test)
{
	struct tcpwhy_packet rst = given_rst(ACKED);
	struct tcpwhy_observation o = given_rest(&rst, NULL);
	struct tcpwhy_verdict v;

	o.conn = (struct tcpwhy_conn){ .state = TCPWHY_NEW_SYN_RECV, .rcv_nxt = RCV_NXT };
	IS(PEER_GOODBYE, "it leaves");
	KUNIT_EXPECT_EQ(test, v.mibs, BIT(TCPWHY_MIB_EMBRYONIC_RSTS));
	KUNIT_EXPECT_EQ(test, v.evidence.reset.phase, TCPWHY_PHASE_HANDSHAKE);
	o.conn.retries = 1;
	IS(PEER_ABORTED, "it was not let in for a second");
	o.conn.retries = 0;
	rst.seq++;
	IS(PEER_ABORTED, "it has sent something, and no room was made for it");
	rst.seq--;
	rst.flags = TCPWHY_RST;
	IS(PEER_GOODBYE, "it has dropped the connect, or only looked");
	rst.flags = ACKED;
	o.conn.state = TCPWHY_SYN_RECV;
	IS(PEER_ABORTED, "its SYN may have brought data");
}

/* A box may end a connection in the client's name, and that one goes on. */
static void who_goes_on_has_not_left(struct kunit *test)
{
	struct tcpwhy_packet rst = given_rst(ACKED), data = given_segment(TCPWHY_ACK, RCV_NXT, 5);
	struct tcpwhy_packet second = given_rst(TCPWHY_RST);
	struct tcpwhy_flow f = given_memory();
	struct tcpwhy_observation o = given_rest(&rst, &f);
	struct tcpwhy_observation later = {
		.kind = TCPWHY_KIND_AFTER_RESET, .now_ns = (NOW_MS + 10) * NS_PER_MS,
		.packet = &data, .flow = &f,
	};
	struct tcpwhy_verdict v;

	rst.ttl++;
	IS(PEER_GOODBYE, "a hop more is no sign");
	f = given_memory();
	rst.ttl++;
	IS(PEER_ABORTED, "its TTL is another");
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	f = given_memory();
	rst.ttl = USUAL_TTL;
	IS(PEER_GOODBYE, "at rest");
	KUNIT_EXPECT_EQ(test, judged(&later, &v), (u32)TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, v.instead_of, (u32)TCPWHY_CAUSE_PEER_GOODBYE);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	second.seq += 100;
	later.packet = &second;
	KUNIT_EXPECT_EQ(test, judged(&later, &v), (u32)TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.instead_of, (u32)TCPWHY_CAUSE_PEER_ABORTED);
	/* What follows a close in order is no sign. */
	f = (struct tcpwhy_flow){ .died_in = TCPWHY_LAST_ACK, .died_ms = NOW_MS,
				  .died_of = TCPWHY_CAUSE_PEER_GOODBYE };
	KUNIT_EXPECT_EQ(test, judged(&later, &v), (u32)TCPWHY_CAUSE_NONE);
}

/* A program shuts its side down behind its own alert, or with the peer's unread, and holds on yet. */
static void who_has_said_goodbye_waits_for_nothing(struct kunit *test)
{
	struct tcpwhy_packet rst = given_rst(ACKED);
	struct tcpwhy_observation o = given_rest(&rst, NULL);
	struct tcpwhy_verdict v;

	o.conn.state = TCPWHY_FIN_WAIT1;
	o.conn.opener = TCPWHY_OPENER_UNSPEC;
	o.conn.unacked = 31;
	o.conn.alert = 31;
	rst.ack = 1000 + 31 + 1;
	IS(PEER_GOODBYE, "an alert, and the FIN");
	o.conn.alert = 0;
	IS(PEER_ABORTED, "a request, and the FIN: it may wait for the answer");
	o.conn.state = TCPWHY_FIN_WAIT2;
	o.conn.unacked = 0;
	IS(PEER_ABORTED, "nobody knows what it has said");
	o.conn.unread = 24;
	o.conn.alert_unread = true;
	IS(PEER_GOODBYE, "the peer has said goodbye");
	o.conn.bytes_out = 0;
	IS(PEER_ABORTED, "and that was all");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(who_opened_a_connection_here_may_leave_it),
	KUNIT_CASE(the_peer_may_leave_what_it_opened),
	KUNIT_CASE(a_rst_may_acknowledge_the_answer),
	KUNIT_CASE(a_peer_that_said_nothing_may_leave_at_once),
	KUNIT_CASE(a_rst_may_take_the_place_of_the_last_ack),
	KUNIT_CASE(who_goes_on_has_not_left),
	KUNIT_CASE(who_has_said_goodbye_waits_for_nothing),
	{ }
};

static struct kunit_suite tcpwhy_rest_suite = {
	.name = "tcpwhy-rest",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_rest_suite);
