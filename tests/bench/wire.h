/* SPDX-License-Identifier: GPL-2.0 */
/* Segments as they come from a wire: a tun device whose far side is this program. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdint.h>

#define WIRE_OWN	0x0a400001u	/* 10.64.0.1/10 */
#define WIRE_PEERS	0x0a400100u	/* and up */

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

#define WIRE_MSS	1448		/* bytes of a full segment */

/**
 * struct segment - what is of interest of one; host byte order
 * @far: the peer's address
 * @own: who it talks to; 0: WIRE_OWN
 * @far_port: its port
 * @own_port: ours
 * @length: bytes of data, all zero
 * @sack_from: begin of what came beyond a hole
 * @sack_to: its end; @sack_from: nothing
 */
struct segment {
	uint32_t far, own;
	uint16_t far_port, own_port, length;
	uint32_t seq, ack, tsval, tsecr;
	uint32_t sack_from, sack_to;
	uint8_t flags;
};

void wire_up(void);
void wire_down(void);
void wire_send(const struct segment *segment);
int wire_receive(struct segment *segment);
void wire_drain(void);

#endif /* BENCH_WIRE_H */
