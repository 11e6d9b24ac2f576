/* SPDX-License-Identifier: GPL-2.0 */
/* What is kept for each network namespace. */
#ifndef TCPWHY_NETNS_H
#define TCPWHY_NETNS_H

#include <linux/list.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "core/cause.h"
#include "store/peers.h"

/**
 * struct tcpwhy_net - a network namespace
 * @net: the namespace
 * @inum: its inode number, as in /proc/PID/ns/net
 * @list: of all namespaces; under tcpwhy_netns_lock()
 * @since_ns: CLOCK_BOOTTIME when @mib_base was read
 * @mib_base: the kernel's counters at that time
 * @hooked: the netfilter hooks are registered; under tcpwhy_netns_lock()
 * @peers: its share of the peer table
 */
struct tcpwhy_net {
	struct net *net;
	u32 inum;
	struct list_head list;
	u64 since_ns;
	u64 mib_base[TCPWHY_MIBS];
	bool hooked;
	struct tcpwhy_share peers;
};

extern unsigned int tcpwhy_net_id;

static inline struct tcpwhy_net *tcpwhy_net(const struct net *net)
{
	return net_generic(net, tcpwhy_net_id);
}

int tcpwhy_netns_init(void);
void tcpwhy_netns_exit(void);
void tcpwhy_netns_lock(void);
void tcpwhy_netns_unlock(void);
struct tcpwhy_net *tcpwhy_netns_next(struct tcpwhy_net *tn);
struct tcpwhy_net *tcpwhy_netns_by_inum(u32 inum);
int tcpwhy_netns_hook_all(void);
void tcpwhy_netns_unhook_all(void);

#endif /* TCPWHY_NETNS_H */
