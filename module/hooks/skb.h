/* SPDX-License-Identifier: GPL-2.0 */
/* A packet on its way through this host: whose it is, what it carries, and how large it may be. */
#ifndef TCPWHY_HOOKS_SKB_H
#define TCPWHY_HOOKS_SKB_H

#include <linux/types.h>

#include "core/packet.h"

struct net;
struct net_device;
struct sk_buff;

struct net *tcpwhy_skb_net(const struct sk_buff *skb);
u32 tcpwhy_skb_mtu(const struct sk_buff *skb, const struct net_device *out);
bool tcpwhy_is_local(struct net *net, const struct tcpwhy_addr *addr);
const u8 *tcpwhy_skb_parse(const struct sk_buff *skb, struct tcpwhy_packet *p, u8 *buf);
bool tcpwhy_skb_half_a_hello(const struct sk_buff *skb, u32 at, u32 bytes);

#endif /* TCPWHY_HOOKS_SKB_H */
