// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "hooks/kprobes.h"

/*
 * To take a kprobe away may need memory, for which a kernel thread waits. What fails twice fails
 * for ever, and each try that fails makes the kernel warn, and miscount its kprobes on ftrace
 * (kernel/kprobes.c, __disarm_kprobe_ftrace()).
 */
#define TRIES		2
#define TRY_MS		20

bool tcpwhy_use_kprobes = true;

/* Sets that are attached, the canary not counted. As all below, under the mutex of sources.c. */
static unsigned int sets;

/* A kprobe could not be taken away. Set by the work item that is waited for. */
static bool stuck;

static atomic_t canary_heard = ATOMIC_INIT(0);

/* A function of ours, hooked as all others are: who calls it and is not seen sees nothing. */
static noinline __noclone void tcpwhy_canary(void)
{
	barrier(); /* a call of a function that does nothing would be left out */
}

static int on_canary(struct kprobe *kp, struct pt_regs *regs)
{
	atomic_inc(&canary_heard);
	return 0;
}

static struct tcpwhy_kprobe canary = { .symbol = "tcpwhy_canary", .handler = on_canary };

static int attach_one(struct tcpwhy_kprobe *probe)
{
	int err;

	probe->kp = kzalloc(sizeof(*probe->kp), GFP_KERNEL);
	if (!probe->kp)
		return -ENOMEM;
	probe->kp->symbol_name = probe->symbol;
	probe->kp->pre_handler = probe->handler;
	err = register_kprobe(probe->kp);
	if (err) {
		kfree(probe->kp);
		probe->kp = NULL;
	}
	return err;
}

/* unregister_kprobe() says by an address of NULL that it has failed, and by nothing else. */
static bool unregister(struct kprobe *kp)
{
	kprobe_opcode_t *addr = kp->addr;
	int i;

	for (i = 0; i < (stuck ? 1 : TRIES); i++) {
		if (i)
			msleep(TRY_MS);
		unregister_kprobe(kp);
		if (kp->addr)
			return true;
		kp->addr = addr;
	}
	return false;
}

/*
 * The kernel keeps the probe, for good. It gets an empty shell: nothing in it leads back to this
 * module, which may go. Neither kprobe_ftrace_handler() nor aggr_pre_handler() calls the handler
 * of a probe that is disabled; whoever read the flag before has left after a grace period.
 * disable_kprobe() will not do: it fails as unregister_kprobe() has.
 */
static void leave_behind(struct kprobe *kp)
{
	if (!stuck)
		pr_warn("the kernel does not let go of a kprobe on %s(): ftrace has died, or memory is short. It stays, with nothing behind it, until the next boot.\n",
			kp->symbol_name);
	stuck = true;
	kp->flags |= KPROBE_FLAG_DISABLED;
	synchronize_rcu();
	kp->pre_handler = NULL;
	kp->symbol_name = NULL;
}

/* Some probes that are to go, and who takes them away. */
struct leaving {
	struct work_struct work;
	struct tcpwhy_kprobe *probes;
	int n;
};

static void take_away(struct work_struct *work)
{
	const struct leaving *l = container_of(work, struct leaving, work);
	int n = l->n;

	while (n--) {
		struct tcpwhy_kprobe *probe = &l->probes[n];
		bool gone = unregister(probe->kp);

		probe->missed += probe->kp->nmissed;
		if (gone)
			kfree(probe->kp);
		else
			leave_behind(probe->kp);
		probe->kp = NULL;
	}
}

/*
 * To disarm a kprobe takes memory. A task that is being killed for want of memory gets none; a
 * kernel thread waits until there is some.
 */
static void detach(struct tcpwhy_kprobe *probes, int n)
{
	struct leaving leaving = { .probes = probes, .n = n };

	INIT_WORK_ONSTACK(&leaving.work, take_away);
	schedule_work(&leaving.work);
	flush_work(&leaving.work);
	destroy_work_on_stack(&leaving.work);
}

static int attach(struct tcpwhy_kprobe *probes, int n)
{
	int i, err;

	for (i = 0; i < n; i++) {
		err = attach_one(&probes[i]);
		if (err) {
			detach(probes, i);
			return err;
		}
	}
	return 0;
}

/**
 * tcpwhy_kprobes_attach() - attach all, or none
 * @probes: the functions
 * @n: how many
 *
 * Context: process, under the mutex of sources.c.
 * Return: 0; -EOPNOTSUPP if kprobes are not to be used, or not on this architecture;
 * -EPROTOTYPE if this kernel's function is not the one that the handler reads arguments of;
 * or another error
 */
int tcpwhy_kprobes_attach(struct tcpwhy_kprobe *probes, int n)
{
	int i, err;

	if (!tcpwhy_use_kprobes)
		return -EOPNOTSUPP;
	for (i = 0; i < n; i++) {
		err = tcpwhy_args_check(probes[i].symbol);
		if (err)
			return err;
	}
	if (!sets) {
		err = attach(&canary, 1);
		if (err)
			return err;
	}
	err = attach(probes, n);
	if (!err)
		sets++;
	else if (!sets)
		detach(&canary, 1);
	return err;
}

/**
 * tcpwhy_kprobes_detach() - detach them
 * @probes: the functions
 * @n: how many
 *
 * The handlers do not run any more afterwards, even where the kernel cannot take a probe away:
 * before 6.12 it fails for ever once ftrace has died (kernel/kprobes.c, disarm_kprobe_ftrace()).
 *
 * Context: process, under the mutex of sources.c.
 */
void tcpwhy_kprobes_detach(struct tcpwhy_kprobe *probes, int n)
{
	detach(probes, n);
	if (!--sets)
		detach(&canary, 1);
}

