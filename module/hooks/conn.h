/* SPDX-License-Identifier: GPL-2.0 */
/* A connection, and who holds it, as a RST or a time-out finds them. */
#ifndef TCPWHY_HOOKS_CONN_H
#define TCPWHY_HOOKS_CONN_H

#include <net/sock.h>

#include "core/observation.h"

/** tcpwhy_later() - of two times in ticks, which may wrap */
static inline u32 tcpwhy_later(u32 a, u32 b)
{
	return (s32)(a - b) > 0 ? a : b;
}

void tcpwhy_conn_full(const struct sock *sk, u8 state, struct tcpwhy_conn *c);
void tcpwhy_conn_listener(const struct sock *sk, struct tcpwhy_conn *c);
void tcpwhy_conn_owner(const struct sock *sk, struct tcpwhy_process *process);
void tcpwhy_conn_actor(struct tcpwhy_process *process);
bool tcpwhy_conn_called_from(const char *function);

#endif /* TCPWHY_HOOKS_CONN_H */
