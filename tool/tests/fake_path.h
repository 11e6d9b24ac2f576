/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TESTS_FAKE_PATH_H
#define TCPWHY_TESTS_FAKE_PATH_H

#include <stdbool.h>
#include <stdint.h>

/* A path that fake_path.c plays to whoever sends probes. What is 0 is not so. */
struct fake_path {
	unsigned int carries;		/* bytes; larger ones get lost */
	unsigned int hole_from, hole_to;	/* and so do these, whatever the above */
	bool told;			/* a router says so: */
	unsigned int says;		/* this in the place of the truth */
	unsigned int first;		/* a router before refuses larger ones, and says so */
	bool creeps;			/* one less than what was sent, each time */
	bool mute;			/* "too big", and no word of what would pass */
	bool forged;			/* it says so of packets that arrive, too */
	unsigned int own;		/* this host itself refuses larger ones */
	unsigned int loss;		/* percent of packets, each way */
	unsigned int dies_after;	/* packets, after which nothing is answered */
	bool deaf, deaf_to_tcp;
	unsigned int other_way;		/* each fourth port goes by one that carries this */
	bool limited;			/* one answer a second, after a burst of 6 */
	uint64_t delay;			/* ns to the peer and back */
	int error;			/* a router refuses all with this errno */
	int send_error;
};

/* fake_path_play() - from now on, with luck of its own for each @seed */
void fake_path_play(const struct fake_path *path, unsigned int seed);

/* What was seen of the one that probes. */
struct fake_seen {
	unsigned int sent;
	unsigned int largest;
	uint64_t closest;		/* ns between two packets, at the least */
};

extern struct fake_seen fake_seen;

#endif
