// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks, a line each. One is attached while an enabled cause needs what it
 * shows. One that cannot be attached is coverage lost, and no reason not to
 * load: the others work.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint.h>

#include "core/engine.h"
#include "hooks/binds.h"
#include "hooks/drops.h"
#include "hooks/forward.h"
#include "hooks/fragments.h"
#include "hooks/holes.h"
#include "hooks/kprobes.h"
#include "hooks/lean.h"
#include "hooks/lost.h"
#include "hooks/minisocks.h"
#include "hooks/netfilter.h"
#include "hooks/observe.h"
#include "hooks/oversize.h"
#include "hooks/refused.h"
#include "hooks/reset_in.h"
#include "hooks/reset_left.h"
#include "hooks/reset_out.h"
#include "hooks/retransmit.h"
#include "hooks/silence.h"
#include "hooks/sources.h"
#include "hooks/state.h"
#include "hooks/sweep.h"
#include "hooks/too_big.h"
#include "netns.h"

static struct tcpwhy_source sources[] = {
	{
		.name = "kprobes tcp_timewait_state_process, tcp_check_req",
		.shows = "what meets TIME_WAIT or a handshake",
		.provides = BIT_ULL(TCPWHY_KIND_TIMEWAIT) | BIT_ULL(TCPWHY_KIND_REQUEST),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_minisocks_attach,
		.detach = tcpwhy_minisocks_detach,
	},
	{
		.name = "netfilter local-in",
		.shows = "SYNs and RSTs; without kprobes what meets TIME_WAIT or a handshake",
		.provides = BIT_ULL(TCPWHY_KIND_SYN),
		.substitutes = BIT_ULL(TCPWHY_KIND_TIMEWAIT) | BIT_ULL(TCPWHY_KIND_REQUEST),
		.modes = BIT(TCPWHY_MODE_NORMAL),
		.netns_hooks = TCPWHY_HOOKS_LOCAL_IN + 1,
		.attach = tcpwhy_netfilter_attach,
		.detach = tcpwhy_netfilter_detach,
	},
	{
		.name = "kprobe tcp_conn_request",
		.shows = "SYNs in lean mode",
		.provides = BIT_ULL(TCPWHY_KIND_SYN),
		.modes = BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_lean_attach,
		.detach = tcpwhy_lean_detach,
	},
	{
		.shows = "PAWS drops, and RSTs not believed, on established connections",
		.provides = BIT_ULL(TCPWHY_KIND_PAWS_DROP) | BIT_ULL(TCPWHY_KIND_RESET_IGNORED),
		.own_name = tcpwhy_drops_name,
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_drops_attach,
		.detach = tcpwhy_drops_detach,
	},
	{
		.name = "tracepoint tcp:tcp_send_reset",
		.shows = "RSTs that TCP sends of its own accord",
		.provides = BIT_ULL(TCPWHY_KIND_RESET_SENT),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_reset_own_attach,
		.detach = tcpwhy_reset_own_detach,
	},
	{
		.shows = "RSTs that TCP answers with",
		.provides = BIT_ULL(TCPWHY_KIND_RESET_REPLY) | BIT_ULL(TCPWHY_KIND_AFTER_RESET),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.own_name = tcpwhy_reset_reply_name,
		.attach = tcpwhy_reset_reply_attach,
		.detach = tcpwhy_reset_reply_detach,
	},
	{
		.name = "tracepoint net:net_dev_queue",
		.shows = "RSTs that TCP did not make",
		.provides = BIT_ULL(TCPWHY_KIND_RESET_LEFT),
		.modes = BIT(TCPWHY_MODE_NORMAL),
		.attach = tcpwhy_reset_left_attach,
		.detach = tcpwhy_reset_left_detach,
	},
	{
		.name = "kprobe tcp_reset",
		.shows = "RSTs that end a connection",
		.provides = BIT_ULL(TCPWHY_KIND_RESET_RECEIVED),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_reset_in_attach,
		.detach = tcpwhy_reset_in_detach,
	},
	{
		.name = "tracepoint sock:inet_sock_set_state",
		.shows = "closes without TIME_WAIT, connects without a port, time-outs",
		.provides = BIT_ULL(TCPWHY_KIND_ESTABLISHED) | BIT_ULL(TCPWHY_KIND_CLOSED) |
			    BIT_ULL(TCPWHY_KIND_NO_PORT) | BIT_ULL(TCPWHY_KIND_GAVE_UP) |
			    BIT_ULL(TCPWHY_KIND_DIED),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_state_attach,
		.detach = tcpwhy_state_detach,
	},
	{
		.name = "kprobe inet_frag_kill",
		.shows = "datagrams in pieces that do not become whole",
		.provides = BIT_ULL(TCPWHY_KIND_FRAGMENTS_EXPIRED) |
			    BIT_ULL(TCPWHY_KIND_FRAGMENTS_REFUSED),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_fragments_attach,
		.detach = tcpwhy_fragments_detach,
	},
	{
		.name = "kprobe inet_frag_find",
		.shows = "fragments refused for want of memory",
		.provides = BIT_ULL(TCPWHY_KIND_FRAGMENT_NO_ROOM),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_fragments_room_attach,
		.detach = tcpwhy_fragments_room_detach,
	},
	{
		.name = "tracepoint tcp:tcp_retransmit_skb",
		.shows = "segments that time out again and again",
		.provides = BIT_ULL(TCPWHY_KIND_RTO) | BIT_ULL(TCPWHY_KIND_SHRUNK) |
			    BIT_ULL(TCPWHY_KIND_SYN_AGAIN),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_retransmit_attach,
		.detach = tcpwhy_retransmit_detach,
	},
	{
		.name = "tracepoint skb:kfree_skb, what TCP sends",
		.shows = "segments that a device drops as they are sent, as too large",
		.provides = BIT_ULL(TCPWHY_KIND_OVERSIZE),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_oversize_attach,
		.detach = tcpwhy_oversize_detach,
	},
	{
		.name = "kprobes tcp_v4_err, tcp_v6_err, tcp_simple_retransmit",
		.shows = "routers that say that packets are too big",
		.provides = BIT_ULL(TCPWHY_KIND_TOO_BIG),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_too_big_attach,
		.detach = tcpwhy_too_big_detach,
	},
	{
		.name = "kprobes tcp_v4_err, tcp_v6_err, udp_err, udpv6_err",
		.shows = "ICMP errors that answer connects and datagrams of this host",
		.provides = BIT_ULL(TCPWHY_KIND_REFUSED),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_refused_attach,
		.detach = tcpwhy_refused_detach,
	},
	{
		.name = "kprobes __icmp_send, icmp6_send, for refusals",
		.shows = "connects and datagrams that this host answers with ICMP",
		.provides = BIT_ULL(TCPWHY_KIND_REFUSED),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_refused_sent_attach,
		.detach = tcpwhy_refused_sent_detach,
	},
	{
		.name = "tracepoint skb:kfree_skb, for connects",
		.shows = "SYNs, and answers to them, that this host drops",
		.provides = BIT_ULL(TCPWHY_KIND_DROPPED),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_lost_attach,
		.detach = tcpwhy_lost_detach,
	},
	{
		.name = "netfilter forward",
		.shows = "SYNs and segments that pass through again and again",
		.provides = BIT_ULL(TCPWHY_KIND_FORWARD_STALL) |
			    BIT_ULL(TCPWHY_KIND_FORWARD_SYN_AGAIN),
		.modes = BIT(TCPWHY_MODE_NORMAL),
		.netns_hooks = TCPWHY_HOOKS_FORWARD + 1,
		.attach = tcpwhy_forward_attach,
		.detach = tcpwhy_forward_detach,
	},
	{
		.name = "kprobes __icmp_send, icmp6_send",
		.shows = "segments that are too big to be forwarded",
		.provides = BIT_ULL(TCPWHY_KIND_FORWARD_TOLD),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_forward_told_attach,
		.detach = tcpwhy_forward_told_detach,
	},
	{
		.name = "kprobe tcp_cwnd_restart",
		.shows = "writes after a silence, to known peers",
		.provides = BIT_ULL(TCPWHY_KIND_WROTE),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_silence_attach,
		.detach = tcpwhy_silence_detach,
	},
	{
		.name = "kprobe inet_csk_get_port, on return",
		.shows = "bind() that finds no local port",
		.provides = BIT_ULL(TCPWHY_KIND_NO_BIND),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_binds_attach,
		.detach = tcpwhy_binds_detach,
	},
	{
		.name = "sweep over TIME_WAIT",
		.shows = "local ports that are used up, or nearly so",
		.provides = BIT_ULL(TCPWHY_KIND_PORTS),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_sweep_start,
		.detach = tcpwhy_sweep_stop,
	},
	{
		.name = "sweep over connections",
		.shows = "what is missing of what peers send",
		.provides = BIT_ULL(TCPWHY_KIND_HOLE),
		.modes = BIT(TCPWHY_MODE_NORMAL) | BIT(TCPWHY_MODE_LEAN),
		.attach = tcpwhy_holes_start,
		.detach = tcpwhy_holes_stop,
	},
};

