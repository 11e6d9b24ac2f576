// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP in place of an answer: a firewall that rejects, a router without a route, a host that is
 * not there, a port of UDP on which nobody listens. Who rejects may be the peer or anybody on the
 * way, this host included.
 *
 * The kernel ends a connect for it if the message quotes its SYN. To a datagram's sender anybody
 * who knows the ports can say so.
 */
#include "causes/causes.h"

#define TCP	6

static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	const struct tcpwhy_refused *r = &o->refused;

	if (o->kind != TCPWHY_KIND_REFUSED)
		return false;
	if (!r->received || r->protocol != TCP)
		v->confidence = r->received && r->heard ? TCPWHY_CONFIDENCE_LIKELY :
							  TCPWHY_CONFIDENCE_POSSIBLE;
	v->evidence.refused.latest = *r;
	return true;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_refused *r = &e->refused.latest;

	emit(ctx, TCPWHY_A_EVIDENCE_PROTOCOL, r->protocol);
	emit(ctx, TCPWHY_A_EVIDENCE_ICMP, r->icmp);
	if (!r->received && r->origin)
		emit(ctx, TCPWHY_A_EVIDENCE_ORIGIN, r->origin);
}

static void describe_addrs(const struct tcpwhy_evidence *e, tcpwhy_emit_addr_t emit, void *ctx)
{
	if (e->refused.latest.received)
		emit(ctx, TCPWHY_A_EVIDENCE_ROUTER, &e->refused.latest.router);
}

const struct tcpwhy_cause tcpwhy_refused_icmp = {
	.id = TCPWHY_CAUSE_REFUSED_ICMP,
	.name = "refused-icmp",
	.severity = TCPWHY_SEVERITY_NOTICE,
	.wants = BIT_ULL(TCPWHY_KIND_REFUSED),
	/* A connect that ends shows what refused it. */
	.remembers = BIT_ULL(TCPWHY_KIND_DIED),
	.judge = judge,
	.describe = describe,
	.describe_addrs = describe_addrs,
};
