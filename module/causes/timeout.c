// SPDX-License-Identifier: GPL-2.0
/* Connections that end without a RST: nothing that was sent is answered any more. */
#include "causes/causes.h"

#define HAS(attr)	BIT_ULL(TCPWHY_A_EVIDENCE_##attr)

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
	return o->conn.before == TCPWHY_SYN_SENT ? TCPWHY_CAUSE_TIMEOUT_CONNECT :
						   TCPWHY_CAUSE_TIMEOUT_RETRANSMIT;
}

static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;
	u8 before = o->conn.before;

	if (tcpwhy_timeout_cause(o) != v->cause)
		return false;
	tcpwhy_reset_fill_conn(o, before, e);
	e->has |= HAS(RETRIES);
	e->retries = o->conn.retries;
	v->quiet_ms = o->conn.quiet_ms;
	if (before != TCPWHY_ESTABLISHED && before != TCPWHY_CLOSE_WAIT)
		v->mibs &= ~BIT(TCPWHY_MIB_ESTAB_RESETS);
	return true;
}

const struct tcpwhy_cause tcpwhy_timeout_retransmit = {
	.id = TCPWHY_CAUSE_TIMEOUT_RETRANSMIT,
	.name = "timeout-retransmit",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT(TCPWHY_KIND_GAVE_UP),
	.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS),
	.judge = judge,
	.describe = tcpwhy_reset_describe,
};

const struct tcpwhy_cause tcpwhy_timeout_connect = {
	.id = TCPWHY_CAUSE_TIMEOUT_CONNECT,
	.name = "timeout-connect",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT(TCPWHY_KIND_GAVE_UP),
	.judge = judge,
	.describe = tcpwhy_reset_describe,
};
