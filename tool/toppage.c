// SPDX-License-Identifier: GPL-2.0
/* Text that is longer, and wider, than the screen: it scrolls both ways, and is searched. */
#include <string.h>

#include <curses.h>

#include "text.h"
#include "topscreen.h"

/* so much at a time */
#define SIDEWAYS 20

static size_t room(void)
{
	return LINES > 3 ? LINES - 3 : 1;
}

static size_t page_lines(const char *page)
{
	size_t lines = 0;

	for (; *page; page++)
		lines += *page == '\n';
	return lines;
}

/* All that is found in a line stands out. */
static void mark_found(const char *line, size_t length, const char *word, int y, size_t aside)
{
	size_t size = strlen(word);

	for (size_t i = 0; size && i + size <= length; i++) {
		/* words that are typed are ASCII, and what comes before them may be more */
		long at = (long)text_columns(line, i) - (long)aside;

		if (!strncasecmp(line + i, word, size) && at >= 0 && at < COLS - 1)
			mvchgat(y, at, size, A_REVERSE, 0, NULL);
	}
}

static void draw_line(const struct screen *screen, const char *line, size_t length, int y)
{
	size_t width = COLS > 1 ? COLS - 1 : 1, skipped = text_fit(line, length, screen->aside);
	size_t shown = text_fit(line + skipped, length - skipped, width);

	mvaddnstr(y, 0, line + skipped, shown);
	if (skipped + shown < length)
		mvaddch(y, width - 1, '>' | A_REVERSE);
	mark_found(line, length, screen->search, y, screen->aside);
}

void page_draw(struct screen *screen, const char *page)
{
	size_t lines = page_lines(page);
	int y = 2;

	if (screen->scroll + room() > lines)
		screen->scroll = lines > room() ? lines - room() : 0;
	for (size_t skip = screen->scroll; skip && *page; skip--)
		page = strchr(page, '\n') + 1;
	while (*page && y < LINES - 1) {
		const char *end = strchr(page, '\n');
		size_t length = end ? (size_t)(end - page) : strlen(page);

		draw_line(screen, page, length, y++);
		page += length + !!end;
	}
}

static bool line_has(const char *line, size_t length, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= length; i++)
		if (!strncasecmp(line + i, word, size))
			return true;
	return false;
}

/* The line is put on top of the screen, as far as the page has so many. */
void page_search(struct screen *screen, const char *page, bool forward)
{
	long best = -1, at = 0, from = screen->found;

	if (!*screen->search)
		return;
	for (; *page; at++) {
		size_t length = strcspn(page, "\n");

		if (line_has(page, length, screen->search)) {
			if (forward && at > from) {
				best = at;
				break;
			}
			if (!forward && at < from)
				best = at;
		}
		page += length + (page[length] == '\n');
	}
	if (best < 0) {
		screen->note = forward ? "not found from here on" : "not found before this";
		return;
	}
	screen->found = best;
	screen->scroll = best;
}

void page_begin(struct screen *screen, enum mode mode)
{
	screen->mode = mode;
	screen->scroll = 0;
	screen->aside = 0;
	screen->found = -1;
	*screen->search = '\0';
}

void page_aside(struct screen *screen, bool right)
{
	if (right)
		screen->aside += screen->aside < 2000 ? SIDEWAYS : 0;
	else
		screen->aside -= screen->aside < SIDEWAYS ? screen->aside : SIDEWAYS;
}
