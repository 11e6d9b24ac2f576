// SPDX-License-Identifier: GPL-2.0
#include "core/rate.h"

#define SPAN_MS	10000

/*
 * The time of an event is taken before the lock that orders events, so that it
 * may be a little older than the span.
 */
static u32 since_start(const struct tcpwhy_rate *r, u32 now_ms)
{
	u32 passed = now_ms - r->start_ms;

	return passed > U32_MAX - SPAN_MS ? 0 : passed;
}

static void slide(struct tcpwhy_rate *r, u32 now_ms)
{
	u32 passed = since_start(r, now_ms);

	if (passed < SPAN_MS)
		return;
	r->before = passed < 2 * SPAN_MS ? r->now : 0;
	r->now = 0;
	r->start_ms = passed < 2 * SPAN_MS ? r->start_ms + SPAN_MS : now_ms;
}

/**
 * tcpwhy_rate_add() - one event
 * @r: the rate; all zero to begin with
 * @now_ms: milliseconds, any clock that goes back by less than a span; may wrap
 */
void tcpwhy_rate_add(struct tcpwhy_rate *r, u32 now_ms)
{
	slide(r, now_ms);
	if (r->now < U32_MAX)
		r->now++;
}

/**
 * tcpwhy_rate_per_1000s() - the rate now
 * @r: the rate
 * @now_ms: as for tcpwhy_rate_add()
 *
 * Return: events per 1000 seconds
 */
u32 tcpwhy_rate_per_1000s(const struct tcpwhy_rate *r, u32 now_ms)
{
	struct tcpwhy_rate s = *r;
	u64 weighed;

	slide(&s, now_ms);
	/* The span before counts for as much of it as the window still covers. */
	weighed = (u64)s.now * SPAN_MS + (u64)s.before * (SPAN_MS - since_start(&s, now_ms));
	weighed = div_u64(weighed * 100, SPAN_MS);
	return weighed > U32_MAX ? U32_MAX : (u32)weighed;
}
