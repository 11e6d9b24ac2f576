// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "hooks/kprobes.h"

bool tcpwhy_use_kprobes = true;

/**
 * tcpwhy_kprobes_attach() - attach all, or none
 * @probes: the functions
 * @n: how many
 *
 * Context: process.
 * Return: 0, -EOPNOTSUPP if kprobes are not to be used, or another error
 */
int tcpwhy_kprobes_attach(struct tcpwhy_kprobe *probes, int n)
{
	int i, err;

	if (!tcpwhy_use_kprobes)
		return -EOPNOTSUPP;
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

/**
 * tcpwhy_kprobes_detach() - detach them
 * @probes: the functions
 * @n: how many
 */
void tcpwhy_kprobes_detach(struct tcpwhy_kprobe *probes, int n)
{
	while (n--) {
		unregister_kprobe(&probes[n].kp);
		probes[n].missed += probes[n].kp.nmissed;
		probes[n].kp.nmissed = 0;
	}
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
