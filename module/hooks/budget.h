/* SPDX-License-Identifier: GPL-2.0 */
/* What others can send as fast as a wire carries it is looked at so many times a second. */
#ifndef TCPWHY_HOOKS_BUDGET_H
#define TCPWHY_HOOKS_BUDGET_H

#include <linux/types.h>

/**
 * enum tcpwhy_budget - for what
 * @TCPWHY_BUDGET_SYNS: to remember a SYN, and to see whether it or a RST is for TIME_WAIT where
 *	early demux has found none
 * @TCPWHY_BUDGET_EVENTS: to judge a packet that something is wrong with, and to tell of
 *	whom it came
 * @TCPWHY_BUDGET_FORWARDED: to look into what is for another host
 * @TCPWHY_BUDGET_CALLERS: to walk over the stack, for what nothing else tells
 * @TCPWHY_BUDGET_SEARCHES: to look for a segment's socket in one more namespace
 * @TCPWHY_BUDGETS: how many there are
 */
enum tcpwhy_budget {
	TCPWHY_BUDGET_SYNS,
	TCPWHY_BUDGET_EVENTS,
	TCPWHY_BUDGET_FORWARDED,
	TCPWHY_BUDGET_CALLERS,
	TCPWHY_BUDGET_SEARCHES,
	TCPWHY_BUDGETS,
};

bool tcpwhy_budget_take(enum tcpwhy_budget budget);

#endif /* TCPWHY_HOOKS_BUDGET_H */
