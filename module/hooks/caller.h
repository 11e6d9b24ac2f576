/* SPDX-License-Identifier: GPL-2.0 */
/* Which function is at work below a probe. */
#ifndef TCPWHY_HOOKS_CALLER_H
#define TCPWHY_HOOKS_CALLER_H

#include <net/sock.h>

/**
 * enum tcpwhy_caller - functions that are told apart
 * @TCPWHY_CALLER_OTHER: none of these
 * @TCPWHY_CALLER_ABORT: tcp_abort(), net/ipv4/tcp.c: ss -K, or another user of SOCK_DESTROY
 * @TCPWHY_CALLER_CHECK_REQ: tcp_check_req(), net/ipv4/tcp_minisocks.c: the end of a handshake
 * @TCPWHY_CALLER_V4_ERR: tcp_v4_err(), net/ipv4/tcp_ipv4.c: an ICMP message
 * @TCPWHY_CALLER_V6_ERR: tcp_v6_err(), net/ipv6/tcp_ipv6.c: likewise
 * @TCPWHY_CALLER_FORWARD: __dev_forward_skb(), net/core/dev.c: to the other end of a veth pair
 * @TCPWHY_CALLER_FORWARD2: __dev_forward_skb2(), likewise
 * @TCPWHY_CALLER_FORWARD_IN: dev_forward_skb(), likewise
 * @TCPWHY_CALLER_BRIDGE: br_dev_queue_push_xmit(), net/bridge/br_forward.c: to a bridge's port
 * @TCPWHY_CALLER_MPTCP_DISCONNECT: mptcp_disconnect(), net/mptcp/protocol.c: connect(AF_UNSPEC)
 * @TCPWHY_CALLERS: how many there are
 */
enum tcpwhy_caller {
	TCPWHY_CALLER_OTHER,
	TCPWHY_CALLER_ABORT,
	TCPWHY_CALLER_CHECK_REQ,
	TCPWHY_CALLER_V4_ERR,
	TCPWHY_CALLER_V6_ERR,
	TCPWHY_CALLER_FORWARD,
	TCPWHY_CALLER_FORWARD2,
	TCPWHY_CALLER_FORWARD_IN,
	TCPWHY_CALLER_BRIDGE,
	TCPWHY_CALLER_MPTCP_DISCONNECT,
	TCPWHY_CALLERS,
};

bool tcpwhy_caller_forwards(unsigned long address);
bool tcpwhy_caller_is(enum tcpwhy_caller caller);
void tcpwhy_caller_ends_listener(const struct sock *sk);
bool tcpwhy_caller_ended_listener_by_admin(void);

#endif /* TCPWHY_HOOKS_CALLER_H */
