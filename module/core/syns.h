/* SPDX-License-Identifier: GPL-2.0 */
/* Which SYNs does a server answer? One that recycles by timestamp, none that is behind another. */
#ifndef TCPWHY_CORE_SYNS_H
#define TCPWHY_CORE_SYNS_H

#include "core/packet.h"

/**
 * struct tcpwhy_try - a connect that has not been answered yet
 * @client: who tries
 * @isn: sequence number of its SYN
 * @sport: its port
 * @dport: the server's
 * @tsval: timestamp of the latest SYN
 * @sent_ms: when that was sent, milliseconds of CLOCK_BOOTTIME; 0: the entry is free
 * @minded: timestamp that the server had answered then
 * @ignored: timestamp of the latest SYN of it that was ignored
 * @ignored_for: the @minded of that
 * @behind: it was behind a timestamp that the server had answered within a minute
 * @ahead: it was ahead of it
 * @counted: one of its SYNs is among those of &struct tcpwhy_syns.ignored
 * @named: it was counted as an event
 */
struct tcpwhy_try {
	struct tcpwhy_addr client;
	u32 isn;
	u16 sport;
	u16 dport;
	u32 tsval;
	u32 sent_ms;
	u32 minded;
	u32 ignored;
	u32 ignored_for;
	bool behind;
	bool ahead;
	bool counted;
	bool named;
};

#define TCPWHY_TRIES	16
/* So many may be behind at once, or not be. */
#define TCPWHY_TRIES_ALIKE	12

/**
 * struct tcpwhy_syns - memory of a server, as it is seen from one address; all zero: none
 * @tries: connects that wait, of those that began while there was room
 * @has_answered: @tsval and @answered_ms mean something
 * @tsval: the latest timestamp that it answered
 * @answered_ms: when that was, milliseconds of CLOCK_BOOTTIME
 * @ignored: SYNs behind that, not answered, while it answered others
 * @connections: of so many connects
 * @answered: SYNs ahead that it answered since the first of these
 * @since_ms: when the first of these was sent
 * @refuted: @refuted_ms means something
 * @refuted_ms: when it was last plain that it does not mind timestamps
 */
struct tcpwhy_syns {
	struct tcpwhy_try tries[TCPWHY_TRIES];
	bool has_answered;
	u32 tsval;
	u32 answered_ms;
	u16 ignored;
	u16 connections;
	u16 answered;
	u32 since_ms;
	bool refuted;
	u32 refuted_ms;
};

/**
 * struct tcpwhy_syn_sent - a SYN on its way to the server, or its answer
 * @client: who sent it
 * @isn: its sequence number
 * @sport: port of the client
 * @dport: port of the server
 * @tsval: its timestamp
 */
struct tcpwhy_syn_sent {
	struct tcpwhy_addr client;
	u32 isn;
	u16 sport;
	u16 dport;
	u32 tsval;
};

struct tcpwhy_try *tcpwhy_syns_sent(struct tcpwhy_syns *s, const struct tcpwhy_syn_sent *syn,
				    u32 now_ms);
void tcpwhy_syns_answered(struct tcpwhy_syns *s, const struct tcpwhy_syn_sent *syn, u32 now_ms);

#endif /* TCPWHY_CORE_SYNS_H */
