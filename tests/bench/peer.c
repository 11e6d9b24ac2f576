// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <unistd.h>

#include "bench.h"
#include "peer.h"
#include "socket.h"

static const struct path path = { .address = "0.0.0.0", .port = SERVER_PORT };
static int listener;

/* Of all operations; each takes new ones from here. */
uint32_t next_peer = WIRE_PEERS;

void peers_up(void)
{
	wire_up();
	listener = listen_on(&path);
}

void peers_down(void)
{
	close(listener);
	wire_down();
}

void peer_sends(struct segment *s, uint8_t flags)
{
	s->flags = flags;
	wire_send(s);
}

/*
 * What the kernel sent last is acknowledged by the next segment.
 * Return: the flags of all that came
 */
int peer_hears(struct segment *s)
{
	struct segment got;
	int flags = 0;

	while (wire_receive(&got)) {
		flags |= got.flags;
		s->ack = got.seq + got.length + !!(got.flags & (SYN | FIN));
		s->tsecr = got.tsval;
	}
	return flags;
}

/* Return: the server's end */
int peer_connects(struct segment *s, uint32_t address)
{
	*s = (struct segment) {
		.far = address, .far_port = PEER_PORT, .own_port = SERVER_PORT, .seq = 1000,
		.tsval = PEER_CLOCK,
	};
	peer_sends(s, SYN);
	if (peer_hears(s) != (SYN | ACK))
		errx(1, "no SYN-ACK");
	s->seq++;
	peer_sends(s, ACK);
	return accept_from(listener);
}

/* It closes first, and the server then. */
void peer_leaves(struct segment *s, int server)
{
	peer_sends(s, FIN | ACK);
	s->seq++;
	close(server);
	if (!(peer_hears(s) & FIN))
		errx(1, "no FIN");
	peer_sends(s, ACK);
}
