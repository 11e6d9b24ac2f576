// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "tally.h"
#include "text.h"

/* One more of @size at the end, zeroed. */
static void *append(void *array, size_t *count, size_t size)
{
	void **v = array;
	char *grown = realloc(*v, (*count + 1) * size);

	if (!grown) {
		fputs("tcpwhy: out of memory\n", stderr);
		exit(EXIT_OTHER);
	}
	*v = grown;
	grown += (*count)++ * size;
	return memset(grown, 0, size);
}

const struct tally_cell *tally_find(const struct tally_cells *cells, uint32_t cause)
{
	for (size_t i = 0; i < cells->count; i++)
		if (cells->v[i].cause == cause)
			return &cells->v[i];
	return NULL;
}

struct tally_cell *tally_cell(struct tally_cells *cells, uint32_t cause)
{
	struct tally_cell *cell = (struct tally_cell *)tally_find(cells, cause);

	if (!cell) {
		cell = append(&cells->v, &cells->count, sizeof(*cells->v));
		cell->cause = cause;
	}
	return cell;
}

struct tally_network *tally_network(struct tally *tally, const char *name)
{
	struct tally_network *network;

	for (size_t i = 0; i < tally->networks_count; i++)
		if (!strcmp(tally->networks[i].name, name))
			return &tally->networks[i];
	network = append(&tally->networks, &tally->networks_count, sizeof(*network));
	snprintf(network->name, sizeof(network->name), "%s", name);
	return network;
}

static struct tally_peer *find_peer(const struct tally *tally, const struct address *peer)
{
	for (size_t i = 0; i < tally->top_count; i++)
		if (address_equal(&tally->top[i].peer, peer))
			return &tally->top[i];
	return NULL;
}

struct tally_peer *tally_peer(struct tally *tally, const struct address *peer)
{
	struct tally_peer *found = find_peer(tally, peer);

	if (!found) {
		found = append(&tally->top, &tally->top_count, sizeof(*found));
		found->peer = *peer;
	}
	return found;
}

void tally_free(struct tally *tally)
{
	for (size_t i = 0; i < tally->networks_count; i++)
		free(tally->networks[i].cells.v);
	for (size_t i = 0; i < tally->top_count; i++)
		free(tally->top[i].cells.v);
	free(tally->networks);
	free(tally->top);
	free(tally->causes.v);
	sightings_free(&tally->known);
	memset(tally, 0, sizeof(*tally));
}

void tally_begin(struct tally *tally, const struct status *status)
{
	if (tally->netns == status->netns && tally->loaded == status->loaded)
		return;
	tally_free(tally);
	tally->netns = status->netns;
	tally->loaded = status->loaded;
}

static void show(struct tally_cell *cell)
{
	if (cell->raw > 0 && (uint64_t)cell->raw > cell->shown)
		cell->shown = cell->raw;
}

static void add(struct tally_cells *cells, const struct sighting *sighting, int64_t more)
{
	struct tally_cell *cell;

	/* what was taken back makes no cell: it has nothing to show */
	if (!more && !tally_find(cells, sighting->cause))
		return;
	cell = tally_cell(cells, sighting->cause);
	cell->raw += more;
	if (sighting->last >= cell->last) {
		cell->last = sighting->last;
		cell->peer = sighting->peer;
	}
}

static struct sighting *find_known(const struct tally *tally, const struct sighting *sighting)
{
	if (!tally->known.count)
		return NULL;
	return bsearch(sighting, tally->known.v, tally->known.count, sizeof(*tally->known.v),
		       sighting_compare);
}

/* What came on top since it was seen last; a finding with another beginning is another one. */
static int64_t news(const struct sighting *known, const struct sighting *sighting)
{
	if (!known || known->first != sighting->first)
		return sighting->count;
	return (int64_t)(sighting->count - known->count);
}

static void take(struct tally *tally, const struct networks *networks,
		 const struct sighting *sighting, int64_t more)
{
	struct tally_peer *peer = find_peer(tally, &sighting->peer);

	add(&tally_network(tally, networks_find(networks, &sighting->peer))->cells, sighting, more);
	if (peer)
		add(&peer->cells, sighting, more);
}