/* They make no finding, but tell how it went on: who sees nothing else does not see the cause. */
#define SEQUELS		BIT_ULL(TCPWHY_KIND_ESTABLISHED)

/* Protects @sources' states and @mode, and orders changes of what is enabled. */
static DEFINE_MUTEX(mutex);
static enum tcpwhy_mode mode;

static void detach(struct tcpwhy_source *s)
{
	if (s->state == TCPWHY_SOURCE_STATE_ATTACHED)
		s->detach();
	s->state = TCPWHY_SOURCE_STATE_OFF;
	s->error = 0;
}

static void attach(struct tcpwhy_source *s)
{
	unsigned int sets = tcpwhy_kprobes_sets();

	if (s->state == TCPWHY_SOURCE_STATE_ATTACHED)
		return;
	s->error = s->attach();
	s->by_kprobe = tcpwhy_kprobes_sets() != sets;
	s->state = s->error ? TCPWHY_SOURCE_STATE_MISSING : TCPWHY_SOURCE_STATE_ATTACHED;
}

enum tcpwhy_mode tcpwhy_sources_mode(void)
{
	return READ_ONCE(mode);
}

/* What others should show, and do not. */
static u64 lacking(void)
{
	u64 kinds = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].state == TCPWHY_SOURCE_STATE_MISSING)
			kinds |= sources[i].provides;
	return kinds;
}

