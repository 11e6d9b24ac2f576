/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_SIGHT_H
#define TCPWHY_SIGHT_H

#include <stdbool.h>
#include <stdio.h>

#include "model.h"

/* What cannot be seen just now, in words: nobody may take silence for health. */

/* sight_blind() - hooks are attached, and the kernel does not call them */
bool sight_blind(const struct status *status);
extern const char sight_blind_why[];
/* sight_unseen() - namespaces in which netfilter hooks are missing, as a number */
uint64_t sight_unseen(const struct status *status);
/* sight_warn() - a line if the module is blind; for what shows findings all the same */
void sight_warn(FILE *out, const struct status *status);
/* sight_coverage() - how much of what this tool is for is seen, in a few words */
#define SIGHT_SIZE 96
const char *sight_coverage(const struct status *status, char buf[SIGHT_SIZE]);
/* sight_note() - that line, and one if not all causes are seen; below findings */
void sight_note(FILE *out, const struct status *status, bool all_netns);
/*
 * sight_explain() - that line, and which causes are switched off or cannot
 * be seen, or not fully, if any
 */
void sight_explain(FILE *out, const struct status *status, bool all_netns);

#endif
