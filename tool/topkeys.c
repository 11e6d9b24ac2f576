// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <curses.h>

#include "topscreen.h"

#define ESCAPE 27
#define CTRL_L 12

static void remember(struct top *top)
{
	if (!top->shown_count)
		return;
	top->at = *top->shown[top->selected];
	top->at.evidence = NULL;
}

static void jump(struct top *top, long by)
{
	long to = (long)top->selected + by;

	if (to >= (long)top->shown_count)
		to = (long)top->shown_count - 1;
	top->selected = to > 0 ? to : 0;
	remember(top);
}

static void key_page(struct screen *screen, int key)
{
	size_t room = LINES > 4 ? LINES - 4 : 1;

	switch (key) {
	case 'q':
	case ESCAPE:
	case '\n':
	case KEY_ENTER:
	case KEY_LEFT:
		screen->mode = MODE_LIST;
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

static void key_filter(struct screen *screen, int key)
{
	struct top *top = screen->top;
	size_t len = strlen(top->filter);

	if (key == '\n' || key == KEY_ENTER) {
		screen->mode = MODE_LIST;
	} else if (key == ESCAPE) {
		*top->filter = '\0';
		screen->mode = MODE_LIST;
	} else if (key == KEY_BACKSPACE || key == 127 || key == 8) {
		top->filter[len ? len - 1 : 0] = '\0';
	} else if (key >= 0x20 && key < 0x7f && len + 1 < sizeof(top->filter)) {
		top->filter[len] = key;
		top->filter[len + 1] = '\0';
	}
	top_arrange(top);
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
		jump(top, top->shown_count);
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

static void key_list(struct screen *screen, int key)
{
	struct top *top = screen->top;

	switch (key) {
	case 'q':
		screen->quit = true;
		break;
	case 's':
		top->sort = (top->sort + 1) % SORTS;
		top_arrange(top);
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
		screen->mode = MODE_HELP;
		screen->scroll = 0;
		break;
	case '\n':
	case KEY_ENTER:
	case KEY_RIGHT:
		if (!top->shown_count)
			break;
		remember(top);
		screen->mode = MODE_STORY;
		screen->scroll = 0;
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
	else if (screen->mode == MODE_LIST)
		key_list(screen, key);
	else
		key_page(screen, key);
}
