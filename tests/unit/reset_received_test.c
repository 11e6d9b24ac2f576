// SPDX-License-Identifier: GPL-2.0
/* RSTs that came: the peer's own, somebody else's, and what nobody believed. */
#include "given.h"

#define NOW_MS		1000000u
#define SILENCE_MS	1000u
#define AFTERWARDS_MS	2000u
#define USUAL_TTL	57

#define ONE_SIGN	TCPWHY_SIGN_TTL
#define TWO_SIGNS	(TCPWHY_SIGN_TTL | TCPWHY_SIGN_IP_ID)

/* The peer's packets so far: IDs 100, 101, 102 with DF. */
static struct tcpwhy_flow given_memory(void)
{
	return (struct tcpwhy_flow){
		.samples = 3, .id_steps = 2, .sample_ttl = USUAL_TTL, .sample_df = true,
		.id = 102, .id_segs = 2,
	};
}

/* As a host makes it that does not know the connection: no ACK, no timestamp, ID 0. */
static struct tcpwhy_packet given_bare_rst(void)
{
	struct tcpwhy_packet p = given_segment(TCPWHY_RST, RCV_NXT, 0);

	p.ttl = USUAL_TTL;
	p.has_id = true;
	p.df = true;
	return p;
}

/* As who knows the connection aborts it. */
static struct tcpwhy_packet given_rst(void)
{
	struct tcpwhy_packet p = given_bare_rst();

	p.flags |= TCPWHY_ACK;
	return p;
}

static struct tcpwhy_packet with_signs(struct tcpwhy_packet p, u8 signs)
{
	if (signs & TCPWHY_SIGN_TTL)
		p.ttl += 2;
	if (signs & TCPWHY_SIGN_IP_ID)
		p.df = false;
	return p;
}

/* An ESTABLISHED connection with a byte under way, after a silence. */
static struct tcpwhy_observation given_received(const struct tcpwhy_packet *rst,
						struct tcpwhy_flow *f, u32 quiet_ms)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_RESET_RECEIVED,
		.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS),
		.now_ns = NOW_MS * NS_PER_MS,
		.packet = rst,
		.flow = f,
		.conn = {
			.state = TCPWHY_ESTABLISHED, .unacked = 1, .bytes_in = 7,
			.quiet_ms = quiet_ms, .idle_ms = quiet_ms + 30,
			.rcv_nxt = RCV_NXT, .window = 65535, .segs_in = 3,
		},
	};

	return o;
}

static struct tcpwhy_observation given_later(const struct tcpwhy_packet *p, struct tcpwhy_flow *f,
					     u32 after_ms)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_AFTER_RESET,
		.now_ns = (u64)(NOW_MS + after_ms) * NS_PER_MS,
		.packet = p,
		.flow = f,
	};

	return o;
}

#define FEW	TCPWHY_GOODBYE_MAX
#define MANY	(TCPWHY_GOODBYE_MAX + 1)
#define BARE	0
#define ACKED	TCPWHY_ACK

static void each_rst_has_one_cause(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 state;
		u8 flags;
		u8 signs;
		u32 unacked;
		u32 quiet_ms;
		bool has_ts;
		bool fin_received;
	} rows[] = {
		{ "our SYN is refused", TCPWHY_CAUSE_PEER_REFUSED, TCPWHY_SYN_SENT, ACKED },
		{ "the same by another TTL and ID", TCPWHY_CAUSE_PEER_REFUSED, TCPWHY_SYN_SENT,
		  ACKED, TWO_SIGNS },
		{ "abort", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_ESTABLISHED, ACKED },
		{ "abort after a silence", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_ESTABLISHED, ACKED, 0,
		  1, SILENCE_MS },
		{ "abort with a timestamp", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_ESTABLISHED, BARE, 0,
		  1, SILENCE_MS, true },
		{ "bare and at once", TCPWHY_CAUSE_PEER_LOST_CONNECTION, TCPWHY_ESTABLISHED, BARE,
		  0, 1, SILENCE_MS - 1 },
		{ "bare, and we were heard meanwhile", TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		  TCPWHY_ESTABLISHED, BARE, 0, 1, 0 },
		{ "bare after a silence", TCPWHY_CAUSE_PEER_LOST_CONNECTION, TCPWHY_ESTABLISHED,
		  BARE, 0, 1, SILENCE_MS },
		{ "bare after a keepalive probe", TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		  TCPWHY_ESTABLISHED, BARE, 0, 0, SILENCE_MS },
		{ "bare, in answer to nothing", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_ESTABLISHED,
		  BARE, 0, 0, SILENCE_MS - 1 },
		{ "the same with one sign", TCPWHY_CAUSE_PEER_LOST_CONNECTION, TCPWHY_ESTABLISHED,
		  BARE, ONE_SIGN, 1, SILENCE_MS },
		{ "one sign and at once", TCPWHY_CAUSE_PEER_LOST_CONNECTION, TCPWHY_ESTABLISHED,
		  BARE, ONE_SIGN, 1 },
		{ "bare, with data before our FIN", TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		  TCPWHY_FIN_WAIT1, BARE, 0, 1, SILENCE_MS },
		{ "bare, and a program still reads", TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		  TCPWHY_FIN_WAIT1, BARE, 0, 0, SILENCE_MS },
		{ "abort, and a program still reads", TCPWHY_CAUSE_PEER_ABORTED,
		  TCPWHY_FIN_WAIT1, ACKED, 0, 1 },
		{ "we wrote after the peer's FIN", TCPWHY_CAUSE_PEER_CLOSED_EARLY,
		  TCPWHY_CLOSE_WAIT, BARE, 0, MANY, SILENCE_MS, false, true },
		{ "and closed", TCPWHY_CAUSE_PEER_CLOSED_EARLY, TCPWHY_LAST_ACK, BARE, 0, MANY, 0,
		  false, true },
		{ "we said goodbye after it", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_CLOSE_WAIT, BARE,
		  0, FEW, SILENCE_MS, false, true },
		{ "and closed", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_LAST_ACK, BARE, 0, FEW, 0, false,
		  true },
		{ "we closed after it", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_LAST_ACK, BARE, 0, 0, 0,
		  false, true },
		{ "the peer's FIN, and nothing of ours is lost", TCPWHY_CAUSE_PEER_GOODBYE,
		  TCPWHY_CLOSE_WAIT, BARE, 0, 0, 0, false, true },
		{ "the same after a silence", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_CLOSE_WAIT, BARE,
		  0, 0, SILENCE_MS, false, true },
		{ "request", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_NEW_SYN_RECV, BARE, 0, 0,
		  SILENCE_MS },
		{ "one sign on a request", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_NEW_SYN_RECV, BARE,
		  ONE_SIGN },
		{ "SYN_RECV", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_SYN_RECV, BARE, 0, 0, SILENCE_MS },
		{ "one sign", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_ESTABLISHED, ACKED,
		  TCPWHY_SIGN_IP_ID, 1 },
		{ "two signs", TCPWHY_CAUSE_RST_INJECTED, TCPWHY_ESTABLISHED, ACKED, TWO_SIGNS },
		{ "two signs on a silent connection", TCPWHY_CAUSE_RST_INJECTED,
		  TCPWHY_ESTABLISHED, BARE, TWO_SIGNS, 1, SILENCE_MS },
		{ "two signs after the peer's FIN", TCPWHY_CAUSE_RST_INJECTED, TCPWHY_CLOSE_WAIT,
		  BARE, TWO_SIGNS, MANY, 0, false, true },
		{ "two signs on a request", TCPWHY_CAUSE_RST_INJECTED, TCPWHY_NEW_SYN_RECV, BARE,
		  TWO_SIGNS },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_memory();
		rst = with_signs(given_bare_rst(), rows[i].signs);
		rst.flags |= rows[i].flags;
		rst.has_ts = rows[i].has_ts;
		o = given_received(&rst, &f, rows[i].quiet_ms);
		o.conn.state = rows[i].state;
		o.conn.fin_received = rows[i].fin_received;
		o.conn.unacked = rows[i].unacked;
		o.conn.bytes_out = 9;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.weight, TCPWHY_WEIGHT_EVENT, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.instead_of, 0u, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.quiet_ms,
				    rows[i].cause == TCPWHY_CAUSE_PEER_LOST_CONNECTION ?
				    rows[i].quiet_ms : 0, "%s", rows[i].what);
	}
}

