/* SPDX-License-Identifier: GPL-2.0 */
/* SYNs that are put aside until their handshakes are complete. */
#ifndef TCPWHY_STORE_SYNS_H
#define TCPWHY_STORE_SYNS_H

#include <linux/types.h>

struct tcpwhy_net;

/** TCPWHY_SYN_MAX - most header bytes of a SYN; with IP options it may have more */
#define TCPWHY_SYN_MAX	118

int tcpwhy_syns_init(void);

void tcpwhy_syns_put(const struct tcpwhy_net *tn, const u8 *header, u32 tcp_at, u32 len);
u32 tcpwhy_syns_take(const struct tcpwhy_net *tn, const u8 *header, u32 tcp_at, u32 isn,
		     u8 *syn);

#endif /* TCPWHY_STORE_SYNS_H */
