/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PAST_H
#define TCPWHY_PAST_H

#include "filter.h"
#include "history/entry.h"

/* What to read of the journal. Moments are microseconds of the wall clock. */
struct past {
	const struct filter *filter;	/* its moments are of no interest here */
	uint32_t netns;			/* ours */
	bool initial;			/* that is the one that the service runs in */
	uint64_t since_us, until_us;	/* 0: from the first entry on; to the last */
	const char *but;		/* not of this load of the module; NULL: of all */
};

/*
 * past_read() - the findings as far as the journal tells of them: with what happened between the
 * two moments. Their times are nanoseconds since 1970; those of a peer are together. @begins_us
 * is when the history begins at all, 0: there is none. 0, or -1 with @fault filled in.
 */
int past_read(struct journal *journal, const struct past *past, struct rows *rows,
	      uint64_t *begins_us, struct fault *fault);

/* past_join() - one row of those of the same finding: what it was last, and all its events */
void past_join(struct rows *rows);

#endif
