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

void sight_explain(FILE *out, const struct status *status, bool all_netns)
{
	uint64_t unseen = all_netns ? sight_unseen(status) : 0;
	char name[64], coverage[NAME_SIZE];

	sight_warn(out, status);
	if (unseen)
		fprintf(out, "In %" PRIu64 " network namespace%s the netfilter hooks are missing: "
			"less is seen there.\n", unseen, unseen == 1 ? "" : "s");
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
