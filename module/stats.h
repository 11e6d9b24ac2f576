/* SPDX-License-Identifier: GPL-2.0 */
/* Named counters: why there may be nothing, and what it cost. */
#ifndef TCPWHY_STATS_H
#define TCPWHY_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/*
 * X(symbol, name). Each early return of a hook has one, and none is bumped for
 * an ordinary data packet. Shown by `tcpwhy status`, which explains them.
 */
#define TCPWHY_STATS(X)						\
	X(RARE_PACKETS, "rare-packets")				\
	X(NOT_FOR_US, "not-for-us")				\
	X(NOT_TCP, "not-tcp")					\
	X(FRAGMENT, "fragment")					\
	X(TRUNCATED, "truncated")				\
	X(MALFORMED, "malformed")				\
	X(BAD_CHECKSUM, "bad-checksum")				\
	X(PAWS_DROPS, "paws-drops")				\
	X(PAWS_NO_SOCKET, "paws-no-socket")			\
	X(STATE_CHANGES, "state-changes")			\
	X(FLOW_REPLACED, "flow-replaced")			\
	X(SWEEPS, "sweeps")					\
	X(SWEPT_SOCKETS, "swept-sockets")			\
	X(SWEEP_CROWDED, "sweep-crowded")			\
	X(SEQUEL_TOO_LATE, "sequel-too-late")			\
	X(NAMESPACE_GONE, "namespace-gone")			\
	X(OVER_QUOTA, "over-quota")				\
	X(EVENTS_SENT, "events-sent")				\
	X(EVENTS_LOST, "events-lost")

#define TCPWHY_STAT_ENUM(symbol, name)	TCPWHY_STAT_##symbol,
enum tcpwhy_stat {
	TCPWHY_STATS(TCPWHY_STAT_ENUM)
	TCPWHY_STAT_COUNT,
};
#undef TCPWHY_STAT_ENUM

struct tcpwhy_stats {
	unsigned long n[TCPWHY_STAT_COUNT];
};

DECLARE_PER_CPU(struct tcpwhy_stats, tcpwhy_stats);

/* Context: any. */
#define tcpwhy_count(stat)		this_cpu_inc(tcpwhy_stats.n[TCPWHY_STAT_##stat])
#define tcpwhy_count_many(stat, k)	this_cpu_add(tcpwhy_stats.n[TCPWHY_STAT_##stat], k)

const char *tcpwhy_stat_name(enum tcpwhy_stat stat);
u64 tcpwhy_stat_sum(enum tcpwhy_stat stat);

#endif /* TCPWHY_STATS_H */
