// SPDX-License-Identifier: GPL-2.0
#include "core/flow.h"

static u8 wscale_of(const struct tcpwhy_packet *syn)
{
	return syn->has_wscale ? syn->wscale : 0xff;
}

/**
 * tcpwhy_flow_note_syn() - remember the SYN of a connection that may begin
 * @f: memory of its addresses and ports
 * @syn: the segment
 * @now_ns: CLOCK_BOOTTIME
 */
void tcpwhy_flow_note_syn(struct tcpwhy_flow *f, const struct tcpwhy_packet *syn, u64 now_ns)
{
	f->seen_ms = tcpwhy_ms(now_ns);
	f->has_syn = true;
	f->ttl = syn->ttl;
	f->wscale = wscale_of(syn);
	f->mss = syn->mss;
	f->window = syn->window;
	f->options = syn->options;
	f->isn = syn->seq;
}

/**
 * tcpwhy_flow_syn_changed() - how a SYN differs from the remembered one
 * @f: memory in which @has_syn is set
 * @syn: the new SYN
 *
 * Return: bits of &enum tcpwhy_syn_changed
 */
u8 tcpwhy_flow_syn_changed(const struct tcpwhy_flow *f, const struct tcpwhy_packet *syn)
{
	return (f->ttl != syn->ttl ? TCPWHY_SYN_CHANGED_TTL : 0) |
	       (f->mss != syn->mss ? TCPWHY_SYN_CHANGED_MSS : 0) |
	       (f->window != syn->window ? TCPWHY_SYN_CHANGED_WINDOW : 0) |
	       (f->wscale != wscale_of(syn) ? TCPWHY_SYN_CHANGED_WSCALE : 0) |
	       (f->options != syn->options ? TCPWHY_SYN_CHANGED_OPTIONS : 0);
}
