// SPDX-License-Identifier: GPL-2.0
/* One line for a monitoring system, as the Monitoring Plugins Development Guidelines have it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../clock.h"
#include "../cmd.h"
#include "../format.h"
#include "../names.h"
#include "../sight.h"
#include "../summary.h"
#include "../text.h"
#include "../unnamed.h"

enum { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

static const char *const words[] = {
	[CHECK_OK] = "OK", [CHECK_WARNING] = "WARNING", [CHECK_CRITICAL] = "CRITICAL",
	[CHECK_UNKNOWN] = "UNKNOWN",
};

int check_unknown(const struct fault *fault)
{
	printf("TCPWHY UNKNOWN - %s\n", fault->text);
	return CHECK_UNKNOWN;
}

/*
 * Could this kernel show more than it does? That a function is not there, or is another one,
 * or that there are no kprobes, nobody can change.
 */
static bool could_be_there(const struct source *source)
{
	int error = abs(source->error);

	return source->state == TCPWHY_SOURCE_STATE_BLIND ||
	       (source->state == TCPWHY_SOURCE_STATE_MISSING && error != ENOENT &&
		error != EPROTOTYPE && error != EOPNOTSUPP);
}

static bool asked_for(const struct filter *filter, uint32_t cause)
{
	for (size_t i = 0; i < filter->causes_count; i++)
		if (filter->causes[i] == cause)
			return true;
	return !filter->causes_count;
}

/* What is switched off, or gone blind, and need not be; true if there is something. */
static bool less_than_possible(const struct status *status, const struct filter *filter,
			       struct text *why)
{
	size_t off = 0, sources = 0;
	uint64_t unseen = filter->all_netns ? sight_unseen(status) : 0;

	for (size_t i = 0; i < status->causes_count; i++)
		off += status->causes[i].coverage == TCPWHY_COVERAGE_OFF &&
		       asked_for(filter, status->causes[i].id);
	for (size_t i = 0; i < status->sources_count; i++)
		sources += could_be_there(&status->sources[i]);
	if (off)
		text_add(why, "; %zu cause%s off", off, off == 1 ? "" : "s");
	if (status->lean)
		text_add(why, "; lean mode");
	if (sight_blind(status))
		text_add(why, "; kprobes are blind");
	else if (sources)
		text_add(why, "; %zu hook%s missing", sources, sources == 1 ? "" : "s");
	if (unseen)
		text_add(why, "; less is seen in %" PRIu64 " network namespaces", unseen);
	return why->len;
}

static void print_causes(const struct summary *summary)
{
	const char *comma = ": ";
	char name[NAME_SIZE];

	for (size_t i = 0; i < summary->groups_count; i++) {
		const struct group *group = &summary->groups[i];

		if (group->severity == TCPWHY_SEVERITY_INFO)
			continue;
		printf("%s%s %zu", comma, name_cause(group->cause, name), group->peers);
		comma = ", ";
	}
}

static void print_data(const struct args *args, const struct status *status,
		       const struct summary *summary)
{
	uint64_t events[TCPWHY_SEVERITY_TROUBLE + 1] = { 0 };

	for (size_t i = 0; i < status->causes_count; i++)
		if (status->causes[i].severity <= TCPWHY_SEVERITY_TROUBLE)
			events[status->causes[i].severity] += status->causes[i].count;
	printf("|trouble=%zu;;%lu;0;%u notice=%zu;%lu;;0;%u", summary->trouble, args->critical,
	       status->peers_max, summary->notice, args->warning, status->peers_max);
	printf(" trouble_events=%" PRIu64 "c notice_events=%" PRIu64 "c peers=%u;;;0;%u "
	       "causes_watched=%zu;;;0;%zu\n", events[TCPWHY_SEVERITY_TROUBLE],
	       events[TCPWHY_SEVERITY_NOTICE], status->peers_here, status->peers_max,
	       coverage_watched(status), status->causes_count);
}

static int judge(const struct args *args, const struct summary *summary, bool less)
{
	if (summary->trouble > args->critical)
		return CHECK_CRITICAL;
	if (less)
		return CHECK_UNKNOWN;
	return summary->notice > args->warning ? CHECK_WARNING : CHECK_OK;
}

static int report(const struct args *args, const struct status *status, const struct rows *rows)
{
	char age[FORMAT_SIZE];
	struct summary summary;
	struct text why = { 0 };
	bool less = less_than_possible(status, &args->filter, &why);
	int state;

	summary_take(rows, &summary);
	state = judge(args, &summary, less);
	printf("TCPWHY %s - %zu peer%s in trouble, %zu with notices in the last %s", words[state],
	       summary.trouble, summary.trouble == 1 ? "" : "s", summary.notice,
	       format_duration(clock_ago(args->filter.since), age));
	print_causes(&summary);
	unnamed_note(status, "; the kernel counted, and no cause names:", &why);
	fputs(text_or_empty(&why), stdout);
	print_data(args, status, &summary);
	text_free(&why);
	summary_free(&summary);
	return state;
}

int cmd_check(struct args *args)
{
	struct rows rows = { 0 };
	struct session session;
	struct fault fault;
	int err;

	if (!args->filter.since_ago)
		args->filter.since_ago = SUMMARY_RECENT_S * NSEC_PER_SEC;
	if (session_begin(&session, args, &fault))
		return check_unknown(&fault);
	if (client_peers(session.client, &args->filter, NULL, NULL, &rows, &fault))
		err = check_unknown(&fault);
	else
		err = report(args, &session.status, &rows);
	rows_free(&rows);
	session_end(&session);
	return err;
}
