// SPDX-License-Identifier: GPL-2.0
/*
 * Who may have what: a user's namespace can have a table of 16 million buckets of his own, and
 * any number of sockets in each of them. So a turn is bounded in both; the initial namespace has
 * every second one, and who takes minutes has a place where others like him wait, and no one else.
 */
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/sched.h>
#include <net/sock.h>

#include "hooks/walk.h"
#include "stats.h"

#define STEP			(HZ / 10)	/* between turns */

/* Of a turn: some milliseconds. By itself no table has more than 524288 buckets (tcp_init()). */
#define BUCKETS_A_TURN		16384
#define SOCKETS_A_TURN		65536
#define BUCKETS_HUGE		524288

/* Looked at in one RCU section. */
#define BUCKETS_A_LOCK		64
#define SOCKETS_A_LOCK		1024
#define NAMESPACES_A_LOCK	64

/* Asked at once. Where there are more, it takes several pauses until each has been. */
#define NAMESPACES_AN_ASK	1024

/* As a rule there are none to two. Where more than this are, somebody wanted it. */
#define SOCKETS_A_BUCKET	4096

/* The order of turns; who has nothing to do is left out. */
static const u8 turns[] = {
	TCPWHY_WALK_INITIAL, TCPWHY_WALK_OTHER, TCPWHY_WALK_INITIAL, TCPWHY_WALK_HUGE,
};

/* Shared by all that walk; under the mutex of sources.c, as the number of its users is. */
static struct workqueue_struct *queue;
static unsigned int users;

static unsigned long whose(const struct tcpwhy_walker *w, const struct tcpwhy_net *tn)
{
	return w->by_table ? (unsigned long)tcpwhy_walk_table(tn) : (unsigned long)tn->id;
}

static enum tcpwhy_walk_place place_of(const struct tcpwhy_walker *w, const struct tcpwhy_net *tn)
{
	const struct tcpwhy_net *initial = tcpwhy_net(&init_net);

	if (whose(w, tn) == whose(w, initial))
		return TCPWHY_WALK_INITIAL;
	return tcpwhy_walk_table(tn)->ehash_mask >= BUCKETS_HUGE ? TCPWHY_WALK_HUGE :
								   TCPWHY_WALK_OTHER;
}

/* A namespace whose walk is due: it goes next, or waits. */
static void consider(const struct tcpwhy_walker *w, const struct tcpwhy_net *tn,
		     u64 next[TCPWHY_WALKS])
{
	enum tcpwhy_walk_place place = place_of(w, tn);
	const struct tcpwhy_walk *walk = &w->walks[place];

	if (walk->netns) {
		if (walk->whose != whose(w, tn))
			tcpwhy_count(SWEEPS_WAITING);
	} else if (!next[place] || (next[place] <= walk->last && tn->id > walk->last)) {
		next[place] = tn->id;
	}
}

/* Some namespaces after the one of this number. Returns the last of them; 0: there are no more. */
static u64 ask_some(const struct tcpwhy_walker *w, u64 after, u64 next[TCPWHY_WALKS])
{
	struct tcpwhy_net *tn = NULL;
	int n = 0;

	while (n < NAMESPACES_A_LOCK && (tn = tcpwhy_netns_next(tn))) {
		if (tn->id <= after)
			continue;
		after = tn->id;
		n++;
		if (w->due(tn))
			consider(w, tn, next);
	}
	return tn ? after : 0;
}

static void begin(struct tcpwhy_walker *w, enum tcpwhy_walk_place place, u64 netns)
{
	struct tcpwhy_walk *walk = &w->walks[place];
	struct tcpwhy_net *tn;

	rcu_read_lock();
	tn = tcpwhy_netns_by_id(netns);
	if (tn) {
		tcpwhy_count(SWEEPS);
		walk->netns = netns;
		walk->last = netns;
		walk->whose = whose(w, tn);
		walk->bucket = 0;
		w->begin(tn, place);
	}
	rcu_read_unlock();
}

/*
 * Whose walks are due? In each place one begins: of the first one after whom had the last. That
 * in the initial place is for the initial namespace, also where another that shares its table is
 * why it is due: that one may end before the walk does.
 */
static void ask(struct tcpwhy_walker *w)
{
	struct tcpwhy_net *initial = tcpwhy_net(&init_net);
	u64 next[TCPWHY_WALKS] = { };
	int place, n;

	rcu_read_lock();
	if (w->due(initial))
		consider(w, initial, next);
	rcu_read_unlock();
	for (n = 0; n < NAMESPACES_AN_ASK; n += NAMESPACES_A_LOCK) {
		rcu_read_lock();
		w->asked = ask_some(w, w->asked, next);
		rcu_read_unlock();
		cond_resched();
		if (!w->asked)
			break;
	}
	if (next[TCPWHY_WALK_INITIAL])
		next[TCPWHY_WALK_INITIAL] = initial->id;
	for (place = 0; place < TCPWHY_WALKS; place++)
		if (next[place])
			begin(w, place, next[place]);
	w->asks_at = jiffies + w->pause;
}

