// SPDX-License-Identifier: GPL-2.0
/*
 * sock:inet_sock_set_state. Three of its many changes matter; the others leave
 * after a look at the two states.
 */
#include <linux/cpumask.h>
#include <net/tcp.h>
#include <trace/events/sock.h>

#include "compat/compat.h"
#include "compat/tracepoint.h"
#include "hooks/observe.h"
#include "hooks/socket.h"
#include "hooks/state.h"
#include "stats.h"

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
		sock_gen_put(successor);
		return;
	}
	start(&o, sk, TCPWHY_KIND_CLOSED);
	o.mib = TCPWHY_MIB_TIMEWAIT_OVERFLOW;
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
static void never_began(const struct sock *sk)
{
	struct tcpwhy_observation o;

	if (inet_sk(sk)->inet_sport || sk->sk_num || sk->sk_err ||
	    tcp_sk((struct sock *)sk)->write_seq)
		return;
	start(&o, sk, TCPWHY_KIND_NO_PORT);
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NOTHING, NULL);
}

static void on_set_state(void *data, const struct sock *sk, const int old_state,
			 const int new_state)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	rcu_read_lock();
	if (new_state == TCP_ESTABLISHED && old_state == TCP_SYN_RECV)
		established(sk);
	else if (new_state == TCP_CLOSE && (old_state == TCP_FIN_WAIT2 || old_state == TCP_CLOSING))
		closed(sk, old_state);
	else if (new_state == TCP_CLOSE && old_state == TCP_SYN_SENT)
		never_began(sk);
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
