/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TESTS_SCENE_H
#define TCPWHY_TESTS_SCENE_H

#include <stdint.h>

#include <netlink/msg.h>

/*
 * Messages as the module sends them, for the tests: made with the ABI's
 * numbers and libnl only, so that nothing of the tool agrees with itself.
 */

/* one number of evidence; a list ends with type 0 */
struct fact {
	int type;
	int size;
	uint32_t value;
};

struct found {
	uint32_t cause;
	uint8_t severity, confidence;
	uint64_t count, first_s, last_s;
	uint32_t rate;
	uint16_t lport, rport;
	const struct fact *facts;
};

struct party {
	const char *address;
	uint32_t netns;
	int clocks, fingerprints;	/* -1: absent */
	const struct found *found;	/* ends with cause 0 */
};

/* ends with address NULL; NULL if there is no such scene */
const struct party *scene_parties(const char *name);

void scene_put_peer(struct nl_msg *msg, const struct party *party, const struct found *only);
void scene_put_status(struct nl_msg *msg, const char *name);

#endif
