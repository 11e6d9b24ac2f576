/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * tcpwhy: which peers are affected, why, and what to do about it.
 *
 * The ABI of the generic netlink family "tcpwhy", version 1. The same story
 * is told in uapi/tcpwhy.yaml for YNL clients; a test holds the two together.
 *
 * Rules of this ABI
 *  - Enumerators are appended, never renumbered and never removed. A reader
 *    shows what it does not know by number.
 *  - Integers are in host byte order. Addresses are raw network-order bytes,
 *    4 (IPv4; IPv4-mapped IPv6 counts as IPv4) or 16 (IPv6) of them.
 *  - Times are nanoseconds of CLOCK_BOOTTIME unless the name says otherwise.
 *  - Every command needs CAP_NET_ADMIN in the user namespace that owns the
 *    caller's network namespace, and so does joining the multicast group.
 *  - A network namespace sees its own peers only. A caller in the initial
 *    one may ask for all (TCPWHY_A_FILTER_ALL_NETNS, TCPWHY_A_FILTER_NETNS).
 */
#ifndef _UAPI_LINUX_TCPWHY_H
#define _UAPI_LINUX_TCPWHY_H

#include <linux/types.h>

#define TCPWHY_GENL_NAME	"tcpwhy"
#define TCPWHY_GENL_VERSION	1
#define TCPWHY_MCGRP_EVENTS	"events"

/** TCPWHY_HEADER_MAX - most header bytes an event carries, from the IP header on */
#define TCPWHY_HEADER_MAX	128

/**
 * enum tcpwhy_cmd - commands of the family
 *
 * @TCPWHY_CMD_UNSPEC: not used
 *
 * @TCPWHY_CMD_GET_PEERS: dump. Request: optional %TCPWHY_A_FILTER.
 *	Reply, one message a peer: %TCPWHY_A_PEER. A peer none of whose
 *	findings passes the filter is left out, and so is a finding that does
 *	not pass.
 *
 * @TCPWHY_CMD_GET_PEER: do. Request: %TCPWHY_A_ADDRESS, optional
 *	%TCPWHY_A_FILTER of which only the namespace counts. Reply:
 *	%TCPWHY_A_PEER. -ENOENT (with extack) if nothing is known of it.
 *
 * @TCPWHY_CMD_GET_STATUS: do. No request attribute. Reply: %TCPWHY_A_STATUS.
 *
 * @TCPWHY_CMD_SET_CONFIG: do; from the initial network namespace only.
 *	Request: any number of %TCPWHY_A_ENABLE and %TCPWHY_A_DISABLE, each
 *	one cause, and %TCPWHY_A_LEAN. Applied all or none. Hooks that no enabled cause needs are
 *	removed, and put back when one does. Reply: none beyond the ack.
 *
 * @TCPWHY_CMD_RESET: do. Forgets the findings that pass the optional
 *	%TCPWHY_A_FILTER, and the peers that have no other. Reply:
 *	%TCPWHY_A_REMOVED. The sums that are reconciled with the kernel's
 *	counters stay.
 *
 * @TCPWHY_CMD_EVENT: notification in the group "events", one message for
 *	each event as it happens: %TCPWHY_A_PEER with exactly one
 *	%TCPWHY_A_PEER_FINDING (its state after this event), %TCPWHY_A_WHEN,
 *	%TCPWHY_A_HEADER if there was a packet, %TCPWHY_A_LOST if events were
 *	lost since the last one. Sent to the namespace it happened in, and to
 *	the initial one.
 */
enum tcpwhy_cmd {
	TCPWHY_CMD_UNSPEC,
	TCPWHY_CMD_GET_PEERS,
	TCPWHY_CMD_GET_PEER,
	TCPWHY_CMD_GET_STATUS,
	TCPWHY_CMD_SET_CONFIG,
	TCPWHY_CMD_RESET,
	TCPWHY_CMD_EVENT,

	/* private: */
	__TCPWHY_CMD_AFTER_LAST,
	TCPWHY_CMD_MAX = __TCPWHY_CMD_AFTER_LAST - 1
};

