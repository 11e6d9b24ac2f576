/* SPDX-License-Identifier: GPL-2.0 */
/* Datagrams in pieces. */
#ifndef TCPWHY_HOOKS_FRAGMENTS_H
#define TCPWHY_HOOKS_FRAGMENTS_H

#include <linux/types.h>

int tcpwhy_fragments_attach(void);
void tcpwhy_fragments_detach(void);
int tcpwhy_fragments_room_attach(void);
void tcpwhy_fragments_room_detach(void);
u64 tcpwhy_fragments_missed(void);

#endif /* TCPWHY_HOOKS_FRAGMENTS_H */
