/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that carry news, on their way in. */
#ifndef TCPWHY_HOOKS_NETFILTER_H
#define TCPWHY_HOOKS_NETFILTER_H

struct net;

int tcpwhy_netfilter_register(struct net *net);
void tcpwhy_netfilter_unregister(struct net *net);
int tcpwhy_netfilter_attach(void);
void tcpwhy_netfilter_detach(void);

#endif /* TCPWHY_HOOKS_NETFILTER_H */
