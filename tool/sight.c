// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "cmd.h"
#include "names.h"
#include "sight.h"
#include "text.h"

const char sight_blind_why[] = "kernel.ftrace_enabled or /sys/kernel/debug/kprobes/enabled is 0, "
			       "or ftrace has died";

bool sight_blind(const struct status *status)
{
	for (size_t i = 0; i < status->sources_count; i++)
		if (status->sources[i].state == TCPWHY_SOURCE_STATE_BLIND)
			return true;
	return false;
}

uint64_t sight_unseen(const struct status *status)
{
	for (size_t i = 0; i < status->counters_count; i++)
		if (!strcmp(status->counters[i].name, "namespaces-unseen-now"))
			return status->counters[i].value;
	return 0;
}

void sight_warn(FILE *out, const struct status *status)
{
	if (sight_blind(status))
		fprintf(out, "tcpwhy is blind in part: the kernel does not call its kprobes (%s).\n",
			sight_blind_why);
}

static const char *where(const struct status *status)
{
	if (sight_blind(status))
		return "at present";
	return status->lean ? "in lean mode" : "here";
}

const char *sight_coverage(const struct status *status, char buf[SIGHT_SIZE])
{
	size_t off = coverage_off(status), missing = coverage_missing(status);

	if (off && off == status->causes_count)
		snprintf(buf, SIGHT_SIZE, "none: all causes are switched off");
	else if (sight_blind(status))
		snprintf(buf, SIGHT_SIZE, "partial: the kprobes are blind");
	else if (off && missing)
		snprintf(buf, SIGHT_SIZE, "partial: %zu causes off, %zu not seen or not fully", off,
			 missing);
	else if (missing)
		snprintf(buf, SIGHT_SIZE, "partial: %zu not seen or not fully", missing);
	else if (off)
		snprintf(buf, SIGHT_SIZE, "partial: %zu of %zu causes off", off,
			 status->causes_count);
	else
		snprintf(buf, SIGHT_SIZE, "full");
	return buf;
}

static void warn_unseen(FILE *out, const struct status *status, bool all_netns)
{
	uint64_t unseen = all_netns ? sight_unseen(status) : 0;

	if (unseen)
		fprintf(out, "In %" PRIu64 " network namespace%s the netfilter hooks are missing: "
			"less is seen there.\n", unseen, unseen == 1 ? "" : "s");
}

void sight_note(FILE *out, const struct status *status, bool all_netns)
{
	size_t off = coverage_off(status), missing = coverage_missing(status);
	char words[SIGHT_SIZE];

	sight_warn(out, status);
	warn_unseen(out, status, all_netns);
	if (off || missing)
		fprintf(out, "Coverage is %s ('tcpwhy status' says which).\n",
			sight_coverage(status, words));
}

static void list_off(FILE *out, const struct status *status)
{
	char name[64];

	if (!coverage_off(status) || coverage_off(status) == status->causes_count)
		return;
	fputs("Switched off:", out);
	for (size_t i = 0; i < status->causes_count; i++)
		if (status->causes[i].coverage == TCPWHY_COVERAGE_OFF)
			fprintf(out, " %s", text_escape(name, sizeof(name), status->causes[i].name));
	fputs("; 'tcpwhy set --enable' switches on.\n", out);
}

void sight_explain(FILE *out, const struct status *status, bool all_netns)
{
	char name[64], coverage[NAME_SIZE];

	sight_warn(out, status);
	warn_unseen(out, status, all_netns);
	list_off(out, status);
	if (!coverage_missing(status))
		return;
	fprintf(out, "Not seen, or not fully, %s:", where(status));
	for (size_t i = 0; i < status->causes_count; i++) {
		const struct cause_status *cause = &status->causes[i];

		if (cause->coverage == TCPWHY_COVERAGE_NONE ||
		    cause->coverage == TCPWHY_COVERAGE_PARTIAL)
			fprintf(out, " %s (%s)", text_escape(name, sizeof(name), cause->name),
				name_coverage(cause->coverage, coverage));
	}
	fputs("; 'tcpwhy status' says why.\n", out);
}
