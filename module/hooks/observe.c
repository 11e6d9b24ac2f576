// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>

#include "core/engine.h"
#include "hooks/observe.h"
#include "store/flows.h"

/* Causes that are switched on; written under the sources' mutex, read by any hook. */
static struct tcpwhy_set enabled;
/* Of these, whom an observation of each kind may concern: few. */
static struct tcpwhy_set concerned[TCPWHY_KINDS];

/*
 * Until when somebody may still get in after a refusal. While nobody may,
 * connections that are established need not be looked up.
 */
#define REFUSAL_WINDOW	(180 * HZ)
static unsigned long refusals_until;
static bool refusals_seen;

/** tcpwhy_enabled() - the causes that are switched on; they may change meanwhile */
const struct tcpwhy_set *tcpwhy_enabled(void)
{
	return &enabled;
}

/**
 * tcpwhy_enabled_change() - switch causes on and off
 * @more: these on
 * @less: and then these off
 *
 * Context: process, under the sources' mutex.
 */
void tcpwhy_enabled_change(const struct tcpwhy_set *more, const struct tcpwhy_set *less)
{
	struct tcpwhy_set of_kind;
	int kind;

	tcpwhy_set_change(&enabled, more, less);
	for (kind = 0; kind < TCPWHY_KINDS; kind++) {
		tcpwhy_engine_concerned(kind, &of_kind);
		tcpwhy_set_keep(&concerned[kind], &enabled, &of_kind);
	}
}

/**
 * tcpwhy_observe_judge() - judge, and leave it to the caller to report a case
 * @o: what was seen
 * @v: the verdict
 *
 * For who holds a lock meanwhile: the peers' is not to be taken inside it.
 *
 * Context: any but NMI.
 * Return: whether it is a case of an enabled cause
 */
bool tcpwhy_observe_judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	return tcpwhy_engine_judge(o, &concerned[o->kind], v);
}

/** tcpwhy_refusals_pending() - was a SYN refused in the last minutes? */
bool tcpwhy_refusals_pending(void)
{
	return READ_ONCE(refusals_seen) && time_before(jiffies, READ_ONCE(refusals_until));
}

static void note_refusal(const struct tcpwhy_flow *flow)
{
	if (!flow || !flow->refused_by)
		return;
	WRITE_ONCE(refusals_until, jiffies + REFUSAL_WINDOW);
	WRITE_ONCE(refusals_seen, true);
}

/**
 * tcpwhy_observe() - judge what a hook saw, and record it if it is a case
 * @tn: namespace
 * @o: what was seen; @o->flow is this function's
 * @remember: which memory of the connection it needs
 * @header: the packet of @o->packet from its IP header on, or NULL
 *
 * Context: any but NMI, under RCU.
 * Return: whether it was a case of an enabled cause
 */
bool tcpwhy_observe(struct tcpwhy_net *tn, struct tcpwhy_observation *o,
		    enum tcpwhy_remember remember, const u8 *header)
{
	struct tcpwhy_flow_ref ref;
	struct tcpwhy_verdict v;
	bool is_case;

	o->flow = NULL;
	if (remember == TCPWHY_REMEMBER_NOTHING) {
		is_case = tcpwhy_observe_judge(o, &v);
	} else {
		tcpwhy_flow_get(&ref, tn, &o->peer, o->lport, o->rport,
				remember == TCPWHY_REMEMBER_NEW ? TCPWHY_FLOW_MAKE :
								  TCPWHY_FLOW_FIND, o->now_ns);
		o->flow = ref.flow;
		is_case = tcpwhy_observe_judge(o, &v);
		note_refusal(o->flow);
		o->flow = NULL;
		tcpwhy_flow_put(&ref);
	}
	if (is_case)
		tcpwhy_peers_report(tn, o, &v, header, o->packet ? o->packet->header_len : 0);
	return is_case;
}

/**
 * tcpwhy_observe_other() - the same for what is of no connection
 * @tn: namespace
 * @o: what was seen
 * @header: the packet from its IP header on, or NULL
 * @header_len: bytes of it
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_observe_other(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
			  const u8 *header, u32 header_len)
{
	struct tcpwhy_verdict v;

	if (tcpwhy_observe_judge(o, &v))
		tcpwhy_peers_report(tn, o, &v, header, header_len);
}
