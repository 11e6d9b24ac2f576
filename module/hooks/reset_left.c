// SPDX-License-Identifier: GPL-2.0
/*
 * net:net_dev_queue sees what leaves, whoever made it: TCP, a netfilter REJECT, a raw
 * or packet socket, another host. A hook at LOCAL_OUT would cost each packet as much,
 * and packet sockets and forwarded packets pass it by. An ordinary segment costs a
 * look at its socket. SYNs show here, too, with the program that sends them.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/dst_metadata.h>
#include <net/route.h>
#include <net/tcp.h>
#include <trace/events/net.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "hooks/budget.h"
#include "hooks/conn.h"
#include "hooks/connects.h"
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
 * Packets of IPv6 pass through a host without it, as tc or a bridge may send them on: then no
 * address of them is ours. With ipv6.disable=1 a namespace has no table of them to look into.
 */
static bool is_local(struct net *net, const struct tcpwhy_addr *addr)
{
	__be32 v4;

	if (!tcpwhy_addr_is_v4(addr))
		return ipv6_mod_enabled() &&
		       ipv6_chk_addr(net, (const struct in6_addr *)addr->b, NULL, 0);
	memcpy(&v4, addr->b + 12, sizeof(v4));
	return inet_addr_type(net, v4) == RTN_LOCAL;
}

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
	if (o.conn.origin == TCPWHY_ORIGIN_UNSPEC || !is_first_look(skb))
		return;
	tcpwhy_count(RESETS_LEFT);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	header = tcpwhy_skb_parse(skb, &p, buf);
	if (!header)
		return;
	o.now_ns = ktime_get_boottime_ns();
	o.packet = &p;
	for_us = o.conn.origin == TCPWHY_ORIGIN_NETFILTER && is_local(net, &p.daddr);
	/* What a program sends in another's name is about no connection of this host. */
	if (skb->sk && !is_local(net, &p.saddr))
		return;
	/*
	 * Of two strangers the sender is the one of whom this says something. And what a
	 * program of this host sent is answered in the name of whom it was meant for.
	 */
	about_sender = o.conn.origin == TCPWHY_ORIGIN_FORWARDED || for_us;
	o.peer = about_sender ? p.saddr : p.daddr;
	o.lport = about_sender ? p.dport : p.sport;
	o.rport = about_sender ? p.sport : p.dport;
	if (skb->sk)
		tcpwhy_conn_actor(&o.process);
	/* That program's socket is about to receive it. */
	tcpwhy_observe(tcpwhy_net(net), &o, for_us ? TCPWHY_REMEMBER_NEW : TCPWHY_REMEMBER_NOTHING,
		       header);
}

static void begins(const struct sock *sk)
{
	rcu_read_lock();
	tcpwhy_connects_began(sk);
	rcu_read_unlock();
}

static void on_queue(void *data, struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	if (likely(sk && is_tcp(sk))) {
		if (unlikely(sk->sk_state == TCP_SYN_SENT && sk->sk_protocol == IPPROTO_TCP))
			begins(sk);
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
