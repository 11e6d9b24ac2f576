// SPDX-License-Identifier: GPL-2.0
/*
 * A local proxy (a sidecar, a transparent redirect) answers in the name of the service that a
 * program of this host called. Its RST comes by loopback, translated back to the service's
 * address. So the RSTs that go there are remembered for a moment by what no translation
 * changes: the program's port, and the number.
 */
#include <linux/hash.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "hooks/conn.h"
#include "hooks/made.h"
#include "hooks/socket.h"

#define ORDER	8	/* loopback delivers within the same softirq, or the next */

/* A busy receiver may leave it in its backlog. */
#define STALE_MS	1000

/**
 * struct made - a RST that a socket of this host made
 * @lock: of all below. Taken by the probes on RSTs, in all contexts of hooks/observe.h, and so
 *	with interrupts off. Nothing is locked inside it. Raw: probes may not sleep on
 *	PREEMPT_RT either
 * @port: of whom it is for; 0: the place is free
 * @from_port: of the socket that made it
 * @number: see number_of()
 * @at_ms: when, CLOCK_BOOTTIME
 * @netns: &struct tcpwhy_net.id
 * @from: address of that socket
 * @process: who acted, or owns it
 */
struct made {
	raw_spinlock_t lock;
	u16 port;
	u16 from_port;
	u32 number;
	u32 at_ms;
	u64 netns;
	struct tcpwhy_addr from;
	struct tcpwhy_process process;
};

static struct made made[1 << ORDER];

static struct made *place(u64 netns, u16 port, u32 number)
{
	return &made[hash_64((netns << 48) ^ ((u64)port << 32) ^ number, ORDER)];
}

static void note(const struct made *now)
{
	struct made *m = place(now->netns, now->port, now->number);
	unsigned long flags;

	raw_spin_lock_irqsave(&m->lock, flags);
	m->port = now->port;
	m->from_port = now->from_port;
	m->number = now->number;
	m->at_ms = now->at_ms;
	m->netns = now->netns;
	m->from = now->from;
	m->process = now->process;
	raw_spin_unlock_irqrestore(&m->lock, flags);
}

/**
 * tcpwhy_made_own() - a RST that TCP sends of its own accord leaves
 * @sk: its socket, locked by whoever resets it
 * @skb: what leaves, perhaps another segment
 *
 * The tracepoint tcp:tcp_send_reset comes after the RST has been sent: by loopback it may have been
 * received by then.
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_made_own(const struct sock *sk, const struct sk_buff *skb)
{
	struct tcpwhy_observation o;
	struct made now = { };

	if (!(skb->dev->flags & IFF_LOOPBACK) || !tcp_hdr(skb)->rst)
		return;
	tcpwhy_socket_peer(sk, &o);
	tcpwhy_socket_local(sk, &now.from);
	tcpwhy_conn_owner(sk, &now.process);
	tcpwhy_conn_actor(&now.process);
	now.port = o.rport;
	now.from_port = o.lport;
	now.number = ntohl(tcp_hdr(skb)->seq);
	now.at_ms = tcpwhy_ms(ktime_get_boottime_ns());
	now.netns = tcpwhy_net(sock_net(sk))->id;
	note(&now);
}

/**
 * tcpwhy_made_reply() - TCP answers a segment with a RST
 * @tn: namespace
 * @skb: the segment
 * @o: what was seen of it
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_made_reply(const struct tcpwhy_net *tn, const struct sk_buff *skb,
		       const struct tcpwhy_observation *o)
{
	const struct tcpwhy_packet *p = o->packet;
	struct made now = { .port = p->sport, .from_port = p->dport };

	if (skb->skb_iif != LOOPBACK_IFINDEX)
		return;
	/* tcp_v4_send_reset(): without an ACK to go by, it acknowledges all. */
	now.number = p->flags & TCPWHY_ACK ? p->ack : p->end_seq;
	now.at_ms = tcpwhy_ms(o->now_ns);
	now.netns = tn->id;
	now.from = p->daddr;
	now.process = o->process;
	note(&now);
}

static u32 number_of(const struct tcpwhy_packet *rst)
{
	return rst->flags & TCPWHY_ACK && !rst->seq ? rst->ack : rst->seq;
}

/**
 * tcpwhy_made_find() - did a socket of this host send this RST in another's name?
 * @tn: namespace
 * @iif: interface that it came by
 * @o: the RST; if so, @o->conn says so and @o->process is that socket's
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_made_find(const struct tcpwhy_net *tn, int iif, struct tcpwhy_observation *o)
{
	unsigned long flags;
	struct made *m;
	u32 number;

	if (iif != LOOPBACK_IFINDEX || !o->packet)
		return;
	number = number_of(o->packet);
	m = place(tn->id, o->lport, number);
	raw_spin_lock_irqsave(&m->lock, flags);
	if (m->port == o->lport && m->number == number && m->netns == tn->id &&
	    tcpwhy_ms(o->now_ns) - m->at_ms < STALE_MS &&
	    !(m->from_port == o->rport && tcpwhy_addr_equal(&m->from, &o->peer))) {
		o->conn.proxied = true;
		o->conn.via = m->from;
		o->conn.via_port = m->from_port;
		o->process = m->process;
	}
	raw_spin_unlock_irqrestore(&m->lock, flags);
}

/** tcpwhy_made_init() - before the first hook is attached */
void tcpwhy_made_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(made); i++)
		raw_spin_lock_init(&made[i].lock);
}
