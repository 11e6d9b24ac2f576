/* SPDX-License-Identifier: GPL-2.0 */
/* The memory of connections that do not get further, by peer. */
#ifndef TCPWHY_STORE_STALLS_H
#define TCPWHY_STORE_STALLS_H

#include "core/stall.h"

struct tcpwhy_net;

/**
 * struct tcpwhy_stall_key - which connection
 * @netns: &struct tcpwhy_net.id
 * @peer: remote address
 * @local: local address
 * @lport: local port
 * @rport: remote port
 * @dev: interface that the socket is bound to, or 0
 */
struct tcpwhy_stall_key {
	u64 netns;
	struct tcpwhy_addr peer;
	struct tcpwhy_addr local;
	u16 lport;
	u16 rport;
	int dev;
};

static_assert(sizeof(struct tcpwhy_stall_key) == sizeof(u64) + 2 * sizeof(struct tcpwhy_addr) +
						 2 * sizeof(u16) + sizeof(int));

/**
 * enum tcpwhy_stall_make - what if a connection has no memory yet?
 * @TCPWHY_STALL_FIND: none is made
 * @TCPWHY_STALL_MAKE: one is made
 * @TCPWHY_STALL_IF_ROOM: one is made, but not at the cost of a hole of the same peer
 */
enum tcpwhy_stall_make {
	TCPWHY_STALL_FIND,
	TCPWHY_STALL_MAKE,
	TCPWHY_STALL_IF_ROOM,
};

/**
 * typedef tcpwhy_stall_fn - works on the memory of one connection, under the lock of all
 * with interrupts off: must not sleep
 * @s: its memory
 * @ctx: the caller's
 */
typedef void (*tcpwhy_stall_fn)(struct tcpwhy_stall *s, void *ctx);

/** typedef tcpwhy_stall_test_fn - does something go on that one looks after? */
typedef bool (*tcpwhy_stall_test_fn)(const struct tcpwhy_stall *s);

int tcpwhy_stalls_init(void);
void tcpwhy_stalls_free(void);
u64 tcpwhy_stalls_bytes(void);
void tcpwhy_stalls_update(const struct tcpwhy_stall_key *key, u32 now_ms,
			  enum tcpwhy_stall_make make, tcpwhy_stall_fn fn, void *ctx);
void tcpwhy_stalls_others(const struct tcpwhy_stall *s, u32 now_ms,
			  struct tcpwhy_stalls *others);
void tcpwhy_stalls_pass(u64 netns, const struct tcpwhy_addr *peer, u32 now_ms);
bool tcpwhy_stalls_any(void);
void tcpwhy_stalls_each(tcpwhy_stall_test_fn goes_on,
			void (*look)(const struct tcpwhy_stall_key *key));

#endif /* TCPWHY_STORE_STALLS_H */
