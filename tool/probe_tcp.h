/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PROBE_TCP_H
#define TCPWHY_PROBE_TCP_H

#include "model.h"

/*
 * Segments of no connection: an ACK with data, which a host answers with a RST
 * (RFC 9293, 3.10.7.1), or with an ACK where it knows the connection still.
 * They say their number twice: as sequence number, for a router quotes that,
 * and as acknowledgment number, for that of the RST is the same.
 */
struct probe_tcp {
	struct address from, to;
	uint16_t lport, rport;
	uint32_t seq, ack;		/* of number 0; nobody can know them */
};

/* probe_checksum() - that of RFC 1071; @sum is what probe_sum() has added up before */
uint16_t probe_checksum(uint32_t sum, const void *data, size_t size);
uint32_t probe_sum(uint32_t sum, const void *data, size_t size);

/* probe_tcp_build() - @length bytes from the TCP header on */
void probe_tcp_build(const struct probe_tcp *tcp, uint16_t number, uint8_t *packet, size_t length);
/* probe_tcp_answered() - is this, from the TCP header on, an answer? A RST says to which number */
bool probe_tcp_answered(const struct probe_tcp *tcp, const uint8_t *data, size_t size,
			uint16_t *number);
/* probe_tcp_quoted() - the same for what an ICMP error quotes */
bool probe_tcp_quoted(const struct probe_tcp *tcp, const uint8_t *data, size_t size,
		      uint16_t *number);
/*
 * probe_tcp_filter() - a raw socket gets no other TCP segments than answers
 * from now on. 0, or -1 with errno set
 */
int probe_tcp_filter(const struct probe_tcp *tcp, int fd);

/*
 * probe_tcp_port() - a port that nobody else takes as long as the socket is
 * open that is returned; -1 with errno set
 */
int probe_tcp_port(const struct address *from, uint16_t *port);

#endif
