/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a kernel lets a dropped segment be seen, included by hooks/drops.c alone:
 * skb:kfree_skb with a reason, whose prototype grew over time, or on 5.10, which
 * frees those segments untraced, a kprobe on tcp_validate_incoming(), which only
 * the slow path calls. Either calls on_drop().
 */
#ifndef TCPWHY_COMPAT_DROP_PROBE_H
#define TCPWHY_COMPAT_DROP_PROBE_H

#include <trace/events/skb.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "hooks/kprobes.h"
#include "hooks/reset_in.h"

static void on_drop(struct sk_buff *skb, const struct sock *sk, enum tcpwhy_mib mib);

#ifdef TCPWHY_HAVE_DROP_REASON

static void on_reason(struct sk_buff *skb, const struct sock *rx_sk, enum skb_drop_reason reason)
{
	enum tcpwhy_mib mib = TCPWHY_MIB_NONE;

	switch (reason) {
	case SKB_DROP_REASON_TCP_RFC7323_PAWS:
		mib = TCPWHY_MIB_PAWS_ESTAB;
		break;
#ifdef TCPWHY_HAVE_DROP_REASON_PAWS_ACK
	case SKB_DROP_REASON_TCP_RFC7323_PAWS_ACK:
		mib = TCPWHY_MIB_PAWS_OLD_ACK;
		break;
#endif
	case SKB_DROP_REASON_TCP_RESET:
		break;
#ifdef TCPWHY_HAVE_DROP_REASON_OLD_SEQUENCE
	case SKB_DROP_REASON_TCP_OLD_SEQUENCE:
#endif
#ifdef TCPWHY_HAVE_DROP_REASON_INVALID_END_SEQUENCE
	case SKB_DROP_REASON_TCP_INVALID_END_SEQUENCE:
#endif
	case SKB_DROP_REASON_TCP_INVALID_SEQUENCE:
		if (!tcp_hdr(skb)->rst)
			return;
		break;
	default:
		return;
	}
	rcu_read_lock();
	on_drop(skb, rx_sk, mib);
	rcu_read_unlock();
}

#if defined(TCPWHY_HAVE_DROP_REASON_CONST_SOCK)
static void on_kfree_skb(void *data, struct sk_buff *skb, void *location,
			 enum skb_drop_reason reason, const struct sock *rx_sk)
{
	on_reason(skb, rx_sk, reason);
}
#elif defined(TCPWHY_HAVE_DROP_REASON_SOCK)
static void on_kfree_skb(void *data, struct sk_buff *skb, void *location,
			 enum skb_drop_reason reason, struct sock *rx_sk)
{
	on_reason(skb, rx_sk, reason);
}
#else
static void on_kfree_skb(void *data, struct sk_buff *skb, void *location,
			 enum skb_drop_reason reason)
{
	on_reason(skb, NULL, reason);
}
#endif

static const char drop_probe_name[] = "tracepoint skb:kfree_skb";

static int drop_probe_attach(void)
{
	check_trace_callback_type_kfree_skb(on_kfree_skb);
	return tcpwhy_tracepoint_attach("kfree_skb", on_kfree_skb);
}

static void drop_probe_detach(void)
{
	tcpwhy_tracepoint_detach("kfree_skb", on_kfree_skb);
}

static u64 drop_probe_missed(void)
{
	return 0;
}

#else /* !TCPWHY_HAVE_DROP_REASON */

/*
 * tcp_disordered_ack(), net/ipv4/tcp_input.c 5.10: a duplicate pure ACK that
 * changes nothing is let through, if it is not older than a retransmission.
 */
static bool harmless_ack(const struct tcp_sock *tp, const struct sk_buff *skb,
			 const struct tcphdr *th, const struct tcp_options_received *opt)
{
	u32 seq = TCP_SKB_CB(skb)->seq, ack = TCP_SKB_CB(skb)->ack_seq;
	u32 window = ntohs(th->window) << tp->rx_opt.snd_wscale;

	return th->ack && seq == TCP_SKB_CB(skb)->end_seq && seq == tp->rcv_nxt &&
	       ack == tp->snd_una && !after(seq, tp->snd_wl1) &&
	       !(seq == tp->snd_wl1 && window > tp->snd_wnd) &&
	       (s32)(opt->ts_recent - opt->rcv_tsval) <=
	       (s32)(inet_csk((struct sock *)tp)->icsk_rto * 1024 / HZ);
}

/* tcp_reset_check() and what follows, likewise: RFC 5961, 3.2. */
static bool reset_believed(const struct sock *sk, const struct tcp_sock *tp, u32 seq)
{
	u32 edge = tp->rcv_nxt;
	int i;

	if (seq == tp->rcv_nxt)
		return true;
	if (seq == tp->rcv_nxt - 1)
		return (1 << sk->sk_state) & (TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSING);
	for (i = 0; i < tp->rx_opt.num_sacks; i++)
		if (after(tp->selective_acks[i].end_seq, edge))
			edge = tp->selective_acks[i].end_seq;
	return seq == edge;
}

static void validate_reset(const struct sock *sk, struct sk_buff *skb)
{
	rcu_read_lock();
	if (reset_believed(sk, tcp_sk((struct sock *)sk), TCP_SKB_CB(skb)->seq))
		tcpwhy_reset_in_note(sk, skb);
	else
		on_drop(skb, sk, TCPWHY_MIB_NONE);
	rcu_read_unlock();
}

/* tcp_validate_incoming(sk, skb, th, syn_inerr) is about to make the same test. */
static int on_validate(struct kprobe *kp, struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)tcpwhy_arg(regs, 0);
	struct sk_buff *skb = (struct sk_buff *)tcpwhy_arg(regs, 1);
	const struct tcphdr *th = (const struct tcphdr *)tcpwhy_arg(regs, 2);
	const struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_options_received opt;
	struct tcpwhy_packet p = { };

	if (unlikely(th->rst)) {
		validate_reset(sk, skb);
		return 0;
	}
	if (!tp->rx_opt.tstamp_ok || th->doff <= sizeof(*th) / 4)
		return 0;
	if (tcpwhy_packet_parse_tcp(&p, (const u8 *)th, th->doff * 4, th->doff * 4) ||
	    !p.has_ts)
		return 0;
	opt = tp->rx_opt;
	opt.rcv_tsval = p.tsval;
	if (likely(tcp_paws_check(&opt, TCP_PAWS_WINDOW)) || harmless_ack(tp, skb, th, &opt))
		return 0;
	rcu_read_lock();
	on_drop(skb, sk, TCPWHY_MIB_PAWS_ESTAB);
	rcu_read_unlock();
	return 0;
}

static const char drop_probe_name[] = "kprobe tcp_validate_incoming";

static struct tcpwhy_kprobe validate_probe = {
	.symbol = "tcp_validate_incoming",
	.handler = on_validate,
};

static int drop_probe_attach(void)
{
	return tcpwhy_kprobes_attach(&validate_probe, 1);
}

static void drop_probe_detach(void)
{
	tcpwhy_kprobes_detach(&validate_probe, 1);
}

static u64 drop_probe_missed(void)
{
	return tcpwhy_kprobes_missed(&validate_probe, 1);
}

#endif /* TCPWHY_HAVE_DROP_REASON */
#endif /* TCPWHY_COMPAT_DROP_PROBE_H */
