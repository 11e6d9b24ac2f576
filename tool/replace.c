// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "replace.h"

static int write_all(int fd, const char *s, size_t len)
{
	while (len) {
		ssize_t done = write(fd, s, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		s += done;
		len -= done;
	}
	return 0;
}

/* A disk may say as late as at fsync() that there is no room. */
static int fill(int fd, const struct text *text, mode_t mode)
{
	int err = write_all(fd, text_or_empty(text), text->len) || fchmod(fd, mode) || fsync(fd);
	int why = errno;

	if (close(fd) && !err)
		return -1;
	errno = why;
	return err ? -1 : 0;
}

static int cannot(const char *path, struct fault *fault)
{
	int why = errno;
	char shown[160];

	fault_set(fault, EXIT_OTHER, "cannot write %s: %s; what was there stays as it is",
		  text_escape(shown, sizeof(shown), path), strerror(why));
	return -1;
}

int replace_file(const char *path, const struct text *text, mode_t mode, struct fault *fault)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? slash + 1 - path : 0, fd, why;
	char beside[PATH_MAX];

	/* In the same folder, since rename() works there only. The collector reads *.prom. */
	if (snprintf(beside, sizeof(beside), "%.*s.%s.XXXXXX", folder, path, path + folder) >=
	    (int)sizeof(beside)) {
		errno = ENAMETOOLONG;
		return cannot(path, fault);
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return cannot(path, fault);
	if (fill(fd, text, mode) || rename(beside, path)) {
		why = errno;
		unlink(beside);
		errno = why;
		return cannot(path, fault);
	}
	return 0;
}
