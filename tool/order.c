// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "format.h"
#include "order.h"
#include "summary.h"

int order_parse(struct order *order, const char *word, struct fault *fault)
{
	int column;

	order->reverse = *word == '-';
	column = column_parse(word + order->reverse, fault);
	if (column < 0)
		return -1;
	order->given = true;
	order->column = column;
	return 0;
}

static int descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_peer(const struct row *a, const struct row *b)
{
	int order = (int)a->peer.size - b->peer.size;

	return order ? order : memcmp(a->peer.bytes, b->peer.bytes, sizeof(a->peer.bytes));
}

static int by_text(const struct row *a, const struct row *b, enum column column)
{
	char left[CELL_SIZE], right[CELL_SIZE];

	return strcmp(table_cell(a, column, left), table_cell(b, column, right));
}

static int by_column(const struct row *a, const struct row *b, enum column column)
{
	switch (column) {
	case COLUMN_PEER:
		return by_peer(a, b);
	case COLUMN_COUNT:
		return descending(a->count, b->count);
	case COLUMN_SEVERITY:
		return descending(a->severity, b->severity);
	case COLUMN_CONFIDENCE:
		return descending(a->confidence, b->confidence);
	case COLUMN_FIRST:
		return descending(a->first, b->first);
	case COLUMN_LAST:
		return descending(a->last, b->last);
	case COLUMN_RATE:
		return descending(a->rate, b->rate);
	case COLUMN_LPORT:
		return -descending(a->lport, b->lport);
	case COLUMN_RPORT:
		return -descending(a->rport, b->rport);
	case COLUMN_NETNS:
		return -descending(a->netns, b->netns);
	default:
		return by_text(a, b, column);
	}
}

int order_compare(const struct order *order, const struct row *a, const struct row *b)
{
	int how = by_column(a, b, order->column);

	how = order->reverse ? -how : how;
	return how ? how : row_compare(a, b);
}

static int compare(const void *left, const void *right, void *arg)
{
	return order_compare(arg, left, right);
}

void order_rows(struct rows *rows, const struct order *order)
{
	if (rows->count)
		qsort_r(rows->v, rows->count, sizeof(*rows->v), compare, (void *)order);
}

/* Now, within the hour, within the day, before that: within one of them, the worst comes first. */
static unsigned int age(const struct row *row)
{
	static const uint64_t limits_s[] = { SUMMARY_RECENT_S, 3600, 86400 };
	unsigned int i;

	for (i = 0; i < sizeof(limits_s) / sizeof(limits_s[0]); i++)
		if (clock_ago(row->last) < limits_s[i] * NSEC_PER_SEC)
			break;
	return i;
}

static int compare_screen(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->severity != b->severity)
		return descending(a->severity, b->severity);
	if (age(a) != age(b))
		return age(a) < age(b) ? -1 : 1;
	return row_compare(a, b);
}

void order_worst(struct rows *rows, size_t count)
{
	for (size_t i = 0; i < count && i < rows->count; i++) {
		size_t worst = i;
		struct row row;

		for (size_t j = i + 1; j < rows->count; j++)
			if (compare_screen(&rows->v[j], &rows->v[worst]) < 0)
				worst = j;
		row = rows->v[i];
		rows->v[i] = rows->v[worst];
		rows->v[worst] = row;
	}
}

void order_screen(struct rows *rows)
{
	if (rows->count)
		qsort(rows->v, rows->count, sizeof(*rows->v), compare_screen);
}
