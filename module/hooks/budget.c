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
 * A walk over the stack takes some 12 000 instructions. It is for a race between CPUs, so that
 * few are in vain but in a flood, which shall not find many saved.
 */
#define WALKS_A_SECOND	1000
#define WALKS_SAVED	64

/* Some 400 instructions each; a segment takes several, and few segments take any. */
#define SEARCHES_A_SECOND	10000
#define SEARCHES_SAVED		1000

/*
 * Taken from by hooks in all contexts of hooks/observe.h, without a lock: a softirq may come in
 * between, and after NFQUEUE another CPU. Then a token is taken twice, and no worse.
 */
static DEFINE_PER_CPU(struct tcpwhy_bucket [TCPWHY_BUDGETS], buckets);

static const struct {
	u32 a_second;
	u32 saved;
	enum tcpwhy_stat shed;
} budgets[TCPWHY_BUDGETS] = {
	[TCPWHY_BUDGET_SYNS] = { A_SECOND, SAVED, TCPWHY_STAT_SYNS_SHED },
	[TCPWHY_BUDGET_EVENTS] = { A_SECOND, SAVED, TCPWHY_STAT_EVENTS_SHED },
	[TCPWHY_BUDGET_FORWARDED] = { A_SECOND, SAVED, TCPWHY_STAT_FORWARDED_SHED },
	[TCPWHY_BUDGET_CALLERS] = { WALKS_A_SECOND, WALKS_SAVED, TCPWHY_STAT_CALLERS_SHED },
	[TCPWHY_BUDGET_SEARCHES] = { SEARCHES_A_SECOND, SEARCHES_SAVED,
				     TCPWHY_STAT_SEARCHES_SHED },
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

	if (likely(tcpwhy_bucket_take(bucket, tcp_jiffies32,
				      max(budgets[budget].a_second / HZ, 1u),
				      budgets[budget].saved)))
		return true;
	this_cpu_inc(tcpwhy_stats.n[budgets[budget].shed]);
	return false;
}
