// SPDX-License-Identifier: GPL-2.0
/*
 * sock:inet_sock_set_state. A few of its many changes matter; the others leave
 * after a look at the two states.
 */
#include <linux/cpumask.h>
#include <net/tcp.h>
#include <trace/events/sock.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "hooks/caller.h"
#include "hooks/conn.h"
#include "hooks/connects.h"
#include "hooks/observe.h"
#include "hooks/oversize.h"
#include "hooks/refused.h"
#include "hooks/silence.h"
#include "hooks/socket.h"
#include "hooks/state.h"
#include "hooks/syns.h"
#include "hooks/unanswered.h"
#include "stats.h"
#include "store/flows.h"

#define TRACEPOINT	"inet_sock_set_state"

static void start(struct tcpwhy_observation *o, const struct sock *sk, enum tcpwhy_kind kind)
{
	tcpwhy_count(STATE_CHANGES);
	memset(o, 0, sizeof(*o));
	o->kind = kind;
	o->now_ns = ktime_get_boottime_ns();
	tcpwhy_socket_peer(sk, o);
}

/* Somebody who was refused may have got in; data in a fast open's SYN hides it. */
static void established(const struct sock *sk)
{
	struct tcpwhy_observation o;

	if (!tcpwhy_refusals_pending())
		return;
	start(&o, sk, TCPWHY_KIND_ESTABLISHED);
	tcpwhy_socket_full(sk, &o.socket);
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_OLD, NULL);
}

/*
 * tcp_time_wait() hashes the TIME_WAIT before it closes, and tcp_set_state()
 * unhashes the socket before the tracepoint: what is found now is the
 * TIME_WAIT, and nothing is found if there was no room for one.
 */
static void closed(const struct sock *sk, int old_state)
{
	const struct net *net = sock_net(sk);
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	u32 limit = READ_ONCE(net->ipv4.tcp_death_row.sysctl_max_tw_buckets);
	u32 count = tcpwhy_tw_count(net), cpus = num_online_cpus();
	struct tcpwhy_observation o;
	struct sock *successor;

	if (likely(count + cpus < limit))
		return;
	successor = tcpwhy_socket_successor(sk);
	if (successor) {
		tcpwhy_socket_put(successor);
		return;
	}
	start(&o, sk, TCPWHY_KIND_CLOSED);
	o.mibs = BIT(TCPWHY_MIB_TIMEWAIT_OVERFLOW);
	o.closed.old_state = old_state;
	o.closed.error = sk->sk_err;
	o.closed.fin_received = sock_flag(sk, SOCK_DONE);
	o.closed.orphan = sock_flag(sk, SOCK_DEAD);
	o.closed.all_acked = tp->snd_una == tp->write_seq;
	o.closed.linger2_negative = tp->linger2 < 0;
	o.closed.tw_count = count;
	o.closed.tw_limit = limit;
	o.closed.cpus = cpus;
	tcpwhy_observe(tcpwhy_net(net), &o, TCPWHY_REMEMBER_NOTHING, NULL);
}

/*
 * tcp_v4_connect() enters SYN_SENT before it looks for a port. Where
 * inet_hash_connect() finds none (EADDRNOTAVAIL) nothing else is set yet.
 */
static bool has_port(const struct sock *sk)
{
	return inet_sk(sk)->inet_sport || sk->sk_num;
}

static void never_began(const struct sock *sk)
{
	struct tcpwhy_observation o;

	if (sk->sk_err || tcp_sk((struct sock *)sk)->write_seq)
		return;
	start(&o, sk, TCPWHY_KIND_NO_PORT);
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NOTHING, NULL);
}

/*
 * tcp_write_err(), net/ipv4/tcp_timer.c, gives the last ICMP error as the reason, if there
 * was one. Only a connect may also end by such an error itself.
 */
static bool timed_out(const struct sock *sk, int old_state)
{
	int err = READ_ONCE(sk->sk_err);

	if (!err || err == ETIMEDOUT || err != READ_ONCE(sk->sk_err_soft))
		return err == ETIMEDOUT;
	return old_state != TCP_SYN_SENT || (!tcpwhy_caller_is(TCPWHY_CALLER_V4_ERR) &&
					     !tcpwhy_caller_is(TCPWHY_CALLER_V6_ERR));
}

/* Programs lose their patience long before the kernel does; but not before it sends a SYN again. */
#define ABANDONED_MS	1000

static bool is_abandoned(const struct sock *sk, const struct tcpwhy_conn *c)
{
	return c->before == TCP_SYN_SENT && !READ_ONCE(sk->sk_err) && c->retries &&
	       c->idle_ms >= ABANDONED_MS && !tcpwhy_connects_lost_race(sk);
}

/*
 * Neither FIN nor RST of the peer has ended it, as a rule: what comes for it later is
 * answered with a RST. After close() with SO_LINGER 0 and the like our RST follows.
 */
static void died(const struct sock *sk, int old_state)
{
	struct tcpwhy_observation o;

	start(&o, sk, timed_out(sk, old_state) ? TCPWHY_KIND_GAVE_UP : TCPWHY_KIND_DIED);
	if (o.kind == TCPWHY_KIND_GAVE_UP)
		o.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS);
	tcpwhy_conn_full(sk, old_state, &o.conn);
	o.conn.before = old_state;
	o.conn.oversize = o.kind == TCPWHY_KIND_GAVE_UP && old_state != TCP_SYN_SENT &&
			  tcpwhy_oversize_is_told(sk, tcpwhy_ms(o.now_ns));
	tcpwhy_conn_owner(sk, &o.process);
	if (is_abandoned(sk, &o.conn)) {
		o.kind = TCPWHY_KIND_GAVE_UP;
		o.conn.abandoned = true;
		tcpwhy_conn_actor(&o.process);
	}
	if (old_state == TCP_SYN_SENT) {
		o.conn.connect_pid = tcpwhy_connects_ended(sk);
		tcpwhy_unanswered_take(sk, &o.conn);
	}
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NEW, NULL);
}

