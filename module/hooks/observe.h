/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a hook to the engine to the table.
 *
 * Where hooks run: never in a hard interrupt or an NMI, as nobody handles TCP segments there.
 *
 * - netfilter (LOCAL_IN, FORWARD): in softirq. After NFQUEUE in process context, with softirqs on
 *   and preemptible, as nf_reinject() calls the hooks that are left before it turns softirqs off.
 * - kprobes: with preemption off, wherever the function is called: in softirq; in process context
 *   with softirqs off; and with softirqs on, where a program works on its socket's backlog
 *   (__release_sock()), or acts itself (connect(), send(), close()). A softirq may come in between.
 *   Kprobes in it are missed then, and counted (tcpwhy_kprobes_missed()); all its other hooks run.
 * - tracepoints: likewise; 7.x calls them preemptible. net:net_dev_queue has softirqs off.
 * - work items: in process context.
 *
 * So what hooks share is locked with interrupts off: on one CPU a softirq's hook may want what a
 * hook in process context has locked. The locks are raw, as others sleep on PREEMPT_RT, where
 * a kprobe may not. Nothing is freed, allocated or waited for in a hook.
 */
#ifndef TCPWHY_HOOKS_OBSERVE_H
#define TCPWHY_HOOKS_OBSERVE_H

#include "core/observation.h"
#include "core/set.h"
#include "netns.h"

/**
 * enum tcpwhy_remember - which memory of the connection an observation needs
 * @TCPWHY_REMEMBER_NOTHING: none
 * @TCPWHY_REMEMBER_OLD: what there is
 * @TCPWHY_REMEMBER_NEW: make one
 */
enum tcpwhy_remember {
	TCPWHY_REMEMBER_NOTHING,
	TCPWHY_REMEMBER_OLD,
	TCPWHY_REMEMBER_NEW,
};

const struct tcpwhy_set *tcpwhy_enabled(void);
void tcpwhy_enabled_change(const struct tcpwhy_set *more, const struct tcpwhy_set *less);
bool tcpwhy_refusals_pending(void);
bool tcpwhy_observe(struct tcpwhy_net *tn, struct tcpwhy_observation *o,
		    enum tcpwhy_remember remember, const u8 *header);
bool tcpwhy_observe_judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
void tcpwhy_observe_other(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
			  const u8 *header, u32 header_len);

#endif /* TCPWHY_HOOKS_OBSERVE_H */
