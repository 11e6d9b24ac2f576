/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_LAYOUT_H
#define TCPWHY_LAYOUT_H

#include "table.h"

/* How a table fits into the width there is. */
struct layout {
	bool noheadings;
	bool colours;
	bool idle_blank;	/* RATE says nothing of a peer that is idle */
	size_t width;		/* columns of the terminal; 0: as wide as it gets */
};

/* layout_width() - of the terminal, by COLUMNS or by what it says itself; 0: there is none */
size_t layout_width(void);

/*
 * layout_print() - the rows as a table. Where it is too wide, columns go: first
 * CONFIDENCE, then others, until what is left has room; a long address is
 * shortened in the middle, and evidence at its end.
 */
void layout_print(const struct rows *rows, const struct columns *columns,
		  const struct layout *layout);

#endif
