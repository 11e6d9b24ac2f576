// SPDX-License-Identifier: GPL-2.0
/* Packets that vanish for their size: known in each way, with nothing, and with nonsense. */
#include <stddef.h>

#include "scene.h"

#define SEND TCPWHY_CAUSE_BLACKHOLE_SEND, TCPWHY_SEVERITY_TROUBLE
#define RECEIVE TCPWHY_CAUSE_BLACKHOLE_RECEIVE, TCPWHY_SEVERITY_TROUBLE
#define LIKELY TCPWHY_CONFIDENCE_LIKELY

static const struct fact tail[] = {
	U32(SIZE_FAILS, 1500), U32(SIZE_PASSES, 708), U32(MTU, 1500), U16(RETRIES, 5),
	U32(STALL, 6336), U8(LIFE, TCPWHY_LIFE_SACK), END
};
static const struct fact quiet[] = {
	U32(SIZE_FAILS, 1452), U32(MTU, 1452), U16(RETRIES, 3), U32(STALL, 1300),
	U8(LIFE, TCPWHY_LIFE_OTHER | TCPWHY_LIFE_DATA), END
};
static const struct fact shrunk[] = {
	U32(SIZE_FAILS, 9000), U32(SIZE_PASSES, 1480), U32(MTU, 9000), U16(RETRIES, 4),
	U32(STALL, 7000), U8(LIFE, TCPWHY_LIFE_SHRUNK | TCPWHY_LIFE_FIN), END
};
static const struct fact answer[] = {
	U32(SIZE_FAILS, 1500), U32(SIZE_PASSES, 708), U32(MTU, 1500), U32(STALL, 3072),
	U8(LIFE, TCPWHY_LIFE_OTHER), U32(HOLE, 4344), U32(MSS, 1460), END
};
static const struct fact closed[] = {
	U32(SIZE_FAILS, 1500), U32(SIZE_PASSES, 72), U32(MTU, 1500), U32(STALL, 10240),
	U8(LIFE, TCPWHY_LIFE_FIN), U32(HOLE, 1428), U32(MSS, 1440), END
};
static const struct fact odd[] = {
	U32(SIZE_FAILS, 4294967295), U32(SIZE_PASSES, 0), U32(MTU, 0), U32(RETRIES, 4294967295),
	U32(STALL, 4294967295), U8(LIFE, 0xe0), END
};
static const struct fact odd_answer[] = {
	U32(SIZE_FAILS, 0), U32(SIZE_PASSES, 4294967295), U32(MTU, 0), U32(STALL, 4294967295),
	U8(LIFE, 0xff), U32(HOLE, 4294967295), U32(MSS, 4294967295), END
};
static const struct fact nothing[] = { END };
static const struct fact some_sizes[] = {
	U32(SIZE_FAILS, 1452), U32(MTU, 1500), U16(RETRIES, 5), U32(STALL, 6400),
	U8(LIFE, TCPWHY_LIFE_OTHER), U8(PATH_SIGNS, TCPWHY_PATH_LARGER), END
};
static const struct fact hello[] = {
	U32(SIZE_FAILS, 1500), U32(SIZE_PASSES, 394), U32(MTU, 1500), U16(RETRIES, 5),
	U32(STALL, 6336), U8(LIFE, TCPWHY_LIFE_SACK), U8(PATH_SIGNS, TCPWHY_PATH_HELLO), END
};
static const struct fact deaf[] = {
	U32(SIZE_FAILS, 1500), U32(SMALL_FAILS, 72), U16(RETRIES, 5), U32(STALL, 6336),
	U8(PATH_SIGNS, TCPWHY_PATH_SYNACK), END
};
static const struct fact content[] = {
	U32(SIZE_FAILS, 1500), U32(SMALL_FAILS, 1220), U16(RETRIES, 6), U32(STALL, 13000),
	U8(LIFE, TCPWHY_LIFE_SACK), U8(PATH_SIGNS, TCPWHY_PATH_HELLO), END
};

#define DEAF TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE, TCPWHY_SEVERITY_TROUBLE
#define CONTENT TCPWHY_CAUSE_DROPPED_BY_CONTENT, TCPWHY_SEVERITY_TROUBLE