/* Its own sequence numbers: 1000 is acknowledged, and the peer closed at @fin_seq. */
static u32 after_fin(u8 state, u32 unacked, u32 fin_seq, struct tcpwhy_verdict *v)
{
	struct tcpwhy_packet rst = given_bare_rst();
	struct tcpwhy_flow f = given_memory();
	struct tcpwhy_observation o = given_received(&rst, &f, 0);

	tcpwhy_flow_note_fin(&f, fin_seq, NOW_MS * NS_PER_MS);
	o.conn.state = state;
	o.conn.fin_received = true;
	o.conn.snd_una = 1000;
	o.conn.unacked = unacked;
	o.conn.bytes_out = 9;
	return judged(&o, v);
}

/* It has closed, and resets us when all that we wrote has arrived: what lies here can be read. */
static void a_rst_after_the_last_words_is_a_goodbye(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u32 unread;
		u32 bytes_in;
		u32 bytes_out;
	} rows[] = {
		{ "a goodbye lies unread", TCPWHY_CAUSE_PEER_GOODBYE, FEW, 500, 9 },
		{ "more does", TCPWHY_CAUSE_PEER_GOODBYE, MANY, 500, 9 },
		{ "nothing does", TCPWHY_CAUSE_PEER_GOODBYE, 0, 500, 9 },
		{ "it was not answered", TCPWHY_CAUSE_PEER_ABORTED, FEW, 500, 0 },
		{ "it has asked nothing", TCPWHY_CAUSE_PEER_ABORTED, 0, 0, 9 },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_memory();
		rst = given_bare_rst();
		rst.flags |= TCPWHY_ACK;
		o = given_received(&rst, &f, 0);
		o.conn.state = TCPWHY_CLOSE_WAIT;
		o.conn.fin_received = true;
		o.conn.unacked = 0;
		o.conn.unread = rows[i].unread;
		o.conn.bytes_in = rows[i].bytes_in;
		o.conn.bytes_out = rows[i].bytes_out;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
	}
}

/* What the peer sent before its RST comes after it; or a box in between has sent that. */
static void what_was_overtaken_tells_a_bare_rst(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u32 after_ms;
		u32 further;
		u8 flags;
		u8 nearer;
	} rows[] = {
		{ "its FIN", TCPWHY_CAUSE_PEER_ABORTED, 1000, 0, TCPWHY_FIN | TCPWHY_ACK, 0 },
		{ "its RST", TCPWHY_CAUSE_PEER_ABORTED, 0, FEW, TCPWHY_RST | TCPWHY_ACK, 0 },
		{ "too late", TCPWHY_CAUSE_NONE, 1001, 0, TCPWHY_FIN | TCPWHY_ACK, 0 },
		{ "too much", TCPWHY_CAUSE_NONE, 0, MANY, TCPWHY_FIN | TCPWHY_ACK, 0 },
		{ "no end", TCPWHY_CAUSE_NONE, 0, 0, TCPWHY_ACK, 0 },
		{ "a box's RST", TCPWHY_CAUSE_NONE, 0, 0, TCPWHY_FIN | TCPWHY_ACK, 1 },
	};
	struct tcpwhy_packet rst, later;
	struct tcpwhy_observation o;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_memory();
		rst = given_bare_rst();
		later = given_segment(rows[i].flags, RCV_NXT + rows[i].further, 0);
		later.ttl = USUAL_TTL - rows[i].nearer;
		o = given_received(&rst, &f, 0);
		tcpwhy_reset_received_remember(&o);
		f.died_in = TCPWHY_ESTABLISHED;
		f.died_of = TCPWHY_CAUSE_PEER_LOST_CONNECTION;
		f.died_ms = NOW_MS;
		o = given_later(&later, &f, rows[i].after_ms);
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_reset_received_cause(&o), rows[i].cause, "%s",
				    rows[i].what);
	}
}

/* All that is not acknowledged is an alert of TLS: nobody minds it, before a FIN either. */
static void an_alert_is_a_goodbye_before_a_fin(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u32 bytes_out;
		u32 unacked;
		u8 alert;
	} rows[] = {
		{ "an alert", TCPWHY_CAUSE_PEER_GOODBYE, 9, 24, 24 },
		{ "as few bytes of another kind", TCPWHY_CAUSE_PEER_ABORTED, 9, 24, 0 },
		{ "an answer and an alert", TCPWHY_CAUSE_PEER_ABORTED, 9, 48, 24 },
		{ "all that we ever said", TCPWHY_CAUSE_PEER_ABORTED, 0, 24, 24 },
		{ "more than any goodbye", TCPWHY_CAUSE_PEER_ABORTED, 9, MANY, 24 },
	};
	struct tcpwhy_packet rst = given_bare_rst();
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	rst.flags |= TCPWHY_ACK;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_received(&rst, NULL, 0);
		o.conn.state = TCPWHY_ESTABLISHED;
		o.conn.snd_una = rst.ack;
		o.conn.bytes_in = 500;
		o.conn.bytes_out = rows[i].bytes_out;
		o.conn.unacked = rows[i].unacked;
		o.conn.alert = rows[i].alert;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
	}
}

/* All but our alert has arrived, by the RST's own ACK; or the peer's alert is the last that did. */
static void an_alert_ends_what_was_said(struct kunit *test)
{
	struct tcpwhy_packet rst = given_bare_rst();
	struct tcpwhy_observation o = given_received(&rst, NULL, 0);
	struct tcpwhy_verdict v;

	rst.flags |= TCPWHY_ACK;
	o.conn.state = TCPWHY_ESTABLISHED;
	o.conn.bytes_in = 500;
	o.conn.bytes_out = 9;
	o.conn.unacked = MANY;
	o.conn.alert = 24;
	rst.ack = o.conn.snd_una + MANY - 24;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PEER_GOODBYE);
	rst.ack--;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PEER_ABORTED);
	rst.ack = o.conn.snd_una;
	o.conn.unacked = 0;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PEER_ABORTED);
	o.conn.unread = MANY;
	o.conn.alert_unread = true;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PEER_GOODBYE);
	o.conn.bytes_out = 0;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PEER_ABORTED);
}

