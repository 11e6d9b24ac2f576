// SPDX-License-Identifier: GPL-2.0
/*
 * Header bytes to values. Every byte is checked against what was captured
 * before it is read: this code meets whatever the network sends.
 */
#include "core/packet.h"

#define IPPROTO_HOPOPTS_	0
#define IPPROTO_TCP_		6
#define IPPROTO_ROUTING_	43
#define IPPROTO_FRAGMENT_	44
#define IPPROTO_AH_		51
#define IPPROTO_DSTOPTS_	60

#define TCPOPT_EOL_		0
#define TCPOPT_NOP_		1
#define TCPOPT_MSS_		2
#define TCPOPT_WSCALE_		3
#define TCPOPT_SACK_OK_		4
#define TCPOPT_SACK_		5
#define TCPOPT_TIMESTAMP_	8

#define IPV4_MIN		20
#define IPV6_MIN		40
#define TCP_MIN			20

/* More extension headers than any honest sender uses; bounds the walk. */
#define IPV6_EXTENSIONS_MAX	8

static const u8 v4_mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/**
 * tcpwhy_addr_from_v4() - an IPv4 address, mapped
 * @a: result
 * @be32: 4 bytes in network order
 */
void tcpwhy_addr_from_v4(struct tcpwhy_addr *a, const void *be32)
{
	memcpy(a->b, v4_mapped, sizeof(v4_mapped));
	memcpy(a->b + sizeof(v4_mapped), be32, 4);
}

/**
 * tcpwhy_addr_from_v6() - an IPv6 address, which may be a mapped one
 * @a: result
 * @in6: 16 bytes in network order
 */
void tcpwhy_addr_from_v6(struct tcpwhy_addr *a, const void *in6)
{
	memcpy(a->b, in6, sizeof(a->b));
}

/**
 * tcpwhy_addr_is_v4() - is it an IPv4 (mapped) address?
 * @a: address
 */
bool tcpwhy_addr_is_v4(const struct tcpwhy_addr *a)
{
	return !memcmp(a->b, v4_mapped, sizeof(v4_mapped));
}

/**
 * tcpwhy_addr_is_loopback() - is it 127.0.0.0/8 or ::1?
 * @a: address
 */
bool tcpwhy_addr_is_loopback(const struct tcpwhy_addr *a)
{
	static const u8 v6_loopback[16] = { [15] = 1 };

	return tcpwhy_addr_is_v4(a) ? a->b[12] == 127 : !memcmp(a->b, v6_loopback, sizeof(a->b));
}

/**
 * tcpwhy_addr_in_prefix() - does an address belong to a network?
 * @a: address
 * @net: the network's address; host bits do not matter
 * @bits: length of the prefix in the 128-bit form (IPv4: 96 more)
 */
bool tcpwhy_addr_in_prefix(const struct tcpwhy_addr *a, const struct tcpwhy_addr *net, u8 bits)
{
	u8 bytes = bits / 8, rest = bits % 8;

	if (bits >= 128)
		return tcpwhy_addr_equal(a, net);
	if (memcmp(a->b, net->b, bytes))
		return false;
	return !rest || !((a->b[bytes] ^ net->b[bytes]) >> (8 - rest));
}

/* FNV-1a over the kinds of options. */
#define HASH_BASIS		2166136261u
#define HASH(hash, kind)	(((hash) ^ (kind)) * 16777619u)

static void take_ts(struct tcpwhy_packet *p, const u8 *opt)
{
	p->has_ts = true;
	p->tsval = tcpwhy_get32(opt + 2);
	p->tsecr = tcpwhy_get32(opt + 6);
}

/*
 * What Linux sends, and most that meets it here, costs a third so: NOP, NOP, timestamp; and
 * in a SYN MSS, SACK permitted, timestamp, NOP, window scale (tcp_options_write()).
 */
