// SPDX-License-Identifier: GPL-2.0
/*
 * The table of peers. All memory is taken at load. A peer is made by a finding
 * only, so that ordinary traffic never touches the table; when it is full, the
 * peer that is worth least and idle longest makes room.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "core/engine.h"
#include "netns.h"
#include "stats.h"
#include "store/events.h"
#include "store/peers.h"

/* Peers have one or two causes as a rule. */
#define FINDINGS_A_PEER		2

/*
 * A reader that holds no lock may be led from one chain into another when a
 * slot is used again. It then misses what it looked for, which costs a sign of
 * life at most, but must not walk for ever.
 */
#define CHAIN_MAX		64

static struct {
	/*
	 * Protects everything here and in the peers, but for the chains, which
	 * are read under RCU. It is taken with interrupts off: hooks run in any
	 * context. It is taken for abnormal events only, so that one lock is
	 * enough. Nothing else is locked while it is held.
	 */
	spinlock_t lock;
	struct hlist_head *buckets;
	u32 bucket_mask;
	siphash_key_t key;
	struct tcpwhy_peer *peers;
	u32 max;
	u32 count;
	struct tcpwhy_finding *findings;
	struct list_head idle[TCPWHY_WORTHS];
	struct hlist_head free_findings;
	struct list_head free_peers;
	u64 evicted;
} table;

static struct hlist_head *bucket_of(const struct tcpwhy_net *tn, const struct tcpwhy_addr *addr)
{
	u64 hi, lo;

	memcpy(&hi, addr->b, sizeof(hi));
	memcpy(&lo, addr->b + sizeof(hi), sizeof(lo));
	return &table.buckets[siphash_3u64(hi, lo, tn->inum, &table.key) & table.bucket_mask];
}

/* Caller holds table.lock, or RCU and can bear to miss. */
static struct tcpwhy_peer *lookup(const struct tcpwhy_net *tn, const struct tcpwhy_addr *addr)
{
	struct tcpwhy_peer *peer;
	u32 steps = 0;

	hlist_for_each_entry_rcu(peer, bucket_of(tn, addr), bucket,
				 lockdep_is_held(&table.lock)) {
		if (READ_ONCE(peer->tn) == tn && tcpwhy_addr_equal(&peer->addr, addr))
			return peer;
		if (++steps == CHAIN_MAX)
			break;
	}
	return NULL;
}

static struct tcpwhy_finding *finding_of(const struct tcpwhy_peer *peer, u32 cause)
{
	struct tcpwhy_finding *f;

	hlist_for_each_entry(f, &peer->findings, node)
		if (f->cause == cause)
			return f;
	return NULL;
}

static void forget(struct tcpwhy_peer *peer)
{
	struct tcpwhy_finding *f;
	struct hlist_node *next;

	lockdep_assert_held(&table.lock);
	hlist_for_each_entry_safe(f, next, &peer->findings, node) {
		hlist_del(&f->node);
		hlist_add_head(&f->node, &table.free_findings);
	}
	hlist_del_rcu(&peer->bucket);
	list_del(&peer->share_idle);
	list_move(&peer->idle, &table.free_peers);
	peer->tn->peers.count--;
	table.count--;
	WRITE_ONCE(peer->tn, NULL); /* pairs with lookup() */
}

/* Makes room: among @share's peers, or among all if that is NULL. */
static bool evict(struct tcpwhy_share *share, const struct tcpwhy_peer *spare)
{
	struct tcpwhy_peer *peer;
	int worth;

	for (worth = 0; worth < TCPWHY_WORTHS; worth++) {
		if (share) {
			list_for_each_entry(peer, &share->idle[worth], share_idle)
				if (peer != spare)
					goto found;
		} else {
			list_for_each_entry(peer, &table.idle[worth], idle)
				if (peer != spare)
					goto found;
		}
	}
	return false;
found:
	forget(peer);
	table.evicted++;
	return true;
}

static struct tcpwhy_peer *peer_get(struct tcpwhy_net *tn, const struct tcpwhy_observation *o)
{
	struct tcpwhy_share *share = &tn->peers;
	struct tcpwhy_peer *peer = lookup(tn, &o->peer);

