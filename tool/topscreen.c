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
	"  1 to 9       sort by the first column, the second, ...; once more: the other way round\n"
	"  s or >, <    sort by the next column, by the one before\n"
	"  R            the other way round\n"
	"  c            choose the columns\n"
	"  f or /       filter: part of an address, a cause or the text, or a prefix "
	"(10.0.0.0/8);\n"
	"               Enter keeps it, Esc drops it\n"
	"  b            group by cause, program, port, network, or not at all\n"
	"  - +          fold the group, unfold it; Enter on its heading does either\n"
	"  z            fold all groups, or unfold them\n"
	"  r            forget what is shown, after a question\n"
	"  W            save the view: order, columns, filter, groups, and what n and i say\n"
	"  n            own network namespace, or all\n"
	"  i            findings of severity info as well, or not\n"
	"  p or space   pause\n"
	"  Enter        the story of the selected row: what happened, how sure, what to do\n"
	"  arrows, j k, PgUp, PgDn, Home, End\n"
	"  /            in a story: search; n the next, N the one before\n"
	"  left, right  in a story: see the rest of a long command\n"
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

static void mark(const struct top_layout *layout, enum column column, int y, attr_t attributes)
{
	int at = top_at(layout, column);

	for (unsigned int i = 0; i < layout->columns.count; i++)
		if (layout->columns.v[i] == column && at < COLS)
			mvchgat(y, at, layout->widths[i], attributes & ~A_COLOR,
				PAIR_NUMBER(attributes), NULL);
}

static void draw_row(const struct top *top, const struct top_layout *layout, size_t i, int y)
{
	const struct row *row = top->lines[i].row;
	char line[TOP_LINE];

	top_line(top, layout, i, line);
	if (i == top->selected || !row) {
		put_line(y, line, i == top->selected ? A_REVERSE : A_BOLD);
		return;
	}
	put_line(y, line, row->severity == TCPWHY_SEVERITY_INFO ? A_DIM : A_NORMAL);
	/* what just happened stands out; the rest stays calm */
	if (clock_ago(row->last) < 2 * NSEC_PER_SEC && row->severity > TCPWHY_SEVERITY_INFO)
		mark(layout, COLUMN_PEER, y, A_BOLD);
	mark(layout, COLUMN_SEVERITY, y, row_attributes(row));
}

static void draw_detail(const struct top *top)
{
	int y = LINES - 1 - DETAIL, width = COLS - 1;
	const struct row *row = top_selected(top);
	char gist[TOP_LINE];
	struct story story;
	const char *s;

	if (LINES < DETAIL_FROM || !row)
		return;
	attrset(A_DIM);
	mvhline(y++, 0, ACS_HLINE, COLS);
	attrset(A_NORMAL);
	format_what(row, gist, sizeof(gist));
	attrset(A_BOLD);
	mvaddnstr(y++, 0, gist, text_fit(gist, strlen(gist), width));
	attrset(A_NORMAL);
	advice_tell(row, &story);
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
		snprintf(line, sizeof(line), "up down PgUp PgDn left right scroll   "
			 "/ search   n N next, before   q back");
		break;
	case MODE_SEARCH:
		snprintf(line, sizeof(line), "search: %s_   Enter looks for it, Esc drops it",
			 screen->search);
		break;
	case MODE_RESET:
		snprintf(line, sizeof(line), "Is the module to forget the %zu finding%s that %s "
			 "shown?   y yes   any other key no", screen->top->shown_count,
			 screen->top->shown_count == 1 ? "" : "s",
			 screen->top->shown_count == 1 ? "is" : "are");
		break;
	case MODE_COLUMNS:
		snprintf(line, sizeof(line), "up down   space shows it or not   q back");
		break;
	case MODE_HELP:
		snprintf(line, sizeof(line), "q back");
		break;
	default:
		snprintf(line, sizeof(line), "Enter why   s sort   f filter   n netns   i info   "
			 "p pause   h help   q quit");
	}
	line[text_fit(line, strlen(line), COLS > 1 ? COLS - 1 : 1)] = '\0';
	put_line(LINES - 1, line, A_DIM);
}

static void put_nothing(int y, char line[TOP_LINE])
{
	line[text_fit(line, strlen(line), COLS > 1 ? COLS - 1 : 1)] = '\0';
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
	if (screen->first && screen->first + lines > top->lines_count)
		screen->first = top->lines_count > lines ? top->lines_count - lines : 0;
	top_layout(top, screen->first, lines, COLS - 1, &layout);
	top->seen = layout.columns;
	top_summary(top, line, COLS - 1);
	put_line(1, line, A_NORMAL);
	top_headings(&layout, line);
	put_line(2, line, A_REVERSE);
	mark(&layout, top->order.column, 2, A_BOLD | A_UNDERLINE | A_REVERSE);
	for (size_t i = 0; i < lines && screen->first + i < top->lines_count; i++)
		draw_row(top, &layout, screen->first + i, HEAD + i);
	if (!top->shown_count)
		draw_nothing(top);
	draw_detail(top);
}

/* The story follows its row while that is there, else it stays as it was. */
static void write_story(struct screen *screen)
{
	struct top *top = screen->top;
	const struct row *row;

	row = top_selected(top);
	if (!row || row->cause != top->at.cause || row->netns != top->at.netns ||
	    !address_equal(&row->peer, &top->at.peer))
		return;
	text_free(&screen->page);
	story_write(row, COLS - 1, top->all_netns, &screen->page);
}

static void draw_columns(const struct screen *screen)
{
	struct columns columns;
	char line[TOP_LINE];

	top_columns(screen->top, &columns);
	put_line(1, "Columns", A_NORMAL);
	for (int column = 0; column < COLUMNS; column++) {
		bool shown = false;

		for (unsigned int i = 0; i < columns.count; i++)
			shown |= (int)columns.v[i] == column;
		snprintf(line, sizeof(line), "  [%c] %s", shown ? 'x' : ' ', column_name(column));
		put_line(HEAD + column, line, column == screen->column ? A_REVERSE : A_NORMAL);
	}
}

const char *screen_page(const struct screen *screen)
{
	enum mode mode = screen->mode == MODE_SEARCH ? screen->under : screen->mode;

	return mode == MODE_HELP ? help : text_or_empty(&screen->page);
}

static void draw(struct screen *screen)
{
	enum mode mode = screen->mode == MODE_SEARCH ? screen->under : screen->mode;
	char line[TOP_LINE];

	erase();
	top_title(screen->top, line, COLS - 1);
	put_line(0, line, screen->top->connected ? A_BOLD : A_BOLD | COLOR_PAIR(PAIR_TROUBLE));
	if (mode == MODE_STORY || mode == MODE_HELP) {
		if (mode == MODE_STORY)
			write_story(screen);
		page_draw(screen, screen_page(screen));
	} else if (mode == MODE_COLUMNS) {
		draw_columns(screen);
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
