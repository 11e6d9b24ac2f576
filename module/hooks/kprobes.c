// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "hooks/kprobes.h"

bool tcpwhy_use_kprobes = true;

/**
 * tcpwhy_kprobes_attach() - attach all, or none
 * @probes: the functions
 * @n: how many
 *
 * Context: process.
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
	for (i = 0; i < n; i++) {
		/* register_kprobe() fills it in, and wants it clean each time. */
		memset(&probes[i].kp, 0, sizeof(probes[i].kp));
		probes[i].kp.symbol_name = probes[i].symbol;
		probes[i].kp.pre_handler = probes[i].handler;
		err = register_kprobe(&probes[i].kp);
		if (err) {
			tcpwhy_kprobes_detach(probes, i);
			return err;
		}
	}
	return 0;
}

static void unregister(struct kprobe *kp)
{
	kprobe_opcode_t *addr = kp->addr;

	unregister_kprobe(kp);
	while (!kp->addr) {
		msleep(20);
		kp->addr = addr;
		unregister_kprobe(kp);
	}
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
		unregister(&l->probes[n].kp);
		l->probes[n].missed += l->probes[n].kp.nmissed;
		l->probes[n].kp.nmissed = 0;
	}
}

/**
 * tcpwhy_kprobes_detach() - detach them
 * @probes: the functions
 * @n: how many
 *
 * To disarm a kprobe takes memory. Where there is none unregister_kprobe() leaves it in place,
 * with its handler about to go, and says so by an address of NULL only (kernel/kprobes.c,
 * unregister_kprobes()). A task that is being killed for want of memory gets none; a kernel
 * thread waits until there is some.
 *
 * Context: process.
 */
void tcpwhy_kprobes_detach(struct tcpwhy_kprobe *probes, int n)
{
	struct leaving leaving = { .probes = probes, .n = n };

	INIT_WORK_ONSTACK(&leaving.work, take_away);
	schedule_work(&leaving.work);
	flush_work(&leaving.work);
	destroy_work_on_stack(&leaving.work);
}

/**
 * tcpwhy_kprobes_missed() - calls not seen since load
 * @probes: the functions
 * @n: how many
 *
 * A kprobe that fires while another's handler runs on the same CPU is missed.
 */
u64 tcpwhy_kprobes_missed(const struct tcpwhy_kprobe *probes, int n)
{
	u64 sum = 0;

	while (n--)
		sum += probes[n].missed + probes[n].kp.nmissed;
	return sum;
}