/* TCP's repetitions of what was written before the FIN are no writes. */
static void what_was_written_before_the_fin_was_no_write_after_it(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u32 unacked;
		u32 fin_seq;
		bool before;
	} rows[] = {
		{ "all before", TCPWHY_CAUSE_PEER_ABORTED, 1400, 2400, true },
		{ "few, and before", TCPWHY_CAUSE_PEER_ABORTED, FEW, 1000 + FEW, true },
		{ "the same, and a goodbye", TCPWHY_CAUSE_PEER_ABORTED, 1400 + FEW, 2400 },
		{ "one byte more", TCPWHY_CAUSE_PEER_CLOSED_EARLY, 1400 + MANY, 2400 },
		{ "acknowledged since, and a goodbye", TCPWHY_CAUSE_PEER_GOODBYE, FEW, 1000 },
		{ "acknowledged since, and a request", TCPWHY_CAUSE_PEER_CLOSED_EARLY, MANY, 900 },
	};
	static const u8 states[] = { TCPWHY_CLOSE_WAIT, TCPWHY_LAST_ACK };
	struct tcpwhy_verdict v;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(states); k++) {
			KUNIT_EXPECT_EQ_MSG(test, after_fin(states[k], rows[i].unacked,
							    rows[i].fin_seq, &v), rows[i].cause,
					    "%s, state %u", rows[i].what, states[k]);
			KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.traits,
					    TCPWHY_TRAIT_BARE | (rows[i].before ?
					    TCPWHY_TRAIT_WROTE_BEFORE_FIN : 0), "%s",
					    rows[i].what);
		}
	}
	/* We had closed when the FIN came: there are no writes after that. */
	KUNIT_EXPECT_EQ(test, after_fin(TCPWHY_CLOSING, 1400, 1000, &v),
			TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits,
			TCPWHY_TRAIT_BARE | TCPWHY_TRAIT_WROTE_BEFORE_FIN);
}

/* We have closed, and no program is left to notice. */
static void a_late_goodbye_to_a_peer_that_closed_is_one(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 state;
		u8 flags;
		u32 unacked;
		bool fin_received;
		u8 confidence;
	} rows[] = {
		{ "it aborts on our FIN", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_FIN_WAIT1, ACKED, 0,
		  false, TCPWHY_CONFIDENCE_CERTAIN },
		{ "on few bytes", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_FIN_WAIT1, ACKED, FEW, false,
		  TCPWHY_CONFIDENCE_LIKELY },
		{ "on many", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_FIN_WAIT1, ACKED, MANY, false,
		  TCPWHY_CONFIDENCE_CERTAIN },
		{ "it does not know what we close", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_FIN_WAIT1,
		  BARE, 0, false, TCPWHY_CONFIDENCE_CERTAIN },
		{ "nor what we sent before", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_FIN_WAIT1, BARE, 1,
		  false, TCPWHY_CONFIDENCE_LIKELY },
		{ "all was acknowledged", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_FIN_WAIT2, ACKED, 0,
		  false, TCPWHY_CONFIDENCE_CERTAIN },
		{ "both closed at once", TCPWHY_CAUSE_PEER_GOODBYE, TCPWHY_CLOSING, BARE, FEW,
		  true, TCPWHY_CONFIDENCE_LIKELY },
		{ "and many bytes crossed", TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_CLOSING, BARE, MANY,
		  true, TCPWHY_CONFIDENCE_CERTAIN },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		rst = given_bare_rst();
		rst.flags |= rows[i].flags;
		o = given_received(&rst, NULL, 0);
		o.conn.state = rows[i].state;
		o.conn.dead = true;
		o.conn.fin_received = rows[i].fin_received;
		o.conn.unacked = rows[i].unacked;
		o.conn.bytes_out = 9;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "%s", rows[i].what);
	}
}

/* It asked and closed its side; the answer is ours, and the RST comes @ttl_more from afar. */
static struct tcpwhy_observation given_half_closed(struct tcpwhy_packet *rst,
						   struct tcpwhy_flow *f, u32 quiet_ms, u8 ttl_more)
{
	struct tcpwhy_observation o;

	*f = given_memory();
	*rst = given_bare_rst();
	rst->ttl += ttl_more;
	o = given_received(rst, f, quiet_ms);
	o.conn.state = TCPWHY_CLOSE_WAIT;
	o.conn.fin_received = true;
	o.conn.unacked = FEW;
	return o;
}

static void a_peer_that_closed_its_side_may_have_waited(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 quiet_ms;
		u8 ttl_more;
		u64 bytes_out;
		u8 confidence;
		u8 traits;
		u32 learned_ms;
	} rows[] = {
		{ "the peer itself", SILENCE_MS, 0, 0, TCPWHY_CONFIDENCE_LIKELY,
		  TCPWHY_TRAIT_HALF_CLOSED },
		{ "a box before it", SILENCE_MS, 1, 0, TCPWHY_CONFIDENCE_POSSIBLE,
		  TCPWHY_TRAIT_HALF_CLOSED, SILENCE_MS },
		{ "far before it", SILENCE_MS, 2, 0, TCPWHY_CONFIDENCE_POSSIBLE,
		  TCPWHY_TRAIT_HALF_CLOSED, SILENCE_MS },
		{ "no box forgets so soon", SILENCE_MS - 1, 0, 0, TCPWHY_CONFIDENCE_CERTAIN },
		{ "not so soon, and from elsewhere", SILENCE_MS - 1, 1, 0,
		  TCPWHY_CONFIDENCE_LIKELY },
		{ "it had its answer", SILENCE_MS, 0, 1, TCPWHY_CONFIDENCE_CERTAIN },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_half_closed(&rst, &f, rows[i].quiet_ms, rows[i].ttl_more);
		o.conn.bytes_out = rows[i].bytes_out;
		o.conn.unacked = rows[i].bytes_out ? MANY : FEW;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_PEER_CLOSED_EARLY, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.traits,
				    TCPWHY_TRAIT_BARE | rows[i].traits, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.quiet_ms, rows[i].learned_ms, "%s", rows[i].what);
	}
}

static void several_half_closed_ones_of_one_age_are_an_expiry(struct kunit *test)
{
	struct tcpwhy_idle idle = { };
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	/* What open connections survive says nothing of it. */
	tcpwhy_idle_survived(&idle, 240000);
	for (i = 0; i < 3; i++) {
		o = given_half_closed(&rst, &f, 60000 + i * 100, 1);
		judged(&o, &v);
		tcpwhy_engine_learn(&idle, &v, NOW_MS * (i + 1));
		tcpwhy_idle_survived(&idle, 240000);
		KUNIT_EXPECT_EQ(test, v.cause, i < 2 ? TCPWHY_CAUSE_PEER_CLOSED_EARLY :
						       TCPWHY_CAUSE_IDLE_EXPIRED);
		KUNIT_EXPECT_EQ(test, v.mibs, BIT(TCPWHY_MIB_ESTAB_RESETS));
	}
	KUNIT_EXPECT_EQ(test, v.evidence.reset.expiry_ms, 60000u);
	KUNIT_EXPECT_TRUE(test, v.evidence.reset.traits & TCPWHY_TRAIT_HALF_CLOSED);
	/* An open connection has another limit: that begins anew. */
	rst = given_bare_rst();
	o = given_received(&rst, NULL, 60000);
	judged(&o, &v);
	tcpwhy_engine_learn(&idle, &v, NOW_MS * 5);
	KUNIT_EXPECT_EQ(test, v.cause, TCPWHY_CAUSE_PEER_LOST_CONNECTION);
	KUNIT_EXPECT_EQ(test, idle.samples, 1);
}

