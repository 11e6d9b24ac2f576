/* SPDX-License-Identifier: GPL-2.0 */
/* Silences that connections survive. */
#ifndef TCPWHY_HOOKS_SILENCE_H
#define TCPWHY_HOOKS_SILENCE_H

#include <linux/types.h>

struct sock;

int tcpwhy_silence_attach(void);
void tcpwhy_silence_detach(void);
u64 tcpwhy_silence_missed(void);
void tcpwhy_silence_before_fin(const struct sock *sk);

#endif /* TCPWHY_HOOKS_SILENCE_H */
