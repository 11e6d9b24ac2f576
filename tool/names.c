// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/tcpwhy.h>

#include "catalogue.h"
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
};

static const char *const coverages[] = {
	[TCPWHY_COVERAGE_OFF] = "off",
	[TCPWHY_COVERAGE_NONE] = "none",
	[TCPWHY_COVERAGE_PARTIAL] = "partial",
	[TCPWHY_COVERAGE_FULL] = "full",
};

static const char *const evidences[] = {
	[TCPWHY_A_EVIDENCE_TSVAL] = "tsval",
	[TCPWHY_A_EVIDENCE_TS_RECENT] = "ts_recent",
	[TCPWHY_A_EVIDENCE_TS_BEHIND] = "ts_behind",
	[TCPWHY_A_EVIDENCE_STATE] = "state",
	[TCPWHY_A_EVIDENCE_SEQ] = "seq",
	[TCPWHY_A_EVIDENCE_END_SEQ] = "end_seq",
	[TCPWHY_A_EVIDENCE_RCV_NXT] = "rcv_nxt",
	[TCPWHY_A_EVIDENCE_TW_AGE] = "tw_age_ms",
	[TCPWHY_A_EVIDENCE_SYN_CHANGED] = "syn_changed",
	[TCPWHY_A_EVIDENCE_TTL] = "ttl",
	[TCPWHY_A_EVIDENCE_TTL_BEFORE] = "ttl_before",
	[TCPWHY_A_EVIDENCE_ATTEMPTS] = "attempts",
	[TCPWHY_A_EVIDENCE_GOT_IN] = "got_in",
	[TCPWHY_A_EVIDENCE_LATE_MEAN] = "late_mean_ms",
	[TCPWHY_A_EVIDENCE_LATE_MAX] = "late_max_ms",
	[TCPWHY_A_EVIDENCE_CLEARED_BY_RST] = "cleared_by_rst",
	[TCPWHY_A_EVIDENCE_TW_COUNT] = "tw_count",
	[TCPWHY_A_EVIDENCE_TW_LIMIT] = "tw_limit",
	[TCPWHY_A_EVIDENCE_PORTS_TIMEWAIT] = "ports_timewait",
	[TCPWHY_A_EVIDENCE_PORTS_IN_USE] = "ports_in_use",
	[TCPWHY_A_EVIDENCE_PORTS_USABLE] = "ports_usable",
	[TCPWHY_A_EVIDENCE_CONNECTS_FAILED] = "connects_failed",
	[TCPWHY_A_EVIDENCE_PID] = "pid",
	[TCPWHY_A_EVIDENCE_COMM] = "comm",
	[TCPWHY_A_EVIDENCE_CGROUP] = "cgroup",
	[TCPWHY_A_EVIDENCE_PHASE] = "phase",
	[TCPWHY_A_EVIDENCE_BYTES_IN] = "bytes_in",
	[TCPWHY_A_EVIDENCE_BYTES_OUT] = "bytes_out",
	[TCPWHY_A_EVIDENCE_BYTES_UNREAD] = "bytes_unread",
	[TCPWHY_A_EVIDENCE_BYTES_UNACKED] = "bytes_unacked",
	[TCPWHY_A_EVIDENCE_IDLE] = "idle_ms",
	[TCPWHY_A_EVIDENCE_AFTER] = "after_ms",
	[TCPWHY_A_EVIDENCE_RETRIES] = "retries",
	[TCPWHY_A_EVIDENCE_ACK] = "ack",
	[TCPWHY_A_EVIDENCE_WINDOW] = "window",
	[TCPWHY_A_EVIDENCE_TTL_USUAL] = "ttl_usual",
	[TCPWHY_A_EVIDENCE_IP_ID] = "ip_id",
	[TCPWHY_A_EVIDENCE_IP_ID_EXPECTED] = "ip_id_expected",
	[TCPWHY_A_EVIDENCE_SIGNS] = "signs",
	[TCPWHY_A_EVIDENCE_BACKLOG] = "backlog",
	[TCPWHY_A_EVIDENCE_BACKLOG_LIMIT] = "backlog_limit",
	[TCPWHY_A_EVIDENCE_DIED_OF] = "died_of",
	[TCPWHY_A_EVIDENCE_ORIGIN] = "origin",
	[TCPWHY_A_EVIDENCE_EXPIRY] = "expiry_ms",
	[TCPWHY_A_EVIDENCE_EXPIRY_MAX] = "expiry_max_ms",
	[TCPWHY_A_EVIDENCE_SURVIVED] = "survived_ms",
	[TCPWHY_A_EVIDENCE_SAMPLES] = "samples",
	[TCPWHY_A_EVIDENCE_PROTOCOL] = "protocol",
	[TCPWHY_A_EVIDENCE_FRAGMENT_ID] = "fragment_id",
	[TCPWHY_A_EVIDENCE_FRAGMENT_FIRST] = "fragment_first",
	[TCPWHY_A_EVIDENCE_FRAGMENT_BYTES] = "fragment_bytes",
	[TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST] = "fragment_largest",
	[TCPWHY_A_EVIDENCE_DATAGRAM_BYTES] = "datagram_bytes",
	[TCPWHY_A_EVIDENCE_FRAGMENT_WAIT] = "fragment_wait_ms",
	[TCPWHY_A_EVIDENCE_NO_FIRST] = "no_first",
	[TCPWHY_A_EVIDENCE_NO_LAST] = "no_last",
	[TCPWHY_A_EVIDENCE_FRAGMENT_REASON] = "fragment_reason",
	[TCPWHY_A_EVIDENCE_FRAGMENT_MEMORY] = "fragment_memory",
	[TCPWHY_A_EVIDENCE_FRAGMENT_LIMIT] = "fragment_limit",
	[TCPWHY_A_EVIDENCE_SIZE_FAILS] = "size_fails",
	[TCPWHY_A_EVIDENCE_SIZE_PASSES] = "size_passes",
	[TCPWHY_A_EVIDENCE_MTU] = "mtu",
	[TCPWHY_A_EVIDENCE_STALL] = "stall_ms",
	[TCPWHY_A_EVIDENCE_LIFE] = "life",
	[TCPWHY_A_EVIDENCE_MTU_BEFORE] = "mtu_before",
	[TCPWHY_A_EVIDENCE_MTU_SAID] = "mtu_said",
	[TCPWHY_A_EVIDENCE_ROUTER] = "router",
	[TCPWHY_A_EVIDENCE_HOLE] = "hole",
	[TCPWHY_A_EVIDENCE_MSS] = "mss",
	[TCPWHY_A_EVIDENCE_SENDER] = "sender",
	[TCPWHY_A_EVIDENCE_MSS_SENDER] = "mss_sender",
	[TCPWHY_A_EVIDENCE_TOO_BIG_SENT] = "too_big_sent",
	[TCPWHY_A_EVIDENCE_SYNS_IGNORED] = "syns_ignored",
	[TCPWHY_A_EVIDENCE_SYNS_ANSWERED] = "syns_answered",
};