/* Its shape alone, where the connection has timestamps and nothing waits for an answer. */
static void a_rst_that_lacks_the_timestamp_is_of_one_who_does_not_know(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 cause;
		u8 confidence;
		bool ts_ok;
		u32 unacked;
		u32 bytes_in;
		u8 signs;
	} rows[] = {
		{ "both lack", TCPWHY_CAUSE_PEER_LOST_CONNECTION, TCPWHY_CONFIDENCE_LIKELY, true,
		  0, 7 },
		{ "in answer to data", TCPWHY_CAUSE_PEER_LOST_CONNECTION, TCPWHY_CONFIDENCE_LIKELY,
		  true, 1, 7 },
		{ "no timestamps, in answer to data", TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		  TCPWHY_CONFIDENCE_POSSIBLE, false, 1, 7 },
		{ "no timestamps, in answer to nothing", TCPWHY_CAUSE_PEER_ABORTED,
		  TCPWHY_CONFIDENCE_LIKELY, false, 0, 7 },
		{ "nothing was said: a scanner", TCPWHY_CAUSE_PEER_ABORTED,
		  TCPWHY_CONFIDENCE_LIKELY, true, 0, 0 },
		{ "from elsewhere", TCPWHY_CAUSE_PEER_LOST_CONNECTION, TCPWHY_CONFIDENCE_POSSIBLE,
		  true, 1, 7, ONE_SIGN },
		{ "from elsewhere, in answer to nothing", TCPWHY_CAUSE_PEER_ABORTED,
		  TCPWHY_CONFIDENCE_POSSIBLE, true, 0, 7, ONE_SIGN },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_memory();
		rst = with_signs(given_bare_rst(), rows[i].signs);
		o = given_received(&rst, &f, 0);
		o.conn.ts_ok = rows[i].ts_ok;
		o.conn.unacked = rows[i].unacked;
		o.conn.bytes_in = rows[i].bytes_in;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "%s", rows[i].what);
	}
}

/* A RST that was not believed, @ahead of what was expected; what ends the connection @after_ms. */
static u32 dies_after(u8 flags, s32 ahead, u32 after_ms, struct tcpwhy_verdict *v)
{
	struct tcpwhy_packet first = given_bare_rst(), last = given_bare_rst();
	struct tcpwhy_flow f = given_memory();
	struct tcpwhy_observation o = given_received(&first, &f, 0);

	first.flags |= flags;
	first.seq = RCV_NXT + ahead;
	first.end_seq = first.seq;
	o.kind = TCPWHY_KIND_RESET_IGNORED;
	judged(&o, v);
	judged(&o, v);
	o = given_received(&last, &f, 0);
	o.now_ns += after_ms * NS_PER_MS;
	return judged(&o, v);
}

static void a_rst_that_was_not_believed_belongs_to_the_death_that_follows(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 flags;
		s32 ahead;
		u32 after_ms;
		u32 withdraws;
		u32 cause;
	} rows[] = {
		{ "an abort before which data is missing", ACKED, 100, 5, 2,
		  TCPWHY_CAUSE_PEER_ABORTED },
		{ "the last byte of the window", ACKED, 65534, 5, 2, TCPWHY_CAUSE_PEER_ABORTED },
		{ "beyond it", ACKED, 65535, 5, 0, TCPWHY_CAUSE_PEER_LOST_CONNECTION },
		{ "the last moment", ACKED, 100, AFTERWARDS_MS, 2, TCPWHY_CAUSE_PEER_ABORTED },
		{ "too late", ACKED, 100, AFTERWARDS_MS + 1, 0,
		  TCPWHY_CAUSE_PEER_LOST_CONNECTION },
		{ "an answer to what we sent before", BARE, -7, 5, 2,
		  TCPWHY_CAUSE_PEER_LOST_CONNECTION },
		{ "before the connection began", BARE, -8, 5, 0,
		  TCPWHY_CAUSE_PEER_LOST_CONNECTION },
		{ "a guess: nobody answers what he has not got", BARE, 100, 5, 0,
		  TCPWHY_CAUSE_PEER_LOST_CONNECTION },
	};
	struct tcpwhy_evidence earlier = { .reset.rcv_nxt = RCV_NXT };
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_EQ_MSG(test, dies_after(rows[i].flags, rows[i].ahead,
						     rows[i].after_ms, &v), rows[i].cause, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.withdraws, rows[i].withdraws, "%s", rows[i].what);
	}
	KUNIT_EXPECT_TRUE(test, tcpwhy_engine_withdraws(&v, &earlier));
	earlier.reset.rcv_nxt = RCV_NXT - (1 << 24);
	KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_engine_withdraws(&v, &earlier),
			       "of another connection");
}

static void a_connection_that_no_program_had_says_so(struct kunit *test)
{
	struct tcpwhy_packet rst = given_rst();
	struct tcpwhy_observation o = given_received(&rst, NULL, 0);
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, 0);
	o.conn.unaccepted = true;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, TCPWHY_TRAIT_UNACCEPTED);
	o.conn.unaccepted = false;
	o.conn.state = TCPWHY_NEW_SYN_RECV;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_GOODBYE);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, TCPWHY_TRAIT_UNACCEPTED);
}

static void confidence_goes_with_the_signs(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 state;
		u8 signs;
		u32 quiet_ms;
		u8 confidence;
		bool bare;
	} rows[] = {
		{ "refused", TCPWHY_SYN_SENT, TWO_SIGNS, 0, TCPWHY_CONFIDENCE_CERTAIN },
		{ "no sign", TCPWHY_ESTABLISHED, 0, 0, TCPWHY_CONFIDENCE_CERTAIN },
		{ "its TTL", TCPWHY_ESTABLISHED, TCPWHY_SIGN_TTL, 0, TCPWHY_CONFIDENCE_POSSIBLE },
		{ "its ID", TCPWHY_ESTABLISHED, TCPWHY_SIGN_IP_ID, 0, TCPWHY_CONFIDENCE_POSSIBLE },
		{ "both", TCPWHY_ESTABLISHED, TWO_SIGNS, 0, TCPWHY_CONFIDENCE_LIKELY },
		{ "lost", TCPWHY_ESTABLISHED, 0, SILENCE_MS, TCPWHY_CONFIDENCE_LIKELY,
		  true },
		{ "lost, its TTL", TCPWHY_ESTABLISHED, TCPWHY_SIGN_TTL, SILENCE_MS,
		  TCPWHY_CONFIDENCE_LIKELY, true },
		{ "lost at once", TCPWHY_ESTABLISHED, 0, SILENCE_MS - 1,
		  TCPWHY_CONFIDENCE_POSSIBLE, true },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_memory();
		rst = with_signs(rows[i].bare ? given_bare_rst() : given_rst(), rows[i].signs);
		o = given_received(&rst, &f, rows[i].quiet_ms);
		o.conn.state = rows[i].state;
		judged(&o, &v);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.evidence.reset.signs,
				    rows[i].state == TCPWHY_SYN_SENT ? 0 : rows[i].signs, "%s",
				    rows[i].what);
	}
}

static void without_memory_there_are_no_signs(struct kunit *test)
{
	struct tcpwhy_packet rst = with_signs(given_rst(), TWO_SIGNS);
	struct tcpwhy_observation o = given_received(&rst, NULL, 0);
	struct tcpwhy_flow f = given_memory();
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	f.samples = 1;
	o.flow = &f;
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED, "one sample");
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
}

