// SPDX-License-Identifier: GPL-2.0
/* A server that scanners knock at all day, and twelve peers in trouble among them. */
#include <stdio.h>

#include "scene.h"

#define TROUBLES 12
#define SCANNERS 360

static const struct fact closed[] = { U32(SEQ, 1), U8(TTL, 52), END };
static const struct fact unread[] = {
	U32(PID, 812), TEXT(COMM, "nginx"), U32(BYTES_UNREAD, 512), U64(BYTES_IN, 512), END
};
static const struct fact none[] = { END };

static const uint16_t ports[] = { 22, 23, 3389, 5900, 8080, 445 };

static struct found knocks[SCANNERS][2], troubles[TROUBLES][2];
static char names[SCANNERS + TROUBLES][40];
struct party scene_noisy[SCANNERS + TROUBLES + 1];

/* What ended hours before would be the worst by its count; the machine runs for 1000 s only. */
static struct found trouble(int i)
{
	return (struct found) {
		TCPWHY_CAUSE_RST_UNREAD_DATA, TROUBLE, i == 3 ? 90000 : 3 + i, 100, i < 6 ? 999 - i : 300,
		i < 6 ? 500 : 0, i % 2 ? 443 : 8443, 40000 + i, i % 3 ? unread : none,
	};
}

__attribute__((constructor)) static void fill(void)
{
	for (int i = 0; i < SCANNERS; i++) {
		snprintf(names[i], sizeof(names[i]), "198.51.%d.%d", 100 + i / 250, i % 250 + 1);
		knocks[i][0] = (struct found) {
			TCPWHY_CAUSE_RST_PORT_CLOSED, NOTICE, 1 + i % 7, 50 + i, 600 + i, 0,
			ports[i % 6], 50000, closed,
		};
		scene_noisy[i] = (struct party) { names[i], HERE, -1, -1, knocks[i] };
	}
	for (int i = 0; i < TROUBLES; i++) {
		char *name = names[SCANNERS + i];

		if (i % 4 == 1)
			snprintf(name, 40, "2001:db8:1234:5678:9abc:def0:8a2e:%x", 0x7330 + i);
		else
			snprintf(name, 40, "203.0.113.%d", i + 1);
		troubles[i][0] = trouble(i);
		scene_noisy[SCANNERS + i] = (struct party) { name, HERE, -1, -1, troubles[i] };
	}
}
