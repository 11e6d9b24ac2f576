// SPDX-License-Identifier: GPL-2.0
/*
 * net:net_dev_queue sees what leaves, whoever made it: TCP, a netfilter REJECT, a raw
 * or packet socket, another host. A hook at LOCAL_OUT would cost each packet as much,
 * and packet sockets and forwarded packets pass it by. An ordinary segment costs a
 * look at its socket. SYNs show here, too, with the program that sends them.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/dst_metadata.h>
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include <net/netfilter/nf_conntrack.h>
#endif
#include <net/tcp.h>
#include <trace/events/net.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "hooks/budget.h"
#include "hooks/conn.h"
#include "hooks/connects.h"
#include "hooks/made.h"
#include "hooks/observe.h"
#include "hooks/reset_left.h"
#include "hooks/skb.h"
#include "stats.h"

#define TRACEPOINT	"net_dev_queue"

/* TCP's own: of a connection, or of one of the sockets it keeps for its replies. */
static bool is_tcp(const struct sock *sk)
{
	/* TIME_WAIT and requests have no type. */
	if (!sk_fullsock(sk))
		return true;
	return sk->sk_type == SOCK_STREAM || (sk->sk_type == SOCK_RAW && sk->sk_kern_sock);
}

static bool is_rst(const struct sk_buff *skb)
{
	u32 at = skb_network_offset(skb);
	u8 buf[1];
	const u8 *byte;

	if (skb->protocol == htons(ETH_P_IP)) {
		byte = skb_header_pointer(skb, at + offsetof(struct iphdr, protocol), 1, buf);
		if (!byte || *byte != IPPROTO_TCP)
			return false;
		byte = skb_header_pointer(skb, at, 1, buf);
		at += (*byte & 0xf) * 4;
	} else if (skb->protocol == htons(ETH_P_IPV6)) {
		byte = skb_header_pointer(skb, at + offsetof(struct ipv6hdr, nexthdr), 1, buf);
		if (!byte || *byte != IPPROTO_TCP)
			return false;
		at += sizeof(struct ipv6hdr);
	} else {
		return false;
	}
	byte = skb_header_pointer(skb, at + 13, 1, buf);
	return byte && *byte & TCPWHY_RST;
}

/*
 * Once for each packet: not at the devices below the one that routing, or a packet
 * socket, sent it to. Devices that have others below them keep the route for these;
 * the lowest one lets it go before we look. Some put a metadata dst in its place for the one
 * below; a metadata dst of any other kind is for a tunnel, and the route is not known.
 */
static bool is_first_look(const struct sk_buff *skb)
{
	const struct metadata_dst *metadata = skb_metadata_dst(skb);
	const struct net_device *dev = skb->dev;

	if (metadata && tcpwhy_metadata_is_for_lower(metadata))
		return false;
	if (skb_dst(skb) && !metadata)
		return skb_dst(skb)->dev == dev;
	return !skb_vlan_tag_present(skb) && !netif_is_bridge_port(dev) &&
	       !netif_is_lag_port(dev) && !netif_is_ovs_port(dev);
}

/*
 * A bridge's rule that rejects, of the bridge family or by br_netfilter, puts the RST on a port
 * itself, in the name of the host for which the segment was. What the bridge's own host sends
 * bears the bridge's address, and was looked at when it was sent to the bridge.
 */
static bool is_of_a_bridge(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_valid_dst(skb) ? skb_dst(skb) : NULL;
	struct net_device *bridge;

	if (skb->sk || skb->skb_iif || !netif_is_bridge_port(skb->dev))
		return false;
	bridge = netdev_master_upper_dev_get_rcu(skb->dev);
	if (!bridge || ether_addr_equal(eth_hdr(skb)->h_source, bridge->dev_addr))
		return false;
	/* A macvlan or VLAN upon the bridge has an address of its own. */
	return !dst || !netdev_has_upper_dev_all_rcu(bridge, READ_ONCE(dst->dev));
}

#if IS_ENABLED(CONFIG_NF_CONNTRACK)

/* Who sent it, before a NAT of this host wrote another address. Return: whether that is known */
static bool sent_by(const struct sk_buff *skb, struct tcpwhy_addr *addr, u16 *port)
{
	const struct nf_conntrack_tuple *tuple;
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	if (!ct)
		return false;
	tuple = &ct->tuplehash[CTINFO2DIR(info)].tuple;
	if (tuple->dst.protonum != IPPROTO_TCP)
		return false;
	if (tuple->src.l3num == NFPROTO_IPV4)
		tcpwhy_addr_from_v4(addr, &tuple->src.u3.ip);
	else
		tcpwhy_addr_from_v6(addr, &tuple->src.u3.in6);
	*port = ntohs(tuple->src.u.tcp.port);
	return true;
}

