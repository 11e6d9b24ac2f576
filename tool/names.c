// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/tcpwhy.h>

#include "causes/causes.h"
#include "evidence_names.h"
#include "names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const severities[] = {
	[TCPWHY_SEVERITY_INFO] = "info",
	[TCPWHY_SEVERITY_NOTICE] = "notice",
	[TCPWHY_SEVERITY_TROUBLE] = "trouble",
};

static const char *const confidences[] = {
	[TCPWHY_CONFIDENCE_POSSIBLE] = "possible",
	[TCPWHY_CONFIDENCE_LIKELY] = "likely",
	[TCPWHY_CONFIDENCE_CERTAIN] = "certain",
};

static const char *const source_states[] = {
	[TCPWHY_SOURCE_STATE_OFF] = "off",
	[TCPWHY_SOURCE_STATE_ATTACHED] = "attached",
	[TCPWHY_SOURCE_STATE_MISSING] = "missing",
	[TCPWHY_SOURCE_STATE_BLIND] = "blind",
};

static const char *const coverages[] = {
	[TCPWHY_COVERAGE_OFF] = "off",
	[TCPWHY_COVERAGE_NONE] = "none",
	[TCPWHY_COVERAGE_PARTIAL] = "partial",
	[TCPWHY_COVERAGE_FULL] = "full",
};

static const char *const phases[] = {
	[TCPWHY_PHASE_UNSPEC] = "unspec",
	[TCPWHY_PHASE_HANDSHAKE] = "handshake",
	[TCPWHY_PHASE_SILENT] = "silent",
	[TCPWHY_PHASE_OPEN] = "open",
	[TCPWHY_PHASE_CLOSING] = "closing",
};

static const char *const relays[] = {
	[TCPWHY_RELAY_NAT] = "nat",
	[TCPWHY_RELAY_TUNNEL] = "tunnel",
	[TCPWHY_RELAY_DIRECT] = "direct",
};

static const char *const origins[] = {
	[TCPWHY_ORIGIN_RAW] = "raw-socket",
	[TCPWHY_ORIGIN_PACKET] = "packet-socket",
	[TCPWHY_ORIGIN_NETFILTER] = "netfilter",
	[TCPWHY_ORIGIN_FORWARDED] = "forwarded",
};

static const char *const fragment_reasons[] = {
	[TCPWHY_FRAGMENT_REASON_OVERLAP] = "overlap",
	[TCPWHY_FRAGMENT_REASON_TOO_FAR] = "too-far",
	[TCPWHY_FRAGMENT_REASON_MEMORY] = "memory",
	[TCPWHY_FRAGMENT_REASON_UNUSABLE] = "unusable",
};

/* those that are seen in pieces */
static const char *const protocols[] = {
	[1] = "ICMP", [2] = "IGMP", [4] = "IPIP", [6] = "TCP", [17] = "UDP", [33] = "DCCP",
	[41] = "IPv6", [47] = "GRE", [50] = "ESP", [51] = "AH", [58] = "ICMPv6", [89] = "OSPF",
	[115] = "L2TP", [132] = "SCTP", [136] = "UDP-Lite",
};

static const char *const drop_reasons[] = {
	[TCPWHY_DROP_REASON_UNSPEC] = "unknown",
	[TCPWHY_DROP_REASON_FIREWALL] = "firewall",
	[TCPWHY_DROP_REASON_SOURCE] = "source",
	[TCPWHY_DROP_REASON_CHECKSUM] = "checksum",
	[TCPWHY_DROP_REASON_QUEUE] = "queue",
	[TCPWHY_DROP_REASON_NEIGHBOUR] = "neighbour",
	[TCPWHY_DROP_REASON_QUOTE] = "quote",
	[TCPWHY_DROP_REASON_SIZE] = "size",
	[TCPWHY_DROP_REASON_PORT] = "port",
};

static const char *const icmp_kinds[] = {
	[TCPWHY_ICMP_KIND_OTHER] = "other",
	[TCPWHY_ICMP_KIND_NET_UNREACHABLE] = "net-unreachable",
	[TCPWHY_ICMP_KIND_HOST_UNREACHABLE] = "host-unreachable",
	[TCPWHY_ICMP_KIND_PROTOCOL_UNREACHABLE] = "protocol-unreachable",
	[TCPWHY_ICMP_KIND_PORT_UNREACHABLE] = "port-unreachable",
	[TCPWHY_ICMP_KIND_PROHIBITED] = "prohibited",
	[TCPWHY_ICMP_KIND_HOPS_EXCEEDED] = "hops-exceeded",
};

/* by bit of enum tcpwhy_injection_sign */
static const char *const signs[] = { "ttl", "ip-id", "second-rst", "late-data" };

