/* SPDX-License-Identifier: GPL-2.0 */
/* Segments that meet a socket in TIME_WAIT, or a connection request. */
#ifndef TCPWHY_HOOKS_MINISOCKS_H
#define TCPWHY_HOOKS_MINISOCKS_H

#include <linux/types.h>

/* They cannot be seen so: LOCAL_IN has to look for them. */
extern bool tcpwhy_minisocks_missing;

int tcpwhy_minisocks_attach(void);
void tcpwhy_minisocks_detach(void);
u64 tcpwhy_minisocks_missed(void);

#endif /* TCPWHY_HOOKS_MINISOCKS_H */
