// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "catalogue.h"

/* evidence that goes together */
#define PROCESS "pid, comm, cgroup"
#define CONNECTION "state, phase, bytes_in, bytes_out, bytes_unread, bytes_unacked, idle_ms"
#define FRAGMENT "protocol, fragment_id, fragment_first, fragment_bytes, fragment_largest, " \
		 "datagram_bytes"
#define RST "seq, rcv_nxt, ttl, ttl_usual, ip_id, ip_id_expected, signs, cgroup"

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
			"EADDRNOTAVAIL. Or bind() for any port found none and failed with "
			"EADDRINUSE; the peer is then who holds most of them.",
		.proof = "connect() or bind() failed for want of a port, or the sockets towards "
			 "that address and port were counted against "
			 "net.ipv4.ip_local_port_range.",
		.mistaken = "A limit on open files, a server that does not answer, or a service "
			    "that is started twice: bind() for a certain port that is in use.",
		.evidence = "ports_timewait, ports_in_use, ports_usable, connects_failed, "
			    "binds_failed, ports_taken",
		.remedy = "Reuse connections (a pool, keep-alive); net.ipv4.tcp_tw_reuse=1 with "
			  "timestamps; a wider ip_local_port_range; more addresses; for bind() "
			  "the socket option IP_BIND_ADDRESS_NO_PORT.",
	},
	{
		.id = TCPWHY_CAUSE_RST_PORT_CLOSED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-port-closed",
		.brief = "we reset: a SYN came for a port on which nobody listens",
		.what = "A SYN came for a port on which nobody listens, and was answered with a "
			"RST: the client sees \"Connection refused\". Nothing is lost but the "
			"attempt.",
		.proof = "The kernel's own answer to a SYN for which it found no socket.",
		.mistaken = "A scanner that tries many ports; a firewall that rejects "
			    "(rst-firewall), which looks the same to the client; a listener of "
			    "another VRF or device, which listener-elsewhere tells.",
		.evidence = "seq, traits, listener_dev",
		.remedy = "Start the service, or let it listen on this address too (ss -Hltn); or "
			  "correct the client. From a scanner: nothing to do.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_UNREAD_DATA,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-unread-data",
		.brief = "we reset: a program closed with data that it had not read",
		.what = "A program here closed a connection with received data that it had not "
			"read, so TCP sent a RST instead of a FIN (RFC 2525, 2.17). That data is "
			"lost, and the peer may lose even an answer that it was sent before.",
		.proof = "The socket at the time of the RST: closed by its last holder, with bytes "
			 "between what was received and what was read.",
		.mistaken = "rst-linger0, where the program asked for a RST; unread data does not "
			    "matter to connect(AF_UNSPEC) (rst-disconnect).",
		.evidence = PROCESS ", " CONNECTION,
		.remedy = "The program: read to the end before close(); to refuse a request, "
			  "shutdown(SHUT_WR), read on for a moment, then close (a lingering "
			  "close). A program that is killed closes like this, too.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnClose",
	},
	{
		.id = TCPWHY_CAUSE_RST_LINGER0,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-linger0",
		.brief = "we reset: a program closed with SO_LINGER 0, or TCP_LINGER2 below 0",
		.what = "A program here asked for a RST in place of an orderly close (SO_LINGER "
			"with a time of 0, or TCP_LINGER2 below 0). What it had written and the "
			"peer had not acknowledged is lost.",
		.proof = "The socket at the time of the RST: closed by its last holder, with "
			 "nothing unread and that option set.",
		.mistaken = "rst-unread-data: with data unread, close() resets whatever the "
			    "option says, and is named so.",
		.evidence = PROCESS ", " CONNECTION,
		.remedy = "The program: do not set SO_LINGER to 0 where the peer is to get all; "
			  "against too many TIME_WAITs keep connections for longer instead.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnData or TcpExtTCPAbortOnLinger",
	},
	{
		.id = TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-keepalive-timeout",
		.brief = "we reset: keepalive probes stayed unanswered",
		.what = "The peer of an idle connection did not answer the keepalive probes, so "
			"it was given up; the program here gets ETIMEDOUT. The peer is gone, or "
			"the path to it.",
		.proof = "The keepalive timer itself sent the RST, with its probes unanswered.",
		.mistaken = "timeout-retransmit, where data was under way.",
		.evidence = "cgroup, " CONNECTION ", retries",
		.remedy = "Nothing here if the peer is gone. If it lives, a box on the path forgot "
			  "the connection: probe more often (net.ipv4.tcp_keepalive_time "
			  "and tcp_keepalive_intvl; TCP_KEEPIDLE and TCP_KEEPINTVL).",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnTimeout",
	},
	{
		.id = TCPWHY_CAUSE_RST_USER_TIMEOUT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-user-timeout",
		.brief = "we reset: probes unanswered for as long as TCP_USER_TIMEOUT allows",
		.what = "The peer did not answer keepalive probes within the time that the "
			"program had set with TCP_USER_TIMEOUT, so the connection was given up; "
			"the program gets ETIMEDOUT.",
		.proof = "The keepalive timer itself sent the RST, by that option's time.",
		.mistaken = "rst-keepalive-timeout, where the number of probes decides; "
			    "timeout-retransmit, where data was under way.",
		.evidence = "cgroup, " CONNECTION ", retries",
		.remedy = "The program: a longer TCP_USER_TIMEOUT, if the path has gaps of that "
			  "length; else look for the peer.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnTimeout",
	},
	{
		.id = TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-accept-overflow",
		.brief = "we reset: the accept queue is full, and tcp_abort_on_overflow is set",
		.what = "A client had finished its handshake, but the listener's accept queue was "
			"full and net.ipv4.tcp_abort_on_overflow=1 turns that into a RST: the "
			"client connects and is reset at once.",
		.proof = "The final ACK of a pending request met a full queue, with that sysctl "
			 "set.",
		.mistaken = "A full queue without that sysctl is silent: the client repeats and "
			    "waits. rst-bad-handshake, where the ACK itself is wrong.",
		.evidence = "backlog, backlog_limit, seq, cgroup",
		.remedy = "A program that accepts faster; a longer queue (listen(), "
			  "net.core.somaxconn); tcp_abort_on_overflow=0, so that clients wait.",
		.counter = "TcpOutRsts, TcpExtEmbryonicRsts, TcpExtListenOverflows",
	},
	{
		.id = TCPWHY_CAUSE_RST_LATE_SYNACK,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-late-synack",
		.brief = "we reset: the peer answered a connect that had been given up",
		.what = "The peer accepted a connection whose program here had given up waiting: "
			"its time limit for connect is shorter than the peer, or the path, took.",
		.proof = "A SYN-ACK with no socket, for a connection that left SYN_SENT a moment "
			 "before.",
		.mistaken = "rst-happy-eyeballs: a client that tries two addresses drops the "
			    "slower one on purpose. A SYN-ACK that nothing asked for is "
			    "rst-unknown-connection.",
		.evidence = "after_ms",
		.remedy = "A longer connect time-out in the program (a lost SYN alone costs 1 s, "
			  "two cost 3 s); look why the answer took so long.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-data-after-close",
		.brief = "we reset: the peer sent to a connection that a program had closed",
		.what = "The peer sent data on a connection that the program here had closed "
			"already: nobody can read it, so it was answered with a RST. That data is "
			"lost.",
		.proof = "New data met a socket without a program, or what is left of one in "
			 "FIN_WAIT2.",
		.mistaken = "rst-unread-data, where the data was here before the close.",
		.evidence = "seq, end_seq, " CONNECTION,
		.remedy = "Who closes first decides: let the program here read until the peer "
			  "closes, or keep idle connections for longer than the peer does.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnData",
	},
	{
		.id = TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-unknown-connection",
		.brief = "we reset: a segment of a connection that this host does not know",
		.what = "A segment that is no SYN came for a connection that this host does not "
			"know: it was restarted, took over an address, had given the connection "
			"up long ago, or was never meant; or a NAT or load balancer between lost "
			"track of it.",
		.proof = "The kernel's own answer to a segment for which it found no connection, "
			 "and none of these ports died here moments before.",
		.mistaken = "rst-followup, where it did; a scanner's ACK. A SYN-ACK that answers "
			    "a connect to another address, which waits, is told as that "
			    "(answers-connect).",
		.evidence = "seq, ack, state, traits, via, via_port",
		.remedy = "After a restart or failover: nothing, the peer connects anew. Else "
			  "look at what spreads connections over hosts (load balancer, ECMP), and "
			  "at the connection table of a NAT between (conntrack).",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_TIMEWAIT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-timewait",
		.brief = "we reset: a SYN met an old connection that waits for the peer's FIN",
		.what = "A SYN met an earlier connection of the same ports that this side had "
			"closed and the peer had not (FIN_WAIT2). The RST ends the old one, and "
			"the client is refused once.",
		.proof = "The SYN met that very socket, and the kernel answered with a RST.",
		.mistaken = "paws-timewait and timewait-refused-syn, where both had closed and no "
			    "RST is sent.",
		.evidence = "seq, ack, state",
		.remedy = "The client, or a NAT before it, reuses a port without having closed "
			  "it: let the port rest; net.ipv4.tcp_fin_timeout limits the wait.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_BAD_HANDSHAKE,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-bad-handshake",
		.brief = "we reset: a segment that does not fit the handshake",
		.what = "During a handshake came a segment that does not fit it: an "
			"acknowledgment of something never sent, or a second SYN in the window.",
		.proof = "The kernel's own answer to a segment that met a pending request or a "
			 "socket in SYN_SENT.",
		.mistaken = "rst-accept-overflow, where the segment fits and the queue is full.",
		.evidence = "seq, ack, state",
		.remedy = "From our own connect: the server still has an old connection of these "
			  "ports; the RST clears it. Else look for a box that mixes connections "
			  "up, or a scanner.",
		.counter = "TcpOutRsts, TcpExtEmbryonicRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_ORPHAN_LIMIT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-orphan-limit",
		.brief = "we reset: a connection that no program holds was thrown away",
		.what = "A connection that its program had closed was still delivering, or "
			"waiting for the peer, and was thrown away: too many such orphans, too "
			"little TCP memory, or FIN_WAIT2 had lasted long enough. What was not "
			"acknowledged is lost.",
		.proof = "The socket at the time of the RST: held by no program, and dissolved by "
			 "a timer or at the close itself.",
		.mistaken = "rst-linger0 and rst-unread-data, where the program's way to close is "
			    "the reason.",
		.evidence = PROCESS ", " CONNECTION,
		.remedy = "More room: net.ipv4.tcp_max_orphans, net.ipv4.tcp_mem; fewer orphans: "
			  "net.ipv4.tcp_orphan_retries, net.ipv4.tcp_fin_timeout.",
		.counter = "TcpOutRsts, TcpExtTCPAbortOnMemory",
	},
	{
		.id = TCPWHY_CAUSE_RST_LISTENER_CLOSED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-listener-closed",
		.brief = "we reset: a listener was closed with connections nobody had accepted",
		.what = "A program closed its listening socket while finished connections waited "
			"in the accept queue: each was reset, with all that its client had sent.",
		.proof = "The socket at the time of the RST: established, and never handed to a "
			 "program.",
		.mistaken = "rst-port-closed, where the client comes after the listener is gone.",
		.evidence = PROCESS ", " CONNECTION,
		.remedy = "Hand the listening socket over at a restart (systemd socket "
			  "activation, SO_REUSEPORT with net.ipv4.tcp_migrate_req=1 on Linux 5.14 "
			  "and newer); take the host out of the load balancer first; accept faster.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_DISCONNECT,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-disconnect",
		.brief = "we reset: a program dissolved the connection with connect(AF_UNSPEC)",
		.what = "A program here dissolved its connection with connect(AF_UNSPEC), which "
			"resets it and keeps the socket. What was not acknowledged or not read is "
			"lost.",
		.proof = "The socket at the time of the RST: still held by its program.",
		.mistaken = "rst-linger0 and rst-unread-data, where the socket is closed.",
		.evidence = PROCESS ", " CONNECTION,
		.remedy = "The program: shutdown() and close(), where the peer is to get all.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_ADMIN,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-admin",
		.brief = "we reset: an administrator ended the connection (ss -K)",
		.what = "Somebody with the right to do so ended the connection from outside the "
			"program that held it (ss -K, or another user of SOCK_DESTROY). That "
			"program gets ECONNABORTED.",
		.proof = "The caller of the RST, or a live socket that was reset and neither "
			 "closed nor timed out.",
		.mistaken = "A killed program, whose connections are closed for it.",
		.evidence = PROCESS ", " CONNECTION,
		.remedy = "On purpose, as a rule: ask who did it. The process is the one that "
			  "asked for it.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_FOLLOWUP,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-followup",
		.brief = "we reset: a late segment of a connection that had just died here",
		.what = "A segment came for a connection that had died here moments before, for "
			"another reason that has its own finding.",
		.proof = "The same ports and peer as a connection that ended here a moment before.",
		.mistaken = "rst-unknown-connection, where nothing is known of it.",
		.evidence = "died_of, after_ms, seq",
		.remedy = "None for this one: look at what the connection died of.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_RST_FIREWALL,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-firewall",
		.brief = "a netfilter rule here rejected a packet with a RST",
		.what = "A firewall rule of this host answered with a RST in place of TCP (nft "
			"reject with tcp reset, iptables REJECT --reject-with tcp-reset).",
		.proof = "The RST left without a socket, as netfilter makes it and TCP does not. If it "
			 "is for a program of this host, whose packet was rejected on its way out, "
			 "that one's connection is evidence, too.",
		.mistaken = "rst-port-closed, which looks the same to the client; peer-refused and "
			    "peer-aborted, which look the same to a program of this host.",
		.evidence = "origin, seq, ttl; of a program of this host: " CONNECTION,
		.remedy = "Find the rule: nft -a list ruleset; its counters, or nft monitor trace.",
	},
	{
		.id = TCPWHY_CAUSE_RST_FORGED_LOCAL,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-forged-local",
		.brief = "a program here forged a RST for one of this host's connections",
		.what = "A RST left for a connection of this host that neither TCP nor netfilter "
			"made: a program sent it through a raw or packet socket. The peer "
			"believes that this side ended the connection, and this side does not "
			"know.",
		.proof = "The packet was seen on its way out, with the socket it came from.",
		.mistaken = "rst-forwarded, where the connection is not of this host.",
		.evidence = "origin, seq, ttl, " PROCESS,
		.remedy = "The program named: security software with \"active response\", an "
			  "intrusion prevention system, tcpkill. Configure it, or remove it.",
	},
	{
		.id = TCPWHY_CAUSE_RST_FORWARDED,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-forwarded",
		.brief = "a RST passed through this gateway",
		.what = "A RST passed through this gateway; the peer is its sender, as its "
			"address says. Neither end is this host.",
		.proof = "The packet was seen on its way out, and its source address is not of "
			 "this host.",
		.mistaken = "rst-firewall: a rule of this gateway that rejects in another host's "
			    "name.",
		.evidence = "origin, seq, ttl",
		.remedy = "None here: look at the host it comes from.",
	},
	{
		.id = TCPWHY_CAUSE_TIMEOUT_RETRANSMIT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "timeout-retransmit",
		.brief = "given up without a RST: what was sent stayed unacknowledged",
		.what = "What was sent stayed unacknowledged through all repetitions, and the "
			"connection was given up without telling the peer; the program gets "
			"ETIMEDOUT (or the network's last ICMP error).",
		.proof = "The retransmission timer closed the connection.",
		.mistaken = "rst-keepalive-timeout, where nothing was under way; a black hole "
			    "that swallows large segments only also ends like this.",
		.evidence = CONNECTION ", retries, cgroup",
		.remedy = "Find where packets to the peer vanish; notice sooner with "
			  "TCP_USER_TIMEOUT or net.ipv4.tcp_retries2.",
		.counter = "TcpExtTCPAbortOnTimeout",
	},
	{
		.id = TCPWHY_CAUSE_TIMEOUT_CONNECT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "timeout-connect",
		.brief = "given up without a RST: our SYNs stayed unanswered",
		.what = "connect() was given up, by the kernel or before that by its program: none "
			"of the SYNs to this peer was answered; or an answer came, or the SYN was "
			"to leave, and this host itself dropped it.",
		.proof = "The connection left SYN_SENT for CLOSE with its SYNs unanswered; where a "
			 "program abandons it, after a second or more and a repeated SYN. What this "
			 "host drops is seen as it frees the packet.",
		.mistaken = "peer-refused and refused-icmp, where something answers; rst-late-synack, "
			    "where the answer comes too late; an attempt by IPv6 that is dropped as "
			    "the one by IPv4 has won, or the reverse.",
		.evidence = "retries, idle_ms, traits, dropped_here, unsent, drop_reason",
		.remedy = "Is the host up, the address right, the port let through by the "
			  "firewalls on the path?",
		.counter = "TcpAttemptFails, TcpExtTCPAbortOnTimeout",
	},
	{
		.id = TCPWHY_CAUSE_PEER_REFUSED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "peer-refused",
		.brief = "our SYN was answered with a RST",
		.what = "Our SYN was answered with a RST, and connect() failed with "
			"ECONNREFUSED: nobody listens on that port there, or a firewall before "
			"it rejects.",
		.proof = "The kernel took a RST for a socket in SYN_SENT.",
		.mistaken = "timeout-connect, where nothing answers.",
		.evidence = "ttl, ttl_usual, ip_id",
		.remedy = "On the peer: is the service running, on that address? A TTL that "
			  "differs from the peer's usual one says that another box answered.",
		.counter = "TcpAttemptFails",
	},
	{
		.id = TCPWHY_CAUSE_PEER_ABORTED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "peer-aborted",
		.brief = "the peer ended a live connection with a RST",
		.what = "The peer ended a live connection with a RST. What was sent and not "
			"acknowledged is lost; a program here that has it gets ECONNRESET.",
		.proof = "The kernel took the RST for that connection, and nothing about it "
			 "says that another sent it. With one such sign the confidence is "
			 "\"possible\".",
		.mistaken = "rst-injected (two signs or more); peer-closed-early; "
			    "peer-lost-connection. A local proxy that resets in the peer's "
			    "name is told with its process (local-proxy).",
		.evidence = CONNECTION ", " RST ", traits, via, via_port",
		.remedy = "The reason is on the peer: tcpwhy there names it; or its program's "
			  "log.",
		.counter = "TcpEstabResets",
	},
	{
		.id = TCPWHY_CAUSE_PEER_CLOSED_EARLY,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "peer-closed-early",
		.brief = "we wrote after the peer had closed, and were reset",
		.what = "The peer had closed its side, the program here wrote on, and the peer "
			"answered that with a RST: what was written is lost, and the program "
			"gets EPIPE or ECONNRESET.",
		.proof = "The kernel took a RST on a connection whose FIN had come before, with "
			 "more than 64 bytes that were written after that.",
		.mistaken = "peer-goodbye: 64 bytes or less; peer-aborted, where no FIN came "
			    "before, or where all was written before the FIN; a half close, "
			    "where the peer still reads and no RST comes.",
		.evidence = CONNECTION ", " RST,
		.remedy = "The program: look for the end of file before a connection is used "
			  "again, and repeat what is safe to repeat; keep idle connections for "
			  "less time than the peer does.",
		.counter = "TcpEstabResets",
	},
	{
		.id = TCPWHY_CAUSE_PEER_LOST_CONNECTION,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "peer-lost-connection",
		.brief = "the other end does not know this connection",
		.what = "A segment of ours was answered as hosts answer what they do not know: "
			"the peer was restarted, its address is another host's now, or a box "
			"before it (NAT, load balancer, firewall) lost track of it. What we sent is "
			"lost.",
		.proof = "A RST without ACK and without timestamps, at just the number we had "
			 "acknowledged. Who knows the connection sends an ACK, and a timestamp if "
			 "it has them. Likely after a silence of a second or more, or where the "
			 "connection has timestamps and no other sign says that somebody else sent "
			 "the RST; else possible.",
		.mistaken = "peer-aborted, where the peer's program acts; idle-expired, once the "
			    "same idle time has done it three times.",
		.evidence = CONNECTION ", " RST,
		.remedy = "Look whether the peer was restarted, or the address moved; whether a "
			  "NAT or load balancer before it loses track of connections. After a "
			  "silence: keepalive more often than that (SO_KEEPALIVE, TCP_KEEPIDLE).",
		.counter = "TcpEstabResets",
	},
	{
		.id = TCPWHY_CAUSE_IDLE_EXPIRED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "idle-expired",
		.brief = "the path forgets connections that are idle for so long",
		.what = "Connections with this peer die of being idle: after about the same time "
			"a box on the path (firewall, NAT, load balancer), or the peer, does not "
			"know them any more, and the next write is lost.",
		.proof = "Three or more connections that were dead after idle times within 2 s "
			 "or 5 % of one another, none as long was survived, and no moment lies "
			 "in all of them.",
		.mistaken = "A restart of the peer, which ends all connections at once, whenever "
			    "each of them finds out: peer-lost-connection.",
		.evidence = "expiry_ms, expiry_max_ms, survived_ms, samples, " CONNECTION ", " RST,
		.remedy = "Keepalive (SO_KEEPALIVE) whose time and interval "
			  "(net.ipv4.tcp_keepalive_time and tcp_keepalive_intvl; TCP_KEEPIDLE and "
			  "TCP_KEEPINTVL) together are no longer than an idle time that a connection "
			  "is known to have survived: the limit may be shorter than the times that "
			  "killed. Or pools that drop idle "
			  "connections sooner, or a longer time on the box.",
		.counter = "TcpEstabResets",
	},
	{
		.id = TCPWHY_CAUSE_RST_INJECTED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "rst-injected",
		.brief = "a RST that does not look like the peer's ended the connection",
		.what = "A RST in the peer's name ended the connection, and two or more signs "
			"say that the peer did not send it: something on the path did, or a "
			"program on the peer's own machine.",
		.proof = "Signs that do not depend on one another: another TTL, an IP ID out of "
			 "step, a second RST elsewhere in sequence, data of the peer after its "
			 "RST. Two: likely; three: certain.",
		.mistaken = "A RST of a host without that connection, or of a router: it has IP "
			    "ID 0, window 0 and no timestamps, and none of these is a sign.",
		.evidence = CONNECTION ", " RST,
		.remedy = "Capture at both ends: a RST that arrives and was never sent comes from "
			  "the path (intrusion prevention, content filter, operator). Which box "
			  "it was the packet does not say.",
		.counter = "TcpEstabResets",
	},
	{
		.id = TCPWHY_CAUSE_RST_IGNORED,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "rst-ignored",
		.brief = "a RST that does not fit the connection was not believed",
		.what = "A RST came whose sequence number is not the one expected next; it was "
			"not believed (RFC 5961, 3), and the connection lives on. If it was in "
			"the window, the peer was asked with a challenge ACK.",
		.proof = "The kernel's own test of the RST against the connection's window.",
		.mistaken = "A blind attacker and a peer with old state look the same; many "
			    "from one address in a short time speak for the former.",
		.evidence = "seq, rcv_nxt, window, ttl, state",
		.remedy = "None needed; a peer that meant it answers the challenge with a RST "
			  "that fits.",
		.counter = "TcpExtTCPChallengeACK, if it was in the window",
	},
	{
		.id = TCPWHY_CAUSE_FRAGMENT_LOST,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "fragment-lost",
		.brief = "a datagram came in pieces, and not all of them came in time",
		.what = "A datagram (UDP, ICMP, TCP or other) from this address came in IP "
			"fragments; some did not come within net.ipv4.ipfrag_time or "
			"net.ipv6.ip6frag_time, and the others were thrown away. No program saw "
			"any of it.",
		.proof = "The kernel's own timer for that datagram ran out. The address is what the "
			 "fragments say: no checksum covers a fragment, so that it is possible, and "
			 "never more.",
		.mistaken = "A copy of a fragment that comes when the datagram is whole and gone is "
			    "waited for in vain, too; it is known by its identification and not "
			    "counted. A datagram of which nothing came leaves no trace.",
		.evidence = FRAGMENT ", fragment_wait_ms, no_first, no_last",
		.remedy = "Send datagrams that fit the path (for DNS: EDNS buffer size 1232); let "
			  "\"fragmentation needed\" and \"packet too big\" through, and fragments "
			  "without ports; look for the lower MTU.",
		.counter = "IpReasmTimeout, Ip6ReasmTimeout",
	},
	{
		.id = TCPWHY_CAUSE_FRAGMENT_DROPPED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "fragment-dropped",
		.brief = "a datagram came in pieces, and this host refused it",
		.what = "A datagram from this address came in IP fragments, and this host threw it "
			"away: they overlap or contradict each other, too many of other datagrams "
			"came between, the memory for fragments was full, or they make no "
			"datagram.",
		.proof = "The kernel ended the datagram's reassembly before its time, or had no "
			 "memory left for it. The address is what the fragments say, so that it is "
			 "possible, and never more.",
		.mistaken = "A fragment that comes twice: one is dropped, and the datagram becomes "
			    "whole.",
		.evidence = "fragment_reason, " FRAGMENT ", fragment_memory, fragment_limit",
		.remedy = "By reason: net.ipv4.ipfrag_high_thresh or net.ipv6.ip6frag_high_thresh "
			  "(memory), net.ipv4.ipfrag_max_dist (too far), the sender (overlap); and "
			  "datagrams that fit the path need none of it.",
		.counter = "IpReasmFails, Ip6ReasmFails, with others",
	},
	{
		.id = TCPWHY_CAUSE_BLACKHOLE_SEND,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "blackhole-send",
		.brief = "large packets to this peer vanish, and no router says why",
		.what = "A large segment to this peer is lost each time it is sent, while smaller "
			"ones arrive, and no router says that it is too big: a link on the path "
			"has a smaller MTU, and the ICMP message is filtered or never made. It may "
			"be a full one, or a message of more than 1220 bytes with its headers. An "
			"event a connection.",
		.proof = "The same large segment timed out five times or more (three, if another "
			 "connection of the peer is stuck as well), nothing of that size was ever "
			 "delivered, and smaller packets of this connection arrive: later ones are "
			 "acknowledged, or the peer has nothing to repeat. Without that, or for half "
			 "a ClientHello of TLS, it is possible. Certain once the connection went on "
			 "with smaller segments.",
		.mistaken = "Random loss, which lets large segments through in the end; a peer or a "
			    "link that is down, where nothing arrives; a closed window; "
			    "deaf-after-handshake and dropped-by-content, where small ones vanish too.",
		.evidence = "size_fails, size_passes, mtu, retries, stall_ms, life, path_signs, cgroup",
		.remedy = "Let ICMP \"fragmentation needed\" and \"packet too big\" through, clamp "
			  "the MSS, lower the route's MTU, or net.ipv4.tcp_mtu_probing=1, which helps "
			  "what this host sends.",
	},
	{
		.id = TCPWHY_CAUSE_PMTU_LOWERED,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "pmtu-lowered",
		.brief = "a router said that packets are too big, and TCP made smaller ones",
		.what = "A router said that a packet to this peer is too big for its next link, and "
			"the connection goes on with smaller ones: path MTU discovery at work. An "
			"event a connection and size.",
		.proof = "The message quoted a segment that was under way, and the connection's "
			 "path MTU fell then, not below what the router said.",
		.mistaken = "A message about no connection, or about nothing that is under way, "
			    "which TCP does not believe. Who knows a connection's addresses, "
			    "ports and sequence numbers can lower it in any router's name.",
		.evidence = "mtu, mtu_said, mtu_before, router, cgroup",
		.remedy = "Nothing. If it is the same for most peers, an MSS clamp or a lower MTU of "
			  "the route spares each connection a round trip.",
	},
	{
		.id = TCPWHY_CAUSE_TOO_BIG_IGNORED,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "too-big-ignored",
		.brief = "a router said that packets are too big, and they stayed so",
		.what = "A router said that a packet to this peer is too big for its next link, and "
			"a second later the connection still sends larger ones, which nobody may "
			"fragment: they vanish from now on. An event a connection and size.",
		.proof = "The message quoted a segment that was under way, the connection's path MTU "
			 "has not fallen, its full packets are larger than what the router said, "
			 "and they go with DF, or are IPv6.",
		.mistaken = "A second message about the same packets, which were sent before the "
			    "first came; IPv4 without DF, which routers fragment. A message that a "
			    "firewall here drops is not seen, and looks like blackhole-send.",
		.evidence = "size_fails, mtu, mtu_said, router, cgroup",
		.remedy = "Find what pins the MTU: `ip route get` shows `mtu lock`; a program may set "
			  "IP_MTU_DISCOVER or IPV6_MTU_DISCOVER; net.ipv4.route.min_pmtu. Or clamp "
			  "the MSS, or net.ipv4.tcp_mtu_probing=1, which helps what this host sends.",
	},
	{
		.id = TCPWHY_CAUSE_BLACKHOLE_RECEIVE,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "blackhole-receive",
		.brief = "large packets from this peer vanish on their way here",
		.what = "The full segments of this peer are lost each time it sends them, while "
			"smaller ones arrive: a link on the path from it has a smaller MTU, and "
			"the peer is not told. An event a connection.",
		.proof = "Nothing came in order for three seconds (ten on the only connection), "
			 "at least a full segment is missing, or more than fits into a packet of "
			 "1220 bytes, what the peer sent after it has come and is smaller, and no "
			 "full segment ever came on the connection. "
			 "Likely on two connections of the peer, possible on one. An answer that "
			 "vanishes as a whole leaves nothing to see here: ask the sender's end.",
		.mistaken = "Random loss, which lets a full segment through in the end; a peer that "
			    "is slow, or gone; a program here that does not read.",
		.evidence = "size_fails, size_passes, mtu, stall_ms, life, path_signs, hole, mss, cgroup",
		.remedy = "Advertise a smaller MSS (the route's advmss) or have a gateway clamp it; "
			  "let ICMP \"fragmentation needed\" and \"packet too big\" reach the peer; "
			  "net.ipv4.tcp_mtu_probing=1 there.",
	},
	{
		.id = TCPWHY_CAUSE_BLACKHOLE_FORWARD,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "blackhole-forward",
		.brief = "as a gateway: another host's large packets to this peer vanish",
		.what = "This host forwards a connection. Large packets to this peer do not get "
			"there, small ones do: a link behind this host has a smaller MTU and nobody "
			"says so, or this host's own link is too small for them and the sender does "
			"not hear that, or does not heed it. An event a connection.",
		.proof = "Of a sample of the connections: the same segment, a full one or one that "
			 "makes a packet of more than 1220 bytes, passed through five times again "
			 "(three, if another connection to the peer is stuck as well), none was ever "
			 "acknowledged, and smaller ones demonstrably arrive. Certain where this host "
			 "answered \"too big\" and the same segment came again three times. Possible "
			 "where a segment's TTL does not fit its sender, where nothing shows that "
			 "smaller ones of this connection arrive, and for half of a ClientHello.",
		.mistaken = "Random loss; a peer or a link that is down, where nothing arrives; path "
			    "MTU discovery that works: the sender repeats it smaller.",
		.evidence = "size_fails, size_passes, mtu, retries, stall_ms, life, path_signs, "
			    "too_big_sent, mss, mss_sender, sender, service, relay",
		.remedy = "Clamp the MSS on this gateway; let ICMP \"fragmentation needed\" and "
			  "\"packet too big\" through.",
	},
	{
		.id = TCPWHY_CAUSE_PEER_IGNORES_SYN,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "peer-ignores-syn",
		.brief = "this server does not answer SYNs whose timestamp is behind another's",
		.what = "SYNs to this server, this host's own or such that it forwards, stay unanswered "
			"if their timestamp is behind one that the server answered within a minute "
			"through the same address, and it answers the others: it recycles "
			"connections by timestamp. Of the hosts behind one NAT, all but one suffer. "
			"An event a connect.",
		.proof = "Four SYNs that were behind got no answer before they were repeated, while "
			 "the server answered others meanwhile, four at least; none that was behind "
			 "was answered, and none that was ahead was not. Possible where all are of one "
			 "connect.",
		.mistaken = "A server that is down, which answers nobody; a full backlog or a path that "
			    "loses packets, which do not ask for the timestamp.",
		.evidence = "tsval, ts_recent, ts_behind, attempts, syns_ignored, syns_answered, sender",
		.remedy = "On the server net.ipv4.tcp_tw_recycle=0 (Linux before 4.12); at the NAT one "
			  "clock for all, or no timestamps.",
	},
	{
		.id = TCPWHY_CAUSE_RST_GOODBYE,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-goodbye",
		.brief = "we reset at the end of a conversation, and nothing that matters is lost",
		.what = "A program here had closed the connection. The peer's goodbye lay unread or "
			"came later, and was answered with a RST. A goodbye is 64 bytes at most: "
			"TLS' close_notify (24 or 31 bytes), QUIT, an error of one line. Or the "
			"program had opened the connection, and left it by a RST (SO_LINGER 0) when "
			"it was at rest: nothing was lost.",
		.proof = "At most 64 bytes. They lay unread after the program here had read what "
			 "came before and its own data was acknowledged, or came after its FIN. At "
			 "rest: all that was sent is acknowledged, data of the peer came with that "
			 "or after it, and nothing is unread; or nothing was said at all, for less "
			 "than two seconds.",
		.mistaken = "rst-unread-data and rst-data-after-close: more than 64 bytes, or all that "
			    "the peer ever sent, or bytes that came while our own were under way. "
			    "rst-linger0: a request that is not answered, or a program that had "
			    "accepted the connection: its client may wait for more.",
		.evidence = PROCESS ", " CONNECTION,
		.remedy = "None needed.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_PEER_GOODBYE,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "peer-goodbye",
		.brief = "the peer reset at the end of a conversation, and nothing that matters is lost",
		.what = "The peer had closed the connection, and answered our goodbye with a RST: 64 "
			"bytes at most, such as TLS' close_notify, or our FIN alone. Or it had opened "
			"the connection, and left it by a RST when it was at rest, as health checks, "
			"scans and pools do: nothing was lost.",
		.proof = "At most 64 bytes are not acknowledged. They were written after the peer's "
			 "FIN, or the program here had closed before the RST came. At rest: the peer "
			 "has all that was sent, after its own last words, and nothing is unread; or "
			 "nothing was said at all, for less than two seconds.",
		.mistaken = "peer-closed-early: more than 64 bytes written after the peer's FIN. "
			    "peer-aborted: the peer has asked and was not answered, or it had accepted "
			    "the connection: its answer may be cut short.",
		.evidence = CONNECTION ", " RST,
		.remedy = "None needed.",
		.counter = "TcpEstabResets, TcpExtEmbryonicRsts",
	},
	{
		.id = TCPWHY_CAUSE_DEVICE_MTU_DROP,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "device-mtu-drop",
		.brief = "a device of this host drops large packets as they are sent",
		.what = "What this host sends to the peer in large packets is dropped by a device of its "
			"own that has a smaller MTU than the route: the other end of a veth pair, or a "
			"port of a bridge. No router says so, and TCP tries again until it gives up. "
			"Small ones pass. An event a connection.",
		.proof = "The same segment was dropped three times, and each time it was larger than the "
			 "device takes. The kernel's own test was made again on the packet.",
		.mistaken = "blackhole-send: the packets leave this host; timeout-retransmit, which a "
			    "connection that is given up for this is not counted as.",
		.evidence = "size_fails, device, mtu, mtu_beyond, retries, stall_ms",
		.remedy = "Give the device the MTU of what is behind it, or that one the larger MTU.",
		.counter = "TcpExtTCPRetransFail",
	},
	{
		.id = TCPWHY_CAUSE_RST_HAPPY_EYEBALLS,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-happy-eyeballs",
		.brief = "we reset: the answer to a connect that was dropped, as another had won",
		.what = "A program here called several addresses at about the same time, and took "
			"the one that answered first (happy eyeballs, RFC 8305). The answer of "
			"this one came later, and was reset. Nothing is lost.",
		.proof = "As for rst-late-synack; and a connect of the same process to the same "
			 "port of another address, begun at most 2.5 s apart, had been answered.",
		.mistaken = "rst-late-synack: no other connect had won, or it was a later try.",
		.evidence = "after_ms",
		.remedy = "None needed.",
		.counter = "TcpOutRsts",
	},
	{
		.id = TCPWHY_CAUSE_REFUSED_ICMP,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "refused-icmp",
		.brief = "a connect or a datagram was answered with an ICMP error",
		.what = "A connect, or a datagram of UDP, was refused by ICMP: port, host or network "
			"unreachable, or prohibited. With a router it came here, and the program "
			"gets \"No route to host\", \"Connection refused\" or \"Permission denied\". "
			"Without one, this host sent it to the peer.",
		.proof = "Received: the kernel ended a connect in SYN_SENT for a message that quotes "
			 "its SYN (certain), or took it for a socket of UDP (likely where the "
			 "program hears of it, else possible). Sent: the kernel was seen making it "
			 "for a SYN or a datagram (possible: anybody may have sent that).",
		.mistaken = "peer-refused: a RST. A message that comes while the program works on "
			    "its socket is only noted by the kernel, and ends nothing.",
		.evidence = "icmp, protocol, router, origin, cgroup",
		.remedy = "Look at the firewall and the routes of whom it came from: the peer, a "
			  "router, or this host.",
		.counter = "IcmpInDestUnreachs, IcmpOutDestUnreachs, TcpAttemptFails",
	},
	{
		.id = TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "deaf-after-handshake",
		.brief = "after the handshake nothing arrives at this peer, whatever its size",
		.what = "This host connects, the peer answers, and nothing that this host sends then "
			"arrives, large or small. Some firewall on the way drops it: mostly one that "
			"sees one direction only (asymmetric routes), and so takes what follows the SYN "
			"for invalid; or one that drops the rest of a connection for its first bytes. "
			"An event a connection.",
		.proof = "Five time-outs without any acknowledgment since the handshake, another "
			 "connection of this host to the same peer whose handshake succeeded meanwhile "
			 "and that is stuck alike, and a small packet that vanished as well: a short "
			 "tail that was sent twice, a message of at most 1220 bytes, or our "
			 "acknowledgments, as the peer repeats its SYN-ACK. Possible where it does, "
			 "as a listener does whose accept queue is full.",
		.mistaken = "blackhole-send, where small packets arrive; a peer or a link that is gone, "
			    "which answers no SYN; a full accept queue, which repeats its SYN-ACK and "
			    "answers no new SYN; a SYN proxy on the way whose server is gone.",
		.evidence = "size_fails, small_fails, retries, stall_ms, path_signs, cgroup",
		.remedy = "Send both directions by the same firewall, or let it pass connections that it "
			  "did not see begin (net.netfilter.nf_conntrack_tcp_loose=1, and no drop of "
			  "`ct state invalid`). A smaller MTU or MSS does not help.",
	},
	{
		.id = TCPWHY_CAUSE_DROPPED_BY_CONTENT,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "dropped-by-content",
		.brief = "the same bytes to this peer vanish in packets of any size; others arrive",
		.what = "A segment to this peer is lost each time it is sent, also in small packets, "
			"while others of the same connection arrive. Something on the way looks into "
			"what passes, and drops it: a firewall, an IPS or a filter; often for a "
			"ClientHello of TLS that does not fit into one segment. An event a connection.",
		.proof = "Three time-outs at full size and three in packets of at most 1220 bytes, as "
			 "net.ipv4.tcp_mtu_probing=1 makes them (likely); or seven of a segment that is "
			 "as small (possible; likely on two connections). And later segments were "
			 "acknowledged, or the peer has our acknowledgments.",
		.mistaken = "blackhole-send, where the same bytes arrive in smaller packets: without "
			    "MTU probing nobody tries that; random loss of 30 % and more; a box that "
			    "does not know of window scaling: what ends beyond its window does not count.",
		.evidence = "size_fails, small_fails, retries, stall_ms, life, path_signs, cgroup",
		.remedy = "Find what looks into the traffic, and make it pass; for a ClientHello: software "
			  "of it that reassembles TCP. As a stopgap a smaller hello, without post-quantum "
			  "key shares. A smaller MTU or MSS does not help.",
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
