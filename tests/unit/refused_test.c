// SPDX-License-Identifier: GPL-2.0
/* ICMP errors: how sure it is that they refused something, and who sent them. */
#include "given.h"

static struct tcpwhy_observation refused(u8 protocol, bool received, bool heard)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_REFUSED,
		.refused = {
			.icmp = TCPWHY_ICMP_KIND_HOST_UNREACHABLE, .protocol = protocol,
			.origin = TCPWHY_ORIGIN_NETFILTER, .received = received, .heard = heard,
		},
	};

	return o;
}

static void it_is_as_sure_as_the_kernel_was(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 protocol;
		bool received;
		bool heard;
		u8 confidence;
	} rows[] = {
		{ "a connect that ended", 6, true, true, TCPWHY_CONFIDENCE_CERTAIN },
		{ "a datagram, and its program hears of it", 17, true, true,
		  TCPWHY_CONFIDENCE_LIKELY },
		{ "a datagram, and nobody hears of it", 17, true, false,
		  TCPWHY_CONFIDENCE_POSSIBLE },
		{ "an answer of ours to a SYN", 6, false, false, TCPWHY_CONFIDENCE_POSSIBLE },
		{ "an answer of ours to a datagram", 17, false, false, TCPWHY_CONFIDENCE_POSSIBLE },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = refused(rows[i].protocol, rows[i].received, rows[i].heard);
		KUNIT_ASSERT_EQ_MSG(test, judged(&o, &v), TCPWHY_CAUSE_REFUSED_ICMP, "%s",
				    rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, v.confidence, rows[i].confidence, "%s", rows[i].what);
	}
}

static void what_we_sent_tells_who_made_it(struct kunit *test)
{
	static const struct attr_value evidence[] = {
		{ TCPWHY_A_EVIDENCE_PROTOCOL, 6 },
		{ TCPWHY_A_EVIDENCE_ICMP, TCPWHY_ICMP_KIND_HOST_UNREACHABLE },
		{ TCPWHY_A_EVIDENCE_ORIGIN, TCPWHY_ORIGIN_NETFILTER },
	};
	struct tcpwhy_observation o = refused(6, false, false);
	struct tcpwhy_verdict v;

	judged(&o, &v);
	expect_evidence(test, v.cause, &v.evidence, evidence, ARRAY_SIZE(evidence));
}

/* A connect that dies is seen twice; only one of them is its refusal. */
static void a_connect_that_died_is_none_by_itself(struct kunit *test)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_DIED,
		.conn = { .state = TCPWHY_CLOSE, .before = TCPWHY_SYN_SENT },
	};
	struct tcpwhy_verdict v;

	KUNIT_EXPECT_EQ(test, judged(&o, &v), TCPWHY_CAUSE_NONE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(it_is_as_sure_as_the_kernel_was),
	KUNIT_CASE(what_we_sent_tells_who_made_it),
	KUNIT_CASE(a_connect_that_died_is_none_by_itself),
	{ }
};

static struct kunit_suite tcpwhy_refused_suite = {
	.name = "tcpwhy-refused",
	.test_cases = cases,
};

kunit_test_suite(tcpwhy_refused_suite);