static bool is_wanted(const struct tcpwhy_source *s)
{
	return (s->provides | (s->substitutes & lacking())) &
		tcpwhy_engine_wants(tcpwhy_enabled()) && s->modes >> mode & 1;
}

/**
 * tcpwhy_sources_change() - attach what the enabled causes need, detach the rest
 * @change: what is to be different
 *
 * Context: process.
 */
void tcpwhy_sources_change(const struct tcpwhy_change *change)
{
	bool detached = false;
	int i;

	mutex_lock(&mutex);
	tcpwhy_enabled_change(&change->enable, &change->disable);
	if (change->mode != TCPWHY_MODE_KEEP)
		WRITE_ONCE(mode, change->mode);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		if (is_wanted(&sources[i]))
			continue;
		detached |= sources[i].state == TCPWHY_SOURCE_STATE_ATTACHED;
		detach(&sources[i]);
	}
	/* No packet that has passed a hook may meet the one that takes its place. */
	if (detached)
		synchronize_rcu();
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (is_wanted(&sources[i]))
			attach(&sources[i]);
	mutex_unlock(&mutex);
}

/** tcpwhy_sources_announce() - one line in the kernel's log, where something can't be seen */
void tcpwhy_sources_announce(void)
{
	unsigned int i, missing = 0;

	mutex_lock(&mutex);
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		missing += sources[i].state == TCPWHY_SOURCE_STATE_MISSING;
	mutex_unlock(&mutex);
	if (missing)
		pr_notice("%u of %zu hooks are missing: 'tcpwhy status' says which causes are not seen\n",
			  missing, ARRAY_SIZE(sources));
}

