// SPDX-License-Identifier: GPL-2.0
/*
 * A sample is enough: in a black hole all connections get stuck. One that is healthy makes
 * room after a round trip with a full segment, so that the stuck ones are left.
 */
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "core/bucket.h"
#include "stats.h"
#include "store/cache.h"
#include "store/forwarded.h"

#define SLOTS	64

/* A connection has so long to show its first full segment before another may take its place. */
#define YOUNG_MS	1000

/*
 * So many begin to be followed a second, and as many as there are slots at once: each costs
 * some ten thousand instructions, and nearly all are healthy. A tick brings one at least.
 */
#define A_SECOND	1000
#define A_TICK		DIV_ROUND_UP(A_SECOND, HZ)

/* Which of a connection's segments are looked into. */
enum segments { SEGMENTS_NONE, SEGMENTS_ALL, SEGMENTS_LARGE };

/* @netns is 0 in a slot that is free; @bit is set among those of @looked_at. */
struct slot {
	u64 netns;
	struct tcpwhy_addr ends[2];
	u16 ports[2];
	u32 mix;
	enum segments looked_at;
	u32 bit;
	struct tcpwhy_forwarded f;
};

/* What the answer to a SYN does not tell. */
struct syn {
	u64 hash;
	u32 isn;
	int in, out;
	u16 mss;
	u8 ttl;
};

static const struct tcpwhy_cache_kind forwarded_syn_kind = {
	.size = sizeof(struct syn), .words = 1, .ways = 1, .sets = 256,
};

/*
 * Locked for each SYN and SYN-ACK that is forwarded: by FORWARD, in softirq or, after NFQUEUE, in
 * process context with softirqs on. Nothing is locked inside.
 */
static struct tcpwhy_cache forwarded_syns;

static struct {
	/*
	 * Protects slots and the changes of the bits. Taken for each answer to a SYN that is
	 * forwarded and each segment of a connection that is followed; nothing is locked
	 * inside it. By FORWARD and the kprobes on __icmp_send() and icmp6_send(),
	 * in softirq or, after NFQUEUE, in process context with softirqs on; and when the hooks
	 * are attached: hence interrupts are off. Raw: probes may not sleep on PREEMPT_RT either.
	 */
	raw_spinlock_t lock;
	struct slot *slots;
	struct tcpwhy_bucket pace;
	siphash_key_t key;
} forwarded;

DECLARE_BITMAP(tcpwhy_forwarded_bits, TCPWHY_FORWARDED_BITS);
DECLARE_BITMAP(tcpwhy_forwarded_large_bits, TCPWHY_FORWARDED_BITS);

static u64 hash_of(u64 netns, const struct tcpwhy_addr *client, u16 cport,
		   const struct tcpwhy_addr *server, u16 sport)
{
	struct {
		u64 netns;
		struct tcpwhy_addr client, server;
		u32 ports;
	} tuple = { netns, *client, *server, (u32)cport << 16 | sport };

	return siphash(&tuple, offsetofend(typeof(tuple), ports), &forwarded.key) ?: 1;
}

/**
 * tcpwhy_forwarded_syn() - remember a SYN until its answer comes
 * @hop: how it passes
 * @syn: it, its checksum verified
 *
 * Context: any but NMI.
 */
void tcpwhy_forwarded_syn(const struct tcpwhy_hop *hop, const struct tcpwhy_packet *syn)
{
	u64 hash = hash_of(hop->netns, &syn->saddr, syn->sport, &syn->daddr, syn->dport);
	struct tcpwhy_cache_set set;

	tcpwhy_cache_lock(&forwarded_syns, forwarded_syn_kind, hash, &set);
	*(struct syn *)tcpwhy_cache_way(forwarded_syn_kind, &set, 0) = (struct syn){
		.hash = hash, .isn = syn->seq, .in = hop->in, .out = hop->out,
		.mss = syn->mss, .ttl = syn->ttl,
	};
	tcpwhy_cache_unlock(&set);
}

