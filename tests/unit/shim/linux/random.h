/* SPDX-License-Identifier: GPL-2.0 */
/* In place of the kernel's, for user space: the same each time, so that a failure comes again. */
#ifndef TCPWHY_SHIM_LINUX_RANDOM_H
#define TCPWHY_SHIM_LINUX_RANDOM_H

#include <string.h>

static inline void get_random_bytes(void *to, int len)
{
	memset(to, 0x5a, len);
}

#endif /* TCPWHY_SHIM_LINUX_RANDOM_H */
