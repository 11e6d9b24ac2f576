/* SPDX-License-Identifier: GPL-2.0 */
/* The latest connects of this host: who began them, and what became of them. */
#ifndef TCPWHY_HOOKS_CONNECTS_H
#define TCPWHY_HOOKS_CONNECTS_H

#include <net/sock.h>

#include "core/observation.h"
#include "netns.h"

int tcpwhy_connects_init(void);
void tcpwhy_connects_called(const struct sock *sk);
void tcpwhy_connects_began(const struct sock *sk);
void tcpwhy_connects_won(const struct sock *sk);
u32 tcpwhy_connects_ended(const struct sock *sk);
bool tcpwhy_connects_lost_race(const struct sock *sk);
void tcpwhy_connects_ask(const struct tcpwhy_net *tn, struct tcpwhy_observation *o);

#endif /* TCPWHY_HOOKS_CONNECTS_H */
