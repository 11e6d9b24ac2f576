// SPDX-License-Identifier: GPL-2.0
/* PAWS before a handshake is complete: requests, judged as tcp_check_req() does. */
#include "given.h"

#define MSL_S	60u

/* Our snt_isn is 77, the request's SYN was RCV_NXT - 1. */
static void requests_reject_what_the_kernel_rejects(struct kunit *test)
{
	enum { NO = TCPWHY_CAUSE_NONE, HURTS = TCPWHY_CAUSE_PAWS_HANDSHAKE,
	       STALE = TCPWHY_CAUSE_PAWS_STALE };
	static const struct {
		const char *what;
		u8 flags;
		u32 seq;
		u32 ack;
		u32 behind;
		u32 age_s;
		u32 expected;
	} rows[] = {
		{ "the last ACK", TCPWHY_ACK, RCV_NXT, 78, 1, 1, HURTS },
		{ "a wrong ACK is answered before", TCPWHY_ACK, RCV_NXT, 77, 1, 1, NO },
		{ "another wrong ACK", TCPWHY_ACK, RCV_NXT, 79, 1, 1, NO },
		{ "the last FIN", TCPWHY_FIN | TCPWHY_ACK, RCV_NXT, 78, 1, 1, HURTS },
		{ "another host's SYN, whose ack means nothing", TCPWHY_SYN, 5, 0, 1, 1, HURTS },
		{ "a SYN a byte off", TCPWHY_SYN, RCV_NXT, 0, 1, 1, HURTS },
		{ "an overtaken copy of the SYN", TCPWHY_SYN, RCV_NXT - 1, 0, 1, 1, STALE },
		{ "an ACK in the SYN's place", TCPWHY_ACK, RCV_NXT - 1, 78, 1, 1, HURTS },
		{ "SYN with the right ACK", TCPWHY_SYN | TCPWHY_ACK, 5, 78, 1, 1, HURTS },
		{ "SYN with a wrong ACK", TCPWHY_SYN | TCPWHY_ACK, 5, 1, 1, 1, NO },
		{ "RST", TCPWHY_RST, RCV_NXT, 0, 1, 1, STALE },
		{ "RST after a minute", TCPWHY_RST, RCV_NXT, 0, 1, MSL_S, NO },
		{ "RST with the right ACK", TCPWHY_RST | TCPWHY_ACK, RCV_NXT, 78, 1, 1, STALE },
		{ "no window here: 0 behind", TCPWHY_ACK, RCV_NXT, 78, 0, 1, NO },
		{ "newer", TCPWHY_ACK, RCV_NXT, 78, -5, 1, NO },
		{ "half a circle", TCPWHY_ACK, RCV_NXT, 78, 0x7fffffff, 1, HURTS },
		{ "opposite", TCPWHY_ACK, RCV_NXT, 78, 0x80000000, 1, NO },
	};
	struct tcpwhy_socket s = given_socket(TCPWHY_NEW_SYN_RECV);
	struct tcpwhy_observation o;
	struct tcpwhy_packet p;
	struct tcpwhy_verdict v;
	u32 i;

	s.snt_isn = 77;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p = given_segment(rows[i].flags, rows[i].seq, 0);
		p = with_ts(p, TS_RECENT - rows[i].behind);
		p.ack = rows[i].ack;
		s.ts_recent_stamp = s.now_s - rows[i].age_s;
		o = given_seen(TCPWHY_KIND_REQUEST, &p, &s);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), rows[i].expected, "%s", rows[i].what);
		if (rows[i].expected != HURTS)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].flags & TCPWHY_ACK ?
				    TCPWHY_CONFIDENCE_CERTAIN : TCPWHY_CONFIDENCE_POSSIBLE, "%s",
				    rows[i].what);
	}
}

/* Newer kernels look at the timestamp of a RST and not at its ACK. */
static void the_wrong_ack_of_a_rst_counts_where_the_kernel_checks_it(struct kunit *test)
{
	struct tcpwhy_packet p = given_segment(TCPWHY_RST | TCPWHY_ACK, RCV_NXT, 0);
	struct tcpwhy_socket s = given_socket(TCPWHY_NEW_SYN_RECV);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;

	p = with_ts(p, TS_RECENT - 1);
	s.snt_isn = 77;
	s.rst_ack_checked = true;
	o = given_seen(TCPWHY_KIND_REQUEST, &p, &s);
	KUNIT_EXPECT_EQ(test, judged(&o, &v), 0u);
	o.socket.rst_ack_checked = false;
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PAWS_STALE);
	p.flags = TCPWHY_SYN | TCPWHY_ACK;
	KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v), 0u, "no RST: always checked");
}

static void the_ack_of_a_request_wraps(struct kunit *test)
{
	struct tcpwhy_packet p = with_ts(given_segment(TCPWHY_ACK, RCV_NXT, 0), TS_RECENT - 1);
	struct tcpwhy_socket s = given_socket(TCPWHY_NEW_SYN_RECV);
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;

	s.snt_isn = 0xffffffff;
	p.ack = 0;
	o = given_seen(TCPWHY_KIND_REQUEST, &p, &s);
	KUNIT_EXPECT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PAWS_HANDSHAKE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_reject_what_the_kernel_rejects),
	KUNIT_CASE(the_wrong_ack_of_a_rst_counts_where_the_kernel_checks_it),
	KUNIT_CASE(the_ack_of_a_request_wraps),
	{ }
};

static struct kunit_suite tcpwhy_handshake_suite = {
	.name = "tcpwhy-handshake",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_handshake_suite);
