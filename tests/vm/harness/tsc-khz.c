// SPDX-License-Identifier: GPL-2.0
/* Prints how many thousand times a second this machine's time stamp counter ticks. */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct look {
	unsigned long long tsc;
	double seconds;
};

/* Both clocks at one moment: of many looks the one that nothing came between. */
static struct look look(void)
{
	unsigned long long best = ~0ULL;
	struct look found = { 0 };

	for (int i = 0; i < 1000; i++) {
		unsigned long long before = __rdtsc(), after;
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC_RAW, &now);
		after = __rdtsc();
		if (after - before >= best)
			continue;
		best = after - before;
		found.tsc = before + best / 2;
		found.seconds = now.tv_sec + now.tv_nsec / 1e9;
	}
	return found;
}

int main(void)
{
	struct look begin = look(), end;

	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	end = look();
	printf("%.0f\n", (end.tsc - begin.tsc) / (end.seconds - begin.seconds) / 1000);
	return 0;
}
