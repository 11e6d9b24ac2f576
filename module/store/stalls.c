// SPDX-License-Identifier: GPL-2.0
/*
 * A fixed table, eight connections to a set. Those of one peer are all in one set, so that
 * they are compared at a glance, and a peer with many of them pushes out its own.
 */
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "stats.h"
#include "store/stalls.h"

#define SETS	256
#define WAYS	8

struct entry {
	struct tcpwhy_stall_key key;
	u32 used_ms;
	struct tcpwhy_stall stall;
};

static struct {
	/*
	 * Protects the entries. Taken for a retransmission timer that expired, for a hole
	 * that is found, and for each entry once a second; nothing is locked inside it: a case
	 * is reported afterwards. By tcp:tcp_retransmit_skb and the kprobes on tcp_v4_err() and
	 * tcp_v6_err(), in softirq or, from a backlog, in process context with softirqs on; and
	 * by work items: hence interrupts are off. Raw: probes may not sleep on PREEMPT_RT either.
	 */
	raw_spinlock_t lock;
	struct entry *entries;
	u32 open; /* stalls and holes that go on */
	siphash_key_t key;
} stalls;

static bool same_peer(const struct tcpwhy_stall_key *a, const struct tcpwhy_stall_key *b)
{
	return a->netns == b->netns && tcpwhy_addr_equal(&a->peer, &b->peer);
}

static bool same(const struct tcpwhy_stall_key *a, const struct tcpwhy_stall_key *b)
{
	return same_peer(a, b) && a->lport == b->lport && a->rport == b->rport &&
	       tcpwhy_addr_equal(&a->local, &b->local);
}

static struct entry *set_of(const struct tcpwhy_stall_key *key)
{
	u64 hash = siphash(&key->peer, sizeof(key->peer), &stalls.key) + key->netns;

	return &stalls.entries[hash % SETS * WAYS];
}

static bool is_open(const struct entry *entry)
{
	return entry->stall.times || entry->stall.hole.open;
}

/* Another peer's first, one without a hole, then the one that was heard of longest ago. */
static bool worth_less(const struct entry *a, const struct entry *b, u32 now_ms,
		       const struct tcpwhy_stall_key *key)
{
	if (!a->key.netns != !b->key.netns)
		return !a->key.netns;
	if (same_peer(&a->key, key) != same_peer(&b->key, key))
		return !same_peer(&a->key, key);
	if (a->stall.hole.open != b->stall.hole.open)
		return !a->stall.hole.open;
	return now_ms - a->used_ms > now_ms - b->used_ms;
}

/* Holes of one peer would push out each other in turn, and none grow old. */
static bool has_no_room(const struct entry *victim, const struct tcpwhy_stall_key *key)
{
	return victim->stall.hole.open && same_peer(&victim->key, key);
}

static struct entry *entry_of(const struct tcpwhy_stall_key *key, u32 now_ms,
			      enum tcpwhy_stall_make make)
{
	struct entry *set = set_of(key), *victim = set;
	int i;

	lockdep_assert_held(&stalls.lock);
	for (i = 0; i < WAYS; i++) {
		if (same(&set[i].key, key))
			return &set[i];
		if (worth_less(&set[i], victim, now_ms, key))
			victim = &set[i];
	}
	if (make == TCPWHY_STALL_FIND ||
	    (make == TCPWHY_STALL_IF_ROOM && has_no_room(victim, key)))
		return NULL;
	if (victim->key.netns)
		tcpwhy_count(STALL_REPLACED);
	WRITE_ONCE(stalls.open, stalls.open - is_open(victim));
	memset(victim, 0, sizeof(*victim));
	victim->key = *key;
	return victim;
}

/**
 * tcpwhy_stalls_update() - work on the memory of a connection
 * @key: which
 * @now_ms: CLOCK_BOOTTIME
 * @make: if there is none yet; nothing is done if none is made
 * @fn: works on it
 * @ctx: for @fn
 *
 * Context: any but NMI.
 */
void tcpwhy_stalls_update(const struct tcpwhy_stall_key *key, u32 now_ms,
			  enum tcpwhy_stall_make make, tcpwhy_stall_fn fn, void *ctx)
{
	struct entry *entry;
	unsigned long flags;
	bool was_open;

