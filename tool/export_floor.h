/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_EXPORT_FLOOR_H
#define TCPWHY_EXPORT_FLOOR_H

#include "tally.h"
#include "text.h"

/*
 * The module may take an event back, and a counter that falls is a reset to Prometheus: the whole
 * count would be taken for an increase. Without a state, the page that was written last is the
 * memory of what was shown.
 */

/* floor_mark() - the first line of a page, by which the next run knows the load of the module */
void floor_mark(const struct status *status, struct text *page);
/* floor_read() - no counter by cause is to be below that page's; a page of another load is none */
void floor_read(struct tally *tally, const struct status *status, const char *path);

#endif