/**
 * tcpwhy_kprobes_sets() - how many sets are attached
 *
 * Context: under the mutex of sources.c.
 */
unsigned int tcpwhy_kprobes_sets(void)
{
	return sets;
}

/**
 * tcpwhy_kprobes_blind() - are kprobes attached that the kernel does not call?
 *
 * kernel.ftrace_enabled and /sys/kernel/debug/kprobes/enabled silence them all, and so does an
 * ftrace that has died. The kernel tells nobody, so a function is called that must be seen. All
 * probes here are at the entry of a function, as the canary is, and so all are of one kind: on
 * ftrace where the kernel has kprobes there (CONFIG_KPROBES_ON_FTRACE), else a breakpoint.
 *
 * Context: process, under the mutex of sources.c.
 */
bool tcpwhy_kprobes_blind(void)
{
	int before = atomic_read(&canary_heard);

	if (!sets)
		return false;
	tcpwhy_canary();
	return atomic_read(&canary_heard) == before;
}

/**
 * tcpwhy_kprobes_missed() - calls not seen since load
 * @probes: the functions
 * @n: how many
 *
 * A kprobe that fires while another's handler runs on the same CPU is missed.
 *
 * Context: under the mutex of sources.c.
 */
u64 tcpwhy_kprobes_missed(const struct tcpwhy_kprobe *probes, int n)
{
	u64 sum = 0;

	while (n--)
		sum += probes[n].missed + (probes[n].kp ? probes[n].kp->nmissed : 0);
	return sum;
}

/*
 * Calls whose return can be waited for at the same time; some hundred bytes each. By default the
 * kernel has one a CPU where it is not preemptible, though a call may let another one run.
 */
#define RETURNS_MIN	64

static int attach_return(struct tcpwhy_kretprobe *probe)
{
	int err;

	probe->rp = kzalloc(sizeof(*probe->rp), GFP_KERNEL);
	if (!probe->rp)
		return -ENOMEM;
	atomic_set(&probe->under_way, 0);
	probe->rp->kp.symbol_name = probe->symbol;
	probe->rp->entry_handler = probe->entry;
	probe->rp->handler = probe->handler;
	probe->rp->data_size = probe->data_size;
	probe->rp->maxactive = max_t(int, RETURNS_MIN, 2 * num_possible_cpus());
	err = register_kretprobe(probe->rp);
	if (err) {
		kfree(probe->rp);
		probe->rp = NULL;
	}
	return err;
}

/*
 * unregister_kretprobe() frees what a probe that it could not take away goes on to use. So the
 * probe is disabled first, which either succeeds or changes nothing; what is disabled can be
 * taken away for certain (kernel/kprobes.c, __unregister_kprobe_top()).
 */
static bool disable(struct kprobe *kp)
{
	int i;

	for (i = 0; i < (stuck ? 1 : TRIES); i++) {
		if (i)
			msleep(TRY_MS);
		if (!disable_kprobe(kp))
			return true;
	}
	return false;
}

/* Calls that have begun still return to the handler. It must not run when the module has gone. */
static void wait_for_returns(const struct tcpwhy_kretprobe *probe)
{
	while (atomic_read(&probe->under_way))
		msleep(TRY_MS);
	synchronize_rcu();
}

/* A kretprobe that is to go, and who takes it away. */
struct leaving_return {
	struct work_struct work;
	struct tcpwhy_kretprobe *probe;
};

static void take_away_return(struct work_struct *work)
{
	struct tcpwhy_kretprobe *probe =
		container_of(work, struct leaving_return, work)->probe;
	bool gone = disable(&probe->rp->kp);

	probe->missed += probe->rp->nmissed + probe->rp->kp.nmissed;
	if (gone) {
		unregister_kretprobe(probe->rp);
		kfree(probe->rp);
	} else {
		leave_behind(&probe->rp->kp);
		wait_for_returns(probe);
		probe->rp->entry_handler = NULL;
		probe->rp->handler = NULL;
	}
	probe->rp = NULL;
}

/**
 * tcpwhy_kretprobe_attach() - watch where a function returns
 * @probe: the function
 *
 * At its entry it is a kprobe like all others, and counts as a set of its own.
 *
 * Context: process, under the mutex of sources.c.
 * Return: as tcpwhy_kprobes_attach(); -EOPNOTSUPP also where a kernel has no kretprobes
 */
int tcpwhy_kretprobe_attach(struct tcpwhy_kretprobe *probe)
{
	int err;

	err = tcpwhy_args_check(probe->symbol);
	if (err)
		return err;
	err = tcpwhy_kprobes_attach(NULL, 0);
	if (err)
		return err;
	err = attach_return(probe);
	if (err)
		tcpwhy_kprobes_detach(NULL, 0);
	return err;
}

/**
 * tcpwhy_kretprobe_detach() - watch it no more; see tcpwhy_kprobes_detach()
 * @probe: the function
 *
 * Context: process, under the mutex of sources.c.
 */
void tcpwhy_kretprobe_detach(struct tcpwhy_kretprobe *probe)
{
	struct leaving_return leaving = { .probe = probe };

	INIT_WORK_ONSTACK(&leaving.work, take_away_return);
	schedule_work(&leaving.work);
	flush_work(&leaving.work);
	destroy_work_on_stack(&leaving.work);
	tcpwhy_kprobes_detach(NULL, 0);
}

/**
 * tcpwhy_kretprobe_missed() - calls not seen since load
 * @probe: the function
 *
 * Those that its kprobe missed, and those that returned while too many others were under way.
 *
 * Context: under the mutex of sources.c.
 */
u64 tcpwhy_kretprobe_missed(const struct tcpwhy_kretprobe *probe)
{
	return probe->missed + (probe->rp ? probe->rp->nmissed + probe->rp->kp.nmissed : 0);
}
