// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "export_round.h"
#include "exporter.h"
#include "tally_state.h"

/* A page as young as this is served again: who asks more often costs the host no more. */
#define FRESH_MS 1000
/* Between two states on the disk. One is written at the end, too. */
#define SAVE_MS 60000
/* Findings that wait for the next look; more are looked at at once, which drops the evicted. */
#define KNOWN_MOST 100000

static const char *state_path;
static struct round round_of_ours;
static struct session session;
static struct fault no_module;
#define TOLD 8
/* Lines that were said already: more than may be true at a time */
static char told[TOLD][sizeof(no_module.text)];
static unsigned int told_next;
static bool listening, state_failed;
static int64_t looked_ms, saved_ms;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Once, until all is well again: a scrape comes each few seconds. */
static void tell(const struct fault *fault)
{
	for (size_t i = 0; i < TOLD; i++)
		if (!strcmp(fault->text, told[i]))
			return;
	strcpy(told[told_next++ % TOLD], fault->text);
	fprintf(stderr, "tcpwhy-exporter: %s\n", fault->text);
}

static bool tallied(void)
{
	return round_of_ours.networks_path || round_of_ours.top;
}

static void disconnect(void)
{
	session_end(&session);
	listening = false;
	/* the page is of what has gone */
	looked_ms = 0;
}

/* @no_module says why if it is not there. */
static bool connected(void)
{
	struct args args = { .lean = -1 };
	struct fault fault;
	uint64_t asked;

	if (session.client) {
		status_free(&session.status);
		asked = clock_boot();
		if (!client_status(session.client, &session.status, &fault)) {
			clock_sync(asked, session.status.now, clock_boot());
			return true;
		}
		/* it was unloaded, and may have been loaded again */
		disconnect();
	}
	if (session_begin(&session, &args, &no_module))
		return false;
	listening = tallied() && !client_listen(session.client, &fault);
	return true;
}

void watch_begin(const struct exporter_options *options)
{
	struct fault fault;

	state_path = options->state;
	round_of_ours.networks_path = options->networks;
	round_of_ours.top = options->top;
	round_of_ours.tell = tell;
	state_failed = state_path && tally_load(&round_of_ours.tally, state_path, &fault);
	if (state_failed)
		tell(&fault);
	saved_ms = now_ms();
}

int watch_fd(void)
{
	return listening ? client_events_fd(session.client) : -1;
}

static bool is_well(const struct round *round)
{
	for (size_t i = 0; i < EXPORT_PROBLEMS; i++)
		if (round->export.problems[i])
			return false;
	return !round->exit;
}

static void look(void)
{
	struct round *round = &round_of_ours;

	round_end(round);
	round_begin(round);
	if (connected())
		round_look(round, &session, tallied());
	else
		round_no_module(round, &no_module);
	round->export.problems[EXPORT_PROBLEM_STATE] = state_failed;
	looked_ms = now_ms();
	if (is_well(round))
		memset(told, 0, sizeof(told));
}

static void take(const struct event *event, void *arg)
{
	const struct row *row = &event->rows.v[0];
	struct sighting sighting = {
		.peer = row->peer, .cause = row->cause, .rate = row->rate, .count = row->count,
		.first = row->first, .last = row->last, .severity = row->severity,
		.confidence = row->confidence,
	};

	(void)arg;
	/* before the first look nothing is known, and a look takes in what was left out before */
	if (looked_ms && row->netns == round_of_ours.tally.netns && round_of_ours.export.now &&
	    !round_of_ours.export.problems[EXPORT_PROBLEM_NETWORKS])
		tally_event(&round_of_ours.tally, &round_of_ours.networks, &sighting);
}

void watch_events(void)
{
	struct fault fault;

	if (client_events(session.client, take, NULL, &fault) < 0) {
		tell(&fault);
		disconnect();
	} else if (round_of_ours.tally.known.count > KNOWN_MOST) {
		look();
	}
}

void watch_page(struct metrics *metrics)
{
	if (!looked_ms || now_ms() - looked_ms >= FRESH_MS)
		look();
	if (now_ms() - saved_ms >= SAVE_MS)
		watch_save();
	export_page(&round_of_ours.export, metrics);
}

void watch_save(void)
{
	struct fault fault;

	saved_ms = now_ms();
	/* one that could not be read stays, for whoever wants to see what is wrong with it */
	if (!state_path || state_failed || !round_of_ours.tally.loaded)
		return;
	if (tally_save(&round_of_ours.tally, state_path, &fault))
		tell(&fault);
}

void watch_end(void)
{
	round_end(&round_of_ours);
	tally_free(&round_of_ours.tally);
	disconnect();
}
