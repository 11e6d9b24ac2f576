// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_v4_err(), tcp_v6_err(): a router says that a segment was too big. The checksum of the
 * message has been verified by then, and what a firewall dropped is not seen.
 *
 * What comes of it shows later: TCP acts at once, or when the program lets go of the socket,
 * and the next that it does then is tcp_simple_retransmit(), idle or not. If nothing has
 * come of it a second later, nothing will.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/workqueue.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/tcp.h>

#include "hooks/conn.h"
#include "hooks/kprobes.h"
#include "hooks/observe.h"
#include "hooks/socket.h"
#include "hooks/too_big.h"
#include "hooks/unheard.h"
#include "stats.h"
#include "store/cache.h"
#include "store/stalls.h"

#define PAUSE		HZ
#define ACTS_MS		1000
/* A program that holds its socket for longer hangs. */
#define HOLDS_MS	60000
/* As long as the kernel remembers it (net.ipv4.route.mtu_expires). */
#define FORGET_MS	600000
#define LOOKS		64
#define IPV4_MTU_MIN	68	/* RFC 791 */

/* What a router said, and of which connection. */
struct look {
	struct tcpwhy_stall_key key;
	struct tcpwhy_addr router;
	u32 said;
	u32 before;
	u32 since_ms;
	bool waiting;	/* or seen, and kept, as it is not told twice */
};

/* The one seen longest ago; those that wait last of all. */
static bool look_is_worth_less(const void *one, const void *other, const void *key, u32 now_ms)
{
	const struct look *a = one, *b = other;

	if (a->waiting != b->waiting)
		return b->waiting;
	return now_ms - a->since_ms > now_ms - b->since_ms;
}

static const struct tcpwhy_cache_kind look_kind = {
	.size = sizeof(struct look), .words = sizeof(struct tcpwhy_stall_key) / sizeof(u64),
	.ways = LOOKS, .sets = 1, .less = look_is_worth_less,
};

/*
 * Locked for a message about a connection of this host that is news, and for each entry once a
 * second while one is waiting. Nothing is locked inside. By the kprobes, in softirq or, where
 * tcp_simple_retransmit() is called as a program lets go of its socket, in process context; and by
 * the work item.
 */
static struct tcpwhy_cache looks;
static u32 looks_waiting; /* likewise */

static bool is_known(const struct look *look, const struct look *new)
{
	return look->said == new->said &&
	       (look->waiting || new->since_ms - look->since_ms < FORGET_MS);
}

static void wait_for(struct look *look)
{
	lockdep_assert_held(&looks.locks[0]);
	look->waiting = true;
	WRITE_ONCE(looks_waiting, looks_waiting + 1); /* pairs with on_resend() */
}

static void seen(struct look *look)
{
	lockdep_assert_held(&looks.locks[0]);
	look->waiting = false;
	WRITE_ONCE(looks_waiting, looks_waiting - 1);
}

/* Of several while one waits, TCP takes the latest. */
static void put(struct look *look, const struct look *new)
{
	if (look->waiting) {
		look->router = new->router;
		look->said = new->said;
		return;
	}
	*look = *new;
	wait_for(look);
}

static void look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_again);

static void note(const struct look *new)
{
	struct tcpwhy_cache_set set;
	struct look *known, *look;

	tcpwhy_cache_lock(&looks, look_kind, 0, &set);
	known = tcpwhy_cache_find(look_kind, &set, &new->key);
	look = known ? known : tcpwhy_cache_room(look_kind, &set, &new->key, new->since_ms);
	if (!known && look->waiting)
		tcpwhy_count(TOO_BIGS_CROWDED);
	else if (known && is_known(known, new))
		tcpwhy_count(TOO_BIGS_KNOWN);
	else
		put(look, new);
	tcpwhy_cache_unlock(&set);
	schedule_delayed_work(&look_work, PAUSE);
}

