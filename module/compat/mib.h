/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own counters. */
#ifndef TCPWHY_COMPAT_MIB_H
#define TCPWHY_COMPAT_MIB_H

#include "core/observation.h"

#define TCPWHY_UNNAMED	17 /* counters of trouble that no cause names */

struct net;

const char *tcpwhy_mib_name(enum tcpwhy_mib mib);
enum tcpwhy_mib tcpwhy_mib_counted_as(enum tcpwhy_mib mib);
void tcpwhy_mib_read(const struct net *net, u64 values[TCPWHY_MIBS]);
const char *tcpwhy_mib_unnamed_name(int i);
void tcpwhy_mib_read_unnamed(const struct net *net, u64 values[TCPWHY_UNNAMED]);
u64 tcpwhy_mib_out_of_order(const struct net *net);

#endif /* TCPWHY_COMPAT_MIB_H */
