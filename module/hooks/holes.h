/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that lack something of what the peer sent. */
#ifndef TCPWHY_HOOKS_HOLES_H
#define TCPWHY_HOOKS_HOLES_H

int tcpwhy_holes_start(void);
void tcpwhy_holes_stop(void);

#endif /* TCPWHY_HOOKS_HOLES_H */
