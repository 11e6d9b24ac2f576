// SPDX-License-Identifier: GPL-2.0
/*
 * The peers. One is made by a finding only, so that ordinary traffic never touches
 * them.
 */
#include <linux/sched.h>

#include "core/engine.h"
#include "netns.h"
#include "stats.h"
#include "store/events.h"
#include "store/peers.h"
#include "store/table.h"

/* Peers that are forgotten, or slots that are looked at, before others may run. */
#define BATCH			64
#define SLOTS_A_BREATH		1024

/* Peers are told apart by how long they have been idle, to this. */
#define MOVE_PAUSE_NS		(100 * NSEC_PER_MSEC)

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

/* To the end of the lists of its worth; who moved just now is idle for as long. */
static void move(struct tcpwhy_peer *peer, u64 now_ns)
{
	u8 worth = worth_of(peer);

	if (worth == peer->worth && now_ns - peer->moved_ns < MOVE_PAUSE_NS)
		return;
	peer->worth = worth;
	peer->moved_ns = now_ns;
	list_move_tail(&peer->idle, &tcpwhy_table_owner(peer->tn)->idle[worth]);
	list_move_tail(&peer->share_idle, &peer->tn->peers.idle[worth]);
}

static void count_mibs(struct tcpwhy_share *share, u32 mibs)
{
	int i;

	for (i = 0; i < TCPWHY_MIBS; i++)
		share->by_mib[i] += mibs >> i & 1;
}

static void add_event(struct tcpwhy_peer *peer, struct tcpwhy_finding *f,
		      const struct tcpwhy_observation *o, const struct tcpwhy_verdict *v)
{
	f->count++;
	f->last_ns = o->now_ns;
	f->lport = o->lport;
	f->rport = o->rport;
	f->confidence_before = f->confidence;
	f->confidence = max(f->confidence, v->confidence);
	tcpwhy_rate_add(&f->rate, tcpwhy_ms(o->now_ns));
	peer->events++;
	peer->last_ns = o->now_ns;
	peer->tn->peers.by_cause[v->cause]++;
	count_mibs(&peer->tn->peers, v->mibs);
	note_hosts(peer, o);
	move(peer, o->now_ns);
}

/* It was counted as something else, when less was known; it stays if that is not to be found. */
static bool take_back(struct tcpwhy_peer *peer, struct tcpwhy_verdict *v)
{
	struct tcpwhy_finding *f = tcpwhy_table_finding_of(peer, v->instead_of);

	if (!f || !tcpwhy_engine_take_over(v, &f->evidence))
		return false;
	peer->tn->peers.by_cause[v->instead_of]--;
	peer->events--;
	f->confidence = f->confidence_before;
	if (!--f->count)
		tcpwhy_table_drop(peer, f);
	return true;
}

/* RSTs that were not believed, and are part of what ended their connection a moment later. */
static void withdraw(struct tcpwhy_peer *peer, const struct tcpwhy_verdict *v)
{
	struct tcpwhy_finding *f = tcpwhy_table_finding_of(peer, TCPWHY_CAUSE_RST_IGNORED);
	u64 count;

	if (!f || !tcpwhy_engine_withdraws(v, &f->evidence))
		return;
	count = min_t(u64, v->withdraws, f->count);
	peer->tn->peers.by_cause[TCPWHY_CAUSE_RST_IGNORED] -= count;
	peer->events -= count;
	f->count -= count;
	if (!f->count)
		tcpwhy_table_drop(peer, f);
}

/*
 * More is known of the latest event now: that may lower what was thought of it, too. What the
 * kernel counts belongs to the event that it is about, the latest or not.
 */
static void add_sequel(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
		       struct tcpwhy_verdict *v)
{
	struct tcpwhy_peer *peer = tcpwhy_table_lookup(tn, &o->peer);
	struct tcpwhy_finding *f = peer ? tcpwhy_table_finding_of(peer, v->cause) : NULL;

	if (f)
		count_mibs(&tn->peers, v->mibs);
	if (!f || (v->instead_of && !tcpwhy_engine_take_over(v, &f->evidence))) {
		tcpwhy_count(SEQUEL_TOO_LATE);
		return;
	}
	tcpwhy_engine_merge(&f->evidence, v);
	f->confidence = max(f->confidence_before, v->confidence);
	move(peer, o->now_ns);
}

