/* SPDX-License-Identifier: GPL-2.0 */
/* RSTs that TCP sends. */
#ifndef TCPWHY_HOOKS_RESET_OUT_H
#define TCPWHY_HOOKS_RESET_OUT_H

#include <linux/types.h>

/* Of its own accord, and in answer to a segment: apart, as older kernels show them apart. */
int tcpwhy_reset_own_attach(void);
void tcpwhy_reset_own_detach(void);
const char *tcpwhy_reset_reply_name(void);
int tcpwhy_reset_reply_attach(void);
void tcpwhy_reset_reply_detach(void);
u64 tcpwhy_reset_reply_missed(void);

#endif /* TCPWHY_HOOKS_RESET_OUT_H */