/**
 * enum tcpwhy_cause_id - what can be wrong; the names in parentheses are what
 * the tool prints and accepts, and come with %TCPWHY_A_STATUS_CAUSE
 *
 * @TCPWHY_CAUSE_NONE: nothing
 * @TCPWHY_CAUSE_PAWS_ESTABLISHED: (paws-established) a segment of a
 *	synchronised connection was dropped since its timestamp is older than
 *	the latest one, and it carried new data or is seconds back (RFC 7323, 5)
 * @TCPWHY_CAUSE_PAWS_HANDSHAKE: (paws-handshake) the same, before the
 *	handshake was complete
 * @TCPWHY_CAUSE_PAWS_TIMEWAIT: (paws-timewait) a SYN met the TIME_WAIT of an
 *	earlier connection of the same ports, with a timestamp that went
 *	backwards, and was refused
 * @TCPWHY_CAUSE_PAWS_STALE: (paws-stale) an old segment was dropped as it
 *	should be: what plain reordering brings
 * @TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN: (timewait-refused-syn) a SYN met
 *	TIME_WAIT with a sequence number that is not beyond the old one, and
 *	no timestamp to tell them apart
 * @TCPWHY_CAUSE_TIMEWAIT_OVERFLOW: (timewait-overflow) a connection closed
 *	without TIME_WAIT since net.ipv4.tcp_max_tw_buckets was reached
 * @TCPWHY_CAUSE_TIMEWAIT_KILLED: (timewait-killed) a RST ended a TIME_WAIT
 *	early (RFC 1337)
 * @TCPWHY_CAUSE_PORT_EXHAUSTION: (port-exhaustion) the local ports towards
 *	one remote address and port are used up, or nearly so; or bind() found
 *	none that is free: the peer is then who holds most of them, with its
 *	port, or without a port the address that was to be bound, where
 *	connections do not hold them
 * @TCPWHY_CAUSE_RST_PORT_CLOSED: (rst-port-closed) sent: a SYN for a port on
 *	which nobody listens
 * @TCPWHY_CAUSE_RST_UNREAD_DATA: (rst-unread-data) sent: a program closed a
 *	connection with data that it had not read (RFC 2525, 2.17)
 * @TCPWHY_CAUSE_RST_LINGER0: (rst-linger0) sent: a program closed with
 *	SO_LINGER 0, or TCP_LINGER2 below 0
 * @TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT: (rst-keepalive-timeout) sent: keepalive
 *	probes stayed unanswered
 * @TCPWHY_CAUSE_RST_USER_TIMEOUT: (rst-user-timeout) sent: the same, by the
 *	time that TCP_USER_TIMEOUT gave them
 * @TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW: (rst-accept-overflow) sent: the accept
 *	queue was full, and net.ipv4.tcp_abort_on_overflow is set
 * @TCPWHY_CAUSE_RST_LATE_SYNACK: (rst-late-synack) sent: the answer to a
 *	connect came after the program had given up
 * @TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE: (rst-data-after-close) sent: the peer
 *	sent to a connection that a program here had closed
 * @TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION: (rst-unknown-connection) sent: a segment
 *	that is no SYN, for a connection that this host does not know
 * @TCPWHY_CAUSE_RST_TIMEWAIT: (rst-timewait) sent: a SYN met a connection that
 *	waits in FIN_WAIT2 for the peer's FIN
 * @TCPWHY_CAUSE_RST_BAD_HANDSHAKE: (rst-bad-handshake) sent: a segment that does
 *	not fit the handshake (wrong ACK, second SYN in the window)
 * @TCPWHY_CAUSE_RST_ORPHAN_LIMIT: (rst-orphan-limit) sent: a connection that no
 *	program holds any more was thrown away: net.ipv4.tcp_max_orphans,
 *	net.ipv4.tcp_mem, or the end of FIN_WAIT2
 * @TCPWHY_CAUSE_RST_LISTENER_CLOSED: (rst-listener-closed) sent: a listener was
 *	closed with connections that nobody had accepted
 * @TCPWHY_CAUSE_RST_DISCONNECT: (rst-disconnect) sent: a program dissolved the
 *	connection with connect(AF_UNSPEC)
 * @TCPWHY_CAUSE_RST_ADMIN: (rst-admin) sent: an administrator ended it (ss -K)
 * @TCPWHY_CAUSE_RST_FOLLOWUP: (rst-followup) sent: a segment came for a
 *	connection that had died here moments before
 * @TCPWHY_CAUSE_RST_FIREWALL: (rst-firewall) sent: by a netfilter REJECT
 * @TCPWHY_CAUSE_RST_FORGED_LOCAL: (rst-forged-local) sent: by a program through
 *	a raw or packet socket; neither TCP nor netfilter made it
 * @TCPWHY_CAUSE_RST_FORWARDED: (rst-forwarded) passed through this gateway; the
 *	peer is its sender
 * @TCPWHY_CAUSE_TIMEOUT_RETRANSMIT: (timeout-retransmit) given up without a RST:
 *	what was sent stayed unacknowledged (tcp_retries2, TCP_USER_TIMEOUT)
 * @TCPWHY_CAUSE_TIMEOUT_CONNECT: (timeout-connect) given up without a RST: our
 *	SYNs stayed unanswered
 * @TCPWHY_CAUSE_PEER_REFUSED: (peer-refused) received: a RST answered our SYN
 * @TCPWHY_CAUSE_PEER_ABORTED: (peer-aborted) received: on a live connection,
 *	with none of the signs below
 * @TCPWHY_CAUSE_PEER_CLOSED_EARLY: (peer-closed-early) received: we wrote after
 *	the peer had closed
 * @TCPWHY_CAUSE_PEER_LOST_CONNECTION: (peer-lost-connection) received: the peer, or a
 *	box before it, does not know the connection
 * @TCPWHY_CAUSE_IDLE_EXPIRED: (idle-expired) the same, three times or more after
 *	about the same idle time: the path forgets idle connections
 * @TCPWHY_CAUSE_RST_INJECTED: (rst-injected) received: two or more signs that
 *	the peer did not send it, &enum tcpwhy_injection_sign
 * @TCPWHY_CAUSE_RST_IGNORED: (rst-ignored) received: outside the window or not
 *	at its edge, and not believed (RFC 5961, 3)
 * @TCPWHY_CAUSE_FRAGMENT_LOST: (fragment-lost) a datagram from this address came
 *	in pieces, not all of them came in time, and it was given up
 * @TCPWHY_CAUSE_FRAGMENT_DROPPED: (fragment-dropped) a datagram from this address
 *	came in pieces, and this host refused it, &enum tcpwhy_fragment_reason
 * @TCPWHY_CAUSE_BLACKHOLE_SEND: (blackhole-send) what we send in large packets
 *	vanishes, smaller ones arrive, and no router says why (RFC 2923, 2.1);
 *	an event a connection
 * @TCPWHY_CAUSE_PMTU_LOWERED: (pmtu-lowered) a router said that a connection's
 *	packets are too big, and TCP took it: its path MTU fell; an event a connection
 *	and size
 * @TCPWHY_CAUSE_TOO_BIG_IGNORED: (too-big-ignored) the same, and the connection goes
 *	on with packets larger than what the router said; an event a connection and
 *	size
 * @TCPWHY_CAUSE_BLACKHOLE_RECEIVE: (blackhole-receive) what the peer sends us in packets
 *	of full size vanishes, smaller ones arrive; an event a connection
 * @TCPWHY_CAUSE_BLACKHOLE_FORWARD: (blackhole-forward) as a gateway: what another host
 *	sends to this address in packets of full size vanishes behind this host, or is too
 *	big for its link and the sender does not heed that it was told so; smaller ones
 *	arrive; an event a connection
 * @TCPWHY_CAUSE_PEER_IGNORES_SYN: (peer-ignores-syn) as its client, or the gateway of
 *	its clients: this server does not answer SYNs whose timestamp is behind one that it
 *	answered within a minute through the same address; an event a connect
 * @TCPWHY_CAUSE_RST_GOODBYE: (rst-goodbye) sent: a program had closed with no more
 *	than the peer's goodbye unread, or that came later: 64 bytes at most, such as
 *	TLS' close_notify, after the answers; or it left at rest what it had opened
 * @TCPWHY_CAUSE_PEER_GOODBYE: (peer-goodbye) received: our goodbye, 64 bytes at most,
 *	or our FIN alone came when the peer had closed; or it left at rest what it had opened
 * @TCPWHY_CAUSE_DEVICE_MTU_DROP: (device-mtu-drop) a device of this host, such as the
 *	other end of a veth pair, drops what we send as it is larger than that one's MTU;
 *	an event a connection
 * @TCPWHY_CAUSE_RST_HAPPY_EYEBALLS: (rst-happy-eyeballs) sent: the answer to a connect
 *	that its program dropped, as a connect to another address had won
 * @TCPWHY_CAUSE_REFUSED_ICMP: (refused-icmp) a connect, or a datagram, was answered with an
 *	ICMP error: received here, with %TCPWHY_A_EVIDENCE_ROUTER, or sent by this host to
 *	the peer, without it
 * @TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE: (deaf-after-handshake) the handshake with this peer
 *	succeeds, and nothing that we send after it arrives, whatever its size; an event a
 *	connection
 * @TCPWHY_CAUSE_DROPPED_BY_CONTENT: (dropped-by-content) the same bytes to this peer vanish
 *	in packets of any size, while others arrive; an event a connection
 */
enum tcpwhy_cause_id {
	TCPWHY_CAUSE_NONE,
	TCPWHY_CAUSE_PAWS_ESTABLISHED,
	TCPWHY_CAUSE_PAWS_HANDSHAKE,
	TCPWHY_CAUSE_PAWS_TIMEWAIT,
	TCPWHY_CAUSE_PAWS_STALE,
	TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN,
	TCPWHY_CAUSE_TIMEWAIT_OVERFLOW,
	TCPWHY_CAUSE_TIMEWAIT_KILLED,
	TCPWHY_CAUSE_PORT_EXHAUSTION,
	TCPWHY_CAUSE_RST_PORT_CLOSED,
	TCPWHY_CAUSE_RST_UNREAD_DATA,
	TCPWHY_CAUSE_RST_LINGER0,
	TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT,
	TCPWHY_CAUSE_RST_USER_TIMEOUT,
	TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW,
	TCPWHY_CAUSE_RST_LATE_SYNACK,
	TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE,
	TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION,
	TCPWHY_CAUSE_RST_TIMEWAIT,
	TCPWHY_CAUSE_RST_BAD_HANDSHAKE,
	TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
	TCPWHY_CAUSE_RST_LISTENER_CLOSED,
	TCPWHY_CAUSE_RST_DISCONNECT,
	TCPWHY_CAUSE_RST_ADMIN,
	TCPWHY_CAUSE_RST_FOLLOWUP,
	TCPWHY_CAUSE_RST_FIREWALL,
	TCPWHY_CAUSE_RST_FORGED_LOCAL,
	TCPWHY_CAUSE_RST_FORWARDED,
	TCPWHY_CAUSE_TIMEOUT_RETRANSMIT,
	TCPWHY_CAUSE_TIMEOUT_CONNECT,
	TCPWHY_CAUSE_PEER_REFUSED,
	TCPWHY_CAUSE_PEER_ABORTED,
	TCPWHY_CAUSE_PEER_CLOSED_EARLY,
	TCPWHY_CAUSE_PEER_LOST_CONNECTION,
	TCPWHY_CAUSE_IDLE_EXPIRED,
	TCPWHY_CAUSE_RST_INJECTED,
	TCPWHY_CAUSE_RST_IGNORED,
	TCPWHY_CAUSE_FRAGMENT_LOST,
	TCPWHY_CAUSE_FRAGMENT_DROPPED,
	TCPWHY_CAUSE_BLACKHOLE_SEND,
	TCPWHY_CAUSE_PMTU_LOWERED,
	TCPWHY_CAUSE_TOO_BIG_IGNORED,
	TCPWHY_CAUSE_BLACKHOLE_RECEIVE,
	TCPWHY_CAUSE_BLACKHOLE_FORWARD,
	TCPWHY_CAUSE_PEER_IGNORES_SYN,
	TCPWHY_CAUSE_RST_GOODBYE,
	TCPWHY_CAUSE_PEER_GOODBYE,
	TCPWHY_CAUSE_DEVICE_MTU_DROP,
	TCPWHY_CAUSE_RST_HAPPY_EYEBALLS,
	TCPWHY_CAUSE_REFUSED_ICMP,
	TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE,
	TCPWHY_CAUSE_DROPPED_BY_CONTENT,

	/* private: */
	__TCPWHY_CAUSE_AFTER_LAST,
	TCPWHY_CAUSE_MAX = __TCPWHY_CAUSE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_severity - how much it hurts; a property of the cause
 * @TCPWHY_SEVERITY_UNSPEC: not used
 * @TCPWHY_SEVERITY_INFO: (info) protocol life; tools hide it by default
 * @TCPWHY_SEVERITY_NOTICE: (notice) explained, often harmless
 * @TCPWHY_SEVERITY_TROUBLE: (trouble) a user of this peer was hurt
 */
enum tcpwhy_severity {
	TCPWHY_SEVERITY_UNSPEC,
	TCPWHY_SEVERITY_INFO,
	TCPWHY_SEVERITY_NOTICE,
	TCPWHY_SEVERITY_TROUBLE,

