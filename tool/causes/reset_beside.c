// SPDX-License-Identifier: GPL-2.0
/* RSTs that left this host and that its TCP did not send. */
#include <inttypes.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"
#include "parts.h"

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

static void part_origin(const struct row *row, struct line *line)
{
	char buf[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, ORIGIN, &value))
		line_add(line, "%s", name_origin(value, buf));
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_RST_FIREWALL,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-firewall",
		.brief = "a netfilter rule here rejected a packet with a RST",
		.what = "A firewall rule of this host answered with a RST in place of TCP (nft "
			"reject with tcp reset, iptables REJECT --reject-with tcp-reset).",
		.proof = "The RST left without a socket, as netfilter makes it and TCP does not. If it "
			 "is for a program of this host, whose packet was rejected on its way out, "
			 "that one's connection is evidence, too.",
		.forgeable = "The RST is a fact; who drew it is not: anyone can write that "
			     "source address.",
		.mistaken = "rst-port-closed, which looks the same to the client; peer-refused and "
			    "peer-aborted, which look the same to a program of this host.",
		.evidence = "origin, seq, ttl; of a program of this host: " SHOWS_CONNECTION,
		.remedy = "Find the rule: nft -a list ruleset; its counters, or nft monitor trace.",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "rejected",
		.parts = { part_origin, part_state, part_sequence },
		.tell = firewall,
	},
	{
		.id = TCPWHY_CAUSE_RST_FORGED_LOCAL,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-forged-local",
		.brief = "a program here forged a RST for one of this host's connections",
		.what = "A RST left for a connection of this host that neither TCP nor netfilter "
			"made: a program sent it through a raw or packet socket. The peer "
			"believes that this side ended the connection, and this side does not "
			"know.",
		.proof = "The packet was seen on its way out, with the socket it came from.",
		.mistaken = "rst-forwarded, where the connection is not of this host.",
		.evidence = "origin, seq, ttl, " SHOWS_PROCESS,
		.remedy = "The program named: security software with \"active response\", an "
			  "intrusion prevention system, tcpkill. Configure it, or remove it.",
		.opener = WAY_EITHER,
		.direction = "sent",
		.gist = "forged here",
		.parts = { part_process, part_origin, part_sequence },
		.tell = forged_local,
	},
	{
		.id = TCPWHY_CAUSE_RST_FORWARDED,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-forwarded",
		.brief = "a RST passed through this gateway",
		.what = "A RST passed through this gateway; the peer is its sender, as its "
			"address says. Neither end is this host.",
		.proof = "The packet was seen on its way out, and its source address is not of "
			 "this host.",
		.mistaken = "rst-firewall: a rule of this gateway that rejects in another host's "
			    "name.",
		.evidence = "origin, seq, ttl",
		.remedy = "None here: look at the host it comes from.",
		.opener = WAY_EITHER,
		.direction = "forwarded",
		.gist = "passed through",
		.parts = { part_ttl, part_sequence },
		.tell = forwarded,
	},
};

FAMILY(reset_beside);
