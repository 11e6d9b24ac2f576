// SPDX-License-Identifier: GPL-2.0
#include "core/engine.h"
#include "causes/causes.h"

#define OF_FAMILY(family, first, cause)	\
	[TCPWHY_CAUSE_##cause] = &(family)[TCPWHY_CAUSE_##cause - TCPWHY_CAUSE_##first]
#define SENT(cause)	OF_FAMILY(tcpwhy_reset_sent, RST_PORT_CLOSED, cause)
#define RECEIVED(cause)	OF_FAMILY(tcpwhy_reset_received, PEER_REFUSED, cause)

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
	SENT(RST_PORT_CLOSED),
	SENT(RST_UNREAD_DATA),
	SENT(RST_LINGER0),
	SENT(RST_KEEPALIVE_TIMEOUT),
	SENT(RST_USER_TIMEOUT),
	SENT(RST_ACCEPT_OVERFLOW),
	SENT(RST_LATE_SYNACK),
	SENT(RST_DATA_AFTER_CLOSE),
	SENT(RST_UNKNOWN_CONNECTION),
	SENT(RST_TIMEWAIT),
	SENT(RST_BAD_HANDSHAKE),
	SENT(RST_ORPHAN_LIMIT),
	SENT(RST_LISTENER_CLOSED),
	SENT(RST_DISCONNECT),
	SENT(RST_ADMIN),
	SENT(RST_FOLLOWUP),
	SENT(RST_FIREWALL),
	SENT(RST_FORGED_LOCAL),
	SENT(RST_FORWARDED),
	[TCPWHY_CAUSE_TIMEOUT_RETRANSMIT] = &tcpwhy_timeout_retransmit,
	[TCPWHY_CAUSE_TIMEOUT_CONNECT] = &tcpwhy_timeout_connect,
	RECEIVED(PEER_REFUSED),
	RECEIVED(PEER_ABORTED),
	RECEIVED(PEER_CLOSED_EARLY),
	RECEIVED(PEER_LOST_CONNECTION),
	RECEIVED(IDLE_EXPIRED),
	RECEIVED(RST_INJECTED),
	RECEIVED(RST_IGNORED),
	[TCPWHY_CAUSE_FRAGMENT_LOST] = &tcpwhy_fragment_lost,
	[TCPWHY_CAUSE_FRAGMENT_DROPPED] = &tcpwhy_fragment_dropped,
	[TCPWHY_CAUSE_BLACKHOLE_SEND] = &tcpwhy_blackhole_send,
	[TCPWHY_CAUSE_PMTU_LOWERED] = &tcpwhy_pmtu_lowered,
	[TCPWHY_CAUSE_TOO_BIG_IGNORED] = &tcpwhy_too_big_ignored,
	[TCPWHY_CAUSE_BLACKHOLE_RECEIVE] = &tcpwhy_blackhole_receive,
	[TCPWHY_CAUSE_BLACKHOLE_FORWARD] = &tcpwhy_blackhole_forward,
	[TCPWHY_CAUSE_PEER_IGNORES_SYN] = &tcpwhy_peer_ignores_syn,
	[TCPWHY_CAUSE_RST_GOODBYE] = &tcpwhy_rst_goodbye,
	[TCPWHY_CAUSE_PEER_GOODBYE] = &tcpwhy_peer_goodbye,
	[TCPWHY_CAUSE_DEVICE_MTU_DROP] = &tcpwhy_device_mtu_drop,
	[TCPWHY_CAUSE_RST_HAPPY_EYEBALLS] = &tcpwhy_rst_happy_eyeballs,
	[TCPWHY_CAUSE_REFUSED_ICMP] = &tcpwhy_refused_icmp,
	[TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE] = &tcpwhy_deaf_after_handshake,
	[TCPWHY_CAUSE_DROPPED_BY_CONTENT] = &tcpwhy_dropped_by_content,
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
 * Return: BIT_ULL(kind) of each observation that one of them judges or remembers
 */
u64 tcpwhy_engine_wants(const struct tcpwhy_set *enabled)
{
	u64 wants = 0;
	u32 id;

	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		if (tcpwhy_set_has(enabled, id))
			wants |= causes[id]->wants | causes[id]->remembers;
	return wants;
}

/**
 * tcpwhy_engine_concerned() - whom an observation of a kind may concern
 * @kind: the kind
 * @concerned: result, set of causes
 */
void tcpwhy_engine_concerned(enum tcpwhy_kind kind, struct tcpwhy_set *concerned)
{
	u32 id;

	memset(concerned, 0, sizeof(*concerned));
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		if ((causes[id]->wants | causes[id]->remembers) >> kind & 1)
			tcpwhy_set_add(concerned, id);
}

static bool is_case(const struct tcpwhy_cause *cause, const struct tcpwhy_observation *o,
		    const struct tcpwhy_set *enabled, struct tcpwhy_verdict *v)
{
	memset(v, 0, sizeof(*v));
	v->cause = cause->id;
	v->confidence = TCPWHY_CONFIDENCE_CERTAIN;
	v->mibs = o->mibs & cause->mibs;
	if (!cause->judge(o, v))
		return false;
	if (v->weight == TCPWHY_WEIGHT_STATE)
		v->mibs = 0;
	if (!tcpwhy_set_has(enabled, TCPWHY_CAUSE_IDLE_EXPIRED))
		v->quiet_ms = 0;
	v->evidence.process = o->process;
	return true;
}

static bool find_cause(const struct tcpwhy_observation *o, const struct tcpwhy_set *enabled,
		       struct tcpwhy_verdict *v)
{
	u32 (*family)(const struct tcpwhy_observation *o) = NULL;
	const struct tcpwhy_cause *cause;
	u32 member = 0, id;

	for (id = tcpwhy_set_next(enabled, 1); id <= TCPWHY_CAUSE_MAX;
	     id = tcpwhy_set_next(enabled, id + 1)) {
		cause = causes[id];
		if (!((cause->wants | cause->remembers) >> o->kind & 1))
			continue;
		if (cause->which && cause->which != family) {
			family = cause->which;
			member = family(o);
		}
		if ((!cause->which || cause->id == member) && is_case(cause, o, enabled, v))
			return true;
	}
	return false;
}

/* Enabled or not, what ended a connection explains what comes for it later. */
static void remember_death(const struct tcpwhy_observation *o)
{
	u32 cause;

	switch (o->kind) {
	case TCPWHY_KIND_RESET_REPLY:
		if (!tcpwhy_reset_sent_ends(o))
			break;
		fallthrough;
	case TCPWHY_KIND_RESET_SENT:
		tcpwhy_reset_remember(o, tcpwhy_reset_sent_cause(o));
		break;
	case TCPWHY_KIND_RESET_RECEIVED:
		/* The memory of the RST takes the place of what the cause was told from. */
		cause = tcpwhy_reset_received_cause(o);
		tcpwhy_reset_received_remember(o);
		tcpwhy_reset_remember(o, cause);
		break;
	case TCPWHY_KIND_RESET_LEFT:
		tcpwhy_reset_announce(o);
		break;
	case TCPWHY_KIND_RESET_IGNORED:
		tcpwhy_reset_ignored_note(o);
		break;
	case TCPWHY_KIND_AFTER_RESET:
		tcpwhy_reset_received_doubt(o);
		break;
	case TCPWHY_KIND_GAVE_UP:
	case TCPWHY_KIND_DIED:
		tcpwhy_reset_remember(o, tcpwhy_timeout_cause(o));
		break;
	default:
		break;
	}
}

/**
 * tcpwhy_engine_judge() - what does an observation mean?
 * @o: the observation; its @flow, if any, is updated
 * @enabled: set of causes; those that tcpwhy_engine_concerned() leaves out change nothing
 * @v: verdict, meaningful if the answer is true
 *
 * Context: any; takes no lock. The caller serialises access to @o->flow.
 * Return: whether it is a case of an enabled cause
 */
bool tcpwhy_engine_judge(const struct tcpwhy_observation *o, const struct tcpwhy_set *enabled,
			 struct tcpwhy_verdict *v)
{
	bool found = find_cause(o, enabled, v);

	remember_death(o);
	return found;
}

/**
 * tcpwhy_engine_learn() - does a silence explain that a connection was lost?
 * @idle: what is known of the peer
 * @v: the verdict; it becomes another if so
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_engine_learn(struct tcpwhy_idle *idle, struct tcpwhy_verdict *v, u32 now_ms)
{
	if (!v->quiet_ms)
		return;
	tcpwhy_idle_turn(idle, v->half_closed);
	if (!tcpwhy_idle_lost(idle, v->quiet_ms, now_ms - v->waited_ms))
		return;
	v->cause = TCPWHY_CAUSE_IDLE_EXPIRED;
	v->confidence = TCPWHY_CONFIDENCE_LIKELY;
	tcpwhy_reset_fill_idle(idle, v->quiet_ms, &v->evidence.reset);
}

/**
 * tcpwhy_engine_take_over() - an earlier event turns out to have been this one
 * @v: the verdict
 * @earlier: evidence of the finding that it was counted as
 *
 * Return: whether that is about this event; if so its evidence becomes the verdict's
 */
bool tcpwhy_engine_take_over(struct tcpwhy_verdict *v, const struct tcpwhy_evidence *earlier)
{
	return tcpwhy_reset_received_take_over(v, earlier);
}

/**
 * tcpwhy_engine_withdraws() - are the latest events of a finding part of another event?
 * @v: the verdict on that, with @v->withdraws
 * @earlier: the finding's evidence
 */
bool tcpwhy_engine_withdraws(const struct tcpwhy_verdict *v, const struct tcpwhy_evidence *earlier)
{
	return tcpwhy_reset_ignored_withdraws(v, earlier);
}

/**
 * tcpwhy_engine_merge() - add a verdict to the evidence of its finding
 * @sum: the finding's evidence, all zero to begin with
 * @v: the verdict
 */
void tcpwhy_engine_merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v)
{
	const struct tcpwhy_cause *cause = tcpwhy_cause_by_id(v->cause);

	if (!cause->merge) {
		*sum = v->evidence;
		return;
	}
	cause->merge(sum, v);
	if (v->weight == TCPWHY_WEIGHT_EVENT)
		sum->process = v->evidence.process;
}
