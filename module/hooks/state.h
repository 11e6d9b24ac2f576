/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that are established, closed, or never begin. */
#ifndef TCPWHY_HOOKS_STATE_H
#define TCPWHY_HOOKS_STATE_H

int tcpwhy_state_attach(void);
void tcpwhy_state_detach(void);

#endif /* TCPWHY_HOOKS_STATE_H */