	/* private: */
	__TCPWHY_SEVERITY_AFTER_LAST,
	TCPWHY_SEVERITY_MAX = __TCPWHY_SEVERITY_AFTER_LAST - 1
};

/**
 * enum tcpwhy_confidence - how sure it is
 * @TCPWHY_CONFIDENCE_UNSPEC: not used
 * @TCPWHY_CONFIDENCE_POSSIBLE: (possible) one sign
 * @TCPWHY_CONFIDENCE_LIKELY: (likely) two independent signs
 * @TCPWHY_CONFIDENCE_CERTAIN: (certain) the kernel did it and was seen doing
 *	it, or its own predicate was computed again on the same state
 */
enum tcpwhy_confidence {
	TCPWHY_CONFIDENCE_UNSPEC,
	TCPWHY_CONFIDENCE_POSSIBLE,
	TCPWHY_CONFIDENCE_LIKELY,
	TCPWHY_CONFIDENCE_CERTAIN,

	/* private: */
	__TCPWHY_CONFIDENCE_AFTER_LAST,
	TCPWHY_CONFIDENCE_MAX = __TCPWHY_CONFIDENCE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_attr - attributes at the top of a message
 * @TCPWHY_A_UNSPEC: not used
 * @TCPWHY_A_PAD: padding for 64-bit alignment
 * @TCPWHY_A_FILTER: nest of &enum tcpwhy_filter_attr
 * @TCPWHY_A_ADDRESS: binary, 4 or 16 bytes: a peer's address
 * @TCPWHY_A_PEER: nest of &enum tcpwhy_peer_attr
 * @TCPWHY_A_STATUS: nest of &enum tcpwhy_status_attr
 * @TCPWHY_A_ENABLE: u32, a cause to switch on; may be repeated
 * @TCPWHY_A_DISABLE: u32, a cause to switch off; may be repeated
 * @TCPWHY_A_REMOVED: u32, number of peers of which something was forgotten
 * @TCPWHY_A_WHEN: u64, when the event happened
 * @TCPWHY_A_HEADER: binary, at most %TCPWHY_HEADER_MAX bytes of the offending
 *	packet, from its IP header on; no payload. Of a datagram in pieces: the first
 *	piece that came, by its place
 * @TCPWHY_A_LOST: u32, events lost since the last one that was sent
 * @TCPWHY_A_LEAN: u8, 1: lean mode, nothing on the data path: kprobes on rare
 *	functions in place of the netfilter hook; 0: the netfilter hook
 */
enum tcpwhy_attr {
	TCPWHY_A_UNSPEC,
	TCPWHY_A_PAD,
	TCPWHY_A_FILTER,
	TCPWHY_A_ADDRESS,
	TCPWHY_A_PEER,
	TCPWHY_A_STATUS,
	TCPWHY_A_ENABLE,
	TCPWHY_A_DISABLE,
	TCPWHY_A_REMOVED,
	TCPWHY_A_WHEN,
	TCPWHY_A_HEADER,
	TCPWHY_A_LOST,
	TCPWHY_A_LEAN,

	/* private: */
	__TCPWHY_A_AFTER_LAST,
	TCPWHY_A_MAX = __TCPWHY_A_AFTER_LAST - 1
};

/**
 * enum tcpwhy_filter_attr - in %TCPWHY_A_FILTER: what a finding must be; all
 * that are given must hold
 * @TCPWHY_A_FILTER_UNSPEC: not used
 * @TCPWHY_A_FILTER_PAD: padding for 64-bit alignment
 * @TCPWHY_A_FILTER_CAUSE: u32; may be repeated, then any of them
 * @TCPWHY_A_FILTER_MIN_SEVERITY: u8, &enum tcpwhy_severity
 * @TCPWHY_A_FILTER_MIN_CONFIDENCE: u8, &enum tcpwhy_confidence
 * @TCPWHY_A_FILTER_PREFIX: binary, 4 or 16 bytes: a network's address
 * @TCPWHY_A_FILTER_PREFIX_LEN: u8, bits; only with, and by default all of,
 *	the prefix
 * @TCPWHY_A_FILTER_SINCE: u64, the finding's latest event is not older
 * @TCPWHY_A_FILTER_NETNS: u32, inode number of a network namespace
 * @TCPWHY_A_FILTER_ALL_NETNS: flag, all network namespaces
 */
enum tcpwhy_filter_attr {
	TCPWHY_A_FILTER_UNSPEC,
	TCPWHY_A_FILTER_PAD,
	TCPWHY_A_FILTER_CAUSE,
	TCPWHY_A_FILTER_MIN_SEVERITY,
	TCPWHY_A_FILTER_MIN_CONFIDENCE,
	TCPWHY_A_FILTER_PREFIX,
	TCPWHY_A_FILTER_PREFIX_LEN,
	TCPWHY_A_FILTER_SINCE,
	TCPWHY_A_FILTER_NETNS,
	TCPWHY_A_FILTER_ALL_NETNS,

	/* private: */
	__TCPWHY_A_FILTER_AFTER_LAST,
	TCPWHY_A_FILTER_MAX = __TCPWHY_A_FILTER_AFTER_LAST - 1
};

/**
 * enum tcpwhy_peer_attr - in %TCPWHY_A_PEER
 * @TCPWHY_A_PEER_UNSPEC: not used
 * @TCPWHY_A_PEER_PAD: padding for 64-bit alignment
 * @TCPWHY_A_PEER_ADDRESS: binary, 4 or 16 bytes
 * @TCPWHY_A_PEER_NETNS: u32, inode number of the network namespace
 * @TCPWHY_A_PEER_FIRST: u64, first event of this peer
 * @TCPWHY_A_PEER_LAST: u64, latest event of this peer
 * @TCPWHY_A_PEER_CLOCKS: u8, distinct timestamp clocks (offsets) seen since
 *	the first event, 8 at most. Not a count of hosts: newer kernels give
 *	each connection an offset of its own
 * @TCPWHY_A_PEER_FINGERPRINTS: u8, distinct SYN fingerprints (TTL, MSS,
 *	window, window scale, order of options) seen since the first event, 8
 *	at most
 * @TCPWHY_A_PEER_FINDING: nest of &enum tcpwhy_finding_attr; repeated, one a
 *	cause
 */
enum tcpwhy_peer_attr {
	TCPWHY_A_PEER_UNSPEC,
	TCPWHY_A_PEER_PAD,
	TCPWHY_A_PEER_ADDRESS,
	TCPWHY_A_PEER_NETNS,
	TCPWHY_A_PEER_FIRST,
	TCPWHY_A_PEER_LAST,
	TCPWHY_A_PEER_CLOCKS,
	TCPWHY_A_PEER_FINGERPRINTS,
	TCPWHY_A_PEER_FINDING,

	/* private: */
	__TCPWHY_A_PEER_AFTER_LAST,
	TCPWHY_A_PEER_MAX = __TCPWHY_A_PEER_AFTER_LAST - 1
};

/**
 * enum tcpwhy_finding_attr - in %TCPWHY_A_PEER_FINDING
 * @TCPWHY_A_FINDING_UNSPEC: not used
 * @TCPWHY_A_FINDING_PAD: padding for 64-bit alignment
 * @TCPWHY_A_FINDING_CAUSE: u32, &enum tcpwhy_cause_id
 * @TCPWHY_A_FINDING_SEVERITY: u8, &enum tcpwhy_severity
 * @TCPWHY_A_FINDING_CONFIDENCE: u8, &enum tcpwhy_confidence, the highest so far
 * @TCPWHY_A_FINDING_COUNT: u64, events
 * @TCPWHY_A_FINDING_FIRST: u64, first event
 * @TCPWHY_A_FINDING_LAST: u64, latest event
 * @TCPWHY_A_FINDING_RATE: u32, events per 1000 s, averaged over about 10 s
 * @TCPWHY_A_FINDING_LPORT: u16, local port of the latest event
 * @TCPWHY_A_FINDING_RPORT: u16, remote port of the latest event
 * @TCPWHY_A_FINDING_EVIDENCE: nest of &enum tcpwhy_evidence_attr: of the
 *	latest event, but for the sums, which are over all
 */
enum tcpwhy_finding_attr {
	TCPWHY_A_FINDING_UNSPEC,
	TCPWHY_A_FINDING_PAD,
	TCPWHY_A_FINDING_CAUSE,
	TCPWHY_A_FINDING_SEVERITY,
	TCPWHY_A_FINDING_CONFIDENCE,
	TCPWHY_A_FINDING_COUNT,
	TCPWHY_A_FINDING_FIRST,
	TCPWHY_A_FINDING_LAST,
	TCPWHY_A_FINDING_RATE,
	TCPWHY_A_FINDING_LPORT,
	TCPWHY_A_FINDING_RPORT,
	TCPWHY_A_FINDING_EVIDENCE,

