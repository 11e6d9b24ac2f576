// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "format.h"
#include "summary.h"
#include "text.h"

static struct group *group_of(struct summary *summary, const struct row *row)
{
	struct group *more;

	for (size_t i = 0; i < summary->groups_count; i++)
		if (summary->groups[i].cause == row->cause)
			return &summary->groups[i];
	more = realloc(summary->groups, (summary->groups_count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	summary->groups = more;
	more += summary->groups_count++;
	memset(more, 0, sizeof(*more));
	more->cause = row->cause;
	more->severity = row->severity;
	return more;
}

/* A small set: the lowest ports, as services have them. */
static void add_port(struct group *group, uint16_t port)
{
	for (size_t i = 0; port && i < GROUP_PORTS; i++) {
		uint16_t there = group->ports[i];

		if (there == port)
			return;
		if (there && there < port)
			continue;
		group->ports[i] = port;
		port = there;
	}
	group->more_ports |= port != 0;
}

static void add_program(struct group *group, const char *comm)
{
	for (size_t i = 0; *comm && i < GROUP_PROGRAMS; i++) {
		if (!strcmp(group->programs[i], comm))
			return;
		if (*group->programs[i])
			continue;
		memcpy(group->programs[i], comm, COMM_SIZE);
		return;
	}
	group->more_programs |= *comm;
}

static void add(struct summary *summary, const struct row *row)
{
	struct group *group = group_of(summary, row);
	bool here;

	if (!group)
		return;
	group->peers++;
	group->count += row->count;
	if (row->last > group->last)
		group->last = row->last;
	add_port(group, format_service(row, &here));
	add_program(group, row->comm);
}

static int compare(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->peers != b->peers)
		return a->peers < b->peers ? 1 : -1;
	return (a->cause > b->cause) - (a->cause < b->cause);
}

static bool same_peer(const struct row *a, const struct row *b)
{
	return a->netns == b->netns && address_equal(&a->peer, &b->peer);
}

void summary_take(const struct rows *rows, struct summary *summary)
{
	bool trouble = false, recent = false, notice = false;

	memset(summary, 0, sizeof(*summary));
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->v[i];

		add(summary, row);
		notice |= row->severity == TCPWHY_SEVERITY_NOTICE;
		if (row->severity >= TCPWHY_SEVERITY_TROUBLE) {
			trouble = true;
			recent |= clock_ago(row->last) < SUMMARY_RECENT_S * NSEC_PER_SEC;
		}
		if (i + 1 < rows->count && same_peer(row, row + 1))
			continue;
		summary->trouble += trouble;
		summary->recent += recent;
		summary->notice += notice;
		trouble = recent = notice = false;
	}
	if (summary->groups_count)
		qsort(summary->groups, summary->groups_count, sizeof(*summary->groups), compare);
}

void summary_free(struct summary *summary)
{
	free(summary->groups);
	memset(summary, 0, sizeof(*summary));
}

const char *summary_line(const struct summary *summary, char buf[SUMMARY_LINE])
{
	int len;

	if (summary->trouble)
		len = snprintf(buf, SUMMARY_LINE, "%zu peer%s in trouble, %zu of them in the last %u "
			       "minutes; ", summary->trouble, summary->trouble == 1 ? "" : "s",
			       summary->recent, SUMMARY_RECENT_S / 60);
	else
		len = snprintf(buf, SUMMARY_LINE, "no peer in trouble; ");
	snprintf(buf + len, SUMMARY_LINE - len, "%zu with notices", summary->notice);
	return buf;
}

const char *summary_ports(const struct group *group, char buf[SUMMARY_WORDS])
{
	size_t len = 0;

	*buf = '\0';
	for (size_t i = 0; i < GROUP_PORTS && group->ports[i]; i++)
		len += snprintf(buf + len, SUMMARY_WORDS - len, "%s%u", len ? " " : "",
				group->ports[i]);
	if (group->more_ports)
		snprintf(buf + len, SUMMARY_WORDS - len, ", others");
	return buf;
}

const char *summary_programs(const struct group *group, char buf[SUMMARY_WORDS])
{
	char comm[4 * COMM_SIZE];
	size_t len = 0;

	*buf = '\0';
	for (size_t i = 0; i < GROUP_PROGRAMS && *group->programs[i]; i++)
		len += snprintf(buf + len, SUMMARY_WORDS - len, "%s%s", len ? " " : "",
				text_escape(comm, sizeof(comm), group->programs[i]));
	if (group->more_programs)
		snprintf(buf + len, SUMMARY_WORDS - len, ", others");
	return buf;
}
