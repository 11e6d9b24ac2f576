/* SPDX-License-Identifier: GPL-2.0 */
/* Events a second, averaged over about ten seconds, in 12 bytes. */
#ifndef TCPWHY_CORE_RATE_H
#define TCPWHY_CORE_RATE_H

#include "portable.h"

/**
 * struct tcpwhy_rate - a sliding window made of the current and the last span
 * @start_ms: when the current span began, milliseconds; wraps
 * @now: events in it
 * @before: events in the span before it
 */
struct tcpwhy_rate {
	u32 start_ms;
	u32 now;
	u32 before;
};

void tcpwhy_rate_add(struct tcpwhy_rate *r, u32 now_ms);
u32 tcpwhy_rate_per_1000s(const struct tcpwhy_rate *r, u32 now_ms);

#endif /* TCPWHY_CORE_RATE_H */
