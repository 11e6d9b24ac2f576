/* SPDX-License-Identifier: GPL-2.0 */
/* RSTs that leave, and TCP did not make. */
#ifndef TCPWHY_HOOKS_RESET_LEFT_H
#define TCPWHY_HOOKS_RESET_LEFT_H

int tcpwhy_reset_left_attach(void);
void tcpwhy_reset_left_detach(void);

#endif /* TCPWHY_HOOKS_RESET_LEFT_H */
