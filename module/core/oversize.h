/* SPDX-License-Identifier: GPL-2.0 */
/* What is remembered of a connection whose segments a device of this host drops as too large. */
#ifndef TCPWHY_CORE_OVERSIZE_H
#define TCPWHY_CORE_OVERSIZE_H

#include "portable.h"

/**
 * struct tcpwhy_oversize - memory of one connection; all zero: none
 * @seq: first sequence number of the segment that is dropped again and again
 * @size: bytes of the IP packet that it makes
 * @since_ms: when it was dropped first, milliseconds of CLOCK_BOOTTIME
 * @last_ms: and last
 * @times: how often it was
 * @named: the connection was counted
 */
struct tcpwhy_oversize {
	u32 seq;
	u32 size;
	u32 since_ms;
	u32 last_ms;
	u16 times;
	bool named;
};

/* Dropped so often, it is not let go: TCP learns nothing from it. */
#define TCPWHY_OVERSIZE_TIMES	3

bool tcpwhy_oversize_note(struct tcpwhy_oversize *m, u32 seq, u32 size, u32 now_ms);

#endif /* TCPWHY_CORE_OVERSIZE_H */
