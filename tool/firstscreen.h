/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_FIRSTSCREEN_H
#define TCPWHY_FIRSTSCREEN_H

#include "layout.h"
#include "summary.h"

/*
 * firstscreen_print() - what is wrong on this host, in a screen: a line that
 * sums it up, the troubles, the notices by cause, and what to type next. @rows
 * are in the order of order_screen(). At most @limit troubles unless that is 0.
 */
void firstscreen_print(const struct rows *rows, const struct summary *summary,
		       const struct status *status, const struct layout *layout, bool netns,
		       size_t limit);

#endif
