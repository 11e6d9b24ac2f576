// SPDX-License-Identifier: GPL-2.0
/*
 * bench SETTING [OP...]   measure, a line a batch: setting, operation, instructions
 * bench -fill PEERS       refuse so many peers at a closed port
 * bench -timewait N       leave so many sockets in TIME_WAIT
 * bench -flood            spoofed SYNs without a pause: instructions for each
 * bench -ticks COMMAND... run it: instructions, largest resident set in KiB
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

void fail(const char *what)
{
	err(1, "%s", what);
}

static int wanted(const char *name, char **names)
{
	if (!*names)
		return 1;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return 1;
	return 0;
}

static void measure_all(const char *setting, const struct op *op, char **names)
{
	for (; op->name; op++)
		if (wanted(op->name, names))
			measure(setting, op);
}

static void make(const char *what, uint32_t n)
{
	if (!strcmp(what, "-fill"))
		fill(n);
	else if (!strcmp(what, "-timewait"))
		leave_timewaits(n);
	else if (!strcmp(what, "-flood"))
		flood();
	else
		errx(2, "%s: unknown", what);
}

int main(int argc, char **argv)
{
	/* ksoftirqd is above: else it would fall behind, and its work be counted elsewhere. */
	struct sched_param priority = { .sched_priority = 10 };

	if (argc < 2)
		errx(2, "usage: bench SETTING [OP...] | -fill PEERS | -timewait N | "
			"-flood | -ticks COMMAND...");
	if (!strcmp(argv[1], "-ticks"))
		return ticks(argv + 2);
	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		fail("sched_setscheduler");
	if (*argv[1] == '-') {
		make(argv[1], strtoul(argc > 2 ? argv[2] : "0", NULL, 10));
		return 0;
	}
	calibrate();
	measure_all(argv[1], stream_ops, argv + 2);
	measure_all(argv[1], reject_ops, argv + 2);
	measure_all(argv[1], crafted_ops, argv + 2);
	measure_all(argv[1], forward_ops, argv + 2);
	measure_all(argv[1], lost_ops, argv + 2);
	return 0;
}
