/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_EXPORT_ROUND_H
#define TCPWHY_EXPORT_ROUND_H

#include "cmd.h"
#include "export.h"

/*
 * One round from the module to a page: `tcpwhy export` goes one, tcpwhy-exporter one for each
 * scrape. What goes wrong on the way is told by @tell and kept as a problem in @export, and the
 * round goes on with the rest.
 */
struct round {
	const char *networks_path;	/* NULL: no counters by network */
	unsigned long top;		/* peers with counters of their own */
	void (*tell)(const struct fault *fault);
	int exit;			/* of what went wrong first; 0: nothing did */
	struct tally tally;
	struct networks networks;
	struct sightings now;
	struct export export;
};

/* round_begin() - nothing has gone wrong yet; the networks file is read */
void round_begin(struct round *round);
/* round_look() - from the module to the tally; @tallied: more than the counters by cause */
void round_look(struct round *round, const struct session *session, bool tallied);
/* round_no_module() - the page is to say why */
void round_no_module(struct round *round, const struct fault *why);
/* round_problem() - tell it, and keep it */
void round_problem(struct round *round, enum export_problem problem, const struct fault *fault);
/* round_end() - what a round leaves behind; the tally stays */
void round_end(struct round *round);

#endif
