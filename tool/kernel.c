// SPDX-License-Identifier: GPL-2.0
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

static bool is_ours(uint32_t netns)
{
	struct stat own;

	return !stat("/proc/self/ns/net", &own) && (uint32_t)own.st_ino == netns;
}

bool kernel_interface(uint32_t netns, uint32_t index, char name[KERNEL_INTERFACE_SIZE])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:@";

	_Static_assert(KERNEL_INTERFACE_SIZE == IF_NAMESIZE, "as if_indextoname() wants it");
	if (is_ours(netns) && if_indextoname(index, name) && *name != '-' &&
	    !name[strspn(name, plain)])
		return true;
	*name = '\0';
	return false;
}
