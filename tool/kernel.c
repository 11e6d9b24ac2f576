// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

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

static void read_listeners(const char *path, bool known[UINT16_MAX + 1])
{
	FILE *file = fopen(path, "re");
	unsigned int local, state = LISTEN;
	char line[256];

	/* a heading, then those that listen, then all others, of which there may be many */
	if (file && fgets(line, sizeof(line), file))
		while (state == LISTEN && fgets(line, sizeof(line), file))
			if (sscanf(line, " %*[^:]: %*[0-9A-Fa-f]:%x %*s %x", &local, &state) == 2 &&
			    state == LISTEN)
				known[(uint16_t)local] = true;
	if (file)
		fclose(file);
}

bool kernel_listens(uint16_t port)
{
	static bool known[UINT16_MAX + 1];
	static time_t read_at;
	time_t now = time(NULL);

	/* it is asked for each row of a table; who listens changes rarely */
	if (read_at != now) {
		memset(known, 0, sizeof(known));
		read_listeners("/proc/self/net/tcp", known);
		read_listeners("/proc/self/net/tcp6", known);
		read_at = now;
	}
	return known[port];
}

bool kernel_process(uint64_t pid, uint64_t boot_ns)
{
	unsigned long long started;
	char path[64], line[512];
	const char *behind;
	bool known = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", pid);
	file = fopen(path, "re");
	/* proc(5): the 22nd value is the start; the second may have blanks and brackets in it */
	if (file && fgets(line, sizeof(line), file) && (behind = strrchr(line, ')')))
		known = sscanf(behind, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u "
				       "%*d %*d %*d %*d %*d %*d %llu", &started) == 1;
	if (file)
		fclose(file);
	return known && started / sysconf(_SC_CLK_TCK) <= boot_ns / 1000000000;
}

bool kernel_ephemeral(uint16_t port)
{
	static unsigned int low, high;
	FILE *file = high ? NULL : fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

	if (!high && (!file || fscanf(file, "%u %u", &low, &high) != 2)) {
		/* as it is unless it was changed */
		low = 32768;
		high = 60999;
	}
	if (file)
		fclose(file);
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
