/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_SIZE_H
#define TCPWHY_SIZE_H

#include "advice.h"
#include "line.h"

/* advice_probe_size() - the probe; @words: what it is good for */
void advice_probe_size(const struct row *row, struct story *story, const char *words);
/* advice_clamp_size() - the MSS that makes both ends send what passes */
void advice_clamp_size(const struct row *row, struct story *story, const char *where);
void advice_path_signs(const struct row *row, struct story *story);
/* advice_of_small_ones() - what is known of small packets, for a sentence */
const char *advice_of_small_ones(const struct row *row);
/* line_size() - what vanishes and what passes, in a line */
void line_size(const struct row *row, struct line *line);

#endif
