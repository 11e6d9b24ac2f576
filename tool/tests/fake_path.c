// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of probe_socket.c and route.c: a path that is made up, and a
 * clock that stands while nobody waits. TCPWHY_SCENE names one for the whole
 * tool; unit tests make their own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "clock.h"
#include "endpoint.h"
#include "fake_path.h"
#include "probe_socket.h"
#include "route.h"

#define WAITING 64
#define MS NSEC_PER_MSEC

struct probe_socket {
	struct probe_event events[WAITING];
	uint64_t due[WAITING];
	size_t count;
};

struct fake_seen fake_seen;

static struct fake_path path;
static struct probe_socket the_socket;
static uint64_t now, last, tokens;
static unsigned int luck;
static bool six;
static uint16_t own_port;
static unsigned int opened;	/* ports that were free, from 40000 on */
static bool tcp;

static const struct {
	const char *name;
	struct fake_path path;
} scenes[] = {
	{ "path-full", { .carries = 1500, .delay = 12 * MS } },
	{ "path-told", { .carries = 1400, .told = true, .delay = 12 * MS } },
	{ "path-silent", { .carries = 1400, .delay = 12 * MS } },
	{ "path-misled", { .carries = 1400, .told = true, .says = 1480, .delay = 12 * MS } },
	{ "path-mute", { .carries = 1400, .told = true, .mute = true, .delay = 12 * MS } },
	{ "path-narrow", { .carries = 1000, .delay = 12 * MS } },
	{ "path-deaf", { .deaf = true } },
	{ "path-refused", { .error = EHOSTUNREACH } },
	{ "path-dies", { .carries = 1400, .dies_after = 5, .delay = 12 * MS } },
	{ "path-ways", { .carries = 1500, .other_way = 1400, .delay = 12 * MS } },
	{ "path-hole", { .carries = 1500, .hole_from = 1441, .hole_to = 1480, .delay = 12 * MS } },
	{ "path-stands-full", { .carries = 1500, .delay = 12 * MS } },
	{ "path-stands-told", { .carries = 1400, .told = true, .delay = 12 * MS } },
	{ "path-stands-silent", { .carries = 1400, .delay = 12 * MS } },
	{ "path-stands-deaf", { .carries = 1500, .deaf_to_tcp = true, .delay = 12 * MS } },
	{ "path-firewall", { .send_error = EPERM } },
};

void fake_path_play(const struct fake_path *new, unsigned int seed)
{
	path = *new;
	luck = seed;
	now = NSEC_PER_SEC;
	last = 0;
	tokens = 6 * NSEC_PER_SEC;
	memset(&the_socket, 0, sizeof(the_socket));
	fake_seen = (struct fake_seen) { .closest = UINT64_MAX };
}

static bool unlucky(void)
{
	luck = luck * 1103515245 + 12345;
	return (luck >> 16) % 100 < path.loss;
}

int probe_socket_open(struct probe_socket **sock, const struct probe_peer *peer,
		      struct fault *fault)
{
	const char *name = getenv("TCPWHY_SCENE");

