// SPDX-License-Identifier: GPL-2.0
/*
 * What may be missing from a packet.
 *
 * Its dst is NULL on a device's own side (packet sockets, tc, a device that has let it go), and
 * in a socket's backlog. It may also be a metadata dst, which says how a tunnel in external mode is
 * to send the packet, and no more: it has no device and no MTU. tc's tunnel_key, Open vSwitch,
 * eBPF, and a bridge with vlan_tunnel give it to packets that leave; such tunnels give it to
 * packets that arrive, until IP has routed them.
 *
 * skb->dev is NULL once TCP has the segment in hand (tcp_v4_rcv()). In TCP's and the fragments'
 * trees other things lie in its place: what comes from there may not be asked for it.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/dst_metadata.h>
#include <net/route.h>

#include "core/tls.h"
#include "hooks/skb.h"
#include "stats.h"

/**
 * tcpwhy_skb_net() - the namespace that a packet is in
 * @skb: it, not in a tree
 *
 * As icmp_send() finds it: that of the route's device, and else of the packet's own.
 *
 * Context: under RCU.
 * Return: NULL if neither tells
 */
struct net *tcpwhy_skb_net(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct net_device *dev = dst ? READ_ONCE(dst->dev) : NULL;

	if (!dev)
		dev = skb->dev;
	return dev ? dev_net(dev) : NULL;
}

/**
 * tcpwhy_skb_mtu() - how large packets may be where this one goes
 * @skb: it
 * @out: device that it leaves by, or NULL
 *
 * Context: under RCU.
 * Return: bytes; 0 if nobody says
 */
u32 tcpwhy_skb_mtu(const struct sk_buff *skb, const struct net_device *out)
{
	if (skb_valid_dst(skb))
		return dst_mtu(skb_dst(skb));
	return out ? READ_ONCE(out->mtu) : 0;
}

/**
 * tcpwhy_is_local() - is this an address of this host?
 * @net: namespace
 * @addr: address
 *
 * Packets of IPv6 pass through a host without it, as tc or a bridge may send them on: then no
 * address of them is ours. With ipv6.disable=1 a namespace has no table of them to look into.
 *
 * Context: RCU; any but NMI.
 */
bool tcpwhy_is_local(struct net *net, const struct tcpwhy_addr *addr)
{
	__be32 v4;

	if (!tcpwhy_addr_is_v4(addr))
		return ipv6_mod_enabled() &&
		       ipv6_chk_addr(net, (const struct in6_addr *)addr->b, NULL, 0);
	memcpy(&v4, addr->b + 12, sizeof(v4));
	return inet_addr_type(net, v4) == RTN_LOCAL;
}

/**
 * tcpwhy_skb_parse() - the TCP segment in a packet that nobody has looked at yet
 * @skb: packet; where its network header is not inside it, it is malformed
 * @p: result
 * @buf: room for %TCPWHY_HEADER_MAX bytes
 *
 * Context: any.
 * Return: its headers in one piece, %TCPWHY_HEADER_MAX bytes of it at most; NULL, counted, if it is
 * no whole TCP segment
 */
const u8 *tcpwhy_skb_parse(const struct sk_buff *skb, struct tcpwhy_packet *p, u8 *buf)
{
	int at = skb_network_offset(skb);
	u32 len = skb->len - at, captured = min_t(u32, len, TCPWHY_HEADER_MAX);
	const u8 *header = NULL;

	if (at <= (int)skb->len)
		header = skb_header_pointer(skb, at, captured, buf);
	if (header && tcpwhy_packet_parse(p, header, captured, len) == TCPWHY_PARSE_OK)
		return header;
	tcpwhy_count(MALFORMED);
	return NULL;
}

/**
 * tcpwhy_skb_half_a_hello() - does a segment begin a ClientHello of TLS that is longer than itself?
 * @skb: it
 * @at: offset of its data
 * @bytes: of its data, as it goes over the wire
 *
 * No more than the header is looked at, and nothing of it is kept.
 *
 * Context: any.
 */
bool tcpwhy_skb_half_a_hello(const struct sk_buff *skb, u32 at, u32 bytes)
{
	u8 buf[TCPWHY_TLS_HEADER + 1];
	const u8 *header = skb_header_pointer(skb, at, sizeof(buf), buf);

	return header && header[0] == TCPWHY_TLS_HANDSHAKE && header[1] == 3 &&
	       header[TCPWHY_TLS_HEADER] == TCPWHY_TLS_CLIENT_HELLO &&
	       TCPWHY_TLS_HEADER + (header[3] << 8 | header[4]) > bytes;
}
