// SPDX-License-Identifier: GPL-2.0
/*
 * A fixed array, lossy by design: an entry is one word, written and read as one, and
 * replaces whichever was there. What is forgotten costs a finding too many.
 */
#include <linux/compiler.h>

#include "store/datagrams.h"

#define SLOTS		2048

static u64 slots[TCPWHY_DATAGRAM_FATES][SLOTS];

/**
 * tcpwhy_datagrams_note() - remember a datagram
 * @fate: what became of it
 * @hash: of what tells it from others
 * @when: in jiffies, the lower 32 bits
 *
 * Context: any.
 */
void tcpwhy_datagrams_note(enum tcpwhy_datagram_fate fate, u32 hash, u32 when)
{
	/* Pairs with tcpwhy_datagrams_known(). */
	WRITE_ONCE(slots[fate][hash % SLOTS], (u64)hash << 32 | when);
}

/**
 * tcpwhy_datagrams_known() - is a datagram remembered?
 * @fate: what became of it
 * @hash: of what tells it from others
 * @when: result, if so
 *
 * Context: any.
 */
bool tcpwhy_datagrams_known(enum tcpwhy_datagram_fate fate, u32 hash, u32 *when)
{
	/* Pairs with tcpwhy_datagrams_note(). */
	u64 slot = READ_ONCE(slots[fate][hash % SLOTS]);

	*when = slot;
	return slot && slot >> 32 == hash;
}
