/* SPDX-License-Identifier: GPL-2.0 */
/* For user space: whatever is touched beyond the size asked for is ASan's to find. */
#ifndef TCPWHY_SHIM_LINUX_VMALLOC_H
#define TCPWHY_SHIM_LINUX_VMALLOC_H

#include <stdlib.h>

#define vzalloc(size)	calloc(1, size)
#define vfree(p)	free((void *)(p))

#endif /* TCPWHY_SHIM_LINUX_VMALLOC_H */
