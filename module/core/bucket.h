/* SPDX-License-Identifier: GPL-2.0 */
/* A token bucket: so many a tick in the long run, and at once what was saved. */
#ifndef TCPWHY_CORE_BUCKET_H
#define TCPWHY_CORE_BUCKET_H

#include "portable.h"

/**
 * struct tcpwhy_bucket - zeroed, it is full but on tick 0, when it is empty
 * @tick: when it was looked at last; wraps
 * @left: tokens
 */
struct tcpwhy_bucket {
	u32 tick;
	u32 left;
};

/**
 * tcpwhy_bucket_take() - take a token
 * @b: bucket
 * @tick: now
 * @rate: tokens that come with each tick, at least 1
 * @size: tokens that it holds, at least @rate
 *
 * Who is interrupted here by another that takes one may give that one back, and no more: with
 * @left read once, it cannot fall below 0.
 *
 * Return: false if there is none
 */
static inline bool tcpwhy_bucket_take(struct tcpwhy_bucket *b, u32 tick, u32 rate, u32 size)
{
	u32 passed = tick - b->tick, left = READ_ONCE(b->left);

	if (passed) {
		WRITE_ONCE(b->tick, tick);
		left = passed <= size / rate ? min(size, left + passed * rate) : size;
	}
	WRITE_ONCE(b->left, left - !!left);
	return left;
}

#endif /* TCPWHY_CORE_BUCKET_H */
