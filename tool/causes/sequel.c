// SPDX-License-Identifier: GPL-2.0
/*
 * What several causes have in common: how a refused client fares
 * (tcp_timewait_state_process() in net/ipv4/tcp_minisocks.c), and what the
 * evidence says about how many hosts stand behind one address.
 */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "clock.h"

void advice_sequel(const struct row *row, struct story *story)
{
	uint64_t attempts = EVIDENCE_OR_0(row, ATTEMPTS), got_in = EVIDENCE_OR_0(row, GOT_IN);
	uint64_t mean, max;
	char late[FORMAT_SIZE], longest[FORMAT_SIZE];

	if (!attempts)
		return;
	if (!got_in) {
		story_what(story, "None of the %" PRIu64 " connection%s refused so far got in.",
			   attempts, attempts == 1 ? "" : "s");
		return;
	}
	if (got_in >= attempts)
		story_what(story, "The %" PRIu64 " refused connection%s got in at a later "
						 "try", attempts,
			   attempts == 1 ? "" : "s");
	else
		story_what(story, "%" PRIu64 " of %" PRIu64 " refused connections did not get in; "
			   "the others did at a later try", attempts - got_in, attempts);
	if (EVIDENCE(row, LATE_MEAN, &mean) && EVIDENCE(row, LATE_MAX, &max))
		text_add(&story->what, ", %s late (mean; %s at worst)", format_ms(mean, late),
			 format_ms(max, longest));
	text_add(&story->what, ".");
	if (EVIDENCE_OR_0(row, CLEARED_BY_RST))
		story_what(story, "What lets them in is their own RST: it answers the ACK that a "
			   "refused SYN draws, and ends the TIME_WAIT here.");
}

/*
 * Without the RST each repeated SYN is refused again, and starts the 60 s of
 * TIME_WAIT afresh. Two things can be in its way, and each has its check.
 */
void advice_hanging(const struct row *row, struct story *story)
{
	uint64_t cleared;

	if (!EVIDENCE_OR_0(row, ATTEMPTS) || EVIDENCE_OR_0(row, GOT_IN) ||
	    !EVIDENCE(row, CLEARED_BY_RST, &cleared) || cleared)
		return;
	/* the very first one may still get in: its RST is on the way */
	if (row->count <= EVIDENCE_OR_0(row, ATTEMPTS) &&
	    clock_ago(row->first) < 3 * NSEC_PER_SEC)
		return;
	story_what(story, "They hang until they give up: a refused SYN is answered by an ACK, to "
		   "which the client sends a RST that would end the TIME_WAIT, and no such RST has "
		   "done so; each repeated SYN is refused again and starts the 60 s of TIME_WAIT "
		   "afresh.");
	story_remedy(story, WHERE_HERE, "sysctl net.ipv4.tcp_rfc1337",
		     "first check: 1 makes this host ignore that RST; set it to 0");
	story_remedy(story, WHERE_HERE, "nft list ruleset | grep -iE 'ct state|rst'",
		     "second check: a firewall, here or on the way, that drops the RST (or the ACK "
		     "before it) as invalid; the second capture below shows whether the RST "
		     "arrives");
}

void advice_hosts(const struct row *row, struct story *story)
{
	bool clocks = row->has & ROW_HAS_CLOCKS, prints = row->has & ROW_HAS_FINGERPRINTS;
	const char *most = row->clocks >= 8 ? " or more" : "";

	if (!clocks && !prints)
		return;
	if (prints && row->fingerprints > 1) {
		story_evidence(story, "%u%s timestamp clock%s, %u%s SYN fingerprints: more than "
				      "one "
			       "host behind this address (likely)", row->clocks, most,
			       row->clocks == 1 ? "" : "s", row->fingerprints,
			       row->fingerprints >= 8 ? " or more" : "");
		return;
	}
	if (row->clocks > 1)
		story_evidence(story, "%u%s timestamp clocks, %s: clocks are not hosts (since "
				      "Linux "
			       "4.10 each pair of addresses has an offset of its own, in 6.12.94, "
			       "6.19, 7.0 and newer each connection), so this may be several hosts "
			       "of one kind, or one", row->clocks, most,
			       row->fingerprints ? "one SYN fingerprint" : "no SYN fingerprint");
	else if (row->clocks == 1)
		story_evidence(story, "one timestamp clock seen since the first of these");
}
