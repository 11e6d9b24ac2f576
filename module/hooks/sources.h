/* SPDX-License-Identifier: GPL-2.0 */
/* Which hooks are attached, and what can be seen through them. */
#ifndef TCPWHY_HOOKS_SOURCES_H
#define TCPWHY_HOOKS_SOURCES_H

#include "core/set.h"

struct tcpwhy_net;

/**
 * enum tcpwhy_mode - how to look at what arrives
 * @TCPWHY_MODE_NORMAL: at every segment, for a moment
 * @TCPWHY_MODE_LEAN: nothing on the data path: a kprobe where only SYNs come
 * @TCPWHY_MODE_KEEP: no change
 */
enum tcpwhy_mode {
	TCPWHY_MODE_NORMAL,
	TCPWHY_MODE_LEAN,
	TCPWHY_MODE_KEEP,
};

/**
 * struct tcpwhy_change - what is to be different
 * @enable: causes to switch on
 * @disable: causes to switch off
 * @mode: how to look, or to go on as before
 */
struct tcpwhy_change {
	struct tcpwhy_set enable;
	struct tcpwhy_set disable;
	enum tcpwhy_mode mode;
};

/* The last word on a cause counts. */
static inline void tcpwhy_change_enable(struct tcpwhy_change *change, u32 id)
{
	tcpwhy_set_add(&change->enable, id);
	tcpwhy_set_remove(&change->disable, id);
}

static inline void tcpwhy_change_disable(struct tcpwhy_change *change, u32 id)
{
	tcpwhy_set_add(&change->disable, id);
	tcpwhy_set_remove(&change->enable, id);
}

/**
 * struct tcpwhy_source - a hook
 * @name: as shown by `tcpwhy status`
 * @own_name: gives it where it depends on the kernel
 * @shows: what it is needed for, in words
 * @provides: BIT_ULL(kind) of each observation that it makes
 * @substitutes: BIT_ULL(kind) of each that it makes where the source above it that provides it is
 *	missing
 * @modes: BIT(mode) in which it is used
 * @attach: attaches it; 0 or an error
 * @detach: detaches it; it may still run until a grace period has passed
 * @netns_hooks: what each namespace has of it, &enum tcpwhy_hooks, plus 1; 0: none
 * @state: &enum tcpwhy_source_state
 * @error: why it is missing
 * @by_kprobe: it was attached by a kprobe, which others can silence
 */
struct tcpwhy_source {
	const char *name;
	const char *(*own_name)(void);
	const char *shows;
	u64 provides;
	u64 substitutes;
	u32 modes;
	int (*attach)(void);
	void (*detach)(void);
	u8 netns_hooks;
	u8 state;
	int error;
	bool by_kprobe;
};

/**
 * struct tcpwhy_sight - what can be seen in a namespace at this moment
 * @tn: the namespace
 * @blind: the kernel does not call kprobes
 * @seen: BIT_ULL(kind) of each observation that can be made
 * @stand_in: likewise, in place of a source that is missing
 * @missed: calls that kprobes did not see, since load
 */
struct tcpwhy_sight {
	const struct tcpwhy_net *tn;
	bool blind;
	u64 seen;
	u64 stand_in;
	u64 missed;
};

enum tcpwhy_mode tcpwhy_sources_mode(void);
void tcpwhy_sources_change(const struct tcpwhy_change *change);
void tcpwhy_sources_announce(void);
void tcpwhy_sources_detach_all(void);
void tcpwhy_sources_look(const struct tcpwhy_net *tn, struct tcpwhy_sight *sight);
u8 tcpwhy_sources_coverage(const struct tcpwhy_sight *sight, u32 cause);
bool tcpwhy_sources_get(const struct tcpwhy_sight *sight, u32 i, struct tcpwhy_source *copy);

#endif /* TCPWHY_HOOKS_SOURCES_H */
