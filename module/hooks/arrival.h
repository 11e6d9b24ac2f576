/* SPDX-License-Identifier: GPL-2.0 */
/* A segment that arrived and the socket it met, whichever hook saw them. */
#ifndef TCPWHY_HOOKS_ARRIVAL_H
#define TCPWHY_HOOKS_ARRIVAL_H

#include <linux/types.h>

#include "core/packet.h"

struct net;
struct sk_buff;
struct sock;

bool tcpwhy_arrival_parse(struct tcpwhy_packet *p, const struct sk_buff *skb, const u8 **header);
bool tcpwhy_arrival_matters(const struct tcpwhy_packet *p, const struct sock *sk);
void tcpwhy_arrival_judge(struct net *net, const struct tcpwhy_packet *p, const struct sock *sk,
			  const u8 *header);
void tcpwhy_arrival_in_hand(struct net *net, const struct sk_buff *skb, const struct sock *sk);

#endif /* TCPWHY_HOOKS_ARRIVAL_H */
