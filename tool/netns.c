// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>
#include <linux/nsfs.h>

#include "netns.h"
#include "text.h"

#define NETNS_DIR "/run/netns"

/* PROC_DYNAMIC_FIRST in fs/proc/generic.c: namespaces are numbered from here */
#define FIRST_INODE 0xf0000000U

static struct known {
	uint32_t inode;
	char name[NETNS_NAME_SIZE];
} *known;
static size_t known_count;
static bool looked;

/*
 * A file of nsfs that is a network namespace. Only such a one may be opened: a device, or a pipe,
 * would notice. On anything else the number would be that of a file.
 */
static uint32_t inode_of(const char *path)
{
	struct statfs fs;
	struct stat st;
	int fd, type;

	if (statfs(path, &fs) || fs.f_type != NSFS_MAGIC)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return 0;
	type = ioctl(fd, NS_GET_NSTYPE);
	if (type != CLONE_NEWNET || fstat(fd, &st))
		st.st_ino = 0;
	close(fd);
	return st.st_ino;
}

static uint32_t inode_of_pid(const char *pid)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%.16s/ns/net", pid);
	return inode_of(path);
}

static bool number(const char *word, unsigned long *value)
{
	char *end;

	*value = strtoul(word, &end, 10);
	return *word >= '0' && *word <= '9' && !*end;
}

uint32_t netns_inode(const char *word)
{
	char path[PATH_MAX];
	unsigned long value;
	uint32_t inode;

	if (strchr(word, '/'))
		return inode_of(word);
	if (!strncmp(word, "pid:", 4))
		return number(word + 4, &value) ? inode_of_pid(word + 4) : 0;
	if (!strncmp(word, "inode:", 6))
		return number(word + 6, &value) && value <= UINT32_MAX ? value : 0;
	snprintf(path, sizeof(path), NETNS_DIR "/%s", word);
	inode = *word ? inode_of(path) : 0;
	if (inode || !number(word, &value))
		return inode;
	if (value >= FIRST_INODE)
		return value <= UINT32_MAX ? value : 0;
	return inode_of_pid(word);
}

static void look(void)
{
	DIR *dir = opendir(NETNS_DIR);
	struct dirent *entry;

	looked = true;
	known_count = 0;
	while (dir && (entry = readdir(dir))) {
		char path[sizeof(NETNS_DIR) + 1 + NAME_MAX];
		struct known *more;

		if (entry->d_name[0] == '.')
			continue;
		more = realloc(known, (known_count + 1) * sizeof(*known));
		if (!more)
			break;
		known = more;
		snprintf(path, sizeof(path), NETNS_DIR "/%s", entry->d_name);
		known[known_count].inode = inode_of(path);
		text_escape(known[known_count].name, NETNS_NAME_SIZE, entry->d_name);
		known_count++;
	}
	if (dir)
		closedir(dir);
}

const char *netns_name(uint32_t inode, char buf[NETNS_NAME_SIZE])
{
	if (!looked)
		look();
	for (size_t i = 0; i < known_count; i++)
		if (known[i].inode == inode)
			return known[i].name;
	snprintf(buf, NETNS_NAME_SIZE, "%u", inode);
	return buf;
}

void netns_refresh(void)
{
	looked = false;
}
