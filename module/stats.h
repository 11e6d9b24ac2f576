/* SPDX-License-Identifier: GPL-2.0 */
/* Named counters: why there may be nothing, and what it cost. */
#ifndef TCPWHY_STATS_H
#define TCPWHY_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * enum tcpwhy_stat - the counters, all shown by `tcpwhy status`
 * @TCPWHY_STAT_RARE_PACKETS: packets looked into: SYN, RST, what met TIME_WAIT or a request
 * @TCPWHY_STAT_SYNS_SHED: SYNs of a flood that were not remembered, see hooks/budget.c
 * @TCPWHY_STAT_EVENTS_SHED: events of a flood of which nobody was told, nor whom they came from
 * @TCPWHY_STAT_FORWARDED_SHED: segments of other hosts that a flood left no time for
 * @TCPWHY_STAT_CALLERS_SHED: RSTs of a flood of which it was not looked for what made them
 * @TCPWHY_STAT_SEARCHES_SHED: namespaces that a flood left no time to look for a socket in
 * @TCPWHY_STAT_SYN_FORGOTTEN: connections whose SYN was not seen, or pushed out by later ones
 * @TCPWHY_STAT_NOT_FOR_US: of these: another host's, seen in promiscuous mode
 * @TCPWHY_STAT_NOT_TCP: of these: no TCP, for all that its IP header said
 * @TCPWHY_STAT_FRAGMENT: of these: a fragment, which nobody can judge
 * @TCPWHY_STAT_TRUNCATED: of these: ends before its headers do
 * @TCPWHY_STAT_MALFORMED: of these: lengths that contradict each other
 * @TCPWHY_STAT_BAD_CHECKSUM: of these: not believed
 * @TCPWHY_STAT_DROPS: segments dropped on a full socket: by PAWS, and RSTs
 * @TCPWHY_STAT_DROPS_NO_SOCKET: of these: the socket was not found (any more)
 * @TCPWHY_STAT_DROPS_UNSEARCHED: of these: not all namespaces were searched for it
 * @TCPWHY_STAT_RESETS: RSTs that TCP sent, or took
 * @TCPWHY_STAT_RESETS_LEFT: RSTs that left, and TCP had not made
 * @TCPWHY_STAT_RESETS_TRANSLATED: of these: passed on under an address of this host, and conntrack
 *	does not know whose they are
 * @TCPWHY_STAT_TIMEOUTS: segments sent again by the retransmission timer
 * @TCPWHY_STAT_STALL_REPLACED: stalled connections forgotten since their set was full
 * @TCPWHY_STAT_TOO_BIGS: messages of routers that a segment was too big
 * @TCPWHY_STAT_TOO_BIGS_NO_SOCKET: of these: about no connection of this host
 * @TCPWHY_STAT_TOO_BIGS_OUT_OF_WINDOW: of these: about nothing that is under way
 * @TCPWHY_STAT_TOO_BIGS_ABSURD: of these: say less than any link may carry
 * @TCPWHY_STAT_TOO_BIGS_KNOWN: of these: say what the connection has been told
 * @TCPWHY_STAT_TOO_BIGS_CROWDED: of these: not looked after, as too many were at once
 * @TCPWHY_STAT_TOO_BIGS_GONE: of these: gone, or in its program's hands, before TCP acted
 * @TCPWHY_STAT_OVERSIZED: segments of this host that a device beyond its own dropped as too large
 * @TCPWHY_STAT_OVERSIZED_REPLACED: connections of such forgotten since their table was full
 * @TCPWHY_STAT_REFUSALS: ICMP errors other than these that came
 * @TCPWHY_STAT_REFUSALS_NO_SOCKET: of these: about a datagram of no socket of this host
 * @TCPWHY_STAT_REFUSALS_SENT: ICMP errors that answered a SYN or a datagram
 * @TCPWHY_STAT_REFUSALS_LATE: of these and those: about an answer that came too late
 * @TCPWHY_STAT_SYNS_UNSENT: SYNs of this host that it dropped itself
 * @TCPWHY_STAT_SYN_ACKS_LOST: answers to SYNs that this host dropped while a connect waited
 * @TCPWHY_STAT_TOO_BIGS_LOST: messages that a segment was too big that this host dropped, while a
 *	connection stalled
 * @TCPWHY_STAT_CONNECTS_REPLACED: connects without an answer that made room for others
 * @TCPWHY_STAT_STATE_CHANGES: changes of a socket's state that were looked into
 * @TCPWHY_STAT_DATAGRAMS_BROKEN: datagrams in pieces that did not become whole
 * @TCPWHY_STAT_DATAGRAMS_FOREIGN: of these: a packet socket's copy, or no IP (6LoWPAN)
 * @TCPWHY_STAT_FRAGMENTS_NO_ROOM: fragments refused for want of memory
 * @TCPWHY_STAT_FORWARDED: segments of other hosts that were looked into
 * @TCPWHY_STAT_FORWARDED_TOO_BIG: of these: too big to be forwarded
 * @TCPWHY_STAT_FORWARDED_NOWHERE: of these: for an address of this host, and IPVS does not know for
 *	which real server
 * @TCPWHY_STAT_NO_NAMESPACE: packets that have neither a device nor a route that tells
 *	whose they are
 * @TCPWHY_STAT_FORWARDED_NO_ROOM: connections of other hosts that were not followed since
 *	all places were taken by such as are stuck
 * @TCPWHY_STAT_FORWARDED_NOT_SAMPLED: likewise since more begin than a sample takes
 * @TCPWHY_STAT_SERVER_REPLACED: servers forgotten since their set was full
 * @TCPWHY_STAT_FLOW_REPLACED: connections forgotten since their set of the flow cache was full
 * @TCPWHY_STAT_SWEEPS: walks over all sockets that began
 * @TCPWHY_STAT_SWEPT_SOCKETS: sockets that they looked at
 * @TCPWHY_STAT_SWEPT_CROWDED: buckets with so many sockets that the rest was not looked at
 * @TCPWHY_STAT_SWEEPS_WAITING: walks that were due and had to wait for another's, once for each
 *	look
 * @TCPWHY_STAT_SWEEP_CROWDED: sockets that found no room in the count
 * @TCPWHY_STAT_BINDS_FAILED: bind() found no local port
 * @TCPWHY_STAT_SEQUEL_TOO_LATE: sequels of a finding that had been forgotten
 * @TCPWHY_STAT_NAMESPACE_GONE: events of a namespace that was being torn down
 * @TCPWHY_STAT_NAMESPACE_UNSEEN: namespaces left without netfilter hooks, as their tables of hooks
 *	were full, or for want of memory
 * @TCPWHY_STAT_OVER_QUOTA: peers that made room as namespaces other than the initial one hold half
 * @TCPWHY_STAT_EVENTS_SENT: notifications
 * @TCPWHY_STAT_EVENTS_LOST: notifications lost: the ring was full, or no memory
 * @TCPWHY_STAT_COUNT: how many there are
 *
 * Each early return of a hook has one. None is bumped for an ordinary data packet.
 */
