/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the kernel's as store/cache.c uses, for user space. */
#ifndef TCPWHY_SHIM_LINUX_OVERFLOW_H
#define TCPWHY_SHIM_LINUX_OVERFLOW_H

#include <stddef.h>

static inline size_t array3_size(size_t a, size_t b, size_t c)
{
	size_t bytes;

	if (__builtin_mul_overflow(a, b, &bytes) || __builtin_mul_overflow(bytes, c, &bytes))
		return (size_t)-1;
	return bytes;
}

#endif /* TCPWHY_SHIM_LINUX_OVERFLOW_H */
