// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs that TCP sends: of its own accord, in the context of whoever wants it, or in
 * answer to a segment. The second may have no socket, or one in TIME_WAIT.
 */
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "causes/causes.h"
#include "compat/reset_probe.h"
#include "hooks/arrival.h"
#include "hooks/budget.h"
#include "hooks/caller.h"
#include "hooks/conn.h"
#include "hooks/connects.h"
#include "hooks/elsewhere.h"
#include "hooks/made.h"
#include "hooks/observe.h"
#include "hooks/reset_out.h"
#include "hooks/skb.h"
#include "hooks/socket.h"
#include "stats.h"
#include "store/flows.h"

/* close() and connect(AF_UNSPEC) leave the state before they send: hooks/state.c remembers it. */
static u8 state_before(const struct sock *sk, const struct tcpwhy_observation *o)
{
	u8 state = sk->sk_state;
	struct tcpwhy_flow_ref ref;

	if (state != TCP_CLOSE)
		return state;
	tcpwhy_flow_get(&ref, tcpwhy_net(sock_net(sk)), &o->peer, o->lport, o->rport,
			TCPWHY_FLOW_FIND, o->now_ns);
	if (ref.flow && ref.flow->died_in)
		state = ref.flow->died_in;
	tcpwhy_flow_put(&ref);
	return state;
}

/* MPTCP leaves a path's state as it is until its RST has been sent. */
static void fill_path(struct tcpwhy_conn *c)
{
	if (!in_task())
		return;
	c->by_admin = tcpwhy_caller_is(TCPWHY_CALLER_ABORT);
	c->disconnecting = !c->closing && tcpwhy_caller_is(TCPWHY_CALLER_MPTCP_DISCONNECT);
}

/* The socket is locked by whoever resets it. */
static void on_own(const struct sock *sk)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_RESET_SENT };

	tcpwhy_count(RESETS);
	o.mibs = BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_ESTAB_RESETS);
	o.now_ns = ktime_get_boottime_ns();
	tcpwhy_socket_peer(sk, &o);
	tcpwhy_conn_full(sk, state_before(sk, &o), &o.conn);
	o.conn.alert = tcpwhy_conn_sent_alert(sk, o.conn.unacked);
	tcpwhy_conn_owner(sk, &o.process);
	tcpwhy_conn_actor(&o.process);
	/* Whose handshake ends elsewhere while the listener ends is reset there, by no timer. */
	o.conn.timer = in_serving_softirq() &&
		       !(o.conn.unaccepted && sk->sk_state == TCP_CLOSE);
	/* ss -K of a listener ends its children as close() would. */
	if (o.conn.unaccepted && in_task())
		o.conn.by_admin = tcpwhy_caller_ended_listener_by_admin();
	if (o.conn.mptcp && sk->sk_state != TCP_CLOSE)
		fill_path(&o.conn);
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NEW, NULL);
}

/*
 * The end of a handshake that found the queue full, or a stray ACK? Another CPU may have
 * removed the request. In a flood of ACKs there was none, as a rule: what the budget leaves
 * over is taken for that.
 */
static bool overflowed(const struct tcpwhy_conn *c)
{
	return c->request || (tcpwhy_budget_take(TCPWHY_BUDGET_CALLERS) &&
			      tcpwhy_caller_is(TCPWHY_CALLER_CHECK_REQ));
}

/* The request that a listener was given the segment for, if it is there still. */
static void fill_request(const struct sock *listener, const struct tcpwhy_packet *p,
			 const struct sk_buff *skb, struct tcpwhy_conn *c)
{
	bool full = sk_acceptq_is_full(listener) &&
		    READ_ONCE(sock_net(listener)->ipv4.sysctl_tcp_abort_on_overflow);
	struct sock *found = tcpwhy_socket_of_tuple(sock_net(listener), p, skb->skb_iif, 0);

	tcpwhy_conn_listener(listener, c);
	c->request = found && found->sk_state == TCP_NEW_SYN_RECV;
	if (found)
		tcpwhy_socket_put(found);
	/* A SYN resets it whatever the queue. */
	if (full && !(p->flags & TCPWHY_SYN))
		c->overflow = overflowed(c);
}

