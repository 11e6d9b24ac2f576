// SPDX-License-Identifier: GPL-2.0
/*
 * A slow walk over the established and TIME_WAIT sockets that counts local
 * ports by remote address and port. It begins only where a namespace has so
 * many TIME_WAITs that its ports could be used up, and looks at a bounded
 * number of buckets a second.
 */
#include <linux/bitmap.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "causes/causes.h"
#include "compat/compat.h"
#include "hooks/observe.h"
#include "hooks/socket.h"
#include "hooks/sweep.h"
#include "hooks/walk.h"
#include "stats.h"

#define PAUSE			(2 * HZ)	/* between looks at the namespaces' counts */
#define ENTRIES			1024
#define PROBES			4		/* neighbours in which an entry may lie */

struct entry {
	struct tcpwhy_addr remote;
	struct tcpwhy_addr local;
	u16 rport;
	u32 timewait;
	u32 in_use;
};

/* What a walk has counted so far. Used by the work item alone. */
static struct counts {
	struct entry entries[ENTRIES];
	u32 usable;
	int low, high;
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
		if (!least || e->timewait + e->in_use < least->timewait + least->in_use)
			least = e;
	}
	if (least->timewait + least->in_use) {
		tcpwhy_count(SWEEP_CROWDED);
		if (least->timewait)
			least->timewait--;
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

static void count_socket(struct counts *c, const struct sock *sk)
{
	struct tcpwhy_observation o = { };
	struct entry key, *e;

	tcpwhy_socket_peer(sk, &o);
	if (o.lport < c->low || o.lport > c->high)
		return;
	if (sk->sk_state == TCP_TIME_WAIT && reusable(sk, &o.peer))
		return;
	memset(&key, 0, sizeof(key)); /* padding too: it is compared */
	key.remote = o.peer;
	key.rport = o.rport;
	tcpwhy_socket_local(sk, &key.local);
	e = entry_of(c, &key);
	if (!e)
		return;
	if (sk->sk_state == TCP_TIME_WAIT)
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

static void sweep_begin(struct tcpwhy_net *tn, enum tcpwhy_walk_place place)
{
	struct counts *c = &counts[place];

	memset(c->entries, 0, sizeof(c->entries));
	c->usable = usable_ports(tn->net, &c->low, &c->high);
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
}

static struct tcpwhy_walker walker = {
	.due = could_be,
	.begin = sweep_begin,
	.look = count_own,
	.end = sweep_end,
	.pause = PAUSE,
};

int tcpwhy_sweep_start(void)
{
	return tcpwhy_walker_start(&walker);
}

void tcpwhy_sweep_stop(void)
{
	tcpwhy_walker_stop(&walker);
}