/* by bit of enum tcpwhy_reset_trait */
static const char *const traits[] = {
	"unaccepted", "bare", "wrote-before-fin", "half-closed", "listener-elsewhere",
	"answers-connect", "local-proxy", "mptcp", "abandoned",
};

/* by bit of enum tcpwhy_life */
static const char *const lives[] = { "sack", "data", "fin", "other", "shrunk" };

/* by bit of enum tcpwhy_path_sign */
static const char *const path_signs[] = { "hello", "larger", "synack" };

/* include/net/tcp_states.h */
static const char *const tcp_states[] = {
	[1] = "ESTABLISHED", [2] = "SYN_SENT", [3] = "SYN_RECV", [4] = "FIN_WAIT1",
	[5] = "FIN_WAIT2", [6] = "TIME_WAIT", [7] = "CLOSE", [8] = "CLOSE_WAIT",
	[9] = "LAST_ACK", [10] = "LISTEN", [11] = "CLOSING", [12] = "NEW_SYN_RECV",
};

static const char *look_up(const char *const *names, size_t count, uint64_t number,
			   const char *kind, char buf[NAME_SIZE])
{
	if (number < count && names[number])
		return names[number];
	snprintf(buf, NAME_SIZE, "%s-%" PRIu64, kind, number);
	return buf;
}

static int find(const char *const *names, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && !strcmp(names[i], word))
			return i;
	return -1;
}

const char *name_severity(uint8_t severity, char buf[NAME_SIZE])
{
	return look_up(severities, COUNT(severities), severity, "severity", buf);
}

const char *name_confidence(uint8_t confidence, char buf[NAME_SIZE])
{
	return look_up(confidences, COUNT(confidences), confidence, "confidence", buf);
}

const char *name_source_state(uint8_t state, char buf[NAME_SIZE])
{
	return look_up(source_states, COUNT(source_states), state, "state", buf);
}

const char *name_coverage(uint8_t coverage, char buf[NAME_SIZE])
{
	return look_up(coverages, COUNT(coverages), coverage, "coverage", buf);
}

const char *name_evidence(uint16_t type, char buf[NAME_SIZE])
{
	return look_up(tcpwhy_evidence_names, COUNT(tcpwhy_evidence_names), type, "attr", buf);
}

const char *name_tcp_state(uint8_t state, char buf[NAME_SIZE])
{
	return look_up(tcp_states, COUNT(tcp_states), state, "state", buf);
}

const char *name_phase(uint64_t phase, char buf[NAME_SIZE])
{
	return look_up(phases, COUNT(phases), phase, "phase", buf);
}

const char *name_origin(uint64_t origin, char buf[NAME_SIZE])
{
	return look_up(origins, COUNT(origins), origin, "origin", buf);
}

const char *name_relay(uint64_t relay, char buf[NAME_SIZE])
{
	return look_up(relays, COUNT(relays), relay, "relay", buf);
}

const char *name_fragment_reason(uint64_t reason, char buf[NAME_SIZE])
{
	return look_up(fragment_reasons, COUNT(fragment_reasons), reason, "reason", buf);
}

const char *name_drop_reason(uint64_t reason, char buf[NAME_SIZE])
{
	return look_up(drop_reasons, COUNT(drop_reasons), reason, "reason", buf);
}

const char *name_icmp(uint64_t kind, char buf[NAME_SIZE])
{
	return look_up(icmp_kinds, COUNT(icmp_kinds), kind, "icmp", buf);
}

const char *name_protocol(uint64_t protocol, char buf[NAME_SIZE])
{
	return look_up(protocols, COUNT(protocols), protocol, "protocol", buf);
}

const char *name_sign(unsigned int bit, char buf[NAME_SIZE])
{
	return look_up(signs, COUNT(signs), bit, "bit", buf);
}

const char *name_trait(unsigned int bit, char buf[NAME_SIZE])
{
	return look_up(traits, COUNT(traits), bit, "bit", buf);
}

const char *name_life(unsigned int bit, char buf[NAME_SIZE])
{
	return look_up(lives, COUNT(lives), bit, "bit", buf);
}

const char *name_path_sign(unsigned int bit, char buf[NAME_SIZE])
{
	return look_up(path_signs, COUNT(path_signs), bit, "bit", buf);
}

const char *name_cause(uint32_t cause, char buf[NAME_SIZE])
{
	const struct cause *entry = cause_find(cause);

	if (entry)
		return entry->name;
	snprintf(buf, NAME_SIZE, "cause-%u", cause);
	return buf;
}

int parse_severity(const char *word)
{
	return find(severities, COUNT(severities), word);
}

int parse_confidence(const char *word)
{
	return find(confidences, COUNT(confidences), word);
}