static bool parse_usual(struct tcpwhy_packet *p, const u8 *opt, u32 len)
{
	static const u32 nop_nop = HASH(HASH(HASH_BASIS, TCPOPT_NOP_), TCPOPT_NOP_);
	static const u32 mss_sack = HASH(HASH(HASH_BASIS, TCPOPT_MSS_), TCPOPT_SACK_OK_);

	if (len == 12 && tcpwhy_get32(opt) == 0x0101080a) {
		take_ts(p, opt + 2);
		p->options = HASH(nop_nop, TCPOPT_TIMESTAMP_);
		return true;
	}
	if (len != 20 || tcpwhy_get16(opt) != 0x0204 || tcpwhy_get32(opt + 4) != 0x0402080a ||
	    tcpwhy_get32(opt + 16) >> 8 != 0x010303)
		return false;
	p->has_mss = true;
	p->mss = tcpwhy_get16(opt + 2);
	take_ts(p, opt + 6);
	p->has_wscale = true;
	p->wscale = opt[19];
	p->options = HASH(HASH(HASH(mss_sack, TCPOPT_TIMESTAMP_), TCPOPT_NOP_), TCPOPT_WSCALE_);
	return true;
}

/*
 * As tcp_parse_options() (net/ipv4/tcp_input.c) reads them: the last option of
 * a kind counts, and what follows a bad length does not.
 */
static void parse_options(struct tcpwhy_packet *p, const u8 *opt, u32 len)
{
	u32 hash = HASH_BASIS;

	if (parse_usual(p, opt, len))
		return;
	while (len) {
		u8 kind = opt[0], size;

		if (kind == TCPOPT_EOL_)
			break;
		hash = HASH(hash, kind);
		if (kind == TCPOPT_NOP_) {
			opt++;
			len--;
			continue;
		}
		if (len < 2)
			break;
		size = opt[1];
		if (size < 2 || size > len)
			break;
		if (kind == TCPOPT_MSS_ && size == 4) {
			p->has_mss = true;
			p->mss = tcpwhy_get16(opt + 2);
		} else if (kind == TCPOPT_WSCALE_ && size == 3) {
			p->has_wscale = true;
			p->wscale = opt[2];
		} else if (kind == TCPOPT_TIMESTAMP_ && size == 10) {
			take_ts(p, opt);
		} else if (kind == TCPOPT_SACK_ && size >= 10) {
			p->has_sack = true;
			p->sack_start = tcpwhy_get32(opt + 2);
			p->sack_end = tcpwhy_get32(opt + 6);
		}
		opt += size;
		len -= size;
	}
	p->options = hash;
}

/**
 * tcpwhy_packet_parse_tcp() - the TCP part
 * @p: result; @saddr, @daddr, @ttl and @tcp_at are the caller's, 0 if it has none
 * @tcp: the TCP header
 * @captured: bytes that may be read there
 * @tcp_len: bytes of header and payload on the wire
 */
enum tcpwhy_parse tcpwhy_packet_parse_tcp(struct tcpwhy_packet *p, const u8 *tcp,
					  u32 captured, u32 tcp_len)
{
	u32 header;

	if (captured < TCP_MIN)
		return TCPWHY_PARSE_TRUNCATED;
	header = (tcp[12] >> 4) * 4;
	if (header < TCP_MIN || header > tcp_len)
		return TCPWHY_PARSE_MALFORMED;
	if (captured < header)
		return TCPWHY_PARSE_TRUNCATED;

	p->sport = tcpwhy_get16(tcp);
	p->dport = tcpwhy_get16(tcp + 2);
	p->seq = tcpwhy_get32(tcp + 4);
	p->ack = tcpwhy_get32(tcp + 8);
	p->flags = tcp[13];
	p->window = tcpwhy_get16(tcp + 14);
	p->end_seq = p->seq + (tcp_len - header) + !!(p->flags & TCPWHY_SYN) +
		     !!(p->flags & TCPWHY_FIN);
	p->header_len = p->tcp_at + header;
	parse_options(p, tcp + TCP_MIN, header - TCP_MIN);
	return TCPWHY_PARSE_OK;
}

/**
 * tcpwhy_packet_parse_id() - what says which packet of its sender this is
 * @p: result
 * @ip: an IPv4 header
 */
void tcpwhy_packet_parse_id(struct tcpwhy_packet *p, const u8 *ip)
{
	p->has_id = true;
	p->id = tcpwhy_get16(ip + 4);
	p->df = ip[6] & 0x40;
}

static enum tcpwhy_parse find_tcp_v4(struct tcpwhy_packet *p, const u8 *data, u32 captured)
{
	u32 header;

