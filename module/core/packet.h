/* SPDX-License-Identifier: GPL-2.0 */
/* Header bytes of a TCP segment, as values. */
#ifndef TCPWHY_CORE_PACKET_H
#define TCPWHY_CORE_PACKET_H

#include "portable.h"

/**
 * struct tcpwhy_addr - an IPv4 or IPv6 address
 * @b: network order; IPv4 is mapped (::ffff:a.b.c.d), so that a peer that
 *	talks to a dual-stack socket is the same peer
 */
struct tcpwhy_addr {
	u8 b[16];
};

enum tcpwhy_tcp_flag {
	TCPWHY_FIN = 0x01,
	TCPWHY_SYN = 0x02,
	TCPWHY_RST = 0x04,
	TCPWHY_ACK = 0x10,
};

/**
 * struct tcpwhy_packet - a TCP segment, in host byte order
 * @saddr: source address
 * @daddr: destination address
 * @sport: source port
 * @dport: destination port
 * @seq: sequence number
 * @end_seq: the one after the last byte; SYN and FIN count as one
 * @ack: acknowledgment number, meaningful with %TCPWHY_ACK
 * @window: as sent, not scaled
 * @flags: &enum tcpwhy_tcp_flag and the other flags of byte 13
 * @ttl: TTL or hop limit
 * @has_id: there is an IP ID (IPv4)
 * @df: do not fragment (IPv4)
 * @id: IP ID
 * @has_ts: there is a timestamp option, RFC 7323
 * @has_mss: there is an MSS option
 * @has_wscale: there is a window scale option
 * @has_sack: there is a SACK option, RFC 2018
 * @wscale: its shift
 * @mss: maximum segment size
 * @tsval: timestamp
 * @tsecr: timestamp echo
 * @sack_start: first block of the SACK option, the one that came last
 * @sack_end: the sequence number after it
 * @options: hash of the kinds of options in their order, NOPs included
 * @tcp_at: where the TCP header begins, from the start of the IP header
 * @header_len: bytes from the start of the IP header to the end of the TCP
 *	header
 */
struct tcpwhy_packet {
	struct tcpwhy_addr saddr;
	struct tcpwhy_addr daddr;
	u16 sport;
	u16 dport;
	u32 seq;
	u32 end_seq;
	u32 ack;
	u16 window;
	u8 flags;
	u8 ttl;
	bool has_id;
	bool df;
	u16 id;
	bool has_ts;
	bool has_mss;
	bool has_wscale;
	bool has_sack;
	u8 wscale;
	u16 mss;
	u32 tsval;
	u32 tsecr;
	u32 sack_start;
	u32 sack_end;
	u32 options;
	u16 tcp_at;
	u16 header_len;
};

/**
 * enum tcpwhy_parse - what became of the bytes
 * @TCPWHY_PARSE_OK: a TCP segment
 * @TCPWHY_PARSE_NOT_TCP: something else, or hidden in an encrypted header
 * @TCPWHY_PARSE_FRAGMENT: a fragment; its ports may be elsewhere
 * @TCPWHY_PARSE_TRUNCATED: the bytes end before the headers do
 * @TCPWHY_PARSE_MALFORMED: lengths that contradict each other
 */
enum tcpwhy_parse {
	TCPWHY_PARSE_OK,
	TCPWHY_PARSE_NOT_TCP,
	TCPWHY_PARSE_FRAGMENT,
	TCPWHY_PARSE_TRUNCATED,
	TCPWHY_PARSE_MALFORMED,
};

enum tcpwhy_parse tcpwhy_packet_parse(struct tcpwhy_packet *p, const u8 *data,
				      u32 captured, u32 wire_len);
enum tcpwhy_parse tcpwhy_packet_parse_tcp(struct tcpwhy_packet *p, const u8 *tcp,
					  u32 captured, u32 tcp_len);
void tcpwhy_packet_parse_id(struct tcpwhy_packet *p, const u8 *ip);

void tcpwhy_addr_from_v4(struct tcpwhy_addr *a, const void *be32);
void tcpwhy_addr_from_v6(struct tcpwhy_addr *a, const void *in6);
bool tcpwhy_addr_is_v4(const struct tcpwhy_addr *a);
bool tcpwhy_addr_is_loopback(const struct tcpwhy_addr *a);
bool tcpwhy_addr_in_prefix(const struct tcpwhy_addr *a, const struct tcpwhy_addr *net, u8 bits);

/* Of bytes in network order, aligned or not. */
static inline u16 tcpwhy_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 tcpwhy_get32(const u8 *p)
{
	return (u32)tcpwhy_get16(p) << 16 | tcpwhy_get16(p + 2);
}

/* It asks for a connection. */
static inline bool tcpwhy_packet_is_plain_syn(const struct tcpwhy_packet *p)
{
	return (p->flags & (TCPWHY_SYN | TCPWHY_ACK | TCPWHY_RST)) == TCPWHY_SYN;
}

/* Bytes: SYN and FIN take a sequence number, and are none. */
static inline u32 tcpwhy_packet_payload(const struct tcpwhy_packet *p)
{
	return p->end_seq - p->seq - !!(p->flags & TCPWHY_SYN) - !!(p->flags & TCPWHY_FIN);
}

static inline bool tcpwhy_addr_equal(const struct tcpwhy_addr *a, const struct tcpwhy_addr *b)
{
	return !memcmp(a->b, b->b, sizeof(a->b));
}

/* Sequence numbers, timestamps and times compare in a circle of 2^32 (RFC 9293, 3.4). */
static inline bool tcpwhy_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool tcpwhy_after(u32 a, u32 b)
{
	return tcpwhy_before(b, a);
}

#endif /* TCPWHY_CORE_PACKET_H */
