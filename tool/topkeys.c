// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <curses.h>

#include "toprc.h"
#include "topscreen.h"

#define ESCAPE 27
#define CTRL_L 12

static void jump(struct top *top, long by)
{
	long to = (long)top->selected + by;

	if (to >= (long)top->lines_count)
		to = (long)top->lines_count - 1;
	top->selected = to > 0 ? to : 0;
	top_remember(top);
}

static void key_page(struct screen *screen, int key)
{
	size_t room = LINES > 4 ? LINES - 4 : 1;

	switch (key) {
	case 'q':
	case ESCAPE:
	case '\n':
	case KEY_ENTER:
		screen->mode = MODE_LIST;
		break;
	case KEY_LEFT:
		if (!screen->aside)
			screen->mode = MODE_LIST;
		page_aside(screen, false);
		break;
	case KEY_RIGHT:
		page_aside(screen, true);
		break;
	case '/':
		screen->under = screen->mode;
		screen->mode = MODE_SEARCH;
		break;
	case 'n':
	case 'N':
		page_search(screen, screen_page(screen), key == 'n');
		break;
	case 'k':
	case KEY_UP:
		screen->scroll -= screen->scroll ? 1 : 0;
		break;
	case 'j':
	case KEY_DOWN:
		screen->scroll++;
		break;
	case KEY_PPAGE:
		screen->scroll -= screen->scroll < room ? screen->scroll : room;
		break;
	case ' ':
	case KEY_NPAGE:
		screen->scroll += room;
		break;
	case KEY_HOME:
		screen->scroll = 0;
		break;
	}
}

/* A word is typed; false when that is over. */
static bool type(char *word, size_t size, int key)
{
	size_t len = strlen(word);

	if (key == '\n' || key == KEY_ENTER)
		return false;
	if (key == ESCAPE) {
		*word = '\0';
		return false;
	}
	if (key == KEY_BACKSPACE || key == 127 || key == 8) {
		word[len ? len - 1 : 0] = '\0';
	} else if (key >= 0x20 && key < 0x7f && len + 1 < size) {
		word[len] = key;
		word[len + 1] = '\0';
	}
	return true;
}

static void key_filter(struct screen *screen, int key)
{
	struct top *top = screen->top;

	if (!type(top->filter, sizeof(top->filter), key))
		screen->mode = MODE_LIST;
	top_arrange(top);
}

static void key_search(struct screen *screen, int key)
{
	if (type(screen->search, sizeof(screen->search), key))
		return;
	screen->mode = screen->under;
	/* from what is seen on */
	screen->found = (long)screen->scroll - 1;
	page_search(screen, screen_page(screen), true);
}

static void key_reset(struct screen *screen, int key)
{
	struct top *top = screen->top;
	size_t count = top->shown_count;

	screen->mode = MODE_LIST;
	screen->note = screen->said;
	if (key != 'y' && key != 'Y')
		snprintf(screen->said, sizeof(screen->said), "nothing was forgotten");
	else if (top_reset(top))
		snprintf(screen->said, sizeof(screen->said), "%.150s", top->fault.text);
	else
		snprintf(screen->said, sizeof(screen->said), "%zu finding%s forgotten", count,
			 count == 1 ? "" : "s");
}

static void save(struct screen *screen)
{
	struct fault fault;
	char path[PATH_MAX];

	screen->note = screen->said;
	if (toprc_save(screen->top, path, &fault))
		snprintf(screen->said, sizeof(screen->said), "%.150s", fault.text);
	else
		snprintf(screen->said, sizeof(screen->said), "saved in %.140s", path);
}

static void key_columns(struct screen *screen, int key)
{
	switch (key) {
	case 'q':
	case ESCAPE:
	case '\n':
	case KEY_ENTER:
		screen->mode = MODE_LIST;
		break;
	case 'k':
	case KEY_UP:
		screen->column -= screen->column > 0;
		break;
	case 'j':
	case KEY_DOWN:
		screen->column += screen->column + 1 < COLUMNS;
		break;
	case ' ':
		top_toggle(screen->top, screen->column);
		break;
	}
}

