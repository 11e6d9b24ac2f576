// SPDX-License-Identifier: GPL-2.0
/*
 * tcp:tcp_retransmit_skb: whose retransmission timer expires again and again? And once a
 * second a look at those: how did they go on?
 */
#include <linux/workqueue.h>
#include <net/tcp.h>
#include <trace/events/tcp.h>

#include "compat/compat.h"
#include "compat/retransmit_probe.h"
#include "compat/tracepoint.h"
#include "hooks/conn.h"
#include "hooks/unanswered.h"
#include "hooks/observe.h"
#include "hooks/oversize.h"
#include "hooks/retransmit.h"
#include "hooks/skb.h"
#include "hooks/socket.h"
#include "hooks/syns.h"
#include "hooks/unheard.h"
#include "stats.h"
#include "store/peers.h"
#include "store/stalls.h"

#define TRACEPOINT	"tcp_retransmit_skb"
#define PAUSE		HZ

/* Segments beyond the hole that are looked at for having been acknowledged. */
#define SEGMENTS_MAX	64

/* In Loss, and the timer has just been taken: no probe, no fast retransmission. */
static bool is_rto(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk((struct sock *)sk);

	return icsk->icsk_ca_state == TCP_CA_Loss && icsk->icsk_retransmits &&
	       !icsk->icsk_pending && sk->sk_state != TCP_SYN_SENT &&
	       sk->sk_state != TCP_SYN_RECV;
}

/* Return: bytes of the largest packet, which may be a FIN without data; 0: none was acknowledged */
static u32 largest_sacked(const struct sock *sk)
{
	struct sk_buff *skb = tcp_rtx_queue_head(sk);
	u32 largest = 0, headers = tcpwhy_conn_headers(sk);
	int n;

	if (!tcp_sk((struct sock *)sk)->sacked_out)
		return 0;
	for (n = 0; skb && n < SEGMENTS_MAX; n++, skb = skb_rb_next(skb))
		if (TCP_SKB_CB(skb)->sacked & TCPCB_SACKED_ACKED)
			largest = max(largest, skb->len + headers);
	return largest;
}

/* Bytes a segment: full ones have passed where it is more than half of the MSS. */
static bool is_fresh(const struct tcp_sock *tp)
{
	u32 segments = tp->delivered > 1 ? tp->delivered - 1 : 1; /* less the SYN */

	return div_u64(tp->bytes_acked, segments) < tp->mss_cache / 2;
}

/*
 * Bytes of a small one beyond the first that was sent twice, once by itself (a tail loss
 * probe, RFC 8985, 7), while nothing was acknowledged that came later.
 */
static u32 small_lost(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	struct sk_buff *skb = tcp_rtx_queue_head(sk);
	u32 bytes, headers = tcpwhy_conn_headers(sk);
	int n;

	if (tp->sacked_out || !tp->rx_opt.sack_ok || !skb)
		return 0;
	for (n = 0; n < SEGMENTS_MAX; n++) {
		skb = skb_rb_next(skb);
		if (!skb)
			return 0;
		bytes = skb->len + headers;
		if (skb->len && bytes <= TCPWHY_ANYWHERE &&
		    TCP_SKB_CB(skb)->sacked & TCPCB_EVER_RETRANS)
			return bytes;
	}
	return 0;
}

/* What the peer has sent since it was connected; its FIN counts as a byte. */
static bool is_heard(const struct sock *sk)
{
	return tcp_sk((struct sock *)sk)->bytes_received > sock_flag(sk, SOCK_DONE);
}

static void fill_segment(const struct sock *sk, const struct sk_buff *skb, struct tcpwhy_rto *rto)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	u32 bytes = min_t(u32, skb->len, tp->mss_cache);

	rto->size = bytes + tcpwhy_conn_headers(sk);
	rto->full = skb->len >= tp->mss_cache;
	rto->large = rto->full || rto->size > TCPWHY_ANYWHERE;
	rto->hello = tcpwhy_skb_half_a_hello(skb, 0, bytes);
	rto->beyond = bytes > tp->snd_wnd >> tp->rx_opt.snd_wscale;
}

