// SPDX-License-Identifier: GPL-2.0
#include "core/flow.h"

static u8 wscale_of(const struct tcpwhy_packet *syn)
{
	return syn->has_wscale ? syn->wscale : 0xff;
}

/**
 * tcpwhy_flow_note_syn() - remember the SYN of a connection that begins
 * @f: memory of its addresses and ports
 * @syn: the segment
 * @now_ns: CLOCK_BOOTTIME
 */
void tcpwhy_flow_note_syn(struct tcpwhy_flow *f, const struct tcpwhy_packet *syn, u64 now_ns)
{
	const struct tcpwhy_sample sample = {
		.id = syn->id, .ttl = syn->ttl, .df = syn->df, .syn = true,
	};

	f->seen_ms = tcpwhy_ms(now_ns);
	f->has_syn = true;
	f->ttl = syn->ttl;
	f->wscale = wscale_of(syn);
	f->mss = syn->mss;
	f->window = syn->window;
	f->options = syn->options;
	f->isn = syn->seq;
	tcpwhy_flow_note_sample(f, &sample, now_ns);
}

/* What is remembered is another connection's. */
static void begin_anew(struct tcpwhy_flow *f)
{
	f->samples = 0;
	/* A RST that is on its way may be this one's: its SYN is noted late. */
	if (f->died_in)
		f->died_of = TCPWHY_CAUSE_NONE;
	f->died_in = 0;
	f->signs = 0;
	f->silence_ms = 0;
	f->fin_noted = false;
	f->ignored = 0;
}

/**
 * tcpwhy_flow_note_sample() - remember what one of the first packets looks like
 * @f: memory of its addresses and ports
 * @sample: the packet
 * @now_ns: CLOCK_BOOTTIME
 */
void tcpwhy_flow_note_sample(struct tcpwhy_flow *f, const struct tcpwhy_sample *sample,
			     u64 now_ns)
{
	u16 step = sample->id - f->id;

	if (sample->syn || f->died_in || tcpwhy_before(sample->segs_in, f->id_segs))
		begin_anew(f);
	else if (sample->ttl != f->sample_ttl)
		f->samples = 0;
	if (!f->samples) {
		f->id_steps = 0;
		f->sample_df = true;
	} else if (!step || step == (u16)(sample->segs_in - f->id_segs)) {
		f->id_steps++;
	} else {
		f->id_steps = 0;
	}
	f->seen_ms = tcpwhy_ms(now_ns);
	f->samples++;
	f->sample_ttl = sample->ttl;
	f->sample_df &= sample->df;
	f->id = sample->id;
	f->id_segs = sample->segs_in;
}

/**
 * tcpwhy_flow_note_silence() - somebody writes after a silence, and may be answered
 * @f: memory of its addresses and ports
 * @silence_ms: how long it was
 * @seq: sequence number of what is written
 * @now_ns: CLOCK_BOOTTIME
 */
void tcpwhy_flow_note_silence(struct tcpwhy_flow *f, u32 silence_ms, u32 seq, u64 now_ns)
{
	if (f->died_in)
		begin_anew(f);
	/* The FIN has told already that the path knew the connection. */
	if (f->fin_noted)
		return;
	f->seen_ms = tcpwhy_ms(now_ns);
	f->silence_ms = silence_ms;
	f->silence_seq = seq;
}

/**
 * tcpwhy_flow_note_fin() - the peer closes while TCP repeats what was written before
 * @f: memory of its addresses and ports
 * @written: sequence number after what was written by then
 * @now_ns: CLOCK_BOOTTIME
 */
void tcpwhy_flow_note_fin(struct tcpwhy_flow *f, u32 written, u64 now_ns)
{
	if (f->died_in)
		begin_anew(f);
	/* The number of a RST that is on its way is remembered in the same place. */
	if (f->died_of && tcpwhy_ms(now_ns) - f->died_ms < TCPWHY_JUST_MS)
		return;
	f->seen_ms = tcpwhy_ms(now_ns);
	f->silence_ms = 0;
	f->fin_noted = true;
	f->fin_seq = written;
}

/**
 * tcpwhy_flow_before_fin() - how much of what is not acknowledged was written before the
 * peer closed?
 * @f: memory of a connection that the peer has closed; NULL: there is none
 * @acked: the first sequence number that the peer has not acknowledged
 *
 * Return: bytes; 0 as well if that was not seen
 */
u32 tcpwhy_flow_before_fin(const struct tcpwhy_flow *f, u32 acked)
{
	if (!f || f->died_in || !f->fin_noted || !tcpwhy_before(acked, f->fin_seq))
		return 0;
	return f->fin_seq - acked;
}

/**
 * tcpwhy_flow_survived() - has what was written after a silence been answered?
 * @f: memory of a connection that lives, or ends in order; that silence is forgotten
 * @acked: the first sequence number that the peer has not acknowledged
 *
 * Return: length of the silence, 0 if there was none, or no answer yet
 */
u32 tcpwhy_flow_survived(struct tcpwhy_flow *f, u32 acked)
{
	u32 silence_ms = f->silence_ms;

	if (!silence_ms || f->died_in || !tcpwhy_before(f->silence_seq, acked))
		return 0;
	f->silence_ms = 0;
	return silence_ms;
}

/* A hop more or less is what load sharing on the path brings. */
#define TTL_FAR		2
/* Segments that were lost, or sent twice, before the RST: so many and a quarter of all. */
#define ID_SLACK	64

static bool id_is_foreign(const struct tcpwhy_flow *f, const struct tcpwhy_packet *rst,
			  u32 segs_in, u16 *expected)
{
	u32 segs = segs_in - f->id_segs;
	u16 ahead;

	if (f->sample_df && !rst->df)
		return true;
	/* Without a socket Linux answers with ID 0 and DF. */
	if (!f->id_steps || !rst->id)
		return false;
	*expected = f->id + segs;
	ahead = rst->id - f->id + ID_SLACK;
	return segs < 0x8000 && ahead > segs + segs / 4 + 2 * ID_SLACK;
}

/**
 * tcpwhy_flow_reset_signs() - what about a RST is not like the peer?
 * @f: memory of its addresses and ports
 * @rst: the RST
 * @segs_in: segments that the connection had received before it
 * @id_expected: result: the IP ID that its own steps led to expect, 0 if that is not known
 *
 * After "Global, Passive Detection of Connection Tampering", SIGCOMM 2023: on clean
 * connections more than 99 % show no large change of TTL, and more than 95 % an IP ID
 * step of 1 at most.
 *
 * Return: bits of &enum tcpwhy_injection_sign
 */
u8 tcpwhy_flow_reset_signs(const struct tcpwhy_flow *f, const struct tcpwhy_packet *rst,
			   u32 segs_in, u16 *id_expected)
{
	u8 signs = 0;
	u8 far;

	*id_expected = 0;
	if (f->samples < 2)
		return 0;
	far = rst->ttl > f->sample_ttl ? rst->ttl - f->sample_ttl : f->sample_ttl - rst->ttl;
	if (far >= TTL_FAR)
		signs |= TCPWHY_SIGN_TTL;
	if (rst->has_id && id_is_foreign(f, rst, segs_in, id_expected))
		signs |= TCPWHY_SIGN_IP_ID;
	return signs;
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
