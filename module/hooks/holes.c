// SPDX-License-Identifier: GPL-2.0
/*
 * Which connections lack something of what the peer sent, and have what came after it? All
 * sockets are walked over when segments came out of order somewhere, and not else; what is
 * found is looked at each second, until it is over.
 */
#include <linux/workqueue.h>
#include <net/tcp.h>

#include "compat/mib.h"
#include "hooks/conn.h"
#include "hooks/holes.h"
#include "hooks/observe.h"
#include "hooks/socket.h"
#include "hooks/walk.h"
#include "netns.h"
#include "stats.h"
#include "store/peers.h"
#include "store/stalls.h"

#define PAUSE		HZ	/* between walks, and between looks at what they found */
#define QUIET		(TCPWHY_HOLE_QUIET_MS * HZ / MSEC_PER_SEC)

/* Of a queue; a sender that has more under way than this lost something else. */
#define SEGMENTS_MAX	64

/* Where segments have room to come out of order. The peer's FIN ends that. */
#define RECEIVES	(TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)

static u32 quiet_ms(const struct sock *sk)
{
	return jiffies_to_msecs(tcp_jiffies32 -
				READ_ONCE(inet_csk((struct sock *)sk)->icsk_ack.lrcvtime));
}

/* tp->advmss is without options already, as tp->rcv_mss is; what the peer said is not. */
static u32 options(const struct tcp_sock *tp)
{
	return tp->rx_opt.tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0;
}

static void fill_sizes(const struct sock *sk, struct tcpwhy_gap *gap)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	gap->rcv_mss = READ_ONCE(inet_csk((struct sock *)sk)->icsk_ack.rcv_mss);
	gap->advmss = tp->advmss;
	gap->options = options(tp);
	gap->peer_mss = max_t(u32, tp->rx_opt.mss_clamp, TCP_MIN_MSS) - gap->options;
}

/*
 * The queue puts neighbours together (tcp_ooo_try_coalesce()), as GRO does. Then only their
 * sum and their number are known.
 */
static void add_segments(const struct sk_buff *skb, struct tcpwhy_gap *gap)
{
	u32 segments = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	u32 least = DIV_ROUND_UP(skb->len, segments);

	if (segments > 1 || (gap->least == least && least))
		gap->several |= least >= TCPWHY_HOLE_MESSAGE;
	gap->most = max(gap->most, skb->len - (segments - 1));
	gap->least = max(gap->least, least);
	gap->fin |= !!(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN);
}

static void fill_queue(const struct tcp_sock *tp, struct tcpwhy_gap *gap)
{
	const struct sk_buff *skb = skb_rb_first(&tp->out_of_order_queue);
	u32 n;

	if (!skb)
		return;
	gap->missing = TCP_SKB_CB(skb)->seq - tp->rcv_nxt;
	for (n = 0; skb && n < SEGMENTS_MAX; n++, skb = skb_rb_next(skb))
		add_segments(skb, gap);
	gap->too_many = skb;
}

static void fill_gap(const struct sock *sk, struct tcpwhy_gap *gap)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	fill_sizes(sk, gap);
	fill_queue(tp, gap);
	gap->nxt = tp->rcv_nxt;
	gap->cramped = atomic_read(&sk->sk_rmem_alloc) > READ_ONCE(sk->sk_rcvbuf) / 2;
	gap->received = tp->bytes_received;
	gap->segments = tp->data_segs_in;
	gap->headers = tcpwhy_conn_headers(sk);
	gap->pmtu = inet_csk((struct sock *)sk)->icsk_pmtu_cookie;
	gap->quiet_ms = quiet_ms(sk);
	gap->speaks_first = !tp->bytes_sent;
}

/* Return: false if a program is at work on it just now, or it is gone */
static bool look_at(struct sock *sk, struct tcpwhy_gap *gap)
{
	bool seen = false;

	memset(gap, 0, sizeof(*gap));
	local_bh_disable();
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk) && 1 << sk->sk_state & RECEIVES && !sock_flag(sk, SOCK_DEAD)) {
		fill_gap(sk, gap);
		seen = true;
	}
	bh_unlock_sock(sk);
	local_bh_enable();
	return seen;
}

struct look {
	struct tcpwhy_net *tn;
	struct tcpwhy_observation o;
	struct tcpwhy_gap gap;
	struct tcpwhy_verdict verdict;
	u32 now_ms;
	bool open;
	bool is_case;
};

/* Looks at what was found, while there is any. */
static void watch(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch_work, watch);

/* The lock of all stalls is held: what is a case is reported without it. */
static void note(struct tcpwhy_stall *s, void *ctx)
{
	struct look *look = ctx;

	tcpwhy_hole_note(&s->hole, &look->gap, look->now_ms);
	if (!s->hole.open)
		return;
	look->open = true;
	look->o.kind = TCPWHY_KIND_HOLE;
	look->o.stall.memory = s;
	tcpwhy_stalls_others(s, look->now_ms, &look->o.stall.others);
	look->is_case = tcpwhy_observe_judge(&look->o, &look->verdict);
	look->o.stall.memory = NULL;
}

