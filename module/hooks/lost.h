/* SPDX-License-Identifier: GPL-2.0 */
/* SYNs, and answers to them, that this host drops. */
#ifndef TCPWHY_HOOKS_LOST_H
#define TCPWHY_HOOKS_LOST_H

int tcpwhy_lost_attach(void);
void tcpwhy_lost_detach(void);

#endif /* TCPWHY_HOOKS_LOST_H */
