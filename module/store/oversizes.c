// SPDX-License-Identifier: GPL-2.0
/*
 * A sample is enough: a device that drops what is too large does so for all connections. A new
 * one takes the place of the one that was heard of longest ago.
 */
#include <linux/spinlock.h>
#include <linux/string.h>

#include "stats.h"
#include "store/oversizes.h"

#define ENTRIES		64

/* A connection that is given up has been silent for two minutes at most (TCP_RTO_MAX). */
#define FORGOTTEN_MS	180000

struct entry {
	struct tcpwhy_stall_key key;
	struct tcpwhy_oversize memory;
};

static struct {
	/*
	 * Protects the entries. Taken for each segment that a device drops as too large and, while
	 * there are any, for each connection that times out. By skb:kfree_skb,
	 * tcp:tcp_retransmit_skb and sock:inet_sock_set_state, in softirq or in process context:
	 * hence interrupts are off. Raw: probes may not sleep on PREEMPT_RT either.
	 */
	raw_spinlock_t lock;
	struct entry entries[ENTRIES];
	u32 last_ms; /* when one was updated last; 0: never */
} oversizes;

static bool same(const struct tcpwhy_stall_key *a, const struct tcpwhy_stall_key *b)
{
	return a->netns == b->netns && a->lport == b->lport && a->rport == b->rport &&
	       tcpwhy_addr_equal(&a->peer, &b->peer) && tcpwhy_addr_equal(&a->local, &b->local);
}

static struct entry *find(const struct tcpwhy_stall_key *key)
{
	int i;

	lockdep_assert_held(&oversizes.lock);
	for (i = 0; i < ENTRIES; i++)
		if (same(&oversizes.entries[i].key, key))
			return &oversizes.entries[i];
	return NULL;
}

static struct entry *make(const struct tcpwhy_stall_key *key, u32 now_ms)
{
	struct entry *oldest = oversizes.entries, *e;
	int i;

	lockdep_assert_held(&oversizes.lock);
	for (i = 0; i < ENTRIES && oldest->key.netns; i++) {
		e = &oversizes.entries[i];
		if (!e->key.netns || now_ms - e->memory.last_ms > now_ms - oldest->memory.last_ms)
			oldest = e;
	}
	if (oldest->key.netns)
		tcpwhy_count(OVERSIZED_REPLACED);
	memset(oldest, 0, sizeof(*oldest));
	oldest->key = *key;
	return oldest;
}

/**
 * tcpwhy_oversizes_update() - work on the memory of a connection
 * @key: which
 * @now_ms: CLOCK_BOOTTIME
 * @fn: works on it
 * @ctx: for @fn
 *
 * Context: any but NMI.
 */
void tcpwhy_oversizes_update(const struct tcpwhy_stall_key *key, u32 now_ms,
			     tcpwhy_oversize_fn fn, void *ctx)
{
	unsigned long flags;
	struct entry *e;

	raw_spin_lock_irqsave(&oversizes.lock, flags);
	e = find(key) ?: make(key, now_ms);
	fn(&e->memory, ctx);
	WRITE_ONCE(oversizes.last_ms, now_ms ?: 1); /* pairs with tcpwhy_oversizes_any() */
	raw_spin_unlock_irqrestore(&oversizes.lock, flags);
}

/**
 * tcpwhy_oversizes_any() - may there be any?
 *
 * Context: any.
 */
bool tcpwhy_oversizes_any(void)
{
	return READ_ONCE(oversizes.last_ms);
}

/**
 * tcpwhy_oversizes_named() - was it told that a device drops what this connection sends?
 * @key: which
 * @now_ms: CLOCK_BOOTTIME
 *
 * Context: any but NMI.
 * Return: whether that is so, and goes on
 */
bool tcpwhy_oversizes_named(const struct tcpwhy_stall_key *key, u32 now_ms)
{
	unsigned long flags;
	struct entry *e;
	bool named;

	raw_spin_lock_irqsave(&oversizes.lock, flags);
	e = find(key);
	named = e && e->memory.named && now_ms - e->memory.last_ms < FORGOTTEN_MS;
	raw_spin_unlock_irqrestore(&oversizes.lock, flags);
	return named;
}

/** tcpwhy_oversizes_forget() - all of it: nobody looks any more */
void tcpwhy_oversizes_forget(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&oversizes.lock, flags);
	memset(oversizes.entries, 0, sizeof(oversizes.entries));
	WRITE_ONCE(oversizes.last_ms, 0);
	raw_spin_unlock_irqrestore(&oversizes.lock, flags);
}

u64 tcpwhy_oversizes_bytes(void)
{
	return sizeof(oversizes);
}

/** tcpwhy_oversizes_init() - before any hook is attached */
void tcpwhy_oversizes_init(void)
{
	raw_spin_lock_init(&oversizes.lock);
}
