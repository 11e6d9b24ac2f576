/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_CGROUP_H
#define TCPWHY_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#define CGROUP_SIZE 256

/*
 * cgroup_path() - a cgroup (v2) by its id, as a path below the tree's root,
 * escaped. False, and @buf empty, if it is gone, is not of this namespace, or
 * CAP_DAC_READ_SEARCH is missing.
 */
bool cgroup_path(uint64_t id, char buf[CGROUP_SIZE]);

#endif
