/* SPDX-License-Identifier: GPL-2.0 */
/* Segments that this host forwards, and those that it cannot, since they are too big. */
#ifndef TCPWHY_HOOKS_FORWARD_H
#define TCPWHY_HOOKS_FORWARD_H

#include <linux/types.h>

struct net;

int tcpwhy_forward_register(struct net *net);
void tcpwhy_forward_unregister(struct net *net);
int tcpwhy_forward_attach(void);
void tcpwhy_forward_detach(void);
int tcpwhy_forward_told_attach(void);
void tcpwhy_forward_told_detach(void);
u64 tcpwhy_forward_told_missed(void);

#endif /* TCPWHY_HOOKS_FORWARD_H */
