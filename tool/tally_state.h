/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TALLY_STATE_H
#define TCPWHY_TALLY_STATE_H

#include "tally.h"

/*
 * A tally in a file, from one run to the next: lines of words, the last of which says how many
 * there are. A file that is not whole is refused, and stays as it is.
 */

/* tally_load() - a file that is not there is an empty tally; 0, or -1 with @fault filled in */
int tally_load(struct tally *tally, const char *path, struct fault *fault);
/* tally_save() - in place of the file, in one step; 0, or -1 with @fault filled in */
int tally_save(const struct tally *tally, const char *path, struct fault *fault);

#endif
