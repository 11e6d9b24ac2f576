// SPDX-License-Identifier: GPL-2.0
#include "core/engine.h"
#include "causes/causes.h"

/* In the order of &enum tcpwhy_cause_id. A new family adds its lines here. */
static const struct tcpwhy_cause *const causes[TCPWHY_CAUSE_MAX + 1] = {
	[TCPWHY_CAUSE_PAWS_ESTABLISHED] = &tcpwhy_paws_established,
	[TCPWHY_CAUSE_PAWS_HANDSHAKE] = &tcpwhy_paws_handshake,
	[TCPWHY_CAUSE_PAWS_TIMEWAIT] = &tcpwhy_paws_timewait,
	[TCPWHY_CAUSE_PAWS_STALE] = &tcpwhy_paws_stale,
	[TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN] = &tcpwhy_timewait_refused_syn,
	[TCPWHY_CAUSE_TIMEWAIT_OVERFLOW] = &tcpwhy_timewait_overflow,
	[TCPWHY_CAUSE_TIMEWAIT_KILLED] = &tcpwhy_timewait_killed,
	[TCPWHY_CAUSE_PORT_EXHAUSTION] = &tcpwhy_port_exhaustion,
};

/**
 * tcpwhy_cause_by_id() - a cause
 * @id: any number
 *
 * Return: the cause, NULL if there is none of that number
 */
const struct tcpwhy_cause *tcpwhy_cause_by_id(u32 id)
{
	return id <= TCPWHY_CAUSE_MAX ? causes[id] : NULL;
}

/**
 * tcpwhy_engine_wants() - what the enabled causes need to see
 * @enabled: set of causes
 *
 * Return: BIT(kind) of each observation that one of them judges or remembers
 */
u32 tcpwhy_engine_wants(u64 enabled)
{
	u32 wants = 0, id;

	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		if (enabled >> id & 1)
			wants |= causes[id]->wants | causes[id]->remembers;
	return wants;
}

/* A SYN that gets past TIME_WAIT opens the connection that is remembered now. */
static void remember_syn(const struct tcpwhy_observation *o)
{
	if (!o->flow)
		return;
	if (o->kind == TCPWHY_KIND_SYN ||
	    (o->kind == TCPWHY_KIND_TIMEWAIT &&
	     tcpwhy_timewait_fate(o->packet, &o->socket) == TCPWHY_TIMEWAIT_SYN_ACCEPTED))
		tcpwhy_flow_note_syn(o->flow, o->packet, o->now_ns);
}

/**
 * tcpwhy_engine_judge() - what does an observation mean?
 * @o: the observation; its @flow, if any, is updated
 * @enabled: set of causes
 * @v: verdict, meaningful if the answer is true
 *
 * Context: any; takes no lock. The caller serialises access to @o->flow.
 * Return: whether it is a case of an enabled cause
 */
bool tcpwhy_engine_judge(const struct tcpwhy_observation *o, u64 enabled,
			 struct tcpwhy_verdict *v)
{
	u32 id;

	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++) {
		if (!(enabled >> id & 1) || !(causes[id]->wants >> o->kind & 1))
			continue;
		memset(v, 0, sizeof(*v));
		v->cause = id;
		v->confidence = TCPWHY_CONFIDENCE_CERTAIN;
		if (!causes[id]->judge(o, v))
			continue;
		if (v->weight == TCPWHY_WEIGHT_EVENT && (causes[id]->mibs >> o->mib & 1))
			v->mib = o->mib;
		return true;
	}
	remember_syn(o);
	return false;
}

/**
 * tcpwhy_engine_merge() - add a verdict to the evidence of its finding
 * @sum: the finding's evidence, all zero to begin with
 * @v: the verdict
 */
void tcpwhy_engine_merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	const struct tcpwhy_cause *cause = tcpwhy_cause_by_id(v->cause);

	if (cause->merge)
		cause->merge(sum, v);
	else
		*sum = v->evidence;
}