const struct party scene_deaf[] = {
	{ "198.51.100.30", HERE, -1, -1, (const struct found []) {
		{ DEAF, LIKELY, 5, 900, 990, 400, 51000, 443, deaf }, { 0 } } },
	{ "2001:db8::30", HERE, -1, -1, (const struct found []) {
		{ DEAF, LIKELY, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ "198.51.100.31", HERE, -1, -1, (const struct found []) {
		{ CONTENT, LIKELY, 2, 900, 990, 0, 51000, 443, content }, { 0 } } },
	{ "2001:db8::31", HERE, -1, -1, (const struct found []) {
		{ CONTENT, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ "198.51.100.32", HERE, -1, -1, (const struct found []) {
		{ SEND, LIKELY, 2, 900, 990, 0, 443, 51000, some_sizes }, { 0 } } },
	{ "198.51.100.33", HERE, -1, -1, (const struct found []) {
		{ SEND, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 51000, 443, hello }, { 0 } } },
	{ 0 }
};

#define FORWARD TCPWHY_CAUSE_BLACKHOLE_FORWARD, TCPWHY_SEVERITY_TROUBLE

static const struct fact behind[] = {
	U32(SIZE_FAILS, 1500), U32(SIZE_PASSES, 708), U32(MTU, 1500), U32(RETRIES, 5), U32(STALL, 6336),
	U8(LIFE, TCPWHY_LIFE_SACK), U32(MSS, 1460), U32(MSS_SENDER, 8960),
	BYTES(SENDER, "\xc0\0\2\7"), END
};
static const struct fact told[] = {
	U32(SIZE_FAILS, 1500), U32(MTU, 1400), U32(RETRIES, 3), U32(STALL, 1400), U32(TOO_BIG_SENT, 4),
	U32(MSS, 1440), U32(MSS_SENDER, 1440),
	BYTES(SENDER, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7"), END
};
static const struct fact relayed[] = {
	U32(SIZE_FAILS, 1500), U32(MTU, 1480), U32(RETRIES, 3), U32(STALL, 1400), U32(TOO_BIG_SENT, 4),
	BYTES(SENDER, "\xc0\0\2\7"), BYTES(SERVICE, "\xc0\0\2\x0a"), U8(RELAY, TCPWHY_RELAY_TUNNEL), END
};
static const struct fact translated[] = {
	U32(SIZE_FAILS, 1500), U32(MTU, 1480), U32(RETRIES, 3), U32(STALL, 1400), U32(TOO_BIG_SENT, 4),
	BYTES(SENDER, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7"),
	BYTES(SERVICE, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x0a"), U8(RELAY, TCPWHY_RELAY_NAT), END
};
static const struct fact message[] = {
	U32(SIZE_FAILS, 1452), U32(MTU, 1500), U32(RETRIES, 5), U32(STALL, 6336),
	U8(LIFE, TCPWHY_LIFE_OTHER), U32(MSS, 1460), U32(MSS_SENDER, 1460),
	U8(PATH_SIGNS, TCPWHY_PATH_HELLO | TCPWHY_PATH_LARGER), BYTES(SENDER, "\xc0\0\2\7"), END
};
static const struct fact odd_relay[] = { U32(TOO_BIG_SENT, 4), U8(RELAY, 77), BYTES(SERVICE, "what"), END };
static const struct fact odd_sender[] = { U32(TOO_BIG_SENT, 0), BYTES(SENDER, "what"), END };
static const struct fact short_sender[] = { BYTES(SENDER, "odd"), END };

const struct party scene_forward[] = {
	{ "198.51.100.20", HERE, -1, -1, (const struct found []) {
		{ FORWARD, LIKELY, 7, 900, 990, 400, 443, 51000, behind }, { 0 } } },
	{ "2001:db8::20", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_CERTAIN, 2, 900, 990, 0, 443, 51000, told }, { 0 } } },
	{ "198.51.100.21", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, odd_sender }, { 0 } } },
	{ "198.51.100.22", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, short_sender }, { 0 } } },
	{ "198.51.100.23", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ "198.51.100.24", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 51000, 80, relayed }, { 0 } } },
	{ "2001:db8::21", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 51000, 80, translated }, { 0 } } },
	{ "198.51.100.25", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 51000, 80, odd_relay }, { 0 } } },
	{ "198.51.100.26", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 51000, 443, message }, { 0 } } },
	{ 0 }
};

#define DEVICE_DROP TCPWHY_CAUSE_DEVICE_MTU_DROP, TCPWHY_SEVERITY_TROUBLE

