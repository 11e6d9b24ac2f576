// SPDX-License-Identifier: GPL-2.0
/* RSTs that left: which state of the socket tells which cause. */
#include "given.h"

#define NOW_MS		1000000u
#define JUST_MS		1000u
#define REMEMBER_MS	120000u

static struct tcpwhy_observation given_sent(struct tcpwhy_conn conn)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_RESET_SENT,
		.mibs = BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_ESTAB_RESETS),
		.now_ns = NOW_MS * NS_PER_MS,
		.conn = conn,
	};

	return o;
}

static struct tcpwhy_observation given_reply(const struct tcpwhy_packet *p, struct tcpwhy_conn conn)
{
	struct tcpwhy_observation o = given_sent(conn);

	o.kind = TCPWHY_KIND_RESET_REPLY;
	o.mibs = BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
	o.packet = p;
	return o;
}

static struct tcpwhy_flow given_death(u8 died_in, u8 died_of, u32 ago_ms)
{
	return (struct tcpwhy_flow){
		.died_in = died_in, .died_of = died_of, .died_ms = NOW_MS - ago_ms,
	};
}

static void what_tcp_resets_by_itself_has_one_cause(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		struct tcpwhy_conn c;
	} rows[] = {
		/* A timer: the first question, as it has no program to ask about. */
		{ "end of FIN_WAIT2", TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
		  { .state = TCPWHY_FIN_WAIT2, .timer = true, .dead = true } },
		{ "orphan at its retransmission", TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
		  { .state = TCPWHY_FIN_WAIT1, .timer = true, .dead = true } },
		{ "orphan with TCP_USER_TIMEOUT", TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
		  { .state = TCPWHY_FIN_WAIT1, .timer = true, .dead = true,
		    .user_timeout = true } },
		{ "keepalive", TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT,
		  { .state = TCPWHY_ESTABLISHED, .timer = true, .held = true } },
		{ "keepalive of a child not accepted", TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT,
		  { .state = TCPWHY_ESTABLISHED, .timer = true, .unaccepted = true } },
		{ "keepalive with unread data", TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT,
		  { .state = TCPWHY_CLOSE_WAIT, .timer = true, .held = true, .unread = 5 } },
		{ "keepalive by TCP_USER_TIMEOUT", TCPWHY_CAUSE_RST_USER_TIMEOUT,
		  { .state = TCPWHY_ESTABLISHED, .timer = true, .held = true,
		    .user_timeout = true } },
		/* Live: close() and disconnect() have left it by now. */
		{ "ss -K", TCPWHY_CAUSE_RST_ADMIN,
		  { .state = TCPWHY_ESTABLISHED, .held = true } },
		{ "ss -K of an orphan", TCPWHY_CAUSE_RST_ADMIN,
		  { .state = TCPWHY_FIN_WAIT1, .dead = true } },
		{ "ss -K with unread data and TCP_USER_TIMEOUT", TCPWHY_CAUSE_RST_ADMIN,
		  { .state = TCPWHY_CLOSE_WAIT, .held = true, .unread = 5,
		    .user_timeout = true } },
		{ "ss -K of a listener", TCPWHY_CAUSE_RST_ADMIN,
		  { .state = TCPWHY_CLOSE, .unaccepted = true, .by_admin = true } },
		{ "TCP_LINGER2 below 0", TCPWHY_CAUSE_RST_LINGER0,
		  { .state = TCPWHY_CLOSE, .dead = true, .linger2_negative = true } },
		{ "too many orphans at close", TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
		  { .state = TCPWHY_CLOSE, .dead = true } },
		{ "too many orphans, unread", TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
		  { .state = TCPWHY_CLOSE, .dead = true, .unread = 5 } },
		{ "listener closed", TCPWHY_CAUSE_RST_LISTENER_CLOSED,
		  { .state = TCPWHY_CLOSE, .unaccepted = true } },
		{ "listener closed, child with data", TCPWHY_CAUSE_RST_LISTENER_CLOSED,
		  { .state = TCPWHY_CLOSE, .unaccepted = true, .unread = 500 } },
		{ "connect(AF_UNSPEC)", TCPWHY_CAUSE_RST_DISCONNECT,
		  { .state = TCPWHY_CLOSE, .held = true } },
		{ "connect(AF_UNSPEC), unread", TCPWHY_CAUSE_RST_DISCONNECT,
		  { .state = TCPWHY_CLOSE, .held = true, .unread = 500 } },
		{ "connect(AF_UNSPEC), TCP_LINGER2 below 0", TCPWHY_CAUSE_RST_DISCONNECT,
		  { .state = TCPWHY_CLOSE, .held = true, .linger2_negative = true } },
		{ "close with a byte unread", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  { .state = TCPWHY_CLOSE, .unread = 1 } },
		{ "close with data unread after the FIN", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  { .state = TCPWHY_CLOSE, .unread = 500, .fin_received = true } },
		{ "SO_LINGER 0", TCPWHY_CAUSE_RST_LINGER0, { .state = TCPWHY_CLOSE } },
		{ "SO_LINGER 0 after the FIN", TCPWHY_CAUSE_RST_LINGER0,
		  { .state = TCPWHY_CLOSE, .fin_received = true } },
		{ "SO_LINGER 0, unsent data", TCPWHY_CAUSE_RST_LINGER0,
		  { .state = TCPWHY_CLOSE, .unacked = 500 } },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_sent(rows[i].c);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.weight, TCPWHY_WEIGHT_EVENT, "%s", rows[i].what);
	}
}

#define FEW	TCPWHY_GOODBYE_MAX
#define MANY	(TCPWHY_GOODBYE_MAX + 1)

