/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_LINE_H
#define TCPWHY_LINE_H

#include <stddef.h>

#include "model.h"

/* A line of fixed room to which parts are joined by "; ". */
struct line {
	char *buf;
	size_t size;
	size_t len;
};

void line_add(struct line *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* line_rest() - of a reset or an abort: process, phase, bytes, idle time, what of it is not said */
void line_rest(const struct row *row, struct line *line);
/* line_sequel() - how the refused ones fared, for the causes that refuse a SYN */
void line_sequel(const struct row *row, struct line *line);
/* line_sender() - the other end, as far as it is known */
void line_sender(const struct row *row, struct line *line);

#endif
