// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "cmd.h"
#include "format.h"
#include "names.h"
#include "netns.h"
#include "table.h"
#include "text.h"


static const struct {
	const char *name;
	const char *key;
	bool right;
} about[COLUMNS] = {
	[COLUMN_PEER] = { "PEER", "peer", false },
	[COLUMN_CAUSE] = { "CAUSE", "cause", false },
	[COLUMN_COUNT] = { "COUNT", "count", true },
	[COLUMN_SEVERITY] = { "SEVERITY", "severity", false },
	[COLUMN_CONFIDENCE] = { "CONFIDENCE", "confidence", false },
	[COLUMN_FIRST] = { "FIRST", "first", false },
	[COLUMN_LAST] = { "LAST", "last", true },
	[COLUMN_RATE] = { "RATE", "rate", true },
	[COLUMN_LPORT] = { "LPORT", "lport", true },
	[COLUMN_RPORT] = { "RPORT", "rport", true },
	[COLUMN_NETNS] = { "NETNS", "netns", false },
	[COLUMN_EVIDENCE] = { "EVIDENCE", "evidence", false },
	[COLUMN_WHERE] = { "WHERE", "where", false },
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

void columns_screen(struct columns *columns, bool netns, bool severity)
{
	static const enum column usual[] = {
		COLUMN_PEER, COLUMN_CAUSE, COLUMN_WHERE, COLUMN_COUNT, COLUMN_RATE, COLUMN_LAST,
		COLUMN_CONFIDENCE,
	};

	columns->count = 0;
	if (severity)
		columns->v[columns->count++] = COLUMN_SEVERITY;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		columns->v[columns->count++] = usual[i];
	if (netns)
		columns->v[columns->count++] = COLUMN_NETNS;
	columns->v[columns->count++] = COLUMN_EVIDENCE;
}

void columns_all(struct columns *columns)
{
	columns->count = 0;
	/* where is made of what is there already */
	for (unsigned int i = 0; i < COLUMNS; i++)
		if (i != COLUMN_WHERE)
			columns->v[columns->count++] = i;
}

int column_parse(const char *word, struct fault *fault)
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
		return i;
	}
	nearest = text_nearest(word, names, COLUMNS);
	fault_set(fault, EXIT_USAGE, "unknown column '%s'%s%s; there are: %s",
		  text_escape(shown, sizeof(shown), word), nearest ? ": did you mean " : "",
		  nearest ? nearest : "", all.s);
	text_free(&all);
	return -1;
}

static int add_column(struct columns *columns, const char *word, struct fault *fault)
{
	int column = column_parse(word, fault);

	if (column < 0)
		return -1;
	for (unsigned int i = 0; i < columns->count; i++)
		if ((int)columns->v[i] == column)
			return 0;
	columns->v[columns->count++] = column;
	return 0;
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

static enum time_style times;

void table_times(enum time_style style)
{
	times = style;
}

static const char *moment(const struct row *row, enum column column, bool raw, char *buf)
{
	uint64_t when = column == COLUMN_FIRST ? row->first : row->last;

	if (raw || times == TIME_ISO)
		return format_iso(when, buf);
	if (times == TIME_LOCAL || (times == TIME_AUTO && column == COLUMN_FIRST))
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
	case COLUMN_WHERE:
		return format_where(row, buf);
	case COLUMNS:
		break;
	}
	return "-";
}

const char *table_cell(const struct row *row, enum column column, char buf[CELL_SIZE])
{
	return cell(row, column, false, buf);
}

const char *column_name(enum column column)
{
	return about[column].name;
}

const char *column_key(enum column column)
{
	return about[column].key;
}

bool column_right(enum column column)
{
	return about[column].right;
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

void table_raw(const struct rows *rows, const struct columns *columns, bool noheadings)
{
	char buf[CELL_SIZE];

	/* without rows there is no heading, either */
	for (unsigned int i = 0; !noheadings && rows->count && i < columns->count; i++)
		printf("%s%s", about[columns->v[i]].name, i + 1 < columns->count ? " " : "\n");
	for (size_t j = 0; j < rows->count; j++) {
		for (unsigned int i = 0; i < columns->count; i++) {
			print_word(cell(&rows->v[j], columns->v[i], true, buf));
			putchar(i + 1 < columns->count ? ' ' : '\n');
		}
	}
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
