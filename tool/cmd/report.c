// SPDX-License-Identifier: GPL-2.0
/* One text for a ticket. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "../anonymous.h"
#include "../clock.h"
#include "../cmd.h"
#include "../format.h"
#include "../layout.h"
#include "../names.h"
#include "../order.h"
#include "../sight.h"
#include "../story.h"
#include "../summary.h"
#include "../text.h"
#include "../unnamed.h"

#define STORIES 5
/* a ticket has no terminal */
#define WIDTH 100

static const char *utc(uint64_t boot_ns, char buf[FORMAT_SIZE])
{
	struct timespec wall = clock_wall(boot_ns);
	struct tm tm;

	gmtime_r(&wall.tv_sec, &tm);
	strftime(buf, FORMAT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

static void print_head(const struct status *status)
{
	char host[65] = "", shown[80], when[FORMAT_SIZE], age[FORMAT_SIZE], memory[FORMAT_SIZE];
	char name[ANONYMOUS_SIZE];
	struct utsname kernel;

	gethostname(host, sizeof(host) - 1);
	uname(&kernel);
	text_escape(shown, sizeof(shown), host);
	printf("tcpwhy report\n\n");
	printf("%-10s %s\n", "host", anonymous() ?
	       anonymous_name("host", host, strlen(host), name) : shown);
	printf("%-10s %s\n", "time", utc(clock_now(), when));
	printf("%-10s Linux %s %s\n", "kernel", kernel.release, kernel.machine);
	printf("%-10s tool %s, module %s\n", "tcpwhy", TCPWHY_TOOL_VERSION,
	       text_escape(shown, sizeof(shown), status->version));
	printf("%-10s %s (%s)\n", "since", utc(status->loaded, when),
	       format_duration(clock_ago(status->loaded), age));
	printf("%-10s %u here, %u of at most %u in all namespaces; %" PRIu64 " evicted\n", "peers",
	       status->peers_here, status->peers, status->peers_max, status->evicted);
	printf("%-10s %s\n", "memory", format_bytes(status->memory, memory));
}

static void print_coverage(const struct status *status, bool all_netns)
{
	char words[SIGHT_SIZE];

	printf("\nCoverage: %s\n", sight_coverage(status, words));
	sight_explain(stdout, status, all_netns);
	unnamed_explain(stdout, status);
}

static void print_summary(const struct summary *summary)
{
	char line[SUMMARY_LINE], name[NAME_SIZE], severity[NAME_SIZE], last[FORMAT_SIZE];
	char ports[SUMMARY_WORDS], programs[SUMMARY_WORDS];

	printf("\nSummary: %s\n", summary_line(summary, line));
	for (size_t i = 0; i < summary->groups_count; i++) {
		const struct group *group = &summary->groups[i];

		printf("  %-8s %-22s %6zu peer%s %10" PRIu64 " time%s last %4s ago%s%s%s%s\n",
		       name_severity(group->severity, severity), name_cause(group->cause, name),
		       group->peers, group->peers == 1 ? " " : "s", group->count,
		       group->count == 1 ? " " : "s", format_age(clock_ago(group->last), last),
		       *summary_ports(group, ports) ? "  ports " : "", ports,
		       *summary_programs(group, programs) ? "  " : "", programs);
	}
}

static void print_stories(const struct rows *rows, bool netns)
{
	size_t count = rows->count < STORIES ? rows->count : STORIES;

	if (count)
		printf("\nThe %zu worst finding%s\n", count, count == 1 ? "" : "s");
	for (size_t i = 0; i < count; i++) {
		struct text page = { 0 };

		story_write(&rows->v[i], WIDTH, netns, &page);
		printf("\n%s", text_or_empty(&page));
		text_free(&page);
	}
}

/* What the kernel counted, and no peer is known for; and what this module itself had to leave. */
static void print_left_over(const struct status *status)
{
	char name[96];
	bool any = false;

	puts("\nCounted by the kernel, and not attributed to a peer");
	for (size_t i = 0; i < status->reconciles_count; i++) {
		const struct reconcile *sums = &status->reconciles[i];

		if (sums->kernel == sums->attributed)
			continue;
		printf("  %-32s %" PRId64 " of %" PRIu64 "\n",
		       text_escape(name, sizeof(name), sums->name),
		       (int64_t)(sums->kernel - sums->attributed), sums->kernel);
		any = true;
	}
	if (!any)
		puts("  nothing");
	puts("\nThe module's own counters that are not 0");
	for (size_t i = 0; i < status->counters_count; i++)
		if (status->counters[i].value)
			printf("  %-32s %" PRIu64 "\n",
			       text_escape(name, sizeof(name), status->counters[i].name),
			       status->counters[i].value);
}

static void print(const struct args *args, const struct status *status, struct rows *rows)
{
	struct summary summary;

	summary_take(rows, &summary);
	order_worst(rows, STORIES);
	print_head(status);
	print_coverage(status, args->filter.all_netns);
	print_summary(&summary);
	print_stories(rows, args->filter.all_netns);
	print_left_over(status);
	summary_free(&summary);
}

int cmd_report(struct args *args)
{
	struct rows rows = { 0 };
	struct session session;
	struct fault fault;
	int err = 0;

	if (session_begin(&session, args, &fault))
		return complain(&fault);
	if (client_peers(session.client, &args->filter, NULL, NULL, &rows, &fault)) {
		err = complain(&fault);
	} else {
		/* only now, as a filter is about addresses as they are */
		if (args->anonymize && !anonymous_begin())
			fputs("tcpwhy: this machine has no /etc/machine-id: another report will "
			      "have other names for the same addresses\n", stderr);
		print(args, &session.status, &rows);
	}
	rows_free(&rows);
	session_end(&session);
	return err;
}
