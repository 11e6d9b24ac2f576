/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_CLOCK_H
#define TCPWHY_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_MSEC 1000000ULL

/*
 * The module's clock is CLOCK_BOOTTIME of the initial time namespace, and the
 * tool's may be another's: clock_sync() takes the module's own "now" as the
 * truth, and all others speak of that clock. @asked and @answered are
 * clock_boot() before the module was asked and after it answered.
 */
uint64_t clock_boot(void);
void clock_sync(uint64_t asked, uint64_t module_now, uint64_t answered);
uint64_t clock_now(void);
/*
 * clock_by_wall() - from here on a moment is in nanoseconds since 1970, so that those before the
 * machine was started have one. What was read of the module has to be moved by what this returns.
 */
uint64_t clock_by_wall(void);
/* clock_wall() - the wall-clock time of a moment */
struct timespec clock_wall(uint64_t boot_ns);
/* clock_ago() - nanoseconds since, 0 for what lies ahead */
uint64_t clock_ago(uint64_t boot_ns);

#endif
