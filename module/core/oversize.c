// SPDX-License-Identifier: GPL-2.0
#include "core/oversize.h"
#include "core/packet.h"

/*
 * Three time-outs in a row take 1.4 s with the default shortest RTO of 200 ms, and 7 s with that of
 * a first round trip that was not measured (RFC 6298, 2.1). What is not sent again by then got on.
 */
#define SAME_MS		10000

/* Copies that come closer together than any timer allows are of one attempt. */
#define ATTEMPT_MS	20

static void begin(struct tcpwhy_oversize *m, u32 seq, u32 size, u32 now_ms)
{
	m->seq = seq;
	m->size = size;
	m->since_ms = now_ms;
	m->last_ms = now_ms;
	m->times = 1;
}

/**
 * tcpwhy_oversize_note() - a device has dropped a segment that is too large for it
 * @m: memory of its connection
 * @seq: its first sequence number
 * @size: bytes of the IP packet that it makes
 * @now_ms: CLOCK_BOOTTIME
 *
 * Of a flight the first one counts, and those that follow it do not.
 *
 * Return: whether that is one more time of the same segment
 */
bool tcpwhy_oversize_note(struct tcpwhy_oversize *m, u32 seq, u32 size, u32 now_ms)
{
	if (!m->times || tcpwhy_before(seq, m->seq) || now_ms - m->last_ms >= SAME_MS) {
		begin(m, seq, size, now_ms);
		return false;
	}
	if (seq != m->seq || now_ms - m->last_ms < ATTEMPT_MS)
		return false;
	m->last_ms = now_ms;
	m->size = size;
	m->times++;
	return true;
}
