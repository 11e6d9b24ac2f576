/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of a connection: its SYN, a refusal of its successor, what its
 * first packets looked like, a silence that it may have survived, and its death.
 */
#ifndef TCPWHY_CORE_FLOW_H
#define TCPWHY_CORE_FLOW_H

#include "core/packet.h"

/* For so long a RST that was made here is on its way to a program of this host. */
#define TCPWHY_JUST_MS	1000

/**
 * struct tcpwhy_flow - memory of one pair of addresses and ports
 * @seen_ms: when it was last written, milliseconds of CLOCK_BOOTTIME; wraps
 * @has_syn: the SYN fields below are filled in
 * @ttl: TTL or hop limit of the SYN that was let in last
 * @wscale: its window scale, 0xff if it had none
 * @mss: its MSS, 0 if it had none
 * @window: its window
 * @options: its hash of option kinds
 * @isn: its sequence number
 * @refused_by: cause that refused a later SYN, 0 if none did
 * @refused_isn: that SYN's sequence number: tells a repetition from a new try
 * @refused_ms: when that SYN was refused first
 * @died_ms: when it died
 * @died_of: &enum tcpwhy_cause_id; 0: it did not die, or see @died_in. While it lives: made
 *	here at @died_ms, a RST is on its way to it
 * @died_in: &enum tcpwhy_state in which it died; 0: it did not
 * @signs: &enum tcpwhy_injection_sign, of the RST that ended it
 * @samples: first packets that were looked at
 * @sample_ttl: their TTL or hop limit
 * @sample_df: all of them had DF set
 * @id_steps: of these, the ones whose IP ID stayed, or counted the segments
 * @id: IP ID of the last of them
 * @id_segs: segments received when it came
 * @rst_seq: sequence number of the RST that ended it; of a connect that was given
 *	up, the one that its answer acknowledges
 * @rst_ttl: TTL or hop limit of that RST
 * @silence_seq: while it lives: sequence number of what was written after @silence_ms
 * @silence_ms: a silence that is survived if that is acknowledged; 0: none
 * @connect_ms: of a connect that was given up: how long it had waited
 * @connect_pid: of such a one: thread group id of its program; 0: not known
 * @fin_seq: while it lives and @fin_noted: sequence number after all that was written when
 *	the peer's FIN came
 * @fin_noted: of that, TCP had to repeat some by then
 * @ignored: while it lives: RSTs that were not believed by @died_ms and shortly before, and
 *	that the peer itself may have sent
 * @ignored_knows: one of them is as of who knows the connection
 */
struct tcpwhy_flow {
	u32 seen_ms;
	bool has_syn;
	u8 ttl;
	u8 wscale;
	u8 refused_by;
	u16 mss;
	u16 window;
	u32 options;
	u32 isn;
	u32 refused_isn;
	u32 refused_ms;
	u32 died_ms;
	union {
		u32 rst_seq;
		u32 silence_seq;
		u32 fin_seq;
	};
	union {
		u32 silence_ms;
		u32 connect_ms;
	};
	union {
		u32 id_segs;
		u32 connect_pid;
	};
	u16 id;
	u8 died_of;
	u8 died_in;
	u8 signs;
	u8 samples;
	u8 sample_ttl;
	bool sample_df;
	u8 id_steps;
	u8 rst_ttl;
	u8 ignored;
	bool fin_noted:1;
	bool ignored_knows:1;
};

/**
 * struct tcpwhy_sample - what one of a connection's first packets looks like
 * @segs_in: segments that the connection had received before it, its SYN included
 * @id: IP ID; 0 with IPv6
 * @ttl: TTL or hop limit
 * @df: do not fragment; false with IPv6
 * @syn: SYN or SYN-ACK: it opens the connection
 */
struct tcpwhy_sample {
	u32 segs_in;
	u16 id;
	u8 ttl;
	bool df;
	bool syn;
};

void tcpwhy_flow_note_syn(struct tcpwhy_flow *f, const struct tcpwhy_packet *syn, u64 now_ns);
void tcpwhy_flow_note_sample(struct tcpwhy_flow *f, const struct tcpwhy_sample *sample,
			     u64 now_ns);
void tcpwhy_flow_note_silence(struct tcpwhy_flow *f, u32 silence_ms, u32 seq, u64 now_ns);
void tcpwhy_flow_note_fin(struct tcpwhy_flow *f, u32 written, u64 now_ns);
u32 tcpwhy_flow_before_fin(const struct tcpwhy_flow *f, u32 acked);
u32 tcpwhy_flow_survived(struct tcpwhy_flow *f, u32 acked);
u8 tcpwhy_flow_reset_signs(const struct tcpwhy_flow *f, const struct tcpwhy_packet *rst,
			   u32 segs_in, u16 *id_expected);
u8 tcpwhy_flow_syn_changed(const struct tcpwhy_flow *f, const struct tcpwhy_packet *syn);

static inline u32 tcpwhy_ms(u64 ns)
{
	return (u32)div_u64(ns, 1000000);
}

#endif /* TCPWHY_CORE_FLOW_H */
