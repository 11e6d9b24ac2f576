// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "../envelope.h"
#include "../format.h"
#include "../text.h"
#include "../toprc.h"
#include "../topscreen.h"
#include "../topview.h"
#include "../unnamed.h"

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

	top_layout(top, 0, top->lines_count, TOP_LINE - 1, &layout);
	top_title(top, line, TOP_LINE - 1);
	printf("%s %s\n", moment(top->args, when), line);
	if (!top->connected)
		return;
	top_summary(top, line, TOP_LINE - 1);
	puts(line);
	top_headings(&layout, line);
	puts(line);
	for (size_t i = 0; i < top->lines_count; i++) {
		top_line(top, &layout, i, line);
		puts(line);
	}
}

/* One look, on one line, as 'list -J' has it. A module that is not there has no findings. */
static void print_json(const struct top *top)
{
	struct json json = { .out = stdout };
	struct columns columns = top->columns;

	if (!top->chosen)
		columns_all(&columns);
	json_object(&json, NULL);
	envelope(&json, "top", &top->session.status, clock_now());
	unnamed_json(&top->session.status, false, &json);
	json_array(&json, "findings");
	for (size_t i = 0; top->connected && i < top->shown_count; i++) {
		json_object(&json, NULL);
		table_json(top->shown[i], &columns, &json);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	json_finish(&json);
}

static void batch(struct top *top)
{
	struct timespec delay = {
		.tv_sec = (time_t)top->args->delay,
		.tv_nsec = (top->args->delay - (time_t)top->args->delay) * 1e9,
	};
	unsigned long left = top->args->count;

	for (;;) {
		(top->args->json ? print_json : print)(top);
		fflush(stdout);
		if ((left && !--left) || ferror(stdout))
			return;
		nanosleep(&delay, NULL);
		if (stopped)
			return;
		if (!top->args->json)
			putchar('\n');
		top_look(top);
	}
}

static bool have_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && getenv("TERM") && *getenv("TERM");
}

static int choose_columns(struct top *top, struct fault *fault)
{
	if (!top->args->order.given)
		top->order.column = COLUMN_SEVERITY;
	if (!top->args->columns)
		return 0;
	top_columns(top, &top->columns);
	top->chosen = true;
	return columns_parse(&top->columns, top->args->columns, fault);
}

int cmd_top(struct args *args)
{
	struct top top = {
		.args = args,
		.order = args->order,
		.by = args->by,
		.all_netns = args->filter.all_netns,
		.info = args->all || args->filter.words_count || args->filter.min_severity,
	};
	struct fault fault;
	int err = 0;

	if (args->json && !args->batch)
		return usage_error("top prints JSON with -b only");
	if (args->json && args->by)
		return usage_error("top: choose one of --json and --by; 'tcpwhy list' does both");
	if (choose_columns(&top, &fault))
		return complain(&fault);
	if (!args->batch && !have_terminal())
		return usage_error("top needs a terminal; use -b for plain text");
	/* what is read by others does not depend on what somebody saved */
	if (!args->batch)
		toprc_load(&top);
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
