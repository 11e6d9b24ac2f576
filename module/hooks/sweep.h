/* SPDX-License-Identifier: GPL-2.0 */
/* What shows only when all sockets are looked at. */
#ifndef TCPWHY_HOOKS_SWEEP_H
#define TCPWHY_HOOKS_SWEEP_H

struct sock;

void tcpwhy_sweep_bind_failed(const struct sock *sk);
int tcpwhy_sweep_start(void);
void tcpwhy_sweep_stop(void);

#endif /* TCPWHY_HOOKS_SWEEP_H */
