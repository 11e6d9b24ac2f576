// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "format.h"
#include "history/past.h"
#include "history/origin.h"
#include "netns.h"

static uint64_t us_ago(uint64_t ago)
{
	uint64_t now = entry_us(clock_now());

	return ago / 1000 < now ? now - ago / 1000 : 1;
}

/* The journal if that may be needed; why not, if it cannot be had. */
static void open_journal(struct origin *origin)
{
	struct fault fault;

	if (journal_open(&origin->journal, &fault))
		snprintf(origin->why_not, sizeof(origin->why_not), "%s", fault.text);
}

/* With a module that is loaded already; the journal alone needs none. */
static int begin_journal(struct origin *origin, struct session *session, struct args *args,
			 struct fault *fault)
{
	memset(session, 0, sizeof(*session));
	if (client_loaded() && !session_begin(session, args, fault)) {
		origin->module = true;
		return 0;
	}
	return filter_resolve(&args->filter, NULL, fault) ? fault->exit : 0;
}

static int begin_module(struct origin *origin, struct session *session, struct args *args,
			struct fault *fault)
{
	int err = session_begin(session, args, fault);

	origin->module = !err;
	return err;
}

static int begin_auto(struct origin *origin, struct session *session, struct args *args,
		      struct fault *fault)
{
	bool before;

	if (args->filter.until_ago) {
		origin->kind = SOURCE_JOURNAL;
		open_journal(origin);
		return origin->journal ? begin_journal(origin, session, args, fault) :
					 begin_module(origin, session, args, fault);
	}
	origin->kind = SOURCE_MODULE;
	if (begin_module(origin, session, args, fault))
		return fault->exit;
	/* filter.since is 0 for what lies before the machine was started */
	before = args->filter.since_ago && args->filter.since < session->status.loaded;
	if (!before)
		return 0;
	open_journal(origin);
	origin->kind = SOURCE_BOTH;
	return 0;
}

int origin_begin(struct origin *origin, struct session *session, struct args *args,
		 struct fault *fault)
{
	int err;

	memset(origin, 0, sizeof(*origin));
	origin->kind = args->from;
	if (origin->kind == SOURCE_JOURNAL && journal_open(&origin->journal, fault))
		return fault->exit;
	if (origin->kind == SOURCE_AUTO)
		err = begin_auto(origin, session, args, fault);
	else if (origin->kind == SOURCE_MODULE)
		err = begin_module(origin, session, args, fault);
	else
		err = begin_journal(origin, session, args, fault);
	if (err)
		return err;
	if (args->filter.since_ago)
		origin->since_us = us_ago(args->filter.since_ago);
	if (args->filter.until_ago)
		origin->until_us = us_ago(args->filter.until_ago);
	if (origin->module)
		origin->loaded_us = entry_us(session->status.loaded);
	return 0;
}

void origin_end(struct origin *origin)
{
	journal_close(origin->journal);
}

/* From here on all moments are of the wall clock, those of the module as well. */
static void move(struct session *session, struct rows *rows)
{
	uint64_t ahead = clock_by_wall();

	session->status.loaded += ahead;
	session->status.now += ahead;
	for (size_t i = 0; i < rows->count; i++) {
		rows->v[i].first += ahead;
		rows->v[i].last += ahead;
	}
}

static bool append(struct rows *rows, struct rows *more)
{
	for (size_t i = 0; i < more->count; i++) {
		struct row *row = rows_add(rows);

		if (!row)
			return false;
		*row = more->v[i];
		more->v[i].evidence = NULL;
	}
	return true;
}

static int read_past(struct origin *origin, const struct session *session,
		     const struct args *args, struct rows *rows, struct fault *fault)
{
	struct past past = {
		.filter = &args->filter, .since_us = origin->since_us, .until_us = origin->until_us,
	};
	char load[LOAD_SIZE];
	struct stat own;

	past.netns = origin->module ? session->status.netns :
		     !stat("/proc/self/ns/net", &own) ? own.st_ino : 0;
	past.initial = past.netns == netns_inode("pid:1");
	if (origin->kind == SOURCE_BOTH) {
		entry_load(&session->status, load);
		past.but = load;
	}
	return past_read(origin->journal, &past, rows, &origin->begins_us, fault);
}