/* A socket that moves meanwhile may be missed or met twice: one in thousands. */
static u32 walk_bucket(const struct tcpwhy_walker *w, struct tcpwhy_net *tn,
		       enum tcpwhy_walk_place place, const struct inet_ehash_bucket *bucket)
{
	const struct hlist_nulls_node *node;
	struct sock *sk;
	u32 n = 0;

	sk_nulls_for_each_rcu(sk, node, &bucket->chain) {
		if (n++ == SOCKETS_A_BUCKET) {
			tcpwhy_count(SWEPT_CROWDED);
			break;
		}
		w->look(sk, tn, place);
	}
	return n;
}

/* As much as is right in one RCU section. Returns sockets. */
static u32 walk_some(struct tcpwhy_walker *w, struct tcpwhy_net *tn, enum tcpwhy_walk_place place)
{
	const struct inet_hashinfo *table = tcpwhy_walk_table(tn);
	struct tcpwhy_walk *walk = &w->walks[place];
	u32 buckets = 0, sockets = 0;

	while (walk->bucket <= table->ehash_mask && buckets++ < BUCKETS_A_LOCK &&
	       sockets < SOCKETS_A_LOCK)
		sockets += walk_bucket(w, tn, place, &table->ehash[walk->bucket++]);
	if (walk->bucket > table->ehash_mask) {
		w->end(tn, place);
		walk->netns = 0;
	}
	tcpwhy_count_many(SWEPT_SOCKETS, sockets);
	return sockets;
}

static void take_turn(struct tcpwhy_walker *w, enum tcpwhy_walk_place place)
{
	struct tcpwhy_walk *walk = &w->walks[place];
	u32 buckets = 0, sockets = 0;
	struct tcpwhy_net *tn;

	while (walk->netns && buckets < BUCKETS_A_TURN && sockets < SOCKETS_A_TURN) {
		rcu_read_lock();
		tn = tcpwhy_netns_by_id(walk->netns);
		if (tn)
			sockets += walk_some(w, tn, place);
		else
			walk->netns = 0; /* gone meanwhile */
		rcu_read_unlock();
		buckets += BUCKETS_A_LOCK;
		cond_resched();
	}
}

static bool is_walking(const struct tcpwhy_walker *w)
{
	int place;

	for (place = 0; place < TCPWHY_WALKS; place++)
		if (w->walks[place].netns)
			return true;
	return false;
}

static void walk(struct work_struct *work)
{
	struct tcpwhy_walker *w = container_of(to_delayed_work(work), struct tcpwhy_walker, work);
	enum tcpwhy_walk_place place;

	if (xchg(&w->hurry, 0) || time_after_eq(jiffies, w->asks_at))
		ask(w);
	if (is_walking(w)) {
		do
			place = turns[w->turn++ % ARRAY_SIZE(turns)];
		while (!w->walks[place].netns);
		take_turn(w, place);
	}
	queue_delayed_work(queue, &w->work, is_walking(w) ? STEP : w->pause);
}

/**
 * tcpwhy_walker_start() - begin to ask whose walk is due
 * @walker: who walks
 *
 * Context: process, under the mutex of sources.c.
 * Return: 0 or -ENOMEM
 */
int tcpwhy_walker_start(struct tcpwhy_walker *walker)
{
	if (!queue)
		queue = alloc_workqueue("tcpwhy", WQ_UNBOUND, 0);
	if (!queue)
		return -ENOMEM;
	users++;
	memset(walker->walks, 0, sizeof(walker->walks));
	walker->asked = 0;
	walker->asks_at = jiffies + walker->pause;
	walker->hurry = 0;
	walker->hurried_at = jiffies - walker->pause;
	INIT_DELAYED_WORK(&walker->work, walk);
	queue_delayed_work(queue, &walker->work, walker->pause);
	/* Pairs with tcpwhy_walker_hurry(): the work item is ready. */
	smp_store_release(&walker->running, true);
	return 0;
}

/**
 * tcpwhy_walker_hurry() - ask at once whose walk is due, and not only when it is time
 * @walker: who walks
 *
 * Once in a pause, so that nobody can have walks without an end: who comes sooner waits for the
 * next time that the namespaces are asked.
 *
 * Context: any but NMI, under RCU. Nothing happens if the walker does not run.
 */
void tcpwhy_walker_hurry(struct tcpwhy_walker *walker)
{
	unsigned long last = READ_ONCE(walker->hurried_at);

	/* Pairs with tcpwhy_walker_start() and tcpwhy_walker_stop(). */
	if (!smp_load_acquire(&walker->running) ||
	    time_before(jiffies, last + walker->pause) ||
	    cmpxchg(&walker->hurried_at, last, jiffies) != last)
		return;
	WRITE_ONCE(walker->hurry, 1);
	mod_delayed_work(queue, &walker->work, 0);
}

/**
 * tcpwhy_walker_stop() - stop, and wait until it has
 * @walker: who walks
 *
 * Context: process, under the mutex of sources.c.
 */
void tcpwhy_walker_stop(struct tcpwhy_walker *walker)
{
	WRITE_ONCE(walker->running, false);
	synchronize_rcu(); /* nobody hurries it any more */
	cancel_delayed_work_sync(&walker->work);
	if (--users)
		return;
	destroy_workqueue(queue);
	queue = NULL;
}