/* Ports of what one end sends, as they lie in a TCP header. */
static u32 on_wire(const struct slot *slot, u32 way)
{
	return (__force u32)htonl((u32)slot->ports[way] << 16 | slot->ports[!way]);
}

static u32 bit_of(const struct slot *slot)
{
	if (slot->looked_at == SEGMENTS_ALL)
		return tcpwhy_forwarded_bit(slot->mix, on_wire(slot, 0));
	return tcpwhy_forwarded_large_bit(slot->mix,
					  on_wire(slot, tcpwhy_forwarded_unclear(&slot->f)));
}

static unsigned long *bits_of(const struct slot *slot)
{
	return slot->looked_at == SEGMENTS_ALL ? tcpwhy_forwarded_bits :
						 tcpwhy_forwarded_large_bits;
}

static bool is_shared(const struct slot *slot)
{
	const struct slot *other;
	int i;

	for (i = 0; i < SLOTS; i++) {
		other = &forwarded.slots[i];
		if (other != slot && other->looked_at == slot->looked_at &&
		    other->bit == slot->bit)
			return true;
	}
	return false;
}

static void unlook(struct slot *slot)
{
	lockdep_assert_held(&forwarded.lock);
	if (slot->looked_at != SEGMENTS_NONE && !is_shared(slot))
		__clear_bit(slot->bit, bits_of(slot));
	slot->looked_at = SEGMENTS_NONE;
}

static void look_at(struct slot *slot, enum segments segments)
{
	if (slot->looked_at == segments)
		return;
	unlook(slot);
	slot->looked_at = segments;
	slot->bit = bit_of(slot);
	__set_bit(slot->bit, bits_of(slot));
}

/* What is known of it stays until its place is needed. */
static void follow_no_more(struct slot *slot)
{
	unlook(slot);
	tcpwhy_stall_end(&slot->f.ways[0].stall);
	tcpwhy_stall_end(&slot->f.ways[1].stall);
}

/* Return: which end of it has sent the segment; -1: it is another's */
static int sender_of(const struct slot *slot, u64 netns, const struct tcpwhy_packet *p)
{
	int i;

	if (slot->netns != netns)
		return -1;
	for (i = 0; i < 2; i++)
		if (slot->ports[i] == p->sport && slot->ports[!i] == p->dport &&
		    tcpwhy_addr_equal(&slot->ends[i], &p->saddr) &&
		    tcpwhy_addr_equal(&slot->ends[!i], &p->daddr))
			return i;
	return -1;
}

static struct slot *find(u64 netns, const struct tcpwhy_packet *p, int *way)
{
	int i;

	lockdep_assert_held(&forwarded.lock);
	for (i = 0; i < SLOTS; i++) {
		*way = sender_of(&forwarded.slots[i], netns, p);
		if (*way >= 0)
			return &forwarded.slots[i];
	}
	return NULL;
}

enum worth { FREE, MEMORY, HALF, IDLE, BUSY };

static enum worth worth_of(const struct slot *slot, u32 now_ms)
{
	if (!slot->netns)
		return FREE;
	if (tcpwhy_forwarded_is_stuck(&slot->f, now_ms))
		return BUSY;
	if (slot->looked_at == SEGMENTS_NONE)
		return MEMORY;
	if (slot->looked_at == SEGMENTS_LARGE)
		return HALF;
	return now_ms - slot->f.since_ms < YOUNG_MS ? BUSY : IDLE;
}

/* The least worth, and of these the one that was heard of longest ago; NULL: all are busy. */
static struct slot *room(u32 now_ms)
{
	struct slot *best = NULL, *slot;
	enum worth least = BUSY, worth;
	int i;

