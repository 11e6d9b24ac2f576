/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_SUMMARY_H
#define TCPWHY_SUMMARY_H

#include "model.h"

/* What "just now" means, on every screen. */
#define SUMMARY_RECENT_S 300

#define GROUP_PORTS 5
#define GROUP_PROGRAMS 3

/* All findings of one cause. */
struct group {
	uint32_t cause;
	uint8_t severity;
	size_t peers;
	uint64_t count;
	uint64_t last;
	uint16_t ports[GROUP_PORTS];	/* of services, in ascending order; 0 at the end */
	bool more_ports;
	char programs[GROUP_PROGRAMS][COMM_SIZE];	/* as they came; "" at the end */
	bool more_programs;
};

/* How many peers have what, and what there is by cause. */
struct summary {
	size_t trouble;			/* peers in trouble ... */
	size_t recent;			/* ... and of these, just now */
	size_t notice;			/* peers with notices */
	struct group *groups;		/* worst first, then that of most peers */
	size_t groups_count;
};

/*
 * summary_take() - of rows as the kernel gave them: those of a peer are
 * together. Free it with summary_free().
 */
void summary_take(const struct rows *rows, struct summary *summary);
void summary_free(struct summary *summary);

/* summary_line() - "12 peers in trouble, 5 of them in the last 5 minutes; 375 with notices" */
#define SUMMARY_LINE 128
const char *summary_line(const struct summary *summary, char buf[SUMMARY_LINE]);
/* summary_ports(), summary_programs() - "22 23 3389, others"; "" if none is known */
#define SUMMARY_WORDS 256
const char *summary_ports(const struct group *group, char buf[SUMMARY_WORDS]);
const char *summary_programs(const struct group *group, char buf[SUMMARY_WORDS]);

#endif
