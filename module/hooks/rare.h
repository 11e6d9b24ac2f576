/* SPDX-License-Identifier: GPL-2.0 */
/* What LOCAL_IN shows, without touching the data path. */
#ifndef TCPWHY_HOOKS_RARE_H
#define TCPWHY_HOOKS_RARE_H

#include <linux/types.h>

int tcpwhy_rare_attach(void);
void tcpwhy_rare_detach(void);
u64 tcpwhy_rare_missed(void);

#endif /* TCPWHY_HOOKS_RARE_H */
