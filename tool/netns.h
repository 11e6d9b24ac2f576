/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_NETNS_H
#define TCPWHY_NETNS_H

#include <stdint.h>

#define NETNS_NAME_SIZE 64

/*
 * netns_inode() - the inode number of the namespace that @word means: a name
 * of `ip netns`, a path, "inode:N", "pid:N", or a bare number, which is a
 * process below the first inode number a namespace can have. 0 if there is no
 * such namespace.
 */
uint32_t netns_inode(const char *word);

/*
 * netns_name() - what to show for an inode number: its name if /run/netns has
 * one (safe to print), else the number
 */
const char *netns_name(uint32_t inode, char buf[NETNS_NAME_SIZE]);

/* netns_refresh() - names may have come and gone: look again when asked */
void netns_refresh(void);

#endif