static void fill_rto(const struct sock *sk, const struct sk_buff *skb, u32 now_ms,
		     struct tcpwhy_rto *rto)
{
	const struct inet_connection_sock *icsk = inet_csk((struct sock *)sk);
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	fill_segment(sk, skb, rto);
	rto->una = tp->snd_una;
	rto->fresh = is_fresh(tp);
	/* The SYN's own acknowledgment is counted, where we sent it. */
	rto->first = tp->bytes_acked <= 1 && !tp->sacked_out;
	rto->heard = is_heard(sk);
	rto->small_lost = small_lost(sk);
	rto->delivered = tp->delivered;
	rto->sacked = largest_sacked(sk);
	rto->rcv_nxt = tp->rcv_nxt;
	rto->data_segs_in = tp->data_segs_in;
	rto->bare_in = tp->segs_in - tp->data_segs_in;
	rto->heard_ms = now_ms - jiffies_to_msecs(tcp_jiffies32 - icsk->icsk_ack.lrcvtime);
	rto->fin_received = sock_flag(sk, SOCK_DONE);
	rto->pmtu = icsk->icsk_pmtu_cookie;
}

/* What is being looked at, and the connection as it is. */
struct look {
	const struct sock *sk;
	struct tcpwhy_observation o;
	struct tcpwhy_rto rto;
	u32 una;
	u32 size_now;
	u32 now_ms;
	/* How the last stall ended, and how the one that begins is judged. */
	struct tcpwhy_verdict verdicts[2];
	u32 cases;
};

/* The lock of all stalls is held: what is a case is reported without it. */
static void judge(struct look *look, struct tcpwhy_stall *s, enum tcpwhy_kind kind)
{
	look->o.kind = kind;
	look->o.stall.memory = s;
	look->o.stall.size_now = kind == TCPWHY_KIND_SHRUNK ? look->size_now : 0;
	tcpwhy_stalls_others(s, look->now_ms, &look->o.stall.others);
	if (!WARN_ON_ONCE(look->cases == ARRAY_SIZE(look->verdicts)) &&
	    tcpwhy_observe_judge(&look->o, &look->verdicts[look->cases]))
		look->cases++;
	look->o.stall.memory = NULL;
}

static void report(struct look *look)
{
	u32 i;

	for (i = 0; i < look->cases; i++)
		tcpwhy_peers_report(tcpwhy_net(sock_net(look->sk)), &look->o,
				    &look->verdicts[i], NULL, 0);
}

static void how_it_went(struct tcpwhy_stall *s, void *ctx)
{
	struct look *look = ctx;
	u32 pmtu = READ_ONCE(inet_csk((struct sock *)look->sk)->icsk_pmtu_cookie);

	if (tcpwhy_stall_progress(s, look->una, look->size_now, pmtu, look->now_ms) ==
	    TCPWHY_STALL_SHRUNK) {
		judge(look, s, TCPWHY_KIND_SHRUNK);
		tcpwhy_stall_end(s);
	}
}

/* In Loss, and no time-out: an acknowledgment has come, and the first is still missing. */
static bool is_sent_again(const struct sock *sk, const struct sk_buff *skb)
{
	return inet_csk((struct sock *)sk)->icsk_ca_state == TCP_CA_Loss &&
	       skb == tcp_rtx_queue_head(sk);
}

static bool arrives(struct tcpwhy_stall *s, const struct look *look)
{
	return look->una == s->una &&
	       tcpwhy_stall_arrives(s, look->rto.sacked, look->rto.delivered, look->now_ms);
}

static void sent_again(struct tcpwhy_stall *s, void *ctx)
{
	how_it_went(s, ctx);
	arrives(s, ctx);
}

/* It acknowledges what has come, and did that before it was noted. */
static bool closed_at(const struct sock *sk, u32 una)
{
	bool fin = sock_flag(sk, SOCK_DONE);

	smp_rmb(); /* the acknowledgment first, then the FIN: tcp_rcv_established() */
	return fin && READ_ONCE(tcp_sk((struct sock *)sk)->snd_una) == una;
}

/* Once a second, between time-outs. */
static void how_it_goes(struct tcpwhy_stall *s, void *ctx)
{
	struct look *look = ctx;
	bool news;

	how_it_went(s, ctx);
	news = tcpwhy_stall_wait(s, look->now_ms);
	news |= tcpwhy_stall_close(s, closed_at(look->sk, s->una));
	if (news)
		judge(look, s, TCPWHY_KIND_RTO);
}