/* Calls that a kprobe did not see, since load */
static u64 missed(void)
{
	return tcpwhy_minisocks_missed() + tcpwhy_lean_missed() + tcpwhy_drops_missed() +
	       tcpwhy_reset_reply_missed() + tcpwhy_reset_in_missed() +
	       tcpwhy_fragments_missed() + tcpwhy_silence_missed() +
	       tcpwhy_too_big_missed() + tcpwhy_forward_told_missed() +
	       tcpwhy_refused_missed() + tcpwhy_refused_sent_missed() +
	       tcpwhy_binds_missed();
}

/** tcpwhy_sources_detach_all() - detach all, and wait until none runs */
void tcpwhy_sources_detach_all(void)
{
	int i;

	mutex_lock(&mutex);
	for (i = ARRAY_SIZE(sources) - 1; i >= 0; i--)
		detach(&sources[i]);
	mutex_unlock(&mutex);
	tracepoint_synchronize_unregister();
	synchronize_rcu();
}

/* As it is for one namespace, just now */
static void look_at(const struct tcpwhy_source *s, const struct tcpwhy_sight *sight,
		    struct tcpwhy_source *copy)
{
	int error = 0;

	*copy = *s;
	if (s->state != TCPWHY_SOURCE_STATE_ATTACHED)
		return;
	if (s->by_kprobe && sight->blind)
		copy->state = TCPWHY_SOURCE_STATE_BLIND;
	if (s->netns_hooks)
		error = tcpwhy_netns_hook_error(sight->tn, s->netns_hooks - 1);
	if (error) {
		copy->state = TCPWHY_SOURCE_STATE_MISSING;
		copy->error = error;
	}
}

/**
 * tcpwhy_sources_look() - what can be seen at this moment
 * @tn: namespace for which that is asked
 * @sight: result
 *
 * What can be switched off behind the module's back is tried out.
 *
 * Context: process.
 */
void tcpwhy_sources_look(const struct tcpwhy_net *tn, struct tcpwhy_sight *sight)
{
	struct tcpwhy_source s;
	int i;

	memset(sight, 0, sizeof(*sight));
	sight->tn = tn;
	mutex_lock(&mutex);
	sight->blind = tcpwhy_kprobes_blind();
	sight->missed = missed();
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		look_at(&sources[i], sight, &s);
		if (s.state == TCPWHY_SOURCE_STATE_ATTACHED) {
			sight->seen |= s.provides;
			sight->stand_in |= s.substitutes;
		}
	}
	sight->stand_in &= lacking();
	mutex_unlock(&mutex);
}

/**
 * tcpwhy_sources_coverage() - how much of a cause can be seen
 * @sight: what can be seen
 * @cause: &enum tcpwhy_cause_id
 *
 * Return: &enum tcpwhy_coverage
 */
u8 tcpwhy_sources_coverage(const struct tcpwhy_sight *sight, u32 cause)
{
	const struct tcpwhy_cause *c = tcpwhy_cause_by_id(cause);
	u64 all = c->wants | c->remembers;
	u64 seen = sight->seen;

	if (!tcpwhy_set_has(tcpwhy_enabled(), cause))
		return TCPWHY_COVERAGE_OFF;
	if (!c->wants_all_segments)
		seen |= sight->stand_in;
	if ((seen & all) == all)
		return TCPWHY_COVERAGE_FULL;
	return (seen | sight->stand_in) & c->wants & ~SEQUELS ? TCPWHY_COVERAGE_PARTIAL :
								TCPWHY_COVERAGE_NONE;
}

/**
 * tcpwhy_sources_get() - a hook, to be shown
 * @sight: what can be seen
 * @i: which, from 0
 * @copy: result
 *
 * Return: false if there are no more
 */
bool tcpwhy_sources_get(const struct tcpwhy_sight *sight, u32 i, struct tcpwhy_source *copy)
{
	if (i >= ARRAY_SIZE(sources))
		return false;
	mutex_lock(&mutex);
	look_at(&sources[i], sight, copy);
	mutex_unlock(&mutex);
	if (copy->own_name)
		copy->name = copy->own_name();
	return true;
}