/* A program closes with something unread: few bytes, after it had read and answered. */
static void a_goodbye_that_lies_unread_is_no_data(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 died_in;
		struct tcpwhy_conn c;
	} rows[] = {
		{ "after our answer", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ESTABLISHED,
		  { .unread = FEW, .bytes_in = MANY, .bytes_out = 1, .unread_last = true } },
		{ "one byte more", TCPWHY_CAUSE_RST_UNREAD_DATA, TCPWHY_ESTABLISHED,
		  { .unread = MANY, .bytes_in = 500, .bytes_out = 1, .unread_last = true } },
		{ "all that came: nothing was ever read", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  TCPWHY_ESTABLISHED,
		  { .unread = FEW, .bytes_in = FEW, .bytes_out = 1, .unread_last = true } },
		{ "before our last answer: a request", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  TCPWHY_ESTABLISHED, { .unread = FEW, .bytes_in = MANY, .bytes_out = 1 } },
		{ "before ours, as long as an alert of TLS 1.3", TCPWHY_CAUSE_RST_GOODBYE,
		  TCPWHY_ESTABLISHED, { .unread = 24, .bytes_in = MANY, .bytes_out = 1 } },
		{ "as long as one of TLS 1.2", TCPWHY_CAUSE_RST_GOODBYE,
		  TCPWHY_ESTABLISHED, { .unread = 31, .bytes_in = MANY, .bytes_out = 1 } },
		{ "a byte longer", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  TCPWHY_ESTABLISHED, { .unread = 32, .bytes_in = MANY, .bytes_out = 1 } },
		{ "our answer is under way", TCPWHY_CAUSE_RST_UNREAD_DATA, TCPWHY_ESTABLISHED,
		  { .unread = FEW, .bytes_in = MANY, .bytes_out = 1, .unacked = 1,
		    .unread_last = true } },
		{ "our alert has just left", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ESTABLISHED,
		  { .unread = FEW, .bytes_in = MANY, .bytes_out = 1, .unacked = 24,
		    .alert = 24 } },
		{ "our alert is all that we said", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  TCPWHY_ESTABLISHED,
		  { .unread = FEW, .bytes_in = MANY, .unacked = 24, .alert = 24 } },
		{ "we never answered", TCPWHY_CAUSE_RST_UNREAD_DATA, TCPWHY_ESTABLISHED,
		  { .unread = FEW, .bytes_in = MANY, .unread_last = true } },
		{ "the peer's last words, and ours", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_CLOSE_WAIT,
		  { .unread = FEW, .bytes_in = MANY, .bytes_out = 1, .unacked = FEW,
		    .fin_received = true } },
		{ "and more than ours", TCPWHY_CAUSE_RST_UNREAD_DATA, TCPWHY_CLOSE_WAIT,
		  { .unread = FEW, .bytes_in = MANY, .bytes_out = 1, .unacked = MANY,
		    .fin_received = true } },
		{ "after our FIN", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_FIN_WAIT2,
		  { .unread = FEW, .bytes_in = MANY } },
		{ "after our FIN, which is under way", TCPWHY_CAUSE_RST_GOODBYE,
		  TCPWHY_FIN_WAIT1, { .unread = FEW, .bytes_in = MANY } },
		{ "both have closed", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_CLOSING,
		  { .unread = FEW, .bytes_in = MANY, .fin_received = true } },
		{ "after our FIN, and nothing was ever read", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  TCPWHY_FIN_WAIT2, { .unread = FEW, .bytes_in = FEW } },
		{ "after our FIN, one byte more", TCPWHY_CAUSE_RST_UNREAD_DATA, TCPWHY_FIN_WAIT2,
		  { .unread = MANY, .bytes_in = 500 } },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_death(rows[i].died_in, TCPWHY_CAUSE_NONE, 0);
		o = given_sent(rows[i].c);
		o.conn.state = TCPWHY_CLOSE;
		o.flow = &f;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence,
				    rows[i].cause == TCPWHY_CAUSE_RST_GOODBYE ?
				    TCPWHY_CONFIDENCE_LIKELY : TCPWHY_CONFIDENCE_CERTAIN, "%s",
				    rows[i].what);
	}
}

/* After our FIN, whether it acknowledges that or crosses it. */
static void a_goodbye_that_comes_after_close_is_no_data(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 flags;
		u32 len;
		u32 ack;
	} rows[] = {
		{ "few bytes", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ACK, FEW, 500 },
		{ "and the peer's FIN", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ACK | TCPWHY_FIN, FEW,
		  500 },
		{ "its FIN alone", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ACK | TCPWHY_FIN, 0, 500 },
		{ "one byte more", TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE, TCPWHY_ACK, MANY, 500 },
		{ "it crosses our FIN", TCPWHY_CAUSE_RST_GOODBYE, TCPWHY_ACK, FEW, 499 },
		{ "it acknowledges nothing", TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE, 0, FEW, 500 },
	};
	static const u8 states[] = { TCPWHY_TIME_WAIT, TCPWHY_CLOSE };
	struct tcpwhy_observation o;
	struct tcpwhy_packet p;
	struct tcpwhy_verdict v;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(states); k++) {
			p = given_segment(rows[i].flags, RCV_NXT, rows[i].len);
			p.ack = rows[i].ack;
			o = given_reply(&p, (struct tcpwhy_conn){ .state = states[k],
								  .snd_nxt = 500 });
			KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s, state %u",
					    rows[i].what, states[k]);
			KUNIT_EXPECT_EQ_MSG(test, v.mibs, BIT(TCPWHY_MIB_OUT_RSTS), "%s",
					    rows[i].what);
		}
	}
}

#define SYN_ACK	(TCPWHY_SYN | TCPWHY_ACK)
#define NEW	TCPWHY_NEW_SYN_RECV

/* Of segments that anybody may have sent in the peer's name. */
static u8 confidence_of(u32 cause)
{
	switch (cause) {
	case TCPWHY_CAUSE_RST_LINGER0:
	case TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW:
	case TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE:
		return TCPWHY_CONFIDENCE_CERTAIN;
	default:
		return TCPWHY_CONFIDENCE_POSSIBLE;
	}
}

