// SPDX-License-Identifier: GPL-2.0
/* Four servers are to a set; the one that was heard of longest ago makes room. */
#include <linux/jiffies.h>

#include "stats.h"
#include "store/cache.h"
#include "store/servers.h"

/* For so long after it was written to last an entry is worth a look. */
#define LASTS_MS	180000

/* @blind_at: what is known has come since then */
struct entry {
	struct tcpwhy_server_key key;
	u32 blind_at;
	u32 last_ms;
	struct tcpwhy_syns syns;
};

static bool server_is_worth_less(const void *one, const void *other, const void *key, u32 now_ms)
{
	const struct entry *a = one, *b = other;

	return now_ms - a->last_ms > now_ms - b->last_ms;
}

static const struct tcpwhy_cache_kind server_kind = {
	.size = sizeof(struct entry), .words = sizeof(struct tcpwhy_server_key) / sizeof(u64),
	.ways = 4, .sets = 64, .less = server_is_worth_less,
};

/*
 * Locked for each SYN and SYN-ACK that is forwarded, and each SYN of this host that is sent again.
 * By FORWARD, in softirq or, after NFQUEUE, in process context with softirqs on; by
 * tcp:tcp_retransmit_skb and sock:inet_sock_set_state, in softirq or from a backlog. Nothing is
 * locked inside.
 */
static struct tcpwhy_cache servers;

static bool used; /* and when last; read and written without a lock */
static u32 used_ms;
static u32 blind_at; /* tick on which a flood hid SYNs or answers last */

/* Who did not see each answer cannot say that there was none. */
static void forget_if_blind(struct entry *entry)
{
	u32 at = READ_ONCE(blind_at);

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

	if (READ_ONCE(blind_at) != now)
		WRITE_ONCE(blind_at, now);
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
	struct tcpwhy_cache_set set;
	struct entry *entry;

	tcpwhy_cache_lock(&servers, server_kind, tcpwhy_cache_hash(&servers, server_kind, key),
			  &set);
	entry = tcpwhy_cache_find(server_kind, &set, key);
	if (!entry && make) {
		entry = tcpwhy_cache_room(server_kind, &set, key, now_ms);
		if (tcpwhy_cache_is_used(entry))
			tcpwhy_count(SERVER_REPLACED);
		tcpwhy_cache_begin(server_kind, entry, key);
	}
	if (entry) {
		forget_if_blind(entry);
		entry->last_ms = now_ms;
		WRITE_ONCE(used_ms, now_ms);
		WRITE_ONCE(used, true);
		fn(&entry->syns, ctx);
	}
	tcpwhy_cache_unlock(&set);
}

/** tcpwhy_servers_any() - is anything known of any? */
bool tcpwhy_servers_any(u32 now_ms)
{
	return READ_ONCE(used) && now_ms - READ_ONCE(used_ms) < LASTS_MS;
}

/** tcpwhy_servers_init() - take the memory, or return -ENOMEM */
int tcpwhy_servers_init(void)
{
	return tcpwhy_cache_init(&servers, "tcpwhy_servers", &server_kind, 0);
}
