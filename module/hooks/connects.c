// SPDX-License-Identifier: GPL-2.0
/*
 * A connect whose SYN is not answered may be this host's own doing: it dropped the SYN, or the
 * answer. What is seen of that is kept until the connect ends.
 *
 * A program that tries IPv6 and IPv4 at once, and takes what answers first, abandons the other
 * (RFC 8305): nobody is hurt by that.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <net/tcp.h>

#include "hooks/conn.h"
#include "hooks/connects.h"
#include "hooks/socket.h"
#include "netns.h"
#include "stats.h"

#define CONNECTS	64
/* TCP_RTO_MAX, and as much again: so long after a SYN its repetition, or the end, has come. */
#define WAITS		(240 * HZ)
#define RACES		16	/* connects of one CPU that were answered last */
#define RACE_MS		1000	/* a program closes what it does not take within this */
#define FILES_MAX	1024	/* of a program are compared */

struct waiting {
	struct tcpwhy_stall_key key;
	u32 isn;
	u32 seen_ms;
	u32 dropped;
	u32 unsent;
	u8 reason;
	bool used;
};

static struct {
	/*
	 * Protects what follows. Taken when a SYN is repeated, when this host drops a SYN of its
	 * own or the answer to one that waits, and when a connect ends unanswered: by tracepoints,
	 * in softirq, or in process context with softirqs on. Hence interrupts are off. Nothing is
	 * locked inside it. Raw: on PREEMPT_RT a probe may not sleep either.
	 */
	raw_spinlock_t lock;
	struct waiting v[CONNECTS];
} connects = { .lock = __RAW_SPIN_LOCK_UNLOCKED(connects.lock) };

/* Until when an answer may come. Written and read by any hook, without a lock. */
static unsigned long wait_until;
static bool waited;

static struct waiting *find(const struct tcpwhy_stall_key *key, u32 isn)
{
	struct waiting *w;

	lockdep_assert_held(&connects.lock);
	for (w = connects.v; w < connects.v + CONNECTS; w++)
		if (w->used && w->isn == isn && !memcmp(&w->key, key, sizeof(*key)))
			return w;
	return NULL;
}

/* A free place, or that of the one seen longest ago. */
static struct waiting *oldest(u32 now_ms)
{
	struct waiting *w, *found = connects.v;

	lockdep_assert_held(&connects.lock);
	for (w = connects.v; w < connects.v + CONNECTS; w++) {
		if (!w->used)
			return w;
		if (now_ms - w->seen_ms > now_ms - found->seen_ms)
			found = w;
	}
	tcpwhy_count(CONNECTS_REPLACED);
	return found;
}

static struct waiting *make(const struct tcpwhy_stall_key *key, u32 isn, u32 now_ms)
{
	struct waiting *w = find(key, isn);

	if (!w) {
		w = oldest(now_ms);
		*w = (struct waiting){ .key = *key, .isn = isn, .used = true };
	}
	w->seen_ms = now_ms;
	return w;
}

static void note(const struct sock *sk, bool unsent, u8 reason)
{
	u32 now_ms = tcpwhy_ms(ktime_get_boottime_ns());
	struct tcpwhy_stall_key key;
	unsigned long flags;
	struct waiting *w;

	tcpwhy_conn_key(sk, &key);
	raw_spin_lock_irqsave(&connects.lock, flags);
	w = make(&key, READ_ONCE(tcp_sk((struct sock *)sk)->snd_una), now_ms);
	w->unsent += unsent;
	if (reason)
		w->reason = reason;
	raw_spin_unlock_irqrestore(&connects.lock, flags);
	WRITE_ONCE(wait_until, jiffies + WAITS);
	WRITE_ONCE(waited, true);
}

/**
 * tcpwhy_connects_wait() - a SYN of this host was sent again
 * @sk: its socket, in SYN_SENT
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_connects_wait(const struct sock *sk)
{
	note(sk, false, TCPWHY_DROP_REASON_UNSPEC);
}

/** tcpwhy_connects_any() - may a connect wait for an answer? */
bool tcpwhy_connects_any(void)
{
	return READ_ONCE(waited) && time_before(jiffies, READ_ONCE(wait_until));
}

/**
 * tcpwhy_connects_unsent() - this host dropped a SYN of its own
 * @sk: its socket, in SYN_SENT
 * @reason: &enum tcpwhy_drop_reason
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_connects_unsent(const struct sock *sk, u8 reason)
{
	note(sk, true, reason);
}

static bool is_answer(const struct waiting *w, const struct tcpwhy_packet *p)
{
	return w->used && w->isn + 1 == p->ack && w->key.lport == p->dport &&
	       w->key.rport == p->sport && tcpwhy_addr_equal(&w->key.peer, &p->saddr) &&
	       tcpwhy_addr_equal(&w->key.local, &p->daddr);
}

/**
 * tcpwhy_connects_dropped() - this host dropped a SYN-ACK
 * @syn_ack: it
 * @reason: &enum tcpwhy_drop_reason
 *
 * What is dropped does not always tell its namespace: the addresses, ports and the number
 * that it acknowledges do, but where two hosts of one kernel are alike in all of them.
 *
 * Context: any but NMI.
 */
