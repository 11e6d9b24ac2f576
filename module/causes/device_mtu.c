// SPDX-License-Identifier: GPL-2.0
/*
 * A veth pair whose ends have different MTUs, or a bridge with a larger one than its port: what
 * is too large is dropped as it is sent, by this host itself. No router says so, and TCP takes it
 * for loss, or for a queue that is full just now.
 */
#include "causes/causes.h"

static bool judge_drop(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_oversize *e = &v->evidence.oversize;
	struct tcpwhy_oversize *m = o->oversize.memory;

	if (m->named || m->times < TCPWHY_OVERSIZE_TIMES)
		return false;
	e->size = m->size;
	e->mtu = o->oversize.mtu;
	e->mtu_beyond = o->oversize.mtu_beyond;
	e->device = o->oversize.device;
	e->stall_ms = tcpwhy_ms(o->now_ns) - m->since_ms;
	e->times = m->times;
	m->named = true;
	return true;
}

/* That such a connection is given up is part of it. */
static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (o->kind == TCPWHY_KIND_OVERSIZE)
		return judge_drop(o, v);
	v->weight = TCPWHY_WEIGHT_SEQUEL;
	if (o->conn.before != TCPWHY_ESTABLISHED && o->conn.before != TCPWHY_CLOSE_WAIT)
		v->mibs = 0;
	return true;
}

static u32 which(const struct tcpwhy_observation *o)
{
	return o->kind == TCPWHY_KIND_OVERSIZE ? TCPWHY_CAUSE_DEVICE_MTU_DROP :
						 tcpwhy_timeout_cause(o);
}

static void merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	if (v->weight == TCPWHY_WEIGHT_EVENT)
		sum->oversize = v->evidence.oversize;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_SIZE_FAILS, e->oversize.size);
	emit(ctx, TCPWHY_A_EVIDENCE_DEVICE, e->oversize.device);
	emit(ctx, TCPWHY_A_EVIDENCE_MTU, e->oversize.mtu);
	emit(ctx, TCPWHY_A_EVIDENCE_MTU_BEYOND, e->oversize.mtu_beyond);
	emit(ctx, TCPWHY_A_EVIDENCE_RETRIES, e->oversize.times);
	emit(ctx, TCPWHY_A_EVIDENCE_STALL, e->oversize.stall_ms);
}

const struct tcpwhy_cause tcpwhy_device_mtu_drop = {
	.id = TCPWHY_CAUSE_DEVICE_MTU_DROP,
	.name = "device-mtu-drop",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_OVERSIZE),
	.remembers = BIT_ULL(TCPWHY_KIND_GAVE_UP),
	.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS),
	.which = which,
	.judge = judge,
	.merge = merge,
	.describe = describe,
};
