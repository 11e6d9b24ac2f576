// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel dropped a segment by PAWS on a full socket. In its namespace the
 * socket is found, and the test made again: the socket is locked by whoever
 * drops, so that it still says what it said then.
 */
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/dst.h>

#include "causes/causes.h"
#include "compat/paws_probe.h"
#include "hooks/arrival.h"
#include "hooks/observe.h"
#include "hooks/paws_drop.h"
#include "hooks/socket.h"
#include "stats.h"

/* How many namespaces are searched for the socket of a segment without a dst. */
#define NAMESPACES_MAX	256

static bool dropped_here(const struct sock *sk, const struct tcpwhy_packet *p)
{
	struct tcpwhy_socket s = { };

	if (!sk_fullsock(sk) || sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_CLOSE)
		return false;
	tcpwhy_socket_full(sk, &s);
	return tcpwhy_paws_reject(p, &s, TCP_PAWS_WINDOW);
}

static struct sock *search_in(struct net *net, const struct tcpwhy_packet *p, int iif)
{
	struct sock *sk = tcpwhy_socket_of_tuple(net, p, iif, 0);

	if (!sk || dropped_here(sk, p))
		return sk;
	sock_gen_put(sk);
	return NULL;
}

/*
 * A segment from a socket's backlog has lost its dst, and with it the
 * namespace (6.1: one in four). Its socket's owner processes the backlog, so
 * that the current task's namespace is the best guess.
 */
static struct sock *search(const struct sk_buff *skb, const struct tcpwhy_packet *p)
{
	struct tcpwhy_net *tn = NULL;
	struct sock *sk = NULL;
	int tries = 0;

	if (skb_dst(skb))
		return search_in(dev_net(skb_dst(skb)->dev), p, skb->skb_iif);
	if (!in_serving_softirq() && current->nsproxy)
		sk = search_in(current->nsproxy->net_ns, p, skb->skb_iif);
	while (!sk && tries++ < NAMESPACES_MAX && (tn = tcpwhy_netns_next(tn)))
		sk = search_in(tn->net, p, skb->skb_iif);
	return sk;
}

static void on_drop(struct sk_buff *skb, const struct sock *sk, enum tcpwhy_mib mib)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_PAWS_DROP, .mib = mib };
	struct sock *found = NULL;
	struct tcpwhy_packet p;
	const u8 *header;

	tcpwhy_count(PAWS_DROPS);
	if (!tcpwhy_arrival_parse(&p, skb, &header)) {
		tcpwhy_count(MALFORMED);
		return;
	}
	/* A listener's or TIME_WAIT's is judged before it gets here: LOCAL_IN. */
	if (!sk || !sk_fullsock(sk) || sk->sk_state == TCP_LISTEN) {
		found = search(skb, &p);
		sk = found;
	}
	if (!sk) {
		tcpwhy_count(PAWS_NO_SOCKET);
		return;
	}
	o.now_ns = ktime_get_boottime_ns();
	o.packet = &p;
	o.peer = p.saddr;
	o.lport = p.dport;
	o.rport = p.sport;
	tcpwhy_socket_full(sk, &o.socket);
	/* Opens that cross are dropped uncounted (tcp_rcv_synsent_state_process()). */
	if (o.socket.state == TCP_SYN_SENT)
		o.mib = TCPWHY_MIB_NONE;
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NOTHING, header);
	if (found)
		sock_gen_put(found);
}

const char *tcpwhy_paws_drop_name(void)
{
	return paws_probe_name;
}

int tcpwhy_paws_drop_attach(bool use_kprobes)
{
	return paws_probe_attach(use_kprobes);
}

void tcpwhy_paws_drop_detach(void)
{
	paws_probe_detach();
}