void tcpwhy_connects_dropped(const struct tcpwhy_packet *syn_ack, u8 reason)
{
	struct waiting *w;
	unsigned long flags;

	raw_spin_lock_irqsave(&connects.lock, flags);
	for (w = connects.v; w < connects.v + CONNECTS; w++) {
		if (!is_answer(w, syn_ack))
			continue;
		w->dropped++;
		w->reason = reason;
		break;
	}
	raw_spin_unlock_irqrestore(&connects.lock, flags);
}

/**
 * tcpwhy_connects_take() - a connect ends: what did this host do to it?
 * @sk: its socket, which was in SYN_SENT
 * @c: @dropped, @unsent and @drop_reason are filled in
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_connects_take(const struct sock *sk, struct tcpwhy_conn *c)
{
	struct tcpwhy_stall_key key;
	unsigned long flags;
	struct waiting *w;

	tcpwhy_conn_key(sk, &key);
	raw_spin_lock_irqsave(&connects.lock, flags);
	w = find(&key, READ_ONCE(tcp_sk((struct sock *)sk)->snd_una));
	if (w) {
		c->dropped = w->dropped;
		c->unsent = w->unsent;
		c->drop_reason = w->reason;
		w->used = false;
	}
	raw_spin_unlock_irqrestore(&connects.lock, flags);
}

/* A connect that was answered. @file is compared, and never looked into. */
struct won {
	u64 netns;
	const struct file *file;
	u32 at_ms;
	u16 rport;
	bool six;
};

/*
 * Written by the tracepoint of a socket's state with interrupts off, on this CPU; read on any,
 * without a lock: what is torn is at worst no winner.
 */
static DEFINE_PER_CPU(struct won [RACES], races);
static DEFINE_PER_CPU(u32, next_race);

/**
 * tcpwhy_connects_won() - a connect of this host was answered
 * @sk: its socket
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_connects_won(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	struct tcpwhy_observation o;
	unsigned long flags;
	struct won *won;

	if (!sock)
		return;
	tcpwhy_socket_peer(sk, &o);
	local_irq_save(flags);
	won = this_cpu_ptr(races) + this_cpu_inc_return(next_race) % RACES;
	WRITE_ONCE(won->file, READ_ONCE(sock->file));
	WRITE_ONCE(won->netns, tcpwhy_net(sock_net(sk))->id);
	WRITE_ONCE(won->at_ms, tcpwhy_ms(ktime_get_coarse_boottime_ns()));
	WRITE_ONCE(won->rport, o.rport);
	WRITE_ONCE(won->six, !tcpwhy_addr_is_v4(&o.peer));
	local_irq_restore(flags);
}

/* Under RCU. The file of a connect that won may have been closed since: then it is not found. */
static bool is_of_current(const struct file *file)
{
	const struct fdtable *table;
	unsigned int i, n;

	if (!file || !in_task() || !current->files)
		return false;
	table = files_fdtable(current->files);
	n = min_t(unsigned int, table->max_fds, FILES_MAX);
	for (i = 0; i < n; i++)
		if (rcu_access_pointer(table->fd[i]) == file)
			return true;
	return false;
}

static bool won_against(const struct won *won, const struct tcpwhy_observation *loser, u64 netns,
			u32 within_ms, u32 now_ms)
{
	return READ_ONCE(won->netns) == netns && READ_ONCE(won->rport) == loser->rport &&
	       READ_ONCE(won->six) == tcpwhy_addr_is_v4(&loser->peer) &&
	       now_ms - READ_ONCE(won->at_ms) < within_ms && is_of_current(READ_ONCE(won->file));
}

/**
 * tcpwhy_connects_lost_race() - did another connect of the same program win?
 * @sk: socket of a connect that the program abandons
 * @waited_ms: since its first SYN
 *
 * Only one by the other of IPv4 and IPv6 counts, to the same port: a program that connects to
 * several servers always has some that answer.
 *
 * Context: any but NMI, under RCU.
 */
bool tcpwhy_connects_lost_race(const struct sock *sk, u32 waited_ms)
{
	u32 now_ms = tcpwhy_ms(ktime_get_boottime_ns()), within_ms = min(waited_ms, RACE_MS);
	u64 netns = tcpwhy_net(sock_net(sk))->id;
	struct tcpwhy_observation o;
	int cpu, i;

	tcpwhy_socket_peer(sk, &o);
	for_each_possible_cpu(cpu)
		for (i = 0; i < RACES; i++)
			if (won_against(per_cpu_ptr(races, cpu) + i, &o, netns, within_ms, now_ms))
				return true;
	return false;
}
