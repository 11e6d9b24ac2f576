/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ORIGIN_H
#define TCPWHY_ORIGIN_H

#include <stdio.h>

#include "cmd.h"

/* Where a list comes from: what was chosen, and what became of it. */
struct origin {
	enum source_kind kind;		/* never SOURCE_AUTO after origin_begin() */
	struct journal *journal;
	bool module;			/* there is a session with it */
	char why_not[300];		/* the journal was wanted, and this was in the way */
	uint64_t since_us, until_us;	/* of the wall clock; 0: not given */
	uint64_t begins_us;		/* the history; 0: there is none */
	uint64_t loaded_us;
};

/*
 * origin_begin() - reach what the list is to come from: the module for what it saw since it was
 * loaded, the journal for what lies before that, and for all that has an end. Where there is no
 * journal, and nobody asked for it, the module alone. 0, or an exit code with @fault filled in.
 */
int origin_begin(struct origin *origin, struct session *session, struct args *args,
		 struct fault *fault);
/*
 * origin_rows() - the findings, those of a peer together. With the journal's among them, times
 * are of the wall clock afterwards: clock_by_wall().
 */
int origin_rows(struct origin *origin, struct session *session, struct args *args,
		bool (*keep)(const struct row *row, void *arg), void *arg, struct rows *rows,
		struct fault *fault);
void origin_end(struct origin *origin);

/* origin_tell() - a line on where it comes from; nothing if that is the module, as ever */
void origin_tell(const struct origin *origin, FILE *out);
/* origin_name() - "module", "journal" or "both" */
const char *origin_name(const struct origin *origin);

#endif
