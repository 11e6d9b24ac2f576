// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of kernel.c: TCPWHY_KERNEL names the release ("5.10"), and a director by "-ipvs" after it;
 * TCPWHY_LISTENS is the port that something listens on; TCPWHY_GONE is a process that has ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

bool kernel_at_least(unsigned int major, unsigned int minor)
{
	const char *name = getenv("TCPWHY_KERNEL");
	unsigned int has_major = 6, has_minor = 1;

	if (name)
		sscanf(name, "%u.%u", &has_major, &has_minor);
	return has_major > major || (has_major == major && has_minor >= minor);
}

bool kernel_listens(uint16_t port)
{
	const char *name = getenv("TCPWHY_LISTENS");

	return name && atoi(name) == port;
}

bool kernel_process(uint64_t pid, uint64_t boot_ns)
{
	const char *name = getenv("TCPWHY_GONE");

	(void)boot_ns;
	return !name || strtoull(name, NULL, 10) != pid;
}

bool kernel_ephemeral(uint16_t port)
{
	return port >= 32768 && port <= 60999;
}

bool kernel_ipvs(void)
{
	const char *name = getenv("TCPWHY_KERNEL");

	return name && strstr(name, "-ipvs");
}

bool kernel_interface(uint32_t netns, uint32_t index, char name[KERNEL_INTERFACE_SIZE])
{
	bool known = index == 7;

	(void)netns;
	strcpy(name, known ? "eth0" : "");
	return known;
}