static bool add_finding(struct tcpwhy_peer *peer, const struct tcpwhy_observation *o,
			struct tcpwhy_verdict *v, const u8 *header, u32 header_len)
{
	struct tcpwhy_finding *f;

	tcpwhy_engine_learn(&peer->idle_limit, v, tcpwhy_ms(o->now_ns));
	if (v->instead_of && !take_back(peer, v))
		return false;
	if (v->withdraws)
		withdraw(peer, v);
	f = tcpwhy_table_finding(peer, v->cause, o->now_ns);
	if (!f)
		return false;
	tcpwhy_engine_merge(&f->evidence, v);
	if (v->weight != TCPWHY_WEIGHT_EVENT && f->count)
		return false;
	add_event(peer, f, o, v);
	return tcpwhy_events_push(peer, f, header, header_len);
}

/* Return: whether somebody waits for what is in a ring now */
static bool report(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
		   struct tcpwhy_verdict *v, const u8 *header, u32 header_len)
{
	struct tcpwhy_peer *peer;
	bool pushed;

	lockdep_assert_held(&tcpwhy_table.lock);
	if (tn->peers.gone) {
		tcpwhy_count(NAMESPACE_GONE);
		return false;
	}
	if (v->weight == TCPWHY_WEIGHT_SEQUEL) {
		add_sequel(tn, o, v);
		return false;
	}
	peer = tcpwhy_table_peer(tn, &o->peer, o->now_ns);
	if (!peer)
		return false;
	pushed = add_finding(peer, o, v, header, header_len);
	/* What it had was taken back, or it is new, and had nothing that could be. */
	if (hlist_empty(&peer->findings))
		tcpwhy_table_forget(peer);
	return pushed;
}

/**
 * tcpwhy_peers_report() - record a verdict
 * @tn: namespace it happened in
 * @o: what was seen
 * @v: what it means; what is known of the peer may make it mean something else
 * @header: the packet from its IP header on, NULL if there is none
 * @header_len: bytes of it
 *
 * Context: any but NMI.
 */
void tcpwhy_peers_report(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
			 struct tcpwhy_verdict *v, const u8 *header, u32 header_len)
{
	unsigned long flags;
	bool pushed;

	raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
	pushed = report(tn, o, v, header, header_len);
	raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
	if (pushed)
		tcpwhy_events_kick();
}

/**
 * tcpwhy_peers_know() - is there a peer of this address?
 * @tn: namespace
 * @addr: address
 *
 * Context: any, under RCU; takes no lock.
 */
bool tcpwhy_peers_know(const struct tcpwhy_net *tn, const struct tcpwhy_addr *addr)
{
	return READ_ONCE(tn->peers.count) && tcpwhy_table_maybe(addr) &&
	       tcpwhy_table_lookup(tn, addr);
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

	if (!tcpwhy_peers_know(tn, &syn->saddr))
		return;
	raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
	peer = tcpwhy_table_lookup(tn, &syn->saddr);
	if (peer)
		tcpwhy_hosts_note_syn(&peer->hosts, syn, tcpwhy_ms(now_ns));
	raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
}

/**
 * tcpwhy_peers_note_silence() - a connection survived a silence; it counts if its peer
 * is known
 * @tn: namespace
 * @addr: the peer
 * @silence_ms: how long it was
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_peers_note_silence(struct tcpwhy_net *tn, const struct tcpwhy_addr *addr,
			       u32 silence_ms)
{
	struct tcpwhy_peer *peer;
	unsigned long flags;

	if (!tcpwhy_peers_know(tn, addr))
		return;
	raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
	peer = tcpwhy_table_lookup(tn, addr);
	if (peer)
		tcpwhy_idle_survived(&peer->idle_limit, silence_ms);
	raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
}

/**
 * tcpwhy_peers_visit() - look at the peers one after the other
 * @from: where to begin; 0, or what the last visit returned
 * @inum: of this namespace, by its inode number; 0: of all. No other's costs the lock.
 * @fn: answers false to stop before this peer, which is the next visit's first
 * @ctx: for @fn
 *
 * Context: process.
 * Return: where to go on, the size of the table at the end
 */
