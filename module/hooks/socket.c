// SPDX-License-Identifier: GPL-2.0
#include <linux/workqueue.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>
#include <net/timewait_sock.h>

#include "compat/compat.h"
#include "hooks/socket.h"
#include "netns.h"

/* RFC 7323's clock of the peer's timestamps, as tcp_rcv_state_process() keeps it. */
static u32 now_seconds(void)
{
	return (u32)ktime_get_seconds();
}

#if IS_ENABLED(CONFIG_IPV6)
static bool is_v6(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr);
}
#endif

/**
 * tcpwhy_socket_peer() - whom a socket talks to
 * @sk: TCP socket, full or not; of a full one the port is read that stays
 *	readable in TCP_CLOSE, when sk_num is 0 already
 * @o: @peer, @lport and @rport are filled in
 */
void tcpwhy_socket_peer(const struct sock *sk, struct tcpwhy_observation *o)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (is_v6(sk))
		tcpwhy_addr_from_v6(&o->peer, &sk->sk_v6_daddr);
	else
#endif
		tcpwhy_addr_from_v4(&o->peer, &sk->sk_daddr);
	o->rport = ntohs(sk->sk_dport);
	o->lport = sk_fullsock(sk) ? ntohs(inet_sk(sk)->inet_sport) : sk->sk_num;
}

/**
 * tcpwhy_socket_full() - what a full socket knows of its peer
 * @sk: TCP socket; its owner is this CPU or, at worst, the values are torn
 * @s: result
 */
void tcpwhy_socket_full(const struct sock *sk, struct tcpwhy_socket *s)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	s->state = sk->sk_state;
	s->ts_ok = tp->rx_opt.tstamp_ok;
	s->ts_usec = tcpwhy_ts_usec(tp);
	s->ts_recent = tp->rx_opt.ts_recent;
	s->ts_recent_stamp = tp->rx_opt.ts_recent_stamp;
	s->paws_wrap_s = TCPWHY_PAWS_WRAP_S;
	s->now_s = now_seconds();
	s->rcv_nxt = tp->rcv_nxt;
	s->rcv_wup = tp->rcv_wup;
	s->rcv_end = tp->rcv_nxt + tcp_receive_window(tp);
}

/**
 * tcpwhy_socket_timewait() - what a TIME_WAIT socket knows
 * @sk: it
 * @s: result
 */
void tcpwhy_socket_timewait(const struct sock *sk, struct tcpwhy_socket *s)
{
	const struct inet_timewait_sock *tw = inet_twsk(sk);
	const struct tcp_timewait_sock *tcptw = tcp_twsk(sk);
	const struct net *net = twsk_net(tw);
	long left = (long)(READ_ONCE(tw->tw_timer.expires) - jiffies);

	s->state = TCP_TIME_WAIT;
	s->substate = READ_ONCE(tw->tw_substate);
	s->ts_ok = READ_ONCE(net->ipv4.sysctl_tcp_timestamps);
	s->rfc1337 = READ_ONCE(net->ipv4.sysctl_tcp_rfc1337);
	s->ts_recent = READ_ONCE(tcptw->tw_ts_recent);
	s->ts_recent_stamp = (u32)READ_ONCE(tcptw->tw_ts_recent_stamp);
	s->paws_wrap_s = TCPWHY_PAWS_WRAP_S;
	s->now_s = now_seconds();
	s->rcv_nxt = READ_ONCE(tcptw->tw_rcv_nxt);
	s->age_ms = left < TCP_TIMEWAIT_LEN ? jiffies_to_msecs(TCP_TIMEWAIT_LEN - left) : 0;
}

/**
 * tcpwhy_socket_request() - what a connection request knows
 * @sk: it
 * @s: result
 */
void tcpwhy_socket_request(const struct sock *sk, struct tcpwhy_socket *s)
{
	struct request_sock *req = inet_reqsk((struct sock *)sk);
	u32 timeout_s = min_t(u32, 1u << min_t(u32, req->num_timeout, 7), TCP_RTO_MAX / HZ);

	s->state = TCP_NEW_SYN_RECV;
	s->ts_ok = READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_timestamps);
	s->ts_recent = READ_ONCE(req->ts_recent);
	s->now_s = now_seconds();
	/* As tcp_check_req() estimates it: the SYN came about one time-out ago. */
	s->ts_recent_stamp = s->now_s - timeout_s;
	s->paws_wrap_s = TCPWHY_PAWS_WRAP_S;
	s->rcv_nxt = tcp_rsk(req)->rcv_nxt;
	s->snt_isn = tcp_rsk(req)->snt_isn;
	s->rst_ack_checked = TCPWHY_REQUEST_RST_ACK_CHECKED;
}

/**
 * tcpwhy_socket_local() - a socket's local address
 * @sk: any TCP socket
 * @addr: result
 */