	/* private: */
	__TCPWHY_A_FINDING_AFTER_LAST,
	TCPWHY_A_FINDING_MAX = __TCPWHY_A_FINDING_AFTER_LAST - 1
};

/**
 * enum tcpwhy_evidence_attr - in %TCPWHY_A_FINDING_EVIDENCE; which of them
 * are there depends on the cause, and an attribute that is absent was not
 * known
 * @TCPWHY_A_EVIDENCE_UNSPEC: not used
 * @TCPWHY_A_EVIDENCE_PAD: padding for 64-bit alignment
 * @TCPWHY_A_EVIDENCE_TSVAL: u32, timestamp of the offending segment (paws-*)
 * @TCPWHY_A_EVIDENCE_TS_RECENT: u32, the timestamp it was compared with
 * @TCPWHY_A_EVIDENCE_TS_BEHIND: u32, how far it is behind, in ticks of the
 *	sender's clock (Linux: milliseconds)
 * @TCPWHY_A_EVIDENCE_STATE: u8, TCP state of the connection as in
 *	/proc/net/tcp (1 ESTABLISHED, 2 SYN_SENT, 6 TIME_WAIT, 12 NEW_SYN_RECV, ...)
 * @TCPWHY_A_EVIDENCE_SEQ: u32, sequence number of the segment
 * @TCPWHY_A_EVIDENCE_END_SEQ: u32, the one after its last byte
 * @TCPWHY_A_EVIDENCE_RCV_NXT: u32, the sequence number that was expected next
 * @TCPWHY_A_EVIDENCE_TW_AGE: u32, milliseconds since the connection entered
 *	TIME_WAIT, or since the last segment that started it again
 * @TCPWHY_A_EVIDENCE_SYN_CHANGED: u8, what differs between this SYN and the
 *	one that opened the earlier connection, bits of
 *	&enum tcpwhy_syn_changed; absent if that one was not seen
 * @TCPWHY_A_EVIDENCE_TTL: u8, TTL or hop limit of this SYN
 * @TCPWHY_A_EVIDENCE_TTL_BEFORE: u8, that of the earlier connection's SYN
 * @TCPWHY_A_EVIDENCE_ATTEMPTS: u32, sum: connections that were refused, each
 *	counted once however often its SYN was repeated
 * @TCPWHY_A_EVIDENCE_GOT_IN: u32, sum: of these, the ones that were
 *	established later, by a repeated SYN
 * @TCPWHY_A_EVIDENCE_LATE_MEAN: u32, milliseconds from first refusal to
 *	established, mean over those that got in
 * @TCPWHY_A_EVIDENCE_LATE_MAX: u32, and the longest
 * @TCPWHY_A_EVIDENCE_CLEARED_BY_RST: u32, sum: TIME_WAITs that the refused
 *	client's own RST ended, so that its next SYN could get in
 * @TCPWHY_A_EVIDENCE_TW_COUNT: u32, TIME_WAITs of the namespace at the time
 *	(timewait-overflow)
 * @TCPWHY_A_EVIDENCE_TW_LIMIT: u32, net.ipv4.tcp_max_tw_buckets
 * @TCPWHY_A_EVIDENCE_PORTS_TIMEWAIT: u32, local ports in TIME_WAIT towards
 *	this peer and remote port (port-exhaustion)
 * @TCPWHY_A_EVIDENCE_PORTS_IN_USE: u32, local ports in use by live connections
 *	towards this peer and remote port
 * @TCPWHY_A_EVIDENCE_PORTS_USABLE: u32, ports of net.ipv4.ip_local_port_range
 *	that are not reserved
 * @TCPWHY_A_EVIDENCE_CONNECTS_FAILED: u32, sum: connects that failed with
 *	EADDRNOTAVAIL
 * @TCPWHY_A_EVIDENCE_PID: u32, process that acted (thread group id in the pid
 *	namespace of who asks); absent where the kernel acted by itself, where
 *	the process is of another pid namespace (the initial one is told of
 *	all), and in events that are sent to a network namespace other than the
 *	initial one, as nobody knows who reads them
 * @TCPWHY_A_EVIDENCE_COMM: string, its name; with the pid only
 * @TCPWHY_A_EVIDENCE_CGROUP: u64, id of the cgroup (v2) of the socket's owner
 * @TCPWHY_A_EVIDENCE_PHASE: u8, &enum tcpwhy_phase
 * @TCPWHY_A_EVIDENCE_BYTES_IN: u64, bytes the connection had received
 * @TCPWHY_A_EVIDENCE_BYTES_OUT: u64, bytes the peer had acknowledged
 * @TCPWHY_A_EVIDENCE_BYTES_UNREAD: u32, bytes received that the program had not
 *	read
 * @TCPWHY_A_EVIDENCE_BYTES_UNACKED: u32, bytes written by the program that the
 *	peer had not acknowledged: they are lost
 * @TCPWHY_A_EVIDENCE_IDLE: u32, milliseconds since the peer was heard last; for
 *	peer-lost-connection and idle-expired: until we sent again
 * @TCPWHY_A_EVIDENCE_AFTER: u32, milliseconds since the connection had died here,
 *	or our connect had given up
 * @TCPWHY_A_EVIDENCE_RETRIES: u32, retransmissions or probes without an answer
 * @TCPWHY_A_EVIDENCE_ACK: u32, acknowledgment number of the segment
 * @TCPWHY_A_EVIDENCE_WINDOW: u32, bytes from %TCPWHY_A_EVIDENCE_RCV_NXT to the
 *	end of the receive window
 * @TCPWHY_A_EVIDENCE_TTL_USUAL: u8, TTL or hop limit of the connection's earlier
 *	packets; %TCPWHY_A_EVIDENCE_TTL is that of the RST
 * @TCPWHY_A_EVIDENCE_IP_ID: u16, IP ID of the RST
 * @TCPWHY_A_EVIDENCE_IP_ID_EXPECTED: u16, what the connection's own steps led to
 *	expect
 * @TCPWHY_A_EVIDENCE_SIGNS: u8, bits of &enum tcpwhy_injection_sign
 * @TCPWHY_A_EVIDENCE_BACKLOG: u32, connections in the accept queue
 * @TCPWHY_A_EVIDENCE_BACKLOG_LIMIT: u32, room in it
 * @TCPWHY_A_EVIDENCE_DIED_OF: u32, &enum tcpwhy_cause_id: what had ended the
 *	connection
 * @TCPWHY_A_EVIDENCE_ORIGIN: u8, &enum tcpwhy_origin
 * @TCPWHY_A_EVIDENCE_EXPIRY: u32, milliseconds: shortest idle time after which
 *	the connection was forgotten
 * @TCPWHY_A_EVIDENCE_EXPIRY_MAX: u32, milliseconds: the longest
 * @TCPWHY_A_EVIDENCE_SURVIVED: u32, milliseconds: longest idle time that a
 *	connection of this peer survived; absent if none was seen
 * @TCPWHY_A_EVIDENCE_SAMPLES: u32, connections that were forgotten
 * @TCPWHY_A_EVIDENCE_PROTOCOL: u8, IP protocol of what the datagram carries, or of what
 *	was refused (1 ICMP,
 *	6 TCP, 17 UDP, 58 ICMPv6, ...); absent if the fragment that tells did not come
 * @TCPWHY_A_EVIDENCE_FRAGMENT_ID: u32, identification of the datagram: IP ID, or that
 *	of the IPv6 fragment header
 * @TCPWHY_A_EVIDENCE_FRAGMENT_FIRST: u8, 1 if its first fragment had come, the one
 *	with the ports
 * @TCPWHY_A_EVIDENCE_FRAGMENT_BYTES: u32, bytes of it that had come, IP headers not
 *	counted
 * @TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST: u32, bytes of the largest IP packet among
 *	them: what the path lets through
 * @TCPWHY_A_EVIDENCE_DATAGRAM_BYTES: u32, bytes of the whole, IP header not counted;
 *	absent if its last fragment had not come
 * @TCPWHY_A_EVIDENCE_FRAGMENT_WAIT: u32, milliseconds that its fragments were waited
 *	for (net.ipv4.ipfrag_time, net.ipv6.ip6frag_time, or where conntrack puts IPv6
 *	together net.netfilter.nf_conntrack_frag6_timeout)
 * @TCPWHY_A_EVIDENCE_NO_FIRST: u32, sum: datagrams whose first fragment did not come
 * @TCPWHY_A_EVIDENCE_NO_LAST: u32, sum: datagrams whose last fragment did not come
 * @TCPWHY_A_EVIDENCE_FRAGMENT_REASON: u8, &enum tcpwhy_fragment_reason
 * @TCPWHY_A_EVIDENCE_FRAGMENT_MEMORY: u64, bytes that all fragments waiting in the
 *	namespace held
 * @TCPWHY_A_EVIDENCE_FRAGMENT_LIMIT: u64, bytes that they may hold
 *	(net.ipv4.ipfrag_high_thresh, net.ipv6.ip6frag_high_thresh)
 * @TCPWHY_A_EVIDENCE_SIZE_FAILS: u32, bytes of the IP packets that vanish
 * @TCPWHY_A_EVIDENCE_SIZE_PASSES: u32, bytes of the largest IP packet that is known to
 *	get through
 * @TCPWHY_A_EVIDENCE_MTU: u32, MTU of the path, as the connection knew it; of this
 *	host's own route, where it is a gateway
 * @TCPWHY_A_EVIDENCE_STALL: u32, milliseconds from the first time-out of a segment to
 *	the verdict; for blackhole-receive: from when bytes were first seen to be missing
 * @TCPWHY_A_EVIDENCE_LIFE: u8, bits of &enum tcpwhy_life
 * @TCPWHY_A_EVIDENCE_MTU_BEFORE: u32, MTU of the path, as the connection knew it before
 * @TCPWHY_A_EVIDENCE_MTU_SAID: u32, MTU of its next link, as the router said; absent
 *	if it said none
 * @TCPWHY_A_EVIDENCE_ROUTER: binary, 4 or 16 bytes: address of the router that
 *	said so
 * @TCPWHY_A_EVIDENCE_HOLE: u32, bytes that are missing before the first that came
 * @TCPWHY_A_EVIDENCE_MSS: u32, MSS that this host advertised; where it is a gateway:
 *	largest payload that the peer asks for in its handshake
 * @TCPWHY_A_EVIDENCE_SENDER: binary, 4 or 16 bytes: address of the other end, the one
 *	that sends what vanishes, or what is not answered
 * @TCPWHY_A_EVIDENCE_MSS_SENDER: u32, largest payload that the other end asks for
 * @TCPWHY_A_EVIDENCE_TOO_BIG_SENT: u32, how often this host answered the same segment
 *	with "fragmentation needed" or "packet too big"
 * @TCPWHY_A_EVIDENCE_SYNS_IGNORED: u32, SYNs behind it that it did not answer, while it
 *	answered others
 * @TCPWHY_A_EVIDENCE_SYNS_ANSWERED: u32, SYNs that it answered since the first of these
 * @TCPWHY_A_EVIDENCE_TRAITS: u32, bits of &enum tcpwhy_reset_trait; absent if there are
 *	none
 * @TCPWHY_A_EVIDENCE_SERVICE: binary, 4 or 16 bytes: address that the sender calls;
 *	absent where it is the peer's own
 * @TCPWHY_A_EVIDENCE_RELAY: u8, &enum tcpwhy_relay: how this host sends it on to the peer;
 *	absent where it forwards
 * @TCPWHY_A_EVIDENCE_DEVICE: u32, index of the interface that the route leads to, in the
 *	finding's network namespace
 * @TCPWHY_A_EVIDENCE_MTU_BEYOND: u32, MTU of the device that drops it
 * @TCPWHY_A_EVIDENCE_VIA: binary, 4 or 16 bytes: for local-proxy: address of the socket
 *	that sent the RST; for answers-connect: address that was called
 * @TCPWHY_A_EVIDENCE_VIA_PORT: u16, its port
 * @TCPWHY_A_EVIDENCE_LISTENER_DEV: u32, for listener-elsewhere: index of the device that
 *	the listener is bound to; 0: to none
 * @TCPWHY_A_EVIDENCE_DROPPED_HERE: u32, packets that came and that this host dropped:
 *	answers to our SYN (timeout-connect), or messages of a router that packets are too
 *	big (blackhole-send), which it may also have taken in vain; absent if none was seen
 * @TCPWHY_A_EVIDENCE_DROP_REASON: u8, &enum tcpwhy_drop_reason, of the latest that was
 *	dropped here
 * @TCPWHY_A_EVIDENCE_UNSENT: u32, SYNs that this host itself dropped, so that they did
 *	not leave; absent if none was seen
 * @TCPWHY_A_EVIDENCE_ICMP: u8, &enum tcpwhy_icmp_kind
 * @TCPWHY_A_EVIDENCE_SMALL_FAILS: u32, bytes of the smallest IP packet that vanished as
 *	well, at most
 * @TCPWHY_A_EVIDENCE_PATH_SIGNS: u8, bits of &enum tcpwhy_path_sign; absent if there are
 *	none
 * @TCPWHY_A_EVIDENCE_BINDS_FAILED: u32, sum: calls of bind() for any port that failed with
 *	EADDRINUSE, as none was free (port-exhaustion); absent if there were none
 * @TCPWHY_A_EVIDENCE_PORTS_TAKEN: u32, local ports that connections towards whomever held
 *	then, from the address that was to be bound; absent if there were none
 */
enum tcpwhy_evidence_attr {
	TCPWHY_A_EVIDENCE_UNSPEC,
	TCPWHY_A_EVIDENCE_PAD,
	TCPWHY_A_EVIDENCE_TSVAL,
	TCPWHY_A_EVIDENCE_TS_RECENT,
	TCPWHY_A_EVIDENCE_TS_BEHIND,
	TCPWHY_A_EVIDENCE_STATE,
	TCPWHY_A_EVIDENCE_SEQ,
	TCPWHY_A_EVIDENCE_END_SEQ,
	TCPWHY_A_EVIDENCE_RCV_NXT,
	TCPWHY_A_EVIDENCE_TW_AGE,
	TCPWHY_A_EVIDENCE_SYN_CHANGED,
	TCPWHY_A_EVIDENCE_TTL,
	TCPWHY_A_EVIDENCE_TTL_BEFORE,
	TCPWHY_A_EVIDENCE_ATTEMPTS,
	TCPWHY_A_EVIDENCE_GOT_IN,
	TCPWHY_A_EVIDENCE_LATE_MEAN,
	TCPWHY_A_EVIDENCE_LATE_MAX,
	TCPWHY_A_EVIDENCE_CLEARED_BY_RST,
	TCPWHY_A_EVIDENCE_TW_COUNT,
	TCPWHY_A_EVIDENCE_TW_LIMIT,
	TCPWHY_A_EVIDENCE_PORTS_TIMEWAIT,
	TCPWHY_A_EVIDENCE_PORTS_IN_USE,
	TCPWHY_A_EVIDENCE_PORTS_USABLE,
	TCPWHY_A_EVIDENCE_CONNECTS_FAILED,
	TCPWHY_A_EVIDENCE_PID,
	TCPWHY_A_EVIDENCE_COMM,
	TCPWHY_A_EVIDENCE_CGROUP,
	TCPWHY_A_EVIDENCE_PHASE,
	TCPWHY_A_EVIDENCE_BYTES_IN,
	TCPWHY_A_EVIDENCE_BYTES_OUT,
	TCPWHY_A_EVIDENCE_BYTES_UNREAD,
	TCPWHY_A_EVIDENCE_BYTES_UNACKED,
	TCPWHY_A_EVIDENCE_IDLE,
	TCPWHY_A_EVIDENCE_AFTER,
	TCPWHY_A_EVIDENCE_RETRIES,
	TCPWHY_A_EVIDENCE_ACK,
	TCPWHY_A_EVIDENCE_WINDOW,
	TCPWHY_A_EVIDENCE_TTL_USUAL,
	TCPWHY_A_EVIDENCE_IP_ID,
	TCPWHY_A_EVIDENCE_IP_ID_EXPECTED,
	TCPWHY_A_EVIDENCE_SIGNS,
	TCPWHY_A_EVIDENCE_BACKLOG,
	TCPWHY_A_EVIDENCE_BACKLOG_LIMIT,
	TCPWHY_A_EVIDENCE_DIED_OF,
	TCPWHY_A_EVIDENCE_ORIGIN,
	TCPWHY_A_EVIDENCE_EXPIRY,
	TCPWHY_A_EVIDENCE_EXPIRY_MAX,
	TCPWHY_A_EVIDENCE_SURVIVED,
	TCPWHY_A_EVIDENCE_SAMPLES,
	TCPWHY_A_EVIDENCE_PROTOCOL,
	TCPWHY_A_EVIDENCE_FRAGMENT_ID,
	TCPWHY_A_EVIDENCE_FRAGMENT_FIRST,
	TCPWHY_A_EVIDENCE_FRAGMENT_BYTES,
	TCPWHY_A_EVIDENCE_FRAGMENT_LARGEST,
	TCPWHY_A_EVIDENCE_DATAGRAM_BYTES,
	TCPWHY_A_EVIDENCE_FRAGMENT_WAIT,
	TCPWHY_A_EVIDENCE_NO_FIRST,
	TCPWHY_A_EVIDENCE_NO_LAST,
	TCPWHY_A_EVIDENCE_FRAGMENT_REASON,
	TCPWHY_A_EVIDENCE_FRAGMENT_MEMORY,
	TCPWHY_A_EVIDENCE_FRAGMENT_LIMIT,
	TCPWHY_A_EVIDENCE_SIZE_FAILS,
	TCPWHY_A_EVIDENCE_SIZE_PASSES,
	TCPWHY_A_EVIDENCE_MTU,
	TCPWHY_A_EVIDENCE_STALL,
	TCPWHY_A_EVIDENCE_LIFE,
	TCPWHY_A_EVIDENCE_MTU_BEFORE,
	TCPWHY_A_EVIDENCE_MTU_SAID,
	TCPWHY_A_EVIDENCE_ROUTER,
	TCPWHY_A_EVIDENCE_HOLE,
	TCPWHY_A_EVIDENCE_MSS,
	TCPWHY_A_EVIDENCE_SENDER,
	TCPWHY_A_EVIDENCE_MSS_SENDER,
	TCPWHY_A_EVIDENCE_TOO_BIG_SENT,
	TCPWHY_A_EVIDENCE_SYNS_IGNORED,
	TCPWHY_A_EVIDENCE_SYNS_ANSWERED,
	TCPWHY_A_EVIDENCE_TRAITS,
	TCPWHY_A_EVIDENCE_SERVICE,
	TCPWHY_A_EVIDENCE_RELAY,
	TCPWHY_A_EVIDENCE_DEVICE,
	TCPWHY_A_EVIDENCE_MTU_BEYOND,
	TCPWHY_A_EVIDENCE_VIA,
	TCPWHY_A_EVIDENCE_VIA_PORT,
	TCPWHY_A_EVIDENCE_LISTENER_DEV,
	TCPWHY_A_EVIDENCE_DROPPED_HERE,
	TCPWHY_A_EVIDENCE_DROP_REASON,
	TCPWHY_A_EVIDENCE_UNSENT,
	TCPWHY_A_EVIDENCE_ICMP,
	TCPWHY_A_EVIDENCE_SMALL_FAILS,
	TCPWHY_A_EVIDENCE_PATH_SIGNS,
	TCPWHY_A_EVIDENCE_BINDS_FAILED,
	TCPWHY_A_EVIDENCE_PORTS_TAKEN,

