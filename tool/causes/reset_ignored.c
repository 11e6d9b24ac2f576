// SPDX-License-Identifier: GPL-2.0
/* RSTs that TCP here did not believe. */
#include <inttypes.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"
#include "parts.h"

static void ignored(const struct row *row, struct story *story)
{
	uint64_t seq, expected, window;

	story_what(story, "A RST came that does not fit the connection, and was not believed (RFC "
		   "5961, 3): the connection lives on, and nothing is lost. It is a peer with old "
		   "state of these ports, or somebody who guesses.");
	advice_segment(row, story);
	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected) &&
	    EVIDENCE(row, WINDOW, &window)) {
		bool inside = (uint32_t)(seq - expected) < window;

		story_evidence(story, "expected just %" PRIu64 "; the RST is %s the window of %"
			       PRIu64 " bytes from there: %s", expected,
			       inside ? "in" : "outside", window,
			       inside ? "the peer was asked by a challenge ACK" :
			       "it was dropped silently");
	}
	advice_ttl(row, story);
	story_remedy(story, WHERE_HERE, NULL, "nothing to do: a peer that meant it answers a "
		     "challenge with a RST that fits; many of them with numbers all over the "
		     "range are a blind attack, which fails");
	story_see_flags(story, row, "rst", true);
	story_see(story, "nstat -az TcpExtTCPChallengeACK TcpExtTCPACKSkippedChallenge");
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_RST_IGNORED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-ignored",
		.brief = "a RST that does not fit the connection was not believed",
		.what = "A RST came whose sequence number is not the one expected next; it was "
			"not believed (RFC 5961, 3), and the connection lives on. If it was in "
			"the window, the peer was asked with a challenge ACK.",
		.proof = "The kernel's own test of the RST against the connection's window.",
		.mistaken = "A blind attacker and a peer with old state look the same; many "
			    "from one address in a short time speak for the former.",
		.evidence = "seq, rcv_nxt, window, ttl, state",
		.remedy = "None needed; a peer that meant it answers the challenge with a RST "
			  "that fits.",
		.counter = "TcpExtTCPChallengeACK, if it was in the window",
		.opener = WAY_EITHER,
		.direction = "received",
		.gist = "RST not believed",
		.parts = { part_sequence, part_state },
		.tell = ignored,
	},
};

FAMILY(reset_ignored);
