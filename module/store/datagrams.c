// SPDX-License-Identifier: GPL-2.0
/* One slot a hash: a later datagram takes its place. What is forgotten costs a finding too many. */
#include "store/cache.h"
#include "store/datagrams.h"

/* @key: hash, and fate + 1 */
struct slot {
	u64 key;
	u64 when;
};

static const struct tcpwhy_cache_kind datagram_kind = {
	.size = sizeof(struct slot), .words = 1, .ways = 1, .sets = 2048 * TCPWHY_DATAGRAM_FATES,
};

/*
 * Locked by the probes on fragments: in softirq, and under the lock of a fragment queue, which
 * is the kernel's. Nothing is locked inside.
 */
static struct tcpwhy_cache datagrams;

static u64 key_of(enum tcpwhy_datagram_fate fate, u32 hash)
{
	return (u64)hash << 32 | (fate + 1);
}

/* Whoever hashes sees to it that nobody can guess. */
static u32 slot_of(enum tcpwhy_datagram_fate fate, u32 hash)
{
	return hash * TCPWHY_DATAGRAM_FATES + fate;
}

/**
 * tcpwhy_datagrams_note() - remember a datagram
 * @fate: what became of it
 * @hash: of what tells it from others
 * @when: in jiffies, the lower 32 bits
 *
 * Context: any but NMI.
 */
void tcpwhy_datagrams_note(enum tcpwhy_datagram_fate fate, u32 hash, u32 when)
{
	struct tcpwhy_cache_set set;
	struct slot *slot;

	tcpwhy_cache_lock(&datagrams, datagram_kind, slot_of(fate, hash), &set);
	slot = tcpwhy_cache_way(datagram_kind, &set, 0);
	slot->key = key_of(fate, hash);
	slot->when = when;
	tcpwhy_cache_unlock(&set);
}

/**
 * tcpwhy_datagrams_known() - is a datagram remembered?
 * @fate: what became of it
 * @hash: of what tells it from others
 * @when: result, if so
 *
 * Context: any but NMI.
 */
bool tcpwhy_datagrams_known(enum tcpwhy_datagram_fate fate, u32 hash, u32 *when)
{
	u64 key = key_of(fate, hash);
	struct tcpwhy_cache_set set;
	const struct slot *slot;

	tcpwhy_cache_lock(&datagrams, datagram_kind, slot_of(fate, hash), &set);
	slot = tcpwhy_cache_find(datagram_kind, &set, &key);
	if (slot)
		*when = slot->when;
	tcpwhy_cache_unlock(&set);
	return slot;
}

/** tcpwhy_datagrams_init() - take the memory, or return -ENOMEM */
int tcpwhy_datagrams_init(void)
{
	return tcpwhy_cache_init(&datagrams, "tcpwhy_datagrams", &datagram_kind, 0);
}
