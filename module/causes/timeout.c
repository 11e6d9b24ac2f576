// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that end without a RST: nothing that was sent is answered any more. A program may
 * lose its patience with a connect long before the kernel does.
 */
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
	if (o->conn.abandoned)
		e->traits |= TCPWHY_TRAIT_ABANDONED;
	v->quiet_ms = o->conn.quiet_ms;
	v->waited_ms = o->conn.idle_ms - o->conn.quiet_ms;
	return true;
}

/* What became of the SYNs and their answers on this host. */
static bool judge_connect(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	e->dropped = o->conn.dropped;
	e->unsent = o->conn.unsent;
	e->drop_reason = o->conn.drop_reason;
	return judge(o, v);
}

static void describe_connect(const struct tcpwhy_evidence *evidence, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_evidence_reset *e = &evidence->reset;

	tcpwhy_reset_describe(evidence, emit, ctx);
	if (e->dropped)
		emit(ctx, TCPWHY_A_EVIDENCE_DROPPED_HERE, e->dropped);
	if (e->unsent)
		emit(ctx, TCPWHY_A_EVIDENCE_UNSENT, e->unsent);
	if (e->dropped || e->unsent)
		emit(ctx, TCPWHY_A_EVIDENCE_DROP_REASON, e->drop_reason);
}

const struct tcpwhy_cause tcpwhy_timeout_retransmit = {
	.id = TCPWHY_CAUSE_TIMEOUT_RETRANSMIT,
	.name = "timeout-retransmit",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_GAVE_UP),
	.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS),
	.which = tcpwhy_timeout_cause,
	.judge = judge,
	.describe = tcpwhy_reset_describe,
};

const struct tcpwhy_cause tcpwhy_timeout_connect = {
	.id = TCPWHY_CAUSE_TIMEOUT_CONNECT,
	.name = "timeout-connect",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_GAVE_UP),
	.remembers = BIT_ULL(TCPWHY_KIND_DROPPED),
	.which = tcpwhy_timeout_cause,
	.judge = judge_connect,
	.describe = describe_connect,
};
