// SPDX-License-Identifier: GPL-2.0
/* A fixed table, four servers to a set; the one that was heard of longest ago makes room. */
#include <linux/jiffies.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "stats.h"
#include "store/servers.h"

#define SETS	64
#define WAYS	4

/* For so long after it was written to last an entry is worth a look. */
#define LASTS_MS	180000

/* @blind_at: what is known has come since then */
struct entry {
	struct tcpwhy_server_key key;
	u32 blind_at;
	u32 last_ms;
	struct tcpwhy_syns syns;
};

static struct {
	/*
	 * Protects the entries. Taken for each SYN and SYN-ACK that is forwarded, and each SYN
	 * of this host that is sent again; nothing is locked inside it. By FORWARD, in
	 * softirq or, after NFQUEUE, in process context with softirqs on; by tcp:tcp_retransmit_skb
	 * and sock:inet_sock_set_state, in softirq or from a backlog: hence interrupts are off.
	 * Raw: probes may not sleep on PREEMPT_RT either.
	 */
	raw_spinlock_t lock;
	struct entry *entries;
	bool used; /* and when last; read without the lock */
	u32 used_ms;
	u32 blind_at; /* tick on which a flood hid SYNs or answers last */
	siphash_key_t hash_key;
} servers;

static struct entry *set_of(const struct tcpwhy_server_key *key)
{
	return &servers.entries[siphash(key, sizeof(*key), &servers.hash_key) % SETS * WAYS];
}

static bool same(const struct tcpwhy_server_key *a, const struct tcpwhy_server_key *b)
{
	return a->netns == b->netns && tcpwhy_addr_equal(&a->server, &b->server) &&
	       tcpwhy_addr_equal(&a->via, &b->via);
}

static struct entry *entry_of(const struct tcpwhy_server_key *key, u32 now_ms, bool make)
{
	struct entry *set = set_of(key), *victim = set;
	int i;

	lockdep_assert_held(&servers.lock);
	for (i = 0; i < WAYS; i++) {
		if (same(&set[i].key, key))
			return &set[i];
		if (!set[i].key.netns || (victim->key.netns &&
					  now_ms - set[i].last_ms > now_ms - victim->last_ms))
			victim = &set[i];
	}
	if (!make)
		return NULL;
	if (victim->key.netns)
		tcpwhy_count(SERVER_REPLACED);
	memset(victim, 0, sizeof(*victim));
	victim->key = *key;
	return victim;
}

/* Who did not see each answer cannot say that there was none. */
static void forget_if_blind(struct entry *entry)
{
	u32 at = READ_ONCE(servers.blind_at);

	if (entry->blind_at == at)
		return;
	memset(&entry->syns, 0, sizeof(entry->syns));
	entry->blind_at = at;
}

/**
 * tcpwhy_servers_blind() - SYNs or answers pass unseen: what is known of servers means nothing
 *
 * Context: any.
 */
void tcpwhy_servers_blind(void)
{
	u32 now = (u32)jiffies;

	if (READ_ONCE(servers.blind_at) != now)
		WRITE_ONCE(servers.blind_at, now);
}

/**
 * tcpwhy_servers_update() - work on the memory of a server
 * @key: which
 * @now_ms: CLOCK_BOOTTIME
 * @make: if there is none yet, make one; else nothing is done then
 * @fn: works on it
 * @ctx: for @fn
 *
 * Context: any but NMI.
 */
void tcpwhy_servers_update(const struct tcpwhy_server_key *key, u32 now_ms, bool make,
			   tcpwhy_server_fn fn, void *ctx)
{
	struct entry *entry;
	unsigned long flags;

	raw_spin_lock_irqsave(&servers.lock, flags);
	entry = entry_of(key, now_ms, make);
	if (entry) {
		forget_if_blind(entry);
		entry->last_ms = now_ms;
		WRITE_ONCE(servers.used_ms, now_ms);
		WRITE_ONCE(servers.used, true);
		fn(&entry->syns, ctx);
	}
	raw_spin_unlock_irqrestore(&servers.lock, flags);
}

/** tcpwhy_servers_any() - is anything known of any? */
bool tcpwhy_servers_any(u32 now_ms)
{
	return READ_ONCE(servers.used) && now_ms - READ_ONCE(servers.used_ms) < LASTS_MS;
}

u64 tcpwhy_servers_bytes(void)
{
	return (u64)SETS * WAYS * sizeof(*servers.entries);
}

/**
 * tcpwhy_servers_init() - take the memory
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_servers_init(void)
{
	raw_spin_lock_init(&servers.lock);
	get_random_bytes(&servers.hash_key, sizeof(servers.hash_key));
	servers.entries = vzalloc(array3_size(SETS, WAYS, sizeof(*servers.entries)));
	return servers.entries ? 0 : -ENOMEM;
}

/** tcpwhy_servers_free() - give it back; nobody may look any more */
void tcpwhy_servers_free(void)
{
	vfree(servers.entries);
}