static void a_refusal_that_was_not_seen_itself_is_one_still(struct kunit *test)
{
	struct tcpwhy_observation o = given_received(NULL, NULL, 0);
	struct tcpwhy_verdict v;

	o.conn.state = TCPWHY_SYN_SENT;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_REFUSED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.has & TCPWHY_HAS(TTL), 0u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.has & TCPWHY_HAS(SEQ), 0u);
	KUNIT_EXPECT_EQ(test, v.mibs, 0u);
}

/* Attributes of a RST for an ESTABLISHED connection, those of its looks last. */
#define RST_ATTRS	10
#define ALL_ATTRS	14

static void what_the_rst_and_the_peer_look_like_is_evidence(struct kunit *test)
{
	struct attr_value evidence[ALL_ATTRS] = {
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_ESTABLISHED },
		{ TCPWHY_A_EVIDENCE_PHASE, TCPWHY_PHASE_OPEN },
		{ TCPWHY_A_EVIDENCE_BYTES_IN, 7 },
		{ TCPWHY_A_EVIDENCE_BYTES_OUT, 0 },
		{ TCPWHY_A_EVIDENCE_BYTES_UNACKED, 1 },
		{ TCPWHY_A_EVIDENCE_IDLE, 30 },
		{ TCPWHY_A_EVIDENCE_SEQ, RCV_NXT },
		{ TCPWHY_A_EVIDENCE_ACK, 0 },
		{ TCPWHY_A_EVIDENCE_RCV_NXT, RCV_NXT },
		{ TCPWHY_A_EVIDENCE_TTL, USUAL_TTL + 2 },
		{ TCPWHY_A_EVIDENCE_IP_ID, 999 },
		{ TCPWHY_A_EVIDENCE_TTL_USUAL, USUAL_TTL },
		{ TCPWHY_A_EVIDENCE_IP_ID_EXPECTED, 103 },
		{ TCPWHY_A_EVIDENCE_SIGNS, TWO_SIGNS },
	};
	struct tcpwhy_packet rst = with_signs(given_rst(), ONE_SIGN);
	struct tcpwhy_flow f = given_memory();
	struct tcpwhy_observation o = given_received(&rst, &f, 0);
	struct tcpwhy_verdict v;

	rst.id = 999;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_INJECTED);
	expect_evidence(test, v.cause, &v.evidence, evidence, ALL_ATTRS);
	/* IPv6 has no ID. */
	rst.has_id = false;
	rst.id = 0;
	f = given_memory();
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	evidence[10] = (struct attr_value){ TCPWHY_A_EVIDENCE_TTL_USUAL, USUAL_TTL };
	evidence[11] = (struct attr_value){ TCPWHY_A_EVIDENCE_SIGNS, ONE_SIGN };
	expect_evidence(test, v.cause, &v.evidence, evidence, 12);
	/* Nothing to compare with */
	o.flow = NULL;
	judged(&o, &v);
	expect_evidence(test, v.cause, &v.evidence, evidence, RST_ATTRS);
}

static void a_request_has_no_bytes_to_tell_of(struct kunit *test)
{
	static const struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_STATE, TCPWHY_NEW_SYN_RECV },
		{ TCPWHY_A_EVIDENCE_PHASE, TCPWHY_PHASE_HANDSHAKE },
		{ TCPWHY_A_EVIDENCE_SEQ, RCV_NXT },
		{ TCPWHY_A_EVIDENCE_RCV_NXT, RCV_NXT },
		{ TCPWHY_A_EVIDENCE_TTL, USUAL_TTL },
		{ TCPWHY_A_EVIDENCE_IP_ID, 0 },
		{ TCPWHY_A_EVIDENCE_TRAITS, TCPWHY_TRAIT_UNACCEPTED | TCPWHY_TRAIT_BARE },
	};
	struct tcpwhy_packet rst = given_bare_rst();
	struct tcpwhy_observation o = given_received(&rst, NULL, 0);
	struct tcpwhy_verdict v;

	o.conn.state = TCPWHY_NEW_SYN_RECV;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_GOODBYE);
	expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
}

/* The idle time of interest is that before we wrote, not that of our repetitions. */
static void a_lost_connection_was_idle_until_we_wrote(struct kunit *test)
{
	struct tcpwhy_packet rst = given_bare_rst();
	struct tcpwhy_observation o = given_received(&rst, NULL, 300000);
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_LOST_CONNECTION);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.idle_ms, 300000u);
	rst.flags |= TCPWHY_ACK;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.idle_ms, 300030u);
}

static void three_losses_after_the_same_silence_are_an_expiry(struct kunit *test)
{
	struct tcpwhy_packet rst = given_bare_rst();
	struct tcpwhy_observation o = given_received(&rst, NULL, 300000);
	struct tcpwhy_idle idle = { };
	struct tcpwhy_verdict v;
	u32 i;

	tcpwhy_idle_survived(&idle, 240000);
	for (i = 0; i < 3; i++) {
		o.conn.quiet_ms = 300000 + i * 100;
		judged(&o, &v);
		tcpwhy_engine_learn(&idle, &v, NOW_MS * (i + 1));
		KUNIT_EXPECT_EQ(test, v.cause, i < 2 ? TCPWHY_CAUSE_PEER_LOST_CONNECTION :
						       TCPWHY_CAUSE_IDLE_EXPIRED);
		KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
		KUNIT_EXPECT_EQ(test, v.mibs, BIT(TCPWHY_MIB_ESTAB_RESETS));
	}
	KUNIT_EXPECT_EQ(test, v.evidence.reset.idle_ms, 300200u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.expiry_ms, 300000u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.expiry_max_ms, 300200u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.survived_ms, 240000u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.samples, 3u);
	/* What was not judged to be a loss teaches nothing. */
	rst.flags |= TCPWHY_ACK;
	judged(&o, &v);
	tcpwhy_engine_learn(&idle, &v, NOW_MS * 5);
	KUNIT_EXPECT_EQ(test, v.cause, TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, idle.samples, 3);
}

static void an_expiry_that_is_switched_off_is_a_loss(struct kunit *test)
{
	struct tcpwhy_set enabled = *all_causes();
	struct tcpwhy_packet rst = given_bare_rst();
	struct tcpwhy_observation o = given_received(&rst, NULL, 300000);
	struct tcpwhy_idle idle = { };
	struct tcpwhy_verdict v;
	u32 i;

	tcpwhy_set_remove(&enabled, TCPWHY_CAUSE_IDLE_EXPIRED);
	for (i = 0; i < 5; i++) {
		KUNIT_ASSERT_TRUE(test, tcpwhy_engine_judge(&o, &enabled, &v));
		tcpwhy_engine_learn(&idle, &v, NOW_MS * (i + 1));
		KUNIT_EXPECT_EQ(test, v.cause, TCPWHY_CAUSE_PEER_LOST_CONNECTION);
	}
}

