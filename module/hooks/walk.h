/* SPDX-License-Identifier: GPL-2.0 */
/* Walks over the established and TIME_WAIT sockets, a bounded piece at a time. */
#ifndef TCPWHY_HOOKS_WALK_H
#define TCPWHY_HOOKS_WALK_H

#include <linux/workqueue.h>
#include <net/inet_hashtables.h>

#include "netns.h"

/**
 * enum tcpwhy_walk_place - for whom a walk is; there is one at a time for each of them
 * @TCPWHY_WALK_INITIAL: the initial namespace, or what shares its table of sockets
 * @TCPWHY_WALK_OTHER: other namespaces, one after the other
 * @TCPWHY_WALK_HUGE: likewise, of those whose table takes minutes
 * @TCPWHY_WALKS: how many there are
 */
enum tcpwhy_walk_place {
	TCPWHY_WALK_INITIAL,
	TCPWHY_WALK_OTHER,
	TCPWHY_WALK_HUGE,
	TCPWHY_WALKS,
};

/**
 * struct tcpwhy_walk - a walk that is under way
 * @netns: number of the namespace that it is for; 0: none is under way
 * @whose: tells it from others: the namespace, or the table if all who share one have one walk
 * @last: number of the namespace that the one before was for
 * @bucket: where it goes on
 */
struct tcpwhy_walk {
	u64 netns;
	unsigned long whose;
	u64 last;
	u32 bucket;
};

/**
 * struct tcpwhy_walker - who walks over sockets again and again
 * @due: should a walk begin for this namespace? Asked of the initial one every @pause, and of as
 *	many others as are asked at once
 * @begin: one begins
 * @look: looks at a socket that is established, in TIME_WAIT or a request; it is not locked, and
 *	no reference is held. @tn: whom the walk is for
 * @end: it has ended
 * @pause: jiffies between looks at the namespaces
 * @by_table: a walk serves all namespaces that share a table of sockets
 * @walks: what is under way; as all below, the work item's own
 * @turn: whose turn it is
 * @asked: number of the namespace that was asked last; 0: all have been
 * @asks_at: when the namespaces are asked again, in jiffies
 * @work: does it
 * @running: it may be hurried; written under the mutex of sources.c, read by hooks under RCU
 * @hurry: the namespaces are to be asked at once; set by hooks, in all contexts of
 *	hooks/observe.h, and taken by the work item
 * @hurried_at: when that was last, in jiffies; hooks' own
 *
 * All functions are called by the work item, under RCU: they must not sleep. A namespace that is
 * gone has no @end.
 */
struct tcpwhy_walker {
	bool (*due)(struct tcpwhy_net *tn);
	void (*begin)(struct tcpwhy_net *tn, enum tcpwhy_walk_place place);
	void (*look)(struct sock *sk, struct tcpwhy_net *tn, enum tcpwhy_walk_place place);
	void (*end)(struct tcpwhy_net *tn, enum tcpwhy_walk_place place);
	unsigned long pause;
	bool by_table;

	struct tcpwhy_walk walks[TCPWHY_WALKS];
	unsigned int turn;
	u64 asked;
	unsigned long asks_at;
	struct delayed_work work;
	bool running;
	unsigned int hurry;
	unsigned long hurried_at;
};

static inline const struct inet_hashinfo *tcpwhy_walk_table(const struct tcpwhy_net *tn)
{
	return tn->net->ipv4.tcp_death_row.hashinfo;
}

int tcpwhy_walker_start(struct tcpwhy_walker *walker);
void tcpwhy_walker_hurry(struct tcpwhy_walker *walker);
void tcpwhy_walker_stop(struct tcpwhy_walker *walker);

#endif /* TCPWHY_HOOKS_WALK_H */
