/* SPDX-License-Identifier: GPL-2.0 */
/* bind() that finds no local port. */
#ifndef TCPWHY_HOOKS_BINDS_H
#define TCPWHY_HOOKS_BINDS_H

#include <linux/types.h>

int tcpwhy_binds_attach(void);
void tcpwhy_binds_detach(void);
u64 tcpwhy_binds_missed(void);

#endif /* TCPWHY_HOOKS_BINDS_H */
