/* SPDX-License-Identifier: GPL-2.0 */
/* What a hook saw, as values: all that causes/ ever get to know. */
#ifndef TCPWHY_CORE_OBSERVATION_H
#define TCPWHY_CORE_OBSERVATION_H

#include "core/flow.h"
#include "core/forwarded.h"
#include "core/oversize.h"
#include "core/packet.h"
#include "core/stall.h"
#include "core/syns.h"

/**
 * enum tcpwhy_kind - what was observed, and which part of the union says more
 * @TCPWHY_KIND_SYN: a SYN opened a connection; the hook sees to it itself
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
 * @TCPWHY_KIND_RESET_SENT: TCP sent a RST of its own accord; @conn
 * @TCPWHY_KIND_RESET_REPLY: TCP answers a segment with a RST; @conn
 * @TCPWHY_KIND_RESET_LEFT: a RST left that TCP did not make; @conn.origin
 * @TCPWHY_KIND_RESET_RECEIVED: a RST ends a connection, or a request; @conn
 * @TCPWHY_KIND_RESET_IGNORED: a RST came for a connection, and was not believed;
 *	@conn
 * @TCPWHY_KIND_AFTER_RESET: a segment came for which there is no connection (any
 *	more): a RST, or what is about to be answered with one
 * @TCPWHY_KIND_GAVE_UP: a connection, or a connect, timed out; @conn
 * @TCPWHY_KIND_DIED: a connection ended, and nothing here says why; only remembered
 * @TCPWHY_KIND_FRAGMENTS_EXPIRED: a datagram was waited for, and not all of it came;
 *	@fragments
 * @TCPWHY_KIND_FRAGMENTS_REFUSED: what had come of a datagram was thrown away;
 *	@fragments
 * @TCPWHY_KIND_FRAGMENT_NO_ROOM: a fragment was refused for want of memory;
 *	@fragments
 * @TCPWHY_KIND_RTO: the retransmission timer of an established connection has expired
 *	and is in @stall.memory; @stall
 * @TCPWHY_KIND_SHRUNK: a connection that had stalled got further with smaller segments;
 *	@stall
 * @TCPWHY_KIND_WROTE: a program writes after a silence; the hook sees to it itself
 * @TCPWHY_KIND_TOO_BIG: a router said that a connection's packets are too big, and TCP has
 *	had time to act on it; @too_big
 * @TCPWHY_KIND_HOLE: of what a peer sent, something is missing for long, and what came after
 *	it is small; it is in @stall.memory->hole; @stall
 * @TCPWHY_KIND_FORWARD_STALL: a full segment of two other hosts' connection passes through
 *	again, and is in @forward.way->stall; @peer is to receive it; @forward
 * @TCPWHY_KIND_OVERSIZE: a device that this host's packets pass first has dropped a segment, as it
 *	is larger than the device takes; @oversize
 * @TCPWHY_KIND_FORWARD_TOLD: such a one is too big for the next link, its sender was told so,
 *	and sends it again; @forward
 * @TCPWHY_KIND_SYN_AGAIN: a SYN of ours to the peer stayed unanswered, while it answered
 *	others, ahead of it by their timestamps; @syns
 * @TCPWHY_KIND_FORWARD_SYN_AGAIN: the same of one that passed through here; @syns
 * @TCPWHY_KIND_REFUSED: an ICMP error answered a connect or a datagram; @refused
 * @TCPWHY_KIND_DROPPED: this host dropped a SYN of its own, or the answer to one; the hook
 *	sees to it itself
 * @TCPWHY_KIND_NO_BIND: bind() found no local port. @peer holds most of them, or is the address
 *	that was to be bound, where connections do not hold them; @ports
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
	TCPWHY_KIND_RESET_SENT,
	TCPWHY_KIND_RESET_REPLY,
	TCPWHY_KIND_RESET_LEFT,
	TCPWHY_KIND_RESET_RECEIVED,
	TCPWHY_KIND_RESET_IGNORED,
	TCPWHY_KIND_AFTER_RESET,
	TCPWHY_KIND_GAVE_UP,
	TCPWHY_KIND_DIED,
	TCPWHY_KIND_FRAGMENTS_EXPIRED,
	TCPWHY_KIND_FRAGMENTS_REFUSED,
	TCPWHY_KIND_FRAGMENT_NO_ROOM,
	TCPWHY_KIND_RTO,
	TCPWHY_KIND_SHRUNK,
	TCPWHY_KIND_WROTE,
	TCPWHY_KIND_TOO_BIG,
	TCPWHY_KIND_HOLE,
	TCPWHY_KIND_FORWARD_STALL,
	TCPWHY_KIND_OVERSIZE,
	TCPWHY_KIND_FORWARD_TOLD,
	TCPWHY_KIND_SYN_AGAIN,
	TCPWHY_KIND_FORWARD_SYN_AGAIN,
	TCPWHY_KIND_REFUSED,
	TCPWHY_KIND_DROPPED,
	TCPWHY_KIND_NO_BIND,
	TCPWHY_KINDS,
};

static_assert(TCPWHY_KINDS <= 64, "a set of kinds is a u64");

/**
 * enum tcpwhy_mib - the kernel's own counter that counted the same event
 * @TCPWHY_MIB_NONE: none did
 * @TCPWHY_MIB_PAWS_ESTAB: PAWSEstab
 * @TCPWHY_MIB_PAWS_TIMEWAIT: PAWSTimewait; kernels without it use PAWSEstab
 * @TCPWHY_MIB_PAWS_OLD_ACK: PAWSOldAck; kernels without it use PAWSEstab
 * @TCPWHY_MIB_TIMEWAIT_OVERFLOW: TCPTimeWaitOverflow
 * @TCPWHY_MIB_OUT_RSTS: OutRsts: RSTs that TCP sent
 * @TCPWHY_MIB_ESTAB_RESETS: EstabResets: established connections that ended in
 *	CLOSE at once, whoever ended them
 * @TCPWHY_MIB_EMBRYONIC_RSTS: EmbryonicRsts: requests that a RST ended
 * @TCPWHY_MIB_REASM_TIMEOUT: IpReasmTimeout: IPv4 datagrams not complete in time
 * @TCPWHY_MIB_REASM6_TIMEOUT: Ip6ReasmTimeout: IPv6 ones
 * @TCPWHY_MIBS: how many there are
 */