static void expired(struct tcpwhy_stall *s, void *ctx)
{
	struct look *look = ctx;

	how_it_went(s, ctx);
	if (arrives(s, look))
		return;
	tcpwhy_stall_note(s, &look->rto, look->now_ms);
	judge(look, s, TCPWHY_KIND_RTO);
}

static void start(struct look *look, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	memset(look, 0, sizeof(*look));
	look->sk = sk;
	look->o.now_ns = ktime_get_boottime_ns();
	look->now_ms = tcpwhy_ms(look->o.now_ns);
	look->una = READ_ONCE(tp->snd_una);
	smp_rmb(); /* segments shrink first, and get further then */
	look->size_now = READ_ONCE(tp->mss_cache) + tcpwhy_conn_headers(sk);
	tcpwhy_socket_peer(sk, &look->o);
	tcpwhy_conn_owner(sk, &look->o.process);
	tcpwhy_unheard_find(sk, &look->o.stall.unheard);
}

/* What follows the end of a stall is sent again as well, and tells of it first. */
static void on_retransmit_of(const struct sock *sk, const struct sk_buff *skb)
{
	struct tcpwhy_stall_key key;
	bool rto = is_rto(sk);
	struct look look;

	if (!rto && sk->sk_state != TCP_SYN_SENT && !tcpwhy_stalls_any())
		return;
	rcu_read_lock();
	if (sk->sk_state == TCP_SYN_SENT) {
		tcpwhy_unanswered_wait(sk);
		tcpwhy_syns_repeated(sk, skb);
		rcu_read_unlock();
		return;
	}
	start(&look, sk);
	tcpwhy_conn_key(sk, &key);
	if (rto) {
		tcpwhy_count(TIMEOUTS);
		/* It has not left this host. */
		if (tcpwhy_oversize_is_told(sk, look.now_ms)) {
			rcu_read_unlock();
			return;
		}
		fill_rto(sk, skb, look.now_ms, &look.rto);
	} else if (is_sent_again(sk, skb)) {
		look.rto.sacked = largest_sacked(sk);
		look.rto.delivered = tcp_sk((struct sock *)sk)->delivered;
	}
	tcpwhy_stalls_update(&key, look.now_ms, rto ? TCPWHY_STALL_MAKE : TCPWHY_STALL_FIND,
			     rto ? expired : sent_again, &look);
	report(&look);
	rcu_read_unlock();
}

static void forget(struct tcpwhy_stall *s, void *ctx)
{
	tcpwhy_stall_end(s);
}

/* Its namespace and its socket may be gone, or be another's by now. Under RCU. */
static void look_after(const struct tcpwhy_stall_key *key)
{
	u32 now_ms = tcpwhy_ms(ktime_get_boottime_ns());
	struct sock *sk = tcpwhy_conn_find(key);
	struct look look;

	if (!sk || !sk_fullsock(sk)) {
		tcpwhy_stalls_update(key, now_ms, TCPWHY_STALL_FIND, forget, NULL);
	} else {
		start(&look, sk);
		tcpwhy_stalls_update(key, look.now_ms, TCPWHY_STALL_FIND, how_it_goes,
				     &look);
		report(&look);
	}
	if (sk)
		tcpwhy_socket_put(sk);
}

static bool goes_on(const struct tcpwhy_stall *s)
{
	return READ_ONCE(s->times);
}

static void watch(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch_work, watch);

static void watch(struct work_struct *work)
{
	tcpwhy_stalls_each(goes_on, look_after);
	schedule_delayed_work(&watch_work, PAUSE);
}

int tcpwhy_retransmit_attach(void)
{
	int err;

	check_trace_callback_type_tcp_retransmit_skb(on_retransmit);
	err = tcpwhy_tracepoint_attach(TRACEPOINT, on_retransmit);
	if (!err)
		schedule_delayed_work(&watch_work, PAUSE);
	return err;
}

void tcpwhy_retransmit_detach(void)
{
	tcpwhy_tracepoint_detach(TRACEPOINT, on_retransmit);
	cancel_delayed_work_sync(&watch_work);
}
