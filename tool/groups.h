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
/* The findings that have something in common, added up. */
struct group_sum {
	const struct row *of;		/* the first of them, by which the group has its name */
	size_t peers, findings;
	uint64_t count, last;
	uint32_t rate;
	uint8_t severity;
};

/*
 * groups_add_up() - sort rows by group and add each group up; how many groups there are, of which
 * @sums has to have room for one a row
 */
size_t groups_add_up(const struct row **rows, size_t count, enum by by, struct group_sum *sums);
/* groups_same() - whether two findings are of one group */
bool groups_same(const struct row *a, const struct row *b, enum by by);
/* groups_compare() - which of two comes first: the worse, then that of more peers */
int groups_compare(const struct group_sum *a, const struct group_sum *b);
#define GROUP_NAME 80
const char *groups_name(const struct group_sum *sum, enum by by, char buf[GROUP_NAME]);
/* groups_word() - "cause", ...; "" for BY_NONE */
const char *groups_word(enum by by);

/*
 * groups_print() - a line for each group, the worst first; at most @limit of
 * them unless that is 0. Without @json it is a table for people.
 */
void groups_print(const struct rows *rows, enum by by, size_t limit, bool noheadings,
		  struct json *json);

#endif
