// SPDX-License-Identifier: GPL-2.0
/*
 * A black hole may have been spoken of: a router said that packets are too big, and this host did
 * not believe it, or it did not help. Whoever names the hole asks here.
 *
 * What is dropped does not always tell its namespace: then addresses and ports have to do.
 */
#include <linux/spinlock.h>
#include <net/tcp.h>

#include "hooks/socket.h"
#include "hooks/unheard.h"
#include "netns.h"

#define PLACES		64
/* As long as the kernel remembers such a message (net.ipv4.route.mtu_expires). */
#define FORGET_MS	600000

struct place {
	struct tcpwhy_quoted quoted;
	struct tcpwhy_unheard said;
	u32 seen_ms;
};

static struct {
	/*
	 * Protects what follows. Taken for messages that come while a connection stalls, and
	 * when a retransmission timer expires: by the kprobes and tracepoints, in softirq or in
	 * process context with softirqs on. Hence interrupts are off. Nothing is locked inside
	 * it. Raw: on PREEMPT_RT a probe may not sleep either.
	 */
	raw_spinlock_t lock;
	struct place v[PLACES];
} unheard = { .lock = __RAW_SPIN_LOCK_UNLOCKED(unheard.lock) };

static bool is_about(const struct place *p, const struct tcpwhy_quoted *q, u32 now_ms)
{
	if (p->quoted.netns && q->netns && p->quoted.netns != q->netns)
		return false;
	return p->said.count && now_ms - p->seen_ms < FORGET_MS && p->quoted.rport == q->rport &&
	       (!p->quoted.lport || p->quoted.lport == q->lport) &&
	       tcpwhy_addr_equal(&p->quoted.peer, &q->peer) &&
	       (!p->quoted.lport || tcpwhy_addr_equal(&p->quoted.local, &q->local));
}

static struct place *find(const struct tcpwhy_quoted *q, u32 now_ms)
{
	struct place *p;

	lockdep_assert_held(&unheard.lock);
	for (p = unheard.v; p < unheard.v + PLACES; p++)
		if (is_about(p, q, now_ms))
			return p;
	return NULL;
}

static struct place *oldest(u32 now_ms)
{
	struct place *p, *found = unheard.v;

	lockdep_assert_held(&unheard.lock);
	for (p = unheard.v; p < unheard.v + PLACES && found->said.count; p++)
		if (!p->said.count || now_ms - p->seen_ms > now_ms - found->seen_ms)
			found = p;
	return found;
}

/**
 * tcpwhy_unheard_note() - a router said that a packet is too big, and that does not help
 * @quoted: what the packet was of
 * @router: who said so
 * @said: MTU that it named; 0: none
 * @reason: &enum tcpwhy_drop_reason
 *
 * Context: any but NMI.
 */
void tcpwhy_unheard_note(const struct tcpwhy_quoted *quoted, const struct tcpwhy_addr *router,
			 u32 said, u8 reason)
{
	u32 now_ms = tcpwhy_ms(ktime_get_boottime_ns());
	unsigned long flags;
	struct place *p;

	raw_spin_lock_irqsave(&unheard.lock, flags);
	p = find(quoted, now_ms);
	if (!p || p->said.reason != reason) {
		p = p ? p : oldest(now_ms);
		*p = (struct place){ .quoted = *quoted };
	}
	p->said.router = *router;
	p->said.said = said;
	p->said.reason = reason;
	p->said.count++;
	p->seen_ms = now_ms;
	raw_spin_unlock_irqrestore(&unheard.lock, flags);
}

/**
 * tcpwhy_unheard_find() - was anything said of a connection's packets, in vain?
 * @sk: its socket
 * @said: result; left alone if not
 *
 * Context: any but NMI.
 */
void tcpwhy_unheard_find(const struct sock *sk, struct tcpwhy_unheard *said)
{
	u32 now_ms = tcpwhy_ms(ktime_get_boottime_ns());
	struct tcpwhy_observation o;
	struct tcpwhy_quoted q;
	unsigned long flags;
	struct place *p;

	tcpwhy_socket_peer(sk, &o);
	tcpwhy_socket_local(sk, &q.local);
	q.netns = tcpwhy_net(sock_net(sk))->id;
	q.peer = o.peer;
	q.lport = o.lport;
	q.rport = o.rport;
	raw_spin_lock_irqsave(&unheard.lock, flags);
	p = find(&q, now_ms);
	if (p)
		*said = p->said;
	raw_spin_unlock_irqrestore(&unheard.lock, flags);
}