	/* private: */
	__TCPWHY_A_EVIDENCE_AFTER_LAST,
	TCPWHY_A_EVIDENCE_MAX = __TCPWHY_A_EVIDENCE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_syn_changed - bits of %TCPWHY_A_EVIDENCE_SYN_CHANGED
 * @TCPWHY_SYN_CHANGED_TTL: TTL or hop limit
 * @TCPWHY_SYN_CHANGED_MSS: maximum segment size
 * @TCPWHY_SYN_CHANGED_WINDOW: window
 * @TCPWHY_SYN_CHANGED_WSCALE: window scale
 * @TCPWHY_SYN_CHANGED_OPTIONS: kinds of options, or their order
 */
enum tcpwhy_syn_changed {
	TCPWHY_SYN_CHANGED_TTL = 1,
	TCPWHY_SYN_CHANGED_MSS = 2,
	TCPWHY_SYN_CHANGED_WINDOW = 4,
	TCPWHY_SYN_CHANGED_WSCALE = 8,
	TCPWHY_SYN_CHANGED_OPTIONS = 16,
};

/**
 * enum tcpwhy_phase - how far a connection had come
 * @TCPWHY_PHASE_UNSPEC: not known
 * @TCPWHY_PHASE_HANDSHAKE: (handshake) not established yet
 * @TCPWHY_PHASE_SILENT: (silent) established, no data in either direction
 * @TCPWHY_PHASE_OPEN: (open) established, and data had passed
 * @TCPWHY_PHASE_CLOSING: (closing) one side had closed, or both
 */
enum tcpwhy_phase {
	TCPWHY_PHASE_UNSPEC,
	TCPWHY_PHASE_HANDSHAKE,
	TCPWHY_PHASE_SILENT,
	TCPWHY_PHASE_OPEN,
	TCPWHY_PHASE_CLOSING,
};

/**
 * enum tcpwhy_injection_sign - bits of %TCPWHY_A_EVIDENCE_SIGNS: what says that
 * a RST did not come from the peer
 * @TCPWHY_SIGN_TTL: its TTL or hop limit differs by 2 or more from that of two or
 *	more earlier packets of the connection
 * @TCPWHY_SIGN_IP_ID: its IP ID, which is not 0, or its missing DF breaks the
 *	connection's own steps (IPv4 only)
 * @TCPWHY_SIGN_SECOND_RST: a second RST within 2 s, more than 2 away in sequence
 * @TCPWHY_SIGN_LATE_DATA: data from the peer beyond its RST
 */
enum tcpwhy_injection_sign {
	TCPWHY_SIGN_TTL = 1,
	TCPWHY_SIGN_IP_ID = 2,
	TCPWHY_SIGN_SECOND_RST = 4,
	TCPWHY_SIGN_LATE_DATA = 8,
};

/**
 * enum tcpwhy_reset_trait - bits of %TCPWHY_A_EVIDENCE_TRAITS: more of a RST, or of how a
 * connection ended
 * @TCPWHY_TRAIT_UNACCEPTED: (unaccepted) no program had accepted the connection
 * @TCPWHY_TRAIT_BARE: (bare) the RST has no ACK, and no timestamp where the connection
 *	has them: its sender did not know the connection
 * @TCPWHY_TRAIT_WROTE_BEFORE_FIN: (wrote-before-fin) what is not acknowledged was written
 *	before the peer closed, and TCP only repeats it, or we had closed as well
 * @TCPWHY_TRAIT_HALF_CLOSED: (half-closed) the peer had asked, closed its side, and had no
 *	answer yet: it may have waited, and a box on the path have forgotten that
 * @TCPWHY_TRAIT_LISTENER_ELSEWHERE: (listener-elsewhere) a listener of this port is there,
 *	and does not get what comes by this device: it is another VRF's, or another device's
 * @TCPWHY_TRAIT_ANSWERS_CONNECT: (answers-connect) the SYN-ACK acknowledges the SYN of a
 *	connect to another address, which still waits
 * @TCPWHY_TRAIT_LOCAL_PROXY: (local-proxy) the RST came by loopback, from a socket of this
 *	host that has another address or port than the peer
 * @TCPWHY_TRAIT_MPTCP: (mptcp) the connection is a path of MPTCP, or its SYN asked for that
 * @TCPWHY_TRAIT_ABANDONED: (abandoned) a program gave the connect up, before the kernel did
 */
enum tcpwhy_reset_trait {
	TCPWHY_TRAIT_UNACCEPTED = 1,
	TCPWHY_TRAIT_BARE = 2,
	TCPWHY_TRAIT_WROTE_BEFORE_FIN = 4,
	TCPWHY_TRAIT_HALF_CLOSED = 8,
	TCPWHY_TRAIT_LISTENER_ELSEWHERE = 16,
	TCPWHY_TRAIT_ANSWERS_CONNECT = 32,
	TCPWHY_TRAIT_LOCAL_PROXY = 64,
	TCPWHY_TRAIT_MPTCP = 128,
	TCPWHY_TRAIT_ABANDONED = 256,
};

/**
 * enum tcpwhy_life - bits of %TCPWHY_A_EVIDENCE_LIFE: what says that smaller packets get
 * through where larger ones vanish
 * @TCPWHY_LIFE_SACK: a smaller segment, sent later, was acknowledged
 * @TCPWHY_LIFE_DATA: the peer went on to send, and repeated nothing: it has our ACKs
 * @TCPWHY_LIFE_FIN: the peer closed
 * @TCPWHY_LIFE_OTHER: another connection of the peer is stuck at the same place, and
 *	was in use while this one already was, or the reverse
 * @TCPWHY_LIFE_SHRUNK: the connection went on once its segments had become smaller
 */
enum tcpwhy_life {
	TCPWHY_LIFE_SACK = 1,
	TCPWHY_LIFE_DATA = 2,
	TCPWHY_LIFE_FIN = 4,
	TCPWHY_LIFE_OTHER = 8,
	TCPWHY_LIFE_SHRUNK = 16,
};

/**
 * enum tcpwhy_path_sign - bits of %TCPWHY_A_EVIDENCE_PATH_SIGNS: more of what vanishes
 * @TCPWHY_PATH_HELLO: (hello) it begins a ClientHello of TLS that does not fit into one
 *	segment
 * @TCPWHY_PATH_LARGER: (larger) larger packets get through
 * @TCPWHY_PATH_SYNACK: (synack) the peer repeats its SYN-ACK
 */
enum tcpwhy_path_sign {
	TCPWHY_PATH_HELLO = 1,
	TCPWHY_PATH_LARGER = 2,
	TCPWHY_PATH_SYNACK = 4,
};

/**
 * enum tcpwhy_origin - who made a packet that TCP did not make
 * @TCPWHY_ORIGIN_UNSPEC: not known
 * @TCPWHY_ORIGIN_RAW: (raw-socket) a program, through a raw socket
 * @TCPWHY_ORIGIN_PACKET: (packet-socket) a program, through a packet socket
 * @TCPWHY_ORIGIN_NETFILTER: (netfilter) a REJECT rule
 * @TCPWHY_ORIGIN_FORWARDED: (forwarded) another host
 */
enum tcpwhy_origin {
	TCPWHY_ORIGIN_UNSPEC,
	TCPWHY_ORIGIN_RAW,
	TCPWHY_ORIGIN_PACKET,
	TCPWHY_ORIGIN_NETFILTER,
	TCPWHY_ORIGIN_FORWARDED,
};

/**
 * enum tcpwhy_relay - how IPVS sends packets of a service on to a real server
 * @TCPWHY_RELAY_UNSPEC: it does not
 * @TCPWHY_RELAY_NAT: (nat) under the real server's address, and the answers come back here
 * @TCPWHY_RELAY_TUNNEL: (tunnel) in another packet; the answers do not come back here
 * @TCPWHY_RELAY_DIRECT: (direct) as they are; the answers do not come back here
 */
enum tcpwhy_relay {
	TCPWHY_RELAY_UNSPEC,
	TCPWHY_RELAY_NAT,
	TCPWHY_RELAY_TUNNEL,
	TCPWHY_RELAY_DIRECT,
};

/**
 * enum tcpwhy_fragment_reason - why a datagram in pieces was refused
 * @TCPWHY_FRAGMENT_REASON_UNSPEC: not known
 * @TCPWHY_FRAGMENT_REASON_OVERLAP: (overlap) a fragment overlaps another, or
 *	contradicts the length that another gave, or is malformed (RFC 5722)
 * @TCPWHY_FRAGMENT_REASON_TOO_FAR: (too-far) more than net.ipv4.ipfrag_max_dist
 *	fragments of other datagrams came from the address meanwhile (IPv4 only)
 * @TCPWHY_FRAGMENT_REASON_MEMORY: (memory) fragments that wait held all the memory
 *	that they may
 * @TCPWHY_FRAGMENT_REASON_UNUSABLE: (unusable) all had come, and do not make a
 *	datagram: more than 65535 bytes, or ECN marks that contradict each other
 */
enum tcpwhy_fragment_reason {
	TCPWHY_FRAGMENT_REASON_UNSPEC,
	TCPWHY_FRAGMENT_REASON_OVERLAP,
	TCPWHY_FRAGMENT_REASON_TOO_FAR,
	TCPWHY_FRAGMENT_REASON_MEMORY,
	TCPWHY_FRAGMENT_REASON_UNUSABLE,
};

/**
 * enum tcpwhy_drop_reason - why this host dropped a packet, by the place where it did
 * @TCPWHY_DROP_REASON_UNSPEC: not known
 * @TCPWHY_DROP_REASON_FIREWALL: (firewall) netfilter: a rule, or conntrack's full table
 * @TCPWHY_DROP_REASON_SOURCE: (source) its source address may not come by that interface:
 *	rp_filter, or an address that is never a source there, such as this host's own
 * @TCPWHY_DROP_REASON_CHECKSUM: (checksum) its checksum is wrong
 * @TCPWHY_DROP_REASON_QUEUE: (queue) traffic control, or a device's queue
 * @TCPWHY_DROP_REASON_NEIGHBOUR: (neighbour) the next hop's link address was not found
 * @TCPWHY_DROP_REASON_QUOTE: (quote) an ICMP message that quotes too little to tell whose
 *	it is
 * @TCPWHY_DROP_REASON_SIZE: (size) not dropped: a router's message was taken, and packets of
 *	the size that it names vanish as well, or it names none that this host takes
 * @TCPWHY_DROP_REASON_PORT: (port) a message about a connection that this host does not have:
 *	a NAT has not translated its ports back
 */
enum tcpwhy_drop_reason {
	TCPWHY_DROP_REASON_UNSPEC,
	TCPWHY_DROP_REASON_FIREWALL,
	TCPWHY_DROP_REASON_SOURCE,
	TCPWHY_DROP_REASON_CHECKSUM,
	TCPWHY_DROP_REASON_QUEUE,
	TCPWHY_DROP_REASON_NEIGHBOUR,
	TCPWHY_DROP_REASON_QUOTE,
	TCPWHY_DROP_REASON_SIZE,
	TCPWHY_DROP_REASON_PORT,
};

/**
 * enum tcpwhy_icmp_kind - what an ICMP error says
 * @TCPWHY_ICMP_KIND_OTHER: (other) something else
 * @TCPWHY_ICMP_KIND_NET_UNREACHABLE: (net-unreachable) no route to the network
 * @TCPWHY_ICMP_KIND_HOST_UNREACHABLE: (host-unreachable) the host does not answer on its link
 * @TCPWHY_ICMP_KIND_PROTOCOL_UNREACHABLE: (protocol-unreachable) the host does not speak that
 *	protocol
 * @TCPWHY_ICMP_KIND_PORT_UNREACHABLE: (port-unreachable) nobody listens on that port, or a
 *	firewall says so
 * @TCPWHY_ICMP_KIND_PROHIBITED: (prohibited) a firewall, or a policy of a router, forbids it
 * @TCPWHY_ICMP_KIND_HOPS_EXCEEDED: (hops-exceeded) too many hops: a loop of routes
 */
enum tcpwhy_icmp_kind {
	TCPWHY_ICMP_KIND_OTHER,
	TCPWHY_ICMP_KIND_NET_UNREACHABLE,
	TCPWHY_ICMP_KIND_HOST_UNREACHABLE,
	TCPWHY_ICMP_KIND_PROTOCOL_UNREACHABLE,
	TCPWHY_ICMP_KIND_PORT_UNREACHABLE,
	TCPWHY_ICMP_KIND_PROHIBITED,
	TCPWHY_ICMP_KIND_HOPS_EXCEEDED,
};

/**
 * enum tcpwhy_status_attr - in %TCPWHY_A_STATUS
 * @TCPWHY_A_STATUS_UNSPEC: not used
 * @TCPWHY_A_STATUS_PAD: padding for 64-bit alignment
 * @TCPWHY_A_STATUS_VERSION: string, the module's version
 * @TCPWHY_A_STATUS_NETNS: u32, inode number of the caller's namespace
 * @TCPWHY_A_STATUS_LOADED: u64, when the module was loaded, or when the
 *	namespace was made if that was later
 * @TCPWHY_A_STATUS_NOW: u64, now
 * @TCPWHY_A_STATUS_PEERS: u32, peers known, of all namespaces
 * @TCPWHY_A_STATUS_PEERS_MAX: u32, room for peers (module parameter max_peers)
 * @TCPWHY_A_STATUS_PEERS_HERE: u32, peers known of the caller's namespace
 * @TCPWHY_A_STATUS_EVICTED: u64, peers that made room for others since load
 * @TCPWHY_A_STATUS_FLOWS_MAX: u32, entries of the flow cache
 * @TCPWHY_A_STATUS_MEMORY: u64, bytes taken at load
 * @TCPWHY_A_STATUS_SOURCE: nest of &enum tcpwhy_source_attr; repeated
 * @TCPWHY_A_STATUS_CAUSE: nest of &enum tcpwhy_cause_attr; repeated, one for
 *	each cause the module knows
 * @TCPWHY_A_STATUS_RECONCILE: nest of &enum tcpwhy_reconcile_attr; repeated
 * @TCPWHY_A_STATUS_COUNTER: nest of &enum tcpwhy_counter_attr; repeated: why
 *	there may be nothing, and what it cost
 * @TCPWHY_A_STATUS_LEAN: u8, 1 in lean mode
 * @TCPWHY_A_STATUS_UNNAMED: nest of &enum tcpwhy_counter_attr; repeated: counters
 *	of the kernel, by their names in nstat, that count what no cause names: where
 *	they grow there may be trouble that is not told of. Of the caller's
 *	namespace, since %TCPWHY_A_STATUS_LOADED
 */
enum tcpwhy_status_attr {
	TCPWHY_A_STATUS_UNSPEC,
	TCPWHY_A_STATUS_PAD,
	TCPWHY_A_STATUS_VERSION,
	TCPWHY_A_STATUS_NETNS,
	TCPWHY_A_STATUS_LOADED,
	TCPWHY_A_STATUS_NOW,
	TCPWHY_A_STATUS_PEERS,
	TCPWHY_A_STATUS_PEERS_MAX,
	TCPWHY_A_STATUS_PEERS_HERE,
	TCPWHY_A_STATUS_EVICTED,
	TCPWHY_A_STATUS_FLOWS_MAX,
	TCPWHY_A_STATUS_MEMORY,
	TCPWHY_A_STATUS_SOURCE,
	TCPWHY_A_STATUS_CAUSE,
	TCPWHY_A_STATUS_RECONCILE,
	TCPWHY_A_STATUS_COUNTER,
	TCPWHY_A_STATUS_LEAN,
	TCPWHY_A_STATUS_UNNAMED,

