/* SPDX-License-Identifier: GPL-2.0 */
/* A walk over the established and TIME_WAIT sockets, a bounded number of buckets at a time. */
#ifndef TCPWHY_HOOKS_WALK_H
#define TCPWHY_HOOKS_WALK_H

#include <linux/jiffies.h>
#include <net/inet_hashtables.h>

#define TCPWHY_WALK_STEP	(HZ / 10)	/* between steps */

/**
 * typedef tcpwhy_walk_fn - looks at a socket, under RCU: must not sleep
 * @sk: established, TIME_WAIT or request socket; not locked, no reference is held
 * @ctx: the caller's
 */
typedef void (*tcpwhy_walk_fn)(struct sock *sk, void *ctx);

bool tcpwhy_walk_step(const struct inet_hashinfo *hash, u32 *bucket, tcpwhy_walk_fn look,
		      void *ctx);

#endif /* TCPWHY_HOOKS_WALK_H */
