// SPDX-License-Identifier: GPL-2.0
/* RSTs that left this host and that its TCP did not send. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "names.h"

static void packet(const struct row *row, struct story *story)
{
	char name[NAME_SIZE];
	uint64_t value;

	advice_segment(row, story);
	if (EVIDENCE(row, ORIGIN, &value))
		story_evidence(story, "it came from: %s", name_origin(value, name));
	if (EVIDENCE(row, TTL, &value))
		story_evidence(story, "%s of the RST %" PRIu64,
			       row->peer.size == 4 ? "TTL" : "hop limit", value);
}

/* Only where the program that was rejected is one of this host's, its connection is known. */
static bool is_for_us(const struct row *row)
{
	uint64_t ignored;

	return EVIDENCE(row, STATE, &ignored);
}

static void firewall(const struct row *row, struct story *story)
{
	if (is_for_us(row)) {
		story_what(story, "A firewall rule of this host rejected what a program here sent "
			   "to this peer, and answered it with a RST in the peer's name. The "
			   "program gets \"Connection refused\", or \"Connection reset by peer\" if "
			   "it was connected; the peer has nothing to do with it.");
		advice_lost(row, story);
		advice_connection(row, story);
	} else {
		story_what(story, "A firewall rule of this host rejected a packet and answered it "
			   "with a RST. The peer sees \"Connection refused\", or \"Connection reset "
			   "by peer\" if it was connected; what the packet carried did not arrive.");
	}
	packet(row, story);
	story_remedy(story, WHERE_HERE, "nft -a list ruleset | grep -n 'reject with tcp reset'",
		     "the rules that can have done it (iptables: iptables-save -c | grep -n "
		     "tcp-reset, and ip6tables-save)");
	story_remedy(story, WHERE_HERE, "nft monitor trace",
		     is_for_us(row) ?
		     "which one does it: set 'meta nftrace set 1' on packets to this peer in a "
		     "chain at output first" :
		     "which one does it: set 'meta nftrace set 1' on packets of this peer in a "
		     "chain at prerouting first");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

static void forged_local(const struct row *row, struct story *story)
{
	char actor[ACTOR_SIZE];

	story_what(story, "A RST left for a connection of this host, sent by %s past TCP. The peer "
		   "believes that this side ended the connection; the program here does not know, "
		   "and loses what it writes from now on.", advice_actor(row, actor));
	packet(row, story);
	advice_find_process(row, story);
	story_remedy(story, WHERE_HERE, "ss -wap; ss -0ap",
		     "the programs that have raw and packet sockets");
	story_remedy(story, WHERE_HERE, NULL, "usual ones: security software with \"active "
		     "response\", an intrusion prevention system, tcpkill; configure it, or "
		     "remove it");
	story_see_flags(story, row, "rst", true);
}

static void forwarded(const struct row *row, struct story *story)
{
	story_what(story, "A RST passed through this gateway. This address is its sender, as the "
		   "packet says, and neither end is this host: nothing was lost here.");
	packet(row, story);
	story_remedy(story, WHERE_PEER, "tcpwhy list -a --since 10m",
		     "run there, it names the cause of each RST that it sends");
	story_see_flags(story, row, "rst", true);
}

const struct teller advice_reset_beside[] = {
	{ TCPWHY_CAUSE_RST_FIREWALL, firewall },
	{ TCPWHY_CAUSE_RST_FORGED_LOCAL, forged_local },
	{ TCPWHY_CAUSE_RST_FORWARDED, forwarded },
	{ 0 }
};
