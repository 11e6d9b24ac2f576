// SPDX-License-Identifier: GPL-2.0
#include "clock.h"

static int64_t offset;

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

uint64_t clock_boot(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

void clock_sync(uint64_t asked, uint64_t module_now, uint64_t answered)
{
	/* the same clock: the module looked at it between question and answer, however late that was */
	if (module_now >= asked && module_now <= answered)
		offset = 0;
	else
		offset = (int64_t)(module_now - (asked + (answered - asked) / 2));
}

uint64_t clock_now(void)
{
	return read_clock(CLOCK_BOOTTIME) + offset;
}

uint64_t clock_by_wall(void)
{
	uint64_t ahead = read_clock(CLOCK_REALTIME) - clock_now();

	offset += ahead;
	return ahead;
}

struct timespec clock_wall(uint64_t boot_ns)
{
	uint64_t wall = read_clock(CLOCK_REALTIME) - (clock_now() - boot_ns);

	return (struct timespec) {
		.tv_sec = wall / NSEC_PER_SEC,
		.tv_nsec = wall % NSEC_PER_SEC,
	};
}

uint64_t clock_ago(uint64_t boot_ns)
{
	uint64_t now = clock_now();

	return now > boot_ns ? now - boot_ns : 0;
}
