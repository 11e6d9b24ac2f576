/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TABLE_H
#define TCPWHY_TABLE_H

#include "fault.h"
#include "json.h"
#include "model.h"

/* How moments are shown, if not as each screen knows by itself. */
enum time_style { TIME_AUTO, TIME_ISO, TIME_LOCAL, TIME_RELATIVE };

/* table_times() - of the columns FIRST and LAST */
void table_times(enum time_style style);

enum column {
	COLUMN_PEER,
	COLUMN_CAUSE,
	COLUMN_COUNT,
	COLUMN_SEVERITY,
	COLUMN_CONFIDENCE,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMN_RATE,
	COLUMN_LPORT,
	COLUMN_RPORT,
	COLUMN_NETNS,
	COLUMN_EVIDENCE,
	COLUMN_WHERE,
	COLUMNS,
};

struct columns {
	enum column v[COLUMNS];
	unsigned int count;
};

/* What a list shows unless told otherwise; all there is for JSON. */
void columns_default(struct columns *columns, bool netns);
void columns_all(struct columns *columns);
/* columns_screen() - the same on a terminal, with the severity where that differs */
void columns_screen(struct columns *columns, bool netns, bool severity);
/* column_parse() - one column by its name; -1 with @fault filled in */
int column_parse(const char *word, struct fault *fault);
/*
 * columns_parse() - a list of names; with a '+' in front they come after the
 * ones that are there. 0, or -1 with @fault filled in.
 */
int columns_parse(struct columns *columns, const char *list, struct fault *fault);

/* What one cell shows, in @buf or elsewhere: printable ASCII. */
#define CELL_SIZE 1024
const char *table_cell(const struct row *row, enum column column, char buf[CELL_SIZE]);
const char *column_name(enum column column);
/* column_key() - in JSON, and in a sentence */
const char *column_key(enum column column);
bool column_right(enum column column);

/* table_raw() - a word a cell, for scripts */
void table_raw(const struct rows *rows, const struct columns *columns, bool noheadings);
/* table_json() - one row as the members of an object that is open already */
void table_json(const struct row *row, const struct columns *columns, struct json *json);

#endif
