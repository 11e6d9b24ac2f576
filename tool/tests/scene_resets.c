// SPDX-License-Identifier: GPL-2.0
/* Resets and aborts: each cause with what it carries, with nothing, and with nonsense. */
#include <stddef.h>

#include "scene.h"

#define PROCESS U32(PID, 1234), TEXT(COMM, "web"), U64(CGROUP, 4711)
#define CONNECTION(state, phase)						\
	U8(STATE, state), U8(PHASE, TCPWHY_PHASE_##phase), U64(BYTES_IN, 1500),	\
	U64(BYTES_OUT, 6000000000), U32(IDLE, 41000)
#define RST U32(SEQ, 7000), U32(RCV_NXT, 7000), U8(TTL, 63), U8(TTL_USUAL, 63), U64(CGROUP, 4711)

static const struct fact port_closed[] = { U32(SEQ, 4000), END };
static const struct fact unread_data[] = {
	PROCESS, CONNECTION(1, OPEN), U32(BYTES_UNREAD, 500), U32(BYTES_UNACKED, 1448), END
};
static const struct fact linger0[] = { PROCESS, CONNECTION(8, CLOSING), END };
static const struct fact keepalive[] = {
	U64(CGROUP, 9), CONNECTION(1, OPEN), U32(RETRIES, 9), END
};
static const struct fact user_timeout[] = {
	U64(CGROUP, 4711), U8(STATE, 1), U8(PHASE, TCPWHY_PHASE_SILENT), U32(IDLE, 20000),
	U32(RETRIES, 1), END
};
static const struct fact accept_overflow[] = {
	U32(BACKLOG, 129), U32(BACKLOG_LIMIT, 128), U32(SEQ, 4000), U64(CGROUP, 4711), END
};
static const struct fact late_synack[] = { U32(AFTER, 1250), END };
static const struct fact data_after_close[] = {
	U32(SEQ, 4294967000), U32(END_SEQ, 1152), CONNECTION(5, CLOSING), END
};
static const struct fact unknown_connection[] = {
	U32(SEQ, 4000), U32(ACK, 9000), U8(STATE, 10), END
};
static const struct fact timewait[] = { U32(SEQ, 4000), U32(ACK, 0), U8(STATE, 5), END };
static const struct fact wrong_ack[] = { U32(SEQ, 4000), U32(ACK, 9000), U8(STATE, 2), END };
static const struct fact second_syn[] = { U32(SEQ, 4000), U32(ACK, 0), U8(STATE, 12), END };
static const struct fact fin_wait2[] = { CONNECTION(5, CLOSING), END };
static const struct fact too_many[] = {
	PROCESS, CONNECTION(4, CLOSING), U32(BYTES_UNACKED, 70000), END
};
static const struct fact listener_closed[] = {
	PROCESS, CONNECTION(1, OPEN), U32(BYTES_UNREAD, 1500), END
};
static const struct fact disconnect[] = { PROCESS, CONNECTION(1, OPEN), END };
static const struct fact admin[] = {
	U32(PID, 77), TEXT(COMM, "ss"), U64(CGROUP, 4711), CONNECTION(1, OPEN), END
};
static const struct fact followup[] = {
	U32(DIED_OF, TCPWHY_CAUSE_RST_LINGER0), U32(AFTER, 3), U32(SEQ, 4000), END
};
static const struct fact firewall[] = {
	U8(ORIGIN, TCPWHY_ORIGIN_NETFILTER), U32(SEQ, 0), U8(TTL, 64), END
};
static const struct fact forged[] = {
	U8(ORIGIN, TCPWHY_ORIGIN_PACKET), U32(SEQ, 4000), U8(TTL, 255), PROCESS, END
};
static const struct fact forwarded[] = {
	U8(ORIGIN, TCPWHY_ORIGIN_FORWARDED), U32(SEQ, 4000), U8(TTL, 62), END
};
static const struct fact firewall_out[] = {
	U8(ORIGIN, TCPWHY_ORIGIN_NETFILTER), U32(SEQ, 700), U8(TTL, 64), CONNECTION(1, OPEN),
	U32(BYTES_UNACKED, 40), END
};
static const struct fact retransmit[] = {
	CONNECTION(1, OPEN), U32(BYTES_UNACKED, 4344), U32(RETRIES, 15), U64(CGROUP, 4711), END
};
static const struct fact connecting[] = { U32(RETRIES, 6), U32(IDLE, 127000), END };
static const struct fact peer_refused[] = { U8(TTL, 254), U8(TTL_USUAL, 63), U16(IP_ID, 0), END };
static const struct fact peer_aborted[] = {
	CONNECTION(1, OPEN), U32(BYTES_UNACKED, 300), RST, U16(IP_ID, 4660),
	U16(IP_ID_EXPECTED, 4660), END
};
static const struct fact one_sign[] = {
	U8(STATE, 1), U8(PHASE, TCPWHY_PHASE_OPEN), U8(TTL, 201), U8(TTL_USUAL, 63),
	U8(SIGNS, TCPWHY_SIGN_TTL), END
};
static const struct fact closed_early[] = {
	CONNECTION(8, CLOSING), U32(BYTES_UNACKED, 120), RST, END
};
static const struct fact lost_connection[] = {
	CONNECTION(1, OPEN), U32(BYTES_UNACKED, 40), RST, END
};
static const struct fact idle_expired[] = {
	U32(EXPIRY, 350000), U32(EXPIRY_MAX, 351200), U32(SURVIVED, 348000), U32(SAMPLES, 5),
	CONNECTION(1, OPEN), U32(BYTES_UNACKED, 40), RST, END
};
static const struct fact injected[] = {
	CONNECTION(1, OPEN), U32(SEQ, 7000), U32(RCV_NXT, 7000), U8(TTL, 201), U8(TTL_USUAL, 63),
	U16(IP_ID, 54321), U16(IP_ID_EXPECTED, 4661),
	U8(SIGNS, TCPWHY_SIGN_TTL | TCPWHY_SIGN_IP_ID | TCPWHY_SIGN_SECOND_RST), END
};
static const struct fact injected_v6[] = {
	CONNECTION(1, OPEN), U8(TTL, 201), U8(TTL_USUAL, 63),
	U8(SIGNS, TCPWHY_SIGN_TTL | TCPWHY_SIGN_LATE_DATA), END
};
static const struct fact ignored[] = {
	U32(SEQ, 123456), U32(RCV_NXT, 7000), U32(WINDOW, 65535), U8(TTL, 63), U8(STATE, 1), END
};

static const struct fact goodbye_unread[] = {
	PROCESS, CONNECTION(8, CLOSING), U32(BYTES_UNREAD, 24), END
};
static const struct fact goodbye_late[] = {
	U32(SEQ, 4294967290), U32(END_SEQ, 25), U32(ACK, 9000), U8(STATE, 6), END
};
static const struct fact goodbye_unheard[] = {
	CONNECTION(9, CLOSING), U32(BYTES_UNACKED, 31), RST, U32(TRAITS, TCPWHY_TRAIT_BARE), END
};
static const struct fact close_unheard[] = {
	CONNECTION(9, CLOSING), RST, U32(TRAITS, TCPWHY_TRAIT_BARE), END
};
static const struct fact left_silent[] = {
	PROCESS, U8(STATE, 1), U8(PHASE, TCPWHY_PHASE_SILENT), U64(BYTES_IN, 0), U64(BYTES_OUT, 0),
	U32(IDLE, 1), END
};
static const struct fact left_at_rest[] = { CONNECTION(1, OPEN), RST, END };
static const struct fact pool_left[] = { PROCESS, CONNECTION(1, OPEN), END };
static const struct fact taken_back[] = {
	U8(STATE, 12), U8(PHASE, TCPWHY_PHASE_HANDSHAKE), U32(SEQ, 7000), U32(RCV_NXT, 7000),
	U8(TTL, 63), U32(TRAITS, TCPWHY_TRAIT_UNACCEPTED | TCPWHY_TRAIT_BARE), END
};
static const struct fact checked[] = {
	U8(STATE, 1), U8(PHASE, TCPWHY_PHASE_SILENT), U64(BYTES_IN, 0), U64(BYTES_OUT, 0),
	U32(IDLE, 1), RST, U32(TRAITS, TCPWHY_TRAIT_UNACCEPTED), END
};
static const struct fact lost_at_once[] = {
	U8(STATE, 1), U8(PHASE, TCPWHY_PHASE_OPEN), U64(BYTES_IN, 1), U64(BYTES_OUT, 1),
	U32(IDLE, 12), U32(BYTES_UNACKED, 5), U8(TTL, 64), U8(TTL_USUAL, 63),
	U32(TRAITS, TCPWHY_TRAIT_BARE), END
};
static const struct fact never_accepted[] = {
	U8(STATE, 12), U8(PHASE, TCPWHY_PHASE_HANDSHAKE), U32(SEQ, 7000), U32(RCV_NXT, 7000),
	U8(TTL, 63), U32(TRAITS, TCPWHY_TRAIT_UNACCEPTED | TCPWHY_TRAIT_BARE), END
};
static const struct fact dropped_for_another[] = { U32(AFTER, 120), U32(SEQ, 7), U32(ACK, 8), END };
static const struct fact by_proxy[] = {
	PROCESS, CONNECTION(1, OPEN), U32(BYTES_UNACKED, 18), U8(TTL, 64),
	U32(TRAITS, TCPWHY_TRAIT_LOCAL_PROXY), BYTES(VIA, "\x7f\0\0\1"), U16(VIA_PORT, 15001), END
};
static const struct fact no_proxy[] = {
	U32(TRAITS, TCPWHY_TRAIT_LOCAL_PROXY), BYTES(VIA, "\x7f\0\0\1"), U16(VIA_PORT, 15001), END
};
static const struct fact past_balancer[] = {
	U32(SEQ, 7), U32(ACK, 8), U32(TRAITS, TCPWHY_TRAIT_ANSWERS_CONNECT),
	BYTES(VIA, "\xc0\0\2\x63"), U16(VIA_PORT, 80), END
};
static const struct fact outside_vrf[] = {
	U32(SEQ, 4000), U32(TRAITS, TCPWHY_TRAIT_LISTENER_ELSEWHERE), U32(LISTENER_DEV, 0), END
};
static const struct fact other_device[] = {
	U32(SEQ, 4000), U32(TRAITS, TCPWHY_TRAIT_LISTENER_ELSEWHERE),
	U32(LISTENER_DEV, 4294967295), END
};
static const struct fact mptcp_refused[] = {
	U8(TTL, 254), U32(BYTES_UNACKED, 200), U32(TRAITS, TCPWHY_TRAIT_MPTCP), END
};
static const struct fact mptcp_itself[] = {
	CONNECTION(1, OPEN), U32(TRAITS, TCPWHY_TRAIT_MPTCP), END
};
static const struct fact not_yet_accepted[] = {
	CONNECTION(1, OPEN), U32(BYTES_UNREAD, 100), RST, U32(TRAITS, TCPWHY_TRAIT_UNACCEPTED), END
};
static const struct fact before_fin[] = {
	CONNECTION(9, CLOSING), U32(BYTES_UNACKED, 1400), RST,
	U32(TRAITS, TCPWHY_TRAIT_BARE | TCPWHY_TRAIT_WROTE_BEFORE_FIN), END
};

static const struct fact half_closed[] = {
	U8(STATE, 8), U8(PHASE, TCPWHY_PHASE_CLOSING), U64(BYTES_IN, 22), U64(BYTES_OUT, 0),
	U32(IDLE, 61000), U32(BYTES_UNACKED, 19), U8(TTL, 64), U8(TTL_USUAL, 63),
	U32(TRAITS, TCPWHY_TRAIT_BARE | TCPWHY_TRAIT_HALF_CLOSED), END
};
static const struct fact half_closed_expired[] = {
	U32(EXPIRY, 60400), U32(EXPIRY_MAX, 61000), U32(SAMPLES, 3), U8(STATE, 8),
	U32(BYTES_UNACKED, 19), U8(TTL, 64), U8(TTL_USUAL, 63),
	U32(TRAITS, TCPWHY_TRAIT_BARE | TCPWHY_TRAIT_HALF_CLOSED), END
};

#define CAUSE(name) TCPWHY_CAUSE_##name
#define GOODBYE TCPWHY_SEVERITY_INFO, TCPWHY_CONFIDENCE_LIKELY
#define POSSIBLE TCPWHY_SEVERITY_NOTICE, TCPWHY_CONFIDENCE_POSSIBLE

const struct party scene_resets[] = {
	/* a client of a service here */
	{ "192.0.2.10", HERE, 1, 1, (const struct found []) {
		{ CAUSE(RST_PORT_CLOSED), NOTICE, 120, 900, 1000, 1000, 23, 40000, port_closed },
		{ CAUSE(RST_ACCEPT_OVERFLOW), TROUBLE, 7, 900, 990, 0, 80, 40001, accept_overflow },
		{ CAUSE(RST_DATA_AFTER_CLOSE), NOTICE, 3, 900, 990, 0, 80, 40002,
		  data_after_close },
		{ CAUSE(RST_UNKNOWN_CONNECTION), NOTICE, 3, 900, 990, 0, 80, 40003,
		  unknown_connection },
		{ CAUSE(RST_TIMEWAIT), NOTICE, 2, 900, 990, 0, 80, 40004, timewait },
		{ CAUSE(RST_BAD_HANDSHAKE), NOTICE, 2, 900, 990, 0, 80, 40005, second_syn },
		{ CAUSE(RST_FOLLOWUP), INFO, 2, 900, 990, 0, 80, 40006, followup }, { 0 } } },
	/* one whose connections end here */
	{ "192.0.2.11", HERE, 1, 1, (const struct found []) {
		{ CAUSE(RST_UNREAD_DATA), TROUBLE, 9, 900, 990, 100, 80, 40000, unread_data },
		{ CAUSE(RST_LINGER0), NOTICE, 9, 900, 990, 0, 80, 40001, linger0 },
		{ CAUSE(RST_ORPHAN_LIMIT), TROUBLE, 2, 900, 990, 0, 80, 40002, too_many },
		{ CAUSE(RST_LISTENER_CLOSED), TROUBLE, 1, 900, 990, 0, 80, 40003, listener_closed },
		{ CAUSE(RST_DISCONNECT), NOTICE, 1, 900, 990, 0, 80, 40004, disconnect },
		{ CAUSE(RST_ADMIN), NOTICE, 1, 900, 990, 0, 80, 40005, admin }, { 0 } } },
	/* one that does not answer */
	{ "192.0.2.12", HERE, -1, -1, (const struct found []) {
		{ CAUSE(TIMEOUT_RETRANSMIT), TROUBLE, 2, 900, 990, 0, 41000, 443, retransmit },
		{ CAUSE(TIMEOUT_CONNECT), TROUBLE, 1, 900, 990, 0, 41001, 443, connecting },
		{ CAUSE(RST_KEEPALIVE_TIMEOUT), NOTICE, 1, 900, 990, 0, 41002, 443, keepalive },
		{ CAUSE(RST_USER_TIMEOUT), NOTICE, 1, 900, 990, 0, 41003, 443, user_timeout },
		{ CAUSE(RST_LATE_SYNACK), TROUBLE, 1, 900, 990, 0, 41004, 443, late_synack },
		{ 0 } } },
	/* RSTs that TCP did not send */
	{ "192.0.2.13", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_FIREWALL), NOTICE, 5, 900, 990, 0, 25, 40000, firewall },
		{ CAUSE(RST_FORGED_LOCAL), TROUBLE, 1, 900, 990, 0, 80, 40001, forged },
		{ CAUSE(RST_FORWARDED), INFO, 1, 900, 990, 0, 80, 40002, forwarded }, { 0 } } },
	/* RSTs received */
	{ "192.0.2.14", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_FIREWALL), NOTICE, 2, 900, 990, 0, 41007, 443, firewall_out },
		{ CAUSE(PEER_REFUSED), NOTICE, 4, 900, 990, 0, 41000, 443, peer_refused },
		{ CAUSE(PEER_ABORTED), NOTICE, 3, 900, 990, 0, 41001, 443, peer_aborted },
		{ CAUSE(PEER_CLOSED_EARLY), TROUBLE, 3, 900, 990, 0, 41002, 443, closed_early },
		{ CAUSE(PEER_LOST_CONNECTION), TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_LIKELY,
		  2, 900, 990, 0, 41003, 443, lost_connection },
		{ CAUSE(IDLE_EXPIRED), TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_LIKELY,
		  5, 900, 990, 0, 41004, 443, idle_expired },
		{ CAUSE(RST_INJECTED), TROUBLE, 1, 900, 990, 0, 41005, 443, injected },
		{ CAUSE(RST_IGNORED), NOTICE, 1, 900, 990, 0, 41006, 443, ignored }, { 0 } } },
	{ "2001:db8::14", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_INJECTED), TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_LIKELY,
		  1, 900, 990, 0, 41005, 443, injected_v6 },
		{ CAUSE(PEER_ABORTED), POSSIBLE, 1, 900, 990, 0, 41001, 443, one_sign },
		{ CAUSE(RST_BAD_HANDSHAKE), NOTICE, 1, 900, 990, 0, 41002, 443, wrong_ack },
		{ CAUSE(RST_ORPHAN_LIMIT), TROUBLE, 1, 900, 990, 0, 443, 41003, fin_wait2 },
		{ 0 } } },
	/* conversations that were over, or had not begun, and a NAT that lost its table */
	{ "192.0.2.15", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_GOODBYE), GOODBYE, 9, 900, 990, 0, 443, 40000, goodbye_unread },
		{ CAUSE(PEER_GOODBYE), GOODBYE, 9, 900, 990, 0, 443, 40001, goodbye_unheard },
		{ CAUSE(PEER_ABORTED), NOTICE, 4, 900, 990, 0, 443, 40002, never_accepted },
		{ CAUSE(PEER_LOST_CONNECTION), TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_LIKELY,
		  4, 989, 990, 0, 41003, 443, lost_at_once }, { 0 } } },
	{ "192.0.2.16", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_GOODBYE), GOODBYE, 1, 900, 990, 0, 443, 40000, goodbye_late },
		{ CAUSE(PEER_GOODBYE), TCPWHY_SEVERITY_INFO, TCPWHY_CONFIDENCE_CERTAIN,
		  1, 900, 990, 0, 443, 40001, close_unheard },
		{ CAUSE(PEER_ABORTED), NOTICE, 1, 900, 990, 0, 443, 40002, before_fin }, { 0 } } },
	/* whoever had opened a connection left it */
	{ "192.0.2.18", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_GOODBYE), GOODBYE, 30, 900, 990, 0, 41001, 443, left_silent },
		{ CAUSE(PEER_GOODBYE), GOODBYE, 4, 900, 990, 0, 443, 40001, left_at_rest }, { 0 } } },
	{ "2001:db8::18", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_GOODBYE), GOODBYE, 7, 900, 990, 0, 41001, 443, pool_left },
		{ CAUSE(PEER_GOODBYE), TCPWHY_SEVERITY_INFO, TCPWHY_CONFIDENCE_CERTAIN,
		  2, 900, 990, 0, 443, 40001, checked }, { 0 } } },
	{ "2001:db8::19", HERE, -1, -1, (const struct found []) {
		{ CAUSE(PEER_GOODBYE), TCPWHY_SEVERITY_INFO, TCPWHY_CONFIDENCE_CERTAIN,
		  3, 900, 990, 0, 443, 40001, taken_back }, { 0 } } },
	/* others than the peer answered, or would have */
	{ "192.0.2.17", HERE, -1, -1, (const struct found []) {
		{ CAUSE(PEER_ABORTED), NOTICE, 2, 900, 990, 0, 41001, 8080, by_proxy },
		{ CAUSE(PEER_REFUSED), NOTICE, 2, 900, 990, 0, 41002, 8080, no_proxy },
		{ CAUSE(RST_UNKNOWN_CONNECTION), NOTICE, 2, 900, 990, 0, 41003, 80, past_balancer },
		{ CAUSE(RST_PORT_CLOSED), POSSIBLE, 2, 900, 990, 0, 8080, 41004, outside_vrf },
		{ CAUSE(RST_HAPPY_EYEBALLS), INFO, 3, 900, 990, 0, 41005, 443,
		  dropped_for_another }, { 0 } } },
	{ "2001:db8::17", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_PORT_CLOSED), POSSIBLE, 2, 900, 990, 0, 8080, 41004, other_device },
		{ CAUSE(PEER_REFUSED), NOTICE, 2, 900, 990, 0, 41002, 8080, mptcp_refused },
		{ CAUSE(RST_ADMIN), POSSIBLE, 1, 900, 990, 0, 8080, 41003, mptcp_itself },
		{ 0 } } },
	{ "2001:db8::16", HERE, -1, -1, (const struct found []) {
		{ CAUSE(PEER_CLOSED_EARLY), TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_POSSIBLE,
		  2, 900, 990, 0, 80, 40000, half_closed },
		{ CAUSE(IDLE_EXPIRED), TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_LIKELY,
		  1, 900, 990, 0, 80, 40001, half_closed_expired },
		{ CAUSE(PEER_ABORTED), NOTICE, 1, 900, 990, 0, 443, 40002, not_yet_accepted },
		{ 0 } } },
	{ 0 }
};

