// SPDX-License-Identifier: GPL-2.0
/*
 * Probes through the kernel's own sockets: ping sockets, raw ICMP where a
 * system allows those only, UDP. The kernel makes the headers, forbids
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
#include "probe_socket.h"
#include "text.h"

/* of ICMP echo and of UDP */
#define HEADER 8
/* what an IPv4 header may take, the ICMP header, and the mark */
#define RECEIVE 128

struct probe_socket {
	const struct probe_peer *peer;
	int fd;
	bool six, raw;
	uint16_t id;			/* of a raw socket; ping sockets have the kernel's */
	uint16_t seq;			/* of the latest probe */
	unsigned int size;		/* of the latest probe */
	uint64_t mark;			/* what nobody can know who has not seen a probe */
	uint8_t *packet;
};

static int make(const struct probe_socket *sock, int type)
{
	int protocol = sock->peer->port ? IPPROTO_UDP : sock->six ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int family = sock->six ? AF_INET6 : AF_INET;

	return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
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

/* A raw socket hears all ICMP there is. */
static int only_answers(const struct probe_socket *sock)
{
	struct icmp6_filter filter6;
	struct icmp_filter filter = { .data = ~(1U << ICMP_ECHOREPLY) };

	if (!sock->six)
		return setsockopt(sock->fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
	ICMP6_FILTER_SETBLOCKALL(&filter6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
	return setsockopt(sock->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6, sizeof(filter6));
}

static int connected(const struct probe_socket *sock)
{
	const struct probe_peer *peer = sock->peer;
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(peer->port),
				    .sin6_scope_id = peer->scope };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(peer->port) };

	if (sock->six) {
		memcpy(&to6.sin6_addr, peer->address.bytes, sizeof(to6.sin6_addr));
		return connect(sock->fd, (struct sockaddr *)&to6, sizeof(to6));
	}
	memcpy(&to.sin_addr, peer->address.bytes, sizeof(to.sin_addr));
	return connect(sock->fd, (struct sockaddr *)&to, sizeof(to));
}

/* 0, or a negative errno. */
static int prepare(struct probe_socket *sock)
{
	sock->raw = false;
	sock->fd = make(sock, SOCK_DGRAM);
	if (sock->fd < 0 && (errno == EACCES || errno == EPROTONOSUPPORT) && !sock->peer->port) {
		sock->raw = true;
		sock->fd = make(sock, SOCK_RAW);
	}
	if (sock->fd < 0 || undivided(sock) || (sock->raw && only_answers(sock)) || connected(sock))
		return -errno;
	return 0;
}

static void explain(struct fault *fault, const struct probe_socket *sock, int error)
{
	const char *peer = sock->peer->text;

	if (sock->fd < 0 && (error == EPERM || error == EACCES))
		fault_set(fault, EXIT_RIGHT, "no right to send ICMP echo: this user's group is not "
			  "in net.ipv4.ping_group_range, and CAP_NET_RAW is missing (run it as "
			  "root; or: --udp PORT, which needs no right)");
	else if (error == EAFNOSUPPORT)
		fault_set(fault, EXIT_OTHER, "this host has no %s", sock->six ? "IPv6" : "IPv4");
	else if (error == ENETUNREACH || error == EHOSTUNREACH || error == EADDRNOTAVAIL)
		fault_set(fault, EXIT_OTHER, "there is no route to %s", peer);
	else if (error == EACCES)
		fault_set(fault, EXIT_USAGE, "%s is no address of one peer", peer);
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
	new->fd = -1;
	err = getrandom(&new->mark, sizeof(new->mark), 0) < 0 ? -errno : prepare(new);
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
	free(sock->packet);
	free(sock);
}

static uint16_t checksum(const uint8_t *data, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += data[i] << 8 | data[i + 1];
	if (size % 2)
		sum += data[size - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* Of IPv6, and of ping sockets, the kernel makes the checksum. */
static size_t build(struct probe_socket *sock, unsigned int size)
{
	struct icmphdr header = { .type = sock->six ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
				  .un.echo = { htons(sock->id), htons(sock->seq) } };
	size_t length = size - (sock->six ? sizeof(struct ip6_hdr) : sizeof(struct iphdr));

	if (sock->peer->port) {
		memcpy(sock->packet, &sock->mark, sizeof(sock->mark));
		memcpy(sock->packet + sizeof(sock->mark), &sock->seq, sizeof(sock->seq));
		return length - HEADER;
	}
	memcpy(sock->packet, &header, sizeof(header));
	memcpy(sock->packet + sizeof(header), &sock->mark, sizeof(sock->mark));
	if (sock->raw && !sock->six) {
		header.checksum = checksum(sock->packet, length);
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

	if (sock->peer->port && sock->size && sock->size != size)
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

	if (sock->peer->port)
		return ours_by_port(sock, data, size, event);
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
	if (sock->peer->port)
		return ours(sock, data, size, event);
	if (sock->raw && !sock->six) {
		size_t header = (buf[0] & 15) * 4;

		data += header;
		size -= header;
	}
	/* what is no echo of this very run says nothing */
	return size >= (ssize_t)(HEADER + sizeof(sock->mark)) && ours(sock, data, size, event) &&
	       !memcmp(data + HEADER, &sock->mark, sizeof(sock->mark));
}

static void take_offender(const struct sock_extended_err *error, struct address *from)
{
	const struct sockaddr *who = SO_EE_OFFENDER(error);

	memset(from, 0, sizeof(*from));
	if (error->ee_origin == SO_EE_ORIGIN_LOCAL)
		return;
	if (who->sa_family == AF_INET) {
		from->size = 4;
		memcpy(from->bytes, &((const struct sockaddr_in *)who)->sin_addr, 4);
	} else if (who->sa_family == AF_INET6) {
		from->size = 16;
		memcpy(from->bytes, &((const struct sockaddr_in6 *)who)->sin6_addr, 16);
	}
}

static bool is_port_unreachable(const struct sock_extended_err *error)
{
	if (error->ee_origin == SO_EE_ORIGIN_ICMP)
		return error->ee_type == ICMP_DEST_UNREACH && error->ee_code == ICMP_PORT_UNREACH;
	return error->ee_origin == SO_EE_ORIGIN_ICMP6 &&
	       error->ee_type == ICMP6_DST_UNREACH && error->ee_code == ICMP6_DST_UNREACH_NOPORT;
}

static void judge(const struct probe_socket *sock, const struct sock_extended_err *error,
		  struct probe_event *event)
{
	take_offender(error, &event->from);
	event->error = error->ee_errno;
	event->mtu = 0;
	if (error->ee_errno == EMSGSIZE) {
		event->news = PROBE_TOO_BIG;
		event->mtu = error->ee_info;
	} else if (sock->peer->port && is_port_unreachable(error) &&
		   address_equal(&event->from, &sock->peer->address)) {
		event->news = PROBE_ARRIVED;
	} else {
		event->news = PROBE_UNREACHABLE;
	}
}

static const struct sock_extended_err *find_error(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			return (const struct sock_extended_err *)CMSG_DATA(c);
	return NULL;
}

static bool take_error(struct probe_socket *sock, struct probe_event *event)
{
	_Alignas(struct cmsghdr) uint8_t control[512];
	uint8_t quote[RECEIVE];
	struct iovec iov = { .iov_base = quote, .iov_len = sizeof(quote) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t size = recvmsg(sock->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
	const struct sock_extended_err *error = size < 0 ? NULL : find_error(&msg);

	if (size < 0)
		pending(sock);
	if (!error)
		return false;
	judge(sock, error, event);
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
