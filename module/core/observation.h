/* SPDX-License-Identifier: GPL-2.0 */
/* What a hook saw, as values: all that causes/ ever get to know. */
#ifndef TCPWHY_CORE_OBSERVATION_H
#define TCPWHY_CORE_OBSERVATION_H

#include "core/flow.h"
#include "core/packet.h"

/**
 * enum tcpwhy_kind - what was observed, and which part of the union says more
 * @TCPWHY_KIND_SYN: a SYN arrived for which no socket waits but a listener's
 * @TCPWHY_KIND_TIMEWAIT: a segment arrived for a socket in TIME_WAIT; @socket
 * @TCPWHY_KIND_REQUEST: a segment arrived for a connection request whose
 *	handshake is not complete; @socket
 * @TCPWHY_KIND_PAWS_DROP: the kernel dropped a segment of a full socket by
 *	PAWS; @socket
 * @TCPWHY_KIND_ESTABLISHED: a connection that a peer opened is established;
 *	@socket.rcv_nxt
 * @TCPWHY_KIND_CLOSED: a connection went from FIN_WAIT2 or CLOSING to CLOSE
 *	and no TIME_WAIT holds its ports; @closed
 * @TCPWHY_KIND_NO_PORT: a connect failed for want of a local port
 * @TCPWHY_KIND_PORTS: how many local ports are taken towards a peer; @ports
 */
enum tcpwhy_kind {
	TCPWHY_KIND_SYN,
	TCPWHY_KIND_TIMEWAIT,
	TCPWHY_KIND_REQUEST,
	TCPWHY_KIND_PAWS_DROP,
	TCPWHY_KIND_ESTABLISHED,
	TCPWHY_KIND_CLOSED,
	TCPWHY_KIND_NO_PORT,
	TCPWHY_KIND_PORTS,
	TCPWHY_KINDS,
};

/**
 * enum tcpwhy_mib - the kernel's own counter that counted the same event
 * @TCPWHY_MIB_NONE: none did
 * @TCPWHY_MIB_PAWS_ESTAB: PAWSEstab
 * @TCPWHY_MIB_PAWS_TIMEWAIT: PAWSTimewait; kernels without it use PAWSEstab
 * @TCPWHY_MIB_PAWS_OLD_ACK: PAWSOldAck; kernels without it use PAWSEstab
 * @TCPWHY_MIB_TIMEWAIT_OVERFLOW: TCPTimeWaitOverflow
 * @TCPWHY_MIBS: how many there are
 */
enum tcpwhy_mib {
	TCPWHY_MIB_NONE,
	TCPWHY_MIB_PAWS_ESTAB,
	TCPWHY_MIB_PAWS_TIMEWAIT,
	TCPWHY_MIB_PAWS_OLD_ACK,
	TCPWHY_MIB_TIMEWAIT_OVERFLOW,
	TCPWHY_MIBS,
};

/* TCP states as in include/net/tcp_states.h, which are ABI (/proc/net/tcp). */
enum tcpwhy_state {
	TCPWHY_ESTABLISHED = 1,
	TCPWHY_SYN_SENT = 2,
	TCPWHY_SYN_RECV = 3,
	TCPWHY_FIN_WAIT2 = 5,
	TCPWHY_TIME_WAIT = 6,
	TCPWHY_CLOSING = 11,
	TCPWHY_NEW_SYN_RECV = 12,
};

/**
 * struct tcpwhy_socket - what the socket that a segment met knows
 * @state: &enum tcpwhy_state
 * @substate: of a TIME_WAIT socket: TIME_WAIT, or FIN_WAIT2 without an owner
 * @ts_ok: timestamps count here (sysctl, or agreed on this connection)
 * @ts_usec: the connection's timestamps tick in microseconds, not milliseconds
 * @rfc1337: net.ipv4.tcp_rfc1337: a RST does not end TIME_WAIT
 * @ts_recent: latest valid timestamp of the peer
 * @ts_recent_stamp: when that was, in the seconds of @now_s; 0: none
 * @paws_wrap_s: age in seconds from which ts_recent is no longer believed
 * @now_s: seconds of CLOCK_MONOTONIC
 * @rcv_nxt: sequence number that is expected next
 * @rcv_wup: lowest sequence number that a segment may end at (full sockets)
 * @rcv_end: end of the window, the highest that it may begin at (full sockets)
 * @snt_isn: our initial sequence number (requests)
 * @rst_ack_checked: the ACK of a RST is tested before its timestamp (requests)
 * @age_ms: time since TIME_WAIT was entered or started again
 */
struct tcpwhy_socket {
	u8 state;
	u8 substate;
	bool ts_ok;
	bool ts_usec;
	bool rfc1337;
	bool rst_ack_checked;
	u32 ts_recent;
	u32 ts_recent_stamp;
	u32 paws_wrap_s;
	u32 now_s;
	u32 rcv_nxt;
	u32 rcv_wup;
	u32 rcv_end;
	u32 snt_isn;
	u32 age_ms;
};

/**
 * struct tcpwhy_closed - a connection as it reached CLOSE
 * @old_state: state before
 * @error: sk_err: it was reset or timed out
 * @fin_received: the peer's FIN was read
 * @orphan: no program holds it
 * @all_acked: all that was sent, FIN included, is acknowledged
 * @linger2_negative: TCP_LINGER2 asked for no FIN_WAIT2
 * @tw_count: TIME_WAIT sockets of the namespace
 * @tw_limit: net.ipv4.tcp_max_tw_buckets
 * @cpus: how many CPUs may have taken a TIME_WAIT between limit and look
 */
struct tcpwhy_closed {
	u8 old_state;
	bool error;
	bool fin_received;
	bool orphan;
	bool all_acked;
	bool linger2_negative;
	u32 tw_count;
	u32 tw_limit;
	u32 cpus;
};

/**
 * struct tcpwhy_ports - local ports taken towards one remote address and port
 * @timewait: in TIME_WAIT
 * @in_use: by live connections
 * @usable: ip_local_port_range less the reserved ones
 * @still: the last look found the same
 */
struct tcpwhy_ports {
	u32 timewait;
	u32 in_use;
	u32 usable;
	bool still;
};

/**
 * struct tcpwhy_observation - one thing that a hook saw
 * @kind: what it is
 * @mib: which of the kernel's counters counted it, if it is what it looks like
 * @now_ns: CLOCK_BOOTTIME
 * @peer: remote address
 * @lport: local port
 * @rport: remote port
 * @packet: the segment; NULL if there is none
 * @flow: what is remembered of these addresses and ports; causes may write to
 *	it; NULL if nothing is to be remembered
 * @socket: see &enum tcpwhy_kind
 * @closed: see &enum tcpwhy_kind
 * @ports: see &enum tcpwhy_kind
 */
struct tcpwhy_observation {
	enum tcpwhy_kind kind;
	enum tcpwhy_mib mib;
	u64 now_ns;
	struct tcpwhy_addr peer;
	u16 lport;
	u16 rport;
	const struct tcpwhy_packet *packet;
	struct tcpwhy_flow *flow;
	union {
		struct tcpwhy_socket socket;
		struct tcpwhy_closed closed;
		struct tcpwhy_ports ports;
	};
};

#endif /* TCPWHY_CORE_OBSERVATION_H */
