// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "core/tls.h"
#include "hooks/conn.h"
#include "hooks/socket.h"
#include "netns.h"
#include "process.h"

/* A FIN takes a sequence number, and is no byte. */
static u32 unread(const struct sock *sk, const struct tcp_sock *tp)
{
	u32 left = tp->rcv_nxt - READ_ONCE(tp->copied_seq);

	return left && sock_flag(sk, SOCK_DONE) ? left - 1 : left;
}

/* Sequence numbers of SYN and FIN, which are no bytes, among those not acknowledged. */
static u32 no_bytes(u8 state)
{
	return (1 << state) & (TCPF_SYN_SENT | TCPF_FIN_WAIT1 | TCPF_LAST_ACK | TCPF_CLOSING) ?
		1 : 0;
}

static u32 less(u32 bytes, u32 none)
{
	return bytes > none ? bytes - none : 0;
}

/*
 * tp->bytes_acked counts SYN and FIN as well: one or two bytes too many. But tp->bytes_sent counts
 * each attempt to send something new, also where a device refuses it and nothing leaves
 * (tcp_write_xmit(), net/ipv4/tcp_output.c): all that and more has not been acknowledged. Then
 * less our SYN it is, which is one byte too few of a connection that the peer has opened.
 */
static u64 bytes_out(const struct tcp_sock *tp, u8 state)
{
	/* Without room in the peer's window a FIN waits behind what is not sent yet. */
	u32 none = tp->snd_nxt == tp->write_seq ? no_bytes(state) : 0;
	u64 flight = less(tp->snd_nxt - tp->snd_una, none);
	u64 sent = tp->bytes_sent - tp->bytes_retrans;
	u64 out = sent > flight ? sent - flight : 0;

	if (out <= tp->bytes_acked)
		return out;
	return tp->bytes_acked ? tp->bytes_acked - 1 : 0;
}

/*
 * tp->bytes_acked counts the SYN of who connects; a child begins behind its own
 * (tcp_create_openreq_child(), net/ipv4/tcp_minisocks.c). Our FIN, which counts as well, has not
 * been acknowledged in these states. Where the sums differ in any other way (see above) nothing is
 * known. A connection that TCP_REPAIR restored has acknowledged nothing: it passes for the peer's.
 */
static u8 opener(const struct tcp_sock *tp, u8 state)
{
	u64 sent = tp->bytes_sent - tp->bytes_retrans;
	u64 acked = sent - (tp->snd_nxt - tp->snd_una);

	if (!((1 << state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)))
		return TCPWHY_OPENER_UNSPEC;
	if (tp->bytes_acked == acked)
		return TCPWHY_OPENER_PEER;
	return tp->bytes_acked == acked + 1 ? TCPWHY_OPENER_HERE : TCPWHY_OPENER_UNSPEC;
}

/* tcp_connect() starts this clock with the first SYN. */
static u32 since_first_syn(const struct tcp_sock *tp)
{
	u64 now_us = div_u64(ktime_get_ns(), NSEC_PER_USEC);

	if (tcpwhy_ts_usec(tp))
		return ((u32)now_us - tp->retrans_stamp) / USEC_PER_MSEC;
	return (u32)div_u64(now_us, USEC_PER_MSEC) - tp->retrans_stamp;
}

/*
 * @first_tx_mstamp is when what is under way began to be: unlike @lsndtime it does not
 * move with repetitions.
 */
static void fill_silence(const struct sock *sk, const struct tcp_sock *tp, u8 state,
			 struct tcpwhy_conn *c)
{
	u32 heard = tcpwhy_later(inet_csk((struct sock *)sk)->icsk_ack.lrcvtime, tp->rcv_tstamp);
	u32 waiting_ms;

	if (state == TCP_SYN_SENT) {
		c->idle_ms = since_first_syn(tp);
		return;
	}
	c->idle_ms = jiffies_to_msecs(tcp_jiffies32 - heard);
	waiting_ms = div_u64(div_u64(ktime_get_ns(), NSEC_PER_USEC) - tp->first_tx_mstamp,
			     USEC_PER_MSEC);
	if (c->unacked && waiting_ms < c->idle_ms)
		c->quiet_ms = c->idle_ms - waiting_ms;
	/* With nothing under way, a keepalive probe is what may be answered. */
	if (!c->unacked && !tp->packets_out && sock_flag(sk, SOCK_KEEPOPEN))
		c->quiet_ms = c->idle_ms;
}

/*
 * A program that closes it elsewhere takes away first its file, then the socket; both stay
 * in memory until a grace period has passed. A socket of the kernel's own has no file.
 */
