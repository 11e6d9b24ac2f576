/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_EXPORT_H
#define TCPWHY_EXPORT_H

#include "metrics.h"
#include "model.h"
#include "tally.h"

/* What kept a page from being all that it should be; each has a metric of its own. */
enum export_problem {
	EXPORT_PROBLEM_NETWORKS,	/* the networks file cannot be read, or has nonsense in it */
	EXPORT_PROBLEM_STATE,		/* the state cannot be read or written */
	EXPORT_PROBLEM_PEERS,		/* the module did not list its peers */
	EXPORT_PROBLEM_VERSION,		/* module and tool are of different versions */
	EXPORT_PROBLEMS
};

/* What a page is made of. */
struct export {
	const struct status *status;	/* NULL: no module, and @why says why */
	const struct fault *why;
	const struct tally *tally;
	const struct sightings *now;	/* NULL: not known */
	bool networks;			/* counters by network are wanted, and known */
	bool top;			/* likewise by peer */
	bool problems[EXPORT_PROBLEMS];
};

/* export_page() - all families, to @metrics */
void export_page(const struct export *export, struct metrics *metrics);
/* export_tallies() - those of the tally alone; a part of the above */
void export_tallies(const struct export *export, struct metrics *metrics);
/* export_name() - of a cause, safe to show; NAME is what the module says, else the tool */
const char *export_name(const struct status *status, uint32_t cause, char buf[64]);

#endif
