/* SPDX-License-Identifier: GPL-2.0 */
/* Segments that time out again and again. */
#ifndef TCPWHY_HOOKS_RETRANSMIT_H
#define TCPWHY_HOOKS_RETRANSMIT_H

int tcpwhy_retransmit_attach(void);
void tcpwhy_retransmit_detach(void);

#endif /* TCPWHY_HOOKS_RETRANSMIT_H */
