// SPDX-License-Identifier: GPL-2.0
/*
 * inet_frag_kill(): a datagram in pieces leaves the queue, whole or not. IPv4, IPv6 and
 * conntrack's IPv6 all call it, once a datagram and with the queue locked, so that what
 * had come can be looked at; the drops of the pieces, in skb:kfree_skb, tell neither the
 * namespace nor a copy from an overlap. Whole packets never get here.
 */
#include <linux/hash.h>
#include <linux/icmp.h>
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet_frag.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ipv6_frag.h>

#include "compat/compat.h"
#include "hooks/budget.h"
#include "hooks/fragments.h"
#include "hooks/kprobes.h"
#include "hooks/observe.h"
#include "stats.h"
#include "store/datagrams.h"

enum family {
	FOREIGN, /* 6LoWPAN has queues of its own */
	V4,
	V6,
	V6_CONNTRACK,
};

static u32 seed __read_mostly;

static enum family family_of(const struct fqdir *fqdir)
{
	if (fqdir == fqdir->net->ipv4.fqdir)
		return V4;
#if IS_ENABLED(CONFIG_IPV6)
	if (fqdir == fqdir->net->ipv6.fqdir) /* NULL with ipv6.disable=1 */
		return V6;
#endif
	return strcmp(fqdir->f->frags_cache_name, "nf-frags") ? FOREIGN : V6_CONNTRACK;
}

/* Of a queue's key: addresses, identification, and all else that tells it from others. */
static u32 hash_of(const struct fqdir *fqdir, const void *key, enum family family)
{
	u32 words = (family == V4 ? sizeof(struct frag_v4_compare_key) :
				    sizeof(struct frag_v6_compare_key)) / sizeof(u32);

	return jhash2(key, words, seed ^ hash_ptr(fqdir, 32));
}

static void set_v4(struct tcpwhy_observation *o, const struct frag_v4_compare_key *key)
{
	tcpwhy_addr_from_v4(&o->peer, &key->saddr);
	o->fragments.id = ntohs(key->id);
	o->fragments.protocol = key->protocol;
}

static void set_v6(struct tcpwhy_observation *o, const struct frag_v6_compare_key *key)
{
	tcpwhy_addr_from_v6(&o->peer, &key->saddr);
	o->fragments.id = ntohl(key->id);
}

/* Return: false if nobody on the other side of an IP path sent it */
static bool set_key(struct tcpwhy_observation *o, const void *key, enum family family)
{
	const struct frag_v4_compare_key *v4 = key;

	if (family == FOREIGN || (family == V4 && v4->user == IP_DEFRAG_AF_PACKET)) {
		tcpwhy_count(DATAGRAMS_FOREIGN);
		return false;
	}
	if (family == V4) {
		set_v4(o, v4);
		return true;
	}
	set_v6(o, key);
	if (!tcpwhy_addr_is_v4(&o->peer))
		return true;
	/* As in core/packet.c: no IPv4 peer sent it. */
	tcpwhy_count(MALFORMED);
	return false;
}

static void set_ports(struct tcpwhy_observation *o, const struct sk_buff *first, int at)
{
	const __be16 *ports;
	__be16 buf[2];

	switch (o->fragments.protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		ports = skb_header_pointer(first, at, sizeof(buf), buf);
		if (!ports)
			return;
		o->rport = ntohs(ports[0]);
		o->lport = ntohs(ports[1]);
	}
}

/* Of the header behind IP's: what an event may show of it. */
static u32 header_size(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return sizeof(struct tcphdr);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return sizeof(struct udphdr);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return sizeof(struct icmphdr);
	default:
		return 0;
	}
}

/*
 * What the fragment of the lowest offset says; its data begins behind the headers that
 * each fragment has. In IPv6 only the first one's header of fragmentation counts (RFC
 * 8200, 4.5), and others may stand behind it.
 * Return: bytes of headers that it has
 */
static u32 set_payload(struct tcpwhy_observation *o, const struct sk_buff *skb,
		       enum family family)
{
	u32 headers = -skb_network_offset(skb);
	__be16 offset;
	int at = 0;
	u8 next;