	lockdep_assert_held(&forwarded.lock);
	for (i = 0; i < SLOTS; i++) {
		slot = &forwarded.slots[i];
		worth = worth_of(slot, now_ms);
		if (worth < least || (best && worth == least &&
				      now_ms - slot->f.last_ms > now_ms - best->f.last_ms)) {
			best = slot;
			least = worth;
		}
	}
	if (best)
		follow_no_more(best);
	else
		tcpwhy_count(FORWARDED_NO_ROOM);
	return best;
}

/* @client: which end of the segment it is: 0 its sender */
static void begin(struct slot *slot, u64 netns, const struct tcpwhy_packet *p, int client)
{
	memset(slot, 0, sizeof(*slot)); /* nothing of it is looked at any more, see room() */
	slot->netns = netns;
	slot->ends[client] = p->saddr;
	slot->ends[!client] = p->daddr;
	slot->ports[client] = p->sport;
	slot->ports[!client] = p->dport;
}

static void open_it(const struct tcpwhy_hop *hop, const struct tcpwhy_packet *p,
		    const struct syn *syn, u32 now_ms)
{
	struct slot *slot;
	int way;

	slot = find(hop->netns, p, &way);
	/* Its answer comes again. */
	if (slot && slot->looked_at == SEGMENTS_ALL && slot->f.ways[0].una == p->ack)
		return;
	if (slot)
		follow_no_more(slot);
	if (!tcpwhy_bucket_take(&forwarded.pace, (u32)jiffies, A_TICK, SLOTS)) {
		tcpwhy_count(FORWARDED_NOT_SAMPLED);
		return;
	}
	slot = slot ? slot : room(now_ms);
	if (!slot)
		return;
	begin(slot, hop->netns, p, 1);
	slot->mix = hop->mix;
	tcpwhy_forwarded_open(&slot->f, p, syn->mss, syn->ttl, now_ms);
	look_at(slot, SEGMENTS_ALL);
}

static bool find_syn(const struct tcpwhy_hop *hop, const struct tcpwhy_packet *syn_ack,
		     struct syn *copy)
{
	u64 hash = hash_of(hop->netns, &syn_ack->daddr, syn_ack->dport, &syn_ack->saddr,
			   syn_ack->sport);
	struct tcpwhy_cache_set set;
	const struct syn *syn;
	bool answers;

	tcpwhy_cache_lock(&forwarded_syns, forwarded_syn_kind, hash, &set);
	syn = tcpwhy_cache_find(forwarded_syn_kind, &set, &hash);
	answers = syn && syn->isn + 1 == syn_ack->ack && syn->in == hop->out &&
		  syn->out == hop->in;
	if (answers)
		*copy = *syn;
	tcpwhy_cache_unlock(&set);
	return answers;
}

/**
 * tcpwhy_forwarded_syn_ack() - the answer to a SYN: follow the connection, if there is room
 * @hop: how it passes
 * @syn_ack: it, its checksum verified
 * @now_ms: CLOCK_BOOTTIME
 *
 * It has to come where the SYN went, and to go where that came from: nobody plays both ends
 * of a connection from one side.
 *
 * Context: any but NMI.
 * Return: whether it does answer a SYN that is remembered
 */
bool tcpwhy_forwarded_syn_ack(const struct tcpwhy_hop *hop, const struct tcpwhy_packet *syn_ack,
			      u32 now_ms)
{
	unsigned long flags;
	struct syn syn;

	if (!find_syn(hop, syn_ack, &syn))
		return false;
	raw_spin_lock_irqsave(&forwarded.lock, flags);
	open_it(hop, syn_ack, &syn, now_ms);
	raw_spin_unlock_irqrestore(&forwarded.lock, flags);
	return true;
}

static void go_on(struct slot *slot, enum tcpwhy_follow next)
{
	switch (next) {
	case TCPWHY_FOLLOW_ON:
	case TCPWHY_FOLLOW_STALLED:
		look_at(slot, SEGMENTS_ALL);
		break;
	case TCPWHY_FOLLOW_LARGE:
		look_at(slot, SEGMENTS_LARGE);
		break;
	case TCPWHY_FOLLOW_DONE:
		follow_no_more(slot);
		break;
	case TCPWHY_FOLLOW_AS_BEFORE:
		break;
	}
}

