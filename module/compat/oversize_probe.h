/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skb:kfree_skb, whose prototype grew over time, for packets that are dropped as they are sent:
 * no kernel gives a reason for those. Included by hooks/oversize.c alone.
 */
#ifndef TCPWHY_COMPAT_OVERSIZE_PROBE_H
#define TCPWHY_COMPAT_OVERSIZE_PROBE_H

#include <trace/events/skb.h>

#include "compat/compat.h"

static void on_free(struct sk_buff *skb, void *location);

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
	on_free(skb, location);
}

#endif /* TCPWHY_COMPAT_OVERSIZE_PROBE_H */
