/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ORDER_H
#define TCPWHY_ORDER_H

#include <stdbool.h>

#include "fault.h"
#include "table.h"

/* By which column rows are sorted; numbers and times begin with the most, words with the first. */
struct order {
	bool given;
	enum column column;
	bool reverse;
};

/* order_parse() - COLUMN, or -COLUMN for the other way round; 0, or -1 with @fault filled in */
int order_parse(struct order *order, const char *word, struct fault *fault);
/* order_compare() - which of two comes first */
int order_compare(const struct order *order, const struct row *a, const struct row *b);
/* order_rows() - by a column; rows that are alike in it stay in the order they are in */
void order_rows(struct rows *rows, const struct order *order);
/* order_screen() - worst first, and what goes on now before what ended long ago */
void order_screen(struct rows *rows);
/* order_worst() - the first @count of that order, without the memory that sorting them all takes */
void order_worst(struct rows *rows, size_t count);

#endif
