// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include "compat/mib.h"
#include "core/engine.h"
#include "hooks/sources.h"
#include "netlink_fill.h"
#include "netns.h"
#include "process.h"
#include "stats.h"
#include "store/cache.h"
#include "store/events.h"
#include "store/flows.h"
#include "store/forwarded.h"
#include "store/stalls.h"

static int put_addr(struct sk_buff *skb, int attr, const struct tcpwhy_addr *addr)
{
	if (tcpwhy_addr_is_v4(addr))
		return nla_put(skb, attr, 4, addr->b + 12);
	return nla_put(skb, attr, 16, addr->b);
}

struct emission {
	struct sk_buff *skb;
	int err;
};

static void emit(void *ctx, u32 attr, u64 value)
{
	struct emission *em = ctx;

	if (em->err)
		return;
	switch (attr) {
	case TCPWHY_A_EVIDENCE_STATE:
	case TCPWHY_A_EVIDENCE_SYN_CHANGED:
	case TCPWHY_A_EVIDENCE_TTL:
	case TCPWHY_A_EVIDENCE_TTL_BEFORE:
	case TCPWHY_A_EVIDENCE_TTL_USUAL:
	case TCPWHY_A_EVIDENCE_PHASE:
	case TCPWHY_A_EVIDENCE_SIGNS:
	case TCPWHY_A_EVIDENCE_ORIGIN:
	case TCPWHY_A_EVIDENCE_PROTOCOL:
	case TCPWHY_A_EVIDENCE_FRAGMENT_FIRST:
	case TCPWHY_A_EVIDENCE_FRAGMENT_REASON:
	case TCPWHY_A_EVIDENCE_LIFE:
	case TCPWHY_A_EVIDENCE_PATH_SIGNS:
	case TCPWHY_A_EVIDENCE_RELAY:
	case TCPWHY_A_EVIDENCE_DROP_REASON:
	case TCPWHY_A_EVIDENCE_ICMP:
		em->err = nla_put_u8(em->skb, attr, value);
		break;
	case TCPWHY_A_EVIDENCE_IP_ID:
	case TCPWHY_A_EVIDENCE_IP_ID_EXPECTED:
	case TCPWHY_A_EVIDENCE_VIA_PORT:
		em->err = nla_put_u16(em->skb, attr, value);
		break;
	case TCPWHY_A_EVIDENCE_BYTES_IN:
	case TCPWHY_A_EVIDENCE_BYTES_OUT:
	case TCPWHY_A_EVIDENCE_FRAGMENT_MEMORY:
	case TCPWHY_A_EVIDENCE_FRAGMENT_LIMIT:
		em->err = nla_put_u64_64bit(em->skb, attr, value, TCPWHY_A_EVIDENCE_PAD);
		break;
	default:
		em->err = nla_put_u32(em->skb, attr, value);
	}
}

static void emit_addr(void *ctx, u32 attr, const struct tcpwhy_addr *addr)
{
	struct emission *em = ctx;

	if (!em->err)
		em->err = put_addr(em->skb, attr, addr);
}

static int fill_process(struct sk_buff *skb, const struct tcpwhy_process *process,
			const struct tcpwhy_reader *reader)
{
	u32 pid = tcpwhy_process_pid(process, reader);

	if (pid && (nla_put_u32(skb, TCPWHY_A_EVIDENCE_PID, pid) ||
		    nla_put_string(skb, TCPWHY_A_EVIDENCE_COMM, process->comm)))
		return -EMSGSIZE;
	if (process->cgroup && nla_put_u64_64bit(skb, TCPWHY_A_EVIDENCE_CGROUP, process->cgroup,
						 TCPWHY_A_EVIDENCE_PAD))
		return -EMSGSIZE;
	return 0;
}