/* The rest of what the module counted. It is negative for what the table showed ahead of it. */
static void settle(struct tally *tally, const struct status *status)
{
	struct tally_network *unknown = tally_network(tally, network_unknown);

	for (size_t i = 0; i < status->causes_count; i++) {
		const struct cause_status *cause = &status->causes[i];
		int64_t rest = cause->count;

		for (size_t n = 0; n < tally->networks_count; n++) {
			const struct tally_network *network = &tally->networks[n];
			const struct tally_cell *cell = tally_find(&network->cells, cause->id);

			if (network != unknown && cell)
				rest -= cell->raw;
		}
		if (rest > 0 || tally_find(&unknown->cells, cause->id))
			tally_cell(&unknown->cells, cause->id)->raw = rest;
	}
}

static bool is_retired(const struct networks *networks, const char *name)
{
	for (size_t i = 0; i < networks->names_count; i++)
		if (!strcmp(networks->names[i], name))
			return false;
	return strcmp(name, network_other) && strcmp(name, network_unknown);
}

static void fold(struct tally *tally, size_t index)
{
	struct tally_network gone = tally->networks[index];
	struct tally_network *other = tally_network(tally, network_other);

	for (size_t i = 0; i < gone.cells.count; i++) {
		struct tally_cell *cell = tally_cell(&other->cells, gone.cells.v[i].cause);

		cell->raw += gone.cells.v[i].raw;
	}
	free(gone.cells.v);
	memmove(&tally->networks[index], &tally->networks[index + 1],
		(--tally->networks_count - index) * sizeof(*tally->networks));
}

/* A name that left the file keeps its counters, but there is not room for any number of them. */
static void fold_retired(struct tally *tally, const struct networks *networks)
{
	for (size_t i = 0; i < tally->networks_count && tally->networks_count > TALLY_NAMES_MOST;)
		if (is_retired(networks, tally->networks[i].name))
			fold(tally, i);
		else
			i++;
}

static void show_all(struct tally *tally)
{
	for (size_t n = 0; n < tally->networks_count; n++)
		for (size_t i = 0; i < tally->networks[n].cells.count; i++)
			show(&tally->networks[n].cells.v[i]);
	for (size_t n = 0; n < tally->top_count; n++)
		for (size_t i = 0; i < tally->top[n].cells.count; i++)
			show(&tally->top[n].cells.v[i]);
}

void tally_causes(struct tally *tally, const struct status *status)
{
	for (size_t i = 0; i < status->causes_count; i++) {
		struct tally_cell *cell = tally_cell(&tally->causes, status->causes[i].id);

		cell->raw = status->causes[i].count;
		show(cell);
	}
}

static void note_latest(struct tally *tally, const struct sighting *sighting)
{
	struct tally_cell *cell = tally_cell(&tally->causes, sighting->cause);

	if (sighting->last < cell->last)
		return;
	cell->last = sighting->last;
	cell->peer = sighting->peer;
}

void tally_look(struct tally *tally, const struct status *status,
		const struct networks *networks, struct sightings *now)
{
	tally_causes(tally, status);
	for (size_t i = 0; i < now->count; i++)
		note_latest(tally, &now->v[i]);
	if (!networks)
		return;
	for (size_t i = 0; i < now->count; i++)
		take(tally, networks, &now->v[i], news(find_known(tally, &now->v[i]), &now->v[i]));
	fold_retired(tally, networks);
	settle(tally, status);
	show_all(tally);
	sightings_free(&tally->known);
	tally->known = *now;
	memset(now, 0, sizeof(*now));
}

void tally_event(struct tally *tally, const struct networks *networks,
		 const struct sighting *sighting)
{
	struct sighting *known = find_known(tally, sighting);

	/* events may come after a look that has seen more */
	if (known && (known->first > sighting->first ||
		      (known->first == sighting->first && known->last >= sighting->last)))
		return;
	note_latest(tally, sighting);
	take(tally, networks, sighting, news(known, sighting));
	if (known) {
		*known = *sighting;
		return;
	}
	sightings_insert(&tally->known, sighting);
}
