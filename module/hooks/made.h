/* SPDX-License-Identifier: GPL-2.0 */
/* RSTs that sockets of this host made, for whom they reach by loopback. */
#ifndef TCPWHY_HOOKS_MADE_H
#define TCPWHY_HOOKS_MADE_H

#include <net/sock.h>

#include "core/observation.h"
#include "netns.h"

int tcpwhy_made_init(void);
void tcpwhy_made_own(const struct sock *sk, const struct sk_buff *skb);
void tcpwhy_made_reply(const struct tcpwhy_net *tn, const struct sk_buff *skb,
		       const struct tcpwhy_observation *o);
void tcpwhy_made_find(const struct tcpwhy_net *tn, int iif, struct tcpwhy_observation *o);

#endif /* TCPWHY_HOOKS_MADE_H */
