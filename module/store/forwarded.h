/* SPDX-License-Identifier: GPL-2.0 */
/* The few connections of other hosts that their gateway follows at a time. */
#ifndef TCPWHY_STORE_FORWARDED_H
#define TCPWHY_STORE_FORWARDED_H

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <asm/byteorder.h>

#include "core/forwarded.h"

/*
 * Which pairs of ports a connection that is followed has, in either order; and of which only
 * the large segments of one way are worth a look, its sender's port first. A container's
 * gateway and its host's forward the same connection: each has a bit of its own, since @mix is
 * the namespace's. Written under the lock of them all, read without.
 */
#define TCPWHY_FORWARDED_BITS	4096
extern unsigned long tcpwhy_forwarded_bits[], tcpwhy_forwarded_large_bits[];

/*
 * @ports: source and destination port as they lie in the TCP header. Their lower bits count,
 * as a host takes one port after the other.
 */
static inline u32 tcpwhy_forwarded_bit(u32 mix, u32 ports)
{
	return (mix + ntohs((__force __be16)(ports ^ ports >> 16))) % TCPWHY_FORWARDED_BITS;
}

static inline u32 tcpwhy_forwarded_large_bit(u32 mix, u32 ports)
{
	u32 both = ntohl((__force __be32)ports);

	return (mix + (both >> 16) + 3 * (both & 0xffff)) % TCPWHY_FORWARDED_BITS;
}

/* @len: bytes of the IP packet */
static inline bool tcpwhy_forwarded_may_be(u32 mix, u32 ports, u32 len)
{
	return test_bit(tcpwhy_forwarded_bit(mix, ports), tcpwhy_forwarded_bits) ||
	       (len >= TCPWHY_FORWARDED_LARGE &&
		test_bit(tcpwhy_forwarded_large_bit(mix, ports), tcpwhy_forwarded_large_bits));
}

/**
 * struct tcpwhy_hop - where a segment came in, and where it leaves
 * @netns: &struct tcpwhy_net.id
 * @mix: net_hash_mix() of that namespace
 * @in: interface
 * @out: interface
 */
struct tcpwhy_hop {
	u64 netns;
	u32 mix;
	int in;
	int out;
};

/**
 * typedef tcpwhy_forwarded_fn - works on what is known of a connection, under the lock of
 * all with interrupts off: must not sleep
 * @f: the connection
 * @way: 0 if the segment is the client's, 1 if it is the server's
 * @ctx: the caller's
 *
 * Return: &enum tcpwhy_follow
 */
typedef enum tcpwhy_follow (*tcpwhy_forwarded_fn)(struct tcpwhy_forwarded *f, u32 way, void *ctx);

int tcpwhy_forwarded_init(void);
void tcpwhy_forwarded_free(void);
u64 tcpwhy_forwarded_bytes(void);
void tcpwhy_forwarded_forget(void);
void tcpwhy_forwarded_syn(const struct tcpwhy_hop *hop, const struct tcpwhy_packet *syn);
bool tcpwhy_forwarded_syn_ack(const struct tcpwhy_hop *hop, const struct tcpwhy_packet *syn_ack,
			      u32 now_ms);
void tcpwhy_forwarded_update(u64 netns, const struct tcpwhy_packet *p, bool make, u32 now_ms,
			     tcpwhy_forwarded_fn fn, void *ctx);
void tcpwhy_forwarded_others(const struct tcpwhy_forwarded *f, u32 way, u32 now_ms,
			     struct tcpwhy_stalls *others);

#endif /* TCPWHY_STORE_FORWARDED_H */