	/* private: */
	__TCPWHY_A_STATUS_AFTER_LAST,
	TCPWHY_A_STATUS_MAX = __TCPWHY_A_STATUS_AFTER_LAST - 1
};

/**
 * enum tcpwhy_source_state - state of a hook
 * @TCPWHY_SOURCE_STATE_OFF: (off) not attached: no enabled cause needs it here
 * @TCPWHY_SOURCE_STATE_ATTACHED: (attached)
 * @TCPWHY_SOURCE_STATE_MISSING: (missing) wanted, but could not be attached, or not in
 *	the caller's namespace
 * @TCPWHY_SOURCE_STATE_BLIND: (blind) attached, but the kernel does not call it: kprobes
 *	while kernel.ftrace_enabled or /sys/kernel/debug/kprobes/enabled is 0, or once
 *	ftrace has died. Tried out at each %TCPWHY_CMD_GET_STATUS
 */
enum tcpwhy_source_state {
	TCPWHY_SOURCE_STATE_OFF,
	TCPWHY_SOURCE_STATE_ATTACHED,
	TCPWHY_SOURCE_STATE_MISSING,
	TCPWHY_SOURCE_STATE_BLIND,

	/* private: */
	__TCPWHY_SOURCE_STATE_AFTER_LAST,
	TCPWHY_SOURCE_STATE_MAX = __TCPWHY_SOURCE_STATE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_source_attr - in %TCPWHY_A_STATUS_SOURCE: a hook
 * @TCPWHY_A_SOURCE_UNSPEC: not used
 * @TCPWHY_A_SOURCE_PAD: padding for 64-bit alignment
 * @TCPWHY_A_SOURCE_NAME: string, e.g. "netfilter local-in", "skb:kfree_skb"
 * @TCPWHY_A_SOURCE_STATE: u8, &enum tcpwhy_source_state
 * @TCPWHY_A_SOURCE_ERROR: s32, errno (negative) if missing
 * @TCPWHY_A_SOURCE_SHOWS: string, what it is needed for
 */
enum tcpwhy_source_attr {
	TCPWHY_A_SOURCE_UNSPEC,
	TCPWHY_A_SOURCE_PAD,
	TCPWHY_A_SOURCE_NAME,
	TCPWHY_A_SOURCE_STATE,
	TCPWHY_A_SOURCE_ERROR,
	TCPWHY_A_SOURCE_SHOWS,

