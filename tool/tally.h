/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TALLY_H
#define TCPWHY_TALLY_H

#include "netlink.h"
#include "networks.h"

/*
 * Counters by network and by peer, which never fall.
 *
 * The module's table has a count for each peer and cause, and a peer that is evicted takes its
 * counts with it. So a sum over the table would fall. The tally keeps what it has seen of each
 * finding, and adds only what came on top. What the module counted for a cause and no look at the
 * table has shown is of peers that were evicted before: it stands under network_unknown.
 *
 * The module may also take an event back, when more is known of it. Then `raw` falls, as it does
 * in the module, and `shown` stays until `raw` has caught up.
 */

/*
 * Names at most, with those that have left the networks file. Of these, the oldest become a part
 * of network_other then.
 */
#define TALLY_NAMES_MOST (2 * NETWORKS_MOST)
/* Peers with counters of their own, at most, and for how long one keeps its place. */
#define TALLY_TOP_MOST 20
#define TALLY_TOP_STAYS (3600 * 1000000000ULL)
/* A peer is affected while its latest event is not older than this. */
#define TALLY_AFFECTED (300 * 1000000000ULL)

/* A finding as the table showed it; times are the module's. */
struct sighting {
	struct address peer;
	uint32_t cause;
	uint32_t rate;
	uint64_t count, first, last;
	uint8_t severity, confidence;
};

struct sightings {
	struct sighting *v;
	size_t count, room;
};

struct tally_cell {
	uint32_t cause;
	int64_t raw;
	uint64_t shown;
	uint64_t last;			/* of the latest event, 0: not known */
	struct address peer;		/* its peer */
};

struct tally_cells {
	struct tally_cell *v;
	size_t count;
};

struct tally_network {
	char name[NETWORK_NAME_SIZE];
	struct tally_cells cells;
};

struct tally_peer {
	struct address peer;
	uint64_t until;
	struct tally_cells cells;
};

/* @netns and @loaded say of which namespace and load of the module it is; 0: of none yet */
struct tally {
	uint32_t netns;
	uint64_t loaded;
	struct tally_cells causes;	/* only `shown`, `last` and `peer` */
	struct tally_network *networks;
	size_t networks_count;
	struct tally_peer *top;
	size_t top_count;
	struct sightings known;		/* in order, each peer and cause once */
};

/* sightings_take() - the table of this namespace; 0, or -1 with @fault filled in */
int sightings_take(struct sightings *sightings, struct client *client, struct fault *fault);
/* sightings_add() - at the end; sightings_order() is to follow */
void sightings_add(struct sightings *sightings, const struct sighting *sighting);
/* sightings_order() - by peer and cause, each once: the dump may have been asked for twice */
void sightings_order(struct sightings *sightings);
/* sightings_insert() - one that is not there, into those that are in order */
void sightings_insert(struct sightings *sightings, const struct sighting *sighting);
void sightings_free(struct sightings *sightings);
int sighting_compare(const void *a, const void *b);

/*
 * tally_begin() - make it one of this namespace and load of the module. What it has of another
 * load is forgotten: the module's own counters are at 0 again, too.
 */
void tally_begin(struct tally *tally, const struct status *status);

/*
 * tally_look() - take in what the table shows. @status is to be older than @now, so that no
 * event is missing from the table but those of peers that were evicted. @now becomes the tally's.
 * @networks: NULL where they are not known at present; then networks wait for the next look.
 */
void tally_look(struct tally *tally, const struct status *status,
		const struct networks *networks, struct sightings *now);

/* tally_event() - take in an event between two looks */
void tally_event(struct tally *tally, const struct networks *networks,
		 const struct sighting *sighting);

/* tally_causes() - the counters by cause alone, for which no table is needed */
void tally_causes(struct tally *tally, const struct status *status);

/* tally_top() - who has counters of its own: up to @most peers, and who has a place keeps it */
void tally_top(struct tally *tally, const struct status *status, size_t most);

/* tally_cell() - of a cause, made if it is not there; tally_network() - likewise, by name */
struct tally_cell *tally_cell(struct tally_cells *cells, uint32_t cause);
struct tally_network *tally_network(struct tally *tally, const char *name);
struct tally_peer *tally_peer(struct tally *tally, const struct address *peer);
/* tally_find() - NULL if there is none */
const struct tally_cell *tally_find(const struct tally_cells *cells, uint32_t cause);
void tally_free(struct tally *tally);

#endif
