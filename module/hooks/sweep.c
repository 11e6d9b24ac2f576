// SPDX-License-Identifier: GPL-2.0
/*
 * A slow walk over the established and TIME_WAIT sockets that counts local
 * ports by remote address and port. It begins only where a namespace has so
 * many TIME_WAITs that its ports could be used up, or where a bind() has
 * found no port, and looks at a bounded number of buckets a second.
 */
#include <linux/bitmap.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "causes/causes.h"
#include "compat/compat.h"
#include "hooks/conn.h"
#include "hooks/observe.h"
#include "hooks/socket.h"
#include "hooks/sweep.h"
#include "hooks/walk.h"
#include "stats.h"

#define PAUSE			(2 * HZ)	/* between looks at the namespaces' counts */
#define ENTRIES			1024
#define PROBES			4		/* neighbours in which an entry may lie */

/* @reusable: in TIME_WAIT, and connect() may take it over, but bind() may not */
struct entry {
	struct tcpwhy_addr remote;
	struct tcpwhy_addr local;
	u16 rport;
	u32 timewait;
	u32 reusable;
	u32 in_use;
};

/*
 * What a walk has counted so far. Used by the work item alone. @binds: some have failed, for @local
 * the last time; @taken: ports that are held from there, towards whomever
 */
static struct counts {
	struct entry entries[ENTRIES];
	u32 usable;
	int low, high;
	bool binds;
	struct tcpwhy_addr local;
	u32 taken;
} counts[TCPWHY_WALKS];

static u32 usable_ports(struct net *net, int *low, int *high)
{
	const unsigned long *reserved = net->ipv4.sysctl_local_reserved_ports;

	tcpwhy_local_port_range(net, low, high);
	if (!reserved)
		return *high - *low + 1;
	return *high - *low + 1 - (bitmap_weight(reserved, *high + 1) -
				   bitmap_weight(reserved, *low));
}

static u32 held(const struct entry *e)
{
	return e->timewait + e->reusable + e->in_use;
}

/*
 * Where four neighbours are taken by others, the least of them loses one (a
 * frequent-items count, Misra and Gries 1982): what is counted is never too
 * much, and who holds most of the ports cannot be crowded out.
 */
static struct entry *entry_of(struct counts *c, const struct entry *key)
{
	u32 at = jhash(key, offsetof(struct entry, timewait), 0);
	struct entry *e, *least = NULL;
	u32 i;

	for (i = 0; i < PROBES; i++) {
		e = &c->entries[(at + i) % ENTRIES];
		if (!memcmp(e, key, offsetof(struct entry, timewait)))
			return e;
		if (!least || held(e) < held(least))
			least = e;
	}
	if (held(least)) {
		tcpwhy_count(SWEEP_CROWDED);
		if (least->timewait)
			least->timewait--;
		else if (least->reusable)
			least->reusable--;
		else
			least->in_use--;
		return NULL;
	}
	memcpy(least, key, sizeof(*least)); /* with the padding */
	return least;
}

/*
 * tcp_twsk_unique(), net/ipv4/tcp_ipv4.c: connect() may take this port over, after
 * a second. net.ipv4.tcp_tw_reuse 1 allows it everywhere, 2 on loopback.
 */
static bool reusable(const struct sock *sk, const struct tcpwhy_addr *peer)
{
	int reuse = READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_tw_reuse);

	if (!READ_ONCE(tcp_twsk(sk)->tw_ts_recent_stamp))
		return false;
	return reuse == 1 || (reuse == 2 && tcpwhy_addr_is_loopback(peer));
}

static bool is_any(const struct tcpwhy_addr *a)
{
	static const struct tcpwhy_addr none;

	return !memcmp(a->b + 12, none.b, 4) &&
	       (tcpwhy_addr_is_v4(a) || tcpwhy_addr_equal(a, &none));
}

/* Does a port that is held from there stand in the way of bind()? */
static bool is_in_the_way(const struct counts *c, const struct tcpwhy_addr *local)
{
	return is_any(&c->local) || tcpwhy_addr_equal(&c->local, local);
}

static void count_socket(struct counts *c, const struct sock *sk)
{
	struct tcpwhy_observation o = { };
	struct entry key, *e;
	bool is_reusable;

	tcpwhy_socket_peer(sk, &o);
	if (o.lport < c->low || o.lport > c->high)
		return;
	is_reusable = sk->sk_state == TCP_TIME_WAIT && reusable(sk, &o.peer);
	if (is_reusable && !c->binds)
		return;
	memset(&key, 0, sizeof(key)); /* padding too: it is compared */
	key.remote = o.peer;
	key.rport = o.rport;
	tcpwhy_socket_local(sk, &key.local);
	if (c->binds && is_in_the_way(c, &key.local))
		c->taken++;
	e = entry_of(c, &key);
	if (!e)
		return;
	if (is_reusable)
		e->reusable++;
	else if (sk->sk_state == TCP_TIME_WAIT)
		e->timewait++;
	else
		e->in_use++;
}

static void count_own(struct sock *sk, struct tcpwhy_net *tn, enum tcpwhy_walk_place place)
{
	if (net_eq(sock_net(sk), tn->net) && sk->sk_state != TCP_NEW_SYN_RECV)
		count_socket(&counts[place], sk);
}

/* So many TIME_WAITs that they could be all ports towards one address. */
static bool could_be(struct tcpwhy_net *tn)
{
	u64 timewaits = tcpwhy_tw_count(tn->net);
	int low, high;

	return timewaits && timewaits * 100 >=
	       (u64)usable_ports(tn->net, &low, &high) * TCPWHY_PORTS_NEARLY_PERCENT;
}

