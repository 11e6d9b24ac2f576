// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "clock.h"
#include "format.h"
#include "names.h"
#include "netns.h"
#include "sight.h"
#include "text.h"
#include "topview.h"

/* Cut @line to @width columns; a character of UTF-8 is one column here. */
static void cut(char *line, size_t width)
{
	size_t columns = 0;

	for (char *c = line; *c; c++) {
		if (((unsigned char)*c & 0xc0) == 0x80)
			continue;
		if (columns++ == width) {
			*c = '\0';
			return;
		}
	}
}

void top_title(const struct top *top, char *line, size_t width)
{
	const struct status *status = &top->session.status;
	char host[65] = "", shown[80], age[FORMAT_SIZE], coverage[SIGHT_SIZE];
	const char *dot = text_dot();
	struct utsname kernel;

	gethostname(host, sizeof(host) - 1);
	uname(&kernel);
	snprintf(line, TOP_LINE, "tcpwhy top%s%s%s%s%s", dot,
		 text_escape(shown, sizeof(shown), host), dot, kernel.release, dot);
	if (top->connected)
		snprintf(line + strlen(line), TOP_LINE - strlen(line),
			 "%s since load%s%u peer%s, %" PRIu64 " evicted%scoverage %s",
			 format_duration(clock_ago(status->loaded), age), dot,
			 top->all_netns ? status->peers : status->peers_here,
			 (top->all_netns ? status->peers : status->peers_here) == 1 ? "" : "s",
			 status->evicted, dot, sight_coverage(status, coverage));
	else
		snprintf(line + strlen(line), TOP_LINE - strlen(line), "%.200s",
			 client_loaded() ? top->fault.text : "NO MODULE, waiting for it");
	cut(line, width);
}

void top_summary(const struct top *top, char *line, size_t width)
{
	const char *dot = text_dot();
	size_t trouble = 0, notice = 0, info = 0;

	for (size_t i = 0; i < top->shown_count; i++) {
		trouble += top->shown[i]->severity == TCPWHY_SEVERITY_TROUBLE;
		notice += top->shown[i]->severity == TCPWHY_SEVERITY_NOTICE;
		info += top->shown[i]->severity == TCPWHY_SEVERITY_INFO;
	}
	snprintf(line, TOP_LINE, "%s%zu trouble%s%zu notice%s%zu info%s%ssorted by %s%s%s%s%s%s%s%s",
		 top->paused ? "PAUSED  " : "", trouble, dot, notice, dot,
		 top->info ? info : top->info_hidden, top->info ? "" : " hidden", dot,
		 column_key(top->order.column), top->order.reverse ? ", reversed" : "",
		 top->by ? ", grouped by " : "", groups_word(top->by),
		 top->all_netns ? dot : "",
		 top->all_netns ? "all namespaces" : "", *top->filter ? dot : "",
		 *top->filter ? "filter: " : "");
	snprintf(line + strlen(line), TOP_LINE - strlen(line), "%s", top->filter);
	cut(line, width);
}

/* Seven columns hold any count. */
static const char *short_count(uint64_t count, char *buf)
{
	static const char units[] = "kMGTPE";
	unsigned int unit = 0;

	if (count < 10000000) {
		snprintf(buf, FORMAT_SIZE, "%" PRIu64, count);
		return buf;
	}
	for (count /= 1000; count >= 1000000 && unit < 5; unit++)
		count /= 1000;
	snprintf(buf, FORMAT_SIZE, "%" PRIu64 "%c", count, units[unit]);
	return buf;
}

/* Of those whose width goes by the rows: from, and to. The others are always as wide. */
static const struct {
	const char *heading;
	int least, most;
} looks[COLUMNS] = {
	[COLUMN_PEER] = { "PEER", 9, 39 },
	[COLUMN_CAUSE] = { "CAUSE", 13, 24 },
	[COLUMN_COUNT] = { "COUNT", 5, 7 },
	[COLUMN_SEVERITY] = { "SEV", 3, 3 },
	[COLUMN_CONFIDENCE] = { "SURE", 8, 8 },
	[COLUMN_FIRST] = { "FIRST", 8, 29 },
	[COLUMN_LAST] = { "LAST", 4, 29 },
	[COLUMN_RATE] = { "/s", 5, 5 },
	[COLUMN_LPORT] = { "LPORT", 5, 5 },
	[COLUMN_RPORT] = { "RPORT", 5, 5 },
	[COLUMN_NETNS] = { "NETNS", 5, 16 },
	[COLUMN_EVIDENCE] = { "WHAT", 16, 40 },
	[COLUMN_WHERE] = { "WHERE", 5, 24 },
};

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static const char *severity_mark(uint8_t severity)
{
	return severity == TCPWHY_SEVERITY_TROUBLE ? "!!" :
	       severity == TCPWHY_SEVERITY_NOTICE ? "!" :
	       severity == TCPWHY_SEVERITY_INFO ? "." : "?";
}

