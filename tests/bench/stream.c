// SPDX-License-Identifier: GPL-2.0
/* Ordinary traffic, both ends in this program so that nothing is switched in between. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "socket.h"

#define PIECE	65536
#define MIB	(1 << 20)

static const struct path loopback = { .address = "127.0.0.1", .port = 2001 };
static const struct path veth = { .address = "10.9.0.1", .port = 2002, .other = 1 };

static const struct path *path;
static int listener, client, server;

static void listen_loopback(void)
{
	path = &loopback;
	listener = listen_on(path);
}

static void listen_veth(void)
{
	path = &veth;
	listener = listen_on(path);
}

static void stop_listening(void)
{
	close(listener);
}

static void open_pair(void)
{
	int on = 1;

	client = connect_to(path);
	server = accept_from(listener);
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void pass(int from, int to)
{
	char byte = 0;

	if (write(from, &byte, 1) != 1 || read(to, &byte, 1) != 1)
		fail("request or response");
}

static void request_response(int times)
{
	while (times--) {
		pass(client, server);
		pass(server, client);
	}
}

/* New sockets lie elsewhere in memory; some requests make them as they will be. */
static void renew_pair(void)
{
	if (client) {
		close(client);
		close(server);
	}
	open_pair();
	request_response(16);
}

static void close_pair(void)
{
	close(client);
	close(server);
	client = 0;
	stop_listening();
}

static void connect_close(int times)
{
	while (times--) {
		int from = connect_to(path), to = accept_from(listener);

		close(from);
		close(to);
	}
}

static void bulk(int times)
{
	static char data[PIECE];
	ssize_t n, sent = 0, got = 0, end = (ssize_t)times * MIB;

	while (got < end) {
		if (sent < end) {
			n = send(client, data, sizeof(data), MSG_DONTWAIT);
			sent += n > 0 ? n : 0;
		}
		n = recv(server, data, sizeof(data), MSG_DONTWAIT);
		got += n > 0 ? n : 0;
	}
}

/* The window has grown by then. */
static void renew_bulk(void)
{
	renew_pair();
	bulk(4);
}

const struct op stream_ops[] = {
	{ "request/response lo", 32, listen_loopback, renew_pair, request_response, close_pair },
	{ "request/response veth", 32, listen_veth, renew_pair, request_response, close_pair },
	{ "connect/close lo", 8, listen_loopback, NULL, connect_close, stop_listening },
	{ "connect/close veth", 8, listen_veth, NULL, connect_close, stop_listening },
	{ "bulk lo, per MiB", 1, listen_loopback, renew_bulk, bulk, close_pair },
	{ }
};