enum tcpwhy_mib {
	TCPWHY_MIB_NONE,
	TCPWHY_MIB_PAWS_ESTAB,
	TCPWHY_MIB_PAWS_TIMEWAIT,
	TCPWHY_MIB_PAWS_OLD_ACK,
	TCPWHY_MIB_TIMEWAIT_OVERFLOW,
	TCPWHY_MIB_OUT_RSTS,
	TCPWHY_MIB_ESTAB_RESETS,
	TCPWHY_MIB_EMBRYONIC_RSTS,
	TCPWHY_MIB_REASM_TIMEOUT,
	TCPWHY_MIB_REASM6_TIMEOUT,
	TCPWHY_MIBS,
};

static_assert(TCPWHY_MIBS <= 32, "a set of counters is a u32");

/* TCP states as in include/net/tcp_states.h, which are ABI (/proc/net/tcp). */
enum tcpwhy_state {
	TCPWHY_ESTABLISHED = 1,
	TCPWHY_SYN_SENT = 2,
	TCPWHY_SYN_RECV = 3,
	TCPWHY_FIN_WAIT1 = 4,
	TCPWHY_FIN_WAIT2 = 5,
	TCPWHY_TIME_WAIT = 6,
	TCPWHY_CLOSE = 7,
	TCPWHY_CLOSE_WAIT = 8,
	TCPWHY_LAST_ACK = 9,
	TCPWHY_LISTEN = 10,
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
 * @binds: so often bind() found none
 * @taken: and so many were held then, towards whomever, by connections from the address that was
 *	to be bound
 */
struct tcpwhy_ports {
	u32 timewait;
	u32 in_use;
	u32 usable;
	bool still;
	u32 binds;
	u32 taken;
};

/**
 * struct tcpwhy_process - who acted, or owns the socket
 * @pid: thread group id in the initial pid namespace; 0: no program acted
 * @pid_inside: the same in its own pid namespace; 0: that is the initial one
 * @pidns: which that is, see process.c; 0: the initial one, or one that ends
 * @comm: its name
 * @cgroup: id of the socket's cgroup (v2); 0: not known
 */
struct tcpwhy_process {
	u32 pid;
	u32 pid_inside;
	u64 pidns;
	char comm[16];
	u64 cgroup;
};

/**
 * enum tcpwhy_opener - who opened a connection
 * @TCPWHY_OPENER_UNSPEC: not known
 * @TCPWHY_OPENER_HERE: this host did, with connect()
 * @TCPWHY_OPENER_PEER: the peer did, and this host accepted it
 */
enum tcpwhy_opener {
	TCPWHY_OPENER_UNSPEC,
	TCPWHY_OPENER_HERE,
	TCPWHY_OPENER_PEER,
};

/**
 * struct tcpwhy_conn - a connection as a RST or a time-out found it
 * @state: &enum tcpwhy_state of the socket that was met; 0: there is none
 * @before: state before, where @state is CLOSE
 * @substate: of a TIME_WAIT socket
 * @origin: &enum tcpwhy_origin
 * @timer: a timer did it, or an arriving segment: no program
 * @dead: no program holds the socket any more
 * @unaccepted: no program has accepted it
 * @held: a program still holds it open
 * @by_admin: tcp_abort() is at work
 * @linger2_negative: TCP_LINGER2 asked for no FIN_WAIT2
 * @user_timeout: TCP_USER_TIMEOUT is set
 * @fin_received: the peer's FIN was read
 * @request: a request waits for the segment that a listener was given
 * @overflow: the listener's accept queue is full, and tcp_abort_on_overflow set
 * @retries: retransmissions, or probes, without an answer
 * @bytes_in: bytes received in order
 * @bytes_out: bytes acknowledged by the peer
 * @unread: bytes received that the program has not read
 * @unread_last: these came after the last that we sent, to the tick
 * @opener: &enum tcpwhy_opener; of an open connection only
 * @wrote_last: the last that we sent left after the last that came, to the tick
 * @alert_unread: what the program has not read ends with an alert of TLS
 * @alert: what is not acknowledged ends with an alert of TLS of so many bytes: a goodbye, as a
 *	rule; 0: it does not
 * @oversize: a device of this host drops what it sends as too large, and that is told
 * @ts_ok: timestamps were agreed on
 * @mptcp: it is a path of MPTCP, or its SYN asked for that
 * @closing: the program has let go of its file, and that is not done yet (MPTCP)
 * @linger0: SO_LINGER is set, with a time of 0
 * @disconnecting: connect(AF_UNSPEC) is at work (MPTCP)
 * @rival: the connect was dropped as another one of the same program had won
 * @answers: the SYN-ACK answers a connect to @via, which waits
 * @proxied: the RST came by loopback, from a socket of this host at @via
 * @elsewhere: a listener is there, and does not get what comes by this device
 * @listener_dev: index of the device that it is bound to; 0: to none
 * @connect_pid: thread group id of the program that began a connect; 0: not known
 * @via: an address that the packet does not tell
 * @via_port: its port
 * @abandoned: a program gave the connect up, with SYNs unanswered
 * @drop_reason: &enum tcpwhy_drop_reason of the latest of @dropped or @unsent
 * @unacked: bytes written that the peer has not acknowledged
 * @idle_ms: since the peer was heard last
 * @quiet_ms: of these, before we sent what has not been answered
 * @rcv_nxt: sequence number that is expected next
 * @snd_una: first sequence number that the peer has not acknowledged
 * @snd_nxt: sequence number that we send next
 * @window: bytes from there to the end of the receive window
 * @backlog: connections in the accept queue of a listener
 * @backlog_limit: room in it
 * @segs_in: segments received
 * @latest_in: bytes in the peer's latest segment that brought data or acknowledged something
 *	new; 0: it only acknowledged, and so the peer has said nothing since
 * @dropped: answers to our SYN that came and that this host dropped
 * @unsent: of our SYNs, those that this host dropped
 */
struct tcpwhy_conn {
	u8 state;
	u8 before;
	u8 substate;
	u8 origin;
	bool timer;
	bool dead;
	bool unaccepted;
	bool held;
	bool by_admin;
	bool linger2_negative;
	bool user_timeout;
	bool fin_received;
	bool request;
	bool overflow;
	bool unread_last;
	u8 opener;
	bool wrote_last;
	bool alert_unread;
	u8 alert;
	bool oversize;
	bool ts_ok;
	bool mptcp;
	bool closing;
	bool linger0;
	bool disconnecting;
	bool rival;
	bool answers;
	bool proxied;
	bool elsewhere;
	u16 via_port;
	bool abandoned;
	u8 drop_reason;
	u16 retries;
	u32 listener_dev;
	u32 connect_pid;
	struct tcpwhy_addr via;
	u64 bytes_in;
	u64 bytes_out;
	u32 unread;
	u32 unacked;
	u32 idle_ms;
	u32 quiet_ms;
	u32 rcv_nxt;
	u32 snd_una;
	u32 snd_nxt;
	u32 window;
	u32 backlog;
	u32 backlog_limit;
	u32 segs_in;
	u32 latest_in;
	u32 dropped;
	u32 unsent;
};

/** TCPWHY_NEVER_WHOLE - no datagram of that identification was complete lately */
#define TCPWHY_NEVER_WHOLE	U32_MAX

/**
 * struct tcpwhy_fragments - a datagram that came in pieces, and did not become whole
 * @reason: &enum tcpwhy_fragment_reason, if it was refused
 * @protocol: IP protocol of what it carries; 0: not known
 * @first: its first fragment came
 * @last: its last fragment came
 * @seen_refused: a fragment of it was refused before, and that reported
 * @largest: bytes of the largest IP packet that came
 * @id: identification
 * @came: bytes of payload that came
 * @end: bytes up to the end of the farthest fragment; of all, if @last
 * @wait_ms: how long it is waited for
 * @after_whole_ms: how long before its first piece a datagram of the same addresses,
 *	protocol and identification had become whole; %TCPWHY_NEVER_WHOLE
 * @memory: bytes that fragments hold in the namespace (no room)
 * @limit: bytes that they may hold
 */
struct tcpwhy_fragments {
	u8 reason;
	u8 protocol;
	bool first;
	bool last;
	bool seen_refused;
	u16 largest;
	u32 id;
	u32 came;
	u32 end;
	u32 wait_ms;
	u32 after_whole_ms;
	u64 memory;
	u64 limit;
};

/**
 * struct tcpwhy_unheard - a router said that packets are too big, in vain
 * @router: who said so
 * @said: MTU that it named; 0: none
 * @count: how often; 0: nobody did
 * @reason: &enum tcpwhy_drop_reason
 */
struct tcpwhy_unheard {
	struct tcpwhy_addr router;
	u32 said;
	u32 count;
	u8 reason;
};

/**
 * struct tcpwhy_stalled - a connection that does not get further, or did again
 * @memory: of it; causes may write to it
 * @others: the other stalled connections of the peer
 * @size_now: bytes of the IP packets that got through in the end; 0: none did
 * @unheard: what a router said of it in vain
 */
struct tcpwhy_stalled {
	struct tcpwhy_stall *memory;
	struct tcpwhy_stalls others;
	u32 size_now;
	struct tcpwhy_unheard unheard;
};

/**
 * struct tcpwhy_too_big - what a router said of a connection's packets, and what came of it
 * @router: who said so
 * @said: MTU that it names; 0: none, or the kernel takes none (net.ipv4.ip_no_pmtu_disc=1)
 * @before: path MTU that the connection knew when that came
 * @now: path MTU that it knows since
 * @size: bytes of its full IP packets now
 * @whole: nobody on the path may fragment these
 */
struct tcpwhy_too_big {
	struct tcpwhy_addr router;
	u32 said;
	u32 before;
	u32 now;
	u32 size;
	bool whole;
};

/**
 * struct tcpwhy_forwarding - a connection of two other hosts that does not get further
 * @way: what is sent to the peer; causes may write to it
 * @others: the other connections that pass through here and whose segments to the same
 *	peer do not get further
 * @sender: who sends it
 * @service: address that the sender calls, where IPVS sends it on to the peer
 * @relay: &enum tcpwhy_relay: how; 0: it is forwarded
 * @mss_back: largest payload that the sender itself asks for
 * @open: its handshake passed through here
 * @odd: a segment had another TTL than its sender's first
 */
struct tcpwhy_forwarding {
	struct tcpwhy_way *way;
	struct tcpwhy_stalls others;
	struct tcpwhy_addr sender;
	struct tcpwhy_addr service;
	u8 relay;
	u16 mss_back;
	bool open;
	bool odd;
};

/**
 * struct tcpwhy_oversized - a segment that a device of this host drops as it is sent
 * @memory: of its connection; causes may write to it
 * @device: interface that the route leads to
 * @mtu: of that
 * @mtu_beyond: of the device that dropped it
 */
struct tcpwhy_oversized {
	struct tcpwhy_oversize *memory;
	u32 device;
	u32 mtu;
	u32 mtu_beyond;
};

/**
 * struct tcpwhy_syns_ignored - a SYN that is not answered
 * @memory: of the server
 * @again: the connect that it is of; causes may write to it
 */
struct tcpwhy_syns_ignored {
	const struct tcpwhy_syns *memory;
	struct tcpwhy_try *again;
};

/**
 * struct tcpwhy_refused - an ICMP error that answered a connect or a datagram
 * @icmp: &enum tcpwhy_icmp_kind
 * @protocol: IP protocol of what it answers
 * @origin: &enum tcpwhy_origin, where this host sent it
 * @received: it came here, and the kernel took it; else this host sent it to the peer
 * @heard: the program hears of it
 * @router: who sent it, if it was received
 */
struct tcpwhy_refused {
	u8 icmp;
	u8 protocol;
	u8 origin;
	bool received;
	bool heard;
	struct tcpwhy_addr router;
};

/**
 * struct tcpwhy_observation - one thing that a hook saw
 * @kind: what it is
 * @mibs: BIT(mib) of the kernel's counters that counted it, if it is what it
 *	looks like
 * @now_ns: CLOCK_BOOTTIME
 * @peer: remote address
 * @lport: local port
 * @rport: remote port
 * @packet: the segment; NULL if there is none
 * @flow: what is remembered of these addresses and ports; causes may write to
 *	it; NULL if nothing is to be remembered
 * @process: who acted; all zero if nobody did
 * @socket: see &enum tcpwhy_kind
 * @closed: see &enum tcpwhy_kind
 * @ports: see &enum tcpwhy_kind
 * @conn: see &enum tcpwhy_kind
 * @fragments: see &enum tcpwhy_kind
 * @stall: see &enum tcpwhy_kind
 * @too_big: see &enum tcpwhy_kind
 * @forward: see &enum tcpwhy_kind
 * @syns: see &enum tcpwhy_kind
 * @refused: see &enum tcpwhy_kind
 */
struct tcpwhy_observation {
	enum tcpwhy_kind kind;
	u32 mibs;
	u64 now_ns;
	struct tcpwhy_addr peer;
	u16 lport;
	u16 rport;
	const struct tcpwhy_packet *packet;
	struct tcpwhy_flow *flow;
	struct tcpwhy_process process;
	union {
		struct tcpwhy_socket socket;
		struct tcpwhy_closed closed;
		struct tcpwhy_ports ports;
		struct tcpwhy_conn conn;
		struct tcpwhy_fragments fragments;
		struct tcpwhy_stalled stall;
		struct tcpwhy_too_big too_big;
		struct tcpwhy_forwarding forward;
		struct tcpwhy_oversized oversize;
		struct tcpwhy_syns_ignored syns;
		struct tcpwhy_refused refused;
	};
};

#endif /* TCPWHY_CORE_OBSERVATION_H */
