// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../causes/causes.h"
#include "../clock.h"
#include "../cmd.h"
#include "../envelope.h"
#include "../json.h"
#include "../names.h"
#include "../text.h"

/* What is shown of a cause, from the module where there is one. */
struct entry {
	uint32_t id;
	const char *name;
	uint8_t severity;
	const struct cause *text;			/* NULL: newer than this tool */
	const struct cause_status *status;	/* NULL: no module, or an older one */
};

static void print_entry_json(const struct entry *entry, struct json *json)
{
	char buf[NAME_SIZE];

	json_object(json, NULL);
	json_uint(json, "id", entry->id);
	json_string(json, "name", entry->name);
	json_string(json, "severity", name_severity(entry->severity, buf));
	if (entry->status) {
		json_string(json, "coverage", name_coverage(entry->status->coverage, buf));
		json_uint(json, "count", entry->status->count);
	} else {
		json_null(json, "coverage");
		json_null(json, "count");
	}
	json_string(json, "brief", entry->text ? entry->text->brief : NULL);
	json_string(json, "what", entry->text ? entry->text->what : NULL);
	json_string(json, "proof", entry->text ? entry->text->proof : NULL);
	json_string(json, "not", entry->text ? entry->text->mistaken : NULL);
	json_string(json, "evidence", entry->text ? entry->text->evidence : NULL);
	json_string(json, "remedy", entry->text ? entry->text->remedy : NULL);
	json_string(json, "counter", entry->text ? entry->text->counter : NULL);
	json_object_end(json);
}

static void print_line(const struct entry *entry)
{
	char name[64], severity[NAME_SIZE], coverage[NAME_SIZE], count[24] = "-";

	if (entry->status)
		snprintf(count, sizeof(count), "%" PRIu64, entry->status->count);
	printf("%-22s %-9s %-9s %10s  %s\n", text_escape(name, sizeof(name), entry->name),
	       name_severity(entry->severity, severity),
	       entry->status ? name_coverage(entry->status->coverage, coverage) : "-", count,
	       entry->text ? entry->text->brief : "(newer than this tool)");
}

static void paragraph(const char *label, const char *s)
{
	for (bool first = true; s && *s; first = false) {
		size_t length = text_wrap(s, 82);

		printf("  %-14s %.*s\n", first ? label : "", (int)length, s);
		s += length;
		while (*s == ' ')
			s++;
	}
}

static void print_page(const struct entry *entry)
{
	char name[64], severity[NAME_SIZE], coverage[NAME_SIZE];

	printf("%s%s%s", text_escape(name, sizeof(name), entry->name), text_dot(),
	       name_severity(entry->severity, severity));
	if (entry->status)
		printf("%scoverage %s%s%" PRIu64 " seen here since load", text_dot(),
		       name_coverage(entry->status->coverage, coverage), text_dot(),
		       entry->status->count);
	putchar('\n');
	if (!entry->text) {
		paragraph("What", "The loaded module knows this one, and this tool is too old to.");
		return;
	}
	paragraph("What", entry->text->what);
	paragraph("Proof", entry->text->proof);
	paragraph("Look-alikes", entry->text->mistaken);
	paragraph("Evidence", entry->text->evidence);
	paragraph("Remedy", entry->text->remedy);
	paragraph("In nstat", entry->text->counter);
}

/* All causes of the module, then those only the tool knows. Returns their number. */
static size_t collect(const struct status *status, struct entry *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < status->causes_count; i++) {
		const struct cause_status *cause = &status->causes[i];

		entries[count++] = (struct entry) {
			.id = cause->id, .name = cause->name, .severity = cause->severity,
			.text = cause_find(cause->id), .status = cause,
		};
	}
	for (const struct cause *cause = cause_next(NULL); cause; cause = cause_next(cause))
		if (!status_cause(status, cause->id))
			entries[count++] = (struct entry) {
				.id = cause->id, .name = cause->name,
				.severity = cause->severity, .text = cause,
			};
	return count;
}

static bool wanted(const struct entry *entry, const uint32_t *ids, size_t ids_count)
{
	bool found = !ids_count;

	for (size_t i = 0; i < ids_count; i++)
		found |= ids[i] == entry->id;
	return found;
}

static void print_all(const struct args *args, const struct status *status,
		      const struct entry *entries, size_t count, const uint32_t *ids,
		      size_t ids_count)
{
	struct json json = { .out = stdout };
	bool next = false;

	if (args->json) {
		json_object(&json, NULL);
		envelope(&json, "causes", status, clock_now());
		json_array(&json, "causes");
	} else if (!ids_count) {
		printf("%-22s %-9s %-9s %10s  %s\n", "CAUSE", "SEVERITY", "COVERAGE", "COUNT",
		       "WHAT");
	}
	for (size_t i = 0; i < count; i++) {
		if (!wanted(&entries[i], ids, ids_count))
			continue;
		if (args->json) {
			json_break(&json);
			print_entry_json(&entries[i], &json);
		} else if (ids_count) {
			fputs(next ? "\n" : "", stdout);
			print_page(&entries[i]);
		} else {
			print_line(&entries[i]);
		}
		next = true;
	}
	if (args->json) {
		json_array_end(&json);
		json_object_end(&json);
		json_finish(&json);
	}
}

int cmd_causes(struct args *args)
{
	struct session session;
	struct entry *entries;
	uint32_t *ids = NULL;
	size_t count, ids_count = 0;
	struct fault fault, wrong;
	int offline = session_begin(&session, args, &fault), err = 0;

	/* an older module does not keep this tool from telling what it knows */
	if (causes_resolve(args->operands, args->operands_count, &session.status, &ids,
			   &ids_count, &wrong) &&
	    causes_resolve(args->operands, args->operands_count, NULL, &ids, &ids_count, &wrong)) {
		err = complain(&wrong);
	} else {
		if (offline)
			fprintf(stderr, "tcpwhy: %s\ntcpwhy: the causes this tool knows of:\n",
				fault.text);
		entries = xcalloc(CAUSES_MAX + session.status.causes_count, sizeof(*entries));
		count = collect(&session.status, entries);
		print_all(args, &session.status, entries, count, ids, ids_count);
		free(entries);
	}
	free(ids);
	session_end(&session);
	return err;
}
