// SPDX-License-Identifier: GPL-2.0
/* Which columns top shows, and by which of them it sorts. */
#include <string.h>

#include "topview.h"

/* Where there is no other wish. */
static void usual(struct columns *columns, bool netns)
{
	static const enum column v[] = {
		COLUMN_SEVERITY, COLUMN_PEER, COLUMN_CAUSE, COLUMN_COUNT, COLUMN_RATE, COLUMN_LAST,
		COLUMN_CONFIDENCE,
	};

	memcpy(columns->v, v, sizeof(v));
	columns->count = sizeof(v) / sizeof(v[0]);
	if (netns)
		columns->v[columns->count++] = COLUMN_NETNS;
	columns->v[columns->count++] = COLUMN_EVIDENCE;
}

void top_columns(const struct top *top, struct columns *columns)
{
	if (top->chosen)
		*columns = top->columns;
	else
		usual(columns, top->all_netns);
}

void top_toggle(struct top *top, enum column column)
{
	struct columns columns;
	unsigned int kept = 0;

	top_columns(top, &columns);
	for (unsigned int i = 0; i < columns.count; i++)
		if (columns.v[i] != column)
			columns.v[kept++] = columns.v[i];
	if (kept == columns.count) {
		/* evidence is longer than a line: behind it nothing is seen */
		if (kept && columns.v[kept - 1] == COLUMN_EVIDENCE)
			columns.v[kept - 1] = column;
		else
			columns.v[kept] = column;
		if (columns.v[kept - 1] == column)
			columns.v[kept] = COLUMN_EVIDENCE;
		kept++;
	}
	if (!kept)
		return;
	columns.count = kept;
	top->columns = columns;
	top->chosen = true;
}

static void sort_by(struct top *top, enum column column)
{
	top->order.reverse = top->order.column == column && !top->order.reverse;
	top->order.column = column;
	top_arrange(top);
}

void top_sort(struct top *top, size_t nth)
{
	if (nth && nth <= top->seen.count)
		sort_by(top, top->seen.v[nth - 1]);
}

void top_sort_next(struct top *top, int step)
{
	const struct columns *seen = &top->seen;
	unsigned int at;

	for (at = 0; at < seen->count && seen->v[at] != top->order.column; at++)
		;
	if (!seen->count)
		return;
	if (at == seen->count)
		at = step > 0 ? seen->count - 1 : 0;
	at = (at + seen->count + step) % seen->count;
	top->order.reverse = false;
	top->order.column = seen->v[at];
	top_arrange(top);
}
