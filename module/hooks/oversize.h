/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_HOOKS_OVERSIZE_H
#define TCPWHY_HOOKS_OVERSIZE_H

#include <net/sock.h>

int tcpwhy_oversize_attach(void);
void tcpwhy_oversize_detach(void);
bool tcpwhy_oversize_is_told(const struct sock *sk, u32 now_ms);

#endif /* TCPWHY_HOOKS_OVERSIZE_H */