static const struct fact hostile[] = {
	U32(PID, 4294967295), TEXT(COMM, "\033[2J,pid=1\"\\\n\xff"), U64(CGROUP, UINT64_MAX),
	U8(STATE, 77), U8(PHASE, 9), U64(BYTES_IN, UINT64_MAX), U64(BYTES_OUT, 0),
	U32(BYTES_UNREAD, 4294967295), U32(BYTES_UNACKED, 4294967295), U32(IDLE, 4294967295), END
};
static const struct fact unknown_numbers[] = {
	U8(STATE, 77), U8(PHASE, 9), U8(SIGNS, 0x91), U8(TTL, 0), U8(TTL_USUAL, 255), END
};
static const struct fact unknown_origin[] = { U8(ORIGIN, 9), U32(SEQ, 1), U8(TTL, 0), END };
static const struct fact unknown_death[] = { U32(DIED_OF, 999), U32(AFTER, 4294967295), END };
/* of other widths than the ABI says, or too long, or no text at all */
static const struct fact wrong_widths[] = {
	{ TCPWHY_A_EVIDENCE_PID, 3, 0, "abc" }, U64(PHASE, 1ULL << 32 | 3), U64(SIGNS, 1ULL << 63),
	{ TCPWHY_A_EVIDENCE_COMM, 24, 0, "a name longer than 16 by" },
	{ TCPWHY_A_EVIDENCE_CGROUP, 4, 4711, NULL }, U8(BYTES_UNACKED, 5), END
};
static const struct fact no_name[] = { TEXT(COMM, ""), U32(PID, 0), END };

