// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../capture.h"
#include "../clock.h"
#include "../cmd.h"
#include "../envelope.h"
#include "../format.h"
#include "../history/log.h"
#include "../names.h"
#include "../netns.h"
#include "../sight.h"
#include "../table.h"
#include "../verdict.h"

static volatile sig_atomic_t stopped;

/* Between two words of losses: a flood is to be told of, not to be one. */
#define TELL_PAUSE_MS 1000
/* How old the names of namespaces may be, which come and go under the same inode number. */
#define NAMES_AGE_MS 1000

/* @lost and @overrun: not told of yet */
struct watch {
	const struct args *args;
	const struct status *status;
	struct fault *fault;
	struct capture capture;
	struct log log;
	struct columns columns;
	bool failed;
	unsigned long shown;
	uint64_t lost;
	bool overrun;
	int64_t told_ms;
	int64_t named_ms;
};

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell_losses(struct watch *watch)
{
	if (watch->lost)
		fprintf(stderr, "tcpwhy: %" PRIu64 " event%s lost: they came faster than the "
			"module could hand them on\n", watch->lost,
			watch->lost == 1 ? " was" : "s were");
	if (watch->overrun)
		fputs("tcpwhy: events were lost: they came faster than they could be shown\n",
		      stderr);
	watch->lost = 0;
	watch->overrun = false;
	watch->told_ms = now_ms();
}

/* How long to wait until losses are to be told of, -1: for ever. */
static int tell_in_ms(const struct watch *watch)
{
	int64_t left = watch->told_ms + TELL_PAUSE_MS - now_ms();

	if (!watch->lost && !watch->overrun)
		return -1;
	return left > 0 ? (int)left : 0;
}

static bool enough(const struct watch *watch)
{
	return watch->args->count && watch->shown >= watch->args->count;
}

static void refresh_names(struct watch *watch)
{
	int64_t now = now_ms();

	if (now - watch->named_ms < NAMES_AGE_MS)
		return;
	netns_refresh();
	watch->named_ms = now;
}

/* Who keeps it wants the date as well; who looks at it knows which day it is. */
static const char *moment(const struct args *args, uint64_t when, char buf[FORMAT_SIZE])
{
	enum time_style style = args->time;

	if (style == TIME_AUTO)
		style = isatty(STDOUT_FILENO) && !args->file ? TIME_LOCAL : TIME_ISO;
	if (style == TIME_RELATIVE)
		return format_age(clock_ago(when), buf);
	return style == TIME_ISO ? format_iso(when, buf) : format_clock_ms(when, buf);
}

/* The columns that were asked for, in the place of all else but the time. */
static void print_cells(const struct watch *watch, const struct event *event, FILE *out)
{
	char when[FORMAT_SIZE], buf[CELL_SIZE];

	fputs(moment(watch->args, event->when, when), out);
	for (unsigned int i = 0; i < watch->columns.count; i++)
		fprintf(out, "  %s", table_cell(&event->rows.v[0], watch->columns.v[i], buf));
	fputc('\n', out);
}

static void print_line(const struct args *args, const struct event *event, bool netns, FILE *out)
{
	const struct row *row = &event->rows.v[0];
	char when[FORMAT_SIZE], peer[FORMAT_SIZE], cause[NAME_SIZE], sure[NAME_SIZE];
	char ports[FORMAT_SIZE], name[NETNS_NAME_SIZE], verdict[VERDICT_SIZE];

	fprintf(out, "%s  %-15s  %-22s  %-8s  %-17s  ", moment(args, event->when, when),
	       format_address(&row->peer, peer), name_cause(row->cause, cause),
	       name_confidence(row->confidence, sure), format_ports(row, ports));
	if (netns)
		fprintf(out, "%-12s  ", netns_name(row->netns, name));
	fprintf(out, "%s\n", verdict_line(row, verdict));
}

static void print_json(const struct watch *watch, const struct event *event, FILE *out)
{
	struct json json = { .out = out };
	char buf[2 * TCPWHY_HEADER_MAX + 1] = "";

	json_object(&json, NULL);
	envelope(&json, "watch", watch->status, event->when);
	table_json(&event->rows.v[0], &watch->columns, &json);
	json_string(&json, "direction", verdict_direction(event->rows.v[0].cause));
	for (unsigned int i = 0; i < event->header_size; i++)
		snprintf(buf + 2 * i, 3, "%02x", event->header[i]);
	json_string(&json, "header", event->header_size ? buf : NULL);
	json_uint(&json, "lost", event->lost);
	json_object_end(&json);
	json_finish(&json);
}

