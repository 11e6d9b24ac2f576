// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces come and go while the module is loaded. Each has its own
 * netfilter hooks, counters and share of the peer table.
 */
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/ktime.h>

#include "compat/mib.h"
#include "hooks/forward.h"
#include "hooks/netfilter.h"
#include "netns.h"
#include "proc.h"
#include "stats.h"

unsigned int tcpwhy_net_id;

/*
 * @namespaces is changed under @mutex and read under that or RCU: by hooks under RCU, in all
 * contexts of hooks/observe.h; under @mutex in process context only (work items, netlink,
 * namespaces that begin and end). @hooks_wanted and tcpwhy_net.hooked are under @mutex.
 */
static LIST_HEAD(namespaces);
static DEFINE_MUTEX(mutex);
static bool hooks_wanted[TCPWHY_HOOKS];
static atomic64_t last_id;

void tcpwhy_netns_lock(void)
{
	mutex_lock(&mutex);
}

void tcpwhy_netns_unlock(void)
{
	mutex_unlock(&mutex);
}

/**
 * tcpwhy_netns_next() - one namespace after the other
 * @tn: the one before, or NULL to begin
 *
 * Context: tcpwhy_netns_lock() or RCU, over the whole walk.
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
 * Context: tcpwhy_netns_lock() or RCU, while the answer is used.
 */
struct tcpwhy_net *tcpwhy_netns_by_id(u64 id)
{
	struct tcpwhy_net *tn = NULL;

	while ((tn = tcpwhy_netns_next(tn)))
		if (tn->id == id)
			break;
	return tn;
}

static const struct {
	int (*add)(struct net *net);
	void (*remove)(struct net *net);
} hooks[TCPWHY_HOOKS] = {
	[TCPWHY_HOOKS_LOCAL_IN] = { tcpwhy_netfilter_register, tcpwhy_netfilter_unregister },
	[TCPWHY_HOOKS_FORWARD] = { tcpwhy_forward_register, tcpwhy_forward_unregister },
};

static int hook(struct tcpwhy_net *tn, enum tcpwhy_hooks which)
{
	int err;

	lockdep_assert_held(&mutex);
	if (!hooks_wanted[which] || tn->hooked[which])
		return 0;
	err = hooks[which].add(tn->net);
	tn->hooked[which] = !err;
	return err;
}

static void unhook(struct tcpwhy_net *tn, enum tcpwhy_hooks which)
{
	lockdep_assert_held(&mutex);
	if (tn->hooked[which])
		hooks[which].remove(tn->net);
	tn->hooked[which] = false;
}

/**
 * tcpwhy_netns_unhook_all() - detach from all namespaces, and from new ones
 * @which: hooks
 *
 * The hooks may still run until a grace period has passed.
 */
void tcpwhy_netns_unhook_all(enum tcpwhy_hooks which)
{
	struct tcpwhy_net *tn = NULL;

	mutex_lock(&mutex);
	hooks_wanted[which] = false;
	while ((tn = tcpwhy_netns_next(tn)))
		unhook(tn, which);
	mutex_unlock(&mutex);
}

/**
 * tcpwhy_netns_hook_all() - attach to all namespaces, and to new ones
 * @which: hooks
 *
 * Return: 0 or an error, and then to none
 */
int tcpwhy_netns_hook_all(enum tcpwhy_hooks which)
{
	struct tcpwhy_net *tn = NULL;
	int err = 0;

	mutex_lock(&mutex);
	hooks_wanted[which] = true;
	while (!err && (tn = tcpwhy_netns_next(tn)))
		err = hook(tn, which);
	mutex_unlock(&mutex);
	if (err)
		tcpwhy_netns_unhook_all(which);
	return err;
}

/* A namespace begins whatever happens here: who only looks must not be in the way. */
static int __net_init init_net_ns(struct net *net)
{
	struct tcpwhy_net *tn = tcpwhy_net(net);
	int i;

	tn->net = net;
	tn->inum = net->ns.inum;
	tn->id = atomic64_inc_return(&last_id);
	tn->since_ns = ktime_get_boottime_ns();
	tcpwhy_mib_read(net, tn->mib_base);
	tcpwhy_share_init(&tn->peers, net_eq(net, &init_net));
	tn->has_proc = !tcpwhy_proc_add(net);
	mutex_lock(&mutex);
	for (i = 0; i < TCPWHY_HOOKS; i++)
		if (hook(tn, i))
			tcpwhy_count(NAMESPACE_UNSEEN);
	list_add_tail_rcu(&tn->list, &namespaces);
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

/** tcpwhy_netns_exit() - leave all of them */
void tcpwhy_netns_exit(void)
{
	unregister_pernet_subsys(&ops);
}