static void a_rst_counts_where_its_state_is_counted(struct kunit *test)
{
	static const struct {
		u8 state;
		u32 mibs;
	} rows[] = {
		{ TCPWHY_ESTABLISHED, BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ TCPWHY_CLOSE_WAIT, BIT(TCPWHY_MIB_ESTAB_RESETS) },
		{ TCPWHY_NEW_SYN_RECV, BIT(TCPWHY_MIB_EMBRYONIC_RSTS) },
		{ TCPWHY_SYN_SENT, 0 },
		{ TCPWHY_SYN_RECV, 0 },
		{ TCPWHY_FIN_WAIT1, 0 },
		{ TCPWHY_FIN_WAIT2, 0 },
		{ TCPWHY_LAST_ACK, 0 },
		{ TCPWHY_CLOSING, 0 },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_packet rst;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i, signs;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (signs = 0; signs <= TWO_SIGNS; signs++) {
			f = given_memory();
			rst = with_signs(given_rst(), signs);
			o = given_received(&rst, &f, 0);
			o.conn.state = rows[i].state;
			o.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
			judged(&o, &v);
			KUNIT_EXPECT_EQ_MSG(test, v.mibs, rows[i].mibs, "state %u, signs %u",
					    rows[i].state, signs);
		}
	}
}

static void an_answer_that_comes_after_the_peers_last_words_is_nothing(struct kunit *test)
{
	static const struct {
		const char *what;
		bool closed;
		u8 flags;
		u32 bytes_in;
		u32 behind;
		bool told;
	} rows[] = {
		{ "answers what came before the FIN", true, BARE, 70000, 1, false },
		{ "answers what came before a goodbye", true, BARE, 70000, 25, false },
		{ "the first answer", true, BARE, 24, 25, false },
		{ "before the connection began", true, BARE, 24, 26, true },
		{ "as far as a flight reaches", true, BARE, 70000, 65535, false },
		{ "further back", true, BARE, 70000, 65536, true },
		{ "ahead", true, BARE, 70000, -1, true },
		{ "an abort", true, ACKED, 70000, 25, true },
		{ "the peer has not closed", false, BARE, 70000, 25, true },
	};
	struct tcpwhy_verdict v;
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(rows); i++) {
		struct tcpwhy_packet rst = given_bare_rst();
		struct tcpwhy_flow f = given_memory();
		struct tcpwhy_observation o = given_received(&rst, &f, 0);

		o.kind = TCPWHY_KIND_RESET_IGNORED;
		o.conn.fin_received = rows[i].closed;
		o.conn.state = rows[i].closed ? TCPWHY_CLOSE_WAIT : TCPWHY_ESTABLISHED;
		o.conn.bytes_in = rows[i].bytes_in;
		rst.flags |= rows[i].flags;
		rst.seq = RCV_NXT - rows[i].behind;
		rst.end_seq = rst.seq;
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v),
				    rows[i].told ? TCPWHY_CAUSE_RST_IGNORED : TCPWHY_CAUSE_NONE,
				    "%s", rows[i].what);
		if (!rows[i].told)
			KUNIT_EXPECT_EQ_MSG(test, f.ignored, 0, "%s", rows[i].what);
	}
}

static void a_rst_that_was_not_believed_ends_nothing(struct kunit *test)
{
	struct tcpwhy_packet rst = with_signs(given_rst(), TWO_SIGNS);
	struct tcpwhy_flow f = given_memory(), before = f;
	struct tcpwhy_observation o = given_received(&rst, &f, 300000);
	struct tcpwhy_verdict v;

	rst.seq = RCV_NXT + 70000;
	rst.end_seq = rst.seq;
	o.kind = TCPWHY_KIND_RESET_IGNORED;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_IGNORED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_POSSIBLE);
	KUNIT_EXPECT_EQ(test, v.quiet_ms, 0u);
	KUNIT_EXPECT_EQ(test, v.mibs, 0u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.seq, RCV_NXT + 70000);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.rcv_nxt, RCV_NXT);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.window, 65535u);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.has & TCPWHY_HAS(WINDOW), TCPWHY_HAS(WINDOW));
	KUNIT_EXPECT_TRUE(test, !memcmp(&f, &before, sizeof(f)));
	/* The window is asked for nowhere else. */
	o.kind = TCPWHY_KIND_RESET_RECEIVED;
	judged(&o, &v);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.has & TCPWHY_HAS(WINDOW), 0u);
}

/* A connection that a RST ended: @signs of them that RST had. */
static struct tcpwhy_flow given_ended(u32 rst_seq, u8 signs)
{
	struct tcpwhy_packet rst = with_signs(given_rst(), signs);
	struct tcpwhy_flow f = given_memory();
	struct tcpwhy_observation o = given_received(&rst, &f, 0);
	struct tcpwhy_verdict v;

	rst.seq = rst_seq;
	rst.end_seq = rst_seq;
	judged(&o, &v);
	return f;
}

static void a_rst_is_remembered(struct kunit *test)
{
	struct tcpwhy_flow f = given_ended(RCV_NXT + 5, ONE_SIGN);

	KUNIT_EXPECT_EQ(test, f.rst_seq, RCV_NXT + 5);
	KUNIT_EXPECT_EQ(test, f.signs, ONE_SIGN);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, f.died_in, TCPWHY_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f.died_ms, NOW_MS);
	f = given_ended(RCV_NXT, TWO_SIGNS);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_INJECTED);
}

/* What comes after a RST with one sign, and whether that is a second one. */
static void what_comes_later_may_be_a_sign(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 sign;
		u8 flags;
		s32 seq; /* from the RST's */
		u32 len;
		u32 after_ms;
	} rows[] = {
		{ "the RST again", 0, TCPWHY_RST, 0, 0, 5 },
		{ "beyond a FIN", 0, TCPWHY_RST, 1, 0, 5 },
		{ "beyond a FIN and a SYN", 0, TCPWHY_RST, 2, 0, 5 },
		{ "further", TCPWHY_SIGN_SECOND_RST, TCPWHY_RST, 3, 0, 5 },
		{ "with an ACK", TCPWHY_SIGN_SECOND_RST, TCPWHY_RST | TCPWHY_ACK, 1460, 0, 5 },
		{ "two back", 0, TCPWHY_RST, -2, 0, 5 },
		{ "three back", TCPWHY_SIGN_SECOND_RST, TCPWHY_RST, -3, 0, 5 },
		{ "at the same time", TCPWHY_SIGN_SECOND_RST, TCPWHY_RST, 3, 0, 0 },
		{ "at the end of time", TCPWHY_SIGN_SECOND_RST, TCPWHY_RST, 3, 0, AFTERWARDS_MS },
		{ "too late", 0, TCPWHY_RST, 3, 0, AFTERWARDS_MS + 1 },
		{ "data at the RST", TCPWHY_SIGN_LATE_DATA, TCPWHY_ACK, 0, 1, 5 },
		{ "data beyond it", TCPWHY_SIGN_LATE_DATA, TCPWHY_ACK, 1460, 1460, 5 },
		{ "data with a FIN", TCPWHY_SIGN_LATE_DATA, TCPWHY_ACK | TCPWHY_FIN, 0, 1, 5 },
		{ "at the end of time", TCPWHY_SIGN_LATE_DATA, TCPWHY_ACK, 0, 1, AFTERWARDS_MS },
		{ "data too late", 0, TCPWHY_ACK, 0, 1, AFTERWARDS_MS + 1 },
		{ "data that was under way", 0, TCPWHY_ACK, -1, 1, 5 },
		{ "and reached beyond", 0, TCPWHY_ACK, -1, 1460, 5 },
		{ "an ACK", 0, TCPWHY_ACK, 0, 0, 5 },
		{ "a FIN", 0, TCPWHY_ACK | TCPWHY_FIN, 0, 0, 5 },
		{ "a new SYN", 0, TCPWHY_SYN, 100, 0, 5 },
		{ "with data", 0, TCPWHY_SYN, 100, 10, 5 },
		{ "a new SYN that is taken back", 0, TCPWHY_SYN | TCPWHY_RST, 100, 0, 5 },
	};
	/* Where the RST is, and what follows it, the sequence numbers may wrap. */
	static const u32 rst_seqs[] = { RCV_NXT, 0, 1, 2, U32_MAX, U32_MAX - 1, 0x7fffffff,
					0x80000000 };
	struct tcpwhy_observation o;
	struct tcpwhy_packet p;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(rst_seqs); k++) {
			f = given_ended(rst_seqs[k], ONE_SIGN);
			p = given_segment(rows[i].flags, rst_seqs[k] + rows[i].seq, rows[i].len);
			o = given_later(&p, &f, rows[i].after_ms);
			KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].sign ?
					    TCPWHY_CAUSE_RST_INJECTED : TCPWHY_CAUSE_NONE,
					    "%s, RST at 0x%x", rows[i].what, rst_seqs[k]);
			KUNIT_EXPECT_EQ_MSG(test, f.signs, ONE_SIGN | rows[i].sign,
					    "%s, RST at 0x%x", rows[i].what, rst_seqs[k]);
		}
	}
}