#else

static bool sent_by(const struct sk_buff *skb, struct tcpwhy_addr *addr, u16 *port)
{
	return false;
}

#endif

static u8 origin_of(const struct sk_buff *skb)
{
	if (skb->sk)
		return skb->sk->sk_family == PF_PACKET ? TCPWHY_ORIGIN_PACKET : TCPWHY_ORIGIN_RAW;
	if (skb->skb_iif)
		return TCPWHY_ORIGIN_FORWARDED;
	/*
	 * TCP's replies over IPv6 have no socket. It leaves their checksum to the device;
	 * nf_send_reset6() computes it.
	 */
	if (skb->protocol == htons(ETH_P_IPV6) && skb->ip_summed == CHECKSUM_PARTIAL)
		return TCPWHY_ORIGIN_UNSPEC;
	return TCPWHY_ORIGIN_NETFILTER;
}

/* Under RCU. There is a device: __dev_queue_xmit() has used it. */
static void rst_leaves(const struct sk_buff *skb)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_RESET_LEFT };
	struct net *net = dev_net(skb->dev);
	u8 buf[TCPWHY_HEADER_MAX];
	bool for_us, about_sender;
	struct tcpwhy_packet p;
	const u8 *header;

	o.conn.origin = origin_of(skb);
	if (o.conn.origin == TCPWHY_ORIGIN_UNSPEC || !(is_first_look(skb) || is_of_a_bridge(skb)))
		return;
	tcpwhy_count(RESETS_LEFT);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	header = tcpwhy_skb_parse(skb, &p, buf);
	if (!header)
		return;
	o.now_ns = ktime_get_boottime_ns();
	o.packet = &p;
	for_us = o.conn.origin == TCPWHY_ORIGIN_NETFILTER && tcpwhy_is_local(net, &p.daddr);
	/* What a program sends in another's name is about no connection of this host. */
	if (skb->sk && !tcpwhy_is_local(net, &p.saddr))
		return;
	/*
	 * Of two strangers the sender is the one of whom this says something. And what a
	 * program of this host sent is answered in the name of whom it was meant for.
	 */
	about_sender = o.conn.origin == TCPWHY_ORIGIN_FORWARDED || for_us;
	o.peer = about_sender ? p.saddr : p.daddr;
	o.lport = about_sender ? p.dport : p.sport;
	o.rport = about_sender ? p.sport : p.dport;
	if (o.conn.origin == TCPWHY_ORIGIN_FORWARDED && !sent_by(skb, &o.peer, &o.rport) &&
	    tcpwhy_is_local(net, &p.saddr)) {
		tcpwhy_count(RESETS_TRANSLATED);
		return;
	}
	if (skb->sk)
		tcpwhy_conn_actor(&o.process);
	/* That program's socket is about to receive it. */
	tcpwhy_observe(tcpwhy_net(net), &o, for_us ? TCPWHY_REMEMBER_NEW : TCPWHY_REMEMBER_NOTHING,
		       header);
}

/* A SYN, or the RST of a connection that ends. */
static void own_leaves(const struct sock *sk, const struct sk_buff *skb)
{
	rcu_read_lock();
	if (sk->sk_state == TCP_SYN_SENT)
		tcpwhy_connects_began(sk);
	else
		tcpwhy_made_own(sk, skb);
	rcu_read_unlock();
}

static void on_queue(void *data, struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	if (likely(sk && is_tcp(sk))) {
		if (unlikely((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_CLOSE) &&
			     sk->sk_protocol == IPPROTO_TCP))
			own_leaves(sk, skb);
		return;
	}
	if (likely(!is_rst(skb)))
		return;
	rcu_read_lock();
	rst_leaves(skb);
	rcu_read_unlock();
}

int tcpwhy_reset_left_attach(void)
{
	check_trace_callback_type_net_dev_queue(on_queue);
	return tcpwhy_tracepoint_attach(TRACEPOINT, on_queue);
}

void tcpwhy_reset_left_detach(void)
{
	tcpwhy_tracepoint_detach(TRACEPOINT, on_queue);
}
