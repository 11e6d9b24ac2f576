// SPDX-License-Identifier: GPL-2.0
/*
 * Local ports towards one remote address and port. Each connection that we
 * close first holds its port for 60 s of TIME_WAIT, so that some 470 a second
 * use up the default range of 28 232.
 *
 * bind() takes a port from all destinations, unless the program has set
 * IP_BIND_ADDRESS_NO_PORT: it fails as soon as connections, to whomever, hold
 * all of the range.
 */
#include "causes/causes.h"

/**
 * tcpwhy_ports_taken_by_connections() - is it they for whom bind() finds no port?
 * @taken: ports that connections hold
 * @usable: ports that there are
 *
 * Else sockets do that listen, or are bound to no peer yet. Half: then most of them are
 * connections.
 */
bool tcpwhy_ports_taken_by_connections(u32 taken, u32 usable)
{
	return taken && (u64)taken * 2 >= usable;
}

static void fill_look(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	v->evidence.ports.timewait = o->ports.timewait;
	v->evidence.ports.in_use = o->ports.in_use;
	v->evidence.ports.usable = o->ports.usable;
}

static bool judge_exhaustion(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (o->kind == TCPWHY_KIND_NO_PORT) {
		v->evidence.ports.failed = 1;
		return true;
	}
	if (o->kind == TCPWHY_KIND_NO_BIND) {
		fill_look(o, v);
		v->evidence.ports.binds = o->ports.binds;
		v->evidence.ports.taken = o->ports.taken;
		return true;
	}
	if (!o->ports.usable ||
	    (u64)o->ports.timewait * 100 < (u64)o->ports.usable * TCPWHY_PORTS_NEARLY_PERCENT)
		return false;
	v->weight = o->ports.still ? TCPWHY_WEIGHT_STATE : TCPWHY_WEIGHT_EVENT;
	fill_look(o, v);
	return true;
}

static void merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	const struct tcpwhy_evidence_ports *add = &v->evidence.ports;
	u32 failed = sum->ports.failed + add->failed;
	u32 binds = sum->ports.binds + add->binds;

	if (add->usable) /* a look at the ports, not a connect that failed */
		sum->ports = *add;
	sum->ports.failed = failed;
	sum->ports.binds = binds;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	if (e->ports.usable) {
		emit(ctx, TCPWHY_A_EVIDENCE_PORTS_TIMEWAIT, e->ports.timewait);
		emit(ctx, TCPWHY_A_EVIDENCE_PORTS_IN_USE, e->ports.in_use);
		emit(ctx, TCPWHY_A_EVIDENCE_PORTS_USABLE, e->ports.usable);
	}
	emit(ctx, TCPWHY_A_EVIDENCE_CONNECTS_FAILED, e->ports.failed);
	if (e->ports.binds)
		emit(ctx, TCPWHY_A_EVIDENCE_BINDS_FAILED, e->ports.binds);
	if (e->ports.taken)
		emit(ctx, TCPWHY_A_EVIDENCE_PORTS_TAKEN, e->ports.taken);
}

const struct tcpwhy_cause tcpwhy_port_exhaustion = {
	.id = TCPWHY_CAUSE_PORT_EXHAUSTION,
	.name = "port-exhaustion",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_NO_PORT) | BIT_ULL(TCPWHY_KIND_PORTS) |
		 BIT_ULL(TCPWHY_KIND_NO_BIND),
	.judge = judge_exhaustion,
	.merge = merge,
	.describe = describe,
};
