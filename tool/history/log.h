/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_LOG_H
#define TCPWHY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

/* A file of lines that is put aside when it is full: FILE.1 is the youngest of the older ones. */
struct log {
	const char *path;
	uint64_t limit;
	unsigned long keep;
	uint64_t size;
	int fd;
	bool regular;		/* else it is written to, and never put aside */
};

#define LOG_SIZE (16 << 20)
#define LOG_KEEP 4

/* log_open() - append to @path; nobody else may meanwhile. 0, or -1 with @fault filled in */
int log_open(struct log *log, const char *path, uint64_t limit, unsigned long keep,
	     struct fault *fault);
/* log_write() - whole lines, or nothing of them: where there is no room, the file stays as it was */
int log_write(struct log *log, const char *lines, size_t size, struct fault *fault);
void log_close(struct log *log);

#endif
