// SPDX-License-Identifier: GPL-2.0
/* Local ports towards one remote port: nearly used up, or used up. */
#include "given.h"

static struct tcpwhy_observation given_ports(u32 timewait, u32 in_use, u32 usable, bool still)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_PORTS,
		.ports = {
			.timewait = timewait,
			.in_use = in_use,
			.usable = usable,
			.still = still,
		},
	};

	return o;
}

static void ninety_percent_in_timewait_is_exhaustion(struct kunit *test)
{
	static const struct {
		u32 timewait;
		u32 in_use;
		u32 usable;
		bool exhausted;
	} rows[] = {
		{ 89, 11, 100, false },
		{ 90, 0, 100, true },
		{ 100, 0, 100, true },
		{ 200, 0, 100, true }, /* more local addresses than one */
		{ 25408, 2824, 28232, false }, /* 89.997 % of the default range */
		{ 25409, 0, 28232, true },
		{ 0, 100, 100, false }, /* live connections: no TIME_WAIT to blame */
		{ 0, 0, 100, false },
		{ 0, 0, 0, false },
		{ 1, 0, 0, false },
		{ 0, 0, 1, false },
		{ 1, 0, 1, true },
		{ 58060, 0, 64511, true },
		{ 58059, 0, 64511, false },
		{ 0xffffffff, 0, 0xffffffff, true },
		{ 3865470565u, 0, 0xffffffff, false },
		{ 3865470566u, 0, 0xffffffff, true },
	};
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		o = given_ports(rows[i].timewait, rows[i].in_use, rows[i].usable, false);
		KUNIT_EXPECT_EQ_MSG(test, judged(&o, &v),
				    rows[i].exhausted ? TCPWHY_CAUSE_PORT_EXHAUSTION : 0u,
				    "%u in TIME_WAIT, %u in use, of %u", rows[i].timewait,
				    rows[i].in_use, rows[i].usable);
	}
}

static void it_is_an_event_once_and_then_a_state(struct kunit *test)
{
	struct tcpwhy_observation o = given_ports(95, 5, 100, false);
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PORT_EXHAUSTION);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	o.ports.still = true;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PORT_EXHAUSTION);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_STATE);
}

static void a_failed_connect_is_an_event(struct kunit *test)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_NO_PORT };
	struct tcpwhy_verdict v;

	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PORT_EXHAUSTION);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	KUNIT_EXPECT_EQ(test, v.evidence.ports.failed, 1u);
}

static void see(struct tcpwhy_evidence *sum, struct tcpwhy_observation o)
{
	struct tcpwhy_verdict v;

	if (judged(&o, &v))
		tcpwhy_engine_merge(sum, &v);
}

static void failed_connects_add_up_and_looks_replace_each_other(struct kunit *test)
{
	static const struct tcpwhy_observation no_port = { .kind = TCPWHY_KIND_NO_PORT };
	static const struct attr_value before[] = {
		{ TCPWHY_A_EVIDENCE_CONNECTS_FAILED, 2 },
	};
	static const struct attr_value after[] = {
		{ TCPWHY_A_EVIDENCE_PORTS_TIMEWAIT, 92 },
		{ TCPWHY_A_EVIDENCE_PORTS_IN_USE, 8 },
		{ TCPWHY_A_EVIDENCE_PORTS_USABLE, 100 },
		{ TCPWHY_A_EVIDENCE_CONNECTS_FAILED, 3 },
	};
	struct tcpwhy_evidence sum = { };

	see(&sum, no_port);
	see(&sum, no_port);
	expect_evidence(test, TCPWHY_CAUSE_PORT_EXHAUSTION, &sum, before, ARRAY_SIZE(before));
	see(&sum, given_ports(90, 3, 100, false));
	see(&sum, given_ports(92, 8, 100, true));
	see(&sum, no_port);
	expect_evidence(test, TCPWHY_CAUSE_PORT_EXHAUSTION, &sum, after, ARRAY_SIZE(after));
}

static void a_bind_without_a_port_is_an_event(struct kunit *test)
{
	struct tcpwhy_observation o = given_ports(3, 20, 40, false);
	struct tcpwhy_verdict v;

	o.kind = TCPWHY_KIND_NO_BIND;
	o.ports.binds = 12;
	o.ports.taken = 40;
	KUNIT_ASSERT_EQ(test, judged(&o, &v), (u32)TCPWHY_CAUSE_PORT_EXHAUSTION);
	KUNIT_EXPECT_EQ(test, v.weight, TCPWHY_WEIGHT_EVENT);
	KUNIT_EXPECT_EQ(test, v.confidence, TCPWHY_CONFIDENCE_CERTAIN);
	KUNIT_EXPECT_EQ(test, v.evidence.ports.failed, 0u);
	KUNIT_EXPECT_EQ(test, v.evidence.ports.binds, 12u);
}

static void failed_binds_add_up_beside_failed_connects(struct kunit *test)
{
	static const struct tcpwhy_observation no_port = { .kind = TCPWHY_KIND_NO_PORT };
	static const struct attr_value after[] = {
		{ TCPWHY_A_EVIDENCE_PORTS_TIMEWAIT, 3 },
		{ TCPWHY_A_EVIDENCE_PORTS_IN_USE, 20 },
		{ TCPWHY_A_EVIDENCE_PORTS_USABLE, 40 },
		{ TCPWHY_A_EVIDENCE_CONNECTS_FAILED, 1 },
		{ TCPWHY_A_EVIDENCE_BINDS_FAILED, 7 },
		{ TCPWHY_A_EVIDENCE_PORTS_TAKEN, 39 },
	};
	struct tcpwhy_observation o = given_ports(3, 20, 40, false);
	struct tcpwhy_evidence sum = { };

	o.kind = TCPWHY_KIND_NO_BIND;
	o.ports.binds = 5;
	o.ports.taken = 40;
	see(&sum, o);
	see(&sum, no_port);
	o.ports.binds = 2;
	o.ports.taken = 39;
	see(&sum, o);
	expect_evidence(test, TCPWHY_CAUSE_PORT_EXHAUSTION, &sum, after, ARRAY_SIZE(after));
}

static void connections_that_hold_half_of_the_ports_are_to_blame(struct kunit *test)
{
	static const struct {
		u32 taken;
		u32 usable;
		bool blamed;
	} rows[] = {
		{ 40, 40, true },
		{ 20, 40, true },
		{ 19, 40, false },
		{ 0, 40, false },
		{ 0, 0, false },
		{ 1, 1, true },
		{ 0xffffffff, 0xffffffff, true },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, tcpwhy_ports_taken_by_connections(rows[i].taken,
									    rows[i].usable),
				    rows[i].blamed, "%u of %u", rows[i].taken, rows[i].usable);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ninety_percent_in_timewait_is_exhaustion),
	KUNIT_CASE(it_is_an_event_once_and_then_a_state),
	KUNIT_CASE(a_failed_connect_is_an_event),
	KUNIT_CASE(failed_connects_add_up_and_looks_replace_each_other),
	KUNIT_CASE(a_bind_without_a_port_is_an_event),
	KUNIT_CASE(failed_binds_add_up_beside_failed_connects),
	KUNIT_CASE(connections_that_hold_half_of_the_ports_are_to_blame),
	{ }
};

static struct kunit_suite tcpwhy_ports_suite = { .name = "tcpwhy-ports", .test_cases = cases };

kunit_test_suite(tcpwhy_ports_suite);
