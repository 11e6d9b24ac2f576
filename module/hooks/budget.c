// SPDX-License-Identifier: GPL-2.0
/*
 * A flood must not become work: what looks into packets costs some thousand instructions and
 * locks that all CPUs share. Beyond a budget packets pass, are counted, and nothing else. What
 * this host does itself, its sockets' deaths and time-outs, has no budget: nobody else sets
 * its pace.
 */
#include <linux/percpu.h>
#include <net/tcp.h>

#include "core/bucket.h"
#include "hooks/budget.h"
#include "stats.h"

/*
 * By each CPU: at 4000 instructions for the dearest, 3 % of one that does 3 billion a second. A
 * lock that is held for 0.3 us is busy for half of the time with 64 such CPUs.
 */
#define A_SECOND	25000

/* Who restarts a busy server refuses thousands at once: a second's worth is saved. */
#define SAVED		A_SECOND

/*
 * Taken from by hooks in all contexts of hooks/observe.h, without a lock: a softirq may come in
 * between, and after NFQUEUE another CPU. Then a token is taken twice, and no worse.
 */
static DEFINE_PER_CPU(struct tcpwhy_bucket [TCPWHY_BUDGETS], buckets);

static const enum tcpwhy_stat shed[TCPWHY_BUDGETS] = {
	[TCPWHY_BUDGET_SYNS] = TCPWHY_STAT_SYNS_SHED,
	[TCPWHY_BUDGET_EVENTS] = TCPWHY_STAT_EVENTS_SHED,
	[TCPWHY_BUDGET_FORWARDED] = TCPWHY_STAT_FORWARDED_SHED,
};

/**
 * tcpwhy_budget_take() - may this be looked into?
 * @budget: which
 *
 * Context: any but NMI. Where it can be moved to another CPU meanwhile, one more or less is
 * looked at.
 * Return: false, counted, if not
 */
bool tcpwhy_budget_take(enum tcpwhy_budget budget)
{
	struct tcpwhy_bucket *bucket = raw_cpu_ptr(&buckets[budget]);

	if (likely(tcpwhy_bucket_take(bucket, tcp_jiffies32, A_SECOND / HZ, SAVED)))
		return true;
	this_cpu_inc(tcpwhy_stats.n[shed[budget]]);
	return false;
}
