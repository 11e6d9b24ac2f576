// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"
#include "text.h"

/* enum fid_type in include/linux/exportfs.h: the handle of a cgroup is its id */
#define FILEID_KERNFS 0xfe

/* The v2 tree: on its own, or beside the v1 ones (systemd's hybrid layout). */
static const char *root(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!statfs(places[i], &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
			return places[i];
	return NULL;
}

static int open_cgroup(const char *tree, uint64_t id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} by = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	int mount = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (mount < 0)
		return -1;
	memcpy(by.room + sizeof(by.handle), &id, sizeof(id));
	fd = open_by_handle_at(mount, &by.handle, O_PATH | O_CLOEXEC);
	close(mount);
	return fd;
}

bool cgroup_path(uint64_t id, char buf[CGROUP_SIZE])
{
	char link[64], path[PATH_MAX];
	const char *tree = root();
	ssize_t size = -1;
	int fd = tree ? open_cgroup(tree, id) : -1;

	buf[0] = '\0';
	if (fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	close(fd);
	path[size > 0 ? size : 0] = '\0';
	if (strncmp(path, tree, strlen(tree)))
		return false;
	text_escape(buf, CGROUP_SIZE, path[strlen(tree)] ? path + strlen(tree) : "/");
	return true;
}
