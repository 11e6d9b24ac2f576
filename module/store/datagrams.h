/* SPDX-License-Identifier: GPL-2.0 */
/* Which datagrams in pieces became whole, or were refused, a moment ago. */
#ifndef TCPWHY_STORE_DATAGRAMS_H
#define TCPWHY_STORE_DATAGRAMS_H

#include <linux/types.h>

/**
 * enum tcpwhy_datagram_fate - what is remembered of a datagram
 * @TCPWHY_DATAGRAM_WHOLE: it became whole
 * @TCPWHY_DATAGRAM_REFUSED: a fragment of it was refused, and others may wait on
 * @TCPWHY_DATAGRAM_FATES: how many there are
 */
enum tcpwhy_datagram_fate {
	TCPWHY_DATAGRAM_WHOLE,
	TCPWHY_DATAGRAM_REFUSED,
	TCPWHY_DATAGRAM_FATES,
};

int tcpwhy_datagrams_init(void);
void tcpwhy_datagrams_note(enum tcpwhy_datagram_fate fate, u32 hash, u32 when);
bool tcpwhy_datagrams_known(enum tcpwhy_datagram_fate fate, u32 hash, u32 *when);

#endif /* TCPWHY_STORE_DATAGRAMS_H */