static bool is_due(struct tcpwhy_net *tn)
{
	return READ_ONCE(tn->binds.failed) || could_be(tn);
}

static void sweep_begin(struct tcpwhy_net *tn, enum tcpwhy_walk_place place)
{
	struct counts *c = &counts[place];
	unsigned long flags;

	memset(c->entries, 0, sizeof(c->entries));
	c->usable = usable_ports(tn->net, &c->low, &c->high);
	c->taken = 0;
	raw_spin_lock_irqsave(&tn->binds.lock, flags);
	c->binds = tn->binds.failed;
	c->local = tn->binds.local;
	raw_spin_unlock_irqrestore(&tn->binds.lock, flags);
}

/* A case that the last walk found as well is a state that goes on, not an event. */
static bool was_case(const struct tcpwhy_net *tn, const struct tcpwhy_port_case *found)
{
	int i;

	for (i = 0; i < TCPWHY_PORT_CASES; i++)
		if (tn->cases[i].rport == found->rport &&
		    tcpwhy_addr_equal(&tn->cases[i].remote, &found->remote) &&
		    tcpwhy_addr_equal(&tn->cases[i].local, &found->local))
			return true;
	return false;
}

static bool report_case(struct tcpwhy_net *tn, const struct entry *e, u32 usable,
			const struct tcpwhy_port_case *found)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_PORTS,
		.now_ns = ktime_get_boottime_ns(),
		.peer = e->remote,
		.rport = e->rport,
		.ports = {
			.timewait = e->timewait,
			.in_use = e->in_use,
			.usable = usable,
			.still = was_case(tn, found),
		},
	};

	return tcpwhy_observe(tn, &o, TCPWHY_REMEMBER_NOTHING, NULL);
}

/*
 * Who holds most of the ports that bind() wanted. What connect() alone has chosen may be held
 * towards several. Where connections do not even hold half of the ports, other sockets do, and no
 * peer is to be named: NULL.
 */
static const struct entry *find_holder(const struct counts *c)
{
	const struct entry *e, *most = NULL;

	if (!tcpwhy_ports_taken_by_connections(c->taken, c->usable))
		return NULL;
	for (e = c->entries; e < c->entries + ENTRIES; e++)
		if (held(e) && is_in_the_way(c, &e->local) && (!most || held(e) > held(most)))
			most = e;
	return most;
}

/* Return: how often bind() has failed; what is known of it begins anew */
static u32 take_binds(struct tcpwhy_binds *b, struct tcpwhy_process *process)
{
	unsigned long flags;
	u32 failed;

	raw_spin_lock_irqsave(&b->lock, flags);
	failed = b->failed;
	*process = b->process;
	b->failed = 0;
	raw_spin_unlock_irqrestore(&b->lock, flags);
	return failed;
}

/* Without a peer to name it is told of the address that was to be bound. */
static void report_binds(struct tcpwhy_net *tn, const struct counts *c)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_NO_BIND,
		.now_ns = ktime_get_boottime_ns(),
		.peer = c->local,
		.ports.usable = c->usable,
		.ports.taken = min(c->taken, c->usable),
	};
	const struct entry *most = find_holder(c);

	o.ports.binds = take_binds(&tn->binds, &o.process);
	if (most) {
		o.peer = most->remote;
		o.rport = most->rport;
		o.ports.timewait = most->timewait + most->reusable;
		o.ports.in_use = most->in_use;
	}
	tcpwhy_observe(tn, &o, TCPWHY_REMEMBER_NOTHING, NULL);
}

/* A walk of minutes has counted what was there one after the other: is it still so much? */
static void sweep_end(struct tcpwhy_net *tn, enum tcpwhy_walk_place place)
{
	struct tcpwhy_port_case cases[TCPWHY_PORT_CASES] = { };
	const struct counts *c = &counts[place];
	bool is_case = could_be(tn);
	u32 i, n = 0;

	for (i = 0; is_case && i < ENTRIES && n < TCPWHY_PORT_CASES; i++) {
		const struct entry *e = &c->entries[i];

		if (!e->timewait)
			continue;
		cases[n].remote = e->remote;
		cases[n].local = e->local;
		cases[n].rport = e->rport;
		if (report_case(tn, e, c->usable, &cases[n]))
			n++;
		else
			cases[n].rport = 0;
	}
	memcpy(tn->cases, cases, sizeof(cases));
	if (c->binds)
		report_binds(tn, c);
}

static struct tcpwhy_walker walker = {
	.due = is_due,
	.begin = sweep_begin,
	.look = count_own,
	.end = sweep_end,
	.pause = PAUSE,
};

/**
 * tcpwhy_sweep_bind_failed() - bind() has found no local port: who holds them?
 * @sk: TCP socket, with the address that is to be bound; current has locked it
 *
 * Context: process, preemption off.
 */
void tcpwhy_sweep_bind_failed(const struct sock *sk)
{
	struct tcpwhy_binds *b = &tcpwhy_net(sock_net(sk))->binds;
	struct tcpwhy_process process = { };
	unsigned long flags;

	tcpwhy_conn_owner(sk, &process);
	tcpwhy_conn_actor(&process);
	raw_spin_lock_irqsave(&b->lock, flags);
	WRITE_ONCE(b->failed, b->failed + 1); /* pairs with is_due() */
	tcpwhy_socket_local(sk, &b->local);
	b->process = process;
	raw_spin_unlock_irqrestore(&b->lock, flags);
	tcpwhy_walker_hurry(&walker);
}

int tcpwhy_sweep_start(void)
{
	return tcpwhy_walker_start(&walker);
}

void tcpwhy_sweep_stop(void)
{
	tcpwhy_walker_stop(&walker);
}
