/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a kernel shows the RSTs that TCP sends, included by hooks/reset_out.c alone.
 * tcp:tcp_send_reset comes with no segment for those of TCP's own accord. For replies
 * it shows all from 6.12 on; before, it hides the ones without a full socket, so that
 * kprobes on the two functions that send them are needed.
 */
#ifndef TCPWHY_COMPAT_RESET_PROBE_H
#define TCPWHY_COMPAT_RESET_PROBE_H

#include <net/ip6_route.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "hooks/kprobes.h"

static void on_own(const struct sock *sk);
static void on_reply(const struct sock *sk, struct sk_buff *skb);

#ifdef TCPWHY_HAVE_RST_REASON
static void on_send_reset(void *data, const struct sock *sk, const struct sk_buff *skb,
			  const enum sk_rst_reason reason)
#else
static void on_send_reset(void *data, const struct sock *sk, const struct sk_buff *skb)
#endif
{
	if (skb || !sk || !sk_fullsock(sk))
		return;
	rcu_read_lock();
	on_own(sk);
	rcu_read_unlock();
}

static int reset_own_attach(void)
{
	check_trace_callback_type_tcp_send_reset(on_send_reset);
	return tcpwhy_tracepoint_attach("tcp_send_reset", on_send_reset);
}

static void reset_own_detach(void)
{
	tcpwhy_tracepoint_detach("tcp_send_reset", on_send_reset);
}

#ifdef TCPWHY_HAVE_RST_REASON

static void on_send_reply(void *data, const struct sock *sk, const struct sk_buff *skb,
			  const enum sk_rst_reason reason)
{
	if (!skb)
		return;
	rcu_read_lock();
	on_reply(sk, (struct sk_buff *)skb);
	rcu_read_unlock();
}

static const char reset_reply_name[] = "tracepoint tcp:tcp_send_reset, replies";

static int reset_reply_attach(void)
{
	check_trace_callback_type_tcp_send_reset(on_send_reply);
	return tcpwhy_tracepoint_attach("tcp_send_reset", on_send_reply);
}

static void reset_reply_detach(void)
{
	tcpwhy_tracepoint_detach("tcp_send_reset", on_send_reply);
}

static u64 reset_reply_missed(void)
{
	return 0;
}

#else /* !TCPWHY_HAVE_RST_REASON */

/* The tests that tcp_v4_send_reset() and tcp_v6_send_reset() begin with. */
static bool sends_nothing(const struct sock *sk, const struct sk_buff *skb)
{
	if (tcp_hdr(skb)->rst)
		return true;
	if (sk)
		return false;
	if (!skb_dst(skb))
		return true;
	/* IP has routed what TCP has no socket for: it is no metadata dst. */
	if (ip_hdr(skb)->version == 4)
		return skb_rtable(skb)->rt_type != RTN_LOCAL;
#if IS_ENABLED(CONFIG_IPV6)
	return !ipv6_unicast_destination(skb);
#else
	return true;
#endif
}

/* tcp_v4_send_reset(sk, skb), tcp_v6_send_reset(sk, skb) */
static int on_send_function(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)tcpwhy_arg(regs, 0);
	struct sk_buff *skb = (struct sk_buff *)tcpwhy_arg(regs, 1);

	if (sends_nothing(sk, skb))
		return 0;
	rcu_read_lock();
	on_reply(sk, skb);
	rcu_read_unlock();
	return 0;
}

static const char reset_reply_name[] = "kprobes tcp_v4_send_reset, tcp_v6_send_reset";

static struct tcpwhy_kprobe reply_probes[] = {
	{ .symbol = "tcp_v4_send_reset", .handler = on_send_function },
#if IS_ENABLED(CONFIG_IPV6)
	{ .symbol = "tcp_v6_send_reset", .handler = on_send_function },
#endif
};

static int reset_reply_attach(void)
{
	return tcpwhy_kprobes_attach(reply_probes, ARRAY_SIZE(reply_probes));
}

static void reset_reply_detach(void)
{
	tcpwhy_kprobes_detach(reply_probes, ARRAY_SIZE(reply_probes));
}

static u64 reset_reply_missed(void)
{
	return tcpwhy_kprobes_missed(reply_probes, ARRAY_SIZE(reply_probes));
}

#endif /* TCPWHY_HAVE_RST_REASON */
#endif /* TCPWHY_COMPAT_RESET_PROBE_H */
