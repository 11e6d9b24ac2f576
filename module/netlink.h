/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family. */
#ifndef TCPWHY_NETLINK_H
#define TCPWHY_NETLINK_H

#include "store/events.h"

struct net;

int tcpwhy_netlink_init(void);
void tcpwhy_netlink_exit(void);
bool tcpwhy_netlink_has_listener(struct net *net);
void tcpwhy_netlink_notify(const struct tcpwhy_event *e);

#endif /* TCPWHY_NETLINK_H */