	if (family != V4) {
		next = ((const struct frag_hdr *)skb_transport_header(skb))->nexthdr;
		if (o->fragments.first)
			at = ipv6_skip_exthdr(skb, 0, &next, &offset);
		if (at < 0 || ipv6_ext_hdr(next))
			return headers;
		o->fragments.protocol = next;
	}
	if (!o->fragments.first)
		return headers;
	set_ports(o, skb, at);
	return headers + min_t(u32, at + header_size(o->fragments.protocol), skb_headlen(skb));
}

static void set_queue(struct tcpwhy_fragments *f, const struct inet_frag_queue *q,
		      enum family family)
{
	f->first = q->flags & INET_FRAG_FIRST_IN;
	f->last = q->flags & INET_FRAG_LAST_IN;
	f->came = q->meat;
	f->end = q->len;
	f->largest = q->max_size;
	/* Conntrack does not count the IPv6 header. */
	if (f->largest && family == V6_CONNTRACK)
		f->largest += sizeof(struct ipv6hdr);
	f->wait_ms = jiffies_to_msecs(q->fqdir->timeout);
}

/* The timer says when the first piece came: it runs from then. */
static void set_before(struct tcpwhy_fragments *f, const struct inet_frag_queue *q, u32 hash)
{
	u32 began = (u32)q->timer.expires - q->fqdir->timeout, when;

	f->after_whole_ms = TCPWHY_NEVER_WHOLE;
	if (tcpwhy_datagrams_known(TCPWHY_DATAGRAM_WHOLE, hash, &when) &&
	    (s32)(began - when) >= 0)
		f->after_whole_ms = jiffies_to_msecs(began - when);
	f->seen_refused = tcpwhy_datagrams_known(TCPWHY_DATAGRAM_REFUSED, hash, &when) &&
			  (s32)(when - began) >= 0;
}

static void broken(const struct inet_frag_queue *q, struct tcpwhy_observation *o)
{
	const struct sk_buff *first = skb_rb_first(&q->rb_fragments);
	enum family family = family_of(q->fqdir);
	u32 hash, headers = 0;

	tcpwhy_count(DATAGRAMS_BROKEN);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	if (!set_key(o, &q->key, family))
		return;
	o->now_ns = ktime_get_boottime_ns();
	hash = hash_of(q->fqdir, &q->key, family);
	set_queue(&o->fragments, q, family);
	set_before(&o->fragments, q, hash);
	/* The piece that came too late waits on, for the rest of a datagram that is told. */
	if (o->fragments.reason == TCPWHY_FRAGMENT_REASON_TOO_FAR)
		tcpwhy_datagrams_note(TCPWHY_DATAGRAM_REFUSED, hash, (u32)jiffies);
	if (first)
		headers = set_payload(o, first, family);
	if (o->kind == TCPWHY_KIND_FRAGMENTS_EXPIRED)
		o->mibs = BIT(family == V4 ? TCPWHY_MIB_REASM_TIMEOUT :
					     TCPWHY_MIB_REASM6_TIMEOUT);
	tcpwhy_observe_other(tcpwhy_net(q->fqdir->net), o,
			     first ? skb_network_header(first) : NULL, headers);
}

static void refused(const struct inet_frag_queue *q, enum tcpwhy_fragment_reason reason)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_FRAGMENTS_REFUSED };

	o.fragments.reason = reason;
	broken(q, &o);
}

static void expired(const struct inet_frag_queue *q)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_FRAGMENTS_EXPIRED };

	broken(q, &o);
}

/* ip_frag_queue(), ip6_frag_queue(): it is about to be put together. */
static bool is_whole(const struct inet_frag_queue *q)
{
	return q->flags == (INET_FRAG_FIRST_IN | INET_FRAG_LAST_IN) && q->meat == q->len;
}

static void leaves(const struct inet_frag_queue *q)
{
	/* Killed again: what was whole could not be put together. */
	if (q->flags & INET_FRAG_COMPLETE) {
		if (!RB_EMPTY_ROOT(&q->rb_fragments))
			refused(q, TCPWHY_FRAGMENT_REASON_UNUSABLE);
	} else if (is_whole(q)) {
		tcpwhy_datagrams_note(TCPWHY_DATAGRAM_WHOLE,
				      hash_of(q->fqdir, &q->key, family_of(q->fqdir)),
				      (u32)jiffies);
	} else if (timer_pending(&q->timer)) {
		refused(q, TCPWHY_FRAGMENT_REASON_OVERLAP);
	} else {
		expired(q);
	}
}

