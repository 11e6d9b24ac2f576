// SPDX-License-Identifier: GPL-2.0
/*
 * Netfilter hooks that do nothing, in every namespace: what it costs to be
 * called at all. They sit where tcpwhy's sit.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/net_namespace.h>

static bool out = true;
module_param(out, bool, 0444);
MODULE_PARM_DESC(out, "LOCAL_OUT as well as LOCAL_IN and FORWARD (Y)");

static unsigned int nothing(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

#define HOOK(family, number, order) \
	{ .hook = nothing, .pf = (family), .hooknum = (number), .priority = (order) }

/* LOCAL_OUT comes last: without it only the others are registered. */
static const struct nf_hook_ops hooks[] = {
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_IN, NF_IP_PRI_LAST),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_IN, NF_IP6_PRI_LAST),
	HOOK(NFPROTO_IPV4, NF_INET_FORWARD, NF_IP_PRI_LAST),
	HOOK(NFPROTO_IPV6, NF_INET_FORWARD, NF_IP6_PRI_LAST),
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_OUT, NF_IP_PRI_LAST),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT, NF_IP6_PRI_LAST),
};

static unsigned int used(void)
{
	return out ? ARRAY_SIZE(hooks) : ARRAY_SIZE(hooks) - 2;
}

static int __net_init begin(struct net *net)
{
	return nf_register_net_hooks(net, hooks, used());
}

static void __net_exit end(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, used());
}

static struct pernet_operations ops = {
	.init = begin,
	.exit = end,
};

static int __init empty_init(void)
{
	return register_pernet_subsys(&ops);
}

static void __exit empty_exit(void)
{
	unregister_pernet_subsys(&ops);
}

module_init(empty_init);
module_exit(empty_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The tcpwhy authors");
MODULE_DESCRIPTION("Netfilter hooks that do nothing");
