// SPDX-License-Identifier: GPL-2.0
/*
 * What needs a peer that is no Linux: one end of a connection alone, spoofed
 * SYNs, and a SYN that TIME_WAIT refuses by its timestamp (PAWS).
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "socket.h"
#include "wire.h"

#define PORT		2005
#define CLOCK		5000000u	/* timestamps of a peer's first connection */
#define FRESH_TIMES	16

static const struct path path = { .address = "0.0.0.0", .port = PORT };
static int listener;
static uint32_t next_peer = WIRE_PEERS;

static void up(void)
{
	set_sysctl("ipv4/tcp_max_tw_buckets", "262144");
	/* Else all but two refusals a second go unanswered: other code than is meant. */
	set_sysctl("ipv4/tcp_invalid_ratelimit", "0");
	wire_up();
	listener = listen_on(&path);
}

static void down(void)
{
	close(listener);
	wire_down();
	set_sysctl("ipv4/tcp_syncookies", "1");
}

static void answer(struct segment *s, uint8_t flags)
{
	s->flags = flags;
	wire_send(s);
}

/* What the kernel sent last is acknowledged by the next segment. */
static int hear(struct segment *s)
{
	struct segment got;
	int flags = 0;

	while (wire_receive(&got)) {
		flags |= got.flags;
		s->ack = got.seq + !!(got.flags & (SYN | FIN));
		s->tsecr = got.tsval;
	}
	return flags;
}

static int handshake(struct segment *s, uint32_t far, uint16_t far_port)
{
	*s = (struct segment) {
		.far = far, .far_port = far_port, .own_port = PORT, .seq = 1000, .tsval = CLOCK,
	};
	answer(s, SYN);
	if (hear(s) != (SYN | ACK))
		errx(1, "no SYN-ACK");
	s->seq++;
	answer(s, ACK);
	return accept_from(listener);
}

/* The far end closes first, so that no TIME_WAIT stays here. */
static void serve(int times)
{
	struct segment s;
	int fd;

	while (times--) {
		fd = handshake(&s, next_peer++, 40000);
		answer(&s, FIN | ACK);
		s.seq++;
		close(fd);
		if (!(hear(&s) & FIN))
			errx(1, "no FIN");
		answer(&s, ACK);
	}
}

/* This end closes first: it keeps TIME_WAIT, and with it the peer's timestamp. */
static void leave_timewait(uint32_t far)
{
	struct segment s;

	close(handshake(&s, far, 40000));
	if (!(hear(&s) & FIN))
		errx(1, "no FIN");
	answer(&s, FIN | ACK);
	wire_drain();
}

static void refuse(uint32_t far)
{
	struct segment s = {
		.far = far, .far_port = 40000, .own_port = PORT, .flags = SYN, .seq = 900000,
		.tsval = CLOCK - 1000,
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
	struct segment s = { .own_port = PORT, .flags = SYN };

	while (times--) {
		s.far = WIRE_PEERS + random() % 0x3f0000;
		s.far_port = 1024 + random() % 64000;
		s.seq = random();
		s.tsval = random();
		s.flags = SYN;
		wire_send(&s);
		if (!wire_receive(&s) || s.flags != (SYN | ACK))
			errx(1, "no cookie");
		s.own_port = PORT;
	}
}

/* Others than the operations' peers, which are to be new. */
void fill(uint32_t peers)
{
	uint32_t peer = WIRE_PEERS + 0x100000, end = peer + peers;

	up();
	for (; peer < end; peer++) {
		leave_timewait(peer);
		refuse(peer);
	}
	down();
}

const struct op crafted_ops[] = {
	{ "connect/close, one end", 12, up, NULL, serve, down },
	{ "spoofed SYN, cookie", 48, up_cookies, NULL, spoofed, down },
	{ "SYN refused, peer known", 48, up_timewait, NULL, refuse_same, down },
	{ "SYN refused, peer new", FRESH_TIMES, up_fresh, NULL, refuse_fresh, down },
	{ }
};
