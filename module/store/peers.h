/* SPDX-License-Identifier: GPL-2.0 */
/* The bounded table of peers and what was found about them. */
#ifndef TCPWHY_STORE_PEERS_H
#define TCPWHY_STORE_PEERS_H

#include <linux/list.h>
#include <linux/rculist.h>

#include "core/cause.h"
#include "core/hosts.h"
#include "core/idle.h"
#include "core/rate.h"

struct tcpwhy_net;

/**
 * enum tcpwhy_worth - which peers make room first, then the longest idle
 * @TCPWHY_WORTH_LITTLE: nothing but `info` or `possible` findings
 * @TCPWHY_WORTH_ONCE: a single event
 * @TCPWHY_WORTH_EVIDENCE: all others
 * @TCPWHY_WORTHS: how many
 */
enum tcpwhy_worth {
	TCPWHY_WORTH_LITTLE,
	TCPWHY_WORTH_ONCE,
	TCPWHY_WORTH_EVIDENCE,
	TCPWHY_WORTHS,
};

/**
 * struct tcpwhy_share - a namespace's share of the table; under the table's lock
 * @idle: its peers by worth, the longest idle first
 * @count: how many
 * @initial: it is the initial namespace's
 * @gone: the namespace is being torn down: nothing is added any more
 * @by_cause: events since load
 * @by_mib: of these, the ones that the kernel counted too
 */
struct tcpwhy_share {
	struct list_head idle[TCPWHY_WORTHS];
	u32 count;
	bool initial;
	bool gone;
	u64 by_cause[TCPWHY_CAUSE_MAX + 1];
	u64 by_mib[TCPWHY_MIBS];
};

/**
 * struct tcpwhy_finding - a cause of a peer
 * @node: in the peer's findings, or in the pool
 * @count: events
 * @first_ns: first event
 * @last_ns: latest event
 * @evidence: of the latest, and sums
 * @rate: of events
 * @cause: &enum tcpwhy_cause_id
 * @lport: local port of the latest
 * @rport: remote port of the latest
 * @confidence: the highest so far
 * @confidence_before: the highest of all but the latest, of which more may become known
 */
struct tcpwhy_finding {
	struct hlist_node node;
	u64 count;
	u64 first_ns;
	u64 last_ns;
	struct tcpwhy_evidence evidence;
	struct tcpwhy_rate rate;
	u32 cause;
	u16 lport;
	u16 rport;
	u8 confidence;
	u8 confidence_before;
};

/**
 * struct tcpwhy_peer - a remote address in a namespace
 * @bucket: in the hash, read under RCU
 * @idle: in its owner's list of its worth, or in the free list
 * @share_idle: in its namespace's list of its worth
 * @addr: the address
 * @tn: the namespace; NULL: the slot is free
 * @first_ns: first event
 * @last_ns: latest event
 * @moved_ns: when it was put to the end of its lists
 * @events: sum over the findings
 * @findings: of &struct tcpwhy_finding
 * @hosts: signs of several hosts
 * @idle_limit: after which silences its connections are lost
 * @inum: the namespace's inode number; 0: the slot is free. A reader without the lock may
 *	look at it, as the namespace may be gone meanwhile
 * @worth: &enum tcpwhy_worth
 *
 * All but @bucket is written under the table's lock; all but that and @inum is read under it.
 */
struct tcpwhy_peer {
	struct hlist_node bucket;
	struct list_head idle;
	struct list_head share_idle;
	struct tcpwhy_addr addr;
	struct tcpwhy_net *tn;
	u64 first_ns;
	u64 last_ns;
	u64 moved_ns;
	u64 events;
	struct hlist_head findings;
	struct tcpwhy_hosts hosts;
	struct tcpwhy_idle idle_limit;
	u32 inum;
	u8 worth;
};

/**
 * struct tcpwhy_peer_brief - what a message says of a peer beside its findings
 * @addr: the address
 * @first_ns: first event
 * @last_ns: latest event
 * @inum: the namespace's inode number
 * @clocks: see &struct tcpwhy_hosts
 * @fingerprints: likewise
 */
struct tcpwhy_peer_brief {
	struct tcpwhy_addr addr;
	u64 first_ns;
	u64 last_ns;
	u32 inum;
	u8 clocks;
	u8 fingerprints;
};

/** struct tcpwhy_peers_status - how full the table is */
struct tcpwhy_peers_status {
	u32 count;
	u32 max;
	u64 evicted;
	u64 bytes;
};

/**
 * typedef tcpwhy_peer_fn - looks at one peer, under the table's lock with
 * interrupts off: must not sleep
 * Return: for tcpwhy_peers_visit(): whether to go on; for
 * tcpwhy_peers_forget(): whether to ask about its findings
 */
typedef bool (*tcpwhy_peer_fn)(const struct tcpwhy_peer *peer, void *ctx);

/** typedef tcpwhy_finding_fn - likewise at one of its findings; whether to forget it */
typedef bool (*tcpwhy_finding_fn)(const struct tcpwhy_finding *f, void *ctx);

int tcpwhy_peers_init(u32 max);
void tcpwhy_peers_free(void);
void tcpwhy_peers_status(struct tcpwhy_peers_status *s);

void tcpwhy_share_init(struct tcpwhy_share *share, bool initial);
void tcpwhy_share_release(struct tcpwhy_share *share);
void tcpwhy_share_read(struct tcpwhy_share *share, struct tcpwhy_share *copy);

void tcpwhy_peers_report(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
			 struct tcpwhy_verdict *v, const u8 *header, u32 header_len);
bool tcpwhy_peers_know(const struct tcpwhy_net *tn, const struct tcpwhy_addr *addr);
void tcpwhy_peers_note_syn(struct tcpwhy_net *tn, const struct tcpwhy_packet *syn, u64 now_ns);
void tcpwhy_peers_note_silence(struct tcpwhy_net *tn, const struct tcpwhy_addr *addr,
			       u32 silence_ms);

u32 tcpwhy_peers_visit(u32 from, u32 inum, tcpwhy_peer_fn fn, void *ctx);
bool tcpwhy_peers_find(const struct tcpwhy_net *tn, const struct tcpwhy_addr *addr,
		       tcpwhy_peer_fn fn, void *ctx);
void tcpwhy_peers_brief(const struct tcpwhy_peer *peer, struct tcpwhy_peer_brief *brief);
u32 tcpwhy_peers_forget(u32 inum, tcpwhy_peer_fn which, tcpwhy_finding_fn what, void *ctx);

#endif /* TCPWHY_STORE_PEERS_H */
