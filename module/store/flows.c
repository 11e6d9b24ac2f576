// SPDX-License-Identifier: GPL-2.0
/*
 * A fixed array of flows, four to a set, a cache line each. An entry is known
 * by its ports and a keyed 32-bit hash of all the rest: of flows with the same
 * ports, two that share it (one pair in 2^32, and nobody can choose which) would
 * be taken for one. A full set forgets its oldest entry; whoever reads can do
 * without.
 */
#include <linux/cache.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "netns.h"
#include "stats.h"
#include "store/flows.h"

#define WAYS	4

struct entry {
	u64 tag; /* 0: free */
	struct tcpwhy_flow flow;
} ____cacheline_aligned;

#define LOCKS	256
static struct {
	struct entry *entries;
	/*
	 * Set number modulo LOCKS: protects the set's entries. Taken by LOCAL_IN, by the
	 * kprobes and tracepoints about TIME_WAIT, requests, RSTs, states and silences: in all
	 * contexts of hooks/observe.h, and so with interrupts off. Nothing is locked inside it.
	 * Raw: probes may not sleep on PREEMPT_RT either.
	 */
	raw_spinlock_t locks[LOCKS];
	u32 sets;
	hsiphash_key_t key;
} cache;

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
		hash = hsiphash_3u32(v4, all.ports, all.netns, &cache.key);
	} else {
		hash = hsiphash(&all, sizeof(all), &cache.key);
	}
	return ((u64)hash << 32 | all.ports) ?: 1;
}

/* A refusal outlives a SYN: it is waited for what becomes of it. */
static bool older(const struct tcpwhy_flow *a, const struct tcpwhy_flow *b)
{
	if (!a->refused_by != !b->refused_by)
		return !a->refused_by;
	return tcpwhy_before(a->seen_ms, b->seen_ms);
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
	struct entry *set, *victim;
	u32 i;

	ref->set = (u32)(tag >> 32) & (cache.sets - 1);
	ref->flow = NULL;
	set = &cache.entries[ref->set * WAYS];
	raw_spin_lock_irqsave(&cache.locks[ref->set % LOCKS], ref->flags);
	victim = set;
	for (i = 0; i < WAYS; i++) {
		if (set[i].tag == tag) {
			ref->flow = &set[i].flow;
			return;
		}
		if (victim->tag && (!set[i].tag || older(&set[i].flow, &victim->flow)))
			victim = &set[i];
	}
	if (use == TCPWHY_FLOW_FIND)
		return;
	if (victim->tag)
		tcpwhy_count(FLOW_REPLACED);
	memset(&victim->flow, 0, sizeof(victim->flow));
	victim->tag = tag;
	victim->flow.seen_ms = tcpwhy_ms(now_ns);
	ref->flow = &victim->flow;
}

/** tcpwhy_flow_put() - unlock it */
void tcpwhy_flow_put(struct tcpwhy_flow_ref *ref)
	__releases(ref)
{
	raw_spin_unlock_irqrestore(&cache.locks[ref->set % LOCKS], ref->flags);
}

u32 tcpwhy_flows_max(void)
{
	return cache.sets * WAYS;
}

u64 tcpwhy_flows_bytes(void)
{
	return (u64)tcpwhy_flows_max() * sizeof(*cache.entries);
}

/**
 * tcpwhy_flows_init() - take the memory
 * @max: entries; rounded up to a power of two
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_flows_init(u32 max)
{
	int i;

	for (i = 0; i < LOCKS; i++)
		raw_spin_lock_init(&cache.locks[i]);
	get_random_bytes(&cache.key, sizeof(cache.key));
	cache.sets = roundup_pow_of_two(max) / WAYS;
	cache.entries = vzalloc(array3_size(cache.sets, WAYS, sizeof(*cache.entries)));
	return cache.entries ? 0 : -ENOMEM;
}

/** tcpwhy_flows_free() - give it back; nobody may look any more */
void tcpwhy_flows_free(void)
{
	vfree(cache.entries);
}
