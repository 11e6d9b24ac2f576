/* SPDX-License-Identifier: GPL-2.0 */
/* What is kept for each network namespace. */
#ifndef TCPWHY_NETNS_H
#define TCPWHY_NETNS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "compat/mib.h"
#include "core/cause.h"
#include "store/peers.h"

/**
 * enum tcpwhy_hooks - netfilter hooks that come and go together
 * @TCPWHY_HOOKS_LOCAL_IN: hooks/netfilter.c
 * @TCPWHY_HOOKS_FORWARD: hooks/forward.c
 * @TCPWHY_HOOKS: how many such there are
 */
enum tcpwhy_hooks {
	TCPWHY_HOOKS_LOCAL_IN,
	TCPWHY_HOOKS_FORWARD,
	TCPWHY_HOOKS,
};

#define TCPWHY_PORT_CASES	4 /* each takes most of the ports of an address */

/**
 * struct tcpwhy_port_case - where local ports are used up
 * @remote: remote address
 * @local: local address
 * @rport: remote port; 0: no case
 */
struct tcpwhy_port_case {
	struct tcpwhy_addr remote;
	struct tcpwhy_addr local;
	u16 rport;
};

/**
 * struct tcpwhy_binds - bind() that found no local port, since the last sweep
 * @lock: of all below. Taken by the kretprobe in process context, with preemption off, and by the
 *	sweep; nothing is locked inside it. Raw: a probe may not sleep on PREEMPT_RT
 * @failed: how often
 * @local: address that was to be bound the last time
 * @process: who did that
 */
struct tcpwhy_binds {
	raw_spinlock_t lock;
	u32 failed;
	struct tcpwhy_addr local;
	struct tcpwhy_process process;
};

/**
 * struct tcpwhy_net - a network namespace
 * @net: the namespace
 * @inum: its inode number, as in /proc/PID/ns/net
 * @id: its own number, which unlike @inum is never used again
 * @list: of all namespaces, by @id; changed under the mutex of netns.c, read under RCU
 * @by_id: likewise, those of whose @id the hash is the same
 * @since_ns: CLOCK_BOOTTIME when @mib_base was read
 * @mib_base: the kernel's counters at that time
 * @unnamed_base: likewise those that no cause names
 * @has_proc: it has /proc/net/tcpwhy
 * @hooked: which netfilter hooks are registered; under the mutex of netns.c
 * @hook_error: why they are not, though they should be; changed under that mutex
 * @unseen: it lacks some; under that mutex
 * @peers: its share of the peer table
 * @cases: where its ports were found used up by the last sweep; the sweep's own
 * @binds: what a sweep is to find the reason for
 * @out_of_order: segments that have come out of order; the walk for holes' own, as are those below
 * @out_of_order_at: when that was seen to grow last, in jiffies
 * @holes_due: and no walk over its sockets has begun late enough since
 */
struct tcpwhy_net {
	struct net *net;
	u32 inum;
	u64 id;
	struct list_head list;
	struct hlist_node by_id;
	u64 since_ns;
	u64 mib_base[TCPWHY_MIBS];
	u64 unnamed_base[TCPWHY_UNNAMED];
	bool has_proc;
	bool hooked[TCPWHY_HOOKS];
	int hook_error[TCPWHY_HOOKS];
	bool unseen;
	struct tcpwhy_share peers;
	struct tcpwhy_port_case cases[TCPWHY_PORT_CASES];
	struct tcpwhy_binds binds;
	u64 out_of_order;
	unsigned long out_of_order_at;
	bool holes_due;
};

extern unsigned int tcpwhy_net_id;

static inline struct tcpwhy_net *tcpwhy_net(const struct net *net)
{
	return net_generic(net, tcpwhy_net_id);
}

int tcpwhy_netns_init(void);
void tcpwhy_netns_exit(void);
struct tcpwhy_net *tcpwhy_netns_next(struct tcpwhy_net *tn);
struct tcpwhy_net *tcpwhy_netns_by_id(u64 id);
bool tcpwhy_netns_exists(u32 inum);
int tcpwhy_netns_hook_all(enum tcpwhy_hooks which);
void tcpwhy_netns_unhook_all(enum tcpwhy_hooks which);
int tcpwhy_netns_hook_error(const struct tcpwhy_net *tn, enum tcpwhy_hooks which);
void tcpwhy_netns_hook_again(struct tcpwhy_net *tn);
unsigned int tcpwhy_netns_unseen(void);

#endif /* TCPWHY_NETNS_H */
