// SPDX-License-Identifier: GPL-2.0
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/sched.h>
#include <net/sock.h>

#include "hooks/walk.h"
#include "stats.h"

#define BUCKETS_A_STEP		16384
#define BUCKETS_A_LOCK		64		/* looked at in one RCU section */

/* A socket that moves meanwhile may be missed or met twice: one in thousands. */
static void walk_bucket(const struct inet_ehash_bucket *bucket, tcpwhy_walk_fn look, void *ctx)
{
	const struct hlist_nulls_node *node;
	struct sock *sk;
	u32 n = 0;

	sk_nulls_for_each_rcu(sk, node, &bucket->chain) {
		n++;
		look(sk, ctx);
	}
	tcpwhy_count_many(SWEPT_SOCKETS, n);
}

/**
 * tcpwhy_walk_step() - look at some more sockets
 * @hash: where they are; the caller keeps its namespace from going
 * @bucket: where to go on, 0 at first
 * @look: looks at each
 * @ctx: for @look
 *
 * Context: process.
 * Return: whether all have been walked
 */
bool tcpwhy_walk_step(const struct inet_hashinfo *hash, u32 *bucket, tcpwhy_walk_fn look,
		      void *ctx)
{
	u32 end = min(*bucket + BUCKETS_A_STEP, hash->ehash_mask + 1);

	while (*bucket < end) {
		u32 stop = min(*bucket + BUCKETS_A_LOCK, end);

		rcu_read_lock();
		for (; *bucket < stop; ++*bucket)
			walk_bucket(&hash->ehash[*bucket], look, ctx);
		rcu_read_unlock();
		cond_resched();
	}
	return *bucket > hash->ehash_mask;
}
