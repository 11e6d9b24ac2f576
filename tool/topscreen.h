/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TOPSCREEN_H
#define TCPWHY_TOPSCREEN_H

#include "text.h"
#include "topview.h"

enum mode {
	MODE_LIST, MODE_STORY, MODE_FILTER, MODE_HELP, MODE_COLUMNS,
	MODE_SEARCH,		/* a word is typed, for the page below */
	MODE_RESET,		/* is it really to be forgotten? */
};

struct screen {
	struct top *top;
	enum mode mode;
	size_t first;		/* the first row to be seen */
	int column;		/* the one that is selected, of MODE_COLUMNS */
	size_t scroll;		/* the first line of a page to be seen */
	struct text page;	/* the story that is open */
	size_t aside;		/* the columns of a page that are left of the screen */
	char search[64];	/* what is looked for in a page */
	long found;		/* the line where it was found last, or -1 */
	enum mode under;	/* the page, while a word is typed */
	const char *note;	/* said in the last line until the next key */
	char said[160];		/* room for it */
	bool quit;
};

/* top_screen() - show it until the user quits; an exit code */
int top_screen(struct top *top);
/* top_stopped() - has a signal asked to end? */
bool top_stopped(void);

/* screen_key() - what a key does (topkeys.c) */
void screen_key(struct screen *screen, int key);
/* screen_page() - the text that is open */
const char *screen_page(const struct screen *screen);

/* toppage.c */
void page_begin(struct screen *screen, enum mode mode);
void page_draw(struct screen *screen, const char *page);
/* page_search() - scroll to the next line that has the word, or to the one before */
void page_search(struct screen *screen, const char *page, bool forward);
void page_aside(struct screen *screen, bool right);
/* screen_list_lines() - rows that fit on the screen */
size_t screen_list_lines(void);

#endif