static void each_answer_has_one_cause(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 flags;
		u32 len;
		struct tcpwhy_conn c;
	} rows[] = {
		{ "closed port", TCPWHY_CAUSE_RST_PORT_CLOSED, TCPWHY_SYN, 0, { } },
		{ "closed port, data in the SYN", TCPWHY_CAUSE_RST_PORT_CLOSED, TCPWHY_SYN, 9,
		  { } },
		{ "SYN-ACK for nobody", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, SYN_ACK, 0, { } },
		{ "ACK for nobody", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, TCPWHY_ACK, 0, { } },
		{ "data for nobody", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, TCPWHY_ACK, 5, { } },
		{ "FIN for nobody", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, TCPWHY_FIN, 0, { } },
		{ "no flag at all", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, 0, 0, { } },
		{ "stray ACK for a listener", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, TCPWHY_ACK, 0,
		  { .state = TCPWHY_LISTEN } },
		{ "stray SYN-ACK for a listener", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, SYN_ACK, 0,
		  { .state = TCPWHY_LISTEN } },
		{ "second SYN in the window", TCPWHY_CAUSE_RST_BAD_HANDSHAKE, TCPWHY_SYN, 0,
		  { .state = TCPWHY_LISTEN, .request = true } },
		{ "the same, request gone", TCPWHY_CAUSE_RST_BAD_HANDSHAKE, TCPWHY_SYN, 0,
		  { .state = TCPWHY_LISTEN } },
		{ "wrong ACK for a request", TCPWHY_CAUSE_RST_BAD_HANDSHAKE, TCPWHY_ACK, 0,
		  { .state = TCPWHY_LISTEN, .request = true } },
		{ "accept queue full", TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW, TCPWHY_ACK, 0,
		  { .state = TCPWHY_LISTEN, .request = true, .overflow = true } },
		{ "the same, request removed elsewhere", TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW,
		  TCPWHY_ACK, 5, { .state = TCPWHY_LISTEN, .overflow = true } },
		{ "wrong ACK for our SYN", TCPWHY_CAUSE_RST_BAD_HANDSHAKE, SYN_ACK, 0,
		  { .state = TCPWHY_SYN_SENT } },
		{ "in SYN_RECV", TCPWHY_CAUSE_RST_BAD_HANDSHAKE, TCPWHY_ACK, 0,
		  { .state = TCPWHY_SYN_RECV } },
		{ "request as the socket", TCPWHY_CAUSE_RST_BAD_HANDSHAKE, TCPWHY_ACK, 0,
		  { .state = NEW } },
		{ "data to FIN_WAIT2 without an owner", TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE,
		  TCPWHY_ACK, 5, { .state = TCPWHY_TIME_WAIT, .substate = TCPWHY_FIN_WAIT2 } },
		{ "SYN to it", TCPWHY_CAUSE_RST_TIMEWAIT, TCPWHY_SYN, 0,
		  { .state = TCPWHY_TIME_WAIT, .substate = TCPWHY_FIN_WAIT2 } },
		{ "SYN-ACK to it", TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE, SYN_ACK, 0,
		  { .state = TCPWHY_TIME_WAIT, .substate = TCPWHY_FIN_WAIT2 } },
		{ "data after close", TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE, TCPWHY_ACK, 1,
		  { .state = TCPWHY_CLOSE, .dead = true } },
		{ "data after close, TCP_LINGER2 below 0", TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE,
		  TCPWHY_ACK, 1,
		  { .state = TCPWHY_CLOSE, .dead = true, .linger2_negative = true } },
		{ "the same with a FIN", TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE, TCPWHY_FIN | TCPWHY_ACK,
		  1, { .state = TCPWHY_CLOSE, .dead = true, .linger2_negative = true } },
		{ "TCP_LINGER2 below 0, our FIN acknowledged", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_ACK,
		  0, { .state = TCPWHY_CLOSE, .dead = true, .linger2_negative = true } },
		{ "the same with the peer's FIN", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_FIN | TCPWHY_ACK,
		  0, { .state = TCPWHY_CLOSE, .dead = true, .linger2_negative = true } },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	struct tcpwhy_packet p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		/* More than a goodbye, if anything. */
		p = given_segment(rows[i].flags, RCV_NXT,
				  rows[i].len ? rows[i].len + TCPWHY_GOODBYE_MAX : 0);
		o = given_reply(&p, rows[i].c);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, confidence_of(rows[i].cause), "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.weight, TCPWHY_WEIGHT_EVENT, "%s", rows[i].what);
	}
}

static void a_payload_is_told_apart_where_sequence_numbers_wrap(struct kunit *test)
{
	static const struct tcpwhy_conn c = {
		.state = TCPWHY_CLOSE, .dead = true, .linger2_negative = true,
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_ACK, U32_MAX, 0);
	struct tcpwhy_observation o = given_reply(&p, c);
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_LINGER0);
	p = given_segment(TCPWHY_FIN | TCPWHY_ACK, U32_MAX, 0);
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_LINGER0);
	p = given_segment(TCPWHY_ACK, U32_MAX, 1);
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_GOODBYE);
}