/* By an ICMP error, or by the program that has been told of one. */
static void refused(const struct sock *sk)
{
	struct tcpwhy_observation o;

	start(&o, sk, TCPWHY_KIND_REFUSED);
	if (!tcpwhy_refused_connect(sk, &o.refused))
		return;
	tcpwhy_conn_owner(sk, &o.process);
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NOTHING, NULL);
}

/*
 * Who closes last keeps no TIME_WAIT: a copy of the peer's FIN that comes late, or an ACK that
 * the last one has overtaken, is answered with a RST. That is remembered of each. In FIN_WAIT2
 * a program may still ask for one: that is, of connections that are known already.
 */
static void closed_orderly(const struct sock *sk, int old_state)
{
	struct tcpwhy_net *tn = tcpwhy_net(sock_net(sk));
	/* To the tick, which is never ahead of what it will be compared with. */
	u64 now_ns = ktime_get_coarse_boottime_ns();
	struct tcpwhy_observation o;
	struct tcpwhy_flow_ref ref;
	u32 survived_ms = 0;

	tcpwhy_socket_peer(sk, &o);
	tcpwhy_flow_get(&ref, tn, &o.peer, o.lport, o.rport,
			old_state == TCP_LAST_ACK ? TCPWHY_FLOW_MAKE : TCPWHY_FLOW_FIND, now_ns);
	if (ref.flow) {
		survived_ms = tcpwhy_flow_survived(ref.flow, tcp_sk((struct sock *)sk)->snd_una);
		ref.flow->died_ms = tcpwhy_ms(now_ns);
		ref.flow->died_in = old_state;
		ref.flow->died_of = TCPWHY_CAUSE_NONE;
	}
	tcpwhy_flow_put(&ref);
	if (survived_ms)
		tcpwhy_peers_note_silence(tn, &o.peer, survived_ms);
}

/*
 * What TCP repeats already as the peer closes was written long before, and its later
 * repetitions are no writes. What is under way for the first time may just cross the FIN:
 * it comes when the peer has closed, like what is written later. Ordinary connections have
 * nothing under way then.
 */
static void peer_closes(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	u64 now_ns = ktime_get_coarse_boottime_ns();
	struct tcpwhy_observation o;
	struct tcpwhy_flow_ref ref;

	tcpwhy_silence_before_fin(sk);
	if (tp->write_seq == tp->snd_una ||
	    !(tp->retrans_out || inet_csk((struct sock *)sk)->icsk_retransmits))
		return;
	tcpwhy_socket_peer(sk, &o);
	tcpwhy_flow_get(&ref, tcpwhy_net(sock_net(sk)), &o.peer, o.lport, o.rport,
			TCPWHY_FLOW_MAKE, now_ns);
	tcpwhy_flow_note_fin(ref.flow, tp->write_seq, now_ns);
	tcpwhy_flow_put(&ref);
}

static void closes(const struct sock *sk, int old_state)
{
	switch (old_state) {
	case TCP_LISTEN:
		tcpwhy_caller_ends_listener(sk);
		break;
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
		closed_orderly(sk, old_state);
		closed(sk, old_state);
		break;
	case TCP_LAST_ACK:
		if (sk->sk_err)
			died(sk, old_state);
		else
			closed_orderly(sk, old_state);
		break;
	case TCP_SYN_SENT:
		if (has_port(sk)) {
			died(sk, old_state);
			refused(sk);
		} else {
			never_began(sk);
		}
		break;
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
	case TCP_CLOSE_WAIT:
	case TCP_FIN_WAIT1:
		died(sk, old_state);
		break;
	}
}

static void answered(const struct sock *sk)
{
	tcpwhy_connects_won(sk);
	tcpwhy_syns_connected(sk);
}

/*
 * A socket in TCP_REPAIR gets here without any segment (tcp_finish_connect()), and one of the
 * kernel's own, or of MPTCP, without a program: only the socket itself is looked at. TCP has
 * full sockets alone change their state; MPTCP's own sockets are of another protocol.
 */
static void on_set_state(void *data, const struct sock *sk, const int old_state,
			 const int new_state)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	if (!((1 << new_state) &
	      (TCPF_CLOSE | TCPF_CLOSE_WAIT | TCPF_ESTABLISHED | TCPF_SYN_SENT)))
		return;
	rcu_read_lock();
	if (new_state == TCP_SYN_SENT)
		tcpwhy_connects_called(sk);
	else if (new_state == TCP_CLOSE)
		closes(sk, old_state);
	else if (new_state == TCP_CLOSE_WAIT)
		peer_closes(sk);
	else if (old_state == TCP_SYN_RECV)
		established(sk);
	else if (new_state == TCP_ESTABLISHED && old_state == TCP_SYN_SENT)
		answered(sk);
	rcu_read_unlock();
}

int tcpwhy_state_attach(void)
{
	check_trace_callback_type_inet_sock_set_state(on_set_state);
	return tcpwhy_tracepoint_attach(TRACEPOINT, on_set_state);
}

void tcpwhy_state_detach(void)
{
	tcpwhy_tracepoint_detach(TRACEPOINT, on_set_state);
}
