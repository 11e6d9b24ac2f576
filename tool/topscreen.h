/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TOPSCREEN_H
#define TCPWHY_TOPSCREEN_H

#include "text.h"
#include "topview.h"

enum mode { MODE_LIST, MODE_STORY, MODE_FILTER, MODE_HELP };

struct screen {
	struct top *top;
	enum mode mode;
	size_t first;		/* the first row to be seen */
	size_t scroll;		/* the first line of a page to be seen */
	struct text page;	/* the story that is open */
	char before[64];	/* the filter before it was edited */
	const char *note;	/* said in the last line until the next key */
	bool quit;
};

/* top_screen() - show it until the user quits; an exit code */
int top_screen(struct top *top);
/* top_stopped() - has a signal asked to end? */
bool top_stopped(void);

/* screen_key() - what a key does (topkeys.c) */
void screen_key(struct screen *screen, int key);
/* screen_list_lines() - rows that fit on the screen */
size_t screen_list_lines(void);

#endif