static void what_comes_for_a_dead_connection_is_a_followup(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 flags;
		u8 state;
		u8 died_in;
		u8 died_of;
		u32 ago_ms;
	} rows[] = {
		{ "an ACK", TCPWHY_CAUSE_RST_FOLLOWUP, TCPWHY_ACK, 0, TCPWHY_ESTABLISHED,
		  TCPWHY_CAUSE_RST_LINGER0, 5 },
		{ "in the same millisecond", TCPWHY_CAUSE_RST_FOLLOWUP, TCPWHY_ACK, 0,
		  TCPWHY_ESTABLISHED, TCPWHY_CAUSE_RST_LINGER0, 0 },
		{ "its port listens", TCPWHY_CAUSE_RST_FOLLOWUP, TCPWHY_ACK, TCPWHY_LISTEN,
		  TCPWHY_ESTABLISHED, TCPWHY_CAUSE_PEER_ABORTED, 5 },
		{ "nobody knows of what it died", TCPWHY_CAUSE_RST_FOLLOWUP, TCPWHY_ACK, 0,
		  TCPWHY_LAST_ACK, 0, 5 },
		{ "the last moment", TCPWHY_CAUSE_RST_FOLLOWUP, TCPWHY_ACK, 0, TCPWHY_ESTABLISHED,
		  TCPWHY_CAUSE_RST_LINGER0, REMEMBER_MS - 1 },
		{ "too late", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, TCPWHY_ACK, 0,
		  TCPWHY_ESTABLISHED, TCPWHY_CAUSE_RST_LINGER0, REMEMBER_MS },
		{ "of a connection that did not die", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION,
		  TCPWHY_ACK, 0, 0, 0, 5 },
		{ "a SYN asks for a port", TCPWHY_CAUSE_RST_PORT_CLOSED, TCPWHY_SYN, 0,
		  TCPWHY_ESTABLISHED, TCPWHY_CAUSE_RST_LINGER0, 5 },
		{ "a SYN for a listener", TCPWHY_CAUSE_RST_BAD_HANDSHAKE, TCPWHY_SYN,
		  TCPWHY_LISTEN, TCPWHY_ESTABLISHED, TCPWHY_CAUSE_RST_LINGER0, 5 },
		{ "answer to a connect given up by its program", TCPWHY_CAUSE_RST_LATE_SYNACK,
		  SYN_ACK, 0, TCPWHY_SYN_SENT, 0, 5 },
		{ "by time", TCPWHY_CAUSE_RST_LATE_SYNACK, SYN_ACK, 0, TCPWHY_SYN_SENT,
		  TCPWHY_CAUSE_TIMEOUT_CONNECT, 5 },
		{ "the last moment for it", TCPWHY_CAUSE_RST_LATE_SYNACK, SYN_ACK, 0,
		  TCPWHY_SYN_SENT, 0, REMEMBER_MS - 1 },
		{ "too late for it", TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, SYN_ACK, 0,
		  TCPWHY_SYN_SENT, 0, REMEMBER_MS },
		{ "refused before", TCPWHY_CAUSE_RST_FOLLOWUP, SYN_ACK, 0, TCPWHY_SYN_SENT,
		  TCPWHY_CAUSE_PEER_REFUSED, 5 },
		{ "a SYN-ACK again", TCPWHY_CAUSE_RST_FOLLOWUP, SYN_ACK, 0, TCPWHY_ESTABLISHED, 0,
		  5 },
		{ "a bare ACK for a connect given up", TCPWHY_CAUSE_RST_FOLLOWUP, TCPWHY_ACK, 0,
		  TCPWHY_SYN_SENT, 0, 5 },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	struct tcpwhy_packet p;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_death(rows[i].died_in, rows[i].died_of, rows[i].ago_ms);
		p = given_segment(rows[i].flags, RCV_NXT, 0);
		o = given_reply(&p, (struct tcpwhy_conn){ .state = rows[i].state });
		o.flow = &f;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
	}
}

static void a_followup_tells_what_it_follows(struct kunit *test)
{
	struct tcpwhy_flow f = given_death(TCPWHY_ESTABLISHED, TCPWHY_CAUSE_RST_LINGER0, 250);
	const struct attr_value known[] = {
		{ TCPWHY_A_EVIDENCE_SEQ, 77 },
		{ TCPWHY_A_EVIDENCE_END_SEQ, 82 },
		{ TCPWHY_A_EVIDENCE_ACK, 99 },
		{ TCPWHY_A_EVIDENCE_AFTER, 250 },
		{ TCPWHY_A_EVIDENCE_DIED_OF, TCPWHY_CAUSE_RST_LINGER0 },
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_ACK, 77, 5);
	struct tcpwhy_observation o = given_reply(&p, (struct tcpwhy_conn){ });
	struct tcpwhy_verdict v;

	p.ack = 99;
	o.flow = &f;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_FOLLOWUP);
	expect_evidence(test, v.cause, &v.evidence, known, 5);
	/* It is no death of its own: the memory goes on from the first. */
	KUNIT_EXPECT_EQ(test, f.died_ms, NOW_MS - 250);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_LINGER0);
	f.died_of = TCPWHY_CAUSE_NONE;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_FOLLOWUP);
	expect_evidence(test, v.cause, &v.evidence, known, 4);
}

static void a_late_answer_is_certain_if_it_acknowledges_our_syn(struct kunit *test)
{
	struct tcpwhy_flow f = { };
	struct tcpwhy_observation died = {
		.kind = TCPWHY_KIND_DIED, .now_ns = NOW_MS * NS_PER_MS, .flow = &f,
		.conn = { .state = TCPWHY_CLOSE, .before = TCPWHY_SYN_SENT, .snd_nxt = 99 },
	};
	struct tcpwhy_packet p = given_segment(SYN_ACK, 77, 0);
	struct tcpwhy_observation o = given_reply(&p, (struct tcpwhy_conn){ });
	struct tcpwhy_verdict v;

	o.flow = &f;
	judged(&died, &v);
	p.ack = 99;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_LATE_SYNACK);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	p.ack = 100;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_LATE_SYNACK);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
}

