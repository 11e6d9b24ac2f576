/* SPDX-License-Identifier: GPL-2.0 */
/* Connects of this host that wait for an answer, and what it drops of them itself. */
#ifndef TCPWHY_HOOKS_UNANSWERED_H
#define TCPWHY_HOOKS_UNANSWERED_H

#include <net/sock.h>

#include "core/observation.h"
#include "core/packet.h"

int tcpwhy_unanswered_init(void);
void tcpwhy_unanswered_wait(const struct sock *sk);
bool tcpwhy_unanswered_any(void);
void tcpwhy_unanswered_unsent(const struct sock *sk, u8 reason);
void tcpwhy_unanswered_dropped(const struct tcpwhy_packet *syn_ack, u64 netns, u8 reason);
void tcpwhy_unanswered_take(const struct sock *sk, struct tcpwhy_conn *c);

#endif /* TCPWHY_HOOKS_UNANSWERED_H */
