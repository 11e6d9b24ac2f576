/* SPDX-License-Identifier: GPL-2.0 */
/* SYNs, without touching the data path. */
#ifndef TCPWHY_HOOKS_LEAN_H
#define TCPWHY_HOOKS_LEAN_H

#include <linux/types.h>

int tcpwhy_lean_attach(void);
void tcpwhy_lean_detach(void);
u64 tcpwhy_lean_missed(void);

#endif /* TCPWHY_HOOKS_LEAN_H */
