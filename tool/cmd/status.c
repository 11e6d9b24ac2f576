// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "../clock.h"
#include "../cmd.h"
#include "../envelope.h"
#include "../format.h"
#include "../names.h"
#include "../netns.h"
#include "../sight.h"
#include "../text.h"
#include "../unnamed.h"

#define SHOWN 96

static int64_t left_over(const struct reconcile *sums)
{
	return (int64_t)(sums->kernel - sums->attributed);
}

static void print_head(const struct status *status)
{
	uint64_t since = status->now > status->loaded ? status->now - status->loaded : 0;
	char shown[SHOWN], first[FORMAT_SIZE], age[FORMAT_SIZE], memory[FORMAT_SIZE];
	char name[NETNS_NAME_SIZE];
	struct utsname kernel;

	uname(&kernel);
	printf("tcpwhy %s%skernel %s%ssince %s (%s)\n",
	       text_escape(shown, sizeof(shown), status->version), text_dot(), kernel.release,
	       text_dot(), format_clock(status->loaded, first), format_duration(since, age));
	printf("  %-12s %s\n", "namespace", netns_name(status->netns, name));
	printf("  %-12s %u here, %u of at most %u in all namespaces; %" PRIu64 " evicted\n",
	       "peers",
	       status->peers_here, status->peers, status->peers_max, status->evicted);
	printf("  %-12s %s\n", "mode", status->lean ?
	       "lean: nothing on the data path ('tcpwhy set --lean off' ends it)" : "normal");
	if (sight_blind(status))
		printf("  %-12s in part: the kernel does not call its kprobes (%s)\n", "blind",
		       sight_blind_why);
	printf("  %-12s %s, with a flow cache of %u entries\n", "memory",
	       format_bytes(status->memory, memory), status->flows_max);
}

/* The two that mean something of their own here; see hooks/kprobes.c of the module. */
static const char *why_missing(int error)
{
	switch (abs(error)) {
	case EPROTOTYPE:
		return "this kernel's function has another prototype";
	case EOPNOTSUPP:
		return "no kprobes: switched off, or not on this architecture";
	default:
		return strerror(abs(error));
	}
}

static void print_sources(const struct status *status)
{
	char name[SHOWN], shows[SHOWN], state[NAME_SIZE];
	size_t widest = 20;

	for (size_t i = 0; i < status->sources_count; i++) {
		text_escape(name, sizeof(name), status->sources[i].name);
		widest = strlen(name) > widest ? strlen(name) : widest;
	}
	if (status->sources_count)
		puts("\nSources");
	for (size_t i = 0; i < status->sources_count; i++) {
		const struct source *source = &status->sources[i];

		printf("  %-*s %-9s %s", (int)widest, text_escape(name, sizeof(name), source->name),
		       name_source_state(source->state, state),
		       source->shows ? text_escape(shows, sizeof(shows), source->shows) : "");
		if (source->state == TCPWHY_SOURCE_STATE_MISSING)
			printf(" (%s)", why_missing(source->error));
		if (source->state == TCPWHY_SOURCE_STATE_BLIND)
			printf(" (the kernel does not call it)");
		putchar('\n');
	}
}

static void print_causes(const struct status *status)
{
	char name[SHOWN], severity[NAME_SIZE], coverage[NAME_SIZE];

	if (status->causes_count)
		printf("\n%-24s %-9s %-9s %10s\n", "Causes", "severity", "coverage", "count here");
	for (size_t i = 0; i < status->causes_count; i++) {
		const struct cause_status *cause = &status->causes[i];

		printf("  %-22s %-9s %-9s %10" PRIu64 "\n",
		       text_escape(name, sizeof(name), cause->name),
		       name_severity(cause->severity, severity),
		       name_coverage(cause->coverage, coverage), cause->count);
	}
	if (coverage_missing(status))
		printf("  'none' and 'partial': a source that this cause needs is missing or blind%s\n",
		       status->lean ? ", or lean mode does without it" : "");
}

static uint64_t counter_of(const struct status *status, const char *name)
{
	for (size_t i = 0; i < status->counters_count; i++)
		if (!strcmp(status->counters[i].name, name))
			return status->counters[i].value;
	return 0;
}

