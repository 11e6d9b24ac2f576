// SPDX-License-Identifier: GPL-2.0
/*
 * A local proxy (a sidecar, a transparent redirect) answers in the name of the service that a
 * program of this host called. Its RST comes by loopback, translated back to the service's
 * address. So the RSTs that go there are remembered for a moment by what no translation
 * changes: the program's port, and the number.
 */
#include <linux/netdevice.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "hooks/conn.h"
#include "hooks/made.h"
#include "hooks/socket.h"
#include "store/cache.h"

/* A busy receiver may leave it in its backlog. */
#define STALE_MS	1000

/**
 * struct made_key - what finds a RST again
 * @netns: &struct tcpwhy_net.id
 * @number: see number_of()
 * @port: of whom it is for
 */
struct made_key {
	u64 netns;
	u32 number;
	u32 port;
};

static_assert(sizeof(struct made_key) == sizeof(u64) + 2 * sizeof(u32));

/**
 * struct made - a RST that a socket of this host made
 * @key: of it
 * @at_ms: when, CLOCK_BOOTTIME
 * @from_port: of the socket that made it
 * @from: address of that socket
 * @process: who acted, or owns it
 */
struct made {
	struct made_key key;
	u32 at_ms;
	u16 from_port;
	struct tcpwhy_addr from;
	struct tcpwhy_process process;
};

/* Loopback delivers within the same softirq, or the next. */
static const struct tcpwhy_cache_kind made_kind = {
	.size = sizeof(struct made), .words = sizeof(struct made_key) / sizeof(u64), .ways = 1,
	.sets = 256,
};

/* Locked by the probes on RSTs, in all contexts of hooks/observe.h. Nothing is locked inside. */
static struct tcpwhy_cache made;

static void note(const struct made *now)
{
	struct tcpwhy_cache_set set;
	struct made *m;

	tcpwhy_cache_lock(&made, made_kind, tcpwhy_cache_hash(&made, made_kind, &now->key), &set);
	m = tcpwhy_cache_way(made_kind, &set, 0);
	*m = *now;
	tcpwhy_cache_unlock(&set);
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
	now.key.netns = tcpwhy_net(sock_net(sk))->id;
	now.key.number = ntohl(tcp_hdr(skb)->seq);
	now.key.port = o.rport;
	now.from_port = o.lport;
	now.at_ms = tcpwhy_ms(ktime_get_boottime_ns());
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
	struct made now = { .key = { .netns = tn->id, .port = p->sport }, .from_port = p->dport };

	if (skb->skb_iif != LOOPBACK_IFINDEX)
		return;
	/* tcp_v4_send_reset(): without an ACK to go by, it acknowledges all. */
	now.key.number = p->flags & TCPWHY_ACK ? p->ack : p->end_seq;
	now.at_ms = tcpwhy_ms(o->now_ns);
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
	struct made_key key = { .netns = tn->id, .port = o->lport };
	struct tcpwhy_cache_set set;
	const struct made *m;

	if (iif != LOOPBACK_IFINDEX || !o->packet)
		return;
	key.number = number_of(o->packet);
	tcpwhy_cache_lock(&made, made_kind, tcpwhy_cache_hash(&made, made_kind, &key), &set);
	m = tcpwhy_cache_find(made_kind, &set, &key);
	if (m && tcpwhy_ms(o->now_ns) - m->at_ms < STALE_MS &&
	    !(m->from_port == o->rport && tcpwhy_addr_equal(&m->from, &o->peer))) {
		o->conn.proxied = true;
		o->conn.via = m->from;
		o->conn.via_port = m->from_port;
		o->process = m->process;
	}
	tcpwhy_cache_unlock(&set);
}

/** tcpwhy_made_init() - take the memory, or return -ENOMEM */
int tcpwhy_made_init(void)
{
	return tcpwhy_cache_init(&made, "tcpwhy_made", &made_kind, 0);
}