	/* private: */
	__TCPWHY_A_SOURCE_AFTER_LAST,
	TCPWHY_A_SOURCE_MAX = __TCPWHY_A_SOURCE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_coverage - how much of a cause can be seen on this kernel, in the
 * caller's namespace, at this moment
 * @TCPWHY_COVERAGE_OFF: (off) switched off
 * @TCPWHY_COVERAGE_NONE: (none) it cannot be seen
 * @TCPWHY_COVERAGE_PARTIAL: (partial) some of its forms cannot be seen
 * @TCPWHY_COVERAGE_FULL: (full)
 */
enum tcpwhy_coverage {
	TCPWHY_COVERAGE_OFF,
	TCPWHY_COVERAGE_NONE,
	TCPWHY_COVERAGE_PARTIAL,
	TCPWHY_COVERAGE_FULL,

	/* private: */
	__TCPWHY_COVERAGE_AFTER_LAST,
	TCPWHY_COVERAGE_MAX = __TCPWHY_COVERAGE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_cause_attr - in %TCPWHY_A_STATUS_CAUSE
 * @TCPWHY_A_CAUSE_UNSPEC: not used
 * @TCPWHY_A_CAUSE_PAD: padding for 64-bit alignment
 * @TCPWHY_A_CAUSE_ID: u32, &enum tcpwhy_cause_id
 * @TCPWHY_A_CAUSE_NAME: string, e.g. "paws-timewait"
 * @TCPWHY_A_CAUSE_SEVERITY: u8, &enum tcpwhy_severity
 * @TCPWHY_A_CAUSE_COVERAGE: u8, &enum tcpwhy_coverage
 * @TCPWHY_A_CAUSE_COUNT: u64, events of the caller's namespace since load,
 *	evicted and reset ones included
 */
enum tcpwhy_cause_attr {
	TCPWHY_A_CAUSE_UNSPEC,
	TCPWHY_A_CAUSE_PAD,
	TCPWHY_A_CAUSE_ID,
	TCPWHY_A_CAUSE_NAME,
	TCPWHY_A_CAUSE_SEVERITY,
	TCPWHY_A_CAUSE_COVERAGE,
	TCPWHY_A_CAUSE_COUNT,