static int fill_finding(struct sk_buff *skb, const struct tcpwhy_finding *f,
			const struct tcpwhy_reader *reader)
{
	const struct tcpwhy_cause *cause = tcpwhy_cause_by_id(f->cause);
	struct nlattr *nest = nla_nest_start(skb, TCPWHY_A_PEER_FINDING), *evidence;
	struct emission em = { .skb = skb };

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, TCPWHY_A_FINDING_CAUSE, f->cause) ||
	    nla_put_u8(skb, TCPWHY_A_FINDING_SEVERITY, cause->severity) ||
	    nla_put_u8(skb, TCPWHY_A_FINDING_CONFIDENCE, f->confidence) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_FINDING_COUNT, f->count, TCPWHY_A_FINDING_PAD) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_FINDING_FIRST, f->first_ns, TCPWHY_A_FINDING_PAD) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_FINDING_LAST, f->last_ns, TCPWHY_A_FINDING_PAD) ||
	    nla_put_u32(skb, TCPWHY_A_FINDING_RATE,
			tcpwhy_rate_per_1000s(&f->rate, tcpwhy_ms(ktime_get_boottime_ns()))) ||
	    nla_put_u16(skb, TCPWHY_A_FINDING_LPORT, f->lport) ||
	    nla_put_u16(skb, TCPWHY_A_FINDING_RPORT, f->rport))
		goto cancel;
	evidence = nla_nest_start(skb, TCPWHY_A_FINDING_EVIDENCE);
	if (!evidence)
		goto cancel;
	cause->describe(&f->evidence, emit, &em);
	if (cause->describe_addrs)
		cause->describe_addrs(&f->evidence, emit_addr, &em);
	if (em.err || fill_process(skb, &f->evidence.process, reader))
		goto cancel;
	nla_nest_end(skb, evidence);
	nla_nest_end(skb, nest);
	return 0;

cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

static struct nlattr *start_peer(struct sk_buff *skb, const struct tcpwhy_peer_brief *peer)
{
	struct nlattr *nest = nla_nest_start(skb, TCPWHY_A_PEER);

	if (!nest)
		return NULL;
	if (put_addr(skb, TCPWHY_A_PEER_ADDRESS, &peer->addr) ||
	    nla_put_u32(skb, TCPWHY_A_PEER_NETNS, peer->inum) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_PEER_FIRST, peer->first_ns, TCPWHY_A_PEER_PAD) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_PEER_LAST, peer->last_ns, TCPWHY_A_PEER_PAD) ||
	    nla_put_u8(skb, TCPWHY_A_PEER_CLOCKS, peer->clocks) ||
	    nla_put_u8(skb, TCPWHY_A_PEER_FINGERPRINTS, peer->fingerprints)) {
		nla_nest_cancel(skb, nest);
		return NULL;
	}
	return nest;
}

/**
 * tcpwhy_fill_peer() - a peer and its findings
 * @skb: message
 * @peer: peer, held still by the caller
 * @filter: which findings
 * @reader: who gets it
 *
 * Return: 0 or -EMSGSIZE
 */
