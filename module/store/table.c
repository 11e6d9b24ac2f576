// SPDX-License-Identifier: GPL-2.0
/*
 * All memory is taken at load. When the table is full, the peer that is worth
 * least and idle longest makes room.
 */
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/vmalloc.h>

#include "netns.h"
#include "stats.h"
#include "store/table.h"

/* Peers have one or two causes as a rule. */
#define FINDINGS_A_PEER		2

/*
 * A reader that holds no lock may be led from one chain into another when a
 * slot is used again. It then misses what it looked for, which costs a sign of
 * life at most, but must not walk for ever.
 */
#define CHAIN_MAX		64

/*
 * So many bits a peer, that one in eight of the senders of SYNs is taken for one when all are
 * there. The bits are to stay in a CPU's cache: half a MiB at most.
 */
#define MAYBE_ORDER		3
#define MAYBE_ORDER_MAX		22

struct tcpwhy_table tcpwhy_table;

static struct hlist_head *bucket_of(const struct tcpwhy_net *tn, const struct tcpwhy_addr *addr)
{
	u32 hash, v4;

	if (tcpwhy_addr_is_v4(addr)) {
		memcpy(&v4, addr->b + 12, sizeof(v4));
		hash = hsiphash_1u32(v4, &tcpwhy_table.key);
	} else {
		hash = hsiphash(addr->b, sizeof(addr->b), &tcpwhy_table.key);
	}
	return &tcpwhy_table.buckets[(hash + (u32)tn->id) & tcpwhy_table.bucket_mask];
}

static size_t maybe_bytes(void)
{
	return BITS_TO_LONGS(BIT(tcpwhy_table.maybe_order)) * sizeof(*tcpwhy_table.maybe);
}

static size_t sharers_bytes(void)
{
	return array_size(BIT(tcpwhy_table.maybe_order), sizeof(*tcpwhy_table.sharers));
}

static __always_inline u32 maybe_bit(const struct tcpwhy_addr *addr)
{
	u32 low;

	memcpy(&low, addr->b + 12, sizeof(low));
	return hash_32(low ^ (u32)tcpwhy_table.key.key[0], tcpwhy_table.maybe_order);
}

/**
 * tcpwhy_table_maybe() - might there be a peer of this address, in any namespace?
 * @addr: address
 *
 * Context: any; takes no lock.
 * Return: false if there surely is none
 */
bool tcpwhy_table_maybe(const struct tcpwhy_addr *addr)
{
	return test_bit(maybe_bit(addr), tcpwhy_table.maybe);
}

/*
 * The bit is set before the peer is in its chain, and cleared after the last one that shares
 * it has left: whoever takes no lock never misses a peer by it. A count that is full stays so:
 * that takes 65535 peers at a time, all with one bit.
 */
static void maybe_add(const struct tcpwhy_addr *addr)
{
	u32 bit = maybe_bit(addr);
	u16 *sharers = &tcpwhy_table.sharers[bit];

	lockdep_assert_held(&tcpwhy_table.lock);
	if (!*sharers)
		set_bit(bit, tcpwhy_table.maybe);
	if (*sharers < U16_MAX)
		++*sharers;
}

static void maybe_remove(const struct tcpwhy_addr *addr)
{
	u32 bit = maybe_bit(addr);
	u16 *sharers = &tcpwhy_table.sharers[bit];

	lockdep_assert_held(&tcpwhy_table.lock);
	if (*sharers < U16_MAX && !--*sharers)
		clear_bit(bit, tcpwhy_table.maybe);
}

/**
 * tcpwhy_table_lookup() - a peer
 * @tn: namespace
 * @addr: address
 *
 * Context: the table's lock, or RCU for those who can bear to miss it.
 * Return: NULL if it is not there
 */
struct tcpwhy_peer *tcpwhy_table_lookup(const struct tcpwhy_net *tn,
					const struct tcpwhy_addr *addr)
{
	struct tcpwhy_peer *peer;
	u32 steps = 0;

	hlist_for_each_entry_rcu(peer, bucket_of(tn, addr), bucket,
				 lockdep_is_held(&tcpwhy_table.lock)) {
		if (READ_ONCE(peer->tn) == tn && tcpwhy_addr_equal(&peer->addr, addr))
			return peer;
		if (++steps == CHAIN_MAX)
			break;
	}
	return NULL;
}

/** tcpwhy_table_finding_of() - a peer's finding of a cause, NULL if it has none */
struct tcpwhy_finding *tcpwhy_table_finding_of(const struct tcpwhy_peer *peer, u32 cause)
{
	struct tcpwhy_finding *f;

	hlist_for_each_entry(f, &peer->findings, node)
		if (f->cause == cause)
			return f;
	return NULL;
}

/** tcpwhy_table_owner() - the side a namespace is on */
struct tcpwhy_owner *tcpwhy_table_owner(const struct tcpwhy_net *tn)
{
	return &tcpwhy_table.owners[tn->peers.initial ? TCPWHY_INITIAL : TCPWHY_OTHERS];
}

