// SPDX-License-Identifier: GPL-2.0
/* Datagrams in pieces: each way to lose them, with nothing, and with nonsense. */
#include <stddef.h>

#include "scene.h"

#define POSSIBLE TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_POSSIBLE
#define LOST TCPWHY_CAUSE_FRAGMENT_LOST, POSSIBLE
#define DROPPED TCPWHY_CAUSE_FRAGMENT_DROPPED, POSSIBLE
#define REASON(name) U8(FRAGMENT_REASON, TCPWHY_FRAGMENT_REASON_##name)

/* answers of a name server, of which only the first piece gets through */
static const struct fact dns[] = {
	U8(PROTOCOL, 17), U32(FRAGMENT_ID, 4660), U8(FRAGMENT_FIRST, 1), U32(FRAGMENT_BYTES, 1480),
	U32(FRAGMENT_LARGEST, 1500), U32(FRAGMENT_WAIT, 30000), U32(NO_FIRST, 0), U32(NO_LAST, 40),
	END
};
static const struct fact no_first[] = {
	U32(FRAGMENT_ID, 3735928559), U8(FRAGMENT_FIRST, 0), U32(FRAGMENT_BYTES, 1016),
	U32(FRAGMENT_LARGEST, 1064), U32(DATAGRAM_BYTES, 2464), U32(FRAGMENT_WAIT, 60000),
	U32(NO_FIRST, 3), U32(NO_LAST, 0), END
};
static const struct fact middle[] = {
	U8(PROTOCOL, 1), U32(FRAGMENT_ID, 1), U8(FRAGMENT_FIRST, 1), U32(FRAGMENT_BYTES, 2960),
	U32(FRAGMENT_LARGEST, 1500), U32(DATAGRAM_BYTES, 4008), U32(FRAGMENT_WAIT, 30000),
	U32(NO_FIRST, 2), U32(NO_LAST, 1), END
};
static const struct fact overlap[] = {
	REASON(OVERLAP), U8(PROTOCOL, 17), U32(FRAGMENT_ID, 9), U8(FRAGMENT_FIRST, 1),
	U32(FRAGMENT_BYTES, 1480), U32(FRAGMENT_LARGEST, 1500), END
};
static const struct fact too_far[] = {
	REASON(TOO_FAR), U8(PROTOCOL, 17), U32(FRAGMENT_ID, 9), U8(FRAGMENT_FIRST, 0),
	U32(FRAGMENT_BYTES, 1480), U32(FRAGMENT_LARGEST, 1500), U32(DATAGRAM_BYTES, 2960), END
};
static const struct fact memory[] = {
	REASON(MEMORY), U8(PROTOCOL, 17), U32(FRAGMENT_ID, 9), U64(FRAGMENT_MEMORY, 4194500),
	U64(FRAGMENT_LIMIT, 4194304), END
};
static const struct fact unusable[] = {
	REASON(UNUSABLE), U8(PROTOCOL, 58), U32(FRAGMENT_ID, 9), U8(FRAGMENT_FIRST, 1),
	U32(FRAGMENT_BYTES, 65535), U32(FRAGMENT_LARGEST, 1500), U32(DATAGRAM_BYTES, 65535), END
};
static const struct fact odd[] = {
	U8(FRAGMENT_REASON, 77), U8(PROTOCOL, 253), U32(FRAGMENT_ID, 4294967295),
	U64(FRAGMENT_MEMORY, UINT64_MAX), U64(FRAGMENT_LIMIT, UINT64_MAX),
	U32(FRAGMENT_BYTES, 4294967295), U32(FRAGMENT_LARGEST, 1), END
};
static const struct fact odd_lost[] = {
	U32(NO_FIRST, 4294967295), U32(NO_LAST, 7), U64(DATAGRAM_BYTES, UINT64_MAX),
	U32(FRAGMENT_BYTES, 0), U32(FRAGMENT_LARGEST, 0), END
};
static const struct fact nothing[] = { END };

const struct party scene_fragments[] = {
	{ "192.0.2.53", HERE, -1, -1, (const struct found []) {
		{ LOST, 40, 900, 990, 500, 41000, 53, dns }, { 0 } } },
	{ "192.0.2.54", HERE, -1, -1, (const struct found []) {
		{ LOST, 9, 900, 990, 0, 0, 0, middle },
		{ DROPPED, 2, 900, 990, 0, 5060, 5060, overlap }, { 0 } } },
	{ "192.0.2.55", HERE, -1, -1, (const struct found []) {
		{ DROPPED, 7, 900, 990, 0, 0, 0, too_far }, { 0 } } },
	{ "192.0.2.56", HERE, -1, -1, (const struct found []) {
		{ DROPPED, 300, 900, 990, 40000, 0, 0, memory }, { 0 } } },
	{ "2001:db8::53", HERE, -1, -1, (const struct found []) {
		{ LOST, 3, 900, 990, 0, 0, 0, no_first },
		{ DROPPED, 1, 900, 990, 0, 0, 0, unusable }, { 0 } } },
	{ "192.0.2.57", HERE, -1, -1, (const struct found []) {
		{ LOST, 9, 900, 990, 0, 0, 0, odd_lost },
		{ DROPPED, 1, 900, 990, 0, 0, 0, odd }, { 0 } } },
	{ "192.0.2.58", HERE, -1, -1, (const struct found []) {
		{ LOST, 1, 900, 990, 0, 0, 0, nothing },
		{ DROPPED, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ 0 }
};
