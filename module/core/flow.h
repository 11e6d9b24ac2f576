/* SPDX-License-Identifier: GPL-2.0 */
/* What is remembered of a connection: its SYN, and a refusal of its successor. */
#ifndef TCPWHY_CORE_FLOW_H
#define TCPWHY_CORE_FLOW_H

#include "core/packet.h"

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
};

void tcpwhy_flow_note_syn(struct tcpwhy_flow *f, const struct tcpwhy_packet *syn, u64 now_ns);
u8 tcpwhy_flow_syn_changed(const struct tcpwhy_flow *f, const struct tcpwhy_packet *syn);

static inline u32 tcpwhy_ms(u64 ns)
{
	return (u32)div_u64(ns, 1000000);
}

#endif /* TCPWHY_CORE_FLOW_H */
