// SPDX-License-Identifier: GPL-2.0
/*
 * What needs a peer that is no Linux: one end of a connection alone, spoofed
 * SYNs, and a SYN that TIME_WAIT refuses by its timestamp (PAWS).
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "clock.h"
#include "peer.h"
#include "socket.h"
#include "wire.h"

#define CLOSED_PORT	2006
#define FRESH_TIMES	16

static void up(void)
{
	set_sysctl("ipv4/tcp_max_tw_buckets", "262144");
	/* Else all but two refusals a second go unanswered: other code than is meant. */
	set_sysctl("ipv4/tcp_invalid_ratelimit", "0");
	peers_up();
}

static void down(void)
{
	peers_down();
	set_sysctl("ipv4/tcp_syncookies", "1");
}

/* The far end closes first, so that no TIME_WAIT stays here. */
static void serve(int times)
{
	struct segment s;

	while (times--)
		peer_leaves(&s, peer_connects(&s, next_peer++));
}

/* This end closes first: it keeps TIME_WAIT, and with it the peer's timestamp. */
static void leave_timewait(uint32_t far)
{
	struct segment s;

	close(peer_connects(&s, far));
	if (!(peer_hears(&s) & FIN))
		errx(1, "no FIN");
	peer_sends(&s, FIN | ACK);
	wire_drain();
}

static void refuse(uint32_t far)
{
	struct segment s = {
		.far = far, .far_port = PEER_PORT, .own_port = SERVER_PORT, .flags = SYN,
		.seq = 900000, .tsval = PEER_CLOCK - 1000,
	};

	wire_send(&s);
	if (!wire_receive(&s) || s.flags != ACK)
		errx(1, "the SYN was not refused");
}

static void up_timewait(void)
{
	up();
	leave_timewait(next_peer);
}

static void refuse_same(int times)
{
	while (times--)
		refuse(next_peer);
}

static uint32_t first_fresh;

static void up_fresh(void)
{
	uint32_t end = next_peer + (BATCHES + 1) * FRESH_TIMES;

	up();
	for (first_fresh = next_peer; next_peer < end; next_peer++)
		leave_timewait(next_peer);
}

static void refuse_fresh(int times)
{
	while (times--)
		refuse(first_fresh++);
}

static void up_cookies(void)
{
	up();
	set_sysctl("ipv4/tcp_syncookies", "2");
}

static void spoofed(int times)
{
	struct segment s = { .own_port = SERVER_PORT, .flags = SYN };

	while (times--) {
		s.far = WIRE_PEERS + random() % 0x3f0000;
		s.far_port = 1024 + random() % 64000;
		s.seq = random();
		s.tsval = random();
		s.flags = SYN;
		wire_send(&s);
		if (!wire_receive(&s) || s.flags != (SYN | ACK))
			errx(1, "no cookie");
		s.own_port = SERVER_PORT;
	}
}

static void knock(uint32_t far, uint16_t far_port)
{
	struct segment s = {
		.far = far, .far_port = far_port, .own_port = CLOSED_PORT, .flags = SYN,
		.seq = random(), .tsval = random(),
	};

	wire_send(&s);
	if (!wire_receive(&s) || s.flags != (RST | ACK))
		errx(1, "a closed port is silent");
}

/* A flood that makes a finding of each SYN. */
static void knock_at_random(int times)
{
	while (times--)
		knock(WIRE_PEERS + random() % 0x3f0000, 1024 + random() % 64000);
}

/* Not the operations' peers, which are to be new. */
#define OTHER_PEERS	(WIRE_PEERS + 0x100000)

/* Not too many a tick: beyond its budget (module/hooks/budget.c) the module does not look. */
void fill(uint32_t peers)
{
	uint32_t i;

	up();
	for (i = 0; i < peers; i++) {
		knock(OTHER_PEERS + i, PEER_PORT);
		if (i % 64 == 63)
			usleep(4000);
	}
	down();
}

/*
 * Spoofed SYNs as fast as this CPU takes them, some 60 000 a second. What the module has
 * saved of its budget lasts for less than a second of that.
 */
#define BEFORE	60000
#define FLOOD	30000

void flood(void)
{
	uint64_t start;

	up_cookies();
	spoofed(BEFORE);
	start = instructions();
	spoofed(FLOOD);
	printf("%.0f\n", (double)(instructions() - start) / FLOOD);
	down();
}

/* All at once, each of another peer's. They stay for a minute. */
void leave_timewaits(uint32_t n)
{
	up();
	while (n--)
		leave_timewait(OTHER_PEERS + n);
	down();
}

const struct op crafted_ops[] = {
	{ "connect/close, one end", 12, up, NULL, serve, down },
	{ "spoofed SYN, cookie", 48, up_cookies, NULL, spoofed, down },
	{ "spoofed SYN, port closed", 48, up, NULL, knock_at_random, down },
	{ "SYN refused, peer known", 48, up_timewait, NULL, refuse_same, down },
	{ "SYN refused, peer new", FRESH_TIMES, up_fresh, NULL, refuse_fresh, down },
	{ }
};
