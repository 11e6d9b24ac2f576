/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_WHEN_H
#define TCPWHY_WHEN_H

#include <stdint.h>

/*
 * when_parse() - how many ns ago the moment is that @word means, as journalctl
 * takes it: 90s, 1h30m, 2w, "-10min", now, today, yesterday, 02:00,
 * 02:00:30, 2026-03-01, "2026-03-01 02:00:30", @1767449820. -1 if it is none,
 * or lies ahead.
 */
int when_parse(const char *word, uint64_t *ago);

#endif
