// SPDX-License-Identifier: GPL-2.0
/* Connections that end without a RST: nothing that was sent is answered any more. */
#include "causes/causes.h"

/**
 * tcpwhy_timeout_cause() - what was given up
 * @o: the observation
 *
 * Return: &enum tcpwhy_cause_id
 */
u32 tcpwhy_timeout_cause(const struct tcpwhy_observation *o)
{
	if (o->kind != TCPWHY_KIND_GAVE_UP || tcpwhy_reset_just_died(o))
		return TCPWHY_CAUSE_NONE;
	if (o->conn.oversize)
		return TCPWHY_CAUSE_DEVICE_MTU_DROP;
	return o->conn.before == TCPWHY_SYN_SENT ? TCPWHY_CAUSE_TIMEOUT_CONNECT :
						   TCPWHY_CAUSE_TIMEOUT_RETRANSMIT;
}

static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	tcpwhy_reset_fill_conn(o, o->conn.before, v);
	e->has |= TCPWHY_HAS(RETRIES);
	e->retries = o->conn.retries;
	if (o->conn.mptcp)
		e->traits |= TCPWHY_TRAIT_MPTCP;
	v->quiet_ms = o->conn.quiet_ms;
	v->waited_ms = o->conn.idle_ms - o->conn.quiet_ms;
	return true;
}

const struct tcpwhy_cause tcpwhy_timeout_retransmit = {
	.id = TCPWHY_CAUSE_TIMEOUT_RETRANSMIT,
	.name = "timeout-retransmit",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT(TCPWHY_KIND_GAVE_UP),
	.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS),
	.which = tcpwhy_timeout_cause,
	.judge = judge,
	.describe = tcpwhy_reset_describe,
};

const struct tcpwhy_cause tcpwhy_timeout_connect = {
	.id = TCPWHY_CAUSE_TIMEOUT_CONNECT,
	.name = "timeout-connect",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT(TCPWHY_KIND_GAVE_UP),
	.which = tcpwhy_timeout_cause,
	.judge = judge,
	.describe = tcpwhy_reset_describe,
};
