// SPDX-License-Identifier: GPL-2.0
/*
 * What a gateway pays: both ends are behind the wire, and this host is between
 * them. Only the gateway's work is measured; what ends pay, the others tell.
 */
#include <err.h>
#include <stddef.h>

#include "bench.h"
#include "socket.h"
#include "wire.h"

#define SERVER	(WIRE_PEERS + 0x3f0000)
#define DATA	100

static struct segment client, server;
static uint32_t next_client = WIRE_PEERS;

static void up(void)
{
	wire_up();
	set_sysctl("ipv4/ip_forward", "1");
	/* They leave by the way they came. */
	set_sysctl("ipv4/conf/all/send_redirects", "0");
	set_sysctl("ipv4/conf/wire/send_redirects", "0");
}

static void down(void)
{
	set_sysctl("ipv4/ip_forward", "0");
	wire_down();
}

static void pass(struct segment *from, struct segment *to, uint8_t flags, uint16_t length)
{
	struct segment got;

	from->flags = flags;
	from->length = length;
	from->ack = flags & ACK ? to->seq : 0;
	from->tsecr = to->tsval;
	wire_send(from);
	if (!wire_receive(&got) || got.seq != from->seq || got.length != length)
		errx(1, "not forwarded");
	from->seq += length + !!(flags & (SYN | FIN));
}

static void begin(void)
{
	client = (struct segment) {
		.far = next_client++, .own = SERVER, .far_port = 40000, .own_port = 80,
		.seq = 1000, .tsval = 5000000,
	};
	server = (struct segment) {
		.far = SERVER, .own = client.far, .far_port = 80, .own_port = 40000,
		.seq = 7000, .tsval = 9000000,
	};
	pass(&client, &server, SYN, 0);
	pass(&server, &client, SYN | ACK, 0);
	pass(&client, &server, ACK, 0);
}

static void end(void)
{
	pass(&client, &server, FIN | ACK, 0);
	pass(&server, &client, FIN | ACK, 0);
	pass(&client, &server, ACK, 0);
}

static void connect_close(int times)
{
	while (times--) {
		begin();
		end();
	}
}

static void request_response(int times)
{
	while (times--) {
		pass(&client, &server, ACK, DATA);
		pass(&server, &client, ACK, DATA);
	}
}

/* Full segments have passed both ways: that it is healthy is known. */
static void renew(void)
{
	if (client.far)
		end();
	begin();
	pass(&client, &server, ACK, WIRE_MSS);
	pass(&server, &client, ACK, WIRE_MSS);
	request_response(2);
}

static void down_stream(void)
{
	client.far = 0;
	down();
}

const struct op forward_ops[] = {
	{ "forwarded request/response", 48, up, renew, request_response, down_stream },
	{ "forwarded connect/close", 24, up, NULL, connect_close, down },
	{ }
};