	if (peer)
		return peer;
	/* No namespace but the initial one may crowd out the others. */
	if (!net_eq(tn->net, &init_net) && share->count >= table.max / 2) {
		tcpwhy_count(OVER_QUOTA);
		evict(share, NULL);
	}
	if (list_empty(&table.free_peers))
		evict(NULL, NULL);
	peer = list_first_entry_or_null(&table.free_peers, struct tcpwhy_peer, idle);
	if (!peer)
		return NULL;
	peer->addr = o->peer;
	peer->first_ns = o->now_ns;
	peer->last_ns = o->now_ns;
	peer->events = 0;
	memset(&peer->hosts, 0, sizeof(peer->hosts));
	peer->worth = TCPWHY_WORTH_LITTLE;
	WRITE_ONCE(peer->tn, tn); /* pairs with lookup() */
	hlist_add_head_rcu(&peer->bucket, bucket_of(tn, &o->peer));
	list_move_tail(&peer->idle, &table.idle[peer->worth]);
	list_add_tail(&peer->share_idle, &share->idle[peer->worth]);
	share->count++;
	table.count++;
	return peer;
}

static struct tcpwhy_finding *finding_get(struct tcpwhy_peer *peer,
					  const struct tcpwhy_observation *o, u32 cause)
{
	struct tcpwhy_finding *f = finding_of(peer, cause);

	if (f)
		return f;
	if (hlist_empty(&table.free_findings))
		evict(NULL, peer);
	f = hlist_entry_safe(table.free_findings.first, struct tcpwhy_finding, node);
	if (!f)
		return NULL;
	hlist_del(&f->node);
	memset(f, 0, sizeof(*f));
	f->cause = cause;
	f->first_ns = o->now_ns;
	f->rate.start_ms = tcpwhy_ms(o->now_ns);
	hlist_add_head(&f->node, &peer->findings);
	return f;
}

static enum tcpwhy_worth worth_of(const struct tcpwhy_peer *peer)
{
	const struct tcpwhy_finding *f;

	hlist_for_each_entry(f, &peer->findings, node)
		if (f->confidence > TCPWHY_CONFIDENCE_POSSIBLE &&
		    tcpwhy_cause_by_id(f->cause)->severity > TCPWHY_SEVERITY_INFO)
			return peer->events > 1 ? TCPWHY_WORTH_EVIDENCE : TCPWHY_WORTH_ONCE;
	return TCPWHY_WORTH_LITTLE;
}

static void note_hosts(struct tcpwhy_peer *peer, const struct tcpwhy_observation *o)
{
	if (!o->packet || (o->packet->flags & (TCPWHY_SYN | TCPWHY_ACK)) != TCPWHY_SYN)
		return;
	/* The clock that left the timestamp behind which this one is. */
	if (o->kind == TCPWHY_KIND_TIMEWAIT && o->socket.ts_recent_stamp)
		tcpwhy_hosts_note_clock(&peer->hosts, o->socket.ts_recent,
					tcpwhy_ms(o->now_ns) - (o->socket.now_s -
					o->socket.ts_recent_stamp) * MSEC_PER_SEC);
	tcpwhy_hosts_note_syn(&peer->hosts, o->packet, tcpwhy_ms(o->now_ns));
}

static void add_event(struct tcpwhy_peer *peer, struct tcpwhy_finding *f,
		      const struct tcpwhy_observation *o, const struct tcpwhy_verdict *v)
{
	f->count++;
	f->last_ns = o->now_ns;
	f->lport = o->lport;
	f->rport = o->rport;
	f->confidence = max(f->confidence, v->confidence);
	tcpwhy_rate_add(&f->rate, tcpwhy_ms(o->now_ns));
	peer->events++;
	peer->last_ns = o->now_ns;
	peer->tn->peers.by_cause[v->cause]++;
	peer->tn->peers.by_mib[v->mib]++;
	note_hosts(peer, o);
	peer->worth = worth_of(peer);
	list_move_tail(&peer->idle, &table.idle[peer->worth]);
	list_move_tail(&peer->share_idle, &peer->tn->peers.idle[peer->worth]);
}

