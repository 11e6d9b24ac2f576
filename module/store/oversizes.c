// SPDX-License-Identifier: GPL-2.0
/*
 * A sample is enough: a device that drops what is too large does so for all connections. A new
 * one takes the place of the one that was heard of longest ago.
 */
#include "stats.h"
#include "store/cache.h"
#include "store/oversizes.h"

/* A connection that is given up has been silent for two minutes at most (TCP_RTO_MAX). */
#define FORGOTTEN_MS	180000

struct entry {
	struct tcpwhy_stall_key key;
	struct tcpwhy_oversize memory;
};

static bool oversize_is_worth_less(const void *one, const void *other, const void *key, u32 now_ms)
{
	const struct entry *a = one, *b = other;

	return now_ms - a->memory.last_ms > now_ms - b->memory.last_ms;
}

static const struct tcpwhy_cache_kind oversize_kind = {
	.size = sizeof(struct entry), .words = sizeof(struct tcpwhy_stall_key) / sizeof(u64),
	.ways = 64, .sets = 1, .less = oversize_is_worth_less,
};

/*
 * Locked for each segment that a device drops as too large and, while there are any, for each
 * connection that times out. By skb:kfree_skb, tcp:tcp_retransmit_skb and
 * sock:inet_sock_set_state, in softirq or in process context. Nothing is locked inside.
 */
static struct tcpwhy_cache oversizes;
static u32 updated_ms; /* when one was last; 0: never. Written under the lock */

/* The interface does not tell connections apart: one may be bound later. */
static struct tcpwhy_stall_key key_of(const struct tcpwhy_stall_key *key)
{
	struct tcpwhy_stall_key own = *key;

	own.dev = 0;
	return own;
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
	struct tcpwhy_stall_key own = key_of(key);
	struct tcpwhy_cache_set set;
	struct entry *e;

	tcpwhy_cache_lock(&oversizes, oversize_kind, 0, &set);
	e = tcpwhy_cache_find(oversize_kind, &set, &own);
	if (!e) {
		e = tcpwhy_cache_room(oversize_kind, &set, &own, now_ms);
		if (tcpwhy_cache_is_used(e))
			tcpwhy_count(OVERSIZED_REPLACED);
		tcpwhy_cache_begin(oversize_kind, e, &own);
	}
	fn(&e->memory, ctx);
	WRITE_ONCE(updated_ms, now_ms ?: 1); /* pairs with tcpwhy_oversizes_any() */
	tcpwhy_cache_unlock(&set);
}

/**
 * tcpwhy_oversizes_any() - may there be any?
 *
 * Context: any.
 */
bool tcpwhy_oversizes_any(void)
{
	return READ_ONCE(updated_ms);
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
	struct tcpwhy_stall_key own = key_of(key);
	struct tcpwhy_cache_set set;
	const struct entry *e;
	bool named;

	tcpwhy_cache_lock(&oversizes, oversize_kind, 0, &set);
	e = tcpwhy_cache_find(oversize_kind, &set, &own);
	named = e && e->memory.named && now_ms - e->memory.last_ms < FORGOTTEN_MS;
	tcpwhy_cache_unlock(&set);
	return named;
}

/** tcpwhy_oversizes_forget() - all of it: nobody looks any more */
void tcpwhy_oversizes_forget(void)
{
	tcpwhy_cache_forget(&oversizes, oversize_kind, NULL, NULL);
	WRITE_ONCE(updated_ms, 0);
}

/** tcpwhy_oversizes_init() - take the memory, or return -ENOMEM */
int tcpwhy_oversizes_init(void)
{
	return tcpwhy_cache_init(&oversizes, "tcpwhy_oversizes", &oversize_kind, 0);
}
