// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "../format.h"
#include "../text.h"
#include "../topscreen.h"
#include "../topview.h"

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool top_stopped(void)
{
	return stopped;
}

/* When it was looked at: of a picture that is kept nobody could tell. */
static const char *moment(const struct args *args, char buf[FORMAT_SIZE])
{
	enum time_style style = args->time;

	if (style == TIME_AUTO)
		style = isatty(STDOUT_FILENO) ? TIME_LOCAL : TIME_ISO;
	return style == TIME_ISO ? format_iso(clock_now(), buf) : format_clock(clock_now(), buf);
}

static void print(const struct top *top)
{
	struct top_layout layout;
	char line[TOP_LINE], when[FORMAT_SIZE];

	top_layout(top, 0, top->shown_count, TOP_LINE - 1, &layout);
	top_title(top, line, TOP_LINE - 1);
	printf("%s %s\n", moment(top->args, when), line);
	if (!top->connected)
		return;
	top_summary(top, line, TOP_LINE - 1);
	puts(line);
	top_headings(&layout, line);
	puts(line);
	for (size_t i = 0; i < top->shown_count; i++) {
		top_row(&layout, top->shown[i], line);
		puts(line);
	}
}

static void batch(struct top *top)
{
	struct timespec delay = {
		.tv_sec = (time_t)top->args->delay,
		.tv_nsec = (top->args->delay - (time_t)top->args->delay) * 1e9,
	};
	unsigned long left = top->args->count;

	for (;;) {
		print(top);
		fflush(stdout);
		if ((left && !--left) || ferror(stdout))
			return;
		nanosleep(&delay, NULL);
		if (stopped)
			return;
		putchar('\n');
		top_look(top);
	}
}

static bool have_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && getenv("TERM") && *getenv("TERM");
}

int cmd_top(struct args *args)
{
	struct top top = {
		.args = args,
		.all_netns = args->filter.all_netns,
		.info = args->all || args->filter.words_count || args->filter.min_severity,
	};
	int err = 0;

	if (!args->batch && !have_terminal())
		return usage_error("top needs a terminal; use -b for plain text");
	if (top_begin(&top)) {
		err = complain(&top.fault);
	} else {
		catch_signals();
		if (args->batch)
			batch(&top);
		else
			err = top_screen(&top);
	}
	top_end(&top);
	return err;
}