	raw_spin_lock_irqsave(&stalls.lock, flags);
	entry = entry_of(key, now_ms, make);
	if (entry) {
		was_open = is_open(entry);
		if (make != TCPWHY_STALL_FIND)
			entry->used_ms = now_ms;
		fn(&entry->stall, ctx);
		/* pairs with tcpwhy_stalls_any() */
		WRITE_ONCE(stalls.open, stalls.open + is_open(entry) - was_open);
	}
	raw_spin_unlock_irqrestore(&stalls.lock, flags);
}

/**
 * tcpwhy_stalls_others() - the other stalled connections of the same peer
 * @s: this one's memory
 * @now_ms: CLOCK_BOOTTIME
 * @others: result
 *
 * Context: of a &typedef tcpwhy_stall_fn
 */
void tcpwhy_stalls_others(const struct tcpwhy_stall *s, u32 now_ms, struct tcpwhy_stalls *others)
{
	const struct entry *own = container_of(s, struct entry, stall);
	const struct entry *set = set_of(&own->key);
	int i;

	lockdep_assert_held(&stalls.lock);
	memset(others, 0, sizeof(*others));
	for (i = 0; i < WAYS; i++)
		if (&set[i] != own && same_peer(&set[i].key, &own->key))
			tcpwhy_stalls_add(others, s, &set[i].stall, now_ms);
}

/**
 * tcpwhy_stalls_pass() - a segment of full size came from a peer, on another connection
 * @netns: &struct tcpwhy_net.id
 * @peer: its address
 * @now_ms: CLOCK_BOOTTIME
 *
 * Context: any but NMI.
 */
void tcpwhy_stalls_pass(u64 netns, const struct tcpwhy_addr *peer, u32 now_ms)
{
	struct tcpwhy_stall_key key = { .netns = netns, .peer = *peer };
	struct entry *set = set_of(&key);
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&stalls.lock, flags);
	for (i = 0; i < WAYS; i++)
		if (same_peer(&set[i].key, &key) && set[i].stall.hole.open)
			tcpwhy_hole_pass(&set[i].stall.hole, now_ms);
	raw_spin_unlock_irqrestore(&stalls.lock, flags);
}

static bool find_open(u32 i, tcpwhy_stall_test_fn goes_on, struct tcpwhy_stall_key *key)
{
	const struct entry *entry = &stalls.entries[i];
	unsigned long flags;
	bool open;

	if (!goes_on(&entry->stall))
		return false;
	raw_spin_lock_irqsave(&stalls.lock, flags);
	open = goes_on(&entry->stall) && entry->key.netns;
	*key = entry->key;
	raw_spin_unlock_irqrestore(&stalls.lock, flags);
	return open;
}

/**
 * tcpwhy_stalls_each() - look after each connection of which something goes on
 * @goes_on: does it? Asked without the lock as well
 * @look: looks, under RCU
 *
 * Context: process.
 */
void tcpwhy_stalls_each(tcpwhy_stall_test_fn goes_on,
			void (*look)(const struct tcpwhy_stall_key *key))
{
	struct tcpwhy_stall_key key;
	u32 i;

	for (i = 0; tcpwhy_stalls_any() && i < SETS * WAYS; i++) {
		if (!find_open(i, goes_on, &key))
			continue;
		rcu_read_lock();
		look(&key);
		rcu_read_unlock();
		cond_resched();
	}
}

/** tcpwhy_stalls_any() - does any connection stall, or lack something? */
bool tcpwhy_stalls_any(void)
{
	return READ_ONCE(stalls.open);
}

u64 tcpwhy_stalls_bytes(void)
{
	return (u64)SETS * WAYS * sizeof(*stalls.entries);
}

/**
 * tcpwhy_stalls_init() - take the memory
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_stalls_init(void)
{
	raw_spin_lock_init(&stalls.lock);
	get_random_bytes(&stalls.key, sizeof(stalls.key));
	stalls.entries = vzalloc(array3_size(SETS, WAYS, sizeof(*stalls.entries)));
	return stalls.entries ? 0 : -ENOMEM;
}

/** tcpwhy_stalls_free() - give it back; nobody may look any more */
void tcpwhy_stalls_free(void)
{
	vfree(stalls.entries);
}
