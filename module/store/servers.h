/* SPDX-License-Identifier: GPL-2.0 */
/* Which SYNs the servers answer that this host, or who it forwards for, connects to. */
#ifndef TCPWHY_STORE_SERVERS_H
#define TCPWHY_STORE_SERVERS_H

#include "core/syns.h"

/**
 * struct tcpwhy_server_key - a server, and an address that it sees
 * @netns: &struct tcpwhy_net.id
 * @server: address of the server
 * @via: address that SYNs come from when they get there
 */
struct tcpwhy_server_key {
	u64 netns;
	struct tcpwhy_addr server;
	struct tcpwhy_addr via;
};

static_assert(sizeof(struct tcpwhy_server_key) == sizeof(u64) + 2 * sizeof(struct tcpwhy_addr));

/**
 * typedef tcpwhy_server_fn - works on the memory of one server, under its lock with
 * interrupts off: must not sleep
 * @s: its memory
 * @ctx: the caller's
 */
typedef void (*tcpwhy_server_fn)(struct tcpwhy_syns *s, void *ctx);

int tcpwhy_servers_init(void);
void tcpwhy_servers_blind(void);
bool tcpwhy_servers_any(u32 now_ms);
void tcpwhy_servers_update(const struct tcpwhy_server_key *key, u32 now_ms, bool make,
			   tcpwhy_server_fn fn, void *ctx);

#endif /* TCPWHY_STORE_SERVERS_H */
