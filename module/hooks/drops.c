// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel dropped a segment on a full socket: by PAWS, or a RST that it did not
 * believe. In its namespace the socket is found, and the test made again: the socket
 * is locked by whoever drops, so that it still says what it said then.
 */
#include <linux/nsproxy.h>
#include <linux/sched.h>

#include "causes/causes.h"
#include "compat/drop_probe.h"
#include "hooks/arrival.h"
#include "hooks/budget.h"
#include "hooks/conn.h"
#include "hooks/drops.h"
#include "hooks/observe.h"
#include "hooks/skb.h"
#include "hooks/socket.h"
#include "stats.h"

/* How many namespaces are searched for the socket of a segment without a dst, at most. */
#define NAMESPACES_MAX	64

static bool dropped_here(const struct sock *sk, const struct tcpwhy_packet *p, bool backlog)
{
	struct tcpwhy_socket s = { };

	/* Who works on a backlog owns the socket: this tells twins in two namespaces apart. */
	if (!sk_fullsock(sk) || (backlog && !sk->sk_lock.owned) ||
	    sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_CLOSE)
		return false;
	if (p->flags & TCPWHY_RST)
		return tcp_sk((struct sock *)sk)->rcv_nxt != p->seq;
	tcpwhy_socket_full(sk, &s);
	return tcpwhy_paws_reject(p, &s, TCP_PAWS_WINDOW);
}

static struct sock *search_in(struct net *net, const struct tcpwhy_packet *p, int iif,
			      bool backlog)
{
	struct sock *sk = tcpwhy_socket_of_tuple(net, p, iif, 0);

	if (!sk || dropped_here(sk, p, backlog))
		return sk;
	tcpwhy_socket_put(sk);
	return NULL;
}

/* Under RCU. Who makes namespaces must not make work: there is a limit, and a budget. */
static struct sock *search_all(const struct tcpwhy_packet *p, int iif)
{
	struct tcpwhy_net *tn = NULL;
	struct sock *sk = NULL;
	int tries = 0;

	while (!sk && (tn = tcpwhy_netns_next(tn))) {
		if (tries++ == NAMESPACES_MAX || !tcpwhy_budget_take(TCPWHY_BUDGET_SEARCHES)) {
			tcpwhy_count(DROPS_UNSEARCHED);
			break;
		}
		sk = search_in(tn->net, p, iif, true);
	}
	return sk;
}

/*
 * A segment from a socket's backlog has lost its device and its dst, and with them the
 * namespace (6.1: one in four). Its socket's owner processes the backlog, so
 * that the current task's namespace is the best guess.
 */
static struct sock *search(const struct sk_buff *skb, const struct tcpwhy_packet *p)
{
	struct net *net = tcpwhy_skb_net(skb);
	struct sock *sk = NULL;

	if (net)
		return search_in(net, p, skb->skb_iif, false);
	if (!in_serving_softirq() && current->nsproxy)
		sk = search_in(current->nsproxy->net_ns, p, skb->skb_iif, true);
	return sk ?: search_all(p, skb->skb_iif);
}

static void fill_paws(struct tcpwhy_observation *o, const struct sock *sk, enum tcpwhy_mib mib)
{
	o->kind = TCPWHY_KIND_PAWS_DROP;
	o->mibs = BIT(mib);
	tcpwhy_socket_full(sk, &o->socket);
	/*
	 * tcp_rcv_synsent_state_process(): opens that cross are dropped uncounted. A
	 * SYN-ACK has this reason for a wrong echo, which is no case of PAWS.
	 */
	if (o->socket.state == TCP_SYN_SENT)
		o->mibs = 0;
}

static void fill_ignored(struct tcpwhy_observation *o, const struct sock *sk)
{
	o->kind = TCPWHY_KIND_RESET_IGNORED;
	tcpwhy_conn_full(sk, sk->sk_state, &o->conn);
	tcpwhy_conn_owner(sk, &o->process);
}

/* @mib: of PAWS; TCPWHY_MIB_NONE: the segment is a RST */
static void on_drop(struct sk_buff *skb, const struct sock *sk, enum tcpwhy_mib mib)
{
	struct tcpwhy_observation o = { };
	struct sock *found = NULL;
	struct tcpwhy_packet p;
	const u8 *header;

	/* tcp_check_req() gives its listener, 7.x; seen before it got there: LOCAL_IN. */
	if (sk && (sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_CLOSE))
		return;
	tcpwhy_count(DROPS);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	if (!tcpwhy_arrival_parse(&p, skb, &header)) {
		tcpwhy_count(MALFORMED);
		return;
	}
	if (!sk || !sk_fullsock(sk)) {
		found = search(skb, &p);
		sk = found;
	}
	if (!sk) {
		tcpwhy_count(DROPS_NO_SOCKET);
		return;
	}
	o.now_ns = ktime_get_boottime_ns();
	o.packet = &p;
	o.peer = p.saddr;
	o.lport = p.dport;
	o.rport = p.sport;
	if (p.flags & TCPWHY_RST)
		fill_ignored(&o, sk);
	else
		fill_paws(&o, sk, mib);
	if (sk->sk_state != TCP_SYN_SENT || !(p.flags & (TCPWHY_ACK | TCPWHY_RST)))
		tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, p.flags & TCPWHY_RST ?
			       TCPWHY_REMEMBER_OLD : TCPWHY_REMEMBER_NOTHING, header);
	if (found)
		tcpwhy_socket_put(found);
}

const char *tcpwhy_drops_name(void)
{
	return drop_probe_name;
}

int tcpwhy_drops_attach(void)
{
	return drop_probe_attach();
}

/** tcpwhy_drops_missed() - drops not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_drops_missed(void)
{
	return drop_probe_missed();
}

void tcpwhy_drops_detach(void)
{
	drop_probe_detach();
}
