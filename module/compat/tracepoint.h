/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints by name: most of those we need are not exported. */
#ifndef TCPWHY_COMPAT_TRACEPOINT_H
#define TCPWHY_COMPAT_TRACEPOINT_H

int tcpwhy_tracepoint_attach(const char *name, void *probe);
void tcpwhy_tracepoint_detach(const char *name, void *probe);

#endif /* TCPWHY_COMPAT_TRACEPOINT_H */
