// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "layout.h"
#include "text.h"

/* an address of IPv6 in so many columns can still be told apart from its neighbours */
#define PEER_LEAST 20
/* with less, evidence says nothing */
#define EVIDENCE_LEAST 16
/* who has had no event for so long is idle */
#define IDLE_NS (10 * NSEC_PER_SEC)

/* What is missed least goes first. PEER and CAUSE are what the table is about. */
static const enum column goes[] = {
	COLUMN_CONFIDENCE, COLUMN_FIRST, COLUMN_RATE, COLUMN_NETNS, COLUMN_RPORT, COLUMN_LPORT,
	COLUMN_SEVERITY, COLUMN_EVIDENCE, COLUMN_WHERE, COLUMN_LAST, COLUMN_COUNT,
};

size_t layout_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	char *end;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (columns && *columns >= '1' && *columns <= '9') {
		unsigned long width = strtoul(columns, &end, 10);

		if (!*end && width < 10000)
			return width;
	}
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return 80;
}

static const char *text_of(const struct layout *layout, const struct row *row, enum column column,
			   char buf[CELL_SIZE])
{
	if (column == COLUMN_RATE && layout->idle_blank && clock_ago(row->last) > IDLE_NS)
		return "";
	return table_cell(row, column, buf);
}

static void measure(const struct rows *rows, const struct columns *columns,
		    const struct layout *layout, size_t width[COLUMNS])
{
	char buf[CELL_SIZE];

	for (unsigned int i = 0; i < columns->count; i++) {
		width[i] = strlen(column_name(columns->v[i]));
		for (size_t j = 0; j < rows->count; j++) {
			size_t size = strlen(text_of(layout, &rows->v[j], columns->v[i], buf));

			width[i] = size > width[i] ? size : width[i];
		}
	}
}

static size_t sum(const struct columns *columns, const size_t width[COLUMNS])
{
	size_t all = columns->count ? columns->count - 1 : 0;

	for (unsigned int i = 0; i < columns->count; i++)
		all += columns->v[i] == COLUMN_EVIDENCE && width[i] > EVIDENCE_LEAST ?
		       EVIDENCE_LEAST : width[i];
	return all;
}

static void leave_out(struct columns *columns, size_t width[COLUMNS], enum column column)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < columns->count; i++) {
		if (columns->v[i] == column)
			continue;
		columns->v[kept] = columns->v[i];
		width[kept++] = width[i];
	}
	columns->count = kept;
}

static void shorten_peer(const struct columns *columns, size_t width[COLUMNS], size_t room)
{
	for (unsigned int i = 0; i < columns->count; i++) {
		size_t all = sum(columns, width), over = all > room ? all - room : 0;

		if (columns->v[i] != COLUMN_PEER || width[i] <= PEER_LEAST)
			continue;
		width[i] = width[i] - PEER_LEAST > over ? width[i] - over : PEER_LEAST;
	}
}

static void fit(struct columns *columns, size_t width[COLUMNS], size_t room)
{
	for (size_t i = 0; sum(columns, width) > room && i < sizeof(goes) / sizeof(goes[0]); i++) {
		/* the first to go goes; then addresses become shorter before more of it goes */
		if (i == 1)
			shorten_peer(columns, width, room);
		if (sum(columns, width) > room)
			leave_out(columns, width, goes[i]);
	}
	shorten_peer(columns, width, room);
	/* evidence has all that the others leave */
	for (unsigned int i = 0; i < columns->count; i++)
		if (columns->v[i] == COLUMN_EVIDENCE && width[i] > EVIDENCE_LEAST)
			width[i] = EVIDENCE_LEAST + room - sum(columns, width);
}

/* "2001:db8:...:8a2e:7334": both ends are what tells addresses apart. */
static void print_shortened(const char *text, size_t width)
{
	const char *dots = text_utf8() ? "\xe2\x80\xa6" : "..";
	size_t taken = text_utf8() ? 1 : 2, head = (width - taken + 1) / 2;

	printf("%.*s%s%s", (int)head, text, dots, text + strlen(text) - (width - taken - head));
}

static void print_cell(const char *text, enum column column, size_t width, bool last, bool cut)
{
	size_t size = strlen(text);

	if (cut && size > width && column == COLUMN_PEER)
		print_shortened(text, width);
	else if (cut && size > width)
		printf("%.*s", (int)width, text);
	else if (column_right(column))
		printf("%*s", (int)width, text);
	else if (last)
		fputs(text, stdout);
	else
		printf("%-*s", (int)width, text);
}

static const char *colour(const struct row *row)
{
	return row->severity == TCPWHY_SEVERITY_TROUBLE ? "\033[31m" :
	       row->severity == TCPWHY_SEVERITY_NOTICE ? "\033[33m" : NULL;
}

/* The severity, or where it is not shown the peer, is what has a colour. */
static bool coloured(const struct columns *columns, unsigned int i)
{
	for (unsigned int j = 0; j < columns->count; j++)
		if (columns->v[j] == COLUMN_SEVERITY)
			return columns->v[i] == COLUMN_SEVERITY;
	return columns->v[i] == COLUMN_PEER;
}

static void print_row(const struct row *row, const struct columns *columns,
		      const struct layout *layout, const size_t width[COLUMNS])
{
	char buf[CELL_SIZE];

	for (unsigned int i = 0; i < columns->count; i++) {
		bool last = i + 1 == columns->count;
		const char *hue = layout->colours && coloured(columns, i) ? colour(row) : NULL;

		fputs(hue ? hue : "", stdout);
		print_cell(text_of(layout, row, columns->v[i], buf), columns->v[i], width[i], last,
			   layout->width);
		fputs(hue ? "\033[0m" : "", stdout);
		putchar(last ? '\n' : ' ');
	}
}

void layout_print(const struct rows *rows, const struct columns *wanted,
		  const struct layout *layout)
{
	struct columns columns = *wanted;
	size_t width[COLUMNS];

	if (!rows->count)
		return;
	measure(rows, &columns, layout, width);
	if (layout->width)
		fit(&columns, width, layout->width);
	for (unsigned int i = 0; !layout->noheadings && i < columns.count; i++) {
		bool last = i + 1 == columns.count;

		print_cell(column_name(columns.v[i]), columns.v[i], width[i], last, layout->width);
		putchar(last ? '\n' : ' ');
	}
	for (size_t i = 0; i < rows->count; i++)
		print_row(&rows->v[i], &columns, layout, width);
}
