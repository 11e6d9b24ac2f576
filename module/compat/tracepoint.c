// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "compat/tracepoint.h"

struct search {
	const char *name;
	struct tracepoint *found;
};

static void compare(struct tracepoint *tp, void *priv)
{
	struct search *search = priv;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

static struct tracepoint *find(const char *name)
{
	struct search search = { .name = name };

	for_each_kernel_tracepoint(compare, &search);
	return search.found;
}

/**
 * tcpwhy_tracepoint_attach() - attach a probe
 * @name: of a tracepoint that is built in
 * @probe: checked by the caller with check_trace_callback_type_NAME(). 7.x calls
 *	it without RCU and preemptible.
 *
 * Return: 0, -ENOENT if this kernel has no such tracepoint, or another error
 */
int tcpwhy_tracepoint_attach(const char *name, void *probe)
{
	struct tracepoint *tp = find(name);

	return tp ? tracepoint_probe_register(tp, probe, NULL) : -ENOENT;
}

/**
 * tcpwhy_tracepoint_detach() - detach it again
 * @name: as for tcpwhy_tracepoint_attach()
 * @probe: likewise
 *
 * The probe may still run until tracepoint_synchronize_unregister().
 */
void tcpwhy_tracepoint_detach(const char *name, void *probe)
{
	struct tracepoint *tp = find(name);

	if (tp)
		tracepoint_probe_unregister(tp, probe, NULL);
}