static void key_move(struct top *top, int key)
{
	long page = screen_list_lines() > 1 ? screen_list_lines() - 1 : 1;

	switch (key) {
	case 'k':
	case KEY_UP:
		jump(top, -1);
		break;
	case 'j':
	case KEY_DOWN:
		jump(top, 1);
		break;
	case KEY_PPAGE:
		jump(top, -page);
		break;
	case KEY_NPAGE:
		jump(top, page);
		break;
	case KEY_HOME:
	case 'g':
		jump(top, -(long)top->selected);
		break;
	case KEY_END:
	case 'G':
		jump(top, top->lines_count);
		break;
	}
}

/* Other namespaces are seen from the initial one only: else it stays as it was. */
static void change_netns(struct screen *screen)
{
	struct top *top = screen->top;

	top->all_netns = !top->all_netns;
	top_look(top);
	if (top->connected || top->fault.exit != EXIT_RIGHT)
		return;
	top->all_netns = !top->all_netns;
	top_look(top);
	screen->note = "other network namespaces are seen from the initial one only";
}

/* What is done with groups; false: the key is for something else. */
static bool key_groups(struct top *top, int key)
{
	switch (key) {
	case 'b':
		top_group(top, top->by == BY_PREFIX ? BY_NONE : top->by + 1);
		return true;
	case '-':
	case '+':
		top_fold(top, key == '-');
		return true;
	case 'z':
		top_fold_all(top);
		return true;
	}
	return false;
}

/* The story of a row; of a group, its rows. */
static void open_selected(struct screen *screen)
{
	struct top *top = screen->top;

	if (top->selected >= top->lines_count)
		return;
	top_remember(top);
	if (top_selected(top))
		page_begin(screen, MODE_STORY);
	else
		top_fold(top, !top_folded(top, top->lines[top->selected].group));
}

static void key_list(struct screen *screen, int key)
{
	struct top *top = screen->top;

	if (key_groups(top, key))
		return;

	switch (key) {
	case 'q':
		screen->quit = true;
		break;
	case 's':
	case '>':
		top_sort_next(top, 1);
		break;
	case '<':
		top_sort_next(top, -1);
		break;
	case '1' ... '9':
		top_sort(top, key - '0');
		break;
	case 'R':
		top->order.reverse = !top->order.reverse;
		top_arrange(top);
		break;
	case 'c':
		screen->mode = MODE_COLUMNS;
		break;
	case 'i':
		top->info = !top->info;
		top_look(top);
		break;
	case 'n':
		change_netns(screen);
		break;
	case 'p':
	case ' ':
		top->paused = !top->paused;
		break;
	case 'f':
	case '/':
		screen->mode = MODE_FILTER;
		break;
	case 'h':
	case '?':
	case KEY_F(1):
		page_begin(screen, MODE_HELP);
		break;
	case 'r':
		if (top->shown_count && top->connected)
			screen->mode = MODE_RESET;
		break;
	case 'W':
		save(screen);
		break;
	case '\n':
	case KEY_ENTER:
	case KEY_RIGHT:
		open_selected(screen);
		break;
	case CTRL_L:
		clearok(stdscr, TRUE);
		break;
	default:
		key_move(top, key);
	}
}

void screen_key(struct screen *screen, int key)
{
	if (key == KEY_RESIZE)
		return;
	screen->note = NULL;
	if (screen->mode == MODE_FILTER)
		key_filter(screen, key);
	else if (screen->mode == MODE_SEARCH)
		key_search(screen, key);
	else if (screen->mode == MODE_RESET)
		key_reset(screen, key);
	else if (screen->mode == MODE_COLUMNS)
		key_columns(screen, key);
	else if (screen->mode == MODE_LIST)
		key_list(screen, key);
	else
		key_page(screen, key);
}
