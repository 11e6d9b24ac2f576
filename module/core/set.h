/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of causes. */
#ifndef TCPWHY_CORE_SET_H
#define TCPWHY_CORE_SET_H

#include "portable.h"

/** TCPWHY_SET_MAX - largest &enum tcpwhy_cause_id that a set can hold */
#define TCPWHY_SET_MAX		255
#define TCPWHY_SET_WORDS	((TCPWHY_SET_MAX + 1) / 64)

static_assert(TCPWHY_CAUSE_MAX <= TCPWHY_SET_MAX, "each cause has its bit");

/**
 * struct tcpwhy_set - a set of causes
 * @words: bit by &enum tcpwhy_cause_id, 64 a word
 *
 * One that is changed while others read it is seen as it was before or as it is after, cause by
 * cause: each word is read and written at once.
 */
struct tcpwhy_set {
	u64 words[TCPWHY_SET_WORDS];
};

/** tcpwhy_set_has() - is @id in @set? A number that is no cause's is in none. */
static inline bool tcpwhy_set_has(const struct tcpwhy_set *set, u32 id)
{
	return id <= TCPWHY_SET_MAX && READ_ONCE(set->words[id / 64]) >> (id % 64) & 1;
}

/** tcpwhy_set_add() - put @id, which is at most %TCPWHY_SET_MAX, into @set */
static inline void tcpwhy_set_add(struct tcpwhy_set *set, u32 id)
{
	WRITE_ONCE(set->words[id / 64], set->words[id / 64] | 1ull << (id % 64));
}

/** tcpwhy_set_remove() - take @id, which is at most %TCPWHY_SET_MAX, out of @set */
static inline void tcpwhy_set_remove(struct tcpwhy_set *set, u32 id)
{
	WRITE_ONCE(set->words[id / 64], set->words[id / 64] & ~(1ull << (id % 64)));
}

/**
 * tcpwhy_set_next() - the causes of a set, one after the other
 * @set: the set
 * @from: the lowest number that is asked for
 *
 * Return: the lowest cause in it from there on; %TCPWHY_CAUSE_MAX + 1 if there is none
 */
static inline u32 tcpwhy_set_next(const struct tcpwhy_set *set, u32 from)
{
	u64 word;
	u32 i;

	for (i = from / 64; i <= TCPWHY_CAUSE_MAX / 64; i++) {
		word = READ_ONCE(set->words[i]);
		if (i == from / 64)
			word &= ~0ull << (from % 64);
		if (word)
			return min_t(u32, i * 64 + __ffs64(word), TCPWHY_CAUSE_MAX + 1);
	}
	return TCPWHY_CAUSE_MAX + 1;
}

/** tcpwhy_set_is_empty() - is nothing in @set? */
static inline bool tcpwhy_set_is_empty(const struct tcpwhy_set *set)
{
	u64 any = 0;
	u32 i;

	for (i = 0; i < TCPWHY_SET_WORDS; i++)
		any |= READ_ONCE(set->words[i]);
	return !any;
}

/** tcpwhy_set_change() - put all of @more into @set, and take all of @less out of it */
static inline void tcpwhy_set_change(struct tcpwhy_set *set, const struct tcpwhy_set *more,
				     const struct tcpwhy_set *less)
{
	u32 i;

	for (i = 0; i < TCPWHY_SET_WORDS; i++)
		WRITE_ONCE(set->words[i], (set->words[i] | more->words[i]) & ~less->words[i]);
}

/** tcpwhy_set_keep() - @set becomes what is both in @one and in @other */
static inline void tcpwhy_set_keep(struct tcpwhy_set *set, const struct tcpwhy_set *one,
				   const struct tcpwhy_set *other)
{
	u32 i;

	for (i = 0; i < TCPWHY_SET_WORDS; i++)
		WRITE_ONCE(set->words[i], one->words[i] & other->words[i]);
}

/** tcpwhy_set_fill() - put every cause that there is into @set, and nothing else */
static inline void tcpwhy_set_fill(struct tcpwhy_set *set)
{
	u32 id;

	memset(set, 0, sizeof(*set));
	for (id = 1; id <= TCPWHY_CAUSE_MAX; id++)
		tcpwhy_set_add(set, id);
}

#endif /* TCPWHY_CORE_SET_H */
