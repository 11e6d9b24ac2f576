/* SPDX-License-Identifier: GPL-2.0 */
/* Segments as they come from a wire: a tun device whose far side is this program. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdint.h>

#define WIRE_OWN	0x0a400001u	/* 10.64.0.1/10 */
#define WIRE_PEERS	0x0a400100u	/* and up */

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

/**
 * struct segment - what is of interest of one; host byte order
 * @far: the peer's address
 * @far_port: its port
 * @own_port: ours
 */
struct segment {
	uint32_t far;
	uint16_t far_port, own_port;
	uint32_t seq, ack, tsval, tsecr;
	uint8_t flags;
};

void wire_up(void);
void wire_down(void);
void wire_send(const struct segment *segment);
int wire_receive(struct segment *segment);
void wire_drain(void);

#endif /* BENCH_WIRE_H */