static void wait_on(const struct tcpwhy_stall_key *key)
{
	struct tcpwhy_cache_set set;
	struct look *look;

	tcpwhy_cache_lock(&looks, look_kind, 0, &set);
	look = tcpwhy_cache_find(look_kind, &set, key);
	if (look && !look->waiting)
		wait_for(look);
	tcpwhy_cache_unlock(&set);
}

/* Return: whether the path MTU of that connection has been waited for to fall, and did. */
static bool take_fallen(const struct tcpwhy_stall_key *key, u32 pmtu, struct look *copy)
{
	struct tcpwhy_cache_set set;
	struct look *look;
	bool taken;

	tcpwhy_cache_lock(&looks, look_kind, 0, &set);
	look = tcpwhy_cache_find(look_kind, &set, key);
	taken = look && look->waiting && pmtu < look->before;
	if (taken) {
		*copy = *look;
		seen(look);
	}
	tcpwhy_cache_unlock(&set);
	return taken;
}

/* Return: whether entry @i has waited for long enough. */
static bool take_due(u32 i, u32 now_ms, struct look *copy)
{
	struct tcpwhy_cache_set set;
	struct look *look;
	bool due;

	tcpwhy_cache_lock(&looks, look_kind, 0, &set);
	look = tcpwhy_cache_way(look_kind, &set, i);
	due = look->waiting && now_ms - look->since_ms >= ACTS_MS;
	if (due) {
		*copy = *look;
		seen(look);
	}
	tcpwhy_cache_unlock(&set);
	return due;
}

static u32 pmtu_of(const struct sock *sk)
{
	return READ_ONCE(inet_csk((struct sock *)sk)->icsk_pmtu_cookie);
}

/* No router may fragment IPv6. Where the kernel has ended path MTU discovery, it may IPv4. */
static bool stays_whole(const struct sock *sk, const struct tcpwhy_addr *peer)
{
	/* A route that TCP has found itself, or none: no metadata dst gets there. */
	const struct dst_entry *dst = rcu_dereference(sk->sk_dst_cache);

	return !tcpwhy_addr_is_v4(peer) || (dst && ip_dont_fragment(sk, dst));
}

static void judge(const struct sock *sk, const struct look *look)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_TOO_BIG,
		.now_ns = ktime_get_boottime_ns(),
	};

	tcpwhy_socket_peer(sk, &o);
	tcpwhy_conn_owner(sk, &o.process);
	o.too_big.router = look->router;
	o.too_big.said = look->said;
	o.too_big.before = look->before;
	o.too_big.now = pmtu_of(sk);
	o.too_big.size = READ_ONCE(tcp_sk((struct sock *)sk)->mss_cache) + tcpwhy_conn_headers(sk);
	o.too_big.whole = stays_whole(sk, &o.peer);
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NOTHING, NULL);
}

/*
 * A program is at work on it, and TCP has to wait. tcp_release_cb() takes the mark away first,
 * and acts on it then, without letting go of this lock.
 */
static bool is_held(struct sock *sk)
{
	bool held;

	local_bh_disable();
	bh_lock_sock(sk);
	held = test_bit(TCP_MTU_REDUCED_DEFERRED, &sk->sk_tsq_flags);
	bh_unlock_sock(sk);
	local_bh_enable();
	return held;
}

static void look_at(const struct look *look, u32 now_ms)
{
	struct sock *sk;

	rcu_read_lock();
	sk = tcpwhy_conn_find(&look->key);
	if (!sk || !sk_fullsock(sk))
		tcpwhy_count(TOO_BIGS_GONE);
	else if (!is_held(sk))
		judge(sk, look);
	else if (now_ms - look->since_ms < HOLDS_MS)
		wait_on(&look->key);
	else
		tcpwhy_count(TOO_BIGS_GONE);
	if (sk)
		tcpwhy_socket_put(sk);
	rcu_read_unlock();
}