static void fill_holder(const struct sock *sk, struct tcpwhy_conn *c)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	struct file *file = sock ? READ_ONCE(sock->file) : NULL;

	c->dead = sock_flag(sk, SOCK_DEAD);
	c->unaccepted = !sock && !c->dead;
	c->held = file && file_count(file);
}

#if IS_ENABLED(CONFIG_MPTCP)
static bool has_linger0(const struct sock *sk)
{
	return sock_flag(sk, SOCK_LINGER) && !READ_ONCE(sk->sk_lingertime);
}

/*
 * A path has the file of the connection that it belongs to, until the program has closed that:
 * then it has none, and is not dead either. What was not accepted looks the same, and is open.
 */
static void fill_mptcp(const struct sock *sk, u8 state, struct tcpwhy_conn *c)
{
	const u32 open = TCPF_SYN_RECV | TCPF_ESTABLISHED | TCPF_CLOSE_WAIT;
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	const struct sock *whole = sock ? READ_ONCE(sock->sk) : NULL;
	struct file *file = sock ? READ_ONCE(sock->file) : NULL;

	c->mptcp = tcp_sk((struct sock *)sk)->is_mptcp;
	if (!c->mptcp)
		return;
	c->closing = file && !file_count(file);
	c->linger0 = has_linger0(sk) || (whole && has_linger0(whole));
	if (!c->unaccepted || (1 << state & open && !c->linger0))
		return;
	c->unaccepted = false;
	c->dead = sk->sk_state != TCP_CLOSE;
}
#else
static void fill_mptcp(const struct sock *sk, u8 state, struct tcpwhy_conn *c)
{
}
#endif

/**
 * tcpwhy_conn_full() - a full socket's connection
 * @sk: TCP socket, but no listener; its owner is this CPU or, at worst, the values are torn
 * @state: its state, or the one before if it is TCP_CLOSE by now and that is known
 * @c: result
 */
void tcpwhy_conn_full(const struct sock *sk, u8 state, struct tcpwhy_conn *c)
{
	const struct inet_connection_sock *icsk = inet_csk((struct sock *)sk);
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	c->state = sk->sk_state;
	c->linger2_negative = tp->linger2 < 0;
	c->user_timeout = READ_ONCE(icsk->icsk_user_timeout);
	c->fin_received = sock_flag(sk, SOCK_DONE);
	c->retries = max_t(u16, icsk->icsk_probes_out, icsk->icsk_retransmits);
	/* It counts the FIN. */
	c->bytes_in = tp->bytes_received - (c->fin_received && tp->bytes_received);
	c->bytes_out = bytes_out(tp, state);
	c->unread = unread(sk, tp);
	c->unread_last = !before(icsk->icsk_ack.lrcvtime, tp->lsndtime);
	c->wrote_last = !before(tp->lsndtime, icsk->icsk_ack.lrcvtime);
	c->opener = opener(tp, state);
	/* tcp_update_wl(): where the latest segment began that brought data, or news of ours. */
	c->latest_in = tp->rcv_nxt - tp->snd_wl1;
	c->ts_ok = tp->rx_opt.tstamp_ok;
	c->unacked = less(tp->write_seq - tp->snd_una, no_bytes(state));
	c->rcv_nxt = tp->rcv_nxt;
	c->snd_una = tp->snd_una;
	c->snd_nxt = tp->snd_nxt;
	c->window = tcp_receive_window(tp);
	c->segs_in = tp->segs_in;
	fill_silence(sk, tp, state, c);
	fill_holder(sk, c);
	fill_mptcp(sk, state, c);
}

/* Encrypted ones */
static const struct {
	u8 type;
	u8 len;
} alerts[] = {
	{ TCPWHY_TLS_DATA, TCPWHY_TLS13_ALERT_LEN },
	{ TCPWHY_TLS_ALERT, TCPWHY_TLS12_CHACHA_ALERT_LEN },
	{ TCPWHY_TLS_ALERT, TCPWHY_TLS12_GCM_ALERT_LEN },
};

static bool is_record(const struct sk_buff *skb, u32 at, u8 type, u32 len)
{
	u8 buf[TCPWHY_TLS_HEADER];
	const u8 *header = skb_header_pointer(skb, at, sizeof(buf), buf);

	return header && header[0] == type && header[1] == 3 &&
	       (header[3] << 8 | header[4]) == len;
}