/* What the journal has, before that of the module; without it, if nobody asked for it by name. */
static int take_past(struct origin *origin, const struct session *session,
		     const struct args *args, struct rows *past, struct fault *fault)
{
	if (!origin->journal)
		return 1;
	if (!read_past(origin, session, args, past, fault) &&
	    (origin->begins_us || args->from == SOURCE_JOURNAL))
		return 0;
	if (args->from == SOURCE_JOURNAL)
		return -1;
	snprintf(origin->why_not, sizeof(origin->why_not), "%s", origin->begins_us ? fault->text :
		 "the journal has nothing of tcpwhy: 'systemctl enable --now tcpwhy-watch' has it written");
	return 1;
}

static void sift(struct rows *rows, bool (*keep)(const struct row *row, void *arg), void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (keep(&rows->v[i], arg))
			rows->v[kept++] = rows->v[i];
		else
			free(rows->v[i].evidence);
	}
	rows->count = kept;
}

static int module_alone(struct origin *origin, struct session *session, struct args *args,
			bool (*keep)(const struct row *row, void *arg), void *arg,
			struct rows *rows, struct fault *fault)
{
	origin->kind = SOURCE_MODULE;
	if (!origin->module && begin_module(origin, session, args, fault))
		return -1;
	origin->loaded_us = entry_us(session->status.loaded);
	return client_peers(session->client, &args->filter, keep, arg, rows, fault);
}

int origin_rows(struct origin *origin, struct session *session, struct args *args,
		bool (*keep)(const struct row *row, void *arg), void *arg, struct rows *rows,
		struct fault *fault)
{
	struct rows past = { 0 };
	int got = 1;

	if (origin->kind != SOURCE_MODULE)
		got = take_past(origin, session, args, &past, fault);
	if (got > 0)
		return module_alone(origin, session, args, keep, arg, rows, fault);
	if (got < 0)
		return -1;
	if (origin->kind == SOURCE_BOTH &&
	    client_peers(session->client, &args->filter, NULL, NULL, rows, fault)) {
		rows_free(&past);
		return -1;
	}
	move(session, rows);
	filter_moments(&args->filter);
	if (!append(rows, &past)) {
		fault_set(fault, EXIT_OTHER, "out of memory");
		got = -1;
	}
	rows_free(&past);
	past_join(rows);
	sift(rows, keep, arg);
	return got;
}

const char *origin_name(const struct origin *origin)
{
	return origin->kind == SOURCE_BOTH ? "both" :
	       origin->kind == SOURCE_JOURNAL ? "journal" : "module";
}

/* A moment of the wall, whichever clock is in use. */
static const char *at(uint64_t us, char buf[FORMAT_SIZE])
{
	return format_clock(clock_now() - (entry_us(clock_now()) - us) * 1000, buf);
}

void origin_tell(const struct origin *origin, FILE *out)
{
	char loaded[FORMAT_SIZE], begins[FORMAT_SIZE];

	if (*origin->why_not)
		fprintf(out, "From the module alone, since %s, when it was loaded: %s.\n",
			at(origin->loaded_us, loaded), origin->why_not);
	if (origin->kind == SOURCE_MODULE)
		return;
	if (origin->kind == SOURCE_BOTH)
		fprintf(out, "Until %s, when the module was loaded, from the journal; since then "
			"from the module.\n", at(origin->loaded_us, loaded));
	else
		fprintf(out, "From the journal.\n");
	if (!origin->begins_us)
		fprintf(out, "It has nothing of tcpwhy: 'systemctl enable --now tcpwhy-watch' has "
			"it written.\n");
	else if (origin->since_us < origin->begins_us)
		fprintf(out, "What was recorded begins at %s.\n", at(origin->begins_us, begins));
}
