// SPDX-License-Identifier: GPL-2.0
/*
 * skb:kfree_skb of what TCP has just sent: did a device drop it as it is too large? Two do so
 * silently. The one at the other end of a veth pair takes no more than its own MTU
 * (____dev_forward_skb(), net/core/dev.c), and a bridge gives a port no more than the port's
 * (br_dev_queue_push_xmit(), net/bridge/br_forward.c). Both ask is_skb_forwardable(), which is
 * asked here again: the packet is as it was then, with its Ethernet header.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "compat/free_probe.h"
#include "hooks/budget.h"
#include "hooks/caller.h"
#include "hooks/conn.h"
#include "hooks/observe.h"
#include "hooks/oversize.h"
#include "hooks/skb.h"
#include "hooks/socket.h"
#include "stats.h"
#include "store/oversizes.h"
#include "store/peers.h"

/* What is being looked at, and what it means if it @is_case. */
struct look {
	struct tcpwhy_observation o;
	struct tcpwhy_packet packet;
	struct tcpwhy_verdict v;
	bool is_case;
};

/* A connection's, not one of the sockets that TCP keeps for its replies. */
static bool is_connection(const struct sock *sk)
{
	return sk_fullsock(sk) && sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM;
}

static bool refuses(const struct net_device *dev, const struct sk_buff *skb)
{
	return dev && dev->flags & IFF_UP && !is_skb_forwardable(dev, skb);
}

/* Under RCU. Return: the device that has refused the packet for its size, NULL if none has */
static const struct net_device *refused_by(const struct sk_buff *skb)
{
	struct net_device *dev = skb->dev, *other = NULL;

	if (!dev)
		return NULL;
	if (netif_is_bridge_port(dev) && refuses(dev, skb))
		return dev;
	if (dev->netdev_ops->ndo_get_peer_dev)
		other = dev->netdev_ops->ndo_get_peer_dev(dev);
	return refuses(other, skb) ? other : NULL;
}

static void fill_device(struct tcpwhy_oversized *over, const struct sk_buff *skb,
			const struct net_device *refuser)
{
	const struct dst_entry *dst = __sk_dst_get(skb->sk);
	const struct net_device *dev = dst ? READ_ONCE(dst->dev) : NULL;

	if (!dev)
		dev = skb->dev;
	over->device = dev->ifindex;
	over->mtu = READ_ONCE(dev->mtu);
	over->mtu_beyond = READ_ONCE(refuser->mtu);
}

/* Under the lock of what is remembered: it is reported once that is released. */
static void note(struct tcpwhy_oversize *m, void *ctx)
{
	struct look *look = ctx;
	const struct tcpwhy_packet *p = &look->packet;

	look->o.oversize.memory = m;
	look->is_case = tcpwhy_oversize_note(m, p->seq,
					     p->header_len + tcpwhy_packet_payload(p),
					     tcpwhy_ms(look->o.now_ns)) &&
			tcpwhy_observe_judge(&look->o, &look->v);
}

/* Under RCU. The socket is as it was when it sent this, or goes on meanwhile. */
static void dropped(const struct sk_buff *skb, const struct net_device *refuser)
{
	struct tcpwhy_net *tn = tcpwhy_net(sock_net(skb->sk));
	struct look look = { .o.kind = TCPWHY_KIND_OVERSIZE };
	u8 buf[TCPWHY_HEADER_MAX];
	struct tcpwhy_stall_key key;
	const u8 *header;

	tcpwhy_count(OVERSIZED);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	header = tcpwhy_skb_parse(skb, &look.packet, buf);
	if (!header)
		return;
	look.o.now_ns = ktime_get_boottime_ns();
	look.o.packet = &look.packet;
	tcpwhy_socket_peer(skb->sk, &look.o);
	tcpwhy_conn_owner(skb->sk, &look.o.process);
	if (look.o.lport != look.packet.sport || look.o.rport != look.packet.dport)
		return;
	fill_device(&look.o.oversize, skb, refuser);
	tcpwhy_conn_key(skb->sk, &key);
	tcpwhy_oversizes_update(&key, tcpwhy_ms(look.o.now_ns), note, &look);
	if (look.is_case)
		tcpwhy_peers_report(tn, &look.o, &look.v, header, look.packet.header_len);
}

/*
 * Where a packet is freed elsewhere, something else may lie in the place of its device: TCP and
 * queueing disciplines (fq, netem) keep packets in trees.
 */
static void on_free(const struct sk_buff *skb, const void *place)
{
	const struct net_device *refuser;

	if (likely(!skb->sk) || !tcpwhy_caller_forwards((unsigned long)place) ||
	    !is_connection(skb->sk))
		return;
	rcu_read_lock();
	refuser = refused_by(skb);
	if (refuser)
		dropped(skb, refuser);
	rcu_read_unlock();
}

/**
 * tcpwhy_oversize_is_told() - is it told that a device drops what this connection sends?
 * @sk: full socket
 * @now_ms: CLOCK_BOOTTIME
 *
 * Nothing else explains then that it gets no further.
 *
 * Context: any but NMI.
 */
bool tcpwhy_oversize_is_told(const struct sock *sk, u32 now_ms)
{
	struct tcpwhy_stall_key key;

	if (likely(!tcpwhy_oversizes_any()))
		return false;
	tcpwhy_conn_key(sk, &key);
	return tcpwhy_oversizes_named(&key, now_ms);
}

int tcpwhy_oversize_attach(void)
{
	tcpwhy_oversizes_forget();
	return free_probe_attach();
}

void tcpwhy_oversize_detach(void)
{
	free_probe_detach();
	tcpwhy_oversizes_forget(); /* a time-out belongs to what is told, and that no more is */
}