/* inet_frag_kill(q, ...), q locked */
static int on_kill(struct kprobe *kp, struct pt_regs *regs)
{
	const struct inet_frag_queue *q = (void *)tcpwhy_arg(regs, 0);

	rcu_read_lock();
	/* A namespace that ends throws away what waits, and after a grace period itself. */
	if (!READ_ONCE(q->fqdir->dead))
		leaves(q);
	rcu_read_unlock();
	return 0;
}

/* ip_frag_reinit(), q locked: the pieces go, and the queue begins anew. */
static void flushed(const struct inet_frag_queue *q)
{
	rcu_read_lock();
	if (!(q->flags & INET_FRAG_COMPLETE) && !READ_ONCE(q->fqdir->dead) &&
	    !RB_EMPTY_ROOT(&q->rb_fragments))
		refused(q, TCPWHY_FRAGMENT_REASON_TOO_FAR);
	rcu_read_unlock();
}

#ifdef TCPWHY_HAVE_FRAG_QUEUE_FLUSH

#define FLUSH	"inet_frag_queue_flush"

/* inet_frag_queue_flush(q, reason) */
static int on_flush(struct kprobe *kp, struct pt_regs *regs)
{
	flushed((void *)tcpwhy_arg(regs, 0));
	return 0;
}

#else

#define FLUSH	"inet_frag_rbtree_purge"

/* inet_frag_rbtree_purge(root); also how a queue that was killed is freed */
static int on_flush(struct kprobe *kp, struct pt_regs *regs)
{
	struct rb_root *root = (void *)tcpwhy_arg(regs, 0);

	flushed(container_of(root, struct inet_frag_queue, rb_fragments));
	return 0;
}

#endif

static struct tcpwhy_kprobe probes[] = {
	{ .symbol = "inet_frag_kill", .handler = on_kill },
	{ .symbol = FLUSH, .handler = on_flush },
};

int tcpwhy_fragments_attach(void)
{
	get_random_bytes(&seed, sizeof(seed));
	return tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));
}

void tcpwhy_fragments_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
}

/* Of a datagram's fragments that are refused one after the other, the first counts. */
static void no_room(struct fqdir *fqdir, const void *key, u64 memory, u64 limit)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_FRAGMENT_NO_ROOM };
	enum family family = family_of(fqdir);
	u32 hash, when;

	tcpwhy_count(FRAGMENTS_NO_ROOM);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	if (!set_key(&o, key, family))
		return;
	hash = hash_of(fqdir, key, family);
	o.fragments.seen_refused = tcpwhy_datagrams_known(TCPWHY_DATAGRAM_REFUSED, hash, &when) &&
				   (u32)jiffies - when <= fqdir->timeout;
	tcpwhy_datagrams_note(TCPWHY_DATAGRAM_REFUSED, hash, (u32)jiffies);
	o.now_ns = ktime_get_boottime_ns();
	o.fragments.reason = TCPWHY_FRAGMENT_REASON_MEMORY;
	o.fragments.memory = memory;
	o.fragments.limit = limit;
	tcpwhy_observe_other(tcpwhy_net(fqdir->net), &o, NULL, 0);
}

/* inet_frag_find(fqdir, key) is about to make the same test. */
static int on_find(struct kprobe *kp, struct pt_regs *regs)
{
	struct fqdir *fqdir = (void *)tcpwhy_arg(regs, 0);
	long limit = READ_ONCE(fqdir->high_thresh), memory = frag_mem_limit(fqdir);

	if (likely(limit && memory <= limit))
		return 0;
	rcu_read_lock();
	if (!READ_ONCE(fqdir->dead))
		no_room(fqdir, (void *)tcpwhy_arg(regs, 1), memory, limit);
	rcu_read_unlock();
	return 0;
}

static struct tcpwhy_kprobe room_probe = { .symbol = "inet_frag_find", .handler = on_find };

int tcpwhy_fragments_room_attach(void)
{
	return tcpwhy_kprobes_attach(&room_probe, 1);
}

void tcpwhy_fragments_room_detach(void)
{
	tcpwhy_kprobes_detach(&room_probe, 1);
}

/** tcpwhy_fragments_missed() - calls not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_fragments_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes)) +
	       tcpwhy_kprobes_missed(&room_probe, 1);
}
