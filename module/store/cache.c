// SPDX-License-Identifier: GPL-2.0
/* The memory of all caches: taken at load, and given back at once. */
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/vmalloc.h>

#include "store/cache.h"

/* Changed as the module is loaded and unloaded, while nobody else runs in it. */
static struct tcpwhy_cache *caches;

/**
 * tcpwhy_cache_init() - take the memory of a cache
 * @c: cache
 * @name: of its locks
 * @kind: its kind
 * @sets: how many, a power of two, if @kind leaves it open
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_cache_init(struct tcpwhy_cache *c, const char *name,
		      const struct tcpwhy_cache_kind *kind, u32 sets)
{
	u32 i;

	if (kind->sets)
		sets = kind->sets;
	c->bytes = array3_size(sets, kind->ways, kind->size);
	c->entries = vzalloc(c->bytes);
	if (!c->entries)
		return -ENOMEM;
	for (i = 0; i < TCPWHY_CACHE_LOCKS; i++) {
		raw_spin_lock_init(&c->locks[i]);
		lockdep_set_class_and_name(&c->locks[i], &c->class, name);
	}
	c->mask = sets - 1;
	get_random_bytes(&c->key, sizeof(c->key));
	c->next = caches;
	caches = c;
	return 0;
}

/** tcpwhy_caches_free() - give all of it back; nobody may look any more */
void tcpwhy_caches_free(void)
{
	for (; caches; caches = caches->next)
		vfree(caches->entries);
}

/** tcpwhy_caches_bytes() - what all of them take */
u64 tcpwhy_caches_bytes(void)
{
	const struct tcpwhy_cache *c;
	u64 bytes = 0;

	for (c = caches; c; c = c->next)
		bytes += c->bytes;
	return bytes;
}
