/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/tcpwhy: the one-glance table. */
#ifndef TCPWHY_PROC_H
#define TCPWHY_PROC_H

struct net;

int tcpwhy_proc_add(struct net *net);
void tcpwhy_proc_remove(struct net *net);

#endif /* TCPWHY_PROC_H */
