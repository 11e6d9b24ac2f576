// SPDX-License-Identifier: GPL-2.0
/* The lines of the list: the rows as they are sorted, or by group, each below its heading. */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "topview.h"

static bool is_exception(const struct top *top, const char *name)
{
	for (size_t i = 0; i < top->exceptions_count; i++)
		if (!strcmp(top->exceptions[i], name))
			return true;
	return false;
}

bool top_folded(const struct top *top, const struct group_sum *group)
{
	char name[GROUP_NAME];

	return top->fold_all != is_exception(top, groups_name(group, top->by, name));
}

static void forget_exceptions(struct top *top)
{
	while (top->exceptions_count)
		free(top->exceptions[--top->exceptions_count]);
	free(top->exceptions);
	top->exceptions = NULL;
}

static void change_exception(struct top *top, const char *name)
{
	size_t count = top->exceptions_count;
	char **more;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(top->exceptions[i], name))
			continue;
		free(top->exceptions[i]);
		top->exceptions[i] = top->exceptions[--top->exceptions_count];
		return;
	}
	more = realloc(top->exceptions, (count + 1) * sizeof(*more));
	if (!more)
		return;
	top->exceptions = more;
	top->exceptions[top->exceptions_count++] = xstrdup(name);
}

struct sorting {
	const struct order *order;
	const size_t *ranks;		/* of the groups: 0 comes first */
};

static int compare_lines(const void *left, const void *right, void *arg)
{
	const struct top_line *a = left, *b = right;
	const struct sorting *sorting = arg;
	size_t mine = sorting->ranks[a->number], other = sorting->ranks[b->number];

	if (mine != other)
		return mine < other ? -1 : 1;
	return order_compare(sorting->order, a->row, b->row);
}

static int compare_groups(const void *left, const void *right, void *arg)
{
	const struct group_sum *sums = arg;

	return groups_compare(&sums[*(const size_t *)left], &sums[*(const size_t *)right]);
}

/* ranks[i] is the place of group i among all, the worst first. */
static void rank(const struct group_sum *sums, size_t count, size_t *ranks)
{
	size_t *sorted = xcalloc(count, sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		sorted[i] = i;
	qsort_r(sorted, count, sizeof(*sorted), compare_groups, (void *)sums);
	for (size_t i = 0; i < count; i++)
		ranks[sorted[i]] = i;
	free(sorted);
}

/* Each row knows its group by then; the heading comes before the first of them. */
static void with_headings(struct top *top, const struct top_line *rows)
{
	top->lines_count = 0;
	for (size_t i = 0; i < top->shown_count; i++) {
		const struct group_sum *group = &top->groups[rows[i].number];

		if (!i || rows[i - 1].number != rows[i].number)
			top->lines[top->lines_count++] = (struct top_line) { .group = group };
		if (!top_folded(top, group))
			top->lines[top->lines_count++] =
				(struct top_line) { .row = rows[i].row, .group = group };
	}
}

static void arrange_groups(struct top *top)
{
	struct top_line *rows = xcalloc(top->shown_count, sizeof(*rows));
	size_t *ranks = xcalloc(top->shown_count, sizeof(*ranks)), groups, at = 0;
	const struct sorting sorting = { .order = &top->order, .ranks = ranks };
	const struct row **sorted = xcalloc(top->shown_count, sizeof(*sorted));

	for (size_t i = 0; i < top->shown_count; i++)
		sorted[i] = top->shown[i];
	top->groups = xcalloc(top->shown_count, sizeof(*top->groups));
	groups = groups_add_up(sorted, top->shown_count, top->by, top->groups);
	for (size_t i = 0; i < groups; i++)
		for (size_t j = 0; j < top->groups[i].findings; j++, at++)
			rows[at] = (struct top_line) { .row = sorted[at], .number = i };
	rank(top->groups, groups, ranks);
	qsort_r(rows, at, sizeof(*rows), compare_lines, (void *)&sorting);
	top->lines = xcalloc(at + groups, sizeof(*top->lines));
	with_headings(top, rows);
	free(rows);
	free(ranks);
	free(sorted);
}

void top_lines(struct top *top)
{
	top_lines_free(top);
	if (!top->shown_count)
		return;
	if (top->by) {
		arrange_groups(top);
		return;
	}
	top->lines = xcalloc(top->shown_count, sizeof(*top->lines));
	for (size_t i = 0; i < top->shown_count; i++)
		top->lines[i].row = top->shown[i];
	top->lines_count = top->shown_count;
}

void top_lines_free(struct top *top)
{
	free(top->lines);
	free(top->groups);
	top->lines = NULL;
	top->groups = NULL;
	top->lines_count = 0;
}

void top_groups_free(struct top *top)
{
	top_lines_free(top);
	forget_exceptions(top);
}

void top_group(struct top *top, enum by by)
{
	top->by = by;
	top->fold_all = false;
	forget_exceptions(top);
	top_arrange(top);
}

void top_fold(struct top *top, bool fold)
{
	char name[GROUP_NAME];

	if (top->selected >= top->lines_count || !top->lines[top->selected].group ||
	    top_folded(top, top->lines[top->selected].group) == fold)
		return;
	change_exception(top, groups_name(top->lines[top->selected].group, top->by, name));
	top_arrange(top);
}

void top_fold_all(struct top *top)
{
	top->fold_all = !top->fold_all;
	forget_exceptions(top);
	top_arrange(top);
}
