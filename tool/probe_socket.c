// SPDX-License-Identifier: GPL-2.0
/*
 * Probes through the kernel's own sockets: ping sockets, raw ICMP where a
 * system allows those only, UDP, and raw TCP. The kernel makes the headers, forbids
 * fragmentation, disregards what it has learned of the path, and hands over
 * the ICMP errors that concern the socket.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/icmp.h>

#include "clock.h"
#include "cmd.h"
#include "probe_error.h"
#include "probe_socket.h"
#include "probe_tcp.h"
#include "text.h"

/* of ICMP echo and of UDP */
#define HEADER 8
/* what an IPv4 header may take, the ICMP header, and the mark */
#define RECEIVE 128

struct probe_socket {
	const struct probe_peer *peer;
	int fd, port_fd;		/* port_fd: holds the port of TCP, or -1 */
	bool six, raw;
	struct probe_tcp tcp;
	uint16_t id;			/* of a raw socket; ping sockets have the kernel's */
	uint16_t seq;			/* of the latest probe */
	unsigned int size;		/* of the latest probe */
	uint64_t mark;			/* what nobody can know who has not seen a probe */
	uint8_t *packet;
};

static int make(const struct probe_socket *sock, int type)
{
	static const int protocols[][2] = {
		[PROBE_ICMP] = { IPPROTO_ICMP, IPPROTO_ICMPV6 },
		[PROBE_UDP] = { IPPROTO_UDP, IPPROTO_UDP },
		[PROBE_TCP] = { IPPROTO_TCP, IPPROTO_TCP },
	};
	int family = sock->six ? AF_INET6 : AF_INET;

	return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
		      protocols[sock->peer->kind][sock->six]);
}

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

