/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_KERNEL_H
#define TCPWHY_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* What advice depends on. Tests put another kernel in the place of this one. */

/* kernel_at_least() - is the kernel that runs of this release, or newer? */
bool kernel_at_least(unsigned int major, unsigned int minor);

/* kernel_listens() - does a TCP socket of this network namespace listen on the port? */
bool kernel_listens(uint16_t port);

/* kernel_ephemeral() - may the kernel choose the port for who connects (ip_local_port_range)? */
bool kernel_ephemeral(uint16_t port);

/* kernel_ipvs() - is this network namespace an IPVS director? */
bool kernel_ipvs(void);

#endif