static const struct fact device[] = {
	U32(SIZE_FAILS, 1500), U32(DEVICE, 7), U32(MTU, 1500), U32(MTU_BEYOND, 1400), U32(RETRIES, 3),
	U32(STALL, 1400), END
};
static const struct fact elsewhere[] = {
	U32(SIZE_FAILS, 1500), U32(DEVICE, 9), U32(MTU, 9000), U32(MTU_BEYOND, 1300), U32(RETRIES, 3),
	U32(STALL, 600), END
};
static const struct fact narrow[] = {
	U32(SIZE_FAILS, 1500), U32(DEVICE, 7), U32(MTU, 1500), U32(MTU_BEYOND, 1200), U32(RETRIES, 3),
	U32(STALL, 600), END
};

const struct party scene_device[] = {
	{ "198.51.100.20", HERE, -1, -1, (const struct found []) {
		{ DEVICE_DROP, TCPWHY_CONFIDENCE_CERTAIN, 7, 900, 990, 400, 51000, 443, device }, { 0 } } },
	{ "2001:db8::20", HERE, -1, -1, (const struct found []) {
		{ DEVICE_DROP, TCPWHY_CONFIDENCE_CERTAIN, 1, 900, 990, 0, 51000, 443, elsewhere }, { 0 } } },
	{ "198.51.100.21", HERE, -1, -1, (const struct found []) {
		{ DEVICE_DROP, TCPWHY_CONFIDENCE_CERTAIN, 1, 900, 990, 0, 51000, 443, narrow }, { 0 } } },
	{ "2001:db8::21", HERE, -1, -1, (const struct found []) {
		{ DEVICE_DROP, TCPWHY_CONFIDENCE_CERTAIN, 1, 900, 990, 0, 51000, 443, narrow }, { 0 } } },
	{ "198.51.100.22", HERE, -1, -1, (const struct found []) {
		{ DEVICE_DROP, TCPWHY_CONFIDENCE_CERTAIN, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ 0 }
};

const struct party scene_blackhole[] = {
	{ "198.51.100.9", HERE, -1, -1, (const struct found []) {
		{ SEND, LIKELY, 22, 900, 990, 400, 443, 51000, tail }, { 0 } } },
	{ "198.51.100.10", HERE, -1, -1, (const struct found []) {
		{ SEND, TCPWHY_CONFIDENCE_CERTAIN, 2, 900, 990, 0, 8080, 51000, shrunk }, { 0 } } },
	{ "2001:db8::9", HERE, -1, -1, (const struct found []) {
		{ SEND, LIKELY, 6, 900, 990, 0, 443, 51000, quiet }, { 0 } } },
	{ "198.51.100.11", HERE, -1, -1, (const struct found []) {
		{ SEND, LIKELY, 1, 900, 990, 0, 0, 0, odd }, { 0 } } },
	{ "198.51.100.12", HERE, -1, -1, (const struct found []) {
		{ SEND, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ "203.0.113.9", HERE, -1, -1, (const struct found []) {
		{ RECEIVE, LIKELY, 3, 900, 990, 0, 51000, 443, answer }, { 0 } } },
	{ "2001:db8::a", HERE, -1, -1, (const struct found []) {
		{ RECEIVE, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 51000, 443, closed },
		{ 0 } } },
	{ "203.0.113.11", HERE, -1, -1, (const struct found []) {
		{ RECEIVE, LIKELY, 1, 900, 990, 0, 0, 0, odd_answer }, { 0 } } },
	{ "203.0.113.12", HERE, -1, -1, (const struct found []) {
		{ RECEIVE, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ 0 }
};

/* To be probed: the finding stands beside what a probe measures. */
const struct party scene_stands[] = {
	{ "203.0.113.7", HERE, -1, -1, (const struct found []) {
		{ SEND, LIKELY, 22, 900, 990, 400, 443, 51000, tail }, { 0 } } },
	{ "203.0.113.8", HERE, -1, -1, (const struct found []) {
		{ RECEIVE, LIKELY, 3, 900, 990, 0, 51000, 443, answer }, { 0 } } },
	{ "2001:db8::7", HERE, -1, -1, (const struct found []) {
		{ FORWARD, TCPWHY_CONFIDENCE_CERTAIN, 2, 900, 990, 0, 443, 51000, told },
		{ SEND, TCPWHY_CONFIDENCE_POSSIBLE, 1, 900, 990, 0, 0, 0, nothing }, { 0 } } },
	{ 0 }
};