static void only_a_rst_taken_for_the_peers_is_doubted_later(struct kunit *test)
{
	static const struct {
		u32 died_of;
		bool doubted;
	} rows[] = {
		{ TCPWHY_CAUSE_NONE, false },
		{ TCPWHY_CAUSE_PEER_ABORTED, true },
		{ TCPWHY_CAUSE_PEER_LOST_CONNECTION, true },
		{ TCPWHY_CAUSE_RST_INJECTED, true },
		{ TCPWHY_CAUSE_PEER_REFUSED, false },
		{ TCPWHY_CAUSE_PEER_CLOSED_EARLY, false },
		{ TCPWHY_CAUSE_RST_LINGER0, false },
		{ TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, false },
	};
	struct tcpwhy_packet p = given_segment(TCPWHY_ACK, RCV_NXT, 5);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_ended(RCV_NXT, ONE_SIGN);
		f.died_of = rows[i].died_of;
		o = given_later(&p, &f, 5);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].doubted ?
				    TCPWHY_CAUSE_RST_INJECTED : TCPWHY_CAUSE_NONE, "died of %u",
				    rows[i].died_of);
	}
	f = given_ended(RCV_NXT, ONE_SIGN);
	f.died_in = 0;
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_NONE, "it did not die");
	o.flow = NULL;
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_NONE, "nothing is remembered");
}

static void two_signs_that_come_later_do_as_well(struct kunit *test)
{
	struct tcpwhy_packet second = given_segment(TCPWHY_RST, RCV_NXT + 1460, 0);
	struct tcpwhy_packet data = given_segment(TCPWHY_ACK, RCV_NXT, 5);
	struct tcpwhy_flow f = given_ended(RCV_NXT, 0);
	struct tcpwhy_observation o = given_later(&second, &f, 5);
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_NONE, "the same sign again");
	KUNIT_EXPECT_EQ(test, f.signs, TCPWHY_SIGN_SECOND_RST);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_PEER_ABORTED);
	o = given_later(&data, &f, 6);
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.signs,
			TCPWHY_SIGN_SECOND_RST | TCPWHY_SIGN_LATE_DATA);
}

static void the_event_moves_once_and_grows_after(struct kunit *test)
{
	struct tcpwhy_packet second = given_segment(TCPWHY_RST, RCV_NXT + 1460, 0);
	struct tcpwhy_packet data = given_segment(TCPWHY_ACK, RCV_NXT, 5);
	struct tcpwhy_flow f = given_ended(RCV_NXT, ONE_SIGN);
	struct tcpwhy_observation o = given_later(&second, &f, 5);
	struct tcpwhy_evidence sum = { };
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	KUNIT_EXPECT_EQ(test, v.instead_of, TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ_MSG(test, v.mibs, 0u, "it is counted already");
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_LIKELY);
	KUNIT_EXPECT_EQ(test, f.died_of, TCPWHY_CAUSE_RST_INJECTED);
	tcpwhy_engine_merge(&sum, &v);
	KUNIT_EXPECT_EQ(test, sum.reset.signs, ONE_SIGN | TCPWHY_SIGN_SECOND_RST);
	KUNIT_EXPECT_EQ(test, sum.reset.seq, RCV_NXT);
	KUNIT_EXPECT_EQ(test, sum.reset.ttl_usual, USUAL_TTL);
	/* A third sign is a sequel: the evidence of the RST stays. */
	sum.reset.bytes_in = 7;
	o = given_later(&data, &f, 6);
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_SEQUEL);
	KUNIT_EXPECT_EQ(test, v.instead_of, TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_TRUE(test, tcpwhy_engine_take_over(&v, &sum));
	tcpwhy_engine_merge(&sum, &v);
	KUNIT_EXPECT_EQ(test, sum.reset.signs,
			ONE_SIGN | TCPWHY_SIGN_SECOND_RST | TCPWHY_SIGN_LATE_DATA);
	KUNIT_EXPECT_EQ(test, sum.reset.bytes_in, 7ull);
	/* And then there is nothing more to say. */
	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_NONE);
}

static void a_rst_that_was_injected_from_the_start_has_sequels_only(struct kunit *test)
{
	struct tcpwhy_packet data = given_segment(TCPWHY_ACK, RCV_NXT, 5);
	struct tcpwhy_flow f = given_ended(RCV_NXT, TWO_SIGNS);
	struct tcpwhy_observation o = given_later(&data, &f, 5);
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_SEQUEL);
	KUNIT_EXPECT_EQ(test, v.instead_of, TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
}

/* The event stays where it was counted, and is not what it was. */
static void one_sign_that_comes_later_makes_the_peers_rst_doubtful(struct kunit *test)
{
	static const struct {
		const char *what;
		u32 quiet_ms;
		u8 flags;
		u32 seq;
		u32 len;
		u8 sign;
		u32 cause;
		u8 confidence;
	} rows[] = {
		{ "a second RST", 0, TCPWHY_RST, RCV_NXT + 1460, 0, TCPWHY_SIGN_SECOND_RST,
		  TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_CONFIDENCE_POSSIBLE },
		{ "data", 0, TCPWHY_ACK, RCV_NXT, 5, TCPWHY_SIGN_LATE_DATA,
		  TCPWHY_CAUSE_PEER_ABORTED, TCPWHY_CONFIDENCE_POSSIBLE },
		{ "the same RST", 0, TCPWHY_RST, RCV_NXT, 0 },
		{ "an ACK", 0, TCPWHY_ACK, RCV_NXT, 0 },
		{ "a second RST after a loss", SILENCE_MS, TCPWHY_RST, RCV_NXT + 1460, 0,
		  TCPWHY_SIGN_SECOND_RST, TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		  TCPWHY_CONFIDENCE_POSSIBLE },
	};
	struct tcpwhy_packet rst, p;
	struct tcpwhy_verdict v, later;
	struct tcpwhy_observation o;
	struct tcpwhy_flow f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f = given_memory();
		rst = rows[i].quiet_ms ? given_bare_rst() : given_rst();
		o = given_received(&rst, &f, rows[i].quiet_ms);
		judged(&o, &v);
		p = given_segment(rows[i].flags, rows[i].seq, rows[i].len);
		o = given_later(&p, &f, 5);
		o.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &later), rows[i].cause, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, f.signs, rows[i].sign, "%s", rows[i].what);
		if (!rows[i].cause)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, later.weight, TCPWHY_WEIGHT_SEQUEL, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, later.confidence, rows[i].confidence, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, later.mibs, 0u, "%s: it is counted already",
				    rows[i].what);
		KUNIT_EXPECT_TRUE_MSG(test, tcpwhy_engine_take_over(&later, &v.evidence), "%s",
				      rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, later.evidence.reset.signs, rows[i].sign, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, later.evidence.reset.has, v.evidence.reset.has |
				    TCPWHY_HAS(SIGNS), "%s", rows[i].what);
		v.evidence.reset.seq++;
		KUNIT_EXPECT_FALSE_MSG(test, tcpwhy_engine_take_over(&later, &v.evidence),
				       "%s, of another connection", rows[i].what);
	}
}

