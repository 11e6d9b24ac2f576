// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"
#include "clock.h"

/* Long enough for every TIME_WAIT of the operation before to end; idle time costs nothing here. */
#define SETTLE_S	61
/*
 * Between batches, for all that a real-time program keeps waiting: the kernel's threads,
 * a tracer that prints.
 */
#define PAUSE_US	100000

/* Return: what it took */
static uint64_t spin(uint64_t n)
{
	uint64_t start = instructions();

	__asm__ volatile("1: sub $2, %0; jnz 1b" : "+r"(n));
	return instructions() - start;
}

/* Does the counter count instructions? A tick of the kernel's may fall into a try or two. */
void calibrate(void)
{
	uint64_t got = 0;
	int tries;

	for (tries = 0; tries < 5; tries++) {
		got = spin(4000000);
		if (got >= 3995000 && got < 4005000)
			return;
	}
	errx(3, "a loop of 4.00 M instructions reads %.3f M: not booted for counting?", got / 1e6);
}

/*
 * A tick of the kernel's costs some thousand instructions: a batch begins right
 * after one, and is over before the next.
 */
static void wait_for_tick(void)
{
	while (spin(1000) < 2000)
		;
}

/* Instructions of the batch that are the program's own waiting. */
static uint64_t waited;

/**
 * watch() - let time pass and count what the kernel does meanwhile, not the waiting
 * @us: how much time
 */
void watch(uint32_t us)
{
	uint64_t least = UINT64_MAX, start = instructions(), last = start, now, rounds = 0;

	do {
		/* Straight on is what the emulator is fast at. */
		__asm__ volatile(".rept 2000; nop; .endr");
		now = instructions();
		if (now - last < least)
			least = now - last;
		last = now;
		rounds++;
	} while (now - start < us * 1000ull);
	waited += rounds * least;
}

static void prepare(const struct op *op)
{
	shuffle();
	if (op->renew)
		op->renew();
	usleep(PAUSE_US);
	wait_for_tick();
}

void measure(const char *setting, const struct op *op)
{
	uint64_t start, taken;
	int i;

	sleep(SETTLE_S);
	if (op->setup)
		op->setup();
	for (i = 0; i <= BATCHES; i++) {
		prepare(op);
		waited = 0;
		start = instructions();
		op->run(op->times);
		taken = instructions() - start - waited;
		if (i) /* the first one warms up */
			printf("%s\t%s\t%.1f\n", setting, op->name, (double)taken / op->times);
	}
	if (op->teardown)
		op->teardown();
	fflush(stdout);
}
