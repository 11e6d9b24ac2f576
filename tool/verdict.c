// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "causes/causes.h"
#include "causes/line.h"
#include "cgroup.h"
#include "format.h"
#include "names.h"
#include "verdict.h"

const char *verdict_direction(uint32_t id)
{
	const struct cause *cause = cause_find(id);

	return cause ? cause->direction : NULL;
}

/* Where no program acted, the kernel did, for the one that the socket belongs to. */
static void owner(const struct row *row, struct line *line)
{
	char name[PROCESS_SIZE], path[CGROUP_SIZE];
	uint64_t cgroup;

	if (!*format_process(row, name) &&
	    row_evidence(row, TCPWHY_A_EVIDENCE_CGROUP, &cgroup) && cgroup_path(cgroup, path))
		line_add(line, "of %s", path);
}

static void add(const struct row *row, struct line *line)
{
	const char *direction = verdict_direction(row->cause);
	char what[512];

	if (direction)
		line_add(line, "RST %s", direction);
	format_what(row, what, sizeof(what));
	if (*what)
		line_add(line, "%s", what);
	line_rest(row, line);
	owner(row, line);
}

const char *verdict_line(const struct row *row, char buf[VERDICT_SIZE])
{
	struct line line = { .buf = buf, .size = VERDICT_SIZE };

	buf[0] = '\0';
	add(row, &line);
	return buf;
}

const char *verdict_comment(const struct row *row, bool with_peer, char buf[VERDICT_SIZE])
{
	char peer[FORMAT_SIZE], ports[FORMAT_SIZE];
	char cause[NAME_SIZE], severity[NAME_SIZE], sure[NAME_SIZE];
	int len = snprintf(buf, VERDICT_SIZE, "%s (%s, %s): ", name_cause(row->cause, cause),
			   name_severity(row->severity, severity),
			   name_confidence(row->confidence, sure));
	struct line line = { .buf = buf + len, .size = VERDICT_SIZE - len };

	if (with_peer)
		line_add(&line, "%s %s", format_address(&row->peer, peer),
			 format_ports(row, ports));
	add(row, &line);
	return buf;
}