static int undivided(const struct probe_socket *sock)
{
	if (!sock->six)
		return set(sock->fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE) ||
		       set(sock->fd, IPPROTO_IP, IP_RECVERR, 1);
	/* without the second the host that sends would still divide */
	return set(sock->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE) ||
	       set(sock->fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1) ||
	       set(sock->fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

/* A raw socket hears all ICMP there is, and all TCP of the peer. */
static int only_answers(const struct probe_socket *sock)
{
	struct icmp6_filter filter6;
	struct icmp_filter filter = { .data = ~(1U << ICMP_ECHOREPLY) };
	int checksum_at = 16;

	if (sock->peer->kind == PROBE_TCP)
		return probe_tcp_filter(&sock->tcp, sock->fd) ||
		       (sock->six && setsockopt(sock->fd, IPPROTO_IPV6, IPV6_CHECKSUM, &checksum_at,
						sizeof(checksum_at)));
	if (!sock->six)
		return setsockopt(sock->fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
	ICMP6_FILTER_SETBLOCKALL(&filter6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
	return setsockopt(sock->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6, sizeof(filter6));
}

static void name_end(const struct probe_socket *sock, const struct address *address, uint16_t port,
		     struct sockaddr_storage *name)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port),
				    .sin6_scope_id = sock->peer->scope };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (sock->six) {
		memcpy(&six.sin6_addr, address->bytes, sizeof(six.sin6_addr));
		memcpy(name, &six, sizeof(six));
	} else {
		memcpy(&four.sin_addr, address->bytes, sizeof(four.sin_addr));
		memcpy(name, &four, sizeof(four));
	}
}

static int connected(const struct probe_socket *sock)
{
	socklen_t size = sock->six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	const struct probe_peer *peer = sock->peer;
	struct sockaddr_storage name = { 0 };

	if (peer->source.size) {
		name_end(sock, &peer->source, 0, &name);
		if (bind(sock->fd, (struct sockaddr *)&name, size))
			return -1;
	}
	name_end(sock, &peer->address, peer->kind == PROBE_UDP ? peer->port : 0, &name);
	return connect(sock->fd, (struct sockaddr *)&name, size);
}

void probe_socket_source(const struct probe_socket *sock, struct address *source, uint16_t *port)
{
	struct sockaddr_storage name = { 0 };
	socklen_t size = sizeof(name);

	memset(source, 0, sizeof(*source));
	*port = sock->tcp.lport;
	if (getsockname(sock->fd, (struct sockaddr *)&name, &size))
		return;
	source->size = sock->six ? 16 : 4;
	if (sock->six)
		memcpy(source->bytes, &((struct sockaddr_in6 *)&name)->sin6_addr, 16);
	else
		memcpy(source->bytes, &((struct sockaddr_in *)&name)->sin_addr, 4);
}

/* 0, or a negative errno. */
static int prepare(struct probe_socket *sock)
{
	sock->raw = sock->peer->kind == PROBE_TCP;
	sock->fd = make(sock, sock->raw ? SOCK_RAW : SOCK_DGRAM);
	if (sock->fd < 0 && (errno == EACCES || errno == EPROTONOSUPPORT) &&
	    sock->peer->kind == PROBE_ICMP) {
		sock->raw = true;
		sock->fd = make(sock, SOCK_RAW);
	}
	if (sock->fd < 0 || undivided(sock) || (sock->raw && only_answers(sock)) || connected(sock))
		return -errno;
	probe_socket_source(sock, &sock->tcp.from, &sock->tcp.lport);
	return 0;
}

/* A negative errno, or 0. */
static int ports_of_tcp(struct probe_socket *sock)
{
	const struct probe_peer *peer = sock->peer;

	if (peer->kind != PROBE_TCP)
		return 0;
	sock->tcp.to = peer->address;
	sock->tcp.lport = peer->own_port;
	sock->tcp.rport = peer->port;
	sock->tcp.seq = sock->mark;
	sock->tcp.ack = sock->mark >> 32;
	if (!peer->own_port)
		sock->port_fd = probe_tcp_port(&peer->address, &sock->tcp.lport);
	return !peer->own_port && sock->port_fd < 0 ? -errno : 0;
}

static void explain(struct fault *fault, const struct probe_socket *sock, int error)
{
	const char *peer = sock->peer->text;

	if (sock->fd < 0 && (error == EPERM || error == EACCES) && sock->peer->kind == PROBE_TCP)
		fault_set(fault, EXIT_RIGHT, "no right to send TCP segments that belong to no "
			  "connection: CAP_NET_RAW is missing (run it as root; or: --icmp)");
	else if (error == EADDRNOTAVAIL && sock->peer->source.size)
		fault_set(fault, EXIT_USAGE, "--source: this host does not have that address");
	else if (sock->fd < 0 && (error == EPERM || error == EACCES))
		fault_set(fault, EXIT_RIGHT, "no right to send ICMP echo: this user's group is not "
			  "in net.ipv4.ping_group_range, and CAP_NET_RAW is missing (run it as "
			  "root; or: --udp PORT, which needs no right)");
	else if (error == EAFNOSUPPORT)
		fault_set(fault, EXIT_OTHER, "this host has no %s", sock->six ? "IPv6" : "IPv4");
	else if (error == ENETUNREACH || error == EHOSTUNREACH || error == EADDRNOTAVAIL)
		fault_set(fault, EXIT_OTHER, "there is no route to %s", peer);
	else if (error == EACCES)
		fault_set(fault, EXIT_USAGE, "%s is not the address of a single host", peer);
	else
		fault_set(fault, EXIT_OTHER, "cannot probe %s: %s", peer, strerror(error));
}

int probe_socket_open(struct probe_socket **sock, const struct probe_peer *peer,
		      struct fault *fault)
{
	struct probe_socket *new = xcalloc(1, sizeof(*new));
	int err;

	new->peer = peer;
	new->six = peer->address.size == 16;
	new->packet = xcalloc(1, UINT16_MAX);
	new->fd = new->port_fd = -1;
	err = getrandom(&new->mark, sizeof(new->mark), 0) < 0 ? -errno : ports_of_tcp(new);
	if (!err)
		err = prepare(new);
	new->id = new->mark;
	if (err) {
		explain(fault, new, -err);
		probe_socket_close(new);
		return -1;
	}
	*sock = new;
	return 0;
}

void probe_socket_close(struct probe_socket *sock)
{
	if (!sock)
		return;
	if (sock->fd >= 0)
		close(sock->fd);
	if (sock->port_fd >= 0)
		close(sock->port_fd);
	free(sock->packet);
	free(sock);
}

/* Of IPv6, and of ping sockets, the kernel makes the checksum. */
static size_t build(struct probe_socket *sock, unsigned int size)
{
	struct icmphdr header = { .type = sock->six ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
				  .un.echo = { htons(sock->id), htons(sock->seq) } };
	size_t length = size - (sock->six ? sizeof(struct ip6_hdr) : sizeof(struct iphdr));

	if (sock->peer->kind == PROBE_TCP) {
		probe_tcp_build(&sock->tcp, sock->seq, sock->packet, length);
		return length;
	}
	if (sock->peer->kind == PROBE_UDP) {
		memcpy(sock->packet, &sock->mark, sizeof(sock->mark));
		memcpy(sock->packet + sizeof(sock->mark), &sock->seq, sizeof(sock->seq));
		return length - HEADER;
	}
	memcpy(sock->packet, &header, sizeof(header));
	memcpy(sock->packet + sizeof(header), &sock->mark, sizeof(sock->mark));
	if (sock->raw && !sock->six) {
		header.checksum = probe_checksum(0, sock->packet, length);
		memcpy(sock->packet, &header, sizeof(header));
	}
	return length;
}

/* The latest ICMP error makes the next call fail, whatever that is about. */
static int pending(const struct probe_socket *sock)
{
	socklen_t length = sizeof(int);
	int error = 0;

	getsockopt(sock->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

/*
 * Many hosts quote nothing of a UDP datagram beyond its header, which the
 * kernel keeps to itself: a port of its own tells each size from the others.
 */
static int another_port(struct probe_socket *sock)
{
	close(sock->fd);
	return prepare(sock);
}

int probe_socket_send(struct probe_socket *sock, uint16_t seq, unsigned int size)
{
	size_t length;
	int err = 0;

	if (sock->peer->kind == PROBE_UDP && sock->size && sock->size != size)
		err = another_port(sock);
	if (err)
		return err;
	sock->seq = seq;
	sock->size = size;
	length = build(sock, size);
	/* an error may come in between the first two lines, but hardly twice */
	for (int i = 0; i < 2; i++) {
		pending(sock);
		if (send(sock->fd, sock->packet, length, 0) >= 0)
			return 0;
		err = -errno;
	}
	/* the device's queue is full: lost, as others are on their way */
	return err == -ENOBUFS || err == -EAGAIN ? 0 : err;
}

/* Of UDP, whatever comes to the port is about the size in question; it may hold the number. */
static bool ours_by_port(const struct probe_socket *sock, const uint8_t *data, size_t size,
			 struct probe_event *event)
{
	event->seq = sock->seq;
	if (size >= sizeof(sock->mark) + sizeof(event->seq) &&
	    !memcmp(data, &sock->mark, sizeof(sock->mark)))
		memcpy(&event->seq, data + sizeof(sock->mark), sizeof(event->seq));
	return true;
}

/* Is this the beginning of one of our probes? Its number goes to @event. */
static bool ours(const struct probe_socket *sock, const uint8_t *data, size_t size,
		 struct probe_event *event)
{
	struct icmphdr header;

	if (sock->peer->kind == PROBE_UDP)
		return ours_by_port(sock, data, size, event);
	if (sock->peer->kind == PROBE_TCP)
		return probe_tcp_quoted(&sock->tcp, data, size, &event->seq);
	if (size < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	event->seq = ntohs(header.un.echo.sequence);
	return !sock->raw || ntohs(header.un.echo.id) == sock->id;
}

static bool take_answer(struct probe_socket *sock, struct probe_event *event)
{
	uint8_t buf[RECEIVE], *data = buf;
	ssize_t size = recv(sock->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (size < 0)
		return false;
	event->news = PROBE_ARRIVED;
	if (sock->peer->kind == PROBE_UDP)
		return ours(sock, data, size, event);
	if (sock->raw && !sock->six) {
		size_t header = (buf[0] & 15) * 4;

		data += header;
		size -= header;
	}
	event->seq = sock->seq;
	if (sock->peer->kind == PROBE_TCP)
		return size > 0 && probe_tcp_answered(&sock->tcp, data, size, &event->seq);
	/* what is no echo of this very run says nothing */
	return size >= (ssize_t)(HEADER + sizeof(sock->mark)) && ours(sock, data, size, event) &&
	       !memcmp(data + HEADER, &sock->mark, sizeof(sock->mark));
}

static bool take_error(struct probe_socket *sock, struct probe_event *event)
{
	_Alignas(struct cmsghdr) uint8_t control[512];
	uint8_t quote[RECEIVE];
	struct iovec iov = { .iov_base = quote, .iov_len = sizeof(quote) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t size = recvmsg(sock->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
	const struct sock_extended_err *error = size < 0 ? NULL : probe_error_find(&msg);

	if (size < 0)
		pending(sock);
	if (!error)
		return false;
	probe_error_judge(sock->peer, error, event);
	/* this host's own refusals quote nothing, and are about what it just sent */
	if (error->ee_origin == SO_EE_ORIGIN_LOCAL) {
		event->seq = sock->seq;
		return true;
	}
	return ours(sock, quote, size, event);
}

bool probe_socket_wait(struct probe_socket *sock, uint64_t until, struct probe_event *event)
{
	struct pollfd poll = { .fd = sock->fd, .events = POLLIN };

	for (;;) {
		uint64_t now = probe_socket_now(), left = until > now ? until - now : 0;
		struct timespec wait = { left / NSEC_PER_SEC, left % NSEC_PER_SEC };
		int n = ppoll(&poll, 1, &wait, NULL);

		/* an interrupted call is one that is made again */
		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0 && (poll.revents & POLLERR) && take_error(sock, event))
			return true;
		if (n > 0 && (poll.revents & POLLIN) && take_answer(sock, event))
			return true;
	}
}

uint64_t probe_socket_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}
