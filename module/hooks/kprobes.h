/* SPDX-License-Identifier: GPL-2.0 */
/* Kprobes, in sets, and a kretprobe: for what a kernel shows in no other way. */
#ifndef TCPWHY_HOOKS_KPROBES_H
#define TCPWHY_HOOKS_KPROBES_H

#include <linux/kprobes.h>

#include "compat/args.h"

/**
 * struct tcpwhy_kprobe - a function that is watched at its entry
 * @symbol: its name
 * @handler: sees its arguments
 * @kp: the probe while it is attached, else NULL. Memory of its own, as the kernel may keep it
 *	for longer than the module is there
 * @missed: calls that earlier probes here missed
 */
struct tcpwhy_kprobe {
	const char *symbol;
	kprobe_pre_handler_t handler;
	struct kprobe *kp;
	u64 missed;
};

/**
 * struct tcpwhy_kretprobe - a function that is watched where it returns
 * @symbol: its name
 * @entry: sees its arguments; 0: the call matters, and is counted in @under_way
 * @handler: sees what such a call returns, and takes it out of @under_way
 * @data_size: bytes that @entry may leave to @handler
 * @under_way: calls whose return is waited for
 * @rp: the probe while it is attached, else NULL. Memory of its own, as that of a kprobe
 * @missed: calls that earlier probes here missed
 */
struct tcpwhy_kretprobe {
	const char *symbol;
	kretprobe_handler_t entry;
	kretprobe_handler_t handler;
	size_t data_size;
	atomic_t under_way;
	struct kretprobe *rp;
	u64 missed;
};

extern bool tcpwhy_use_kprobes;

int tcpwhy_kprobes_attach(struct tcpwhy_kprobe *probes, int n);
void tcpwhy_kprobes_detach(struct tcpwhy_kprobe *probes, int n);
unsigned int tcpwhy_kprobes_sets(void);
bool tcpwhy_kprobes_blind(void);
u64 tcpwhy_kprobes_missed(const struct tcpwhy_kprobe *probes, int n);
int tcpwhy_kretprobe_attach(struct tcpwhy_kretprobe *probe);
void tcpwhy_kretprobe_detach(struct tcpwhy_kretprobe *probe);
u64 tcpwhy_kretprobe_missed(const struct tcpwhy_kretprobe *probe);

#endif /* TCPWHY_HOOKS_KPROBES_H */
