// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench.h"
#include "wire.h"

static int tun = -1;

struct timestamps {
	uint8_t nop[2], kind, length;
	uint32_t value, echo;
} __attribute__((packed));

struct sack {
	uint8_t nop[2], kind, length;
	uint32_t from, to;
} __attribute__((packed));

/* As Linux offers them: MSS, SACK and timestamps, window scale. */
struct syn_options {
	uint8_t mss[4], sack[2], kind, length;
	uint32_t value, echo;
	uint8_t nop, scale[3];
} __attribute__((packed));

struct frame {
	struct iphdr ip;
	struct tcphdr tcp;
	union {
		struct {
			struct timestamps ts;
			struct sack sack;
		} __attribute__((packed));
		struct syn_options syn;
		uint8_t bytes[40];
	};
} __attribute__((packed));

static void set_address(int s, struct ifreq *ifr, unsigned long what, uint32_t address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };

	memcpy(&ifr->ifr_addr, &in, sizeof(in));
	if (ioctl(s, what, ifr))
		fail("address of the tun device");
}

void wire_up(void)
{
	struct ifreq ifr = { .ifr_name = "wire", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &ifr))
		fail("tun");
	set_address(s, &ifr, SIOCSIFADDR, WIRE_OWN);
	set_address(s, &ifr, SIOCSIFNETMASK, 0xffc00000);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(s, SIOCSIFFLAGS, &ifr))
		fail("tun up");
	close(s);
	sleep(2); /* IPv6 has its say on a new device */
	wire_drain();
}

void wire_down(void)
{
	close(tun);
}

static uint32_t add(const void *data, size_t bytes, uint32_t sum)
{
	const uint16_t *word = data;

	for (; bytes; bytes -= 2)
		sum += *word++;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static size_t put_options(struct frame *f, const struct segment *s)
{
	static const struct syn_options syn = {
		.mss = { 2, 4, 1460 >> 8, 1460 & 255 }, .sack = { 4, 2 }, .kind = 8, .length = 10,
		.nop = 1, .scale = { 3, 3, 7 },
	};
	static const struct timestamps ts = { .nop = { 1, 1 }, .kind = 8, .length = 10 };
	static const struct sack sack = { .nop = { 1, 1 }, .kind = 5, .length = 10 };

	if (s->flags & SYN) {
		f->syn = syn;
		f->syn.value = htonl(s->tsval);
		return sizeof(syn);
	}
	f->ts = ts;
	f->ts.value = htonl(s->tsval);
	f->ts.echo = htonl(s->tsecr);
	if (s->sack_from == s->sack_to)
		return sizeof(ts);
	f->sack = sack;
	f->sack.from = htonl(s->sack_from);
	f->sack.to = htonl(s->sack_to);
	return sizeof(ts) + sizeof(sack);
}

/* Data of zeros changes no sum. */
void wire_send(const struct segment *s)
{
	static char zeros[WIRE_MSS];
	struct frame f = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			.saddr = htonl(s->far), .daddr = htonl(s->own ? s->own : WIRE_OWN) },
		.tcp = { .source = htons(s->far_port), .dest = htons(s->own_port),
			 .seq = htonl(s->seq), .ack_seq = htonl(s->ack), .window = htons(65535) },
	};
	size_t tcp = sizeof(f.tcp) + put_options(&f, s), all = sizeof(f.ip) + tcp;
	struct iovec parts[] = { { &f, all }, { zeros, s->length } };

	((uint8_t *)&f.tcp)[13] = s->flags;
	f.tcp.doff = tcp / 4;
	f.ip.tot_len = htons(all + s->length);
	f.ip.check = fold(add(&f.ip, sizeof(f.ip), 0));
	f.tcp.check = fold(add(&f.tcp, tcp, add(&f.ip.saddr, 8,
						htons(IPPROTO_TCP + tcp + s->length))));
	if (writev(tun, parts, 2) != (ssize_t)(all + s->length))
		fail("tun write");
}

/* Options of ours are found by looking for them: the kernel's order is its own. */
static uint32_t tsval_of(const struct frame *f)
{
	size_t at = 0, end = f->tcp.doff * 4 - sizeof(f->tcp);
	uint32_t value;

	while (at + 10 <= end && f->bytes[at] != 8)
		at += f->bytes[at] == 1 ? 1 : f->bytes[at + 1];
	if (at + 10 > end)
		return 0;
	memcpy(&value, f->bytes + at + 2, sizeof(value));
	return ntohl(value);
}

/* Return: whether there was one */
int wire_receive(struct segment *s)
{
	struct frame f;
	ssize_t n;

	do {
		n = read(tun, &f, sizeof(f));
		if (n < 0)
			return 0;
	} while (n < 40 || f.ip.version != 4 || f.ip.protocol != IPPROTO_TCP);
	s->far = ntohl(f.ip.daddr);
	s->own = ntohl(f.ip.saddr);
	s->far_port = ntohs(f.tcp.dest);
	s->own_port = ntohs(f.tcp.source);
	s->seq = ntohl(f.tcp.seq);
	s->ack = ntohl(f.tcp.ack_seq);
	s->flags = ((uint8_t *)&f.tcp)[13];
	s->length = ntohs(f.ip.tot_len) - f.ip.ihl * 4 - f.tcp.doff * 4;
	s->tsval = tsval_of(&f);
	return 1;
}

void wire_drain(void)
{
	struct segment s;

	while (wire_receive(&s))
		;
}
