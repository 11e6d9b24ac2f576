// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libsmartcols.h>

#include "clock.h"
#include "cmd.h"
#include "format.h"
#include "names.h"
#include "netns.h"
#include "table.h"
#include "text.h"

/* libsmartcols keeps each cell as a string: so many rows are in its hands at a time */
#define CHUNK 512
#define CELL_SIZE 1024

static const struct {
	const char *name;
	const char *key;
	int flags;
} about[COLUMNS] = {
	[COLUMN_PEER] = { "PEER", "peer", 0 },
	[COLUMN_CAUSE] = { "CAUSE", "cause", 0 },
	[COLUMN_COUNT] = { "COUNT", "count", SCOLS_FL_RIGHT },
	[COLUMN_SEVERITY] = { "SEVERITY", "severity", 0 },
	[COLUMN_CONFIDENCE] = { "CONFIDENCE", "confidence", 0 },
	[COLUMN_FIRST] = { "FIRST", "first", 0 },
	[COLUMN_LAST] = { "LAST", "last", SCOLS_FL_RIGHT },
	[COLUMN_RATE] = { "RATE", "rate", SCOLS_FL_RIGHT },
	[COLUMN_LPORT] = { "LPORT", "lport", SCOLS_FL_RIGHT },
	[COLUMN_RPORT] = { "RPORT", "rport", SCOLS_FL_RIGHT },
	[COLUMN_NETNS] = { "NETNS", "netns", 0 },
	[COLUMN_EVIDENCE] = { "EVIDENCE", "evidence", SCOLS_FL_TRUNC },
};

void columns_default(struct columns *columns, bool netns)
{
	static const enum column usual[] = {
		COLUMN_SEVERITY, COLUMN_PEER, COLUMN_CAUSE, COLUMN_COUNT, COLUMN_RATE,
		COLUMN_LAST, COLUMN_CONFIDENCE,
	};

	memcpy(columns->v, usual, sizeof(usual));
	columns->count = sizeof(usual) / sizeof(usual[0]);
	if (netns)
		columns->v[columns->count++] = COLUMN_NETNS;
	columns->v[columns->count++] = COLUMN_EVIDENCE;
}

void columns_all(struct columns *columns)
{
	for (columns->count = 0; columns->count < COLUMNS; columns->count++)
		columns->v[columns->count] = columns->count;
}

static int add_column(struct columns *columns, const char *word, struct fault *fault)
{
	const char *names[COLUMNS], *nearest;
	struct text all = { 0 };
	char shown[80];

	for (unsigned int i = 0; i < COLUMNS; i++) {
		names[i] = about[i].name;
		text_add(&all, "%s%s", i ? ", " : "", about[i].name);
		if (strcasecmp(word, about[i].name))
			continue;
		text_free(&all);
		for (unsigned int j = 0; j < columns->count; j++)
			if (columns->v[j] == i)
				return 0;
		columns->v[columns->count++] = i;
		return 0;
	}
	nearest = text_nearest(word, names, COLUMNS);
	fault_set(fault, EXIT_USAGE, "unknown column '%s'%s%s; there are: %s",
		  text_escape(shown, sizeof(shown), word), nearest ? ": did you mean " : "",
		  nearest ? nearest : "", all.s);
	text_free(&all);
	return -1;
}

int columns_parse(struct columns *columns, const char *list, struct fault *fault)
{
	size_t count = 0, i;
	char **words = NULL;
	int err = 0;

	if (*list == '+')
		list++;
	else
		columns->count = 0;
	words_split(&words, &count, list);
	if (!count) {
		fault_set(fault, EXIT_USAGE, "--output needs at least one column");
		err = -1;
	}
	for (i = 0; i < count; i++) {
		err = err ? err : add_column(columns, words[i], fault);
		free(words[i]);
	}
	free(words);
	return err;
}

static const char *port(bool known, uint16_t number, char *buf)
{
	if (!known)
		return "-";
	snprintf(buf, CELL_SIZE, "%u", number);
	return buf;
}

static const char *moment(const struct row *row, enum column column, bool raw, char *buf)
{
	uint64_t when = column == COLUMN_FIRST ? row->first : row->last;

	if (raw)
		return format_iso(when, buf);
	if (column == COLUMN_FIRST)
		return format_clock(when, buf);
	return format_age(clock_ago(when), buf);
}

/* The text of a cell, in @buf or elsewhere. */
static const char *cell(const struct row *row, enum column column, bool raw, char *buf)
{
	switch (column) {
	case COLUMN_PEER:
		return format_address(&row->peer, buf);
	case COLUMN_CAUSE:
		return name_cause(row->cause, buf);
	case COLUMN_COUNT:
		snprintf(buf, CELL_SIZE, "%" PRIu64, row->count);
		return buf;
	case COLUMN_SEVERITY:
		return name_severity(row->severity, buf);
	case COLUMN_CONFIDENCE:
		return name_confidence(row->confidence, buf);
	case COLUMN_FIRST:
	case COLUMN_LAST:
		return moment(row, column, raw, buf);
	case COLUMN_RATE:
		if (!raw)
			return format_rate(row->rate, buf);
		snprintf(buf, CELL_SIZE, "%u.%03u", row->rate / 1000, row->rate % 1000);
		return buf;
	case COLUMN_LPORT:
		return port(row->has & ROW_HAS_LPORT, row->lport, buf);
	case COLUMN_RPORT:
		return port(row->has & ROW_HAS_RPORT, row->rport, buf);
	case COLUMN_NETNS:
		return netns_name(row->netns, buf);
	case COLUMN_EVIDENCE:
		if (raw)
			format_evidence(row, buf, CELL_SIZE);
		else
			format_what(row, buf, CELL_SIZE);
		return *buf ? buf : "-";
	case COLUMNS:
		break;
	}
	return "-";
}

