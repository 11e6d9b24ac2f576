// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces come and go while the module is loaded. Each has its own
 * netfilter hooks, counters and share of the peer table.
 */
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "compat/mib.h"
#include "hooks/forward.h"
#include "hooks/netfilter.h"
#include "netns.h"
#include "proc.h"
#include "stats.h"

/* Where hooks are missing it is tried again, in a bounded number of namespaces at once. */
#define AGAIN		(60 * HZ)
#define AGAIN_MAX	256

unsigned int tcpwhy_net_id;

/*
 * @namespaces and @by_id are changed under @mutex and read under that or RCU: by hooks under RCU,
 * in all contexts of hooks/observe.h; under @mutex in process context only (work items, netlink,
 * namespaces that begin and end). All else here is under @mutex: @unseen is how many namespaces
 * lack hooks, @tried_id the one that was tried again last.
 */
static LIST_HEAD(namespaces);
static DEFINE_HASHTABLE(by_id, 10);
static DEFINE_MUTEX(mutex);
static bool hooks_wanted[TCPWHY_HOOKS];
static u64 last_id, tried_id;
static unsigned int unseen;

static void try_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(again_work, try_again);

/**
 * tcpwhy_netns_next() - one namespace after the other
 * @tn: the one before, or NULL to begin
 *
 * Context: RCU, over the whole walk.
 */
struct tcpwhy_net *tcpwhy_netns_next(struct tcpwhy_net *tn)
{
	return list_next_or_null_rcu(&namespaces, tn ? &tn->list : &namespaces,
				     struct tcpwhy_net, list);
}

/**
 * tcpwhy_netns_by_id() - a namespace by its own number
 * @id: number
 *
 * Context: RCU, while the answer is used.
 */
struct tcpwhy_net *tcpwhy_netns_by_id(u64 id)
{
	struct tcpwhy_net *tn;

	hash_for_each_possible_rcu(by_id, tn, by_id, id)
		if (tn->id == id)
			return tn;
	return NULL;
}

/**
 * tcpwhy_netns_exists() - is there a namespace of this inode number?
 * @inum: number
 *
 * Context: any but NMI. The answer may be out of date when it is there.
 */
bool tcpwhy_netns_exists(u32 inum)
{
	struct tcpwhy_net *tn = NULL;

	rcu_read_lock();
	while ((tn = tcpwhy_netns_next(tn)))
		if (tn->inum == inum)
			break;
	rcu_read_unlock();
	return tn;
}

static const struct {
	int (*add)(struct net *net);
	void (*remove)(struct net *net);
} hooks[TCPWHY_HOOKS] = {
	[TCPWHY_HOOKS_LOCAL_IN] = { tcpwhy_netfilter_register, tcpwhy_netfilter_unregister },
	[TCPWHY_HOOKS_FORWARD] = { tcpwhy_forward_register, tcpwhy_forward_unregister },
};

/* After each change of its hooks */
static void note_unseen(struct tcpwhy_net *tn)
{
	bool was = tn->unseen;
	int i;

	tn->unseen = false;
	for (i = 0; i < TCPWHY_HOOKS; i++)
		tn->unseen |= !!tn->hook_error[i];
	if (tn->unseen && !was)
		tcpwhy_count(NAMESPACE_UNSEEN);
	WRITE_ONCE(unseen, unseen + tn->unseen - was); /* pairs with tcpwhy_netns_unseen() */
	if (unseen)
		schedule_delayed_work(&again_work, AGAIN);
}

static int hook(struct tcpwhy_net *tn, enum tcpwhy_hooks which)
{
	int err;

	lockdep_assert_held(&mutex);
	if (!hooks_wanted[which] || tn->hooked[which])
		return 0;
	err = hooks[which].add(tn->net);
	tn->hooked[which] = !err;
	WRITE_ONCE(tn->hook_error[which], err); /* pairs with tcpwhy_netns_hook_error() */
	note_unseen(tn);
	return err;
}

static void unhook(struct tcpwhy_net *tn, enum tcpwhy_hooks which)
{
	lockdep_assert_held(&mutex);
	if (tn->hooked[which])
		hooks[which].remove(tn->net);
	tn->hooked[which] = false;
	WRITE_ONCE(tn->hook_error[which], 0);
	note_unseen(tn);
}

static void hook_here(struct tcpwhy_net *tn)
{
	int i;

	for (i = 0; i < TCPWHY_HOOKS; i++)
		hook(tn, i);
}

/* Somebody may have left the place that they need, or there is memory again. */
static void try_again(struct work_struct *work)
{
	struct tcpwhy_net *tn;
	int n = 0;

	mutex_lock(&mutex);
	list_for_each_entry(tn, &namespaces, list) {
		if (!tn->unseen || tn->id <= tried_id)
			continue;
		if (n++ == AGAIN_MAX)
			break;
		tried_id = tn->id;
		hook_here(tn);
	}
	if (list_entry_is_head(tn, &namespaces, list))
		tried_id = 0;
	if (unseen)
		schedule_delayed_work(&again_work, AGAIN);
	mutex_unlock(&mutex);
}

