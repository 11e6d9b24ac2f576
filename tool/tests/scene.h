/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TESTS_SCENE_H
#define TCPWHY_TESTS_SCENE_H

#include <stdint.h>

#include <netlink/msg.h>

#include <linux/tcpwhy.h>

/*
 * Messages as the module sends them, for the tests: made with the ABI's
 * numbers and libnl only, so that nothing of the tool agrees with itself.
 */

/* one number of evidence, or @size bytes of @text; a list ends with type 0 */
struct fact {
	int type;
	int size;
	uint64_t value;
	const char *text;
};

#define U64(name, value) { TCPWHY_A_EVIDENCE_##name, 8, value, NULL }
#define U32(name, value) { TCPWHY_A_EVIDENCE_##name, 4, value, NULL }
#define U16(name, value) { TCPWHY_A_EVIDENCE_##name, 2, value, NULL }
#define U8(name, value) { TCPWHY_A_EVIDENCE_##name, 1, value, NULL }
/* with its NUL, as the kernel sends it */
#define TEXT(name, text) { TCPWHY_A_EVIDENCE_##name, sizeof(text), 0, text }
/* without it: an address in network order */
#define BYTES(name, text) { TCPWHY_A_EVIDENCE_##name, sizeof(text) - 1, 0, text }
#define END { 0, 0, 0, NULL }

struct found {
	uint32_t cause;
	uint8_t severity, confidence;
	uint64_t count, first_s, last_s;
	uint32_t rate;
	uint16_t lport, rport;
	const struct fact *facts;
};

#define HERE 4026531840U

#define TROUBLE TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_CERTAIN
#define NOTICE TCPWHY_SEVERITY_NOTICE, TCPWHY_CONFIDENCE_CERTAIN
#define INFO TCPWHY_SEVERITY_INFO, TCPWHY_CONFIDENCE_LIKELY

struct party {
	const char *address;
	uint32_t netns;
	int clocks, fingerprints;	/* -1: absent */
	const struct found *found;	/* ends with cause 0 */
};

/* scene_blackhole.c */
extern const struct party scene_blackhole[], scene_stands[], scene_forward[], scene_device[],
	scene_deaf[];
/* scene_too_big.c */
extern const struct party scene_too_big[];
/* scene_noisy.c */
extern struct party scene_noisy[];
/* scene_ignores.c */
extern const struct party scene_ignores[];

/* scene_refused.c */
extern const struct party scene_refused[];

/* scene_resets.c */
extern const struct party scene_resets[], scene_odd[], scene_bare[], scene_most[];
/* scene_fragments.c */
extern const struct party scene_fragments[];

/* ends with address NULL; NULL if there is no such scene */
const struct party *scene_parties(const char *name);

void scene_put_peer(struct nl_msg *msg, const struct party *party, const struct found *only);
void scene_put_status(struct nl_msg *msg, const char *name);

#endif
