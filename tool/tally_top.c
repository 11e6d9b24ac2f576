// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "tally.h"
#include "text.h"

/* How badly a peer fares just now: its findings above info, together. */
struct rank {
	struct address peer;
	uint64_t rate, count, last;
};

static int worse_first(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->rate != y->rate)
		return x->rate > y->rate ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return memcmp(&x->peer, &y->peer, sizeof(x->peer));
}

/* The known findings are in order of their peers. Only peers of the last hour are of interest. */
static size_t rank_peers(const struct tally *tally, uint64_t now, struct rank *ranks)
{
	size_t count = 0;

	for (size_t i = 0; i < tally->known.count; i++) {
		const struct sighting *sighting = &tally->known.v[i];
		struct rank *rank = count ? &ranks[count - 1] : NULL;

		if (sighting->severity <= TCPWHY_SEVERITY_INFO ||
		    sighting->last + TALLY_TOP_STAYS < now)
			continue;
		if (!rank || !address_equal(&rank->peer, &sighting->peer)) {
			rank = &ranks[count++];
			*rank = (struct rank) { .peer = sighting->peer };
		}
		rank->rate += sighting->rate;
		rank->count += sighting->count;
	}
	qsort(ranks, count, sizeof(*ranks), worse_first);
	return count;
}

/* Those whose time is up make room, and so do the last ones where fewer are wanted than before. */
static void leave(struct tally *tally, uint64_t now, size_t most)
{
	size_t kept = 0;

	for (size_t i = 0; i < tally->top_count; i++) {
		if (tally->top[i].until >= now && kept < most)
			tally->top[kept++] = tally->top[i];
		else
			free(tally->top[i].cells.v);
	}
	tally->top_count = kept;
}

/* A new one begins with what is known of it. */
static void enter(struct tally *tally, const struct address *peer)
{
	struct tally_peer *new = tally_peer(tally, peer);

	for (size_t i = 0; i < tally->known.count; i++) {
		const struct sighting *sighting = &tally->known.v[i];
		struct tally_cell *cell;

		if (!address_equal(&sighting->peer, peer))
			continue;
		cell = tally_cell(&new->cells, sighting->cause);
		cell->raw = sighting->count;
		cell->shown = sighting->count;
		cell->last = sighting->last;
		cell->peer = *peer;
	}
}

static bool has_place(const struct tally *tally, const struct address *peer)
{
	for (size_t i = 0; i < tally->top_count; i++)
		if (address_equal(&tally->top[i].peer, peer))
			return true;
	return false;
}

void tally_top(struct tally *tally, const struct status *status, size_t most)
{
	struct rank *ranks = xcalloc(tally->known.count, sizeof(*ranks));
	size_t count = rank_peers(tally, status->now, ranks);

	for (size_t i = 0; i < count && i < most; i++)
		if (has_place(tally, &ranks[i].peer))
			tally_peer(tally, &ranks[i].peer)->until = status->now + TALLY_TOP_STAYS;
	leave(tally, status->now, most);
	for (size_t i = 0; i < count && tally->top_count < most; i++) {
		if (has_place(tally, &ranks[i].peer))
			continue;
		enter(tally, &ranks[i].peer);
		tally_peer(tally, &ranks[i].peer)->until = status->now + TALLY_TOP_STAYS;
	}
	free(ranks);
}
