// SPDX-License-Identifier: GPL-2.0
/*
 * A SYN met no listener. That somebody listens all the same shows where the look-up goes by
 * another device: one that is bound to none does not get what comes in by a VRF
 * (net.ipv4.tcp_l3mdev_accept=0), and one that is bound to a device gets only what comes by that.
 */
#include <linux/netdevice.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "hooks/budget.h"
#include "hooks/elsewhere.h"

/* Who makes devices must not make work. */
#define DEVICES_MAX	64

static const struct sock *listener_at(struct net *net, const struct tcpwhy_packet *syn, int dif)
{
	__be32 saddr4, daddr4;

	if (!tcpwhy_addr_is_v4(&syn->saddr))
#if IS_ENABLED(CONFIG_IPV6)
		return tcpwhy_listener_v6(net, (const struct in6_addr *)syn->saddr.b,
					  htons(syn->sport), (const struct in6_addr *)syn->daddr.b,
					  syn->dport, dif);
#else
		return NULL;
#endif
	memcpy(&saddr4, syn->saddr.b + 12, sizeof(saddr4));
	memcpy(&daddr4, syn->daddr.b + 12, sizeof(daddr4));
	return tcpwhy_listener_v4(net, saddr4, htons(syn->sport), daddr4, syn->dport, dif);
}

/* One that was not there when the SYN was looked up is no other VRF's. */
static bool is_kept_out(struct net *net, int iif)
{
	const struct net_device *dev = dev_get_by_index_rcu(net, iif);

	return dev && netif_is_l3_master(dev) && !inet_sk_bound_dev_eq(net, 0, iif, iif);
}

static bool find_bound(struct net *net, int iif, struct tcpwhy_observation *o)
{
	const struct net_device *dev;
	const struct sock *sk;
	int tries = 0;

	for_each_netdev_rcu(net, dev) {
		if (tries++ == DEVICES_MAX || !tcpwhy_budget_take(TCPWHY_BUDGET_SEARCHES))
			return false;
		if (dev->ifindex == iif)
			continue;
		sk = listener_at(net, o->packet, dev->ifindex);
		if (sk && READ_ONCE(sk->sk_bound_dev_if) == dev->ifindex) {
			o->conn.listener_dev = dev->ifindex;
			return true;
		}
	}
	return false;
}

/**
 * tcpwhy_elsewhere_find() - is there a listener that this SYN does not reach?
 * @net: namespace
 * @skb: the SYN
 * @o: likewise; @o->conn is filled in
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_elsewhere_find(struct net *net, const struct sk_buff *skb,
			   struct tcpwhy_observation *o)
{
	const struct sock *sk;

	if (!tcpwhy_budget_take(TCPWHY_BUDGET_SEARCHES))
		return;
	sk = listener_at(net, o->packet, 0);
	o->conn.elsewhere = sk ? is_kept_out(net, skb->skb_iif) : find_bound(net, skb->skb_iif, o);
}
