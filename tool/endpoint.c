// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"

/* TCP states, as in net/tcp_states.h */
#define TIME_WAIT 6
#define LISTEN 10

#define LINE 256

/* What a socket tells of the address that is asked for: more is better. */
enum { NOTHING, SAME_PEER, LISTENS, SAME_PORT, SAME_CONNECTION };

struct socket_line {
	struct address local, remote;
	unsigned int lport, rport, state;
};

/* Words of 32 bits, each as this machine has it in memory. */
static bool take_address(const char *hex, struct address *address)
{
	size_t length = strcspn(hex, ":");
	char word[9] = "";
	uint32_t value;

	if (length != 8 && length != 32)
		return false;
	address->size = length / 2;
	for (size_t i = 0; i < length / 8; i++) {
		memcpy(word, hex + 8 * i, 8);
		value = strtoul(word, NULL, 16);
		memcpy(address->bytes + 4 * i, &value, sizeof(value));
	}
	/* a socket of IPv6 may speak IPv4 */
	address_unmap(address);
	return true;
}

static bool take_line(const char *line, struct socket_line *sock)
{
	char local[64], remote[64];

	memset(sock, 0, sizeof(*sock));
	if (sscanf(line, " %*[^:]: %63s %63s %x", local, remote, &sock->state) != 3)
		return false;
	return take_address(local, &sock->local) && take_address(remote, &sock->remote) &&
	       sscanf(strchr(local, ':'), ":%x", &sock->lport) == 1 &&
	       sscanf(strchr(remote, ':'), ":%x", &sock->rport) == 1;
}

static bool is_any(const struct address *address)
{
	static const uint8_t zero[16];

	return !memcmp(address->bytes, zero, address->size);
}

static int tells(const struct socket_line *sock, const struct address *peer, uint16_t lport,
		 uint16_t rport)
{
	if (is_any(&sock->local) || sock->local.size != peer->size)
		return NOTHING;
	if (sock->state == LISTEN)
		return sock->lport == lport ? LISTENS : NOTHING;
	if (!address_equal(&sock->remote, peer))
		return NOTHING;
	if (!lport || sock->lport != lport)
		return SAME_PEER;
	return rport && sock->rport == rport ? SAME_CONNECTION : SAME_PORT;
}

static void read_sockets(const char *path, const struct address *peer, uint16_t lport,
			 uint16_t rport, int *best, struct endpoint *endpoint)
{
	FILE *file = fopen(path, "re");
	struct socket_line sock;
	char line[LINE];

	while (file && fgets(line, sizeof(line), file)) {
		int rank = take_line(line, &sock) ? tells(&sock, peer, lport, rport) : NOTHING;

		if (rank == SAME_CONNECTION && sock.state != TIME_WAIT)
			endpoint->live = true;
		if (rank <= *best)
			continue;
		*best = rank;
		endpoint->address = sock.local;
	}
	if (file)
		fclose(file);
}

void endpoint_find(const struct address *peer, uint16_t lport, uint16_t rport,
		   struct endpoint *endpoint)
{
	int best = NOTHING;

	memset(endpoint, 0, sizeof(*endpoint));
	if (peer->size == 4)
		read_sockets("/proc/self/net/tcp", peer, lport, rport, &best, endpoint);
	read_sockets("/proc/self/net/tcp6", peer, lport, rport, &best, endpoint);
}
