// SPDX-License-Identifier: GPL-2.0
/*
 * Local ports towards one remote address and port. Each connection that we
 * close first holds its port for 60 s of TIME_WAIT, so that some 470 a second
 * use up the default range of 28 232.
 */
#include "causes/causes.h"

static bool judge_exhaustion(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (o->kind == TCPWHY_KIND_NO_PORT) {
		v->evidence.ports.failed = 1;
		return true;
	}
	if (!o->ports.usable ||
	    (u64)o->ports.timewait * 100 < (u64)o->ports.usable * TCPWHY_PORTS_NEARLY_PERCENT)
		return false;
	v->weight = o->ports.still ? TCPWHY_WEIGHT_STATE : TCPWHY_WEIGHT_EVENT;
	v->evidence.ports.timewait = o->ports.timewait;
	v->evidence.ports.in_use = o->ports.in_use;
	v->evidence.ports.usable = o->ports.usable;
	return true;
}

static void merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	const struct tcpwhy_evidence_ports *add = &v->evidence.ports;
	u32 failed = sum->ports.failed + add->failed;

	if (add->usable) /* a look at the ports, not a connect that failed */
		sum->ports = *add;
	sum->ports.failed = failed;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	if (e->ports.usable) {
		emit(ctx, TCPWHY_A_EVIDENCE_PORTS_TIMEWAIT, e->ports.timewait);
		emit(ctx, TCPWHY_A_EVIDENCE_PORTS_IN_USE, e->ports.in_use);
		emit(ctx, TCPWHY_A_EVIDENCE_PORTS_USABLE, e->ports.usable);
	}
	emit(ctx, TCPWHY_A_EVIDENCE_CONNECTS_FAILED, e->ports.failed);
}

const struct tcpwhy_cause tcpwhy_port_exhaustion = {
	.id = TCPWHY_CAUSE_PORT_EXHAUSTION,
	.name = "port-exhaustion",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT(TCPWHY_KIND_NO_PORT) | BIT(TCPWHY_KIND_PORTS),
	.judge = judge_exhaustion,
	.merge = merge,
	.describe = describe,
};
