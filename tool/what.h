/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_WHAT_H
#define TCPWHY_WHAT_H

#include <stddef.h>

#include "model.h"

/* A line of fixed room to which parts are joined by "; ". */
struct line {
	char *buf;
	size_t size;
	size_t len;
};

void what_part(struct line *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* what_reset() - resets and aborts (what_reset.c); false if it is none */
bool what_reset(const struct row *row, struct line *line);
/* what_reset_rest() - process, phase, bytes and idle time, what of them it has not said */
void what_reset_rest(const struct row *row, struct line *line);
/* what_left() - of a goodbye: a connection at rest, that whoever had opened it left by a RST */
bool what_left(const struct row *row);
/* what_fragment() - datagrams in pieces (what_fragment.c); false if it is none */
bool what_fragment(const struct row *row, struct line *line);

#endif
