// SPDX-License-Identifier: GPL-2.0
/* Routers that say that packets are too big. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"

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

const struct teller advice_too_big[] = {
	{ TCPWHY_CAUSE_PMTU_LOWERED, pmtu_lowered },
	{ TCPWHY_CAUSE_TOO_BIG_IGNORED, too_big_ignored },
	{ 0 }
};
