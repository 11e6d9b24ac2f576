// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "firstscreen.h"
#include "format.h"
#include "names.h"
#include "sight.h"
#include "story.h"
#include "text.h"
#include "unnamed.h"

static void print_summary(const struct summary *summary, const struct status *status)
{
	char line[SUMMARY_LINE], since[FORMAT_SIZE], age[FORMAT_SIZE], words[SIGHT_SIZE];
	struct text unnamed = { 0 };

	printf("%s.\n", summary_line(summary, line));
	printf("Watching since %s (%s): %zu of %zu causes; coverage %s.\n",
	       format_clock(status->loaded, since),
	       format_duration(clock_ago(status->loaded), age), coverage_watched(status),
	       status->causes_count, sight_coverage(status, words));
	unnamed_note(status, "Counted by the kernel, and named by no cause:", &unnamed);
	if (unnamed.len)
		printf("%s ('tcpwhy status').\n", unnamed.s);
	text_free(&unnamed);
}

/* The first of the rows, as they are sorted by severity. */
static struct rows troubles_of(const struct rows *rows)
{
	struct rows troubles = { .v = rows->v };

	while (troubles.count < rows->count &&
	       rows->v[troubles.count].severity >= TCPWHY_SEVERITY_TROUBLE)
		troubles.count++;
	return troubles;
}

static void print_troubles(struct rows troubles, const struct layout *layout, bool netns,
			   size_t limit)
{
	size_t left = limit && troubles.count > limit ? troubles.count - limit : 0;
	struct columns columns;

	if (!troubles.count)
		return;
	columns_screen(&columns, netns, false);
	troubles.count -= left;
	putchar('\n');
	layout_print(&troubles, &columns, layout);
	if (left)
		printf("... and %zu more\n", left);
}

static void print_notice(const struct group *group, int widest, size_t width)
{
	char name[NAME_SIZE], ports[SUMMARY_WORDS], programs[SUMMARY_WORDS], last[FORMAT_SIZE];
	struct text line = { 0 };

	text_add(&line, "%-*s %6zu peer%s last %4s", widest, name_cause(group->cause, name),
		 group->peers, group->peers == 1 ? " " : "s",
		 format_age(clock_ago(group->last), last));
	if (*summary_ports(group, ports))
		text_add(&line, "  port%s %s", strchr(ports, ' ') ? "s" : "", ports);
	if (*summary_programs(group, programs))
		text_add(&line, "  %s", programs);
	printf("%.*s\n", width && width < 10000 ? (int)width : 10000, line.s);
	text_free(&line);
}

static void print_notices(const struct summary *summary, size_t width)
{
	size_t widest = 0, shown = 0;
	char name[NAME_SIZE];

	for (size_t i = 0; i < summary->groups_count; i++) {
		const char *cause = name_cause(summary->groups[i].cause, name);

		if (summary->groups[i].severity == TCPWHY_SEVERITY_NOTICE && strlen(cause) > widest)
			widest = strlen(cause);
	}
	for (size_t i = 0; i < summary->groups_count; i++) {
		if (summary->groups[i].severity != TCPWHY_SEVERITY_NOTICE)
			continue;
		if (!shown++)
			puts("\nNotices, by cause: explained, and often harmless");
		print_notice(&summary->groups[i], widest, width);
	}
}

static void print_next(const struct rows *troubles, const struct summary *summary)
{
	char peer[FORMAT_SIZE], name[NAME_SIZE];

	if (!troubles->count && !summary->notice)
		return;
	puts("\nNext:");
	if (troubles->count)
		printf("  tcpwhy why %s\n      what happened to the first of them, and what to do\n",
		       format_address(&troubles->v[0].peer, peer));
	for (size_t i = 0; i < summary->groups_count; i++) {
		if (summary->groups[i].severity != TCPWHY_SEVERITY_NOTICE)
			continue;
		printf("  tcpwhy list --cause %s\n      the peers of the first of the notices\n",
		       name_cause(summary->groups[i].cause, name));
		break;
	}
	puts("  tcpwhy list --by port     (or cause, program, prefix)\n"
	     "      what they have in common");
}

void firstscreen_print(const struct rows *rows, const struct summary *summary,
		       const struct status *status, const struct layout *layout, bool netns,
		       size_t limit)
{
	struct rows troubles = troubles_of(rows);

	print_summary(summary, status);
	print_troubles(troubles, layout, netns, limit);
	print_notices(summary, layout->width);
	print_next(&troubles, summary);
}
