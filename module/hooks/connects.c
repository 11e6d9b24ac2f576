// SPDX-License-Identifier: GPL-2.0
/*
 * The latest connects of this host. A SYN-ACK that meets no socket may be the answer to a
 * connect that its program dropped because another one had won (happy eyeballs), or come from
 * another address than the one that was called.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/sched.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "hooks/connects.h"
#include "hooks/socket.h"
#include "store/cache.h"
#include "store/flows.h"

#define ORDER	10	/* 1024: at a thousand connects a second, those of the last second */

/*
 * RFC 8305, 8: the next attempt begins 250 ms after the one before by default, and 2 s at most.
 * What begins further apart is another try, after the first was given up.
 */
#define TOGETHER_MS	2500
/* Who has won lets the others go at once; on a busy machine it takes a moment. */
#define LETS_GO_MS	1000

/**
 * struct connect - one of them
 * @key: &struct tcpwhy_net.id, and the local port in the lowest 16 bits
 * @waits: it is not answered, and not given up
 * @won: it was answered at @won_ms
 * @rport: remote port
 * @isn: sequence number of its SYN
 * @pid: thread group id of the program; 0: not known
 * @began_ms: when its first SYN was sent, CLOCK_BOOTTIME
 * @won_ms: when it was answered
 * @peer: who is called
 */
struct connect {
	u64 key;
	bool waits;
	bool won;
	u16 rport;
	u32 isn;
	u32 pid;
	u32 began_ms;
	u32 won_ms;
	struct tcpwhy_addr peer;
};

static const struct tcpwhy_cache_kind connect_kind = {
	.size = sizeof(struct connect), .words = 1, .ways = 1, .sets = BIT(ORDER),
};

/*
 * Locked by net_dev_queue, by sock:inet_sock_set_state, and by the probes on replies: in all
 * contexts of hooks/observe.h. Nothing is locked inside.
 */
static struct tcpwhy_cache connects;

#define CALLERS_ORDER	8	/* a SYN waits for its neighbour for some moments */

/*
 * Who has called connect(): some bits of the socket's address, and below them the thread group
 * id. A SYN may leave in softirq, when the neighbour has answered. Written and read as one,
 * without a lock, by any context that a hook runs in; a newer one takes the place of an older.
 */
static atomic64_t callers[1 << CALLERS_ORDER];

static u64 caller_tag(const struct sock *sk)
{
	return (u64)(u32)((unsigned long)sk >> 4) << 32;
}

static atomic64_t *caller_place(const struct sock *sk)
{
	return &callers[hash_ptr((void *)sk, CALLERS_ORDER)];
}

/**
 * tcpwhy_connects_called() - a program calls connect()
 * @sk: TCP socket, which has just got to SYN_SENT
 *
 * Context: any but NMI; the program's, as a rule.
 */
void tcpwhy_connects_called(const struct sock *sk)
{
	u32 pid = in_task() && !(current->flags & PF_KTHREAD) ? task_tgid_nr(current) : 0;

	atomic64_set(caller_place(sk), caller_tag(sk) | pid);
}

static u32 caller(const struct sock *sk)
{
	u64 known = atomic64_read(caller_place(sk));

	return known >> 32 << 32 == caller_tag(sk) ? (u32)known : 0;
}

static u64 connect_key(u64 netns, u16 lport)
{
	return netns << 16 | lport;
}

/* Return: NULL if another port, or none, has its place */
static struct connect *connect_lock(u64 netns, u16 lport, struct tcpwhy_cache_set *set)
	__acquires(set)
{
	u64 key = connect_key(netns, lport);

	tcpwhy_cache_lock(&connects, connect_kind, hash_64(key, ORDER), set);
	return tcpwhy_cache_find(connect_kind, set, &key);
}

static u32 now_ms(void)
{
	return tcpwhy_ms(ktime_get_boottime_ns());
}

static u32 isn_of(const struct sock *sk)
{
	/* Until it is answered nothing but the SYN is acknowledged, and that only then. */
	return tcp_sk((struct sock *)sk)->snd_una;
}

static bool is_to(const struct connect *c, const struct tcpwhy_observation *o)
{
	return c && c->rport == o->rport && tcpwhy_addr_equal(&c->peer, &o->peer);
}

/**
 * tcpwhy_connects_began() - a SYN leaves
 * @sk: TCP socket, in SYN_SENT
 *
 * Its repetitions change nothing. The program is known from tcpwhy_connects_called().
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_connects_began(const struct sock *sk)
{
	u64 netns = tcpwhy_net(sock_net(sk))->id;
	struct tcpwhy_observation o;
	struct tcpwhy_cache_set set;
	struct connect *c;

	tcpwhy_socket_peer(sk, &o);
	c = connect_lock(netns, o.lport, &set);
	if (!is_to(c, &o) || c->isn != isn_of(sk)) {
		c = tcpwhy_cache_way(connect_kind, &set, 0);
		c->key = connect_key(netns, o.lport);
		c->waits = true;
		c->won = false;
		c->rport = o.rport;
		c->peer = o.peer;
		c->isn = isn_of(sk);
		c->pid = caller(sk);
		c->began_ms = now_ms();
	}
	tcpwhy_cache_unlock(&set);
}

static u32 ends(const struct sock *sk, bool won)
{
	struct tcpwhy_observation o;
	struct tcpwhy_cache_set set;
	struct connect *c;
	u32 pid = 0;

	tcpwhy_socket_peer(sk, &o);
	c = connect_lock(tcpwhy_net(sock_net(sk))->id, o.lport, &set);
	if (is_to(c, &o) && c->waits) {
		c->waits = false;
		c->won = won;
		c->won_ms = now_ms();
		pid = c->pid;
	}
	tcpwhy_cache_unlock(&set);
	return pid;
}

/**
 * tcpwhy_connects_won() - a connect was answered
 * @sk: its socket, about to leave SYN_SENT
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_connects_won(const struct sock *sk)
{
	ends(sk, true);
}

/**
 * tcpwhy_connects_ended() - a connect was given up
 * @sk: its socket
 *
 * Context: any but NMI, under RCU.
 * Return: thread group id of the program that had begun it; 0: not known
 */
