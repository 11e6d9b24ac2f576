// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "tally.h"
#include "text.h"

void sightings_add(struct sightings *sightings, const struct sighting *sighting)
{
	if (sightings->count == sightings->room) {
		size_t room = sightings->room ? 2 * sightings->room : 64;
		struct sighting *v = realloc(sightings->v, room * sizeof(*v));

		if (!v) {
			fputs("tcpwhy: out of memory\n", stderr);
			exit(EXIT_OTHER);
		}
		sightings->v = v;
		sightings->room = room;
	}
	sightings->v[sightings->count++] = *sighting;
}

int sighting_compare(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;
	int differ = memcmp(&x->peer, &y->peer, sizeof(x->peer));

	if (differ)
		return differ;
	return x->cause < y->cause ? -1 : x->cause > y->cause;
}

void sightings_order(struct sightings *sightings)
{
	size_t kept = 0;

	if (!sightings->count)
		return;
	qsort(sightings->v, sightings->count, sizeof(*sightings->v), sighting_compare);
	for (size_t i = 1; i < sightings->count; i++) {
		struct sighting *last = &sightings->v[kept], *next = &sightings->v[i];

		if (sighting_compare(last, next))
			sightings->v[++kept] = *next;
		else if (next->last >= last->last)
			*last = *next;
	}
	sightings->count = kept + 1;
}

void sightings_insert(struct sightings *sightings, const struct sighting *sighting)
{
	size_t low = 0, high = sightings->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (sighting_compare(&sightings->v[middle], sighting) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	sightings_add(sightings, sighting);
	memmove(&sightings->v[low + 1], &sightings->v[low],
		(sightings->count - 1 - low) * sizeof(*sightings->v));
	sightings->v[low] = *sighting;
}

void sightings_free(struct sightings *sightings)
{
	free(sightings->v);
	memset(sightings, 0, sizeof(*sightings));
}

/* For client_peers(): no row is stored, since only a few of its values are wanted. */
static bool take_row(const struct row *row, void *arg)
{
	struct sighting sighting = {
		.peer = row->peer, .cause = row->cause, .rate = row->rate, .count = row->count,
		.first = row->first, .last = row->last, .severity = row->severity,
		.confidence = row->confidence,
	};

	sightings_add(arg, &sighting);
	return false;
}

int sightings_take(struct sightings *sightings, struct client *client, struct fault *fault)
{
	struct filter filter = { 0 };
	struct rows none = { 0 };

	memset(sightings, 0, sizeof(*sightings));
	if (client_peers(client, &filter, take_row, sightings, &none, fault)) {
		sightings_free(sightings);
		return -1;
	}
	rows_free(&none);
	sightings_order(sightings);
	return 0;
}
