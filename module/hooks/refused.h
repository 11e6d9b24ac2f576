/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors in place of an answer, received and sent. */
#ifndef TCPWHY_HOOKS_REFUSED_H
#define TCPWHY_HOOKS_REFUSED_H

#include <net/sock.h>

#include "core/observation.h"

int tcpwhy_refused_attach(void);
void tcpwhy_refused_detach(void);
u64 tcpwhy_refused_missed(void);
int tcpwhy_refused_sent_attach(void);
void tcpwhy_refused_sent_detach(void);
u64 tcpwhy_refused_sent_missed(void);
bool tcpwhy_refused_connect(const struct sock *sk, struct tcpwhy_refused *refused);

#endif /* TCPWHY_HOOKS_REFUSED_H */
