/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fixed memory that forgets: entries lie in sets, and who comes to a full set takes the place
 * of the one that is worth least. All tables that may lose an entry are made of it.
 *
 * What differs is told by a constant, as with rhashtable: everything here is inlined, so that sizes
 * are known when it is compiled, and what an entry is worth is asked without an indirect call.
 *
 * An entry begins with its key, which is compared by words: it may have no padding. The first word
 * is 0 in an entry that is free, and in no other.
 */
#ifndef TCPWHY_STORE_CACHE_H
#define TCPWHY_STORE_CACHE_H

#include <linux/lockdep.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>

#include "portable.h"

/**
 * struct tcpwhy_cache_kind - what all entries of a cache have in common; a constant
 * @size: bytes of an entry
 * @words: of its key, 8 bytes each
 * @ways: entries to a set
 * @sets: how many, a power of two; 0: tcpwhy_cache_init() is told
 * @less: is @a worth less than @b? Both are in use; @key is who wants a place. Not asked where
 *	@ways is 1
 */
struct tcpwhy_cache_kind {
	u32 size;
	u32 words;
	u32 ways;
	u32 sets;
	bool (*less)(const void *a, const void *b, const void *key, u32 now_ms);
};

#define TCPWHY_CACHE_LOCKS	256

/**
 * struct tcpwhy_cache - the memory; static, as lockdep wants the class of its locks to be
 * @locks: of the set of the same number, modulo theirs: it protects the set's entries. They are
 *	taken with interrupts off, and are raw: hooks/observe.h tells why
 * @entries: set after set
 * @mask: number of sets - 1
 * @key: random, so that nobody can choose which entries come to one set
 * @bytes: what it takes
 * @next: of all caches that are initialized
 * @class: of @locks
 */
struct tcpwhy_cache {
	raw_spinlock_t locks[TCPWHY_CACHE_LOCKS];
	void *entries;
	u32 mask;
	hsiphash_key_t key;
	u64 bytes;
	struct tcpwhy_cache *next;
	struct lock_class_key class;
};

/**
 * struct tcpwhy_cache_set - a set that is locked
 * @entries: its entries
 * @lock: private
 * @flags: private
 */
struct tcpwhy_cache_set {
	void *entries;
	raw_spinlock_t *lock;
	unsigned long flags;
};

int tcpwhy_cache_init(struct tcpwhy_cache *c, const char *name,
		      const struct tcpwhy_cache_kind *kind, u32 sets);
void tcpwhy_caches_free(void);
u64 tcpwhy_caches_bytes(void);

/** tcpwhy_cache_hash() - of a key; nobody can tell it who does not know the cache's */
static __always_inline u32 tcpwhy_cache_hash(const struct tcpwhy_cache *c,
					     const struct tcpwhy_cache_kind kind, const void *key)
{
	return hsiphash(key, kind.words * sizeof(u64), &c->key);
}

/**
 * tcpwhy_cache_lock() - lock the set of a key
 * @c: cache
 * @kind: its kind
 * @hash: of the key; or the number of a set
 * @set: result
 *
 * Context: any but NMI. Interrupts are off until tcpwhy_cache_unlock().
 */
static __always_inline void tcpwhy_cache_lock(struct tcpwhy_cache *c,
					      const struct tcpwhy_cache_kind kind, u32 hash,
					      struct tcpwhy_cache_set *set)
	__acquires(set)
{
	u32 at = hash & (kind.sets ? kind.sets - 1 : c->mask);

	set->entries = c->entries + (size_t)at * kind.ways * kind.size;
	set->lock = &c->locks[at % TCPWHY_CACHE_LOCKS];
	raw_spin_lock_irqsave(set->lock, set->flags);
}

/** tcpwhy_cache_unlock() - unlock it */
static __always_inline void tcpwhy_cache_unlock(const struct tcpwhy_cache_set *set)
	__releases(set)
{
	raw_spin_unlock_irqrestore(set->lock, set->flags);
}