/**
 * tcpwhy_table_is_of() - may this slot be of interest to a reader?
 * @peer: slot, free or not
 * @inum: inode number of the namespace that he reads; 0: all
 *
 * Context: any; takes no lock. Under the table's lock the answer is final.
 */
bool tcpwhy_table_is_of(const struct tcpwhy_peer *peer, u32 inum)
{
	u32 its = READ_ONCE(peer->inum);

	return its && (!inum || its == inum);
}

/** tcpwhy_table_drop() - give back one finding of a peer; under the table's lock */
void tcpwhy_table_drop(struct tcpwhy_peer *peer, struct tcpwhy_finding *f)
{
	lockdep_assert_held(&tcpwhy_table.lock);
	hlist_del(&f->node);
	hlist_add_head(&f->node, &tcpwhy_table.free_findings);
	tcpwhy_table_owner(peer->tn)->findings--;
}

/** tcpwhy_table_forget() - give back a peer and its findings; under the table's lock */
void tcpwhy_table_forget(struct tcpwhy_peer *peer)
{
	struct tcpwhy_owner *owner = tcpwhy_table_owner(peer->tn);
	struct tcpwhy_finding *f;
	struct hlist_node *next;

	lockdep_assert_held(&tcpwhy_table.lock);
	hlist_for_each_entry_safe(f, next, &peer->findings, node)
		tcpwhy_table_drop(peer, f);
	hlist_del_rcu(&peer->bucket);
	list_del(&peer->share_idle);
	list_move(&peer->idle, &tcpwhy_table.free_peers);
	peer->tn->peers.count--;
	owner->peers--;
	maybe_remove(&peer->addr);
	WRITE_ONCE(peer->inum, 0); /* pairs with tcpwhy_table_is_of() */
	WRITE_ONCE(peer->tn, NULL); /* pairs with tcpwhy_table_lookup() */
}

/* Of an owner's peers, the one that is worth least and idle longest; never @spare. */
static struct tcpwhy_peer *least_of_owner(const struct tcpwhy_owner *owner,
					  const struct tcpwhy_peer *spare)
{
	struct tcpwhy_peer *peer;
	int worth;

	for (worth = 0; worth < TCPWHY_WORTHS; worth++)
		list_for_each_entry(peer, &owner->idle[worth], idle)
			if (peer != spare)
				return peer;
	return NULL;
}

/**
 * tcpwhy_table_least() - of a namespace's peers, the one that is worth least
 * @share: the namespace's share
 * @spare: but not this one; may be NULL
 */
struct tcpwhy_peer *tcpwhy_table_least(const struct tcpwhy_share *share,
				       const struct tcpwhy_peer *spare)
{
	struct tcpwhy_peer *peer;
	int worth;

	for (worth = 0; worth < TCPWHY_WORTHS; worth++)
		list_for_each_entry(peer, &share->idle[worth], share_idle)
			if (peer != spare)
				return peer;
	return NULL;
}

/*
 * Makes room for @tn. Among the others, a namespace that holds more than half of what
 * they have makes room itself, so that it cannot crowd out its neighbours.
 */
static void evict(const struct tcpwhy_net *tn, const struct tcpwhy_owner *from,
		  const struct tcpwhy_peer *spare)
{
	struct tcpwhy_peer *peer = NULL;

	if (from == &tcpwhy_table.owners[TCPWHY_OTHERS] && from == tcpwhy_table_owner(tn) &&
	    tn->peers.count > from->peers / 2)
		peer = tcpwhy_table_least(&tn->peers, spare);
	if (!peer)
		peer = least_of_owner(from, spare);
	if (!peer)
		return;
	tcpwhy_table_forget(peer);
	tcpwhy_table.evicted++;
}

/* The others have half of either; the initial namespace what they leave. */
static void make_room(const struct tcpwhy_net *tn, bool full, u32 held, u32 max,
		      const struct tcpwhy_peer *spare)
{
	struct tcpwhy_owner *own = tcpwhy_table_owner(tn);
	bool over = !tn->peers.initial && held >= max / 2;

	if (over)
		tcpwhy_count(OVER_QUOTA);
	if (over || full)
		evict(tn, own->peers ? own : &tcpwhy_table.owners[TCPWHY_OTHERS], spare);
}

/**
 * tcpwhy_table_peer() - a peer, made if need be
 * @tn: namespace
 * @addr: address
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: the table's lock.
 */