static void report(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
		   const struct tcpwhy_verdict *v, const u8 *header, u32 header_len)
{
	struct tcpwhy_finding *f = NULL;
	struct tcpwhy_peer *peer;

	lockdep_assert_held(&table.lock);
	if (tn->peers.gone) {
		tcpwhy_count(NAMESPACE_GONE);
		return;
	}
	if (v->weight == TCPWHY_WEIGHT_SEQUEL) {
		peer = lookup(tn, &o->peer);
		f = peer ? finding_of(peer, v->cause) : NULL;
		if (f)
			tcpwhy_engine_merge(&f->evidence, v);
		else
			tcpwhy_count(SEQUEL_TOO_LATE);
		return;
	}
	peer = peer_get(tn, o);
	if (peer)
		f = finding_get(peer, o, v->cause);
	if (!f)
		return;
	tcpwhy_engine_merge(&f->evidence, v);
	if (v->weight == TCPWHY_WEIGHT_EVENT || !f->count) {
		add_event(peer, f, o, v);
		tcpwhy_events_push(peer, f, header, header_len);
	}
}

/**
 * tcpwhy_peers_report() - record a verdict
 * @tn: namespace it happened in
 * @o: what was seen
 * @v: what it means
 * @header: the packet from its IP header on, NULL if there is none
 * @header_len: bytes of it
 *
 * Context: any but NMI.
 */
void tcpwhy_peers_report(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
			 const struct tcpwhy_verdict *v, const u8 *header, u32 header_len)
{
	unsigned long flags;

	spin_lock_irqsave(&table.lock, flags);
	report(tn, o, v, header, header_len);
	spin_unlock_irqrestore(&table.lock, flags);
}

/**
 * tcpwhy_peers_note_syn() - a SYN arrived; if its sender is known, its clock and
 * fingerprint count
 * @tn: namespace
 * @syn: the segment
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_peers_note_syn(struct tcpwhy_net *tn, const struct tcpwhy_packet *syn, u64 now_ns)
{
	struct tcpwhy_peer *peer;
	unsigned long flags;

	if (!READ_ONCE(tn->peers.count) || !lookup(tn, &syn->saddr))
		return;
	spin_lock_irqsave(&table.lock, flags);
	peer = lookup(tn, &syn->saddr);
	if (peer)
		tcpwhy_hosts_note_syn(&peer->hosts, syn, tcpwhy_ms(now_ns));
	spin_unlock_irqrestore(&table.lock, flags);
}

/**
 * tcpwhy_peers_visit() - look at the peers one after the other
 * @from: where to begin; 0, or what the last visit returned
 * @fn: answers false to stop before this peer, which is the next visit's first
 * @ctx: for @fn
 *
 * Return: where to go on, the size of the table at the end
 */
u32 tcpwhy_peers_visit(u32 from, tcpwhy_peer_fn fn, void *ctx)
{
	unsigned long flags;
	bool more;
	u32 i;

	for (i = from; i < table.max; i++) {
		if (!READ_ONCE(table.peers[i].tn))
			continue;
		spin_lock_irqsave(&table.lock, flags);
		more = !table.peers[i].tn || fn(&table.peers[i], ctx);
		spin_unlock_irqrestore(&table.lock, flags);
		if (!more)
			break;
	}
	return i;
}

/**
 * tcpwhy_peers_find() - look at one peer
 * @tn: namespace
 * @addr: address
 * @fn: looks; its answer is passed on
 * @ctx: for @fn
 *
 * Return: false if there is no such peer
 */
bool tcpwhy_peers_find(const struct tcpwhy_net *tn, const struct tcpwhy_addr *addr,
		       tcpwhy_peer_fn fn, void *ctx)
{
	struct tcpwhy_peer *peer;
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&table.lock, flags);
	peer = lookup(tn, addr);
	found = peer && fn(peer, ctx);
	spin_unlock_irqrestore(&table.lock, flags);
	return found;
}

/**
 * tcpwhy_peers_forget() - forget those that @fn wants forgotten
 * @fn: says which
 * @ctx: for @fn
 *
 * Context: process.
 * Return: how many
 */
