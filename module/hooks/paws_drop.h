/* SPDX-License-Identifier: GPL-2.0 */
/* Segments that PAWS dropped on a connection that has its socket. */
#ifndef TCPWHY_HOOKS_PAWS_DROP_H
#define TCPWHY_HOOKS_PAWS_DROP_H

#include <linux/types.h>

const char *tcpwhy_paws_drop_name(void);
int tcpwhy_paws_drop_attach(bool use_kprobes);
void tcpwhy_paws_drop_detach(void);
u64 tcpwhy_paws_drop_missed(void);

#endif /* TCPWHY_HOOKS_PAWS_DROP_H */