enum tcpwhy_stat {
	TCPWHY_STAT_RARE_PACKETS,
	TCPWHY_STAT_SYNS_SHED,
	TCPWHY_STAT_EVENTS_SHED,
	TCPWHY_STAT_FORWARDED_SHED,
	TCPWHY_STAT_CALLERS_SHED,
	TCPWHY_STAT_SEARCHES_SHED,
	TCPWHY_STAT_SYN_FORGOTTEN,
	TCPWHY_STAT_NOT_FOR_US,
	TCPWHY_STAT_NOT_TCP,
	TCPWHY_STAT_FRAGMENT,
	TCPWHY_STAT_TRUNCATED,
	TCPWHY_STAT_MALFORMED,
	TCPWHY_STAT_BAD_CHECKSUM,
	TCPWHY_STAT_DROPS,
	TCPWHY_STAT_DROPS_NO_SOCKET,
	TCPWHY_STAT_DROPS_UNSEARCHED,
	TCPWHY_STAT_RESETS,
	TCPWHY_STAT_RESETS_LEFT,
	TCPWHY_STAT_RESETS_TRANSLATED,
	TCPWHY_STAT_TIMEOUTS,
	TCPWHY_STAT_STALL_REPLACED,
	TCPWHY_STAT_TOO_BIGS,
	TCPWHY_STAT_TOO_BIGS_NO_SOCKET,
	TCPWHY_STAT_TOO_BIGS_OUT_OF_WINDOW,
	TCPWHY_STAT_TOO_BIGS_ABSURD,
	TCPWHY_STAT_TOO_BIGS_KNOWN,
	TCPWHY_STAT_TOO_BIGS_CROWDED,
	TCPWHY_STAT_TOO_BIGS_GONE,
	TCPWHY_STAT_OVERSIZED,
	TCPWHY_STAT_OVERSIZED_REPLACED,
	TCPWHY_STAT_REFUSALS,
	TCPWHY_STAT_REFUSALS_NO_SOCKET,
	TCPWHY_STAT_REFUSALS_SENT,
	TCPWHY_STAT_REFUSALS_LATE,
	TCPWHY_STAT_SYNS_UNSENT,
	TCPWHY_STAT_SYN_ACKS_LOST,
	TCPWHY_STAT_TOO_BIGS_LOST,
	TCPWHY_STAT_CONNECTS_REPLACED,
	TCPWHY_STAT_STATE_CHANGES,
	TCPWHY_STAT_DATAGRAMS_BROKEN,
	TCPWHY_STAT_DATAGRAMS_FOREIGN,
	TCPWHY_STAT_FRAGMENTS_NO_ROOM,
	TCPWHY_STAT_FORWARDED,
	TCPWHY_STAT_FORWARDED_TOO_BIG,
	TCPWHY_STAT_FORWARDED_NOWHERE,
	TCPWHY_STAT_NO_NAMESPACE,
	TCPWHY_STAT_FORWARDED_NO_ROOM,
	TCPWHY_STAT_FORWARDED_NOT_SAMPLED,
	TCPWHY_STAT_SERVER_REPLACED,
	TCPWHY_STAT_FLOW_REPLACED,
	TCPWHY_STAT_SWEEPS,
	TCPWHY_STAT_SWEPT_SOCKETS,
	TCPWHY_STAT_SWEPT_CROWDED,
	TCPWHY_STAT_SWEEPS_WAITING,
	TCPWHY_STAT_SWEEP_CROWDED,
	TCPWHY_STAT_BINDS_FAILED,
	TCPWHY_STAT_SEQUEL_TOO_LATE,
	TCPWHY_STAT_NAMESPACE_GONE,
	TCPWHY_STAT_NAMESPACE_UNSEEN,
	TCPWHY_STAT_OVER_QUOTA,
	TCPWHY_STAT_EVENTS_SENT,
	TCPWHY_STAT_EVENTS_LOST,
	TCPWHY_STAT_COUNT,
};

struct tcpwhy_stats {
	unsigned long n[TCPWHY_STAT_COUNT];
};

/*
 * Counted by all hooks, in all contexts of hooks/observe.h, and by work items; read by anybody. To
 * add on this CPU is one step that nothing comes in between of, preemptible or not.
 */
DECLARE_PER_CPU(struct tcpwhy_stats, tcpwhy_stats);

/* Context: any. */
#define tcpwhy_count(stat)		this_cpu_inc(tcpwhy_stats.n[TCPWHY_STAT_##stat])
#define tcpwhy_count_many(stat, k)	this_cpu_add(tcpwhy_stats.n[TCPWHY_STAT_##stat], k)

const char *tcpwhy_stat_name(enum tcpwhy_stat stat);
u64 tcpwhy_stat_sum(enum tcpwhy_stat stat);

#endif /* TCPWHY_STATS_H */
