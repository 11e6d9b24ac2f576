// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "catalogue.h"

const struct catalogue catalogue[] = {
	{
		.id = TCPWHY_CAUSE_PAWS_ESTABLISHED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "paws-established",
		.brief = "a segment with data was dropped: its timestamp is older than the latest",
		.what = "A segment of a live connection was thrown away because its timestamp is "
			"older than the latest one accepted (PAWS, RFC 7323 section 5), and it "
			"carried new data or was seconds behind.",
		.proof = "The kernel's own PAWS test on the connection's own ts_recent, for a "
			 "segment with a good checksum that reaches beyond rcv_nxt or is seconds "
			 "behind.",
		.mistaken = "Reordering on the path also makes PAWS drop segments, hundreds of "
			    "them; those are old acknowledgments and repeated data some "
			    "milliseconds behind, and are counted as paws-stale.",
		.evidence = "tsval, ts_recent, ts_behind, state, seq, end_seq, rcv_nxt",
		.remedy = "Find what gives one connection two clocks: a NAT that lets two hosts "
			  "share one address and port, a middlebox that rewrites timestamps, or a "
			  "host whose clock jumped (migration, resume).",
		.counter = "TcpExtPAWSEstab",
	},
	{
		.id = TCPWHY_CAUSE_PAWS_HANDSHAKE,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "paws-handshake",
		.brief = "the handshake stalls: a segment with an older timestamp than the SYN",
		.what = "During the handshake, a segment (the final ACK or a repeated SYN) was "
			"thrown away because its timestamp is older than that of the SYN.",
		.proof = "The kernel's own PAWS test on the pending request, for a segment with a "
			 "good checksum.",
		.mistaken = "A final ACK that is lost on the path: nothing arrives here then, and "
			    "the SYN-ACK is repeated.",
		.evidence = "tsval, ts_recent, ts_behind, state, seq, end_seq, rcv_nxt",
		.remedy = "As for paws-established: two hosts share one address and port behind a "
			  "NAT, or a middlebox answers in the peer's name with a clock of its own.",
		.counter = "TcpExtPAWSEstab",
	},
	{
		.id = TCPWHY_CAUSE_PAWS_TIMEWAIT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "paws-timewait",
		.brief = "a SYN was refused: it met TIME_WAIT with an older timestamp",
		.what = "A new connection was refused: its SYN comes from the address and port of "
			"an earlier connection that still waits here in TIME_WAIT, with an older "
			"timestamp than that one's last. Typical for several hosts behind one NAT "
			"whose ports come round within a minute.",
		.proof = "The SYN (good checksum) met that very TIME_WAIT socket, and the kernel's "
			 "own test on it refused the SYN.",
		.mistaken = "A SYN that meets TIME_WAIT with a newer timestamp or a higher "
			    "sequence "
			    "number opens a connection at once (RFC 6191) and is not counted. A "
			    "backlog that is full drops SYNs whatever their timestamp.",
		.evidence = "tsval, ts_recent, ts_behind, seq, rcv_nxt, tw_age_ms, syn_changed, "
			    "ttl, "
			    "ttl_before, attempts, got_in, late_mean_ms, late_max_ms, "
			    "cleared_by_rst",
		.remedy = "Keep a source port at rest on the NAT for longer than the 60 s of "
			  "TIME_WAIT; let the client close first; look after the RST that lets the "
			  "repeated SYN in (tcp_rfc1337, firewalls).",
		.counter = "TcpExtPAWSEstab (TcpExtPAWSTimewait where the kernel has it)",
	},
	{
		.id = TCPWHY_CAUSE_PAWS_STALE,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "paws-stale",
		.brief = "an old segment came late and was dropped, as it should be",
		.what = "A segment that came late (an old acknowledgment, or data that was here "
			"already) was thrown away, as it should be.",
		.proof = "The kernel's own PAWS test, for a segment without new data and not far "
			 "behind.",
		.mistaken = "paws-established, where somebody loses data.",
		.evidence = "tsval, ts_recent, ts_behind, state, seq, end_seq, rcv_nxt",
		.remedy = "None needed. Many of them say that the path reorders packets.",
		.counter = "TcpExtPAWSEstab (TcpExtPAWSOldAck where the kernel has it)",
	},
	{
		.id = TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "timewait-refused-syn",
		.brief = "a SYN was refused: it met TIME_WAIT, and its sequence number is older",
		.what = "A new connection was refused: its SYN met the TIME_WAIT of an earlier "
			"connection of the same ports, there is no timestamp to tell the two "
			"apart, and its sequence number is not beyond the old one's.",
		.proof = "The SYN (good checksum) met that very TIME_WAIT socket, and the kernel's "
			 "own test on it refused the SYN.",
		.mistaken = "paws-timewait, where a timestamp is the reason.",
		.evidence = "seq, rcv_nxt, tw_age_ms, attempts, got_in, late_mean_ms, late_max_ms, "
			    "cleared_by_rst",
		.remedy = "Timestamps on at both ends (net.ipv4.tcp_timestamps=1); a client or NAT "
			  "that reuses its ports more slowly; let the client close first.",
	},
	{
		.id = TCPWHY_CAUSE_TIMEWAIT_OVERFLOW,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "timewait-overflow",
		.brief = "closed without TIME_WAIT: tcp_max_tw_buckets is reached",
		.what = "A connection was closed without the TIME_WAIT it should have had, since "
			"this host holds net.ipv4.tcp_max_tw_buckets of them already.",
		.proof = "The close reached TIME_WAIT and no such socket was made, with the table "
			 "at its limit.",
		.mistaken = "An ordinary close; SO_LINGER 0 or a disconnect, which skip TIME_WAIT "
			    "on purpose and send a RST.",
		.evidence = "tw_count, tw_limit",
		.remedy = "Raise net.ipv4.tcp_max_tw_buckets; keep connections alive for longer; "
			  "let the other side close first.",
		.counter = "TcpExtTCPTimeWaitOverflow",
	},
	{
		.id = TCPWHY_CAUSE_TIMEWAIT_KILLED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "timewait-killed",
		.brief = "a RST ended TIME_WAIT early",
		.what = "A RST that fits the window ended a TIME_WAIT before its time (RFC 1337, "
			"TIME-WAIT assassination), so late segments of the old connection may meet "
			"a new one of the same ports.",
		.proof = "The RST (good checksum) met the TIME_WAIT socket within its window, and "
			 "the socket is gone; no refused SYN of this peer came before it.",
		.mistaken = "The end of TIME_WAIT after 60 s; the RST of a client that was refused "
			    "(paws-timewait), which helps that client.",
		.evidence = "tw_age_ms",
		.remedy = "net.ipv4.tcp_rfc1337=1 ignores such RSTs, at a price: clients that were "
			  "refused by TIME_WAIT then hang instead of getting in at the second try.",
	},
	{
		.id = TCPWHY_CAUSE_PORT_EXHAUSTION,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "port-exhaustion",
		.brief = "no local port left towards a server, or nearly so",
		.what = "This host is the client, and its local ports towards one remote address "
			"and port are used up, or nearly so (90 %): connect() fails with "
			"EADDRNOTAVAIL.",
		.proof = "connect() failed for want of a port, or the sockets towards that address "
			 "and port were counted against net.ipv4.ip_local_port_range.",
		.mistaken = "A limit on open files, or a server that does not answer.",
		.evidence = "ports_timewait, ports_in_use, ports_usable, connects_failed",
		.remedy = "Reuse connections (a pool, keep-alive); net.ipv4.tcp_tw_reuse=1 with "
			  "timestamps; a wider ip_local_port_range; more addresses.",
	},
};

const size_t catalogue_count = sizeof(catalogue) / sizeof(catalogue[0]);

_Static_assert(sizeof(catalogue) / sizeof(catalogue[0]) == CATALOGUE_MAX,
	       "each cause of the header has its place here");

const struct catalogue *catalogue_find(uint32_t cause)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (catalogue[i].id == cause)
			return &catalogue[i];
	return NULL;
}

const struct catalogue *catalogue_by_name(const char *name)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (!strcmp(catalogue[i].name, name))
			return &catalogue[i];
	return NULL;
}
