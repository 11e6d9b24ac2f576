// SPDX-License-Identifier: GPL-2.0
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>

#include "probe_tcp.h"

/* As many as a run may send; beyond these a number is not ours */
#define NUMBERS 1024
/* What a segment says of the room at its sender: some, as a connection would */
#define WINDOW 65535

uint32_t probe_sum(uint32_t sum, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	if (size % 2)
		sum += bytes[size - 1] << 8;
	return sum;
}

uint16_t probe_checksum(uint32_t sum, const void *data, size_t size)
{
	sum = probe_sum(sum, data, size);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* Of a raw socket of IPv6 the kernel makes it. */
static uint16_t checksum(const struct probe_tcp *tcp, const uint8_t *packet, size_t length)
{
	uint32_t sum = IPPROTO_TCP + length;

	sum = probe_sum(sum, tcp->from.bytes, tcp->from.size);
	sum = probe_sum(sum, tcp->to.bytes, tcp->to.size);
	return probe_checksum(sum, packet, length);
}

void probe_tcp_build(const struct probe_tcp *tcp, uint16_t number, uint8_t *packet, size_t length)
{
	struct tcphdr header = {
		.source = htons(tcp->lport), .dest = htons(tcp->rport),
		.seq = htonl(tcp->seq + number), .ack_seq = htonl(tcp->ack + number),
		.doff = sizeof(header) / 4, .ack = 1, .window = htons(WINDOW),
	};

	memset(packet, 0, length);
	memcpy(packet, &header, sizeof(header));
	if (tcp->to.size == 4) {
		header.check = checksum(tcp, packet, length);
		memcpy(packet, &header, sizeof(header));
	}
}

bool probe_tcp_answered(const struct probe_tcp *tcp, const uint8_t *data, size_t size,
			uint16_t *number)
{
	struct tcphdr header;
	uint32_t distance;

	if (size < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	if (header.source != htons(tcp->rport) || header.dest != htons(tcp->lport))
		return false;
	/* who knows the connection acknowledges what it has of it, which is no number of ours */
	if (!header.rst)
		return header.ack;
	distance = ntohl(header.seq) - tcp->ack;
	if (distance < NUMBERS)
		*number = distance;
	return distance < NUMBERS;
}

bool probe_tcp_quoted(const struct probe_tcp *tcp, const uint8_t *data, size_t size,
		      uint16_t *number)
{
	struct tcphdr header = { 0 };
	uint32_t distance;

	/* the first 8 bytes are all that a router has to quote (RFC 792) */
	if (size < 8)
		return false;
	memcpy(&header, data, 8);
	distance = ntohl(header.seq) - tcp->seq;
	if (header.source != htons(tcp->lport) || header.dest != htons(tcp->rport) ||
	    distance >= NUMBERS)
		return false;
	*number = distance;
	return true;
}

/* Of IPv4 a raw socket sees the IP header before it. */
int probe_tcp_filter(const struct probe_tcp *tcp, int fd)
{
	bool six = tcp->to.size == 16;
	struct sock_filter code[] = {
		six ? (struct sock_filter) BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 0) :
		      (struct sock_filter) BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, tcp->rport, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, tcp->lport, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 65535),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int probe_tcp_port(const struct address *from, uint16_t *port)
{
	bool six = from->size == 16;
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 at6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = six ? sizeof(at6) : sizeof(at);
	struct sockaddr *name = six ? (struct sockaddr *)&at6 : (struct sockaddr *)&at;

	/* of all addresses, so that a link-local one needs no interface */
	if (fd < 0)
		return -1;
	if (bind(fd, name, size) || getsockname(fd, name, &size)) {
		close(fd);
		return -1;
	}
	*port = ntohs(six ? at6.sin6_port : at.sin_port);
	return fd;
}
