// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>

#include "stats.h"

DEFINE_PER_CPU(struct tcpwhy_stats, tcpwhy_stats);

static const char *const names[TCPWHY_STAT_COUNT] = {
	[TCPWHY_STAT_RARE_PACKETS] = "rare-packets",
	[TCPWHY_STAT_SYNS_SHED] = "syns-shed",
	[TCPWHY_STAT_EVENTS_SHED] = "events-shed",
	[TCPWHY_STAT_FORWARDED_SHED] = "forwarded-shed",
	[TCPWHY_STAT_CALLERS_SHED] = "callers-shed",
	[TCPWHY_STAT_SEARCHES_SHED] = "searches-shed",
	[TCPWHY_STAT_SYN_FORGOTTEN] = "syn-forgotten",
	[TCPWHY_STAT_NOT_FOR_US] = "not-for-us",
	[TCPWHY_STAT_NOT_TCP] = "not-tcp",
	[TCPWHY_STAT_FRAGMENT] = "fragment",
	[TCPWHY_STAT_TRUNCATED] = "truncated",
	[TCPWHY_STAT_MALFORMED] = "malformed",
	[TCPWHY_STAT_BAD_CHECKSUM] = "bad-checksum",
	[TCPWHY_STAT_DROPS] = "drops",
	[TCPWHY_STAT_DROPS_NO_SOCKET] = "drops-no-socket",
	[TCPWHY_STAT_DROPS_UNSEARCHED] = "drops-unsearched",
	[TCPWHY_STAT_RESETS] = "resets",
	[TCPWHY_STAT_RESETS_LEFT] = "resets-left",
	[TCPWHY_STAT_RESETS_TRANSLATED] = "resets-translated",
	[TCPWHY_STAT_TIMEOUTS] = "timeouts",
	[TCPWHY_STAT_STALL_REPLACED] = "stall-replaced",
	[TCPWHY_STAT_TOO_BIGS] = "too-bigs",
	[TCPWHY_STAT_TOO_BIGS_NO_SOCKET] = "too-bigs-no-socket",
	[TCPWHY_STAT_TOO_BIGS_OUT_OF_WINDOW] = "too-bigs-out-of-window",
	[TCPWHY_STAT_TOO_BIGS_ABSURD] = "too-bigs-absurd",
	[TCPWHY_STAT_TOO_BIGS_KNOWN] = "too-bigs-known",
	[TCPWHY_STAT_TOO_BIGS_CROWDED] = "too-bigs-crowded",
	[TCPWHY_STAT_TOO_BIGS_GONE] = "too-bigs-gone",
	[TCPWHY_STAT_OVERSIZED] = "oversized",
	[TCPWHY_STAT_OVERSIZED_REPLACED] = "oversized-replaced",
	[TCPWHY_STAT_REFUSALS] = "refusals",
	[TCPWHY_STAT_REFUSALS_NO_SOCKET] = "refusals-no-socket",
	[TCPWHY_STAT_REFUSALS_SENT] = "refusals-sent",
	[TCPWHY_STAT_REFUSALS_LATE] = "refusals-late",
	[TCPWHY_STAT_SYNS_UNSENT] = "syns-unsent",
	[TCPWHY_STAT_SYN_ACKS_LOST] = "syn-acks-lost",
	[TCPWHY_STAT_TOO_BIGS_LOST] = "too-bigs-lost",
	[TCPWHY_STAT_CONNECTS_REPLACED] = "connects-replaced",
	[TCPWHY_STAT_STATE_CHANGES] = "state-changes",
	[TCPWHY_STAT_DATAGRAMS_BROKEN] = "datagrams-broken",
	[TCPWHY_STAT_DATAGRAMS_FOREIGN] = "datagrams-foreign",
	[TCPWHY_STAT_FRAGMENTS_NO_ROOM] = "fragments-no-room",
	[TCPWHY_STAT_FORWARDED] = "forwarded",
	[TCPWHY_STAT_FORWARDED_TOO_BIG] = "forwarded-too-big",
	[TCPWHY_STAT_FORWARDED_NOWHERE] = "forwarded-nowhere",
	[TCPWHY_STAT_NO_NAMESPACE] = "no-namespace",
	[TCPWHY_STAT_FORWARDED_NO_ROOM] = "forwarded-no-room",
	[TCPWHY_STAT_FORWARDED_NOT_SAMPLED] = "forwarded-not-sampled",
	[TCPWHY_STAT_SERVER_REPLACED] = "server-replaced",
	[TCPWHY_STAT_FLOW_REPLACED] = "flow-replaced",
	[TCPWHY_STAT_SWEEPS] = "sweeps",
	[TCPWHY_STAT_SWEPT_SOCKETS] = "swept-sockets",
	[TCPWHY_STAT_SWEPT_CROWDED] = "swept-crowded",
	[TCPWHY_STAT_SWEEPS_WAITING] = "sweeps-waiting",
	[TCPWHY_STAT_SWEEP_CROWDED] = "sweep-crowded",
	[TCPWHY_STAT_BINDS_FAILED] = "binds-failed",
	[TCPWHY_STAT_SEQUEL_TOO_LATE] = "sequel-too-late",
	[TCPWHY_STAT_NAMESPACE_GONE] = "namespace-gone",
	[TCPWHY_STAT_NAMESPACE_UNSEEN] = "namespace-unseen",
	[TCPWHY_STAT_OVER_QUOTA] = "over-quota",
	[TCPWHY_STAT_EVENTS_SENT] = "events-sent",
	[TCPWHY_STAT_EVENTS_LOST] = "events-lost",
};

const char *tcpwhy_stat_name(enum tcpwhy_stat stat)
{
	return names[stat];
}

/**
 * tcpwhy_stat_sum() - a counter over all CPUs
 * @stat: which
 */
u64 tcpwhy_stat_sum(enum tcpwhy_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(tcpwhy_stats, cpu).n[stat]);
	return sum;
}