static void look_again(struct work_struct *work)
{
	u32 now_ms = tcpwhy_ms(ktime_get_boottime_ns());
	struct look look;
	u32 i;

	for (i = 0; i < LOOKS; i++) {
		if (take_due(i, now_ms, &look))
			look_at(&look, now_ms);
		cond_resched();
	}
	if (READ_ONCE(looks_waiting))
		schedule_delayed_work(&look_work, PAUSE);
}

static void tell(struct tcpwhy_stall *s, void *ctx)
{
	const struct look *look = ctx;

	tcpwhy_stall_tell(s, look->said, look->since_ms);
}

/* The segment that the message quotes, as far as it has to. */
struct quote {
	struct tcpwhy_addr local;
	struct tcpwhy_addr peer;
	u16 lport;
	u16 rport;
	u32 seq;
};

static void quote_tcp(struct quote *q, const u8 *header)
{
	const struct tcphdr *th = (const struct tcphdr *)header;

	q->lport = ntohs(th->source);
	q->rport = ntohs(th->dest);
	q->seq = ntohl(th->seq);
}

/* As tcp_v4_err() and tcp_v6_err() test it. */
static bool is_under_way(const struct sock *sk, u32 seq)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	const struct request_sock *fastopen = rcu_dereference(tp->fastopen_rsk);
	u32 una = fastopen ? tcp_rsk(fastopen)->snt_isn : READ_ONCE(tp->snd_una);

	return sk->sk_state != TCP_CLOSE && between(seq, una, READ_ONCE(tp->snd_nxt));
}

/* @lport: 0: of any port of this host */
static void in_vain(struct net *net, const struct quote *q, u16 lport, const struct look *look,
		    u8 reason)
{
	const struct tcpwhy_quoted quoted = {
		.netns = tcpwhy_net(net)->id,
		.local = q->local,
		.peer = q->peer,
		.lport = lport,
		.rport = q->rport,
	};

	tcpwhy_unheard_note(&quoted, &look->router, look->said, reason);
}

static void told(const struct sock *sk, const struct quote *q, struct look *new)
{
	if (!is_under_way(sk, q->seq)) {
		tcpwhy_count(TOO_BIGS_OUT_OF_WINDOW);
		return;
	}
	in_vain(sock_net(sk), q, q->lport, new, TCPWHY_DROP_REASON_SIZE);
	new->before = pmtu_of(sk);
	new->since_ms = tcpwhy_ms(ktime_get_boottime_ns());
	if (new->said >= new->before) {
		tcpwhy_count(TOO_BIGS_KNOWN);
		return;
	}
	tcpwhy_conn_key(sk, &new->key);
	tcpwhy_stalls_update(&new->key, new->since_ms, TCPWHY_STALL_MAKE, tell, new);
	note(new);
}

/* Under RCU. */
static void arrived(struct net *net, const struct quote *q, int dev, struct look *new)
{
	struct sock *sk = tcpwhy_socket_of(net, &q->peer, q->rport, &q->local, q->lport, dev);

	if (!sk || !sk_fullsock(sk)) {
		tcpwhy_count(TOO_BIGS_NO_SOCKET);
		if (!sk && tcpwhy_stalls_any())
			in_vain(net, q, 0, new, TCPWHY_DROP_REASON_PORT);
	} else {
		told(sk, q, new);
	}
	if (sk)
		tcpwhy_socket_put(sk);
}

/*
 * tcp_v4_err(skb, info): @skb's data begin with what is quoted, 8 bytes of TCP are there. It has
 * its device, and has been routed: icmp_unreach() and tcp_v4_err() use both.
 */