/* It met no socket: for whom was it? */
static void fill_alone(struct net *net, const struct sk_buff *skb, struct tcpwhy_observation *o)
{
	if (tcpwhy_packet_is_plain_syn(o->packet))
		tcpwhy_elsewhere_find(net, skb, o);
	else if ((o->packet->flags & (TCPWHY_SYN | TCPWHY_ACK)) == (TCPWHY_SYN | TCPWHY_ACK))
		tcpwhy_connects_ask(tcpwhy_net(net), o);
}

static void fill_socket(struct net *net, const struct sock *sk, const struct sk_buff *skb,
			struct tcpwhy_observation *o)
{
	if (!sk) {
		fill_alone(net, skb, o);
	} else if (sk->sk_state == TCP_TIME_WAIT) {
		o->conn.state = TCP_TIME_WAIT;
		o->conn.substate = inet_twsk(sk)->tw_substate;
		o->conn.snd_nxt = tcp_twsk(sk)->tw_snd_nxt;
	} else if (sk->sk_state == TCP_NEW_SYN_RECV) {
		o->conn.state = TCP_NEW_SYN_RECV;
	} else if (sk->sk_state == TCP_LISTEN) {
		fill_request(sk, o->packet, skb, &o->conn);
		tcpwhy_conn_owner(sk, &o->process);
	} else {
		/* For data after close() tcp_reset() has left the state: it says what was sent. */
		tcpwhy_conn_full(sk, state_before(sk, o), &o->conn);
		tcpwhy_conn_owner(sk, &o->process);
	}
}

/* Under RCU. */
static void on_reply(const struct sock *sk, struct sk_buff *skb)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_AFTER_RESET };
	struct tcpwhy_packet p;
	struct tcpwhy_net *tn;
	const u8 *header;
	struct net *net;

	tcpwhy_count(RESETS);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	if (!tcpwhy_arrival_parse(&p, skb, &header)) {
		tcpwhy_count(MALFORMED);
		return;
	}
	net = sk ? sock_net(sk) : tcpwhy_skb_net(skb);
	if (!net) {
		tcpwhy_count(NO_NAMESPACE);
		return;
	}
	tn = tcpwhy_net(net);
	o.now_ns = ktime_get_boottime_ns();
	o.packet = &p;
	o.peer = p.saddr;
	o.lport = p.dport;
	o.rport = p.sport;
	if ((!sk || sk->sk_state == TCP_LISTEN) && !(p.flags & TCPWHY_SYN))
		tcpwhy_observe(tn, &o, TCPWHY_REMEMBER_OLD, header);
	o.kind = TCPWHY_KIND_RESET_REPLY;
	o.mibs = BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
	fill_socket(net, sk, skb, &o);
	tcpwhy_made_reply(tn, skb, &o);
	/* What ends a connection is remembered; a scan of closed ports is not worth it. */
	tcpwhy_observe(tn, &o, tcpwhy_reset_sent_ends(&o) ? TCPWHY_REMEMBER_NEW :
							    TCPWHY_REMEMBER_OLD, header);
}

int tcpwhy_reset_own_attach(void)
{
	return reset_own_attach();
}

void tcpwhy_reset_own_detach(void)
{
	reset_own_detach();
}

const char *tcpwhy_reset_reply_name(void)
{
	return reset_reply_name;
}

int tcpwhy_reset_reply_attach(void)
{
	return reset_reply_attach();
}

void tcpwhy_reset_reply_detach(void)
{
	reset_reply_detach();
}

/** tcpwhy_reset_reply_missed() - replies not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_reset_reply_missed(void)
{
	return reset_reply_missed();
}
