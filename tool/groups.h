/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_GROUPS_H
#define TCPWHY_GROUPS_H

#include "fault.h"
#include "json.h"
#include "model.h"

/* What --by can put together. */
enum by { BY_NONE, BY_CAUSE, BY_PROGRAM, BY_PORT, BY_PREFIX };

/* groups_parse() - 0, or -1 with @fault filled in */
int groups_parse(enum by *by, const char *word, struct fault *fault);
/*
 * groups_print() - a line for each group, the worst first; at most @limit of
 * them unless that is 0. Without @json it is a table for people.
 */
void groups_print(const struct rows *rows, enum by by, size_t limit, bool noheadings,
		  struct json *json);

#endif
