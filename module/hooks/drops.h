/* SPDX-License-Identifier: GPL-2.0 */
/* Segments that TCP dropped on a connection that has its socket: by PAWS, or RSTs. */
#ifndef TCPWHY_HOOKS_DROPS_H
#define TCPWHY_HOOKS_DROPS_H

#include <linux/types.h>

const char *tcpwhy_drops_name(void);
int tcpwhy_drops_attach(void);
void tcpwhy_drops_detach(void);
u64 tcpwhy_drops_missed(void);

#endif /* TCPWHY_HOOKS_DROPS_H */