static int on_v4(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	u32 info = (u32)tcpwhy_arg(regs, 1);
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct look new = { .said = info };
	struct quote q;

	if (icmp_hdr(skb)->type != ICMP_DEST_UNREACH || icmp_hdr(skb)->code != ICMP_FRAG_NEEDED)
		return 0;
	tcpwhy_count(TOO_BIGS);
	/* None at all is of a router older than RFC 1191: the kernel takes its own least. */
	if (info && info < IPV4_MTU_MIN) {
		tcpwhy_count(TOO_BIGS_ABSURD);
		return 0;
	}
	tcpwhy_addr_from_v4(&q.local, &iph->saddr);
	tcpwhy_addr_from_v4(&q.peer, &iph->daddr);
	tcpwhy_addr_from_v4(&new.router, &ip_hdr(skb)->saddr);
	quote_tcp(&q, skb->data + iph->ihl * 4);
	rcu_read_lock();
	arrived(dev_net(skb->dev), &q, inet_iif(skb), &new);
	rcu_read_unlock();
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)

/* tcp_v6_err(skb, opt, type, code, offset, info): likewise */
static int on_v6(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	u8 type = (u8)tcpwhy_arg(regs, 2);
	int offset = (int)tcpwhy_arg(regs, 4);
	__be32 info = (__force __be32)tcpwhy_arg(regs, 5);
	const struct ipv6hdr *hdr = (const struct ipv6hdr *)skb->data;
	struct look new = { .said = ntohl(info) };
	struct quote q;

	if (type != ICMPV6_PKT_TOOBIG)
		return 0;
	tcpwhy_count(TOO_BIGS);
	/* RFC 8201, section 4 */
	if (new.said < IPV6_MIN_MTU) {
		tcpwhy_count(TOO_BIGS_ABSURD);
		return 0;
	}
	tcpwhy_addr_from_v6(&q.local, &hdr->saddr);
	tcpwhy_addr_from_v6(&q.peer, &hdr->daddr);
	tcpwhy_addr_from_v6(&new.router, &ipv6_hdr(skb)->saddr);
	quote_tcp(&q, skb->data + offset);
	rcu_read_lock();
	/* As in core/packet.c: no IPv4 peer is meant. */
	if (tcpwhy_addr_is_v4(&q.peer))
		tcpwhy_count(TOO_BIGS_NO_SOCKET);
	else
		arrived(dev_net(skb->dev), &q, skb->dev->ifindex, &new);
	rcu_read_unlock();
	return 0;
}

#endif

/* tcp_simple_retransmit(sk), sk locked */
static int on_resend(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)tcpwhy_arg(regs, 0);
	struct tcpwhy_stall_key key;
	struct look look;

	if (!READ_ONCE(looks_waiting))
		return 0;
	rcu_read_lock();
	tcpwhy_conn_key(sk, &key);
	if (take_fallen(&key, pmtu_of(sk), &look))
		judge(sk, &look);
	rcu_read_unlock();
	return 0;
}

static struct tcpwhy_kprobe probes[] = {
	{ .symbol = "tcp_v4_err", .handler = on_v4 },
#if IS_ENABLED(CONFIG_IPV6)
	{ .symbol = "tcp_v6_err", .handler = on_v6 },
#endif
	{ .symbol = "tcp_simple_retransmit", .handler = on_resend },
};

/* What was waited for is told no more: nobody sees what came of it. No probe runs. */
static void forget_all(void)
{
	cancel_delayed_work_sync(&look_work);
	tcpwhy_cache_forget(&looks, look_kind, NULL, NULL);
	looks_waiting = 0;
}

/** tcpwhy_too_big_init() - take the memory, or return -ENOMEM */
int tcpwhy_too_big_init(void)
{
	return tcpwhy_cache_init(&looks, "tcpwhy_looks", &look_kind, 0);
}

int tcpwhy_too_big_attach(void)
{
	int err = tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));

	/* The first probes may have run before the last one failed. */
	if (err)
		forget_all();
	return err;
}

void tcpwhy_too_big_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
	forget_all();
}

/** tcpwhy_too_big_missed() - messages not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_too_big_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes));
}
