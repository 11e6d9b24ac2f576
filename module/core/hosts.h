/* SPDX-License-Identifier: GPL-2.0 */
/* Signs of how many machines hide behind one address. */
#ifndef TCPWHY_CORE_HOSTS_H
#define TCPWHY_CORE_HOSTS_H

#include "core/packet.h"

#define TCPWHY_HOSTS_MAX	8

/**
 * struct tcpwhy_hosts - timestamp clocks and SYN fingerprints of a peer
 * @clock_tsval: latest timestamp of each clock
 * @clock_ms: when that was seen, milliseconds of CLOCK_BOOTTIME
 * @fingerprint: hash of each SYN fingerprint
 * @clocks: how many clocks; %TCPWHY_HOSTS_MAX means that many or more
 * @fingerprints: how many fingerprints, likewise
 */
struct tcpwhy_hosts {
	u32 clock_tsval[TCPWHY_HOSTS_MAX];
	u32 clock_ms[TCPWHY_HOSTS_MAX];
	u32 fingerprint[TCPWHY_HOSTS_MAX];
	u8 clocks;
	u8 fingerprints;
};

void tcpwhy_hosts_note_clock(struct tcpwhy_hosts *h, u32 tsval, u32 when_ms);
void tcpwhy_hosts_note_syn(struct tcpwhy_hosts *h, const struct tcpwhy_packet *syn, u32 now_ms);

#endif /* TCPWHY_CORE_HOSTS_H */