static const char *cell(const struct row *row, enum column column, char buf[CELL_SIZE])
{
	switch (column) {
	case COLUMN_SEVERITY:
		return severity_mark(row->severity);
	case COLUMN_COUNT:
		return short_count(row->count, buf);
	case COLUMN_EVIDENCE:
		format_what(row, buf, TOP_LINE);
		return buf;
	default:
		return table_cell(row, column, buf);
	}
}

/* What is missed least goes where the screen is narrow, unless it was asked for. */
static bool fits(const struct top *top, enum column column, size_t width)
{
	return top->chosen || !((column == COLUMN_RATE && width < 60) ||
				(column == COLUMN_CONFIDENCE && width < 80));
}

void top_layout(const struct top *top, size_t first, size_t lines, size_t width,
		struct top_layout *layout)
{
	struct columns columns;
	char buf[CELL_SIZE];

	top_columns(top, &columns);
	layout->width = width < TOP_LINE - 1 ? width : TOP_LINE - 1;
	layout->columns.count = 0;
	for (unsigned int c = 0; c < columns.count; c++) {
		enum column column = columns.v[c];
		int widest = 0;

		if (!fits(top, column, width))
			continue;
		for (size_t i = first; i < top->lines_count && i - first < lines &&
				       looks[column].least < looks[column].most; i++) {
			const struct row *row = top->lines[i].row;
			int size = row ? strlen(cell(row, column, buf)) : 0;

			widest = size > widest ? size : widest;
		}
		layout->widths[layout->columns.count] =
			clamp(widest, looks[column].least, looks[column].most);
		layout->columns.v[layout->columns.count++] = column;
	}
}

/* A line of cells; @row is NULL for the headings. Where @wanted begins, or -1. */
static int put(const struct top_layout *layout, const struct row *row, enum column wanted,
	       char line[TOP_LINE])
{
	size_t len = 0;
	int at = -1;

	*line = '\0';
	for (unsigned int i = 0; i < layout->columns.count && len < TOP_LINE - 1; i++) {
		enum column column = layout->columns.v[i];
		bool last = i + 1 == layout->columns.count;
		/* a word that follows a number would look like its unit */
		const char *gap = !i ? "" : column == COLUMN_CONFIDENCE ? "  " : " ";
		int width = column_right(column) ? layout->widths[i] : -layout->widths[i];
		char buf[CELL_SIZE];
		const char *text = row ? cell(row, column, buf) : looks[column].heading;

		if (column == wanted)
			at = len + strlen(gap);
		if (last && column == COLUMN_EVIDENCE)
			len += snprintf(line + len, TOP_LINE - len, "%s%s", gap, text);
		else
			len += snprintf(line + len, TOP_LINE - len, "%s%*.*s", gap, width,
					layout->widths[i], text);
	}
	return at;
}

void top_headings(const struct top_layout *layout, char *line)
{
	put(layout, NULL, COLUMNS, line);
	cut(line, layout->width);
}

int top_at(const struct top_layout *layout, enum column column)
{
	char line[TOP_LINE];

	return put(layout, NULL, column, line);
}

void top_row(const struct top_layout *layout, const struct row *row, char *line)
{
	put(layout, row, COLUMNS, line);
	cut(line, layout->width);
}

static void group_line(const struct top *top, const struct top_layout *layout,
		       const struct group_sum *group, char *line)
{
	char name[GROUP_NAME], count[FORMAT_SIZE], rate[FORMAT_SIZE], last[FORMAT_SIZE];

	snprintf(line, TOP_LINE, "%-3s %c %s: %zu peer%s, %zu finding%s, %s event%s, %s/s, last %s",
		 severity_mark(group->severity), top_folded(top, group) ? '+' : '-',
		 groups_name(group, top->by, name), group->peers, group->peers == 1 ? "" : "s",
		 group->findings, group->findings == 1 ? "" : "s", short_count(group->count, count),
		 group->count == 1 ? "" : "s", format_rate(group->rate, rate),
		 format_age(clock_ago(group->last), last));
	cut(line, layout->width);
}

void top_line(const struct top *top, const struct top_layout *layout, size_t i, char *line)
{
	if (top->lines[i].row)
		top_row(layout, top->lines[i].row, line);
	else
		group_line(top, layout, top->lines[i].group, line);
}
