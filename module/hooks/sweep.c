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
#include <linux/workqueue.h>
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

/* Used by the work item alone. */
static struct {
	struct entry entries[ENTRIES];
	u64 netns;	/* namespace that is walked; 0: none */
	u64 last_netns;	/* namespace that was walked last */
	u32 bucket;
	u32 usable;
	int low, high;
} walk;

static void sweep(struct work_struct *work);
static DECLARE_DELAYED_WORK(sweep_work, sweep);

static u32 usable_ports(struct net *net, int *low, int *high)
{
	u32 usable;
	int port;

	tcpwhy_local_port_range(net, low, high);
	usable = *high - *low + 1;
	if (!net->ipv4.sysctl_local_reserved_ports)
		return usable;
	port = *low;
	for_each_set_bit_from(port, net->ipv4.sysctl_local_reserved_ports, *high + 1)
		usable--;
	return usable;
}

/*
 * Where four neighbours are taken by others, the least of them loses one (a
 * frequent-items count, Misra and Gries 1982): what is counted is never too
 * much, and who holds most of the ports cannot be crowded out.
 */
static struct entry *entry_of(const struct entry *key)
{
	u32 at = jhash(key, offsetof(struct entry, timewait), 0);
	struct entry *e, *least = NULL;
	u32 i;

	for (i = 0; i < PROBES; i++) {
		e = &walk.entries[(at + i) % ENTRIES];
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

static void count_socket(const struct sock *sk)
{
	struct tcpwhy_observation o = { };
	struct entry key, *e;

	tcpwhy_socket_peer(sk, &o);
	if (o.lport < walk.low || o.lport > walk.high)
		return;
	if (sk->sk_state == TCP_TIME_WAIT && reusable(sk, &o.peer))
		return;
	memset(&key, 0, sizeof(key)); /* padding too: it is compared */
	key.remote = o.peer;
	key.rport = o.rport;
	tcpwhy_socket_local(sk, &key.local);
	e = entry_of(&key);
	if (!e)
		return;
	if (sk->sk_state == TCP_TIME_WAIT)
		e->timewait++;
	else
		e->in_use++;
}

static void count_own(struct sock *sk, void *ctx)
{
	const struct tcpwhy_net *tn = ctx;

	if (net_eq(sock_net(sk), tn->net) && sk->sk_state != TCP_NEW_SYN_RECV)
		count_socket(sk);
}

static void walk_begin(struct tcpwhy_net *tn, u32 usable, int low, int high)
{
	tcpwhy_count(SWEEPS);
	memset(walk.entries, 0, sizeof(walk.entries));
	walk.netns = tn->id;
	walk.bucket = 0;
	walk.usable = usable;
	walk.low = low;
	walk.high = high;
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

static bool report_case(struct tcpwhy_net *tn, const struct entry *e,
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
			.usable = walk.usable,
			.still = was_case(tn, found),
		},
	};
	bool is_case;

	rcu_read_lock();
	is_case = tcpwhy_observe(tn, &o, TCPWHY_REMEMBER_NOTHING, NULL);
	rcu_read_unlock();
	return is_case;
}

static void walk_end(struct tcpwhy_net *tn)
{
	struct tcpwhy_port_case cases[TCPWHY_PORT_CASES] = { };
	u32 i, n = 0;

	for (i = 0; i < ENTRIES && n < TCPWHY_PORT_CASES; i++) {
		const struct entry *e = &walk.entries[i];

		cases[n].remote = e->remote;
		cases[n].local = e->local;
		cases[n].rport = e->rport;
		if (e->timewait && report_case(tn, e, &cases[n]))
			n++;
		else
			cases[n].rport = 0;
	}
	memcpy(tn->cases, cases, sizeof(cases));
	walk.last_netns = walk.netns;
	walk.netns = 0;
}

/* The namespace after the one walked last whose ports could be used up. */
static bool find_case(void)
{
	struct tcpwhy_net *tn = tcpwhy_netns_by_id(walk.last_netns), *first = tn;
	int low, high;
	u32 usable;

	do {
		tn = tcpwhy_netns_next(tn);
		if (!tn || !tcpwhy_tw_count(tn->net))
			continue;
		usable = usable_ports(tn->net, &low, &high);
		if ((u64)tcpwhy_tw_count(tn->net) * 100 >=
		    (u64)usable * TCPWHY_PORTS_NEARLY_PERCENT) {
			walk_begin(tn, usable, low, high);
			return true;
		}
	} while (tn != first);
	return false;
}

static void sweep(struct work_struct *work)
{
	struct tcpwhy_net *tn;

	tcpwhy_netns_lock();
	if (!walk.netns)
		find_case();
	tn = walk.netns ? tcpwhy_netns_by_id(walk.netns) : NULL;
	if (!tn)
		walk.netns = 0; /* gone meanwhile */
	else if (tcpwhy_walk_step(tn->net->ipv4.tcp_death_row.hashinfo, &walk.bucket, count_own,
				  tn))
		walk_end(tn);
	tcpwhy_netns_unlock();
	schedule_delayed_work(&sweep_work, walk.netns ? TCPWHY_WALK_STEP : PAUSE);
}

int tcpwhy_sweep_start(void)
{
	schedule_delayed_work(&sweep_work, PAUSE);
	return 0;
}

void tcpwhy_sweep_stop(void)
{
	cancel_delayed_work_sync(&sweep_work);
}