static void print(const struct watch *watch, const struct event *event, FILE *out)
{
	if (watch->args->json)
		print_json(watch, event, out);
	else if (watch->args->columns)
		print_cells(watch, event, out);
	else
		print_line(watch->args, event, watch->args->filter.all_netns, out);
}

/* In one piece, so that the file is put aside between two events. */
static int keep(struct watch *watch, const struct event *event)
{
	char *lines = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&lines, &size);
	int err = -1;

	if (out)
		print(watch, event, out);
	if (!out || fclose(out))
		fault_set(watch->fault, EXIT_OTHER, "out of memory");
	else
		err = log_write(&watch->log, lines, size, watch->fault);
	free(lines);
	return err;
}

static void take(const struct event *event, void *arg)
{
	struct watch *watch = arg;
	const struct args *args = watch->args;

	watch->lost += event->lost;
	watch->capture.dropped += event->lost;
	if (watch->failed || enough(watch) || !filter_match(&args->filter, &event->rows.v[0]))
		return;
	refresh_names(watch);
	if (args->write)
		watch->failed = capture_event(&watch->capture, event, watch->fault);
	else if (args->file)
		watch->failed = keep(watch, event);
	else
		print(watch, event, stdout);
	fflush(stdout);
	watch->shown++;
}

static int follow(struct client *client, struct watch *watch)
{
	struct pollfd poller = { .fd = client_events_fd(client), .events = POLLIN };
	int got;

	while (!stopped && !watch->failed && !enough(watch) && !ferror(stdout)) {
		if (!tell_in_ms(watch))
			tell_losses(watch);
		got = poll(&poller, 1, tell_in_ms(watch));
		if (got < 0 && errno != EINTR) {
			fault_set(watch->fault, EXIT_OTHER, "poll: %s", strerror(errno));
			return -1;
		}
		if (got <= 0)
			continue;
		got = client_events(client, take, watch, watch->fault);
		if (got < 0)
			return -1;
		watch->overrun |= got > 0;
	}
	tell_losses(watch);
	return watch->failed ? -1 : 0;
}

static int follow_into_file(struct client *client, struct watch *watch)
{
	struct fault later;
	int err;

	if (capture_open(&watch->capture, watch->args->write, watch->fault))
		return -1;
	err = follow(client, watch);
	capture_tell(&watch->capture, stderr);
	/* the first fault is the one to be told */
	if (capture_close(&watch->capture, err ? &later : watch->fault))
		err = -1;
	return err;
}

static int follow_into_log(struct client *client, struct watch *watch)
{
	const struct args *args = watch->args;
	int err = log_open(&watch->log, args->file, args->size, args->keep, watch->fault);

	if (!err)
		err = follow(client, watch);
	log_close(&watch->log);
	return err;
}

static int run(struct client *client, struct watch *watch)
{
	/* first, so that what cannot be followed leaves an older file as it is */
	if (client_listen(client, watch->fault))
		return -1;
	if (watch->args->write)
		return follow_into_file(client, watch);
	return watch->args->file ? follow_into_log(client, watch) : follow(client, watch);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	/* without SA_RESTART, so that poll() ends */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int cmd_watch(struct args *args)
{
	struct session session;
	struct fault fault;
	struct watch watch = {
		.args = args,
		.fault = &fault,
		.status = &session.status,
		.told_ms = now_ms() - TELL_PAUSE_MS,
	};
	int err;

	if (args->write && (args->json || args->columns || args->file))
		return usage_error("watch: --write takes the place of --%s: choose one",
				   args->json ? "json" : args->file ? "file" : "output");
	if (!args->file && (args->size || args->keep))
		return usage_error("watch: --%s is about --file, which is missing",
				   args->size ? "size" : "keep");
	columns_all(&watch.columns);
	if (args->columns && columns_parse(&watch.columns, args->columns, &fault))
		return complain(&fault);
	if (session_begin(&session, args, &fault))
		return complain(&fault);
	/* the initial namespace gets the events of all; own means own */
	if (!args->filter.all_netns && !args->filter.netns)
		args->filter.netns = session.status.netns;
	catch_signals();
	sight_warn(stderr, &session.status);
	err = run(session.client, &watch);
	if (err)
		err = complain(&fault);
	session_end(&session);
	return err;
}
