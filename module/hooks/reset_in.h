/* SPDX-License-Identifier: GPL-2.0 */
/* RSTs that end a connection of ours. */
#ifndef TCPWHY_HOOKS_RESET_IN_H
#define TCPWHY_HOOKS_RESET_IN_H

#include <linux/types.h>

struct sk_buff;
struct sock;

int tcpwhy_reset_in_attach(void);
void tcpwhy_reset_in_detach(void);
u64 tcpwhy_reset_in_missed(void);
void tcpwhy_reset_in_note(const struct sock *sk, const struct sk_buff *skb);

#endif /* TCPWHY_HOOKS_RESET_IN_H */
