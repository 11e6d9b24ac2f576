/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TOPVIEW_H
#define TCPWHY_TOPVIEW_H

#include "cmd.h"

enum top_sort {
	SORT_SEVERITY,
	SORT_RATE,
	SORT_COUNT,
	SORT_LAST,
	SORT_PEER,
	SORTS,
};

/* What top knows and how it is looked at; nothing of screens. */
struct top {
	struct args *args;
	struct session session;
	bool connected;
	struct fault fault;		/* why not, if not connected */
	struct rows rows;		/* as the kernel gave them */
	struct row **shown;		/* those to be seen, in order */
	size_t shown_count;
	size_t info_hidden;
	enum top_sort sort;
	char filter[64];
	bool info;
	bool all_netns;
	bool paused;
	size_t selected;
	struct row at;			/* the identity of the row that was selected */
};

/*
 * top_begin() - the first look; -1 with top->fault filled in. Only this one
 * lets the kernel load the module: who unloads it later wants it gone.
 */
int top_begin(struct top *top);
/* top_look() - look again, or try to reach the module again */
void top_look(struct top *top);
/* top_arrange() - filter and sort again, the selection staying on its row */
void top_arrange(struct top *top);
void top_end(struct top *top);

#define TOP_LINE 512

/* The lines of the picture; none is longer than @width columns. */
void top_title(const struct top *top, char *line, size_t width);
void top_summary(const struct top *top, char *line, size_t width);

struct top_layout {
	int peer, cause, count, netns;	/* widths; 0: not shown */
	bool rate, sure;
	size_t width;
};

/* top_layout() - the widths that @lines rows from @first on need */
void top_layout(const struct top *top, size_t first, size_t lines, size_t width,
		struct top_layout *layout);
void top_headings(const struct top_layout *layout, char *line);
void top_row(const struct top_layout *layout, const struct row *row, char *line);
const char *top_sort_name(enum top_sort sort);

#endif
