/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skb:kfree_skb, whose prototype grew over time, for those to whom the place of the drop is enough,
 * which all kernels tell. Included by hooks/lost.c and hooks/oversize.c.
 */
#ifndef TCPWHY_COMPAT_FREE_PROBE_H
#define TCPWHY_COMPAT_FREE_PROBE_H

#include <trace/events/skb.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"

static void on_free(const struct sk_buff *skb, const void *place);

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

static int free_probe_attach(void)
{
	check_trace_callback_type_kfree_skb(on_kfree_skb);
	return tcpwhy_tracepoint_attach("kfree_skb", on_kfree_skb);
}

static void free_probe_detach(void)
{
	tcpwhy_tracepoint_detach("kfree_skb", on_kfree_skb);
}

#endif /* TCPWHY_COMPAT_FREE_PROBE_H */