u32 tcpwhy_connects_ended(const struct sock *sk)
{
	/* Its SYN may still wait for the neighbour. */
	return ends(sk, false) ?: caller(sk);
}

/* A connect that died; all of it from the memory of its flow. */
struct dropped {
	u32 pid;
	u32 began_ms;
	u32 died_ms;
};

static bool is_apart(u32 a_ms, u32 b_ms, u32 most_ms)
{
	return min(a_ms - b_ms, b_ms - a_ms) > most_ms;
}

/*
 * Of the same program, to the same port of another address. What had won before the other one
 * began was no race.
 */
static bool has_won(const struct connect *c, u64 netns, const struct tcpwhy_observation *o,
		    const struct dropped *dropped)
{
	return c->won && c->pid == dropped->pid && c->key >> 16 == netns && c->rport == o->rport &&
	       !tcpwhy_addr_equal(&c->peer, &o->peer) &&
	       !tcpwhy_before(c->won_ms, dropped->began_ms) &&
	       !tcpwhy_before(c->won_ms + LETS_GO_MS, dropped->died_ms);
}

/* IPv6 and IPv4: whenever the second began. Else at about the same time: it may be another try. */
static bool is_rival(const struct connect *c, const struct tcpwhy_observation *o,
		     const struct dropped *dropped, bool other_family)
{
	if (other_family)
		return tcpwhy_addr_is_v4(&c->peer) != tcpwhy_addr_is_v4(&o->peer);
	return !is_apart(c->began_ms, dropped->began_ms, TOGETHER_MS);
}

/* Some thousand instructions, for a connect that its program gives up. */
static bool lost_to_another(u64 netns, const struct tcpwhy_observation *o,
			    const struct dropped *dropped, bool other_family)
{
	const struct connect *all = connects.entries, *c;
	struct tcpwhy_cache_set set;
	bool found = false;
	u32 i;

	for (i = 0; i < connect_kind.sets && !found; i++) {
		c = &all[i];
		if (likely(READ_ONCE(c->pid) != dropped->pid))
			continue;
		tcpwhy_cache_lock(&connects, connect_kind, i, &set);
		found = has_won(c, netns, o, dropped) && is_rival(c, o, dropped, other_family);
		tcpwhy_cache_unlock(&set);
	}
	return found;
}

static bool find_dropped(const struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
			 struct dropped *dropped)
{
	const struct tcpwhy_flow *f;
	struct tcpwhy_flow_ref ref;
	bool found;

	tcpwhy_flow_get(&ref, tn, &o->peer, o->lport, o->rport, TCPWHY_FLOW_FIND, o->now_ns);
	f = ref.flow;
	found = f && f->died_in == TCPWHY_SYN_SENT && f->connect_pid;
	if (found) {
		dropped->pid = f->connect_pid;
		dropped->died_ms = f->died_ms;
		dropped->began_ms = f->died_ms - f->connect_ms;
	}
	tcpwhy_flow_put(&ref);
	return found;
}

/* Who else could know the number of our SYN? */
static void find_waiting(u64 netns, struct tcpwhy_observation *o)
{
	struct tcpwhy_cache_set set;
	const struct connect *c;

	c = connect_lock(netns, o->lport, &set);
	if (c && c->waits && c->isn + 1 == o->packet->ack &&
	    !tcpwhy_addr_equal(&c->peer, &o->peer)) {
		o->conn.answers = true;
		o->conn.via = c->peer;
		o->conn.via_port = c->rport;
	}
	tcpwhy_cache_unlock(&set);
}

/**
 * tcpwhy_connects_ask() - which connect is a SYN-ACK for, that meets no socket?
 * @tn: namespace
 * @o: the SYN-ACK; @o->conn is filled in
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_connects_ask(const struct tcpwhy_net *tn, struct tcpwhy_observation *o)
{
	struct dropped dropped;

	if (find_dropped(tn, o, &dropped))
		o->conn.rival = lost_to_another(tn->id, o, &dropped, false);
	else
		find_waiting(tn->id, o);
}

/**
 * tcpwhy_connects_lost_race() - did another connect of the same program win?
 * @sk: socket of a connect that its program abandons; see tcpwhy_connects_ended() afterwards
 *
 * A program that tries IPv6 and IPv4 at once takes what answers first, and abandons the other:
 * nobody is hurt by that. Only the other of the two counts: a program that connects to several
 * servers always has some that answer.
 *
 * Context: any but NMI, under RCU.
 */
bool tcpwhy_connects_lost_race(const struct sock *sk)
{
	u64 netns = tcpwhy_net(sock_net(sk))->id;
	struct dropped dropped = { .died_ms = now_ms() };
	struct tcpwhy_observation o;
	struct tcpwhy_cache_set set;
	const struct connect *c;

	tcpwhy_socket_peer(sk, &o);
	c = connect_lock(netns, o.lport, &set);
	if (is_to(c, &o)) {
		dropped.pid = c->pid;
		dropped.began_ms = c->began_ms;
	}
	tcpwhy_cache_unlock(&set);
	return dropped.pid && lost_to_another(netns, &o, &dropped, true);
}

/** tcpwhy_connects_init() - take the memory, or return -ENOMEM */
int tcpwhy_connects_init(void)
{
	return tcpwhy_cache_init(&connects, "tcpwhy_connects", &connect_kind, 0);
}
