/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that carry news, on their way in. */
#ifndef TCPWHY_HOOKS_NETFILTER_H
#define TCPWHY_HOOKS_NETFILTER_H

struct net;

int tcpwhy_netfilter_register(struct net *net);
void tcpwhy_netfilter_unregister(struct net *net);

#endif /* TCPWHY_HOOKS_NETFILTER_H */