	(void)fault;
	six = peer->address.size == 16;
	tcp = peer->kind == PROBE_TCP;
	own_port = peer->kind == PROBE_TCP && !peer->own_port ? 40000 + opened++ : peer->own_port;
	for (size_t i = 0; name && i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (!strcmp(scenes[i].name, name))
			fake_path_play(&scenes[i].path, 1);
	*sock = &the_socket;
	return 0;
}

void probe_socket_close(struct probe_socket *sock)
{
	(void)sock;
}

void probe_socket_source(const struct probe_socket *sock, struct address *source, uint16_t *port)
{
	(void)sock;
	source->size = six ? 16 : 4;
	inet_pton(six ? AF_INET6 : AF_INET, six ? "2001:db8::9" : "192.0.2.9", source->bytes);
	*port = own_port;
}

/* No socket of this machine is one of the story's. */
void endpoint_find(const struct address *peer, uint16_t lport, uint16_t rport,
		   struct endpoint *endpoint)
{
	(void)peer;
	(void)lport;
	(void)rport;
	memset(endpoint, 0, sizeof(*endpoint));
}

uint64_t probe_socket_now(void)
{
	return now;
}

static void router(struct address *address)
{
	address->size = six ? 16 : 4;
	inet_pton(six ? AF_INET6 : AF_INET, six ? "2001:db8:ff::1" : "198.51.100.1",
		  address->bytes);
}

static void later(struct probe_socket *sock, uint64_t wait, const struct probe_event *event)
{
	if (sock->count == WAITING)
		return;
	sock->due[sock->count] = now + wait;
	sock->events[sock->count++] = *event;
}

/* As inet_peer_xrlim_allow() of the kernel limits ICMP errors. */
static bool may_answer(void)
{
	if (!path.limited)
		return true;
	tokens += last ? now - last : 0;
	if (tokens > 6 * NSEC_PER_SEC)
		tokens = 6 * NSEC_PER_SEC;
	if (tokens < NSEC_PER_SEC)
		return false;
	tokens -= NSEC_PER_SEC;
	return true;
}

static void refuse(struct probe_socket *sock, unsigned int size, struct probe_event *event)
{
	event->news = PROBE_TOO_BIG;
	event->mtu = path.mute ? 0 : path.creeps ? size - 1 : path.says ? path.says :
		     path.first && size > path.first ? path.first : path.carries;
	router(&event->from);
	later(sock, path.delay / 2, event);
}

static void travel(struct probe_socket *sock, unsigned int size, struct probe_event *event)
{
	unsigned int carries = path.other_way && own_port % 4 == 3 ? path.other_way : path.carries;
	bool fits = size <= carries && (size < path.hole_from || size > path.hole_to);

	if (unlucky())
		return;
	if (path.error) {
		event->news = PROBE_UNREACHABLE;
		event->error = path.error;
		router(&event->from);
		later(sock, path.delay, event);
		return;
	}
	if ((!fits && path.told) || (path.first && size > path.first) || path.forged)
		refuse(sock, size, event);
	if (!fits || path.deaf || (path.deaf_to_tcp && tcp) || (path.dies_after && fake_seen.sent > path.dies_after) ||
	    !may_answer() || unlucky())
		return;
	event->news = PROBE_ARRIVED;
	later(sock, path.delay, event);
}

int probe_socket_send(struct probe_socket *sock, uint16_t seq, unsigned int size)
{
	struct probe_event event = { .seq = seq };

	if (path.send_error)
		return -path.send_error;
	if (path.own && size > path.own)
		return -EMSGSIZE;
	if (last && now - last < fake_seen.closest)
		fake_seen.closest = now - last;
	fake_seen.sent++;
	if (size > fake_seen.largest)
		fake_seen.largest = size;
	travel(sock, size, &event);
	last = now;
	return 0;
}

bool probe_socket_wait(struct probe_socket *sock, uint64_t until, struct probe_event *event)
{
	size_t next = 0;

	for (size_t i = 1; i < sock->count; i++)
		if (sock->due[i] < sock->due[next])
			next = i;
	if (!sock->count || sock->due[next] > until) {
		now = until > now ? until : now;
		return false;
	}
	now = sock->due[next] > now ? sock->due[next] : now;
	*event = sock->events[next];
	sock->count--;
	sock->events[next] = sock->events[sock->count];
	sock->due[next] = sock->due[sock->count];
	return true;
}

int route_find(const struct address *to, uint32_t scope, const struct address *from,
	       struct route *route, struct fault *fault)
{
	(void)from;
	(void)scope;
	(void)fault;
	*route = (struct route) { .dev = "eth0", .dev_mtu = 1500, .table = 254 };
	route->gateway.size = route->source.size = to->size;
	inet_pton(to->size == 4 ? AF_INET : AF_INET6, to->size == 4 ? "192.0.2.1" : "fe80::1",
		  route->gateway.bytes);
	inet_pton(to->size == 4 ? AF_INET : AF_INET6, to->size == 4 ? "192.0.2.9" : "2001:db8::9",
		  route->source.bytes);
	route->entry = (struct route_entry) { .there = true, .dev = "eth0", .table = 254,
					      .protocol = RTPROT_DHCP, .priority = 1024 };
	route->entry.gateway = route->gateway;
	if (to->size == 4)
		route->entry.source = route->source;
	/* by the end this host has learned what a router said */
	if (path.told && fake_seen.sent) {
		route->mtu = path.says ? path.says : path.carries;
		route->expires = 599;
	}
	return 0;
}
