// SPDX-License-Identifier: GPL-2.0
/* Connections that ended without a RST: nobody answered. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"

static void retries(const struct row *row, struct story *story, const char *what)
{
	uint64_t count;

	if (EVIDENCE(row, RETRIES, &count))
		story_evidence(story, "%s was repeated %" PRIu64 " time%s without an answer", what,
			       count, count == 1 ? "" : "s");
}

static void retransmit(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 48];

	story_what(story, "What was sent to this peer stayed unacknowledged through all "
		   "repetitions, and the connection was given up without telling it: the "
		   "program here gets ETIMEDOUT (\"Connection timed out\"), and the peer's may "
		   "hold the connection for open. The peer is gone, or the path to it or back.");
	advice_lost(row, story);
	advice_connection(row, story);
	retries(row, story, "the oldest segment");
	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "mtr -rwc 10 %s", address);
	story_remedy(story, WHERE_PATH, command, "is the peer there, and where do packets vanish?");
	snprintf(command, sizeof(command), "ping -c 3 -M do -s %u %s",
		 row->peer.size == 4 ? 1472 : 1452, address);
	story_remedy(story, WHERE_PATH, command, "if this fails and a plain ping does not, large "
		     "packets vanish (a path MTU black hole)");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_retries2=8",
		     "notice after some 100 s in place of some 15 min (15, the default); a program "
		     "sets its own time by TCP_USER_TIMEOUT");
	story_see_connection(row, story);
}

static void connecting(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32], waited[FORMAT_SIZE];
	char port[PORT_SIZE];
	uint64_t ms;

	story_what(story, "None of our SYNs to %s was answered, and the connect was given up "
		   "(ETIMEDOUT, \"Connection timed out\"). Nothing is lost but the attempt: the "
		   "peer is down, the address is wrong, or a firewall drops silently.",
		   advice_port(row->rport, port));
	advice_segment(row, story);
	retries(row, story, "the SYN");
	if (EVIDENCE(row, IDLE, &ms))
		story_evidence(story, "%s from the first SYN until it was given up",
			       format_idle(ms, waited));
	format_address(&row->peer, address);
	if (row->rport) {
		snprintf(command, sizeof(command), "mtr -rwc 10 -T -P %u %s", row->rport, address);
		story_remedy(story, WHERE_PATH, command, "how far SYNs to this very port get");
	}
	snprintf(command, sizeof(command), "ip route get %s", address);
	story_remedy(story, WHERE_HERE, command, "the route and the address that they leave from");
	story_remedy(story, WHERE_PEER, NULL, "does the SYN arrive (tcpdump as below, there)? If "
		     "so: its firewall, a full accept queue, or a way back that differs");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

const struct teller advice_timeout[] = {
	{ TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, retransmit },
	{ TCPWHY_CAUSE_TIMEOUT_CONNECT, connecting },
	{ 0 }
};