static const char *const phases[] = {
	[TCPWHY_PHASE_HANDSHAKE] = "handshake",
	[TCPWHY_PHASE_SILENT] = "silent",
	[TCPWHY_PHASE_OPEN] = "open",
	[TCPWHY_PHASE_CLOSING] = "closing",
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

/* by bit of enum tcpwhy_injection_sign */
static const char *const signs[] = { "ttl", "ip-id", "second-rst", "late-data" };

/* by bit of enum tcpwhy_life */
static const char *const lives[] = { "sack", "data", "fin", "other", "shrunk" };

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
	return look_up(evidences, COUNT(evidences), type, "attr", buf);
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

const char *name_fragment_reason(uint64_t reason, char buf[NAME_SIZE])
{
	return look_up(fragment_reasons, COUNT(fragment_reasons), reason, "reason", buf);
}

const char *name_protocol(uint64_t protocol, char buf[NAME_SIZE])
{
	return look_up(protocols, COUNT(protocols), protocol, "protocol", buf);
}

const char *name_sign(unsigned int bit, char buf[NAME_SIZE])
{
	return look_up(signs, COUNT(signs), bit, "bit", buf);
}

const char *name_life(unsigned int bit, char buf[NAME_SIZE])
{
	return look_up(lives, COUNT(lives), bit, "bit", buf);
}

const char *name_cause(uint32_t cause, char buf[NAME_SIZE])
{
	const struct catalogue *entry = catalogue_find(cause);

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