struct tcpwhy_peer *tcpwhy_table_peer(struct tcpwhy_net *tn, const struct tcpwhy_addr *addr,
				      u64 now_ns)
{
	struct tcpwhy_share *share = &tn->peers;
	struct tcpwhy_peer *peer = tcpwhy_table_lookup(tn, addr);

	if (peer)
		return peer;
	make_room(tn, list_empty(&tcpwhy_table.free_peers), tcpwhy_table_owner(tn)->peers,
		  tcpwhy_table.max, NULL);
	peer = list_first_entry_or_null(&tcpwhy_table.free_peers, struct tcpwhy_peer, idle);
	if (!peer)
		return NULL;
	peer->addr = *addr;
	peer->first_ns = now_ns;
	peer->last_ns = now_ns;
	peer->moved_ns = now_ns;
	peer->events = 0;
	memset(&peer->hosts, 0, sizeof(peer->hosts));
	memset(&peer->idle_limit, 0, sizeof(peer->idle_limit));
	peer->worth = TCPWHY_WORTH_LITTLE;
	WRITE_ONCE(peer->tn, tn); /* pairs with tcpwhy_table_lookup() */
	WRITE_ONCE(peer->inum, tn->inum); /* pairs with tcpwhy_table_is_of() */
	maybe_add(addr);
	hlist_add_head_rcu(&peer->bucket, bucket_of(tn, addr));
	list_move_tail(&peer->idle, &tcpwhy_table_owner(tn)->idle[peer->worth]);
	list_add_tail(&peer->share_idle, &share->idle[peer->worth]);
	share->count++;
	tcpwhy_table_owner(tn)->peers++;
	return peer;
}

/**
 * tcpwhy_table_finding() - a finding, made if need be
 * @peer: whose
 * @cause: &enum tcpwhy_cause_id
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: the table's lock.
 * Return: NULL if there is no room
 */
struct tcpwhy_finding *tcpwhy_table_finding(struct tcpwhy_peer *peer, u32 cause, u64 now_ns)
{
	struct tcpwhy_finding *f = tcpwhy_table_finding_of(peer, cause);

	if (f)
		return f;
	make_room(peer->tn, hlist_empty(&tcpwhy_table.free_findings),
		  tcpwhy_table_owner(peer->tn)->findings,
		  tcpwhy_table.max * FINDINGS_A_PEER, peer);
	f = hlist_entry_safe(tcpwhy_table.free_findings.first, struct tcpwhy_finding, node);
	if (!f)
		return NULL;
	hlist_del(&f->node);
	tcpwhy_table_owner(peer->tn)->findings++;
	memset(f, 0, sizeof(*f));
	f->cause = cause;
	f->first_ns = now_ns;
	f->rate.start_ms = tcpwhy_ms(now_ns);
	hlist_add_head(&f->node, &peer->findings);
	return f;
}

/** tcpwhy_peers_status() - how full the table is */
void tcpwhy_peers_status(struct tcpwhy_peers_status *s)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
	s->count = tcpwhy_table.owners[TCPWHY_INITIAL].peers +
		   tcpwhy_table.owners[TCPWHY_OTHERS].peers;
	s->evicted = tcpwhy_table.evicted;
	raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
	s->max = tcpwhy_table.max;
	s->bytes = (u64)tcpwhy_table.max * (sizeof(*tcpwhy_table.peers) +
				     FINDINGS_A_PEER * sizeof(*tcpwhy_table.findings)) +
		   (tcpwhy_table.bucket_mask + 1ull) * sizeof(*tcpwhy_table.buckets) +
		   maybe_bytes() + sharers_bytes();
}

/**
 * tcpwhy_peers_init() - take the memory
 * @max: peers
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_peers_init(u32 max)
{
	struct tcpwhy_table *t = &tcpwhy_table;
	u32 i;

	raw_spin_lock_init(&t->lock);
	get_random_bytes(&t->key, sizeof(t->key));
	t->max = max;
	t->bucket_mask = roundup_pow_of_two(max) - 1;
	t->maybe_order = min(order_base_2(max) + MAYBE_ORDER, MAYBE_ORDER_MAX);
	/* Not kvcalloc(): that rounds up to a power of two, and wants contiguous pages. */
	t->buckets = vzalloc(array_size(t->bucket_mask + 1, sizeof(*t->buckets)));
	t->peers = vzalloc(array_size(max, sizeof(*t->peers)));
	t->findings = vzalloc(array3_size(max, FINDINGS_A_PEER, sizeof(*t->findings)));
	t->maybe = vzalloc(maybe_bytes());
	t->sharers = vzalloc(sharers_bytes());
	if (!t->maybe || !t->sharers || !t->buckets || !t->peers || !t->findings) {
		tcpwhy_peers_free();
		return -ENOMEM;
	}
	INIT_LIST_HEAD(&t->free_peers);
	INIT_HLIST_HEAD(&t->free_findings);
	for (i = 0; i < TCPWHY_OWNERS * TCPWHY_WORTHS; i++)
		INIT_LIST_HEAD(&t->owners[i / TCPWHY_WORTHS].idle[i % TCPWHY_WORTHS]);
	for (i = 0; i < max; i++)
		list_add_tail(&t->peers[i].idle, &t->free_peers);
	for (i = 0; i < max * FINDINGS_A_PEER; i++)
		hlist_add_head(&t->findings[i].node, &t->free_findings);
	return 0;
}

/**
 * tcpwhy_peers_free() - give the memory back
 *
 * Nothing may report or look any more, and a grace period must have passed.
 */
void tcpwhy_peers_free(void)
{
	vfree(tcpwhy_table.sharers);
	vfree(tcpwhy_table.maybe);
	vfree(tcpwhy_table.findings);
	vfree(tcpwhy_table.peers);
	vfree(tcpwhy_table.buckets);
}