static void a_path_of_mptcp_is_named_by_what_the_program_did(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 confidence;
		struct tcpwhy_conn c;
	} rows[] = {
		{ "closed, with what lies unread in MPTCP's queue", TCPWHY_CAUSE_RST_UNREAD_DATA,
		  TCPWHY_CONFIDENCE_LIKELY, { .closing = true } },
		{ "closed with SO_LINGER 0", TCPWHY_CAUSE_RST_LINGER0, TCPWHY_CONFIDENCE_CERTAIN,
		  { .closing = true, .linger0 = true } },
		{ "connect(AF_UNSPEC)", TCPWHY_CAUSE_RST_DISCONNECT, TCPWHY_CONFIDENCE_CERTAIN,
		  { .held = true, .disconnecting = true } },
		{ "ss -K", TCPWHY_CAUSE_RST_ADMIN, TCPWHY_CONFIDENCE_CERTAIN,
		  { .held = true, .by_admin = true } },
		{ "MPTCP's worker", TCPWHY_CAUSE_RST_ADMIN, TCPWHY_CONFIDENCE_POSSIBLE,
		  { .held = true } },
		{ "MPTCP in softirq, no timer", TCPWHY_CAUSE_RST_ADMIN, TCPWHY_CONFIDENCE_POSSIBLE,
		  { .timer = true } },
		{ "keepalive of a path", TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT,
		  TCPWHY_CONFIDENCE_CERTAIN, { .timer = true, .retries = 9 } },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_sent(rows[i].c);
		o.conn.mptcp = true;
		o.conn.state = TCPWHY_ESTABLISHED;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.traits, TCPWHY_TRAIT_MPTCP, "%s",
				    rows[i].what);
	}
}

static void the_answer_to_a_connect_that_lost_a_race_is_info(struct kunit *test)
{
	struct tcpwhy_flow f = given_death(TCPWHY_SYN_SENT, TCPWHY_CAUSE_NONE, 100);
	struct tcpwhy_packet p = given_segment(SYN_ACK, 77, 0);
	struct tcpwhy_observation o = given_reply(&p, (struct tcpwhy_conn){ .rival = true });
	struct tcpwhy_verdict v;

	f.rst_seq = p.ack;
	o.flow = &f;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_HAPPY_EYEBALLS);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.after_ms, 100u);
	o.conn.rival = false;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_LATE_SYNACK);
}

static void an_answer_from_an_address_that_was_not_called_is_linked(struct kunit *test)
{
	struct tcpwhy_packet p = given_segment(SYN_ACK, 77, 0);
	struct tcpwhy_observation o = given_reply(&p, (struct tcpwhy_conn){ .via_port = 80 });
	struct tcpwhy_verdict v;

	o.conn.via.b[0] = 0xfd;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, 0);
	o.conn.answers = true;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, TCPWHY_TRAIT_ANSWERS_CONNECT);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.via.b[0], 0xfd);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.via_port, 80);
}

static void a_listener_that_a_syn_does_not_reach_is_told(struct kunit *test)
{
	struct tcpwhy_packet p = given_segment(TCPWHY_SYN, 77, 0);
	struct tcpwhy_observation o = given_reply(&p, (struct tcpwhy_conn){ .listener_dev = 3 });
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_PORT_CLOSED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, 0);
	o.conn.elsewhere = true;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_PORT_CLOSED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, TCPWHY_TRAIT_LISTENER_ELSEWHERE);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.listener_dev, 3u);
}

static void time_since_death_survives_the_wrap_of_milliseconds(struct kunit *test)
{
	struct tcpwhy_flow f = { .died_in = TCPWHY_SYN_SENT, .died_ms = U32_MAX - 9 };
	struct tcpwhy_packet p = given_segment(SYN_ACK, 77, 0);
	struct tcpwhy_observation o = given_reply(&p, (struct tcpwhy_conn){ });
	struct tcpwhy_verdict v;

	o.flow = &f;
	o.now_ns = (0x100000000ull + 5) * NS_PER_MS;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_LATE_SYNACK);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.after_ms, 15u);
}

static void what_tcp_did_not_make_is_told_by_its_origin(struct kunit *test)
{
	static const struct {
		u8 origin;
		u32 cause;
		u8 confidence;
	} rows[] = {
		{ TCPWHY_ORIGIN_NETFILTER, TCPWHY_CAUSE_RST_FIREWALL, TCPWHY_CONFIDENCE_POSSIBLE },
		{ TCPWHY_ORIGIN_RAW, TCPWHY_CAUSE_RST_FORGED_LOCAL, TCPWHY_CONFIDENCE_CERTAIN },
		{ TCPWHY_ORIGIN_PACKET, TCPWHY_CAUSE_RST_FORGED_LOCAL, TCPWHY_CONFIDENCE_CERTAIN },
		{ TCPWHY_ORIGIN_FORWARDED, TCPWHY_CAUSE_RST_FORWARDED, TCPWHY_CONFIDENCE_POSSIBLE },
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_RST, 77, 0);
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_RESET_LEFT, .packet = &p };
	struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_SEQ, 77 },
		{ TCPWHY_A_EVIDENCE_TTL, 64 },
		{ TCPWHY_A_EVIDENCE_ORIGIN, 0 },
	};
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o.conn.origin = rows[i].origin;
		KUNIT_ASSERT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "origin %u",
				    rows[i].origin);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "origin %u",
				    rows[i].origin);
		evidence[2].value = rows[i].origin;
		expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
	}
}

/* A RST that netfilter made here for a program of this host, and that it then receives. */
static u32 rejected_here(struct tcpwhy_flow *f, const struct tcpwhy_packet *rst, u8 state,
			 u32 after_ms, struct tcpwhy_verdict *v)
{
	struct tcpwhy_observation left = {
		.kind = TCPWHY_KIND_RESET_LEFT, .now_ns = NOW_MS * NS_PER_MS, .packet = rst,
		.flow = f, .conn.origin = TCPWHY_ORIGIN_NETFILTER,
	}, o = {
		.kind = TCPWHY_KIND_RESET_RECEIVED, .packet = rst, .flow = f,
		.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS),
		.now_ns = (u64)(NOW_MS + after_ms) * NS_PER_MS,
		.conn = { .state = state, .bytes_in = 7, .unacked = 5 },
	};

	judged(&left, v);
	return judged(&o, v);
}

