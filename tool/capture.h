/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_CAPTURE_H
#define TCPWHY_CAPTURE_H

#include <stdbool.h>
#include <stdio.h>

#include "fault.h"
#include "model.h"
#include "netns.h"

/*
 * A network namespace under a name; one that is named anew is another. What
 * happens without a packet there is on one of its own, as an interface carries
 * one kind of thing.
 */
struct capture_interface {
	uint32_t netns;
	bool packets;
	char name[NETNS_NAME_SIZE];
};

/*
 * The packets of events in a pcapng file, each with its verdict as a comment.
 * An event without a packet is its verdict as text, so that none is missing.
 */
struct capture {
	const char *path;		/* "-": standard output */
	int fd;
	struct capture_interface *interfaces;
	size_t interfaces_count;
	uint64_t dropped;		/* lost since the latest packet */
	unsigned long packets;
	unsigned long without;		/* of these, for events that had none */
};

/* These give 0, or -1 with @fault filled in. */
int capture_open(struct capture *capture, const char *path, struct fault *fault);
int capture_event(struct capture *capture, const struct event *event, struct fault *fault);
int capture_close(struct capture *capture, struct fault *fault);
/* capture_tell() - what is in the file, in a line */
void capture_tell(const struct capture *capture, FILE *out);

#endif
