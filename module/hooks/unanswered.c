// SPDX-License-Identifier: GPL-2.0
/*
 * A connect whose SYN is not answered may be this host's own doing: it dropped the SYN, or the
 * answer. What is seen of that is kept until the connect ends.
 */
#include <linux/sched.h>
#include <net/tcp.h>

#include "hooks/conn.h"
#include "hooks/unanswered.h"
#include "hooks/socket.h"
#include "netns.h"
#include "stats.h"

#define CONNECTS	64
/* TCP_RTO_MAX, and as much again: so long after a SYN its repetition, or the end, has come. */
#define WAITS		(240 * HZ)

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
} unanswered = { .lock = __RAW_SPIN_LOCK_UNLOCKED(unanswered.lock) };

/* Until when an answer may come. Written and read by any hook, without a lock. */
static unsigned long wait_until;
static bool waited;

static struct waiting *find(const struct tcpwhy_stall_key *key, u32 isn)
{
	struct waiting *w;

	lockdep_assert_held(&unanswered.lock);
	for (w = unanswered.v; w < unanswered.v + CONNECTS; w++)
		if (w->used && w->isn == isn && !memcmp(&w->key, key, sizeof(*key)))
			return w;
	return NULL;
}

/* A free place, or that of the one seen longest ago. */
static struct waiting *oldest(u32 now_ms)
{
	struct waiting *w, *found = unanswered.v;

	lockdep_assert_held(&unanswered.lock);
	for (w = unanswered.v; w < unanswered.v + CONNECTS; w++) {
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
	raw_spin_lock_irqsave(&unanswered.lock, flags);
	w = make(&key, READ_ONCE(tcp_sk((struct sock *)sk)->snd_una), now_ms);
	w->unsent += unsent;
	if (reason)
		w->reason = reason;
	raw_spin_unlock_irqrestore(&unanswered.lock, flags);
	WRITE_ONCE(wait_until, jiffies + WAITS);
	WRITE_ONCE(waited, true);
}

/**
 * tcpwhy_unanswered_wait() - a SYN of this host was sent again
 * @sk: its socket, in SYN_SENT
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_unanswered_wait(const struct sock *sk)
{
	note(sk, false, TCPWHY_DROP_REASON_UNSPEC);
}

/** tcpwhy_unanswered_any() - may a connect wait for an answer? */
bool tcpwhy_unanswered_any(void)
{
	return READ_ONCE(waited) && time_before(jiffies, READ_ONCE(wait_until));
}

/**
 * tcpwhy_unanswered_unsent() - this host dropped a SYN of its own
 * @sk: its socket, in SYN_SENT
 * @reason: &enum tcpwhy_drop_reason
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_unanswered_unsent(const struct sock *sk, u8 reason)
{
	note(sk, true, reason);
}

static bool is_answer(const struct waiting *w, const struct tcpwhy_packet *p, u64 netns)
{
	if (netns && w->key.netns != netns)
		return false;
	return w->used && w->isn + 1 == p->ack && w->key.lport == p->dport &&
	       w->key.rport == p->sport && tcpwhy_addr_equal(&w->key.peer, &p->saddr) &&
	       tcpwhy_addr_equal(&w->key.local, &p->daddr);
}

/**
 * tcpwhy_unanswered_dropped() - this host dropped a SYN-ACK
 * @syn_ack: it
 * @netns: &struct tcpwhy_net.id; 0: it does not tell it any more
 * @reason: &enum tcpwhy_drop_reason
 *
 * What is dropped does not always tell its namespace: the addresses, ports and the number
 * that it acknowledges do, but where two hosts of one kernel are alike in all of them.
 *
 * Context: any but NMI.
 */
void tcpwhy_unanswered_dropped(const struct tcpwhy_packet *syn_ack, u64 netns, u8 reason)
{
	struct waiting *w;
	unsigned long flags;

	raw_spin_lock_irqsave(&unanswered.lock, flags);
	for (w = unanswered.v; w < unanswered.v + CONNECTS; w++) {
		if (!is_answer(w, syn_ack, netns))
			continue;
		w->dropped++;
		w->reason = reason;
		break;
	}
	raw_spin_unlock_irqrestore(&unanswered.lock, flags);
}

/**
 * tcpwhy_unanswered_take() - a connect ends: what did this host do to it?
 * @sk: its socket, which was in SYN_SENT
 * @c: @dropped, @unsent and @drop_reason are filled in
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_unanswered_take(const struct sock *sk, struct tcpwhy_conn *c)
{
	struct tcpwhy_stall_key key;
	unsigned long flags;
	struct waiting *w;

	tcpwhy_conn_key(sk, &key);
	raw_spin_lock_irqsave(&unanswered.lock, flags);
	w = find(&key, READ_ONCE(tcp_sk((struct sock *)sk)->snd_una));
	if (w) {
		c->dropped = w->dropped;
		c->unsent = w->unsent;
		c->drop_reason = w->reason;
		w->used = false;
	}
	raw_spin_unlock_irqrestore(&unanswered.lock, flags);
}