	/* private: */
	__TCPWHY_A_CAUSE_AFTER_LAST,
	TCPWHY_A_CAUSE_MAX = __TCPWHY_A_CAUSE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_reconcile_attr - in %TCPWHY_A_STATUS_RECONCILE: a counter of
 * the kernel beside what was attributed to peers, for the caller's namespace,
 * since load
 * @TCPWHY_A_RECONCILE_UNSPEC: not used
 * @TCPWHY_A_RECONCILE_PAD: padding for 64-bit alignment
 * @TCPWHY_A_RECONCILE_NAME: string, the counter's name in nstat
 * @TCPWHY_A_RECONCILE_KERNEL: u64, what the kernel counted
 * @TCPWHY_A_RECONCILE_ATTRIBUTED: u64, what was attributed to peers, evicted
 *	and reset ones included
 */
enum tcpwhy_reconcile_attr {
	TCPWHY_A_RECONCILE_UNSPEC,
	TCPWHY_A_RECONCILE_PAD,
	TCPWHY_A_RECONCILE_NAME,
	TCPWHY_A_RECONCILE_KERNEL,
	TCPWHY_A_RECONCILE_ATTRIBUTED,

	/* private: */
	__TCPWHY_A_RECONCILE_AFTER_LAST,
	TCPWHY_A_RECONCILE_MAX = __TCPWHY_A_RECONCILE_AFTER_LAST - 1
};

/**
 * enum tcpwhy_counter_attr - in %TCPWHY_A_STATUS_COUNTER and
 *	%TCPWHY_A_STATUS_UNNAMED
 * @TCPWHY_A_COUNTER_UNSPEC: not used
 * @TCPWHY_A_COUNTER_PAD: padding for 64-bit alignment
 * @TCPWHY_A_COUNTER_NAME: string, e.g. "bad-checksum"
 * @TCPWHY_A_COUNTER_VALUE: u64, since load, of all namespaces; but see
 *	%TCPWHY_A_STATUS_UNNAMED
 */
enum tcpwhy_counter_attr {
	TCPWHY_A_COUNTER_UNSPEC,
	TCPWHY_A_COUNTER_PAD,
	TCPWHY_A_COUNTER_NAME,
	TCPWHY_A_COUNTER_VALUE,

	/* private: */
	__TCPWHY_A_COUNTER_AFTER_LAST,
	TCPWHY_A_COUNTER_MAX = __TCPWHY_A_COUNTER_AFTER_LAST - 1
};

#endif /* _UAPI_LINUX_TCPWHY_H */
