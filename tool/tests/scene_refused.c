// SPDX-License-Identifier: GPL-2.0
/* ICMP errors received and sent; connects that a program gave up, or that this host dropped itself. */
#include <stddef.h>

#include "scene.h"

#define REFUSED(sure) TCPWHY_CAUSE_REFUSED_ICMP, TCPWHY_SEVERITY_NOTICE, TCPWHY_CONFIDENCE_##sure
#define CONNECT TCPWHY_CAUSE_TIMEOUT_CONNECT, TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_CERTAIN
#define WAITED(repeated, ms) \
	U8(STATE, 2), U8(PHASE, TCPWHY_PHASE_HANDSHAKE), U32(RETRIES, repeated), U32(IDLE, ms)

static const struct fact by_peer[] = {
	U8(PROTOCOL, 6), U8(ICMP, TCPWHY_ICMP_KIND_PORT_UNREACHABLE), BYTES(ROUTER, "\313\0\161\110"), END
};
static const struct fact by_router[] = {
	U8(PROTOCOL, 6), U8(ICMP, TCPWHY_ICMP_KIND_HOST_UNREACHABLE), BYTES(ROUTER, "\300\0\2\1"), END
};
static const struct fact datagram[] = {
	U8(PROTOCOL, 17), U8(ICMP, TCPWHY_ICMP_KIND_PROHIBITED),
	BYTES(ROUTER, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), END
};
static const struct fact sent[] = {
	U8(PROTOCOL, 6), U8(ICMP, TCPWHY_ICMP_KIND_PROHIBITED), U8(ORIGIN, TCPWHY_ORIGIN_NETFILTER), END
};
static const struct fact closed[] = { U8(PROTOCOL, 17), U8(ICMP, TCPWHY_ICMP_KIND_PORT_UNREACHABLE), END };
static const struct fact impatient[] = {
	WAITED(2, 5004), U32(TRAITS, TCPWHY_TRAIT_ABANDONED), U32(PID, 4242), TEXT(COMM, "curl"), END
};
static const struct fact firewall[] = {
	WAITED(3, 15000), U32(DROPPED_HERE, 6), U8(DROP_REASON, TCPWHY_DROP_REASON_FIREWALL), END
};
static const struct fact source[] = {
	WAITED(1, 3000), U32(DROPPED_HERE, 1), U8(DROP_REASON, TCPWHY_DROP_REASON_SOURCE), END
};
static const struct fact checksum[] = {
	WAITED(1, 3000), U32(DROPPED_HERE, 2), U8(DROP_REASON, TCPWHY_DROP_REASON_CHECKSUM), END
};
static const struct fact unsent[] = {
	WAITED(1, 3000), U32(UNSENT, 2), U8(DROP_REASON, TCPWHY_DROP_REASON_FIREWALL), END
};
static const struct fact odd[] = {
	WAITED(1, 3000), U32(UNSENT, 1), U8(DROP_REASON, 99), END
};
static const struct fact nothing[] = { END };

#define ONE(...) (const struct found []) { { __VA_ARGS__ }, { 0 } }

const struct party scene_refused[] = {
	{ "203.0.113.72", HERE, -1, -1, ONE(REFUSED(CERTAIN), 3, 900, 990, 0, 51000, 443, by_peer) },
	{ "203.0.113.73", HERE, -1, -1, ONE(REFUSED(CERTAIN), 1, 900, 990, 0, 51001, 443, by_router) },
	{ "2001:db8::72", HERE, -1, -1, ONE(REFUSED(LIKELY), 1, 900, 990, 0, 51002, 53, datagram) },
	{ "203.0.113.74", HERE, -1, -1, ONE(REFUSED(POSSIBLE), 9, 900, 990, 0, 8080, 40000, sent) },
	{ "203.0.113.75", HERE, -1, -1, ONE(REFUSED(POSSIBLE), 1, 900, 990, 0, 161, 40001, closed) },
	{ "203.0.113.76", HERE, -1, -1, ONE(REFUSED(POSSIBLE), 1, 900, 990, 0, 0, 0, nothing) },
	{ "203.0.113.77", HERE, -1, -1, ONE(CONNECT, 4, 900, 990, 0, 51003, 443, impatient) },
	{ "203.0.113.78", HERE, -1, -1, ONE(CONNECT, 1, 900, 990, 0, 51004, 443, firewall) },
	{ "203.0.113.79", HERE, -1, -1, ONE(CONNECT, 1, 900, 990, 0, 51005, 443, source) },
	{ "203.0.113.80", HERE, -1, -1, ONE(CONNECT, 1, 900, 990, 0, 51006, 443, checksum) },
	{ "2001:db8::79", HERE, -1, -1, ONE(CONNECT, 1, 900, 990, 0, 51007, 443, unsent) },
	{ "203.0.113.81", HERE, -1, -1, ONE(CONNECT, 1, 900, 990, 0, 51008, 443, odd) },
	{ 0 }
};