void tcpwhy_socket_local(const struct sock *sk, struct tcpwhy_addr *addr)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (is_v6(sk))
		tcpwhy_addr_from_v6(addr, &sk->sk_v6_rcv_saddr);
	else
#endif
		tcpwhy_addr_from_v4(addr, &sk->sk_rcv_saddr);
}

static struct sock *lookup(struct net *net, const struct tcpwhy_addr *peer, u16 rport,
			   const struct tcpwhy_addr *local, u16 lport, int dif, int sdif)
{
	__be32 raddr4, laddr4;

	if (!tcpwhy_addr_is_v4(peer))
#if IS_ENABLED(CONFIG_IPV6)
		return tcpwhy_lookup_v6(net, (const struct in6_addr *)peer->b, htons(rport),
					(const struct in6_addr *)local->b, lport, dif, sdif);
#else
		return NULL;
#endif
	memcpy(&raddr4, peer->b + 12, sizeof(raddr4));
	memcpy(&laddr4, local->b + 12, sizeof(laddr4));
	return tcpwhy_lookup_v4(net, raddr4, htons(rport), laddr4, lport, dif, sdif);
}

/**
 * tcpwhy_socket_of() - the socket of a connection
 * @net: namespace
 * @peer: remote address
 * @rport: remote port
 * @local: local address
 * @lport: local port
 * @dev: interface that it is bound to, or 0
 *
 * Context: RCU.
 * Return: established, TIME_WAIT or request socket; tcpwhy_socket_put() it
 */
struct sock *tcpwhy_socket_of(struct net *net, const struct tcpwhy_addr *peer, u16 rport,
			      const struct tcpwhy_addr *local, u16 lport, int dev)
{
	return lookup(net, peer, rport, local, lport, dev, 0);
}

/**
 * tcpwhy_socket_of_tuple() - the socket that a received segment belongs to
 * @net: namespace
 * @p: the segment
 * @dif: interface
 * @sdif: its master, or 0
 *
 * Context: RCU.
 * Return: established, TIME_WAIT or request socket; tcpwhy_socket_put() it
 */
struct sock *tcpwhy_socket_of_tuple(struct net *net, const struct tcpwhy_packet *p, int dif,
				    int sdif)
{
	return lookup(net, &p->saddr, p->sport, &p->daddr, p->dport, dif, sdif);
}

/**
 * tcpwhy_socket_successor() - what took over a closed socket's addresses and ports
 * @sk: full socket, not hashed any more
 *
 * Context: RCU.
 * Return: as a rule its TIME_WAIT, or NULL; tcpwhy_socket_put() it
 */
struct sock *tcpwhy_socket_successor(const struct sock *sk)
{
	u16 lport = ntohs(inet_sk(sk)->inet_sport);

#if IS_ENABLED(CONFIG_IPV6)
	if (is_v6(sk))
		return tcpwhy_lookup_v6(sock_net(sk), &sk->sk_v6_daddr, sk->sk_dport,
					&sk->sk_v6_rcv_saddr, lport, sk->sk_bound_dev_if, 0);
#endif
	return tcpwhy_lookup_v4(sock_net(sk), sk->sk_daddr, sk->sk_dport, sk->sk_rcv_saddr, lport,
				sk->sk_bound_dev_if, 0);
}

/*
 * Last references that wait to be given back, on PREEMPT_RT. A hook puts one into a free place, and
 * the work item takes it out again, each by one atomic exchange: there is no lock. They are rare: a
 * socket has to end on another CPU in the moment in which a hook looks at it.
 */
#define LAST_MAX	64
static struct sock *last[LAST_MAX];

static void put_last(struct work_struct *work)
{
	struct sock *sk;
	int i;

	for (i = 0; i < LAST_MAX; i++) {
		sk = xchg(&last[i], NULL);
		if (sk)
			sock_gen_put(sk);
	}
}

static DECLARE_WORK(put_work, put_last);

static bool put_later(struct sock *sk)
{
	int i;

	for (i = 0; i < LAST_MAX; i++) {
		if (!cmpxchg(&last[i], NULL, sk)) {
			schedule_work(&put_work);
			return true;
		}
	}
	return false;
}

/**
 * tcpwhy_socket_put() - give back what a look-up has found
 * @sk: it
 *
 * Whoever gives back the last reference frees the socket. On PREEMPT_RT that takes locks which
 * sleep, and a probe runs with preemption off: it leaves this to a work item, while there is room.
 *
 * Context: any but NMI.
 */
void tcpwhy_socket_put(struct sock *sk)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT) &&
	    (refcount_dec_not_one(&sk->sk_refcnt) || put_later(sk)))
		return;
	sock_gen_put(sk);
}

/** tcpwhy_socket_exit() - wait until all is given back; no hook runs any more */
void tcpwhy_socket_exit(void)
{
	flush_work(&put_work);
}
