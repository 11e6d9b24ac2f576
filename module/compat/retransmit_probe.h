/* SPDX-License-Identifier: GPL-2.0 */
/* tcp:tcp_retransmit_skb: 7.x tells whether the segment was sent at all. */
#ifndef TCPWHY_COMPAT_RETRANSMIT_PROBE_H
#define TCPWHY_COMPAT_RETRANSMIT_PROBE_H

#include "compat/compat.h"

static void on_retransmit_of(const struct sock *sk, const struct sk_buff *skb);

#ifdef TCPWHY_HAVE_RETRANSMIT_ERR
static void on_retransmit(void *data, const struct sock *sk, const struct sk_buff *skb, int err)
{
	if (!err)
		on_retransmit_of(sk, skb);
}
#else
static void on_retransmit(void *data, const struct sock *sk, const struct sk_buff *skb)
{
	on_retransmit_of(sk, skb);
}
#endif

#endif /* TCPWHY_COMPAT_RETRANSMIT_PROBE_H */
