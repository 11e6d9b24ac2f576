/* SPDX-License-Identifier: GPL-2.0 */
/* What ICMP errors mean. */
#ifndef TCPWHY_HOOKS_ICMP_H
#define TCPWHY_HOOKS_ICMP_H

#include <net/net_namespace.h>

u8 tcpwhy_icmp_kind_v4(u8 type, u8 code);
bool tcpwhy_icmp_is_refusal_v4(u8 type, u8 code);
u8 tcpwhy_icmp_kind_v6(u8 type, u8 code);
bool tcpwhy_icmp_is_refusal_v6(u8 type, u8 code);
bool tcpwhy_icmp_is_late_answer(struct net *net, u16 from, u16 to);

#endif /* TCPWHY_HOOKS_ICMP_H */
