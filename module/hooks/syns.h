/* SPDX-License-Identifier: GPL-2.0 */
/* SYNs to servers, this host's own and forwarded ones, and which of them are answered. */
#ifndef TCPWHY_HOOKS_SYNS_H
#define TCPWHY_HOOKS_SYNS_H

#include "core/packet.h"
#include "netns.h"

struct sk_buff;
struct sock;

void tcpwhy_syns_forwarded(struct tcpwhy_net *tn, const struct sk_buff *skb,
			   const struct tcpwhy_packet *syn, const u8 *header);
void tcpwhy_syns_forwarded_answer(struct tcpwhy_net *tn, const struct sk_buff *skb,
				  const struct tcpwhy_packet *syn_ack);
void tcpwhy_syns_repeated(const struct sock *sk, const struct sk_buff *skb);
void tcpwhy_syns_connected(const struct sock *sk);

#endif /* TCPWHY_HOOKS_SYNS_H */