/* The widest cell of each column over all rows: chunks must line up. */
static void measure(const struct rows *rows, const struct columns *columns, size_t width[COLUMNS])
{
	char buf[CELL_SIZE];

	for (unsigned int i = 0; i < columns->count; i++) {
		enum column column = columns->v[i];

		width[i] = strlen(about[column].name);
		for (size_t j = 0; j < rows->count; j++) {
			size_t size = strlen(cell(&rows->v[j], column, false, buf));

			width[i] = size > width[i] ? size : width[i];
		}
	}
}

static int prepare(struct libscols_table *table, const struct rows *rows,
		   const struct columns *columns, const struct table_style *style)
{
	size_t width[COLUMNS];

	measure(rows, columns, width);
	for (unsigned int i = 0; i < columns->count; i++) {
		/* a width that is given is kept; only TRUNC may be cut at the screen's edge */
		if (!scols_table_new_column(table, about[columns->v[i]].name, width[i],
					    about[columns->v[i]].flags))
			return -1;
	}
	scols_table_enable_noheadings(table, style->noheadings);
	/* names are escaped already: it would take the backslash of "\\x1b" for one of theirs */
	scols_table_enable_noencoding(table, 1);
	scols_table_enable_colors(table, style->colours);
	return 0;
}

static const char *colour(const struct row *row)
{
	return row->severity == TCPWHY_SEVERITY_TROUBLE ? "red" :
	       row->severity == TCPWHY_SEVERITY_NOTICE ? "yellow" : NULL;
}

static int fill(struct libscols_table *table, const struct row *row,
		const struct columns *columns, bool colours)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char buf[CELL_SIZE];

	if (!line)
		return -1;
	for (unsigned int i = 0; i < columns->count; i++) {
		const char *text = cell(row, columns->v[i], false, buf), *hue = colour(row);

		if (scols_line_set_data(line, i, text))
			return -1;
		if (colours && hue && columns->v[i] == COLUMN_SEVERITY)
			scols_cell_set_color(scols_line_get_cell(line, i), hue);
	}
	return 0;
}

/* One word a cell: a blank in it is written as text_escape() writes other bytes. */
static void print_word(const char *word)
{
	for (; *word; word++) {
		if (*word == ' ')
			fputs("\\x20", stdout);
		else
			putchar(*word);
	}
}

static void print_raw(const struct rows *rows, const struct columns *columns,
		      const struct table_style *style)
{
	char buf[CELL_SIZE];

	for (unsigned int i = 0; !style->noheadings && i < columns->count; i++)
		printf("%s%s", about[columns->v[i]].name, i + 1 < columns->count ? " " : "\n");
	for (size_t j = 0; j < rows->count; j++) {
		for (unsigned int i = 0; i < columns->count; i++) {
			print_word(cell(&rows->v[j], columns->v[i], true, buf));
			putchar(i + 1 < columns->count ? ' ' : '\n');
		}
	}
}

static int print_aligned(const struct rows *rows, const struct columns *columns,
			 const struct table_style *style)
{
	struct libscols_table *table = scols_new_table();
	int err = table ? prepare(table, rows, columns, style) : -1;

	for (size_t i = 0; !err && i < rows->count; i++) {
		err = fill(table, &rows->v[i], columns, style->colours);
		if (err || ((i + 1) % CHUNK && i + 1 < rows->count))
			continue;
		err = scols_print_table(table);
		scols_table_remove_lines(table);
		scols_table_enable_noheadings(table, 1);
	}
	scols_unref_table(table);
	return err ? -1 : 0;
}

int table_print(const struct rows *rows, const struct columns *columns,
		const struct table_style *style)
{
	if (!style->raw)
		return print_aligned(rows, columns, style);
	/* without rows there is no heading, either */
	if (rows->count)
		print_raw(rows, columns, style);
	return 0;
}

void table_json(const struct row *row, const struct columns *columns, struct json *json)
{
	char buf[CELL_SIZE];

	for (unsigned int i = 0; i < columns->count; i++) {
		enum column column = columns->v[i];
		const char *key = about[column].key;

		switch (column) {
		case COLUMN_COUNT:
			json_uint(json, key, row->count);
			break;
		case COLUMN_RATE:
			json_milli(json, key, row->rate);
			break;
		case COLUMN_LPORT:
			if (row->has & ROW_HAS_LPORT)
				json_uint(json, key, row->lport);
			else
				json_null(json, key);
			break;
		case COLUMN_RPORT:
			if (row->has & ROW_HAS_RPORT)
				json_uint(json, key, row->rport);
			else
				json_null(json, key);
			break;
		case COLUMN_NETNS:
			json_uint(json, key, row->netns);
			break;
		case COLUMN_EVIDENCE:
			format_evidence_json(row, json, key);
			break;
		default:
			json_string(json, key, cell(row, column, true, buf));
		}
	}
}
