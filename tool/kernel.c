// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/utsname.h>

#include "kernel.h"

/* in /proc/net/ip_vs, before the first service */
#define IPVS_HEADING 3

bool kernel_at_least(unsigned int major, unsigned int minor)
{
	unsigned int has_major, has_minor;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%u.%u", &has_major, &has_minor) != 2)
		return false;
	return has_major > major || (has_major == major && has_minor >= minor);
}

bool kernel_ipvs(void)
{
	FILE *file = fopen("/proc/net/ip_vs", "re");
	char line[256];
	int lines = 0;

	if (!file)
		return false;
	while (lines <= IPVS_HEADING && fgets(line, sizeof(line), file))
		lines++;
	fclose(file);
	return lines > IPVS_HEADING;
}