static void a_rst_made_here_for_a_program_of_this_host_counts_once(struct kunit *test)
{
	static const struct {
		u8 state;
		u32 mibs;
	} rows[] = {
		{ TCPWHY_SYN_SENT, 0 },
		{ TCPWHY_ESTABLISHED, BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ TCPWHY_CLOSE_WAIT, BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ TCPWHY_FIN_WAIT1, 0 },
		{ TCPWHY_NEW_SYN_RECV, BIT(TCPWHY_MIB_EMBRYONIC_RSTS) },
	};
	struct tcpwhy_packet rst = given_segment(TCPWHY_RST, 77, 0);
	struct tcpwhy_evidence earlier = { .reset.seq = 77 };
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_death(TCPWHY_SYN_SENT, TCPWHY_CAUSE_PEER_REFUSED, 5);
		f.silence_ms = 1000;
		KUNIT_ASSERT_EQ_MSG(test, rejected_here(&f, &rst, rows[i].state, 1, &v),
				    TCPWHY_CAUSE_RST_FIREWALL, "state %u", rows[i].state);
		KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_SEQUEL);
		KUNIT_EXPECT_EQ(test, v.instead_of, TCPWHY_CAUSE_RST_FIREWALL);
		KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
		KUNIT_EXPECT_EQ_MSG(test, v.mibs, rows[i].mibs, "state %u", rows[i].state);
		KUNIT_EXPECT_TRUE(test, tcpwhy_engine_take_over(&v, &earlier));
		KUNIT_EXPECT_EQ(test, v.evidence.reset.state, rows[i].state);
		KUNIT_EXPECT_EQ(test, v.evidence.reset.origin, TCPWHY_ORIGIN_NETFILTER);
		KUNIT_EXPECT_EQ(test, v.evidence.reset.ttl, 64);
		KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_FIREWALL);
		KUNIT_EXPECT_EQ(test, f.died_in, rows[i].state);
		KUNIT_EXPECT_EQ(test, f.silence_ms, 0u);
	}
	earlier.reset.seq++;
	KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_engine_take_over(&v, &earlier), "it is another's");
}

static void another_rst_is_not_the_one_made_here(struct kunit *test)
{
	struct tcpwhy_packet rst = given_segment(TCPWHY_RST | TCPWHY_ACK, 77, 0), other = rst;
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_RESET_RECEIVED, .now_ns = NOW_MS * NS_PER_MS, .packet = &rst,
		.conn.state = TCPWHY_ESTABLISHED,
	};
	struct tcpwhy_flow f = { };
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, rejected_here(&f, &rst, TCPWHY_ESTABLISHED, JUST_MS - 1, &v),
			TCPWHY_CAUSE_RST_FIREWALL);
	/* It has ended that connection; the next one of these ports is refused by the peer. */
	o.flow = &f;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	f = (struct tcpwhy_flow){ };
	KUNIT_EXPECT_EQ_MSG(test, rejected_here(&f, &rst, TCPWHY_ESTABLISHED, JUST_MS, &v),
			    TCPWHY_CAUSE_PEER_ABORTED, "too late");
	f = given_death(0, TCPWHY_CAUSE_RST_FIREWALL, 1);
	f.rst_seq = 77;
	other.seq = 78;
	o.packet = &other;
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED, "another number");
	f = given_death(0, TCPWHY_CAUSE_RST_FIREWALL, 1);
	o.packet = NULL;
	o.conn.state = TCPWHY_SYN_SENT;
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_PEER_REFUSED, "not seen");
	o.flow = NULL;
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_PEER_REFUSED, "no memory");
}

/* close() sets CLOSE before it sends: what was before, the change of state has told. */
static void the_state_before_is_the_one_it_was_seen_to_leave(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 state;
		u8 left;
		u8 told;
		u8 phase;
		u32 mibs;
	} rows[] = {
		{ "closed", TCPWHY_CLOSE, TCPWHY_ESTABLISHED, TCPWHY_ESTABLISHED,
		  TCPWHY_PHASE_SILENT, BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ "closed after the peer", TCPWHY_CLOSE, TCPWHY_CLOSE_WAIT, TCPWHY_CLOSE_WAIT,
		  TCPWHY_PHASE_CLOSING, BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ "closed by us before", TCPWHY_CLOSE, TCPWHY_FIN_WAIT2, TCPWHY_FIN_WAIT2,
		  TCPWHY_PHASE_CLOSING, 0 },
		{ "not seen", TCPWHY_CLOSE, 0, TCPWHY_CLOSE, TCPWHY_PHASE_UNSPEC, 0 },
		{ "live", TCPWHY_ESTABLISHED, TCPWHY_SYN_SENT, TCPWHY_ESTABLISHED,
		  TCPWHY_PHASE_SILENT, BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ "FIN_WAIT1", TCPWHY_FIN_WAIT1, 0, TCPWHY_FIN_WAIT1, TCPWHY_PHASE_CLOSING, 0 },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_death(rows[i].left, 0, 0);
		o = given_sent((struct tcpwhy_conn){ .state = rows[i].state });
		o.flow = &f;
		judged(&o, &v);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.state, rows[i].told, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.phase, rows[i].phase, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.mibs, rows[i].mibs | BIT(TCPWHY_MIB_OUT_RSTS), "%s",
				    rows[i].what);
	}
	o.flow = NULL;
	o.conn.state = TCPWHY_CLOSE;
	judged(&o, &v);
	KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.state, TCPWHY_CLOSE, "without memory");
}

static void an_established_connection_is_open_once_a_byte_passed(struct kunit *test)
{
	static const struct {
		struct tcpwhy_conn c;
		u8 phase;
	} rows[] = {
		{ { .state = TCPWHY_ESTABLISHED }, TCPWHY_PHASE_SILENT },
		{ { .state = TCPWHY_ESTABLISHED, .bytes_in = 1 }, TCPWHY_PHASE_OPEN },
		{ { .state = TCPWHY_ESTABLISHED, .bytes_out = 1ull << 32 }, TCPWHY_PHASE_OPEN },
		{ { .state = TCPWHY_ESTABLISHED, .unacked = 1 }, TCPWHY_PHASE_OPEN },
		{ { .state = TCPWHY_SYN_RECV, .bytes_in = 1 }, TCPWHY_PHASE_HANDSHAKE },
		{ { .state = TCPWHY_SYN_SENT }, TCPWHY_PHASE_HANDSHAKE },
		{ { .state = TCPWHY_CLOSE_WAIT }, TCPWHY_PHASE_CLOSING },
		{ { .state = TCPWHY_LAST_ACK }, TCPWHY_PHASE_CLOSING },
		{ { .state = TCPWHY_CLOSING }, TCPWHY_PHASE_CLOSING },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_sent(rows[i].c);
		judged(&o, &v);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.phase, rows[i].phase, "row %u", i);
	}
}

