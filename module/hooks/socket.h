/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets to values. */
#ifndef TCPWHY_HOOKS_SOCKET_H
#define TCPWHY_HOOKS_SOCKET_H

#include <net/sock.h>

#include "core/observation.h"

void tcpwhy_socket_peer(const struct sock *sk, struct tcpwhy_observation *o);
void tcpwhy_socket_full(const struct sock *sk, struct tcpwhy_socket *s);
void tcpwhy_socket_timewait(const struct sock *sk, struct tcpwhy_socket *s);
void tcpwhy_socket_request(const struct sock *sk, struct tcpwhy_socket *s);
void tcpwhy_socket_local(const struct sock *sk, struct tcpwhy_addr *addr);
struct sock *tcpwhy_socket_of(struct net *net, const struct tcpwhy_addr *peer, u16 rport,
			      const struct tcpwhy_addr *local, u16 lport, int dev);
struct sock *tcpwhy_socket_of_tuple(struct net *net, const struct tcpwhy_packet *p, int dif,
				    int sdif);
struct sock *tcpwhy_socket_successor(const struct sock *sk);
void tcpwhy_socket_put(struct sock *sk);
void tcpwhy_socket_exit(void);

#endif /* TCPWHY_HOOKS_SOCKET_H */
