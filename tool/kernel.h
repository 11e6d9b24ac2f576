/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_KERNEL_H
#define TCPWHY_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* IFNAMSIZ of linux/if.h */
#define KERNEL_INTERFACE_SIZE 16

/* What advice depends on. Tests put another kernel in the place of this one. */

/* kernel_at_least() - is the kernel that runs of this release, or newer? */
bool kernel_at_least(unsigned int major, unsigned int minor);

/* kernel_listens() - does a TCP socket of this network namespace listen on the port? */
bool kernel_listens(uint16_t port);

/* kernel_ephemeral() - may the kernel choose the port for who connects (ip_local_port_range)? */
bool kernel_ephemeral(uint16_t port);

/* kernel_ipvs() - is this network namespace an IPVS director? */
bool kernel_ipvs(void);

/*
 * kernel_interface() - the name of an interface, if @netns is the namespace that we are in and the
 * name can be typed into a shell as it is; else false, and an empty name
 */
bool kernel_interface(uint32_t netns, uint32_t index, char name[KERNEL_INTERFACE_SIZE]);

/*
 * kernel_process() - does the process still run that was there at that moment? Its number may have
 * been given to another one since.
 */
bool kernel_process(uint64_t pid, uint64_t boot_ns);

#endif
