/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of kprobes, for what a kernel shows in no other way. */
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

extern bool tcpwhy_use_kprobes;

int tcpwhy_kprobes_attach(struct tcpwhy_kprobe *probes, int n);
void tcpwhy_kprobes_detach(struct tcpwhy_kprobe *probes, int n);
unsigned int tcpwhy_kprobes_sets(void);
bool tcpwhy_kprobes_blind(void);
u64 tcpwhy_kprobes_missed(const struct tcpwhy_kprobe *probes, int n);

#endif /* TCPWHY_HOOKS_KPROBES_H */
