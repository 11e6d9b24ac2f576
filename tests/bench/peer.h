/* SPDX-License-Identifier: GPL-2.0 */
/* A peer behind the wire that connects to a server here. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "wire.h"

#define SERVER_PORT	2005
#define PEER_PORT	40000
#define PEER_CLOCK	5000000u	/* timestamps of a peer's first connection */

extern uint32_t next_peer;

void peers_up(void);
void peers_down(void);
void peer_sends(struct segment *s, uint8_t flags);
int peer_hears(struct segment *s);
int peer_connects(struct segment *s, uint32_t address);
void peer_leaves(struct segment *s, int server);

#endif /* BENCH_PEER_H */
