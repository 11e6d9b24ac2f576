/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the benchmark share. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdnoreturn.h>

/**
 * struct op - something whose cost is measured
 * @name: in the result
 * @times: how often in a batch
 * @setup: before the first batch, or NULL
 * @renew: before each batch, not measured, or NULL
 * @run: does it @times times
 * @teardown: after the last, or NULL
 */
struct op {
	const char *name;
	int times;
	void (*setup)(void);
	void (*renew)(void);
	void (*run)(int times);
	void (*teardown)(void);
};

/* In the files of these names; each ends with an entry without a name */
extern const struct op stream_ops[], reject_ops[], crafted_ops[], forward_ops[], lost_ops[];

noreturn void fail(const char *what);

/* measure.c */
#define BATCHES	41
void calibrate(void);
void measure(const char *setting, const struct op *op);
void watch(uint32_t us);

/* ticks.c */
int ticks(char **command);

/* shuffle.c */
void shuffle(void);

/* crafted.c */
void fill(uint32_t peers);
void leave_timewaits(uint32_t n);
void flood(void);

#endif /* BENCH_H */
