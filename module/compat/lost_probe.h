/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skb:kfree_skb, whose prototype grew over time, included by hooks/lost.c alone. All kernels
 * tell the place of the drop.
 */
#ifndef TCPWHY_COMPAT_LOST_PROBE_H
#define TCPWHY_COMPAT_LOST_PROBE_H

#include <trace/events/skb.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"

static void on_lost(const struct sk_buff *skb, const void *place);

#if defined(TCPWHY_HAVE_DROP_REASON_CONST_SOCK)
static void on_kfree_skb(void *data, struct sk_buff *skb, void *location,
			 enum skb_drop_reason reason, const struct sock *rx_sk)
#elif defined(TCPWHY_HAVE_DROP_REASON_SOCK)
static void on_kfree_skb(void *data, struct sk_buff *skb, void *location,
			 enum skb_drop_reason reason, struct sock *rx_sk)
#elif defined(TCPWHY_HAVE_DROP_REASON)
static void on_kfree_skb(void *data, struct sk_buff *skb, void *location,
			 enum skb_drop_reason reason)
#else
static void on_kfree_skb(void *data, struct sk_buff *skb, void *location)
#endif
{
	on_lost(skb, location);
}

#endif /* TCPWHY_COMPAT_LOST_PROBE_H */
