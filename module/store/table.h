/* SPDX-License-Identifier: GPL-2.0 */
/* The memory behind the peers: slots, chains, who makes room. For store/ alone. */
#ifndef TCPWHY_STORE_TABLE_H
#define TCPWHY_STORE_TABLE_H

#include <linux/siphash.h>
#include <linux/spinlock.h>

#include "store/peers.h"

/*
 * Whoever may make a namespace may fill it. All but the initial one together
 * have half of the table, and the initial one loses nothing to them.
 */
enum tcpwhy_owner_kind {
	TCPWHY_INITIAL,
	TCPWHY_OTHERS,
	TCPWHY_OWNERS,
};

/**
 * struct tcpwhy_owner - what one side holds
 * @idle: its peers by worth, the longest idle first
 * @peers: how many
 * @findings: of them
 */
struct tcpwhy_owner {
	struct list_head idle[TCPWHY_WORTHS];
	u32 peers;
	u32 findings;
};

struct tcpwhy_table {
	/*
	 * Protects everything here and in the peers, but for the chains, which
	 * are read under RCU. It is taken with interrupts off: by hooks in all
	 * contexts of hooks/observe.h, by work items, and by whoever reads the
	 * table or ends a namespace, in process context. Raw, as a probe may not
	 * sleep on PREEMPT_RT either. It is taken for abnormal events only, so
	 * that one lock is enough. Nothing else is locked while it is held.
	 */
	raw_spinlock_t lock;
	struct hlist_head *buckets;
	u32 bucket_mask;
	hsiphash_key_t key;
	/*
	 * A bit for each hash of a peer's address: most senders of SYNs are no
	 * peers, and are found not to be at the cost of a multiplication. Read
	 * without the lock. A bit goes with the last of the peers that share it.
	 */
	unsigned long *maybe;
	u16 *sharers; /* of each bit: how many peers */
	u32 maybe_order; /* log2 of how many bits */
	struct tcpwhy_peer *peers;
	u32 max;
	struct tcpwhy_finding *findings;
	struct tcpwhy_owner owners[TCPWHY_OWNERS];
	struct hlist_head free_findings;
	struct list_head free_peers;
	u64 evicted;
};

extern struct tcpwhy_table tcpwhy_table;

struct tcpwhy_owner *tcpwhy_table_owner(const struct tcpwhy_net *tn);
struct tcpwhy_peer *tcpwhy_table_lookup(const struct tcpwhy_net *tn,
					const struct tcpwhy_addr *addr);
struct tcpwhy_peer *tcpwhy_table_peer(struct tcpwhy_net *tn, const struct tcpwhy_addr *addr,
				      u64 now_ns);
struct tcpwhy_finding *tcpwhy_table_finding(struct tcpwhy_peer *peer, u32 cause, u64 now_ns);
struct tcpwhy_finding *tcpwhy_table_finding_of(const struct tcpwhy_peer *peer, u32 cause);
struct tcpwhy_peer *tcpwhy_table_least(const struct tcpwhy_share *share,
				       const struct tcpwhy_peer *spare);
bool tcpwhy_table_is_of(const struct tcpwhy_peer *peer, u32 inum);
bool tcpwhy_table_maybe(const struct tcpwhy_addr *addr);
void tcpwhy_table_drop(struct tcpwhy_peer *peer, struct tcpwhy_finding *f);
void tcpwhy_table_forget(struct tcpwhy_peer *peer);

#endif /* TCPWHY_STORE_TABLE_H */
