// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/utsname.h>

#include "kernel.h"

/* net/tcp_states.h */
#define LISTEN 10

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

static bool listens(const char *path, uint16_t port)
{
	FILE *file = fopen(path, "re");
	unsigned int local, state = LISTEN;
	char line[256];
	bool found = false;

	/* a heading, then those that listen, then all others, of which there may be many */
	if (file && fgets(line, sizeof(line), file))
		while (!found && state == LISTEN && fgets(line, sizeof(line), file))
			found = sscanf(line, " %*[^:]: %*[0-9A-Fa-f]:%x %*s %x", &local, &state) == 2 &&
				state == LISTEN && local == port;
	if (file)
		fclose(file);
	return found;
}

bool kernel_listens(uint16_t port)
{
	return listens("/proc/self/net/tcp", port) || listens("/proc/self/net/tcp6", port);
}

bool kernel_ephemeral(uint16_t port)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	/* as it is unless it was changed */
	unsigned int low = 32768, high = 60999;

	if (file) {
		if (fscanf(file, "%u %u", &low, &high) != 2) {
			low = 32768;
			high = 60999;
		}
		fclose(file);
	}
	return port >= low && port <= high;
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