/* Each sign is remembered, whether anybody wants to know or not. */
static void a_sign_counts_while_its_cause_is_switched_off(struct kunit *test)
{
	struct tcpwhy_set enabled = { };
	struct tcpwhy_packet second = given_segment(TCPWHY_RST, RCV_NXT + 1460, 0);
	struct tcpwhy_packet data = given_segment(TCPWHY_ACK, RCV_NXT, 5);
	struct tcpwhy_flow f = given_ended(RCV_NXT, 0);
	struct tcpwhy_observation o = given_later(&second, &f, 5);
	struct tcpwhy_verdict v;

	tcpwhy_set_add(&enabled, TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_FALSE(test, tcpwhy_engine_judge(&o, &enabled, &v));
	o = given_later(&data, &f, 6);
	KUNIT_ASSERT_TRUE(test, tcpwhy_engine_judge(&o, &enabled, &v));
	KUNIT_EXPECT_EQ(test, v.cause, TCPWHY_CAUSE_RST_INJECTED);
	KUNIT_EXPECT_EQ(test, v.instead_of, TCPWHY_CAUSE_PEER_ABORTED);
}

/* What was known of the RST goes with it when it moves; another's does not. */
static void the_evidence_moves_with_the_event(struct kunit *test)
{
	struct tcpwhy_packet second = given_segment(TCPWHY_RST, RCV_NXT + 1460, 0);
	struct tcpwhy_flow f = given_ended(RCV_NXT, ONE_SIGN);
	struct tcpwhy_observation o = given_later(&second, &f, 5);
	struct tcpwhy_evidence earlier = {
		.process.cgroup = 9,
		.reset = {
			.has = TCPWHY_HAS(SEQ) | TCPWHY_HAS(BYTES_IN),
			.seq = RCV_NXT, .bytes_in = 7,
		},
	};
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_RST_INJECTED);
	tcpwhy_engine_take_over(&v, &earlier);
	KUNIT_EXPECT_EQ(test, v.evidence.process.cgroup, 9ull);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.bytes_in, 7ull);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.signs, ONE_SIGN | TCPWHY_SIGN_SECOND_RST);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.has, earlier.reset.has |
			TCPWHY_HAS(SIGNS));
	f = given_ended(RCV_NXT, ONE_SIGN);
	judged(&o, &v);
	earlier.reset.seq++;
	tcpwhy_engine_take_over(&v, &earlier);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.bytes_in, 0ull);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.seq, RCV_NXT);
}

static void what_a_local_proxy_resets_is_not_the_peers(struct kunit *test)
{
	struct tcpwhy_flow f = given_memory();
	struct tcpwhy_packet rst = with_signs(given_bare_rst(), ONE_SIGN);
	struct tcpwhy_observation o = given_received(&rst, &f, 0);
	struct tcpwhy_verdict v;

	o.conn.proxied = true;
	o.conn.ts_ok = true;
	o.conn.unacked = 1;
	o.conn.bytes_in = 7;
	o.conn.via_port = 15001;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_ABORTED);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.signs, 0);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits & TCPWHY_TRAIT_LOCAL_PROXY,
			TCPWHY_TRAIT_LOCAL_PROXY);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.via_port, 15001);
	o.conn.state = TCPWHY_SYN_SENT;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_PEER_REFUSED);
	KUNIT_EXPECT_EQ(test, v.evidence.reset.traits, TCPWHY_TRAIT_LOCAL_PROXY);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_rst_has_one_cause),
	KUNIT_CASE(a_rst_after_the_last_words_is_a_goodbye),
	KUNIT_CASE(what_was_overtaken_tells_a_bare_rst),
	KUNIT_CASE(an_alert_is_a_goodbye_before_a_fin),
	KUNIT_CASE(an_alert_ends_what_was_said),
	KUNIT_CASE(what_was_written_before_the_fin_was_no_write_after_it),
	KUNIT_CASE(a_late_goodbye_to_a_peer_that_closed_is_one),
	KUNIT_CASE(a_peer_that_closed_its_side_may_have_waited),
	KUNIT_CASE(several_half_closed_ones_of_one_age_are_an_expiry),
	KUNIT_CASE(a_rst_that_lacks_the_timestamp_is_of_one_who_does_not_know),
	KUNIT_CASE(a_connection_that_no_program_had_says_so),
	KUNIT_CASE(a_rst_that_was_not_believed_belongs_to_the_death_that_follows),
	KUNIT_CASE(confidence_goes_with_the_signs),
	KUNIT_CASE(without_memory_there_are_no_signs),
	KUNIT_CASE(a_refusal_that_was_not_seen_itself_is_one_still),
	KUNIT_CASE(what_the_rst_and_the_peer_look_like_is_evidence),
	KUNIT_CASE(a_request_has_no_bytes_to_tell_of),
	KUNIT_CASE(a_lost_connection_was_idle_until_we_wrote),
	KUNIT_CASE(three_losses_after_the_same_silence_are_an_expiry),
	KUNIT_CASE(an_expiry_that_is_switched_off_is_a_loss),
	KUNIT_CASE(a_rst_counts_where_its_state_is_counted),
	KUNIT_CASE(an_answer_that_comes_after_the_peers_last_words_is_nothing),
	KUNIT_CASE(a_rst_that_was_not_believed_ends_nothing),
	KUNIT_CASE(a_rst_is_remembered),
	KUNIT_CASE(what_comes_later_may_be_a_sign),
	KUNIT_CASE(only_a_rst_taken_for_the_peers_is_doubted_later),
	KUNIT_CASE(two_signs_that_come_later_do_as_well),
	KUNIT_CASE(the_event_moves_once_and_grows_after),
	KUNIT_CASE(a_rst_that_was_injected_from_the_start_has_sequels_only),
	KUNIT_CASE(one_sign_that_comes_later_makes_the_peers_rst_doubtful),
	KUNIT_CASE(a_sign_counts_while_its_cause_is_switched_off),
	KUNIT_CASE(the_evidence_moves_with_the_event),
	KUNIT_CASE(what_a_local_proxy_resets_is_not_the_peers),
	{ }
};

static struct kunit_suite tcpwhy_reset_received_suite = {
	.name = "tcpwhy-reset-received",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_reset_received_suite);