u32 tcpwhy_peers_visit(u32 from, u32 inum, tcpwhy_peer_fn fn, void *ctx)
{
	unsigned long flags;
	bool more;
	u32 i;

	for (i = from; i < tcpwhy_table.max; i++) {
		if (i % SLOTS_A_BREATH == 0)
			cond_resched();
		if (!tcpwhy_table_is_of(&tcpwhy_table.peers[i], inum))
			continue;
		raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
		more = !tcpwhy_table_is_of(&tcpwhy_table.peers[i], inum) ||
		       fn(&tcpwhy_table.peers[i], ctx);
		raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
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

	raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
	peer = tcpwhy_table_lookup(tn, addr);
	found = peer && fn(peer, ctx);
	raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
	return found;
}

/** tcpwhy_peers_brief() - what a message says of a peer; it is held still by the caller */
void tcpwhy_peers_brief(const struct tcpwhy_peer *peer, struct tcpwhy_peer_brief *brief)
{
	brief->addr = peer->addr;
	brief->first_ns = peer->first_ns;
	brief->last_ns = peer->last_ns;
	brief->inum = peer->inum;
	brief->clocks = peer->hosts.clocks;
	brief->fingerprints = peer->hosts.fingerprints;
}

/* The peer goes with its last finding. How much it is worth is judged anew at its next event. */
static bool forget_findings(struct tcpwhy_peer *peer, tcpwhy_finding_fn what, void *ctx)
{
	struct tcpwhy_finding *f;
	struct hlist_node *next;
	bool some = false;

	hlist_for_each_entry_safe(f, next, &peer->findings, node) {
		if (!what(f, ctx))
			continue;
		peer->events -= f->count;
		tcpwhy_table_drop(peer, f);
		some = true;
	}
	if (hlist_empty(&peer->findings))
		tcpwhy_table_forget(peer);
	return some;
}

/**
 * tcpwhy_peers_forget() - forget findings, and the peers that have no other
 * @inum: of this namespace, by its inode number; 0: of all
 * @which: says of which peers
 * @what: says which of their findings
 * @ctx: for both
 *
 * Context: process.
 * Return: of how many peers something was forgotten
 */
u32 tcpwhy_peers_forget(u32 inum, tcpwhy_peer_fn which, tcpwhy_finding_fn what, void *ctx)
{
	unsigned long flags;
	u32 i, n = 0;

	for (i = 0; i < tcpwhy_table.max; i++) {
		if (i % SLOTS_A_BREATH == 0)
			cond_resched();
		if (!tcpwhy_table_is_of(&tcpwhy_table.peers[i], inum))
			continue;
		raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
		if (tcpwhy_table_is_of(&tcpwhy_table.peers[i], inum) &&
		    which(&tcpwhy_table.peers[i], ctx) &&
		    forget_findings(&tcpwhy_table.peers[i], what, ctx))
			n++;
		raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
	}
	return n;
}

/**
 * tcpwhy_share_init() - a namespace begins
 * @share: its share
 * @initial: it is the initial one
 */
void tcpwhy_share_init(struct tcpwhy_share *share, bool initial)
{
	int i;

	memset(share, 0, sizeof(*share));
	share->initial = initial;
	for (i = 0; i < TCPWHY_WORTHS; i++)
		INIT_LIST_HEAD(&share->idle[i]);
}

static u32 forget_some(struct tcpwhy_share *share)
{
	struct tcpwhy_peer *peer;
	u32 n = 0;

	while (n < BATCH && (peer = tcpwhy_table_least(share, NULL))) {
		tcpwhy_table_forget(peer);
		n++;
	}
	return n;
}

/**
 * tcpwhy_share_release() - a namespace ends: its peers go, and none comes
 * @share: its share
 *
 * Context: process.
 */
void tcpwhy_share_release(struct tcpwhy_share *share)
{
	unsigned long flags;
	u32 n;

	do {
		raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
		share->gone = true;
		n = forget_some(share);
		raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
		cond_resched();
	} while (n);
}

/**
 * tcpwhy_share_read() - a consistent copy of the sums
 * @share: a namespace's share
 * @copy: result; its lists mean nothing
 */
void tcpwhy_share_read(struct tcpwhy_share *share, struct tcpwhy_share *copy)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&tcpwhy_table.lock, flags);
	*copy = *share;
	raw_spin_unlock_irqrestore(&tcpwhy_table.lock, flags);
}