int tcpwhy_fill_peer(struct sk_buff *skb, const struct tcpwhy_peer *peer,
		     const struct tcpwhy_filter *filter, const struct tcpwhy_reader *reader)
{
	struct tcpwhy_peer_brief brief;
	const struct tcpwhy_finding *f;
	struct nlattr *nest;

	tcpwhy_peers_brief(peer, &brief);
	nest = start_peer(skb, &brief);
	if (!nest)
		return -EMSGSIZE;
	hlist_for_each_entry(f, &peer->findings, node) {
		if (!tcpwhy_filter_finding(filter, f))
			continue;
		if (fill_finding(skb, f, reader)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tcpwhy_fill_event_peer() - a peer with the one finding an event is about
 * @skb: message
 * @peer: whose it is
 * @f: copy of the finding
 * @reader: who gets it
 *
 * Return: 0 or -EMSGSIZE
 */
int tcpwhy_fill_event_peer(struct sk_buff *skb, const struct tcpwhy_peer_brief *peer,
			   const struct tcpwhy_finding *f, const struct tcpwhy_reader *reader)
{
	struct nlattr *nest = start_peer(skb, peer);

	if (!nest)
		return -EMSGSIZE;
	if (fill_finding(skb, f, reader)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_source(struct sk_buff *skb, const struct tcpwhy_source *s)
{
	struct nlattr *nest = nla_nest_start(skb, TCPWHY_A_STATUS_SOURCE);

	if (!nest || nla_put_string(skb, TCPWHY_A_SOURCE_NAME, s->name) ||
	    nla_put_u8(skb, TCPWHY_A_SOURCE_STATE, s->state) ||
	    (s->error && nla_put_s32(skb, TCPWHY_A_SOURCE_ERROR, s->error)) ||
	    nla_put_string(skb, TCPWHY_A_SOURCE_SHOWS, s->shows))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_cause(struct sk_buff *skb, const struct tcpwhy_cause *cause, u8 coverage,
		      u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, TCPWHY_A_STATUS_CAUSE);

	if (!nest || nla_put_u32(skb, TCPWHY_A_CAUSE_ID, cause->id) ||
	    nla_put_string(skb, TCPWHY_A_CAUSE_NAME, cause->name) ||
	    nla_put_u8(skb, TCPWHY_A_CAUSE_SEVERITY, cause->severity) ||
	    nla_put_u8(skb, TCPWHY_A_CAUSE_COVERAGE, coverage) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_CAUSE_COUNT, count, TCPWHY_A_CAUSE_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_reconcile(struct sk_buff *skb, const char *name, u64 kernel, u64 attributed)
{
	struct nlattr *nest = nla_nest_start(skb, TCPWHY_A_STATUS_RECONCILE);

	if (!nest || nla_put_string(skb, TCPWHY_A_RECONCILE_NAME, name) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_RECONCILE_KERNEL, kernel, TCPWHY_A_RECONCILE_PAD) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_RECONCILE_ATTRIBUTED, attributed,
			      TCPWHY_A_RECONCILE_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_counter(struct sk_buff *skb, int attr, const char *name, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || nla_put_string(skb, TCPWHY_A_COUNTER_NAME, name) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_COUNTER_VALUE, value, TCPWHY_A_COUNTER_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_sums(struct sk_buff *skb, const struct tcpwhy_net *tn,
		     const struct tcpwhy_sight *sight, const struct tcpwhy_share *share)
{
	u64 kernel[TCPWHY_MIBS], attributed[TCPWHY_MIBS] = { 0 };
	int i, err = 0;

	tcpwhy_mib_read(tn->net, kernel);
	for (i = 0; i < TCPWHY_MIBS; i++)
		attributed[tcpwhy_mib_counted_as(i)] += share->by_mib[i];
	for (i = 1; !err && i < TCPWHY_MIBS; i++)
		if (tcpwhy_mib_name(i))
			err = fill_reconcile(skb, tcpwhy_mib_name(i), kernel[i] - tn->mib_base[i],
					     attributed[i]);
	for (i = 1; !err && i <= TCPWHY_CAUSE_MAX; i++)
		err = fill_cause(skb, tcpwhy_cause_by_id(i), tcpwhy_sources_coverage(sight, i),
				 share->by_cause[i]);
	return err;
}

static int fill_unnamed(struct sk_buff *skb, const struct tcpwhy_net *tn)
{
	u64 now[TCPWHY_UNNAMED];
	int i, err = 0;

	tcpwhy_mib_read_unnamed(tn->net, now);
	for (i = 0; !err && i < TCPWHY_UNNAMED; i++)
		err = fill_counter(skb, TCPWHY_A_STATUS_UNNAMED, tcpwhy_mib_unnamed_name(i),
				   now[i] - tn->unnamed_base[i]);
	return err;
}

/* The module's own */
static int fill_counters(struct sk_buff *skb, const struct tcpwhy_sight *sight)
{
	int i, err = 0;

	for (i = 0; !err && i < TCPWHY_STAT_COUNT; i++)
		err = fill_counter(skb, TCPWHY_A_STATUS_COUNTER, tcpwhy_stat_name(i),
				   tcpwhy_stat_sum(i));
	if (!err)
		err = fill_counter(skb, TCPWHY_A_STATUS_COUNTER, "probes-missed", sight->missed);
	if (!err)
		err = fill_counter(skb, TCPWHY_A_STATUS_COUNTER, "namespaces-unseen-now",
				   tcpwhy_netns_unseen());
	return err;
}

static int fill_numbers(struct sk_buff *skb, const struct tcpwhy_net *tn, u32 here)
{
	struct tcpwhy_peers_status peers;
	u64 memory;

	tcpwhy_peers_status(&peers);
	memory = peers.bytes + tcpwhy_caches_bytes() + tcpwhy_stalls_bytes() +
		 tcpwhy_forwarded_bytes() + tcpwhy_events_bytes();
	return nla_put_string(skb, TCPWHY_A_STATUS_VERSION, TCPWHY_VERSION) ||
	       nla_put_u32(skb, TCPWHY_A_STATUS_NETNS, tn->inum) ||
	       nla_put_u64_64bit(skb, TCPWHY_A_STATUS_LOADED, tn->since_ns,
				 TCPWHY_A_STATUS_PAD) ||
	       nla_put_u64_64bit(skb, TCPWHY_A_STATUS_NOW, ktime_get_boottime_ns(),
				 TCPWHY_A_STATUS_PAD) ||
	       nla_put_u32(skb, TCPWHY_A_STATUS_PEERS, peers.count) ||
	       nla_put_u32(skb, TCPWHY_A_STATUS_PEERS_MAX, peers.max) ||
	       nla_put_u32(skb, TCPWHY_A_STATUS_PEERS_HERE, here) ||
	       nla_put_u64_64bit(skb, TCPWHY_A_STATUS_EVICTED, peers.evicted,
				 TCPWHY_A_STATUS_PAD) ||
	       nla_put_u32(skb, TCPWHY_A_STATUS_FLOWS_MAX, tcpwhy_flows_max()) ||
	       nla_put_u8(skb, TCPWHY_A_STATUS_LEAN, tcpwhy_sources_mode() == TCPWHY_MODE_LEAN) ||
	       nla_put_u64_64bit(skb, TCPWHY_A_STATUS_MEMORY, memory, TCPWHY_A_STATUS_PAD) ?
	       -EMSGSIZE : 0;
}

static int fill_status(struct sk_buff *skb, struct tcpwhy_net *tn, const struct tcpwhy_share *share)
{
	struct tcpwhy_source source;
	struct tcpwhy_sight sight;
	int i, err;

	tcpwhy_sources_look(tn, &sight);
	err = fill_numbers(skb, tn, share->count);
	for (i = 0; !err && tcpwhy_sources_get(&sight, i, &source); i++)
		err = fill_source(skb, &source);
	if (!err)
		err = fill_sums(skb, tn, &sight, share);
	if (!err)
		err = fill_unnamed(skb, tn);
	if (!err)
		err = fill_counters(skb, &sight);
	return err;
}

/**
 * tcpwhy_fill_status() - %TCPWHY_A_STATUS
 * @skb: message
 * @tn: the caller's namespace
 *
 * Context: process.
 * Return: 0, -EMSGSIZE or -ENOMEM
 */
int tcpwhy_fill_status(struct sk_buff *skb, struct tcpwhy_net *tn)
{
	struct nlattr *nest = nla_nest_start(skb, TCPWHY_A_STATUS);
	struct tcpwhy_share *share;
	int err;

	if (!nest)
		return -EMSGSIZE;
	/* Too large for the stack: a sum for each cause. */
	share = kmalloc(sizeof(*share), GFP_KERNEL);
	if (!share)
		return -ENOMEM;
	tcpwhy_netns_hook_again(tn);
	tcpwhy_share_read(&tn->peers, share);
	err = fill_status(skb, tn, share);
	kfree(share);
	nla_nest_end(skb, nest);
	return err;
}
