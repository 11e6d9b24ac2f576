/* SPDX-License-Identifier: GPL-2.0 */
/* From the hooks to whoever listens. */
#ifndef TCPWHY_STORE_EVENTS_H
#define TCPWHY_STORE_EVENTS_H

#include "store/peers.h"

/**
 * struct tcpwhy_event - an event, as it leaves the table
 * @peer: whose it was
 * @finding: copy of its finding after the event
 * @netns_id: the namespace's own number
 * @lost: events lost before it
 * @header_len: bytes in @header
 * @header: from the IP header to the end of the TCP header
 */
struct tcpwhy_event {
	struct tcpwhy_peer_brief peer;
	struct tcpwhy_finding finding;
	u64 netns_id;
	u32 lost;
	u32 header_len;
	u8 header[TCPWHY_HEADER_MAX];
};

int tcpwhy_events_init(void);
void tcpwhy_events_free(void);
u64 tcpwhy_events_bytes(void);
void tcpwhy_events_kick(void);
bool tcpwhy_events_push(const struct tcpwhy_peer *peer, const struct tcpwhy_finding *f,
			const u8 *header, u32 header_len);

#endif /* TCPWHY_STORE_EVENTS_H */
