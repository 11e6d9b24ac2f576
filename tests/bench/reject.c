// SPDX-License-Identifier: GPL-2.0
/* Connections that end with a RST. */
#include <unistd.h>

#include "bench.h"
#include "socket.h"

static const struct path closed = { .address = "127.0.0.1", .port = 2003 };
static const struct path loopback = { .address = "127.0.0.1", .port = 2004 };
static int listener;

static void start_listening(void)
{
	listener = listen_on(&loopback);
}

static void stop_listening(void)
{
	close(listener);
}

static void refused(int times)
{
	while (times--)
		if (try_connect(&closed) >= 0)
			fail("a closed port accepts connections");
}

static void unread(int times)
{
	while (times--) {
		int from = connect_to(&loopback), to = accept_from(listener);

		if (write(from, "", 1) != 1)
			fail("write");
		close(to);
		close(from);
	}
}

const struct op reject_ops[] = {
	{ "refused connect", 24, NULL, NULL, refused, NULL },
	{ "close, data unread", 8, start_listening, NULL, unread, stop_listening },
	{ }
};
