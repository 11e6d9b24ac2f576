// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>

#include "causes/advice.h"
#include "clock.h"
#include "story.h"
#include "text.h"
#include "topscreen.h"
#include "topview.h"
#include "unnamed.h"

#define HEAD 3		/* title, summary, headings */
#define DETAIL 6	/* a rule and the gist of the selected row */
#define DETAIL_FROM 18	/* on screens of so many lines */

enum { PAIR_TROUBLE = 1, PAIR_NOTICE, PAIR_DIM };

static const char help[] =
	"Keys\n"
	"  s            sort by the next of severity, rate, count, last, peer\n"
	"  f or /       filter: part of an address, a cause or the text, or a prefix "
	"(10.0.0.0/8);\n"
	"               Enter keeps it, Esc drops it\n"
	"  n            own network namespace, or all\n"
	"  i            findings of severity info as well, or not\n"
	"  p or space   pause\n"
	"  Enter        the story of the selected row: what happened, how sure, what to do\n"
	"  arrows, j k, PgUp, PgDn, Home, End\n"
	"  q            quit, or back\n"
	"\n"
	"Columns\n"
	"  SEV    !! a user of this peer was hurt    ! explained, often harmless    . protocol "
	"life\n"
	"  COUNT  events since the first; /s over about the last 10 s; LAST is how long ago\n"
	"  SURE   certain: the kernel did it; likely: two signs; possible: one\n"
	"  WHAT   the evidence of the latest event, and the sums over all\n";

size_t screen_list_lines(void)
{
	int lines = LINES - HEAD - 1 - (LINES >= DETAIL_FROM ? DETAIL : 0);

	return lines > 0 ? lines : 0;
}

/* Never into the last column of the last line: some terminals would scroll. */
static void put_line(int y, const char *line, attr_t attributes)
{
	if (y >= LINES)
		return;
	move(y, 0);
	clrtoeol();
	attrset(attributes);
	addstr(line);
	if (attributes & A_REVERSE)
		for (int x = getcurx(stdscr); getcury(stdscr) == y && x < COLS - 1; x++)
			addch(' ');
	attrset(A_NORMAL);
}

static attr_t row_attributes(const struct row *row)
{
	switch (row->severity) {
	case TCPWHY_SEVERITY_TROUBLE:
		return A_BOLD | COLOR_PAIR(PAIR_TROUBLE);
	case TCPWHY_SEVERITY_NOTICE:
		return COLOR_PAIR(PAIR_NOTICE);
	case TCPWHY_SEVERITY_INFO:
		return A_DIM;
	}
	return A_NORMAL;
}

static void draw_row(const struct top *top, const struct top_layout *layout, size_t i, int y)
{
	const struct row *row = top->shown[i];
	char line[TOP_LINE];

	top_row(layout, row, line);
	if (i == top->selected) {
		put_line(y, line, A_REVERSE);
		return;
	}
	put_line(y, line, row->severity == TCPWHY_SEVERITY_INFO ? A_DIM : A_NORMAL);
	/* what just happened stands out; the rest stays calm */
	if (clock_ago(row->last) < 2 * NSEC_PER_SEC && row->severity > TCPWHY_SEVERITY_INFO)
		mvchgat(y, 4, layout->peer, A_BOLD, 0, NULL);
	mvchgat(y, 0, 3, row_attributes(row) & ~A_COLOR,
		PAIR_NUMBER(row_attributes(row)), NULL);
}

static void draw_detail(const struct top *top)
{
	int y = LINES - 1 - DETAIL, width = COLS - 1;
	char gist[TOP_LINE];
	struct story story;
	const char *s;

	if (LINES < DETAIL_FROM || !top->shown_count)
		return;
	attrset(A_DIM);
	mvhline(y++, 0, ACS_HLINE, COLS);
	attrset(A_NORMAL);
	format_what(top->shown[top->selected], gist, sizeof(gist));
	attrset(A_BOLD);
	mvaddnstr(y++, 0, gist, width);
	attrset(A_NORMAL);
	advice_tell(top->shown[top->selected], &story);
	s = text_or_empty(&story.what);
	while (*s && y < LINES - 1) {
		size_t length = text_wrap(s, width);

		mvaddnstr(y++, 0, s, length);
		s += length;
		while (*s == ' ')
			s++;
	}
	story_free(&story);
}

static void draw_footer(const struct screen *screen)
{
	char line[TOP_LINE];

	switch (screen->note ? -1 : (int)screen->mode) {
	case -1:
		snprintf(line, sizeof(line), "%s", screen->note);
		break;
	case MODE_FILTER:
		snprintf(line, sizeof(line), "filter: %s_   Enter keeps it, Esc drops it",
			 screen->top->filter);
		break;
	case MODE_STORY:
		snprintf(line, sizeof(line), "up down PgUp PgDn scroll   q back");
		break;
	case MODE_HELP:
		snprintf(line, sizeof(line), "q back");
		break;
	default:
		snprintf(line, sizeof(line), "Enter why   s sort   f filter   n netns   i info   "
			 "p pause   h help   q quit");
	}
	line[COLS > 1 && COLS - 1 < TOP_LINE ? COLS - 1 : TOP_LINE - 1] = '\0';
	put_line(LINES - 1, line, A_DIM);
}

static void put_nothing(int y, char line[TOP_LINE])
{
	line[COLS > 1 && COLS - 1 < TOP_LINE ? COLS - 1 : TOP_LINE - 1] = '\0';
	mvaddstr(y, 0, line);
}

