/* SPDX-License-Identifier: GPL-2.0 */
/* With -icount shift=0 the time stamp counter moves by one an instruction. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>

static inline uint64_t instructions(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

#endif /* BENCH_CLOCK_H */
