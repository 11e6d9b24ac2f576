// SPDX-License-Identifier: GPL-2.0
/*
 * A flow takes a cache line, and four are to a set. It is known by its ports and
 * a keyed 32-bit hash of all the rest: of flows with the same ports, two that
 * share it (one pair in 2^32, and nobody can choose which) would be taken for
 * one. A full set forgets its oldest entry; whoever reads can do without.
 */
#include <linux/cache.h>
#include <linux/log2.h>

#include "netns.h"
#include "stats.h"
#include "store/cache.h"
#include "store/flows.h"

struct entry {
	u64 tag;
	struct tcpwhy_flow flow;
} ____cacheline_aligned;

/* A refusal outlives a SYN: it is waited for what becomes of it. */
static bool flow_is_worth_less(const void *one, const void *other, const void *key, u32 now_ms)
{
	const struct tcpwhy_flow *a = &((const struct entry *)one)->flow;
	const struct tcpwhy_flow *b = &((const struct entry *)other)->flow;

	if (!a->refused_by != !b->refused_by)
		return !a->refused_by;
	return tcpwhy_before(a->seen_ms, b->seen_ms);
}

static const struct tcpwhy_cache_kind flow_kind = {
	.size = sizeof(struct entry), .words = 1, .ways = 4,
	.less = flow_is_worth_less,
};

/*
 * Locked by LOCAL_IN, by the kprobes and tracepoints about TIME_WAIT, requests, RSTs, states and
 * silences: in all contexts of hooks/observe.h. Nothing is locked inside.
 */
static struct tcpwhy_cache flows;

/* The local address is left out: the ports and the namespace tell enough. */
static u64 tag_of(const struct tcpwhy_net *tn, const struct tcpwhy_addr *peer,
		  u16 lport, u16 rport)
{
	struct {
		struct tcpwhy_addr peer;
		u32 ports;
		u32 netns;
	} all = { *peer, (u32)lport << 16 | rport, tn->id };
	u32 hash, v4;

	/* A third of the work for IPv4, whose first twelve bytes are the same for all. */
	if (tcpwhy_addr_is_v4(peer)) {
		memcpy(&v4, peer->b + 12, sizeof(v4));
		hash = hsiphash_3u32(v4, all.ports, all.netns, &flows.key);
	} else {
		hash = hsiphash(&all, sizeof(all), &flows.key);
	}
	return ((u64)hash << 32 | all.ports) ?: 1;
}

static struct tcpwhy_flow *flow_begin(const struct tcpwhy_cache_set *set, u64 tag, u32 now_ms)
{
	struct entry *entry = tcpwhy_cache_room(flow_kind, set, &tag, now_ms);

	if (tcpwhy_cache_is_used(entry))
		tcpwhy_count(FLOW_REPLACED);
	tcpwhy_cache_begin(flow_kind, entry, &tag);
	entry->flow.seen_ms = now_ms;
	return &entry->flow;
}

/**
 * tcpwhy_flow_get() - find a flow, and lock it
 * @ref: result; give it back with tcpwhy_flow_put() whether found or not
 * @tn: namespace
 * @peer: remote address
 * @lport: local port
 * @rport: remote port
 * @use: what to do if it is not there
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: any but NMI. Interrupts are off until tcpwhy_flow_put().
 */
void tcpwhy_flow_get(struct tcpwhy_flow_ref *ref, const struct tcpwhy_net *tn,
		     const struct tcpwhy_addr *peer, u16 lport, u16 rport,
		     enum tcpwhy_flow_use use, u64 now_ns)
	__acquires(ref)
{
	u64 tag = tag_of(tn, peer, lport, rport);
	struct tcpwhy_cache_set set;
	struct entry *entry;

	ref->flow = NULL;
	tcpwhy_cache_lock(&flows, flow_kind, tag >> 32, &set);
	ref->lock = set.lock;
	ref->flags = set.flags;
	entry = tcpwhy_cache_find(flow_kind, &set, &tag);
	if (entry)
		ref->flow = &entry->flow;
	else if (use == TCPWHY_FLOW_MAKE)
		ref->flow = flow_begin(&set, tag, tcpwhy_ms(now_ns));
}

/** tcpwhy_flow_put() - unlock it */
void tcpwhy_flow_put(struct tcpwhy_flow_ref *ref)
	__releases(ref)
{
	const struct tcpwhy_cache_set set = { .lock = ref->lock, .flags = ref->flags };

	tcpwhy_cache_unlock(&set);
}

u32 tcpwhy_flows_max(void)
{
	return (flows.mask + 1) * flow_kind.ways;
}

/**
 * tcpwhy_flows_init() - take the memory
 * @max: entries; rounded up to a power of two
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_flows_init(u32 max)
{
	return tcpwhy_cache_init(&flows, "tcpwhy_flows", &flow_kind,
				 roundup_pow_of_two(max) / flow_kind.ways);
}
