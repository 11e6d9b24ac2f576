// SPDX-License-Identifier: GPL-2.0
/* Routers that say that packets are too big: listened to or not, with nothing, and with nonsense. */
#include <stddef.h>

#include "scene.h"

#define LOWERED TCPWHY_CAUSE_PMTU_LOWERED, TCPWHY_SEVERITY_INFO, TCPWHY_CONFIDENCE_CERTAIN
#define IGNORED TCPWHY_CAUSE_TOO_BIG_IGNORED, TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_LIKELY

#define V4 "\300\000\002\001"
#define V6 "\040\001\015\270\0\0\0\0\0\0\0\0\0\0\0\001"

static const struct fact taken[] = {
	U32(MTU, 1400), U32(MTU_SAID, 1400), U32(MTU_BEFORE, 1500), BYTES(ROUTER, V4), END
};
static const struct fact clamped[] = {
	U32(MTU, 552), U32(MTU_SAID, 296), U32(MTU_BEFORE, 1500), BYTES(ROUTER, V4), END
};
/* of a router older than RFC 1191 */
static const struct fact unsaid[] = {
	U32(MTU, 552), U32(MTU_BEFORE, 1500), BYTES(ROUTER, V4), END
};
static const struct fact locked[] = {
	U32(SIZE_FAILS, 1500), U32(MTU, 1500), U32(MTU_SAID, 1400), BYTES(ROUTER, V4), END
};
static const struct fact six[] = {
	U32(SIZE_FAILS, 9000), U32(MTU, 9000), U32(MTU_SAID, 1280), BYTES(ROUTER, V6), END
};
/* five bytes are no address */
static const struct fact odd[] = {
	U32(SIZE_FAILS, 4294967295), U32(MTU, 0), U32(MTU_SAID, 4294967295),
	BYTES(ROUTER, "\033[2J!"), END
};
static const struct fact nothing[] = { END };

const struct party scene_too_big[] = {
	{ "198.51.100.20", HERE, -1, -1, (const struct found []) {
		{ LOWERED, 12, 900, 990, 100, 443, 51000, taken }, { 0 } } },
	{ "198.51.100.21", HERE, -1, -1, (const struct found []) {
		{ LOWERED, 1, 900, 990, 0, 443, 51000, clamped }, { 0 } } },
	{ "198.51.100.22", HERE, -1, -1, (const struct found []) {
		{ IGNORED, 3, 900, 990, 0, 443, 51000, locked }, { 0 } } },
	{ "2001:db8::20", HERE, -1, -1, (const struct found []) {
		{ IGNORED, 2, 900, 990, 0, 443, 51000, six }, { 0 } } },
	{ "198.51.100.23", HERE, -1, -1, (const struct found []) {
		{ IGNORED, 1, 900, 990, 0, 0, 0, odd }, { LOWERED, 1, 900, 990, 0, 0, 0, unsaid },
		{ 0 } } },
	{ "198.51.100.24", HERE, -1, -1, (const struct found []) {
		{ IGNORED, 1, 900, 990, 0, 0, 0, nothing },
		{ LOWERED, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ 0 }
};
