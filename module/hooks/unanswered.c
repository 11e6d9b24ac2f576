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
#include "store/cache.h"

#define CONNECTS	64
/* TCP_RTO_MAX, and as much again: so long after a SYN its repetition, or the end, has come. */
#define WAITS		(240 * HZ)

/* @zero: fills the last word */
struct connect_key {
	struct tcpwhy_stall_key conn;
	u32 isn;
	u32 zero;
};

static_assert(sizeof(struct connect_key) ==
	      sizeof(struct tcpwhy_stall_key) + 2 * sizeof(u32));

struct waiting {
	struct connect_key key;
	u32 seen_ms;
	u32 dropped;
	u32 unsent;
	u8 reason;
};

static bool unanswered_is_worth_less(const void *one, const void *other, const void *key,
				     u32 now_ms)
{
	const struct waiting *a = one, *b = other;

	return now_ms - a->seen_ms > now_ms - b->seen_ms;
}

static const struct tcpwhy_cache_kind unanswered_kind = {
	.size = sizeof(struct waiting), .words = sizeof(struct connect_key) / sizeof(u64),
	.ways = CONNECTS, .sets = 1, .less = unanswered_is_worth_less,
};

/*
 * Locked when a SYN is repeated, when this host drops a SYN of its own or the answer to one that
 * waits, and when a connect ends unanswered: by tracepoints, in softirq, or in process context with
 * softirqs on. Nothing is locked inside.
 */
static struct tcpwhy_cache unanswered;

/* Until when an answer may come. Written and read by any hook, without a lock. */
static unsigned long wait_until;
static bool waited;

static struct connect_key key_of(const struct sock *sk)
{
	struct connect_key key = { .isn = READ_ONCE(tcp_sk((struct sock *)sk)->snd_una) };

	tcpwhy_conn_key(sk, &key.conn);
	return key;
}

static struct waiting *begin(const struct tcpwhy_cache_set *set, const struct connect_key *key,
			     u32 now_ms)
{
	struct waiting *w = tcpwhy_cache_room(unanswered_kind, set, key, now_ms);

	if (tcpwhy_cache_is_used(w))
		tcpwhy_count(CONNECTS_REPLACED);
	return tcpwhy_cache_begin(unanswered_kind, w, key);
}

static void note(const struct sock *sk, bool unsent, u8 reason)
{
	u32 now_ms = tcpwhy_ms(ktime_get_boottime_ns());
	struct connect_key key = key_of(sk);
	struct tcpwhy_cache_set set;
	struct waiting *w;

	tcpwhy_cache_lock(&unanswered, unanswered_kind, 0, &set);
	w = tcpwhy_cache_find(unanswered_kind, &set, &key) ?: begin(&set, &key, now_ms);
	w->seen_ms = now_ms;
	w->unsent += unsent;
	if (reason)
		w->reason = reason;
	tcpwhy_cache_unlock(&set);
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
	const struct tcpwhy_stall_key *conn = &w->key.conn;

	if (netns && conn->netns != netns)
		return false;
	return tcpwhy_cache_is_used(w) && w->key.isn + 1 == p->ack && conn->lport == p->dport &&
	       conn->rport == p->sport && tcpwhy_addr_equal(&conn->peer, &p->saddr) &&
	       tcpwhy_addr_equal(&conn->local, &p->daddr);
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
	struct tcpwhy_cache_set set;
	struct waiting *w;
	u32 i;

	tcpwhy_cache_lock(&unanswered, unanswered_kind, 0, &set);
	for (i = 0; i < CONNECTS; i++) {
		w = tcpwhy_cache_way(unanswered_kind, &set, i);
		if (!is_answer(w, syn_ack, netns))
			continue;
		w->dropped++;
		w->reason = reason;
		break;
	}
	tcpwhy_cache_unlock(&set);
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
	struct connect_key key = key_of(sk);
	struct tcpwhy_cache_set set;
	struct waiting *w;

	tcpwhy_cache_lock(&unanswered, unanswered_kind, 0, &set);
	w = tcpwhy_cache_find(unanswered_kind, &set, &key);
	if (w) {
		c->dropped = w->dropped;
		c->unsent = w->unsent;
		c->drop_reason = w->reason;
		tcpwhy_cache_end(w);
	}
	tcpwhy_cache_unlock(&set);
}

/** tcpwhy_unanswered_init() - take the memory, or return -ENOMEM */
int tcpwhy_unanswered_init(void)
{
	return tcpwhy_cache_init(&unanswered, "tcpwhy_unanswered", &unanswered_kind, 0);
}