static void print_reconcile(const struct status *status)
{
	uint64_t shed = counter_of(status, "events-shed");
	char name[SHOWN];

	if (status->reconciles_count)
		printf("\n%-34s %12s %12s %12s\n", "The kernel's own counters, here", "kernel",
		       "attributed", "left over");
	for (size_t i = 0; i < status->reconciles_count; i++) {
		const struct reconcile *sums = &status->reconciles[i];

		printf("  %-32s %12" PRIu64 " %12" PRIu64 " %12" PRId64 "\n",
		       text_escape(name, sizeof(name), sums->name), sums->kernel, sums->attributed,
		       left_over(sums));
	}
	if (status->reconciles_count && shed)
		printf("  left over in a flood, not looked into, in all namespaces: %" PRIu64
		       " (events-shed)\n", shed);
}

static void print_unnamed(const struct status *status)
{
	char name[SHOWN];

	if (status->unnamed_count)
		puts("\nThe kernel's counters that no cause names, here");
	for (size_t i = 0; i < status->unnamed_count; i++)
		printf("  %-32s %12" PRIu64 "\n",
		       text_escape(name, sizeof(name), status->unnamed[i].name),
		       status->unnamed[i].value);
}

static void print_counters(const struct status *status)
{
	char name[SHOWN];

	if (status->counters_count)
		puts("\nOwn counters, all namespaces");
	for (size_t i = 0; i < status->counters_count; i++)
		printf("  %-32s %12" PRIu64 "\n",
		       text_escape(name, sizeof(name), status->counters[i].name),
		       status->counters[i].value);
}

static void head_json(const struct status *status, struct json *json)
{
	char buf[FORMAT_SIZE];

	json_string(json, "version", status->version);
	json_uint(json, "netns", status->netns);
	json_string(json, "loaded", format_iso(status->loaded, buf));
	json_milli(json, "watched_s", status->now > status->loaded ?
		   (status->now - status->loaded) / 1000000 : 0);
	json_uint(json, "peers", status->peers);
	json_uint(json, "peers_max", status->peers_max);
	json_uint(json, "peers_here", status->peers_here);
	json_uint(json, "evicted", status->evicted);
	json_uint(json, "flows_max", status->flows_max);
	json_uint(json, "memory", status->memory);
	json_bool(json, "lean", status->lean);
	json_bool(json, "blind", sight_blind(status));
}

static void sources_json(const struct status *status, struct json *json)
{
	char buf[NAME_SIZE];

	json_array(json, "sources");
	for (size_t i = 0; i < status->sources_count; i++) {
		const struct source *source = &status->sources[i];

		json_object(json, NULL);
		json_string(json, "name", source->name);
		json_string(json, "state", name_source_state(source->state, buf));
		json_int(json, "error", source->error);
		json_string(json, "shows", source->shows);
		json_object_end(json);
	}
	json_array_end(json);
	json_array(json, "causes");
	for (size_t i = 0; i < status->causes_count; i++) {
		const struct cause_status *cause = &status->causes[i];

		json_object(json, NULL);
		json_uint(json, "id", cause->id);
		json_string(json, "name", cause->name);
		json_string(json, "severity", name_severity(cause->severity, buf));
		json_string(json, "coverage", name_coverage(cause->coverage, buf));
		json_uint(json, "count", cause->count);
		json_object_end(json);
	}
	json_array_end(json);
}

static void sums_json(const struct status *status, struct json *json)
{
	json_array(json, "reconcile");
	for (size_t i = 0; i < status->reconciles_count; i++) {
		json_object(json, NULL);
		json_string(json, "name", status->reconciles[i].name);
		json_uint(json, "kernel", status->reconciles[i].kernel);
		json_uint(json, "attributed", status->reconciles[i].attributed);
		json_int(json, "left_over", left_over(&status->reconciles[i]));
		json_object_end(json);
	}
	json_array_end(json);
	json_array(json, "counters");
	for (size_t i = 0; i < status->counters_count; i++) {
		json_object(json, NULL);
		json_string(json, "name", status->counters[i].name);
		json_uint(json, "value", status->counters[i].value);
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_json(const struct status *status)
{
	struct json json = { .out = stdout };

	json_object(&json, NULL);
	envelope(&json, "status", status, clock_now());
	head_json(status, &json);
	sources_json(status, &json);
	sums_json(status, &json);
	unnamed_json(status, true, &json);
	json_object_end(&json);
	json_finish(&json);
}

int cmd_status(struct args *args)
{
	struct session session;
	struct fault fault;

	if (session_begin(&session, args, &fault))
		return complain(&fault);
	if (args->json) {
		print_json(&session.status);
	} else {
		print_head(&session.status);
		print_sources(&session.status);
		print_causes(&session.status);
		print_reconcile(&session.status);
		print_unnamed(&session.status);
		print_counters(&session.status);
	}
	session_end(&session);
	return 0;
}