static void the_connection_and_its_process_are_evidence(struct kunit *test)
{
	struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_ESTABLISHED },
		{ TCPWHY_A_EVIDENCE_PHASE, TCPWHY_PHASE_OPEN },
		{ TCPWHY_A_EVIDENCE_BYTES_IN, 1ull << 40 },
		{ TCPWHY_A_EVIDENCE_BYTES_OUT, 1ull << 41 },
		{ TCPWHY_A_EVIDENCE_IDLE, 1234 },
		{ TCPWHY_A_EVIDENCE_BYTES_UNREAD, 5 },
		{ TCPWHY_A_EVIDENCE_BYTES_UNACKED, 6 },
		{ TCPWHY_A_EVIDENCE_RETRIES, 9 },
	};
	struct tcpwhy_conn c = {
		.state = TCPWHY_ESTABLISHED, .held = true, .timer = true, .idle_ms = 1234,
		.bytes_in = 1ull << 40, .bytes_out = 1ull << 41, .unread = 5, .unacked = 6,
		.retries = 9,
	};
	struct tcpwhy_observation o = given_sent(c);
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_verdict v;

	o.process.pid = 42;
	o.process.cgroup = 1ull << 33;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT);
	tcpwhy_engine_merge(&sum, &v);
	KUNIT_EXPECT_EQ(test, sum.process.pid, 42u);
	KUNIT_EXPECT_EQ(test, sum.process.cgroup, 1ull << 33);
	expect_evidence(test, v.cause, &sum, evidence, 8);
	/* Probes are a timer's; and what is 0 is left out where that says nothing. */
	o.conn.timer = false;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_ADMIN);
	expect_evidence(test, v.cause, &v.evidence, evidence, 7);
	o.conn.unread = 0;
	o.conn.unacked = 0;
	judged(&o, &v);
	expect_evidence(test, v.cause, &v.evidence, evidence, 5);
	/* The latest replaces: of sums there are none. */
	tcpwhy_engine_merge(&sum, &v);
	expect_evidence(test, v.cause, &sum, evidence, 5);
}

static void a_full_accept_queue_tells_its_length(struct kunit *test)
{
	static const struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_SEQ, 77 },
		{ TCPWHY_A_EVIDENCE_ACK, 0 },
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_LISTEN },
		{ TCPWHY_A_EVIDENCE_BACKLOG, 5 },
		{ TCPWHY_A_EVIDENCE_BACKLOG_LIMIT, 4 },
	};
	struct tcpwhy_conn c = {
		.state = TCPWHY_LISTEN, .request = true, .overflow = true,
		.backlog = 5, .backlog_limit = 4,
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_ACK, 77, 0);
	struct tcpwhy_observation o = given_reply(&p, c);
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW);
	expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
	KUNIT_EXPECT_EQ(test, v.mibs,
			BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS));
}

/* FIN_WAIT2 outlives its connection as a TIME_WAIT, which knows no bytes. */
static void data_after_close_tells_of_the_connection_if_it_is_there(struct kunit *test)
{
	struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_SEQ, 77 },
		{ TCPWHY_A_EVIDENCE_END_SEQ, 77 + 65 },
		{ TCPWHY_A_EVIDENCE_ACK, 0 },
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_TIME_WAIT },
		{ TCPWHY_A_EVIDENCE_PHASE, TCPWHY_PHASE_CLOSING },
		{ TCPWHY_A_EVIDENCE_BYTES_IN, 7 },
		{ TCPWHY_A_EVIDENCE_BYTES_OUT, 8 },
		{ TCPWHY_A_EVIDENCE_IDLE, 9 },
	};
	struct tcpwhy_conn c = {
		.state = TCPWHY_TIME_WAIT, .bytes_in = 7, .bytes_out = 8, .idle_ms = 9,
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_ACK, 77, 65);
	struct tcpwhy_observation o = given_reply(&p, c);
	struct tcpwhy_flow f = given_death(TCPWHY_FIN_WAIT1, TCPWHY_CAUSE_NONE, 0);
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE);
	expect_evidence(test, v.cause, &v.evidence, evidence, 4);
	o.conn.state = TCPWHY_CLOSE;
	o.flow = &f;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE);
	evidence[3].value = TCPWHY_FIN_WAIT1;
	expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
}

static void only_a_request_that_goes_counts_as_embryonic(struct kunit *test)
{
	struct tcpwhy_conn c = { .state = TCPWHY_LISTEN, .request = true };
	struct tcpwhy_packet p = given_segment(TCPWHY_SYN, 77, 0);
	struct tcpwhy_observation o = given_reply(&p, c);
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_BAD_HANDSHAKE);
	KUNIT_EXPECT_EQ_MSG(test, v.mibs,
			    BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS), "SYN");
	p.flags = TCPWHY_ACK;
	judged(&o, &v);
	KUNIT_EXPECT_EQ_MSG(test, v.mibs, BIT(TCPWHY_MIB_OUT_RSTS), "wrong ACK");
	p.flags = TCPWHY_SYN;
	o.conn.request = false;
	judged(&o, &v);
	KUNIT_EXPECT_EQ_MSG(test, v.mibs, BIT(TCPWHY_MIB_OUT_RSTS), "no request");
}

