/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ANONYMOUS_H
#define TCPWHY_ANONYMOUS_H

#include <stdbool.h>
#include <stddef.h>

#define ANONYMOUS_SIZE 32

/*
 * anonymous_begin() - from now on addresses are shown under other names, the
 * same ones in each report of this machine: by a keyed hash whose key is the
 * machine's id, which nobody else knows. Where there is none, the names are
 * those of this report alone; false then.
 */
bool anonymous_begin(void);
bool anonymous(void);
/* anonymous_name() - "peer-1f0c93a27be4" for the bytes of an address, "host-..." for a name */
const char *anonymous_name(const char *kind, const void *data, size_t size,
			   char buf[ANONYMOUS_SIZE]);

#endif