	if (captured < IPV4_MIN)
		return TCPWHY_PARSE_TRUNCATED;
	header = (data[0] & 0xf) * 4;
	if (header < IPV4_MIN)
		return TCPWHY_PARSE_MALFORMED;
	if (captured < header)
		return TCPWHY_PARSE_TRUNCATED;
	tcpwhy_addr_from_v4(&p->saddr, data + 12);
	tcpwhy_addr_from_v4(&p->daddr, data + 16);
	p->ttl = data[8];
	tcpwhy_packet_parse_id(p, data);
	p->tcp_at = header;
	if (tcpwhy_get16(data + 6) & 0x3fff) /* more fragments, or an offset */
		return TCPWHY_PARSE_FRAGMENT;
	return data[9] == IPPROTO_TCP_ ? TCPWHY_PARSE_OK : TCPWHY_PARSE_NOT_TCP;
}

static enum tcpwhy_parse find_tcp_v6(struct tcpwhy_packet *p, const u8 *data, u32 captured)
{
	u32 at = IPV6_MIN, size;
	u8 next, i;

	if (captured < IPV6_MIN)
		return TCPWHY_PARSE_TRUNCATED;
	tcpwhy_addr_from_v6(&p->saddr, data + 8);
	tcpwhy_addr_from_v6(&p->daddr, data + 24);
	/* Mapped addresses have no business on the wire (RFC 4942, 2.2): no IPv4 peer sent it. */
	if (tcpwhy_addr_is_v4(&p->saddr) || tcpwhy_addr_is_v4(&p->daddr))
		return TCPWHY_PARSE_MALFORMED;
	p->ttl = data[7];
	next = data[6];
	for (i = 0; i <= IPV6_EXTENSIONS_MAX; i++) {
		if (next == IPPROTO_TCP_) {
			p->tcp_at = at;
			return TCPWHY_PARSE_OK;
		}
		if (next != IPPROTO_HOPOPTS_ && next != IPPROTO_ROUTING_ &&
		    next != IPPROTO_DSTOPTS_ && next != IPPROTO_AH_ && next != IPPROTO_FRAGMENT_)
			return TCPWHY_PARSE_NOT_TCP;
		if (captured < at + 8)
			return TCPWHY_PARSE_TRUNCATED;
		if (next == IPPROTO_FRAGMENT_) {
			if (tcpwhy_get16(data + at + 2) & 0xfff9) /* an offset, or more to come */
				return TCPWHY_PARSE_FRAGMENT;
			size = 8;
		} else if (next == IPPROTO_AH_) {
			size = (data[at + 1] + 2) * 4;
		} else {
			size = (data[at + 1] + 1) * 8;
		}
		next = data[at];
		at += size;
	}
	return TCPWHY_PARSE_MALFORMED;
}

/**
 * tcpwhy_packet_parse() - an IPv4 or IPv6 packet that may hold a TCP segment
 * @p: result; with any answer but %TCPWHY_PARSE_TRUNCATED and
 *	%TCPWHY_PARSE_MALFORMED the addresses are filled in
 * @data: the IP header
 * @captured: bytes that may be read there
 * @wire_len: bytes of the packet, from its IP header on
 */
enum tcpwhy_parse tcpwhy_packet_parse(struct tcpwhy_packet *p, const u8 *data,
				      u32 captured, u32 wire_len)
{
	enum tcpwhy_parse got;

	memset(p, 0, sizeof(*p));
	if (!captured)
		return TCPWHY_PARSE_TRUNCATED;
	if (data[0] >> 4 == 4)
		got = find_tcp_v4(p, data, captured);
	else if (data[0] >> 4 == 6)
		got = find_tcp_v6(p, data, captured);
	else
		return TCPWHY_PARSE_MALFORMED;
	if (got != TCPWHY_PARSE_OK)
		return got;
	if (p->tcp_at > wire_len)
		return TCPWHY_PARSE_MALFORMED;
	if (p->tcp_at > captured)
		return TCPWHY_PARSE_TRUNCATED;
	return tcpwhy_packet_parse_tcp(p, data + p->tcp_at, captured - p->tcp_at,
				       wire_len - p->tcp_at);
}