/* Under RCU, with a reference to it; a new one is remembered if it looks like a case. */
static void look_closely(struct sock *sk)
{
	struct tcpwhy_stall_key key;
	struct look look = { };

	if (!look_at(sk, &look.gap))
		return;
	look.tn = tcpwhy_net(sock_net(sk));
	look.o.now_ns = ktime_get_boottime_ns();
	look.now_ms = tcpwhy_ms(look.o.now_ns);
	tcpwhy_socket_peer(sk, &look.o);
	tcpwhy_conn_key(sk, &key);
	tcpwhy_conn_owner(sk, &look.o.process);
	tcpwhy_stalls_update(&key, look.now_ms, tcpwhy_gap_is_suspicious(&look.gap) ?
			     TCPWHY_STALL_IF_ROOM : TCPWHY_STALL_FIND, note, &look);
	if (look.is_case)
		tcpwhy_peers_report(look.tn, &look.o, &look.verdict, NULL, 0);
	if (look.open)
		schedule_delayed_work(&watch_work, PAUSE);
}

/* Data came just now, and the peer's full segments come through. */
static bool gets_full_ones(const struct sock *sk)
{
	struct tcpwhy_gap gap = { };

	fill_sizes(sk, &gap);
	return quiet_ms(sk) < 2 * MSEC_PER_SEC && tcpwhy_gap_full_came(&gap);
}

static void tell_others(const struct sock *sk)
{
	struct tcpwhy_observation o;

	tcpwhy_socket_peer(sk, &o);
	tcpwhy_stalls_pass(tcpwhy_net(sock_net(sk))->id, &o.peer,
			   tcpwhy_ms(ktime_get_boottime_ns()));
}

/* Of the walks that are under way. Used by the work item alone. */
static struct {
	unsigned long began;
	bool any;	/* something hung as it began */
} walks[TCPWHY_WALKS];

/* The cheapest first: most sockets lack nothing. */
static void pass_by(struct sock *sk, struct tcpwhy_net *tn, enum tcpwhy_walk_place place)
{
	if (!(1 << sk->sk_state & RECEIVES))
		return;
	if (!READ_ONCE(tcp_sk(sk)->out_of_order_queue.rb_node)) {
		if (walks[place].any && gets_full_ones(sk))
			tell_others(sk);
		return;
	}
	if (quiet_ms(sk) < TCPWHY_HOLE_QUIET_MS || !refcount_inc_not_zero(&sk->sk_refcnt))
		return;
	look_closely(sk);
	tcpwhy_socket_put(sk);
}

static bool is_due(struct tcpwhy_net *tn)
{
	u64 n = tcpwhy_mib_out_of_order(tn->net);

	if (n != tn->out_of_order) {
		tn->out_of_order = n;
		tn->out_of_order_at = jiffies;
		tn->holes_due = true;
	}
	return tn->holes_due;
}

static void walk_begin(struct tcpwhy_net *tn, enum tcpwhy_walk_place place)
{
	walks[place].began = jiffies;
	walks[place].any = tcpwhy_stalls_any();
}

/* As a rule all namespaces share one table, and one walk. What came too lately is for the next. */
static void walk_end(struct tcpwhy_net *walked, enum tcpwhy_walk_place place)
{
	const struct inet_hashinfo *table = tcpwhy_walk_table(walked);
	struct tcpwhy_net *tn = NULL;

	while ((tn = tcpwhy_netns_next(tn)))
		if (tcpwhy_walk_table(tn) == table &&
		    time_after_eq(walks[place].began, tn->out_of_order_at + QUIET))
			tn->holes_due = false;
}

static struct tcpwhy_walker walker = {
	.due = is_due,
	.begin = walk_begin,
	.look = pass_by,
	.end = walk_end,
	.pause = PAUSE,
	.by_table = true,
};

static void forget(struct tcpwhy_stall *s, void *ctx)
{
	s->hole.open = false;
}

/* Its namespace and its socket may be gone, or be another's by now. Under RCU. */
static void look_again(const struct tcpwhy_stall_key *key)
{
	struct sock *sk = tcpwhy_conn_find(key);

	if (sk && 1 << sk->sk_state & RECEIVES)
		look_closely(sk);
	else
		tcpwhy_stalls_update(key, tcpwhy_ms(ktime_get_boottime_ns()), TCPWHY_STALL_FIND,
				     forget, NULL);
	if (sk)
		tcpwhy_socket_put(sk);
}

/* Of this look at them all; the work item's own. */
static bool any_open;

static bool goes_on(const struct tcpwhy_stall *s)
{
	bool open = READ_ONCE(s->hole.open);

	any_open |= open;
	return open;
}

static void watch(struct work_struct *work)
{
	any_open = false;
	tcpwhy_stalls_each(goes_on, look_again);
	if (any_open)
		schedule_delayed_work(&watch_work, PAUSE);
}

int tcpwhy_holes_start(void)
{
	int err = tcpwhy_walker_start(&walker);

	/* What was open when this was stopped. What does not start is not stopped either. */
	if (!err)
		schedule_delayed_work(&watch_work, PAUSE);
	return err;
}

/* The walk sets off the watch, and not the other way about. */
void tcpwhy_holes_stop(void)
{
	tcpwhy_walker_stop(&walker);
	cancel_delayed_work_sync(&watch_work);
}
