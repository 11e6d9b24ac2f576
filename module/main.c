// SPDX-License-Identifier: GPL-2.0
/* tcpwhy: which peers are affected, why, and what to do about it. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "core/engine.h"
#include "hooks/connects.h"
#include "hooks/kprobes.h"
#include "hooks/made.h"
#include "hooks/socket.h"
#include "hooks/sources.h"
#include "hooks/too_big.h"
#include "hooks/unanswered.h"
#include "netlink.h"
#include "netns.h"
#include "store/cache.h"
#include "store/datagrams.h"
#include "store/events.h"
#include "store/flows.h"
#include "store/forwarded.h"
#include "store/oversizes.h"
#include "store/peers.h"
#include "store/servers.h"
#include "store/stalls.h"
#include "store/syns.h"

static unsigned int max_peers = 16384;
module_param(max_peers, uint, 0444);
MODULE_PARM_DESC(max_peers, "peers that are remembered, 64 to 1048576 (16384)");

static unsigned int max_flows = 65536;
module_param(max_flows, uint, 0444);
MODULE_PARM_DESC(max_flows, "connections that are remembered, 64 to 4194304 (65536)");

static bool lean;
module_param(lean, bool, 0444);
MODULE_PARM_DESC(lean, "begin in lean mode: nothing on the data path, kprobes instead (N)");

module_param_named(kprobes, tcpwhy_use_kprobes, bool, 0444);
MODULE_PARM_DESC(kprobes, "use a kprobe where a kernel has no other hook (Y)");

static int check_parameters(void)
{
	if (max_peers < 64 || max_peers > 1048576) {
		pr_err("max_peers=%u: must be 64 to 1048576\n", max_peers);
		return -EINVAL;
	}
	if (max_flows < 64 || max_flows > 4194304) {
		pr_err("max_flows=%u: must be 64 to 4194304\n", max_flows);
		return -EINVAL;
	}
	return 0;
}

/* What is taken before one fails is given back by tcpwhy_caches_free(). */
static int __init init_caches(void)
{
	static int (*const inits[])(void) = {
		tcpwhy_connects_init,
		tcpwhy_datagrams_init,
		tcpwhy_made_init,
		tcpwhy_oversizes_init,
		tcpwhy_servers_init,
		tcpwhy_syns_init,
		tcpwhy_too_big_init,
		tcpwhy_unanswered_init,
	};
	int i, err = tcpwhy_flows_init(max_flows);

	for (i = 0; !err && i < ARRAY_SIZE(inits); i++)
		err = inits[i]();
	return err;
}

static int __init tcpwhy_init(void)
{
	struct tcpwhy_change change = { };
	int err;

	err = check_parameters();
	if (err)
		return err;
	err = tcpwhy_peers_init(max_peers);
	if (err)
		return err;
	err = init_caches();
	if (err)
		goto free_caches;
	err = tcpwhy_stalls_init();
	if (err)
		goto free_caches;
	err = tcpwhy_forwarded_init();
	if (err)
		goto free_stalls;
	err = tcpwhy_events_init();
	if (err)
		goto free_forwarded;
	err = tcpwhy_netns_init();
	if (err)
		goto free_events;
	err = tcpwhy_netlink_init();
	if (err)
		goto leave_netns;
	tcpwhy_set_fill(&change.enable);
	change.mode = lean ? TCPWHY_MODE_LEAN : TCPWHY_MODE_NORMAL;
	tcpwhy_sources_change(&change);
	tcpwhy_sources_announce();
	return 0;

leave_netns:
	tcpwhy_netns_exit();
free_events:
	tcpwhy_events_free();
free_forwarded:
	tcpwhy_forwarded_free();
free_stalls:
	tcpwhy_stalls_free();
free_caches:
	tcpwhy_caches_free();
	tcpwhy_peers_free();
	return err;
}

static void __exit tcpwhy_exit(void)
{
	tcpwhy_netlink_exit();
	tcpwhy_sources_detach_all();
	tcpwhy_socket_exit();
	tcpwhy_netns_exit();
	rcu_barrier();
	tcpwhy_events_free();
	tcpwhy_forwarded_free();
	tcpwhy_stalls_free();
	tcpwhy_caches_free();
	tcpwhy_peers_free();
}

module_init(tcpwhy_init);
module_exit(tcpwhy_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The tcpwhy authors");
MODULE_DESCRIPTION("Says which TCP peers are affected, why, and what to do about it");
MODULE_VERSION(TCPWHY_VERSION);
/* No MODULE_ALIAS_GENL_FAMILY(): with it any user could load this by asking for the family. */