/** tcpwhy_cache_is_used() - does an entry hold something? */
static __always_inline bool tcpwhy_cache_is_used(const void *entry)
{
	return *(const u64 *)entry;
}

/** tcpwhy_cache_way() - entry @i of a set */
static __always_inline void *tcpwhy_cache_way(const struct tcpwhy_cache_kind kind,
					      const struct tcpwhy_cache_set *set, u32 i)
{
	return set->entries + (size_t)i * kind.size;
}

static __always_inline bool tcpwhy_cache_is_of(const u64 *entry, const u64 *key, u32 words)
{
	u32 i;

	for (i = 0; i < words; i++)
		if (entry[i] != key[i])
			return false;
	return true;
}

/**
 * tcpwhy_cache_find() - the entry of a key
 * @kind: kind of the cache
 * @set: the key's set, locked
 * @key: key
 *
 * Return: NULL if there is none
 */
static __always_inline void *tcpwhy_cache_find(const struct tcpwhy_cache_kind kind,
					       const struct tcpwhy_cache_set *set, const void *key)
{
	void *entry;
	u32 i;

	lockdep_assert_held(set->lock);
	for (i = 0; i < kind.ways; i++) {
		entry = tcpwhy_cache_way(kind, set, i);
		if (tcpwhy_cache_is_of(entry, key, kind.words))
			return entry;
	}
	return NULL;
}

/**
 * tcpwhy_cache_room() - the entry that makes room for another
 * @kind: kind of the cache
 * @set: the set of @key, locked
 * @key: who wants a place, for @kind.less
 * @now_ms: CLOCK_BOOTTIME, likewise
 *
 * Return: one that is free, else the one that is worth least, of equals the first. The caller may
 * still leave it alone
 */
static __always_inline void *tcpwhy_cache_room(const struct tcpwhy_cache_kind kind,
					       const struct tcpwhy_cache_set *set,
					       const void *key, u32 now_ms)
{
	void *least = set->entries, *entry;
	u32 i;

	lockdep_assert_held(set->lock);
	for (i = 1; i < kind.ways && tcpwhy_cache_is_used(least); i++) {
		entry = tcpwhy_cache_way(kind, set, i);
		if (!tcpwhy_cache_is_used(entry) || kind.less(entry, least, key, now_ms))
			least = entry;
	}
	return least;
}

/** tcpwhy_cache_begin() - an entry becomes a key's, all else of it 0 */
static __always_inline void *tcpwhy_cache_begin(const struct tcpwhy_cache_kind kind, void *entry,
						const void *key)
{
	size_t len = kind.words * sizeof(u64);

	memcpy(entry, key, len);
	memset(entry + len, 0, kind.size - len);
	return entry;
}

/** tcpwhy_cache_end() - an entry becomes free */
static __always_inline void tcpwhy_cache_end(void *entry)
{
	*(u64 *)entry = 0;
}

/**
 * tcpwhy_cache_forget() - free the entries that are not wanted any more, and make them 0
 * @c: cache
 * @kind: its kind
 * @doomed: is this one? It is in use, and its set is locked. NULL: all are
 * @ctx: for @doomed
 *
 * Context: any but NMI.
 */
static inline void tcpwhy_cache_forget(struct tcpwhy_cache *c, const struct tcpwhy_cache_kind kind,
				       bool (*doomed)(const void *entry, const void *ctx),
				       const void *ctx)
{
	struct tcpwhy_cache_set set;
	void *entry;
	u32 at, i;

	for (at = 0; at <= c->mask; at++) {
		tcpwhy_cache_lock(c, kind, at, &set);
		for (i = 0; i < kind.ways; i++) {
			entry = tcpwhy_cache_way(kind, &set, i);
			if (tcpwhy_cache_is_used(entry) && (!doomed || doomed(entry, ctx)))
				memset(entry, 0, kind.size);
		}
		tcpwhy_cache_unlock(&set);
	}
}

#endif /* TCPWHY_STORE_CACHE_H */