/**
 * tcpwhy_netns_unhook_all() - detach from all namespaces, and from new ones
 * @which: hooks
 *
 * The hooks may still run until a grace period has passed.
 */
void tcpwhy_netns_unhook_all(enum tcpwhy_hooks which)
{
	struct tcpwhy_net *tn;

	mutex_lock(&mutex);
	hooks_wanted[which] = false;
	list_for_each_entry(tn, &namespaces, list)
		unhook(tn, which);
	mutex_unlock(&mutex);
}

/**
 * tcpwhy_netns_hook_all() - attach to all namespaces, and to new ones
 * @which: hooks
 *
 * Netfilter takes 1024 hooks at one place (net/netfilter/core.c, MAX_HOOK_COUNT), and whoever is
 * root in a namespace of his own can fill its. That is his loss, and nobody else's.
 *
 * Return: 0, or an error if the initial namespace refuses, and then to none
 */
int tcpwhy_netns_hook_all(enum tcpwhy_hooks which)
{
	struct tcpwhy_net *tn;
	int err = 0;

	mutex_lock(&mutex);
	hooks_wanted[which] = true;
	list_for_each_entry(tn, &namespaces, list) {
		int refused = hook(tn, which);

		if (net_eq(tn->net, &init_net))
			err = refused;
	}
	mutex_unlock(&mutex);
	if (err)
		tcpwhy_netns_unhook_all(which);
	return err;
}

/**
 * tcpwhy_netns_hook_error() - why does a namespace lack hooks that the others have?
 * @tn: namespace
 * @which: hooks
 *
 * Return: 0 if it has them, or they are not wanted
 */
int tcpwhy_netns_hook_error(const struct tcpwhy_net *tn, enum tcpwhy_hooks which)
{
	return READ_ONCE(tn->hook_error[which]);
}

/**
 * tcpwhy_netns_hook_again() - try again, as somebody looks
 * @tn: namespace
 *
 * Context: process.
 */
void tcpwhy_netns_hook_again(struct tcpwhy_net *tn)
{
	mutex_lock(&mutex);
	hook_here(tn);
	mutex_unlock(&mutex);
}

/** tcpwhy_netns_unseen() - how many namespaces lack hooks */
unsigned int tcpwhy_netns_unseen(void)
{
	return READ_ONCE(unseen);
}

/* A namespace begins whatever happens here: who only looks must not be in the way. */
static int __net_init init_net_ns(struct net *net)
{
	struct tcpwhy_net *tn = tcpwhy_net(net);

	tn->net = net;
	tn->inum = net->ns.inum;
	tn->since_ns = ktime_get_boottime_ns();
	tcpwhy_mib_read(net, tn->mib_base);
	tcpwhy_mib_read_unnamed(net, tn->unnamed_base);
	raw_spin_lock_init(&tn->binds.lock);
	tcpwhy_share_init(&tn->peers, net_eq(net, &init_net));
	tn->has_proc = !tcpwhy_proc_add(net);
	mutex_lock(&mutex);
	tn->id = ++last_id;
	hook_here(tn);
	list_add_tail_rcu(&tn->list, &namespaces);
	hash_add_rcu(by_id, &tn->by_id, tn->id);
	mutex_unlock(&mutex);
	return 0;
}

/* Between this and exit_net_ns() the kernel waits for a grace period. */
static void __net_exit pre_exit_net_ns(struct net *net)
{
	struct tcpwhy_net *tn = tcpwhy_net(net);
	int i;

	mutex_lock(&mutex);
	for (i = 0; i < TCPWHY_HOOKS; i++)
		unhook(tn, i);
	list_del_rcu(&tn->list);
	hash_del_rcu(&tn->by_id);
	mutex_unlock(&mutex);
	if (tn->has_proc)
		tcpwhy_proc_remove(net);
}

static void __net_exit exit_net_ns(struct net *net)
{
	tcpwhy_share_release(&tcpwhy_net(net)->peers);
}

static struct pernet_operations ops = {
	.init = init_net_ns,
	.pre_exit = pre_exit_net_ns,
	.exit = exit_net_ns,
	.id = &tcpwhy_net_id,
	.size = sizeof(struct tcpwhy_net),
};

/**
 * tcpwhy_netns_init() - begin with all namespaces there are
 *
 * Return: 0 or an error
 */
int tcpwhy_netns_init(void)
{
	return register_pernet_subsys(&ops);
}

/** tcpwhy_netns_exit() - leave all of them; no hooks are wanted any more */
void tcpwhy_netns_exit(void)
{
	cancel_delayed_work_sync(&again_work);
	unregister_pernet_subsys(&ops);
}
