// SPDX-License-Identifier: GPL-2.0
/* Routers that say that packets are too big. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "causes.h"
#include "line.h"

static void said(const struct row *row, struct story *story)
{
	const char *message = row->peer.size == 4 ? "fragmentation needed" : "packet too big";
	struct address router;
	char buf[FORMAT_SIZE];
	uint64_t mtu;

	if (row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router))
		story_evidence(story, "%s sent ICMP \"%s\", and quoted a segment that was under way",
			       format_address(&router, buf), message);
	if (EVIDENCE(row, MTU_SAID, &mtu))
		story_evidence(story, "it said that its next link carries %" PRIu64 " bytes", mtu);
}

static void spare(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];
	bool six = row->peer.size != 4;
	uint64_t mtu;

	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "ip route get %s", address);
	story_remedy(story, WHERE_HERE, command, "shows the MTU that is remembered for this peer, "
		     "and for how long: nothing is wrong");
	if (EVIDENCE(row, MTU, &mtu) && advice_mss(six, mtu))
		advice_clamp(story, WHERE_GATEWAY, six, advice_mss(six, mtu),
			     "spares each connection that round trip");
}

static void pmtu_lowered(const struct row *row, struct story *story)
{
	uint64_t before, now, mtu;

	story_what(story, "A router said that packets to this peer are too big for its next link, "
		   "and TCP took it: it goes on with smaller ones. That is path MTU discovery at "
		   "work, and costs a connection a round trip.");
	said(row, story);
	if (EVIDENCE(row, MTU_BEFORE, &before) && EVIDENCE(row, MTU, &now))
		story_evidence(story, "the connection's path MTU fell from %" PRIu64 " to %" PRIu64,
			       before, now);
	if (EVIDENCE(row, MTU, &now) && EVIDENCE(row, MTU_SAID, &mtu) && now > mtu)
		story_evidence(story, "no further, as net.ipv4.route.min_pmtu is the least that this "
			       "host takes");
	spare(row, story);
}

static void find_pin(const struct row *row, struct story *story)
{
	bool six = row->peer.size != 4;
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];

	format_address(&row->peer, address);
	if (six) {
		story_remedy(story, WHERE_PROGRAM, NULL, "does it set IPV6_MTU_DISCOVER to "
			     "IPV6_PMTUDISC_INTERFACE or IPV6_PMTUDISC_OMIT? Then no router is "
			     "listened to");
	} else {
		snprintf(command, sizeof(command), "ip route get %s", address);
		story_remedy(story, WHERE_HERE, command, "does it say `mtu lock`? Then the route's "
			     "MTU is never lowered: take `lock` away, or give it the MTU that passes");
		story_remedy(story, WHERE_PROGRAM, NULL, "does it set IP_MTU_DISCOVER to "
			     "IP_PMTUDISC_DO? Then packets go with DF even where path MTU discovery "
			     "has ended");
		story_remedy(story, WHERE_HERE, "sysctl net.ipv4.route.min_pmtu", "the least that "
			     "this host takes: is what the router said less?");
	}
}

static void too_big_ignored(const struct row *row, struct story *story)
{
	uint64_t size, mtu;

	story_what(story, "A router said that packets to this peer are too big for its next link, "
		   "and the connection did not listen: it goes on with packets that cannot get "
		   "there. The handshake and the request succeed, and the answer never comes.");
	said(row, story);
	if (EVIDENCE(row, SIZE_FAILS, &size))
		story_evidence(story, "a second later full packets were still %" PRIu64 " bytes",
			       size);
	if (EVIDENCE(row, MTU, &mtu))
		story_evidence(story, "MTU of the path, as the connection knows it: %" PRIu64, mtu);
	find_pin(row, story);
	advice_find_size(row, story);
	story_see_connection(row, story);
}

static void line_said(const struct row *row, struct line *line)
{
	struct address router;
	char buf[FORMAT_SIZE];
	uint64_t mtu;

	if (!row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router))
		strcpy(buf, "a router");
	else
		format_address(&router, buf);
	if (EVIDENCE(row, MTU_SAID, &mtu))
		line_add(line, "%s said %" PRIu64, buf, mtu);
	else
		line_add(line, "%s said too big", buf);
}

static void line_lowered(const struct row *row, struct line *line)
{
	uint64_t before, now;

	if (EVIDENCE(row, MTU_BEFORE, &before) && EVIDENCE(row, MTU, &now))
		line_add(line, "path MTU from %" PRIu64 " to %" PRIu64, before, now);
	else
		line_add(line, "path MTU fell");
	line_said(row, line);
}

static void line_ignored(const struct row *row, struct line *line)
{
	uint64_t size;

	line_said(row, line);
	if (EVIDENCE(row, SIZE_FAILS, &size))
		line_add(line, "packets stay at %" PRIu64 " bytes", size);
	else
		line_add(line, "packets stay as they are");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_PMTU_LOWERED,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "pmtu-lowered",
		.brief = "a router said that packets are too big, and TCP made smaller ones",
		.what = "A router said that a packet to this peer is too big for its next link, and "
			"the connection goes on with smaller ones: path MTU discovery at work. An "
			"event a connection and size.",
		.proof = "The message quoted a segment that was under way, and the connection's "
			 "path MTU fell then, not below what the router said.",
		.mistaken = "A message about no connection, or about nothing that is under way, "
			    "which TCP does not believe. Who knows a connection's addresses, "
			    "ports and sequence numbers can lower it in any router's name.",
		.evidence = "mtu, mtu_said, mtu_before, router, cgroup",
		.remedy = "Nothing. If it is the same for most peers, an MSS clamp or a lower MTU of "
			  "the route spares each connection a round trip.",
		.opener = WAY_EITHER,
		.line = line_lowered,
		.tell = pmtu_lowered,
	},
	{
		.id = TCPWHY_CAUSE_TOO_BIG_IGNORED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "too-big-ignored",
		.brief = "a router said that packets are too big, and they stayed so",
		.what = "A router said that a packet to this peer is too big for its next link, and "
			"a second later the connection still sends larger ones, which nobody may "
			"fragment: they vanish from now on. An event a connection and size.",
		.proof = "The message quoted a segment that was under way, the connection's path MTU "
			 "has not fallen, its full packets are larger than what the router said, "
			 "and they go with DF, or are IPv6.",
		.mistaken = "A second message about the same packets, which were sent before the "
			    "first came; IPv4 without DF, which routers fragment. A message that a "
			    "firewall here drops is not seen, and looks like blackhole-send.",
		.evidence = "size_fails, mtu, mtu_said, router, cgroup",
		.remedy = "Find what pins the MTU: `ip route get` shows `mtu lock`; a program may set "
			  "IP_MTU_DISCOVER or IPV6_MTU_DISCOVER; net.ipv4.route.min_pmtu. Or clamp "
			  "the MSS, or net.ipv4.tcp_mtu_probing=1, which helps what this host sends.",
		.opener = WAY_EITHER,
		.size_rank = 2,
		.size_way = SIZE_TO_PEER,
		.line = line_ignored,
		.tell = too_big_ignored,
	},
};

FAMILY(too_big);
