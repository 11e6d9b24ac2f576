// SPDX-License-Identifier: GPL-2.0
/*
 * Where the allocator happens to put an skb or a socket moves a result by more
 * than what is looked for. Between batches some of them are held and others let
 * go at random, so that a median is over many layouts.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "socket.h"

#define HELD	192
#define CHANGES	24

/* Zero is free: standard input stays open, and is never one of these. */
static int held[HELD][2];

static void let_go(int *pair)
{
	close(pair[0]);
	close(pair[1]);
	pair[0] = 0;
}

/* Datagrams of any size wait in the socket, and so does data of TCP. */
static void hold(int *pair)
{
	static const struct path path = { .address = "127.0.0.1", .port = 1001 };
	static int listener;
	char data[2048] = "";
	int i, n = random() % 4;

	if (!listener)
		listener = listen_on(&path);
	if (random() % 3) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
			fail("socketpair");
	} else {
		pair[0] = connect_to(&path);
		pair[1] = accept_from(listener);
	}
	for (i = 0; i < n; i++)
		if (send(pair[0], data, 1 + random() % sizeof(data), MSG_DONTWAIT) < 0)
			break;
}

void shuffle(void)
{
	int i;

	for (i = 0; i < CHANGES; i++) {
		int *pair = held[random() % HELD];

		if (pair[0])
			let_go(pair);
		else
			hold(pair);
	}
}
