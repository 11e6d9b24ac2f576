// SPDX-License-Identifier: GPL-2.0
/*
 * A server that recycles connections by timestamp (net.ipv4.tcp_tw_recycle, up to Linux 4.11)
 * minds the latest timestamp of each address for a minute, and drops a SYN from there that is
 * behind it. Hosts behind one NAT have clocks of their own: all but one of them suffer.
 *
 * A full backlog drops SYNs whatever their timestamps, and so do a path that loses them and a
 * firewall that minds their ports. That it takes, of fourteen SYNs, just the four that are
 * behind, comes about in 1 of 16384 cases where every second one is lost, and otherwise less
 * often. Simulated with core/syns.c, six hosts and 0.5 to 100 connects a second, of whose
 * ports or SYNs 30 or 50 % were dropped at random, it came about in none of 4000 minutes each.
 */
#include "causes/causes.h"

#define IGNORED_LEAST	4
#define ANSWERED_LEAST	10

static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_ignores *e = &v->evidence.ignores;
	const struct tcpwhy_syns *s = o->syns.memory;
	struct tcpwhy_try *t = o->syns.again;

	if (s->ignored < IGNORED_LEAST || s->answered < ANSWERED_LEAST || t->named)
		return false;
	v->confidence = s->connections > 1 ? TCPWHY_CONFIDENCE_LIKELY : TCPWHY_CONFIDENCE_POSSIBLE;
	e->tsval = t->ignored;
	e->answered_tsval = t->ignored_for;
	e->ignored = s->ignored;
	e->answered = s->answered;
	e->connections = s->connections;
	e->client = t->client;
	t->named = true;
	return true;
}

static void describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx)
{
	const struct tcpwhy_evidence_ignores *i = &e->ignores;

	emit(ctx, TCPWHY_A_EVIDENCE_TSVAL, i->tsval);
	emit(ctx, TCPWHY_A_EVIDENCE_TS_RECENT, i->answered_tsval);
	emit(ctx, TCPWHY_A_EVIDENCE_TS_BEHIND, i->answered_tsval - i->tsval);
	emit(ctx, TCPWHY_A_EVIDENCE_ATTEMPTS, i->connections);
	emit(ctx, TCPWHY_A_EVIDENCE_SYNS_IGNORED, i->ignored);
	emit(ctx, TCPWHY_A_EVIDENCE_SYNS_ANSWERED, i->answered);
}

static void describe_addrs(const struct tcpwhy_evidence *e, tcpwhy_emit_addr_t emit, void *ctx)
{
	emit(ctx, TCPWHY_A_EVIDENCE_SENDER, &e->ignores.client);
}

const struct tcpwhy_cause tcpwhy_peer_ignores_syn = {
	.id = TCPWHY_CAUSE_PEER_IGNORES_SYN,
	.name = "peer-ignores-syn",
	.severity = TCPWHY_SEVERITY_TROUBLE,
	.wants = BIT_ULL(TCPWHY_KIND_SYN_AGAIN) | BIT_ULL(TCPWHY_KIND_FORWARD_SYN_AGAIN),
	.judge = judge,
	.describe = describe,
	.describe_addrs = describe_addrs,
};
