// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>

#include "stats.h"

DEFINE_PER_CPU(struct tcpwhy_stats, tcpwhy_stats);

#define TCPWHY_STAT_NAME(symbol, name)	[TCPWHY_STAT_##symbol] = name,
static const char *const names[TCPWHY_STAT_COUNT] = {
	TCPWHY_STATS(TCPWHY_STAT_NAME)
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
