// SPDX-License-Identifier: GPL-2.0
/* A probe beside a finding: what it measured, and what the finding is about. */
#include <inttypes.h>
#include <stdio.h>

#include "advice_probe.h"
#include "names.h"

static const char *ports_words(const struct row *row, char buf[FORMAT_SIZE])
{
	*buf = '\0';
	if (row->has & ROW_HAS_LPORT && row->has & ROW_HAS_RPORT)
		snprintf(buf, FORMAT_SIZE, ", TCP between port %u here and port %u there", row->lport,
			 row->rport);
	return buf;
}

/* Why what was measured need not be what the finding's connection met. */
static void differences(const struct probe_report *report, struct story *story)
{
	bool back = standing_way(report->standing) == SIZE_FROM_PEER;

	if (back && report->peer->kind != PROBE_ICMP)
		story_what(story, "The finding is about packets from the peer, and this measured the way "
			   "to the peer only.");
	if (report->peer->kind == PROBE_TCP && report->same_ports)
		story_what(story, "The probe's packets went by the same ports, but they belong to no open "
			   "connection and carry nothing but zeros: a box may drop by content, or by "
			   "what it knows of a connection.");
	else if (report->peer->kind == PROBE_TCP)
		story_what(story, "The probe's packets went by other ports, and belong to no open connection.");
	else
		story_what(story, "A box on the path may treat TCP, or one port, differently.");
	story_what(story, "A NAT or a load balancer may have answered in the peer's name, and there may be "
		   "other ways to the peer than the one that was probed.");
}

/* What the module saw is a fact, whatever a probe meets now. */
void advice_probe_stands(const struct probe_report *report, struct story *story)
{
	const struct row *row = &report->standing->row;
	char cause[NAME_SIZE], severity[NAME_SIZE], sure[NAME_SIZE], ports[FORMAT_SIZE];
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];

	story_what(story, "That does not contradict what was found of this peer: %s (%s, %s, %" PRIu64
		   " time%s%s).", name_cause(row->cause, cause), name_severity(row->severity, severity),
		   name_confidence(row->confidence, sure), row->count, row->count == 1 ? "" : "s",
		   ports_words(row, ports));
	differences(report, story);
	format_address(&report->peer->address, address);
	snprintf(command, sizeof(command), "tcpwhy why %s", address);
	story_remedy(story, WHERE_HERE, command, "shows the finding, and what to do about it without knowing "
		     "the size");
}
