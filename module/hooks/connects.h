/* SPDX-License-Identifier: GPL-2.0 */
/* Connects of this host that wait for an answer, and what it drops of them itself. */
#ifndef TCPWHY_HOOKS_CONNECTS_H
#define TCPWHY_HOOKS_CONNECTS_H

#include <net/sock.h>

#include "core/observation.h"
#include "core/packet.h"

void tcpwhy_connects_wait(const struct sock *sk);
bool tcpwhy_connects_any(void);
void tcpwhy_connects_unsent(const struct sock *sk, u8 reason);
void tcpwhy_connects_dropped(const struct tcpwhy_packet *syn_ack, u8 reason);
void tcpwhy_connects_take(const struct sock *sk, struct tcpwhy_conn *c);
void tcpwhy_connects_won(const struct sock *sk);
bool tcpwhy_connects_lost_race(const struct sock *sk, u32 waited_ms);

#endif /* TCPWHY_HOOKS_CONNECTS_H */
