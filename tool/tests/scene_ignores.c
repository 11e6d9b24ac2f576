// SPDX-License-Identifier: GPL-2.0
/* A server that does not answer all SYNs: with all that is known of it, with nothing, and nonsense. */
#include <stddef.h>

#include "scene.h"

#define IGNORES TCPWHY_CAUSE_PEER_IGNORES_SYN, TCPWHY_SEVERITY_TROUBLE

static const struct fact gateway[] = {
	U32(TSVAL, 18231), U32(TS_RECENT, 99213), U32(TS_BEHIND, 80982), U32(ATTEMPTS, 3),
	U32(SYNS_IGNORED, 9), U32(SYNS_ANSWERED, 41), BYTES(SENDER, "\300\250\1\7"), END
};
static const struct fact one[] = {
	U32(TSVAL, 4294967000), U32(TS_RECENT, 210), U32(TS_BEHIND, 506), U32(ATTEMPTS, 1),
	U32(SYNS_IGNORED, 4), U32(SYNS_ANSWERED, 4),
	BYTES(SENDER, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7"), END
};
static const struct fact nothing[] = { END };

const struct party scene_ignores[] = {
	{ "203.0.113.80", HERE, -1, -1, (const struct found []) {
		{ IGNORES, TCPWHY_CONFIDENCE_LIKELY, 3, 900, 990, 400, 51000, 443, gateway },
		{ 0 } } },
	{ "2001:db8::80", HERE, -1, -1, (const struct found []) {
		{ IGNORES, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 51000, 443, one }, { 0 } } },
	{ "203.0.113.81", HERE, -1, -1, (const struct found []) {
		{ IGNORES, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ 0 }
};