const struct party scene_odd[] = {
	{ "192.0.2.20", HERE, -1, -1, (const struct found []) {
		{ CAUSE(RST_LINGER0), NOTICE, 1, 900, 990, 0, 80, 40000, hostile },
		{ CAUSE(RST_UNREAD_DATA), TROUBLE, 1, 900, 990, 0, 80, 40000, no_name },
		{ CAUSE(PEER_ABORTED), POSSIBLE, 1, 900, 990, 0, 80, 40000, unknown_numbers },
		{ CAUSE(RST_DISCONNECT), NOTICE, 1, 900, 990, 0, 80, 40000, wrong_widths },
		{ CAUSE(RST_FIREWALL), NOTICE, 1, 900, 990, 0, 80, 40000, unknown_origin },
		{ CAUSE(RST_FOLLOWUP), INFO, 1, 900, 990, 0, 80, 40000, unknown_death },
		{ 0 } } },
	{ 0 }
};

static const struct fact nothing[] = { END };

#define BARE(name) { CAUSE(name), NOTICE, 1, 900, 990, 0, 0, 0, nothing }

const struct party scene_bare[] = {
	{ "192.0.2.30", HERE, -1, -1, (const struct found []) {
		BARE(RST_PORT_CLOSED), BARE(RST_UNREAD_DATA), BARE(RST_LINGER0),
		BARE(RST_KEEPALIVE_TIMEOUT), BARE(RST_USER_TIMEOUT), BARE(RST_ACCEPT_OVERFLOW),
		BARE(RST_LATE_SYNACK), BARE(RST_DATA_AFTER_CLOSE), BARE(RST_UNKNOWN_CONNECTION),
		BARE(RST_TIMEWAIT), BARE(RST_BAD_HANDSHAKE), BARE(RST_ORPHAN_LIMIT),
		BARE(RST_LISTENER_CLOSED), BARE(RST_DISCONNECT), BARE(RST_ADMIN),
		BARE(RST_FOLLOWUP), BARE(RST_FIREWALL), BARE(RST_FORGED_LOCAL),
		BARE(RST_FORWARDED), BARE(TIMEOUT_RETRANSMIT), BARE(TIMEOUT_CONNECT),
		BARE(PEER_REFUSED), BARE(PEER_ABORTED), BARE(PEER_CLOSED_EARLY),
		BARE(PEER_LOST_CONNECTION), BARE(IDLE_EXPIRED), BARE(RST_INJECTED),
		BARE(RST_IGNORED), { 0 } } },
	{ 0 }
};

static const struct fact most[] = {
	U32(EXPIRY, 350000), U32(EXPIRY_MAX, 351200), U32(SURVIVED, 348000), U32(SAMPLES, 5),
	CONNECTION(1, OPEN), U32(BYTES_UNREAD, 40), U32(BYTES_UNACKED, 40), RST, U16(IP_ID, 4660),
	U16(IP_ID_EXPECTED, 4660), U8(SIGNS, TCPWHY_SIGN_TTL), END
};

/* as much evidence as a finding can have, and one that is hidden */
const struct party scene_most[] = {
	{ "2001:db8::1", HERE, 1, 1, (const struct found []) {
		{ CAUSE(IDLE_EXPIRED), TROUBLE, 412, 100, 999, 3100, 41000, 443, most },
		{ CAUSE(RST_FOLLOWUP), INFO, 90, 90, 990, 400, 41000, 443, followup }, { 0 } } },
	{ 0 }
};
