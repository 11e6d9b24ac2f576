// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "history/log.h"
#include "text.h"

static int cannot(const struct log *log, const char *what, struct fault *fault)
{
	int why = errno;
	char shown[160];

	text_escape(shown, sizeof(shown), log->path);
	if (why == EWOULDBLOCK)
		fault_set(fault, EXIT_OTHER, "cannot %s %s: another tcpwhy writes it", what, shown);
	else
		fault_set(fault, EXIT_OTHER, "cannot %s %s: %s", what, shown, strerror(why));
	return -1;
}

/* What was cut off by a crash or a full disk must not spoil the line that comes next. */
static int end_line(struct log *log)
{
	char last;

	if (!log->size || pread(log->fd, &last, 1, log->size - 1) != 1 || last == '\n')
		return 0;
	if (write(log->fd, "\n", 1) != 1)
		return -1;
	log->size++;
	return 0;
}

static int open_file(struct log *log, struct fault *fault)
{
	struct stat st;

	log->fd = open(log->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	/* a pipe or the like cannot be read back */
	if (log->fd < 0)
		log->fd = open(log->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
	if (log->fd < 0 || fstat(log->fd, &st))
		return cannot(log, "open", fault);
	log->regular = S_ISREG(st.st_mode);
	log->size = log->regular ? st.st_size : 0;
	if (log->regular && (flock(log->fd, LOCK_EX | LOCK_NB) || end_line(log)))
		return cannot(log, "write", fault);
	return 0;
}

int log_open(struct log *log, const char *path, uint64_t limit, unsigned long keep,
	     struct fault *fault)
{
	memset(log, 0, sizeof(*log));
	log->path = path;
	log->limit = limit ? limit : LOG_SIZE;
	log->keep = keep ? keep : LOG_KEEP;
	log->fd = -1;
	return open_file(log, fault);
}

void log_close(struct log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

/* The oldest is overwritten. */
static int put_aside(struct log *log, struct fault *fault)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (unsigned long i = log->keep; i; i--) {
		snprintf(to, sizeof(to), "%s.%lu", log->path, i);
		if (i > 1)
			snprintf(from, sizeof(from), "%s.%lu", log->path, i - 1);
		else
			snprintf(from, sizeof(from), "%s", log->path);
		if (rename(from, to) && errno != ENOENT)
			return cannot(log, "put aside", fault);
	}
	log_close(log);
	return open_file(log, fault);
}

int log_write(struct log *log, const char *lines, size_t size, struct fault *fault)
{
	size_t written = 0;

	if (log->regular && log->size && log->size + size > log->limit && put_aside(log, fault))
		return -1;
	while (written < size) {
		ssize_t done = write(log->fd, lines + written, size - written);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			cannot(log, "write", fault);
			/* if not even that goes, end_line() makes it good the next time */
			if (log->regular && written)
				(void)!ftruncate(log->fd, log->size);
			return -1;
		}
		written += done;
	}
	log->size += size;
	return 0;
}
