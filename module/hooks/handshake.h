/* SPDX-License-Identifier: GPL-2.0 */
/* What the first packets of a connection look like. */
#ifndef TCPWHY_HOOKS_HANDSHAKE_H
#define TCPWHY_HOOKS_HANDSHAKE_H

#include <linux/tcp.h>
#include <net/request_sock.h>
#include <net/tcp_states.h>

#include "netns.h"

/* What the peer's first packets look like: the handshake's, and these many that follow. */
#define TCPWHY_FIRST_SEGS	2

/*
 * Of a connection that we opened, and have sent SYN and ACK for: a SYN-ACK may be another
 * box's. One that the peer opened has its handshake, which is samples enough.
 */
static inline bool tcpwhy_handshake_is_first(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	if (sk->sk_state == TCP_ESTABLISHED)
		return tp->segs_in <= TCPWHY_FIRST_SEGS && tp->segs_out - tp->data_segs_out >= 2;
	return sk->sk_state == TCP_SYN_SENT;
}

void tcpwhy_handshake_syn(struct tcpwhy_net *tn, const u8 *header, u32 tcp_at, u32 captured);
bool tcpwhy_handshake_sender_known(const struct tcpwhy_net *tn, const u8 *header);
bool tcpwhy_handshake_completes(const struct request_sock *req, const struct tcphdr *th);
void tcpwhy_handshake_begun(struct tcpwhy_net *tn, const struct request_sock *req,
			    const u8 *header, u32 tcp_at);
void tcpwhy_handshake_complete(struct tcpwhy_net *tn, const struct request_sock *req,
			       const u8 *header, u32 tcp_at);
void tcpwhy_handshake_sample(struct tcpwhy_net *tn, const struct sock *sk, const u8 *header,
			     u32 tcp_at);

#endif /* TCPWHY_HOOKS_HANDSHAKE_H */
