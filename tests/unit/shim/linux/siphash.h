/* SPDX-License-Identifier: GPL-2.0 */
/* In place of the kernel's, for user space: any hash that depends on all bits and the key will do. */
#ifndef TCPWHY_SHIM_LINUX_SIPHASH_H
#define TCPWHY_SHIM_LINUX_SIPHASH_H

#include "portable.h"

typedef struct {
	unsigned long key[2];
} hsiphash_key_t;

static inline u32 hsiphash(const void *data, size_t len, const hsiphash_key_t *key)
{
	u64 hash = key->key[0];
	const u8 *at = data;

	for (; len; len--)
		hash = (hash ^ *at++) * 0x100000001b3;	/* FNV-1a */
	return (hash ^ key->key[1]) >> 32;
}

#endif /* TCPWHY_SHIM_LINUX_SIPHASH_H */