u32 tcpwhy_peers_forget(tcpwhy_peer_fn fn, void *ctx)
{
	unsigned long flags;
	u32 i, n = 0;

	for (i = 0; i < table.max; i++) {
		if (!READ_ONCE(table.peers[i].tn))
			continue;
		spin_lock_irqsave(&table.lock, flags);
		if (table.peers[i].tn && fn(&table.peers[i], ctx)) {
			forget(&table.peers[i]);
			n++;
		}
		spin_unlock_irqrestore(&table.lock, flags);
	}
	return n;
}

/** tcpwhy_share_init() - a namespace begins */
void tcpwhy_share_init(struct tcpwhy_share *share)
{
	int i;

	memset(share, 0, sizeof(*share));
	for (i = 0; i < TCPWHY_WORTHS; i++)
		INIT_LIST_HEAD(&share->idle[i]);
}

/**
 * tcpwhy_share_release() - a namespace ends: its peers go, and none comes
 * @share: its share
 */
void tcpwhy_share_release(struct tcpwhy_share *share)
{
	struct tcpwhy_peer *peer, *next;
	unsigned long flags;
	int i;

	spin_lock_irqsave(&table.lock, flags);
	share->gone = true;
	for (i = 0; i < TCPWHY_WORTHS; i++)
		list_for_each_entry_safe(peer, next, &share->idle[i], share_idle)
			forget(peer);
	spin_unlock_irqrestore(&table.lock, flags);
}

/**
 * tcpwhy_share_read() - a consistent copy of the sums
 * @share: a namespace's share
 * @copy: result; its lists mean nothing
 */
void tcpwhy_share_read(struct tcpwhy_share *share, struct tcpwhy_share *copy)
{
	unsigned long flags;

	spin_lock_irqsave(&table.lock, flags);
	*copy = *share;
	spin_unlock_irqrestore(&table.lock, flags);
}

/** tcpwhy_peers_status() - how full the table is */
void tcpwhy_peers_status(struct tcpwhy_peers_status *s)
{
	unsigned long flags;

	spin_lock_irqsave(&table.lock, flags);
	s->count = table.count;
	s->evicted = table.evicted;
	spin_unlock_irqrestore(&table.lock, flags);
	s->max = table.max;
	s->bytes = (u64)table.max * (sizeof(*table.peers) +
				     FINDINGS_A_PEER * sizeof(*table.findings)) +
		   (table.bucket_mask + 1ull) * sizeof(*table.buckets);
}

/**
 * tcpwhy_peers_init() - take the memory
 * @max: peers
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_peers_init(u32 max)
{
	u32 i;

	spin_lock_init(&table.lock);
	get_random_bytes(&table.key, sizeof(table.key));
	table.max = max;
	table.bucket_mask = roundup_pow_of_two(max) - 1;
	table.buckets = kvcalloc(table.bucket_mask + 1, sizeof(*table.buckets), GFP_KERNEL);
	table.peers = kvcalloc(max, sizeof(*table.peers), GFP_KERNEL);
	table.findings = kvcalloc(max, FINDINGS_A_PEER * sizeof(*table.findings), GFP_KERNEL);
	if (!table.buckets || !table.peers || !table.findings) {
		tcpwhy_peers_free();
		return -ENOMEM;
	}
	INIT_LIST_HEAD(&table.free_peers);
	INIT_HLIST_HEAD(&table.free_findings);
	for (i = 0; i < TCPWHY_WORTHS; i++)
		INIT_LIST_HEAD(&table.idle[i]);
	for (i = 0; i < max; i++)
		list_add_tail(&table.peers[i].idle, &table.free_peers);
	for (i = 0; i < max * FINDINGS_A_PEER; i++)
		hlist_add_head(&table.findings[i].node, &table.free_findings);
	return 0;
}

/**
 * tcpwhy_peers_free() - give the memory back
 *
 * Nothing may report or look any more, and a grace period must have passed.
 */
void tcpwhy_peers_free(void)
{
	kvfree(table.findings);
	kvfree(table.peers);
	kvfree(table.buckets);
}
