/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TOPVIEW_H
#define TCPWHY_TOPVIEW_H

#include "cmd.h"

/* A row, or without one the heading of a group. */
struct top_line {
	const struct row *row;
	const struct group_sum *group;	/* NULL where nothing is grouped */
	size_t number;			/* of the group, while lines are sorted */
};

/* What top knows and how it is looked at; nothing of screens. */
struct top {
	struct args *args;
	struct session session;
	bool connected;
	struct fault fault;		/* why not, if not connected */
	struct rows rows;		/* as the kernel gave them */
	struct row **shown;		/* those that pass the filter, in order */
	size_t shown_count;
	size_t info_hidden;
	struct order order;
	struct columns columns;
	bool chosen;			/* the columns: else they are the usual ones */
	struct columns seen;		/* those for which the screen had room last */
	char filter[64];
	bool info;
	bool all_netns;
	bool paused;
	enum by by;			/* how they are grouped */
	bool fold_all;
	char **exceptions;		/* the names of groups that are folded, or with that are not */
	size_t exceptions_count;
	struct group_sum *groups;
	struct top_line *lines;		/* what is to be seen */
	size_t lines_count;
	size_t selected;		/* of the lines */
	struct row at;			/* the identity of the row that was selected */
	char at_group[GROUP_NAME];	/* or the name of its group, if that is what was selected */
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
/* top_reset() - the module forgets what is shown; 0, or -1 with top->fault filled in */
int top_reset(struct top *top);
/* top_remember() - the selection is to stay where it is when rows change */
void top_remember(struct top *top);
/* top_selected() - the row that is selected, or NULL */
const struct row *top_selected(const struct top *top);

/* topgroups.c: the lines, of the rows that are shown */
void top_lines(struct top *top);
void top_lines_free(struct top *top);
void top_groups_free(struct top *top);
/* top_group() - group by something else */
void top_group(struct top *top, enum by by);
bool top_folded(const struct top *top, const struct group_sum *group);
/* top_fold() - the group that is selected, or that of the row; top_fold_all() - all, or none */
void top_fold(struct top *top, bool fold);
void top_fold_all(struct top *top);

#define TOP_LINE 512

/* The lines of the picture; none is longer than @width columns. */
void top_title(const struct top *top, char *line, size_t width);
void top_summary(const struct top *top, char *line, size_t width);

struct top_layout {
	struct columns columns;
	int widths[COLUMNS];		/* of each of them */
	size_t width;
};

/* top_layout() - the widths that @lines rows from @first on need */
void top_layout(const struct top *top, size_t first, size_t lines, size_t width,
		struct top_layout *layout);
void top_headings(const struct top_layout *layout, char *line);
void top_row(const struct top_layout *layout, const struct row *row, char *line);
/* top_line() - a row, or the heading of a group */
void top_line(const struct top *top, const struct top_layout *layout, size_t i, char *line);
/* top_at() - where in a line a column begins; -1: it is not there */
int top_at(const struct top_layout *layout, enum column column);

/* top_columns() - those that are shown where there is room: the chosen ones, or the usual ones */
void top_columns(const struct top *top, struct columns *columns);
/* top_toggle() - show a column, or leave it out; one always stays */
void top_toggle(struct top *top, enum column column);
/* top_sort() - by the @nth column that is shown; once more: the other way round */
void top_sort(struct top *top, size_t nth);
/* top_sort_next() - by the next column that is shown, or with @step -1 the one before */
void top_sort_next(struct top *top, int step);

#endif
