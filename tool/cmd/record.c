// SPDX-License-Identifier: GPL-2.0
/*
 * The history: each event and each change of a finding goes to the journal. What was written is
 * read back from there at the start, and made up for by the module's counts: what was missed
 * meanwhile is written then, and nothing twice. So it may end on any fault, to be started again.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "../cmd.h"
#include "../history/ledger.h"
#include "../history/settings.h"
#include "../sight.h"

/* As long as that a slow machine may take to put an entry where it can be read. */
#ifndef SETTLE_MS
#define SETTLE_MS 30000
#endif
#define SETTLE_PAUSE_MS 200
/* Between two looks at what had events, and after events were lost */
#define LOOK_MS 10000
#define LOOK_SOON_MS 1000
/* Is it still the same module? Is what was written still there? */
#define CHECK_MS 2000
#define VERIFY_MS 30000
#define VERIFY_TRIES 25
#define FLUSH_MS 100
/* What is written in a hurry at the end; the rest is made up for at the next start. */
#define HURRY_MOST 2000

static volatile sig_atomic_t stopped;

/* @number: of the entries of this run, @verify that of the one to look for next */
struct recorder {
	struct args *args;
	struct fault *fault;
	struct journal *journal;
	struct ledger *ledger;
	struct client *client;
	struct status status;
	char load[LOAD_SIZE];
	char run[48];
	uint64_t number, verify;
	uint64_t looked;		/* the module's clock */
	int64_t looked_ms, checked_ms, verified_ms;
	unsigned long taken;
	bool missed, gone;
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

static int write_entry(struct recorder *recorder, struct entry *entry)
{
	struct fields fields = { 0 };
	char name[NETNS_NAME_SIZE];
	int err;

	memcpy(entry->load, recorder->load, sizeof(entry->load));
	if (entry_about(entry->kind)) {
		const char *known = netns_name(entry->row.netns, name);

		entry->own = entry->row.netns == recorder->status.netns;
		/* a number is no name */
		if (known != name)
			snprintf(entry->netns_name, sizeof(entry->netns_name), "%s", known);
	}
	entry_write(entry, &fields);
	fields_add(&fields, "TCPWHY_ENTRY", "%s/%" PRIu64, recorder->run, recorder->number);
	err = journal_write(recorder->journal, &fields, recorder->fault);
	fields_free(&fields);
	recorder->number += !err;
	return err;
}

static int write_word(struct recorder *recorder, enum entry_kind kind)
{
	struct entry entry = { .kind = kind };

	return write_entry(recorder, &entry);
}

/* Writes what is due; at most @most. */
static int flush(struct recorder *recorder, bool hurry, unsigned int most)
{
	struct entry entry;

	netns_refresh();
	while (most-- && ledger_next(recorder->ledger, now_ms(), hurry, &entry)) {
		if (write_entry(recorder, &entry))
			return -1;
		ledger_wrote(recorder->ledger, now_ms());
	}
	return 0;
}

/* All that is pending, no faster than the journal may take it. */
static int drain(struct recorder *recorder)
{
	while (!stopped && ledger_pending(recorder->ledger)) {
		if (flush(recorder, true, LEDGER_PER_S * FLUSH_MS / 1000))
			return -1;
		poll(NULL, 0, FLUSH_MS);
	}
	return 0;
}

/* What is written of this load. 1: up to the entry @mark; 0: not so far yet */
static int restore(struct recorder *recorder, const char *mark, bool *before)
{
	struct fields fields = { 0 };
	struct entry entry;
	uint64_t when;
	int got;

	while ((got = journal_next(recorder->journal, &fields, &when, recorder->fault)) > 0) {
		const char *name = fields_get(&fields, "TCPWHY_ENTRY");
		bool found = name && !strcmp(name, mark);

		*before |= !found;
		if (!found && entry_read(&fields, &entry)) {
			ledger_restore(recorder->ledger, &entry);
			entry_free(&entry);
		}
		fields_free(&fields);
		if (found)
			return 1;
	}
	return got;
}

/*
 * A word is written, and looked for: what stands before it is all that there is of this load,
 * since the journal keeps the order. @before: there is something.
 */
static int settle(struct recorder *recorder, bool *before)
{
	int64_t end = now_ms() + SETTLE_MS;
	char mark[80], match[LOAD_SIZE + 16];
	bool open = false;
	int got = 0;

	snprintf(mark, sizeof(mark), "%s/%" PRIu64, recorder->run, recorder->number);
	snprintf(match, sizeof(match), "TCPWHY_LOAD=%s", recorder->load);
	if (write_word(recorder, ENTRY_BEGIN))
		return -1;
	*before = false;
	while (!stopped && now_ms() < end) {
		/* on a fresh machine the journal's first file may be yet to come */
		if (!open)
			open = !journal_find(recorder->journal, 0, match, recorder->fault);
		got = open ? restore(recorder, mark, before) : 0;
		if (got)
			return got > 0 ? 0 : -1;
		if (open)
			journal_wait(recorder->journal, SETTLE_PAUSE_MS);
		else
			poll(NULL, 0, SETTLE_PAUSE_MS);
	}
	if (!stopped && open)
		fault_set(recorder->fault, EXIT_OTHER, "what is written to the journal does not "
			  "come back from it: no space left, Storage=none, or not written by root "
			  "or tcpwhy-watch.service. What the module finds is recorded once it does");
	return stopped ? 0 : -1;
}

static int look(struct recorder *recorder, bool all)
{
	struct filter filter = recorder->args->filter;
	struct rows rows = { 0 };
	uint64_t now = clock_now();

	/* with what happened while the last look was taken */
	filter.since = all || recorder->looked < NSEC_PER_SEC ? 0 : recorder->looked - NSEC_PER_SEC;
	if (client_peers(recorder->client, &filter, NULL, NULL, &rows, recorder->fault)) {
		/* but for the initial one, a network namespace sees its own alone */
		if (recorder->fault->exit != EXIT_RIGHT || !filter.all_netns)
			return -1;
		recorder->args->filter.all_netns = false;
		return look(recorder, all);
	}
	ledger_look(recorder->ledger, &rows, all);
	rows_free(&rows);
	recorder->looked = now;
	recorder->looked_ms = now_ms();
	recorder->missed = false;
	return 0;
}

/* The module is there: who listens first, and looks then, misses nothing. */
static int begin(struct recorder *recorder)
{
	bool before;

	if (client_listen(recorder->client, recorder->fault) ||
	    session_look(recorder->client, &recorder->status, recorder->fault) ||
	    filter_resolve(&recorder->args->filter, &recorder->status, recorder->fault))
		return -1;
	entry_load(&recorder->status, recorder->load);
	ledger_begin(recorder->ledger);
	sight_warn(stderr, &recorder->status);
	if (settle(recorder, &before))
		return -1;
	if (stopped)
		return 0;
	if (!before)
		settings_apply(recorder->client, &recorder->status);
	recorder->checked_ms = recorder->verified_ms = now_ms();
	recorder->verify = recorder->number - 1;
	return look(recorder, true);
}

static void take(const struct event *event, void *arg)
{
	struct recorder *recorder = arg;

	recorder->missed |= event->lost;
	if (!filter_match(&recorder->args->filter, &event->rows.v[0]))
		return;
	ledger_event(recorder->ledger, &event->rows.v[0]);
	recorder->taken++;
}

/* What was written half a minute ago must be there to be read, or it was lost. */
static int verify(struct recorder *recorder)
{
	struct fields fields = { 0 };
	char match[80];
	uint64_t when;
	int got = 0;

	snprintf(match, sizeof(match), "TCPWHY_ENTRY=%s/%" PRIu64, recorder->run, recorder->verify);
	for (int i = 0; i < VERIFY_TRIES && !got && !stopped; i++) {
		/* at first, to hear of files that were begun meanwhile */
		journal_wait(recorder->journal, i ? SETTLE_PAUSE_MS : 0);
		if (journal_find(recorder->journal, 0, match, recorder->fault))
			return -1;
		got = journal_next(recorder->journal, &fields, &when, recorder->fault);
	}
	fields_free(&fields);
	if (stopped)
		return 0;
	if (!got)
		fault_set(recorder->fault, EXIT_OTHER, "the journal has lost what was written to "
			  "it: no space left? It is made up for at the next start");
	recorder->verify = recorder->number - 1;
	recorder->verified_ms = now_ms();
	return got > 0 ? 0 : -1;
}

/* Whether another load of the module has taken the place of this one, or none. */
static bool is_gone(struct recorder *recorder)
{
	struct status now;
	struct fault ignored;
	bool gone;

	recorder->checked_ms = now_ms();
	if (!client_loaded() || client_status(recorder->client, &now, &ignored))
		return true;
	gone = now.loaded != recorder->status.loaded;
	status_free(&now);
	return gone;
}

static bool enough(const struct recorder *recorder)
{
	return recorder->args->count && recorder->taken >= recorder->args->count;
}

static int turn(struct recorder *recorder)
{
	int64_t now = now_ms(), since = now - recorder->looked_ms;

	if (now - recorder->checked_ms >= CHECK_MS && is_gone(recorder)) {
		recorder->gone = true;
		return 0;
	}
	if (ledger_stale(recorder->ledger) ||
	    (ledger_touched(recorder->ledger) && since >= LOOK_MS) ||
	    (recorder->missed && since >= LOOK_SOON_MS)) {
		if (look(recorder, ledger_stale(recorder->ledger))) {
			recorder->gone = is_gone(recorder);
			return recorder->gone ? 0 : -1;
		}
	}
	if (now - recorder->verified_ms >= VERIFY_MS && verify(recorder))
		return -1;
	return flush(recorder, false, LEDGER_BURST);
}

static int follow(struct recorder *recorder)
{
	struct pollfd poller = { .events = POLLIN };
	int got;

	poller.fd = client_events_fd(recorder->client);
	while (!stopped && !recorder->gone && !enough(recorder)) {
		bool soon = ledger_pending(recorder->ledger) || recorder->missed;

		got = poll(&poller, 1, soon ? FLUSH_MS : CHECK_MS);
		if (got < 0 && errno != EINTR) {
			fault_set(recorder->fault, EXIT_OTHER, "poll: %s", strerror(errno));
			return -1;
		}
		if (got > 0)
			got = client_events(recorder->client, take, recorder, recorder->fault);
		if (got < 0 && errno != EINTR)
			return -1;
		recorder->missed |= got > 0;
		if (turn(recorder))
			return -1;
	}
	return recorder->gone ? 0 : flush(recorder, true, HURRY_MOST);
}

/* Nobody is to load it again but who took it away. */
static int await_module(struct recorder *recorder)
{
	struct fault ignored;

	if (drain(recorder) || (!stopped && write_word(recorder, ENTRY_END)))
		return -1;
	client_close(recorder->client);
	recorder->client = NULL;
	status_free(&recorder->status);
	recorder->gone = false;
	while (!stopped && (!client_loaded() || client_attach(&recorder->client, &ignored)))
		poll(NULL, 0, FLUSH_MS * 5);
	return 0;
}

static int run(struct recorder *recorder)
{
	int err = client_open(&recorder->client, recorder->fault);

	while (!err && !stopped) {
		err = begin(recorder);
		if (!err && !stopped)
			err = follow(recorder);
		/* what was asked of a module that goes fails, and is no fault */
		recorder->gone |= err && !stopped && !client_loaded();
		if (!recorder->gone)
			break;
		err = await_module(recorder);
	}
	return err;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	/* without SA_RESTART, so that poll() ends */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int cmd_record(struct args *args)
{
	struct fault fault;
	struct recorder recorder = { .args = args, .fault = &fault };
	int err;

	if (journal_open(&recorder.journal, &fault))
		return complain(&fault);
	args->filter.all_netns = !args->filter.netns;
	snprintf(recorder.run, sizeof(recorder.run), "%d-%" PRId64, getpid(), now_ms());
	recorder.ledger = ledger_new();
	catch_signals();
	err = run(&recorder);
	if (err)
		err = complain(&fault);
	client_close(recorder.client);
	status_free(&recorder.status);
	ledger_free(recorder.ledger);
	journal_close(recorder.journal);
	return err;
}