static void a_death_is_remembered_for_what_comes_later(struct kunit *test)
{
	static const struct {
		const char *what;
		struct tcpwhy_conn c;
		u8 flags; /* 0: of its own accord */
		u8 died_in;
		u8 died_of;
	} rows[] = {
		{ "SO_LINGER 0", { .state = TCPWHY_CLOSE }, 0, TCPWHY_CLOSE,
		  TCPWHY_CAUSE_RST_LINGER0 },
		{ "ss -K", { .state = TCPWHY_ESTABLISHED, .held = true }, 0, TCPWHY_ESTABLISHED,
		  TCPWHY_CAUSE_RST_ADMIN },
		{ "data after close", { .state = TCPWHY_CLOSE, .dead = true },
		  TCPWHY_ACK, TCPWHY_CLOSE, TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE },
		{ "data to TIME_WAIT", { .state = TCPWHY_TIME_WAIT }, TCPWHY_ACK,
		  TCPWHY_TIME_WAIT, TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE },
		{ "closed port", { }, TCPWHY_SYN, 0, 0 },
		{ "stray", { }, TCPWHY_ACK, 0, 0 },
		{ "stray for a listener", { .state = TCPWHY_LISTEN }, TCPWHY_ACK, 0, 0 },
		{ "wrong ACK for a request", { .state = TCPWHY_LISTEN, .request = true },
		  TCPWHY_ACK, 0, 0 },
		{ "SYN for a request, which goes", { .state = TCPWHY_LISTEN, .request = true },
		  TCPWHY_SYN, TCPWHY_LISTEN, TCPWHY_CAUSE_RST_BAD_HANDSHAKE },
		{ "accept queue full", { .state = TCPWHY_LISTEN, .overflow = true }, TCPWHY_ACK,
		  TCPWHY_LISTEN, TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW },
		{ "wrong ACK for our SYN, which goes on", { .state = TCPWHY_SYN_SENT }, TCPWHY_ACK,
		  0, 0 },
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_ACK, 77, 65);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = (struct tcpwhy_flow){ };
		p.flags = rows[i].flags;
		o = rows[i].flags ? given_reply(&p, rows[i].c) : given_sent(rows[i].c);
		o.flow = &f;
		judged(&o, &v);
		KUNIT_EXPECT_EQ_MSG(test, f.died_in, rows[i].died_in, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, f.died_of, rows[i].died_of, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, f.died_ms, rows[i].died_in ? NOW_MS : 0, "%s",
				    rows[i].what);
	}
}

/* The end shows as a change of state and as a RST, in either order. */
static void a_change_of_state_does_not_hide_the_reason(struct kunit *test)
{
	struct tcpwhy_flow f = { };
	struct tcpwhy_observation died = {
		.kind = TCPWHY_KIND_DIED, .now_ns = NOW_MS * NS_PER_MS, .flow = &f,
		.conn = { .state = TCPWHY_CLOSE, .before = TCPWHY_ESTABLISHED },
	};
	struct tcpwhy_observation sent = given_sent((struct tcpwhy_conn){ .state = TCPWHY_CLOSE });
	struct tcpwhy_verdict v;

	sent.flow = &f;
	KUNIT_EXPECT_EQ(test, judged(&died, &v), TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, f.died_in, TCPWHY_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_NONE);
	judged(&sent, &v);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.state, TCPWHY_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f.died_in, TCPWHY_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_LINGER0);
	/* After the RST: it is the same death, for a second. */
	died.now_ns += (JUST_MS - 1) * NS_PER_MS;
	judged(&died, &v);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_LINGER0);
	died.now_ns += NS_PER_MS;
	judged(&died, &v);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_NONE);
	/* From another state it is another connection, that came and went. */
	judged(&sent, &v);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_LINGER0);
	died.now_ns = sent.now_ns;
	died.conn.before = TCPWHY_SYN_SENT;
	judged(&died, &v);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_NONE);
	KUNIT_EXPECT_EQ(test, f.died_in, TCPWHY_SYN_SENT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_tcp_resets_by_itself_has_one_cause),
	KUNIT_CASE(a_goodbye_that_lies_unread_is_no_data),
	KUNIT_CASE(a_goodbye_that_comes_after_close_is_no_data),
	KUNIT_CASE(each_answer_has_one_cause),
	KUNIT_CASE(a_payload_is_told_apart_where_sequence_numbers_wrap),
	KUNIT_CASE(what_comes_for_a_dead_connection_is_a_followup),
	KUNIT_CASE(a_followup_tells_what_it_follows),
	KUNIT_CASE(a_late_answer_is_certain_if_it_acknowledges_our_syn),
	KUNIT_CASE(a_path_of_mptcp_is_named_by_what_the_program_did),
	KUNIT_CASE(the_answer_to_a_connect_that_lost_a_race_is_info),
	KUNIT_CASE(an_answer_from_an_address_that_was_not_called_is_linked),
	KUNIT_CASE(a_listener_that_a_syn_does_not_reach_is_told),
	KUNIT_CASE(time_since_death_survives_the_wrap_of_milliseconds),
	KUNIT_CASE(what_tcp_did_not_make_is_told_by_its_origin),
	KUNIT_CASE(a_rst_made_here_for_a_program_of_this_host_counts_once),
	KUNIT_CASE(another_rst_is_not_the_one_made_here),
	KUNIT_CASE(the_state_before_is_the_one_it_was_seen_to_leave),
	KUNIT_CASE(an_established_connection_is_open_once_a_byte_passed),
	KUNIT_CASE(the_connection_and_its_process_are_evidence),
	KUNIT_CASE(a_full_accept_queue_tells_its_length),
	KUNIT_CASE(data_after_close_tells_of_the_connection_if_it_is_there),
	KUNIT_CASE(only_a_request_that_goes_counts_as_embryonic),
	KUNIT_CASE(a_death_is_remembered_for_what_comes_later),
	KUNIT_CASE(a_change_of_state_does_not_hide_the_reason),
	{ }
};

static struct kunit_suite tcpwhy_reset_sent_suite = {
	.name = "tcpwhy-reset-sent",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_reset_sent_suite);