/* Bytes of the alert that these bytes end with; 0: it is none. */
static u32 alert_at_end(const struct sk_buff *skb)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(alerts); i++) {
		u32 whole = TCPWHY_TLS_HEADER + alerts[i].len;

		if (skb->len >= whole &&
		    is_record(skb, skb->len - whole, alerts[i].type, alerts[i].len))
			return whole;
	}
	return 0;
}

/**
 * tcpwhy_conn_sent_alert() - does what the peer has not acknowledged end with an alert of TLS?
 * @sk: full socket, locked
 * @unacked: bytes that are not acknowledged
 *
 * A program says goodbye by one (close_notify). Its contents are encrypted; its type is not, or
 * its length tells. No more than the header is looked at, and nothing of it is kept.
 *
 * Context: any but NMI.
 * Return: bytes of the alert, 0 if there is none
 */
u32 tcpwhy_conn_sent_alert(const struct sock *sk, u32 unacked)
{
	const struct sk_buff *head = tcp_rtx_queue_head(sk), *tail = tcp_rtx_queue_tail(sk);

	if (!head || unacked < TCPWHY_TLS_HEADER || tcp_send_head(sk))
		return 0;
	/* An alert of another length, if it is all that there is. */
	if (unacked <= U8_MAX &&
	    is_record(head, 0, TCPWHY_TLS_ALERT, unacked - TCPWHY_TLS_HEADER))
		return unacked;
	/* Our FIN may be behind it, by itself. */
	if (!tail->len && tail != head)
		tail = skb_rb_prev(tail);
	return alert_at_end(tail);
}

/**
 * tcpwhy_conn_got_alert() - does what the program has not read end with an encrypted alert of TLS?
 * @sk: full socket, locked
 *
 * After it the program reads no more: whatever ends the connection then, it has been told.
 *
 * Context: any but NMI.
 */
bool tcpwhy_conn_got_alert(const struct sock *sk)
{
	const struct sk_buff *skb = skb_peek_tail(&sk->sk_receive_queue);

	return skb && alert_at_end(skb);
}

/**
 * tcpwhy_conn_listener() - a listener's queue
 * @sk: it
 * @c: result
 */
void tcpwhy_conn_listener(const struct sock *sk, struct tcpwhy_conn *c)
{
	c->state = TCP_LISTEN;
	c->backlog = READ_ONCE(sk->sk_ack_backlog);
	c->backlog_limit = READ_ONCE(sk->sk_max_ack_backlog);
}

/** tcpwhy_conn_headers() - bytes of the IP packet that are not of the segment, with full ones */
u32 tcpwhy_conn_headers(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk((struct sock *)sk);

	return tcp_sk((struct sock *)sk)->tcp_header_len + icsk->icsk_ext_hdr_len +
	       icsk->icsk_af_ops->net_header_len;
}

/**
 * tcpwhy_conn_key() - what finds the connection again
 * @sk: full socket
 * @key: result, with its padding: it may be compared
 */
void tcpwhy_conn_key(const struct sock *sk, struct tcpwhy_stall_key *key)
{
	struct tcpwhy_observation o;

	tcpwhy_socket_peer(sk, &o);
	memset(key, 0, sizeof(*key));
	key->netns = tcpwhy_net(sock_net(sk))->id;
	key->peer = o.peer;
	tcpwhy_socket_local(sk, &key->local);
	key->lport = o.lport;
	key->rport = o.rport;
	key->dev = sk->sk_bound_dev_if;
}

/**
 * tcpwhy_conn_find() - the socket that is there now
 * @key: which
 *
 * Context: RCU, while the answer is used.
 * Return: see tcpwhy_socket_of(); NULL as well if its namespace is gone
 */
struct sock *tcpwhy_conn_find(const struct tcpwhy_stall_key *key)
{
	struct tcpwhy_net *tn = tcpwhy_netns_by_id(key->netns);

	return tn ? tcpwhy_socket_of(tn->net, &key->peer, key->rport, &key->local, key->lport,
				     key->dev) : NULL;
}

/**
 * tcpwhy_conn_owner() - whose socket it is
 * @sk: full socket
 * @process: result: its cgroup, as a socket does not remember its process. Each has one until
 *	it is freed (sk_alloc()), one of the kernel's own the root
 */
void tcpwhy_conn_owner(const struct sock *sk, struct tcpwhy_process *process)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	process->cgroup = cgroup_id(sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data));
#endif
}

/**
 * tcpwhy_conn_actor() - which program does this
 * @process: result; unchanged where none does: in softirq whoever ran was interrupted
 */
void tcpwhy_conn_actor(struct tcpwhy_process *process)
{
	if (!in_task() || current->flags & PF_KTHREAD)
		return;
	tcpwhy_process_current(process);
}
