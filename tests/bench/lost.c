// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that the peer says it did not get, or says nothing about: on a new connection
 * each, as a loss changes how the next one is dealt with.
 */
#include <err.h>
#include <unistd.h>

#include "bench.h"
#include "peer.h"
#include "socket.h"

#define SEGMENTS	4
#define CONNECTIONS	16

/* The timer expires 200 ms after the data, at a tick. Until shortly before all is asleep. */
#define WAIT_US		90000
#define WINDOW_US	32000

static struct {
	struct segment s;
	int server;
} conns[CONNECTIONS];

/* Nobody else's: what the kernel remembers of a peer's round trips would change the timer. */
static uint32_t next_far = WIRE_PEERS + 0x200000;

static void up(void)
{
	set_sysctl("ipv4/tcp_no_metrics_save", "1");
	/* A probe for the tail would come first. */
	set_sysctl("ipv4/tcp_early_retrans", "0");
	peers_up();
}

static void leave(void)
{
	int i;

	wire_drain();
	for (i = 0; i < CONNECTIONS && conns[i].server; i++) {
		peer_leaves(&conns[i].s, conns[i].server);
		conns[i].server = 0;
	}
}

static void down(void)
{
	leave();
	peers_down();
	set_sysctl("ipv4/tcp_early_retrans", "3");
	set_sysctl("ipv4/tcp_no_metrics_save", "0");
}

static void connect_all(void)
{
	int i;

	leave();
	for (i = 0; i < CONNECTIONS; i++)
		conns[i].server = peer_connects(&conns[i].s, next_far++);
}

static void send_all(int server, int segments)
{
	static char data[SEGMENTS * WIRE_MSS];
	ssize_t n = segments * WIRE_MSS;

	if (write(server, data, n) != n)
		fail("write");
}

/* Return: how many segments are there */
static int receive_all(struct segment *last)
{
	int n = 0;

	while (wire_receive(last))
		n++;
	return n;
}

/* The peer has all but the first. */
static void lose_first(struct segment *s, int server)
{
	uint32_t first = s->ack;
	struct segment got;

	send_all(server, SEGMENTS);
	if (receive_all(&got) != SEGMENTS)
		errx(1, "not all was sent at once");
	s->tsecr = got.tsval;
	s->sack_from = first + WIRE_MSS;
	s->sack_to = first + SEGMENTS * WIRE_MSS;
	peer_sends(s, ACK);
	if (receive_all(&got) != 1 || got.seq != first)
		errx(1, "not sent again");
	s->ack = s->sack_to;
	s->sack_from = s->sack_to;
	peer_sends(s, ACK);
}

static void lose_some(int times)
{
	int i;

	for (i = 0; i < times; i++)
		lose_first(&conns[i].s, conns[i].server);
}

static void write_all(void)
{
	struct segment got;
	int i;

	connect_all();
	for (i = 0; i < CONNECTIONS; i++) {
		send_all(conns[i].server, 1);
		conns[i].s.ack += WIRE_MSS; /* it says so as it leaves */
	}
	receive_all(&got);
	usleep(WAIT_US);
}

static void time_out(int times)
{
	struct segment got;
	int i;

	watch(WINDOW_US);
	for (i = 0; i < times; i++)
		if (!wire_receive(&got) || got.length != WIRE_MSS)
			errx(1, "not sent again in time");
}

const struct op lost_ops[] = {
	{ "retransmission, SACK", CONNECTIONS, up, connect_all, lose_some, down },
	{ "retransmission, time-out", CONNECTIONS, up, write_all, time_out, down },
	{ }
};
