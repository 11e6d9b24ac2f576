// SPDX-License-Identifier: GPL-2.0
/* A server that does not answer. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"

static void syns(const struct row *row, struct story *story)
{
	uint64_t tsval, answered_tsval, behind, ignored, answered, connects;
	struct address client;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, TSVAL, &tsval) && EVIDENCE(row, TS_RECENT, &answered_tsval) &&
	    EVIDENCE(row, TS_BEHIND, &behind))
		story_evidence(story, "SYN with timestamp %" PRIu64 ", and %" PRIu64 " was answered: "
			       "%" PRIu64 " behind", tsval, answered_tsval, behind);
	if (EVIDENCE(row, SYNS_IGNORED, &ignored) && EVIDENCE(row, ATTEMPTS, &connects))
		story_evidence(story, "%" PRIu64 " SYNs behind it, of %" PRIu64 " connect%s, were not "
			       "answered", ignored, connects, connects == 1 ? "" : "s");
	if (EVIDENCE(row, SYNS_ANSWERED, &answered))
		story_evidence(story, "%" PRIu64 " ahead of it were answered meanwhile, and none behind "
			       "it", answered);
	if (row_address(row, TCPWHY_A_EVIDENCE_SENDER, &client))
		story_evidence(story, "the latest came from %s, port %u",
			       format_address(&client, buf), row->lport);
}

static void strip(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 224];

	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "nft 'add table inet stamps; add chain inet stamps forward "
		 "{ type filter hook forward priority mangle; }; add rule inet stamps forward %s daddr "
		 "%s tcp flags syn reset tcp option timestamp'", row->peer.size == 4 ? "ip" : "ip6",
		 address);
	story_remedy(story, WHERE_NAT, command, "takes the timestamps out of SYNs to this server, which "
		     "then has nothing to mind (Linux 5.18 or newer)");
}

static void peer_ignores_syn(const struct row *row, struct story *story)
{
	story_what(story, "This server does not answer SYNs whose timestamp is behind one that it "
		   "answered a moment before through the same address, and answers all others: it "
		   "takes them for late copies, as it recycles connections by timestamp. Of several "
		   "hosts behind one NAT only the one whose clock is ahead gets in.");
	syns(row, story);
	story_remedy(story, WHERE_SERVER, "sysctl -w net.ipv4.tcp_tw_recycle=0",
		     "Linux before 4.12 has this switch; a load balancer may have one of its own");
	strip(row, story);
	story_remedy(story, WHERE_CLIENTS, "sysctl -w net.ipv4.tcp_timestamps=0",
		     "the same, for one client");
	story_see_flags(story, row, "syn", true);
}

static void line_ignores(const struct row *row, struct line *line)
{
	uint64_t behind, ignored, answered;

	if (EVIDENCE(row, TS_BEHIND, &behind))
		line_add(line, "no answer to a timestamp %" PRIu64 " behind", behind);
	else
		line_add(line, "no answer to timestamps that are behind");
	if (EVIDENCE(row, SYNS_IGNORED, &ignored) && EVIDENCE(row, SYNS_ANSWERED, &answered))
		line_add(line, "%" PRIu64 " SYNs ignored, %" PRIu64 " answered", ignored, answered);
	line_sender(row, line);
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_PEER_IGNORES_SYN,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "peer-ignores-syn",
		.brief = "this server does not answer SYNs whose timestamp is behind another's",
		.what = "SYNs to this server, this host's own or such that it forwards, stay unanswered "
			"if their timestamp is behind one that the server answered within a minute "
			"through the same address, and it answers the others: it recycles "
			"connections by timestamp. Of the hosts behind one NAT, all but one suffer. "
			"An event a connect.",
		.proof = "Four SYNs that were behind got no answer before they were repeated, while "
			 "the server answered others meanwhile, four at least; none that was behind "
			 "was answered, and none that was ahead was not. Possible where all are of one "
			 "connect.",
		.mistaken = "A server that is down, which answers nobody; a full backlog or a path that "
			    "loses packets, which do not ask for the timestamp.",
		.evidence = "tsval, ts_recent, ts_behind, attempts, syns_ignored, syns_answered, sender",
		.remedy = "On the server net.ipv4.tcp_tw_recycle=0 (Linux before 4.12); at the NAT one "
			  "clock for all, or no timestamps.",
		.opener = WAY_EITHER,
		.line = line_ignores,
		.tell = peer_ignores_syn,
	},
};

FAMILY(ignores);