static void draw_nothing(const struct top *top)
{
	const struct status *status = &top->session.status;
	char line[TOP_LINE];

	if (!top->connected && !top->rows.count)
		snprintf(line, sizeof(line), "%.400s", top->fault.text);
	else if (*top->filter)
		snprintf(line, sizeof(line), "Nothing passes the filter.");
	else if (!coverage_watched(status) && coverage_off(status))
		snprintf(line, sizeof(line), "Nothing is watched: all causes are switched off.");
	else
		snprintf(line, sizeof(line), "No trouble %s. %zu of %zu causes are watched%s",
			 coverage_missing(status) || coverage_off(status) ?
			 "among what can be seen" : "seen",
			 coverage_watched(status), status->causes_count,
			 top->info_hidden ? "; i shows what is protocol life." : ".");
	put_nothing(HEAD + 1, line);
	if (top->connected && unnamed_grown(status)) {
		snprintf(line, sizeof(line), "But the kernel counted what no cause names: 'tcpwhy "
			 "list' says what.");
		put_nothing(HEAD + 2, line);
	}
}

static void draw_list(struct screen *screen)
{
	struct top *top = screen->top;
	struct top_layout layout;
	size_t lines = screen_list_lines();
	char line[TOP_LINE];

	if (top->selected < screen->first)
		screen->first = top->selected;
	if (lines && top->selected >= screen->first + lines)
		screen->first = top->selected - lines + 1;
	if (screen->first && screen->first + lines > top->shown_count)
		screen->first = top->shown_count > lines ? top->shown_count - lines : 0;
	top_layout(top, screen->first, lines, COLS - 1, &layout);
	top_summary(top, line, COLS - 1);
	put_line(1, line, A_NORMAL);
	top_headings(&layout, line);
	put_line(2, line, A_REVERSE);
	for (size_t i = 0; i < lines && screen->first + i < top->shown_count; i++)
		draw_row(top, &layout, screen->first + i, HEAD + i);
	if (!top->shown_count)
		draw_nothing(top);
	draw_detail(top);
}

static size_t page_lines(const char *page)
{
	size_t lines = 0;

	for (; *page; page++)
		lines += *page == '\n';
	return lines;
}

static void draw_page(struct screen *screen, const char *page)
{
	size_t room = LINES > 3 ? LINES - 3 : 1, lines = page_lines(page);
	int y = 2;

	if (screen->scroll + room > lines)
		screen->scroll = lines > room ? lines - room : 0;
	for (size_t skip = screen->scroll; skip && *page; skip--)
		page = strchr(page, '\n') + 1;
	while (*page && y < LINES - 1) {
		const char *end = strchr(page, '\n');
		size_t length = end ? (size_t)(end - page) : strlen(page);

		/* commands may be wider than the screen: cut there */
		mvaddnstr(y++, 0, page, text_fit(page, length, COLS > 1 ? COLS - 1 : 1));
		page += length + !!end;
	}
}

/* The story follows its row while that is there, else it stays as it was. */
static void write_story(struct screen *screen)
{
	struct top *top = screen->top;
	const struct row *row;

	if (!top->shown_count)
		return;
	row = top->shown[top->selected];
	if (row->cause != top->at.cause || row->netns != top->at.netns ||
	    !address_equal(&row->peer, &top->at.peer))
		return;
	text_free(&screen->page);
	story_write(row, COLS - 1, top->all_netns, &screen->page);
}

static void draw(struct screen *screen)
{
	char line[TOP_LINE];

	erase();
	top_title(screen->top, line, COLS - 1);
	put_line(0, line, screen->top->connected ? A_BOLD : A_BOLD | COLOR_PAIR(PAIR_TROUBLE));
	if (screen->mode == MODE_STORY) {
		write_story(screen);
		draw_page(screen, text_or_empty(&screen->page));
	} else if (screen->mode == MODE_HELP) {
		draw_page(screen, help);
	} else {
		draw_list(screen);
	}
	draw_footer(screen);
	refresh();
}

static void prepare(const struct args *args)
{
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	if (!has_colors() || !options_color(args))
		return;
	start_color();
	use_default_colors();
	init_pair(PAIR_TROUBLE, COLOR_RED, -1);
	init_pair(PAIR_NOTICE, COLOR_YELLOW, -1);
}

/* Looks come at their time, whatever keys are pressed between. */
static void loop(struct screen *screen)
{
	struct top *top = screen->top;
	uint64_t period = top->args->delay * NSEC_PER_SEC, next = clock_now() + period;
	unsigned long left = top->args->count;

	while (!screen->quit && !top_stopped()) {
		uint64_t now = clock_now();
		int key;

		draw(screen);
		timeout(next > now ? (next - now) / NSEC_PER_MSEC + 1 : 0);
		key = getch();
		if (key == '\r')
			key = '\n';
		if (key != ERR)
			screen_key(screen, key);
		if (clock_now() < next)
			continue;
		next = clock_now() + period;
		if (!top->paused)
			top_look(top);
		if (left && !--left)
			break;
	}
}

int top_screen(struct top *top)
{
	struct screen screen = { .top = top };
	SCREEN *terminal = newterm(NULL, stdout, stdin);

	if (!terminal)
		return usage_error("top cannot work with this terminal (TERM=%s); use -b",
				   getenv("TERM"));
	prepare(top->args);
	loop(&screen);
	endwin();
	delscreen(terminal);
	text_free(&screen.page);
	return 0;
}
