/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_UNNAMED_H
#define TCPWHY_UNNAMED_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"
#include "model.h"
#include "text.h"

/* What the kernel has counted, and no cause names: no trouble seen is then not no trouble. */

/* unnamed_grown() - there is something to tell */
bool unnamed_grown(const struct status *status);
/* unnamed_explain() - a line for each that has grown since the namespace is watched, if any has */
void unnamed_explain(FILE *out, const struct status *status);
/* unnamed_note() - the same within a line, behind @lead: " TcpExtListenOverflows 24, ..." */
void unnamed_note(const struct status *status, const char *lead, struct text *line);
/* unnamed_json() - the array "unnamed": of all of them, or of those that have grown */
void unnamed_json(const struct status *status, bool all, struct json *json);

#endif