/**
 * tcpwhy_forwarded_update() - work on what is known of a connection
 * @netns: namespace
 * @p: a segment of it
 * @make: if nothing is known, begin, if there is room; else nothing is done then
 * @now_ms: CLOCK_BOOTTIME
 * @fn: works on it
 * @ctx: for @fn
 *
 * Context: any but NMI.
 */
void tcpwhy_forwarded_update(u64 netns, const struct tcpwhy_packet *p, bool make, u32 now_ms,
			     tcpwhy_forwarded_fn fn, void *ctx)
{
	unsigned long flags;
	struct slot *slot;
	int way;

	raw_spin_lock_irqsave(&forwarded.lock, flags);
	slot = find(netns, p, &way);
	if (!slot && make) {
		slot = room(now_ms);
		way = 0;
		if (slot)
			begin(slot, netns, p, way);
	}
	if (slot)
		go_on(slot, fn(&slot->f, way, ctx));
	raw_spin_unlock_irqrestore(&forwarded.lock, flags);
}

/**
 * tcpwhy_forwarded_others() - the other connections through which the same peer gets nothing
 * @f: this one
 * @way: the one that leads to the peer
 * @now_ms: CLOCK_BOOTTIME
 * @others: result
 *
 * Context: of a &typedef tcpwhy_forwarded_fn
 */
void tcpwhy_forwarded_others(const struct tcpwhy_forwarded *f, u32 way, u32 now_ms,
			     struct tcpwhy_stalls *others)
{
	const struct slot *own = container_of(f, struct slot, f), *slot;
	const struct tcpwhy_stall *s = &f->ways[way].stall;
	u32 i, w;

	lockdep_assert_held(&forwarded.lock);
	memset(others, 0, sizeof(*others));
	for (i = 0; i < SLOTS; i++) {
		slot = &forwarded.slots[i];
		for (w = 0; w < 2; w++)
			if (slot != own && slot->netns == own->netns &&
			    tcpwhy_addr_equal(&slot->ends[!w], &own->ends[!way]))
				tcpwhy_stalls_add(others, s, &slot->f.ways[w].stall, now_ms);
	}
}

/** tcpwhy_forwarded_forget() - all of it: nobody will follow them any more */
void tcpwhy_forwarded_forget(void)
{
	unsigned long flags;

	tcpwhy_cache_forget(&forwarded_syns, forwarded_syn_kind, NULL, NULL);
	raw_spin_lock_irqsave(&forwarded.lock, flags);
	memset(forwarded.slots, 0, SLOTS * sizeof(*forwarded.slots));
	bitmap_zero(tcpwhy_forwarded_bits, TCPWHY_FORWARDED_BITS);
	bitmap_zero(tcpwhy_forwarded_large_bits, TCPWHY_FORWARDED_BITS);
	raw_spin_unlock_irqrestore(&forwarded.lock, flags);
}

u64 tcpwhy_forwarded_bytes(void)
{
	return SLOTS * sizeof(*forwarded.slots);
}

/**
 * tcpwhy_forwarded_init() - take the memory
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_forwarded_init(void)
{
	int err;

	raw_spin_lock_init(&forwarded.lock);
	get_random_bytes(&forwarded.key, sizeof(forwarded.key));
	forwarded.slots = vzalloc(array_size(SLOTS, sizeof(*forwarded.slots)));
	if (!forwarded.slots)
		return -ENOMEM;
	err = tcpwhy_cache_init(&forwarded_syns, "tcpwhy_forwarded_syns", &forwarded_syn_kind, 0);
	if (err)
		tcpwhy_forwarded_free();
	return err;
}

/** tcpwhy_forwarded_free() - give it back; nobody may look any more */
void tcpwhy_forwarded_free(void)
{
	vfree(forwarded.slots);
}
