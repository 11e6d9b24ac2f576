/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TABLE_H
#define TCPWHY_TABLE_H

#include "fault.h"
#include "json.h"
#include "model.h"

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
	COLUMNS,
};

struct columns {
	enum column v[COLUMNS];
	unsigned int count;
};

struct table_style {
	bool raw;
	bool noheadings;
	bool colours;
};

/* What a list shows unless told otherwise; all there is for JSON. */
void columns_default(struct columns *columns, bool netns);
void columns_all(struct columns *columns);
/*
 * columns_parse() - a list of names; with a '+' in front they come after the
 * ones that are there. 0, or -1 with @fault filled in.
 */
int columns_parse(struct columns *columns, const char *list, struct fault *fault);

/* table_print() - 0, or -1 when memory is out */
int table_print(const struct rows *rows, const struct columns *columns,
		const struct table_style *style);
/* table_json() - one row as the members of an object that is open already */
void table_json(const struct row *row, const struct columns *columns, struct json *json);

#endif
