/* SPDX-License-Identifier: GPL-2.0 */
/* Routers that say that packets are too big. */
#ifndef TCPWHY_HOOKS_TOO_BIG_H
#define TCPWHY_HOOKS_TOO_BIG_H

#include <linux/types.h>

int tcpwhy_too_big_init(void);
int tcpwhy_too_big_attach(void);
void tcpwhy_too_big_detach(void);
u64 tcpwhy_too_big_missed(void);

#endif /* TCPWHY_HOOKS_TOO_BIG_H */
