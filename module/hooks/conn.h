/* SPDX-License-Identifier: GPL-2.0 */
/* A connection, and who holds it, as a RST or a time-out finds them. */
#ifndef TCPWHY_HOOKS_CONN_H
#define TCPWHY_HOOKS_CONN_H

#include <net/sock.h>

#include "core/observation.h"
#include "store/stalls.h"

/** tcpwhy_later() - of two times in ticks, which may wrap */
static inline u32 tcpwhy_later(u32 a, u32 b)
{
	return (s32)(a - b) > 0 ? a : b;
}

void tcpwhy_conn_full(const struct sock *sk, u8 state, struct tcpwhy_conn *c);
u32 tcpwhy_conn_sent_alert(const struct sock *sk, u32 unacked);
bool tcpwhy_conn_got_alert(const struct sock *sk);
void tcpwhy_conn_listener(const struct sock *sk, struct tcpwhy_conn *c);
u32 tcpwhy_conn_headers(const struct sock *sk);
void tcpwhy_conn_key(const struct sock *sk, struct tcpwhy_stall_key *key);
struct sock *tcpwhy_conn_find(const struct tcpwhy_stall_key *key);
void tcpwhy_conn_owner(const struct sock *sk, struct tcpwhy_process *process);
void tcpwhy_conn_actor(struct tcpwhy_process *process);

#endif /* TCPWHY_HOOKS_CONN_H */
