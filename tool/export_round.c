// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "export_round.h"

void round_problem(struct round *round, enum export_problem problem, const struct fault *fault)
{
	round->tell(fault);
	round->export.problems[problem] = true;
	if (!round->exit)
		round->exit = fault->exit;
}

void round_begin(struct round *round)
{
	struct fault fault;

	memset(&round->export, 0, sizeof(round->export));
	round->exit = 0;
	if (round->networks_path &&
	    networks_read(&round->networks, round->networks_path, &fault))
		round_problem(round, EXPORT_PROBLEM_NETWORKS, &fault);
}

void round_end(struct round *round)
{
	networks_free(&round->networks);
	sightings_free(&round->now);
}

void round_no_module(struct round *round, const struct fault *why)
{
	round->tell(why);
	round->export.why = why;
	round->exit = why->exit;
}

/* A loaded module stays the old one when the packages are upgraded. */
static void compare_versions(struct round *round, const struct status *status)
{
	char shown[64];
	struct fault fault;
	int before = round->exit;

	if (status->version && !strcmp(status->version, TCPWHY_TOOL_VERSION))
		return;
	fault_set(&fault, EXIT_MODULE, "the loaded module is of version %s, this tool of version "
		  "%s. Load the module anew: rmmod tcpwhy && modprobe tcpwhy",
		  text_escape(shown, sizeof(shown), status->version), TCPWHY_TOOL_VERSION);
	round_problem(round, EXPORT_PROBLEM_VERSION, &fault);
	/* they understand each other: nothing is missing from the page */
	round->exit = before;
}

void round_look(struct round *round, const struct session *session, bool tallied)
{
	const struct status *status = &session->status;
	bool known = !round->export.problems[EXPORT_PROBLEM_NETWORKS];
	struct fault fault;

	round->export.status = status;
	round->export.tally = &round->tally;
	compare_versions(round, status);
	tally_begin(&round->tally, status);
	if (sightings_take(&round->now, session->client, &fault)) {
		round_problem(round, EXPORT_PROBLEM_PEERS, &fault);
		tally_causes(&round->tally, status);
	} else {
		round->export.now = tallied && known ? &round->tally.known : &round->now;
		tally_look(&round->tally, status, tallied && known ? &round->networks : NULL,
			   &round->now);
	}
	if (tallied && round->export.now)
		tally_top(&round->tally, status, round->top);
	round->export.networks = tallied && round->networks_path;
	round->export.top = tallied && round->top;
}
