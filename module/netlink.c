// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family; uapi/linux/tcpwhy.h tells what each command does. */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "compat/compat.h"
#include "core/engine.h"
#include "hooks/sources.h"
#include "netlink.h"
#include "netlink_fill.h"
#include "netlink_filter.h"
#include "netns.h"
#include "process.h"
#include "stats.h"

/* As much as the 32 KiB of memory that it takes hold, beside the kernel's own part of them. */
#define REPLY_SIZE	(31 * 1024)

/* A status has 80 bytes a cause at most. The rest of it, or a peer's findings, are well below. */
static_assert(REPLY_SIZE >= 12 * 1024 + 80 * TCPWHY_CAUSE_MAX, "a status");

static struct genl_family family;

/* Between registration and unregistration; read by hooks and the drain work. */
static bool registered;

/* Held by the drain work while it sends: tcpwhy_netlink_exit() waits for that. */
static DEFINE_MUTEX(sending);

/* Kept in the callback's 48 bytes. */
struct dump {
	struct tcpwhy_filter *filter;
	u32 next;
};

/* One message, as the visitor of the table gets it. */
struct message {
	struct sk_buff *skb;
	const struct tcpwhy_filter *filter;
	struct tcpwhy_reader reader;
	u32 portid;
	u32 seq;
	int flags;
	int err;
};

static bool fill_message(const struct tcpwhy_peer *peer, void *ctx)
{
	struct message *m = ctx;
	void *hdr;

	if (!tcpwhy_filter_peer(m->filter, peer))
		return true;
	m->err = -EMSGSIZE;
	hdr = genlmsg_put(m->skb, m->portid, m->seq, &family, m->flags, TCPWHY_CMD_GET_PEERS);
	if (!hdr)
		return false;
	if (tcpwhy_fill_peer(m->skb, peer, m->filter, &m->reader)) {
		genlmsg_cancel(m->skb, hdr);
		return false;
	}
	m->err = 0;
	genlmsg_end(m->skb, hdr);
	return true;
}

static int dump_peers_start(struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->ctx;
	struct nlattr **attrs = tcpwhy_dump_attrs(cb);
	int err;

	BUILD_BUG_ON(sizeof(*d) > sizeof(cb->ctx));
	d->next = 0;
	d->filter = kmalloc(sizeof(*d->filter), GFP_KERNEL);
	if (!d->filter)
		return -ENOMEM;
	err = tcpwhy_filter_parse(d->filter, attrs ? attrs[TCPWHY_A_FILTER] : NULL,
				  sock_net(cb->skb->sk), cb->extack);
	if (err) {
		kfree(d->filter);
		d->filter = NULL;
	}
	return err;
}

static int dump_peers(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->ctx;
	struct message m = {
		.skb = skb,
		.filter = d->filter,
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
	};

	/* Who reads on may be another one than he who asked. */
	tcpwhy_process_reader(&m.reader);
	d->next = tcpwhy_peers_visit(d->next, d->filter->netns, fill_message, &m);
	/* Not even one peer found room: better an end than no progress. */
	return skb->len || !m.err ? skb->len : -EMSGSIZE;
}

static int dump_peers_done(struct netlink_callback *cb)
{
	kfree(((struct dump *)cb->ctx)->filter);
	return 0;
}

static bool fill_one(const struct tcpwhy_peer *peer, void *ctx)
{
	struct message *m = ctx;

	m->err = tcpwhy_fill_peer(m->skb, peer, m->filter, &m->reader);
	return true;
}

static struct sk_buff *reply_new(struct genl_info *info, u8 cmd, void **hdr)
{
	struct sk_buff *skb = nlmsg_new(REPLY_SIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &family, 0, cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static int reply_send(struct sk_buff *skb, struct genl_info *info, void *hdr, int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* RCU keeps a namespace there while its peer is read. */
static int find_peer(const struct tcpwhy_filter *filter, const struct tcpwhy_addr *addr,
		     struct message *m, struct netlink_ext_ack *extack)
{
	struct tcpwhy_net *tn = NULL;
	bool found = false;

	rcu_read_lock();
	while (!found && (tn = tcpwhy_netns_next(tn)))
		if (!filter->netns || tn->inum == filter->netns)
			found = tcpwhy_peers_find(tn, addr, fill_one, m);
	rcu_read_unlock();
	if (found)
		return m->err;
	NL_SET_ERR_MSG(extack, "nothing is known of this address");
	return -ENOENT;
}

static int get_peer(struct sk_buff *request, struct genl_info *info)
{
	const struct nlattr *address = info->attrs[TCPWHY_A_ADDRESS];
	struct tcpwhy_filter asked, all = { };
	struct message m = { .filter = &all };
	struct tcpwhy_addr addr;
	void *hdr;
	int err;

	tcpwhy_set_fill(&all.causes);
	if (!address) {
		NL_SET_ERR_MSG(info->extack, "an address is needed");
		return -EINVAL;
	}
	err = tcpwhy_addr_parse(&addr, NULL, address, info->extack);
	if (err)
		return err;
	err = tcpwhy_filter_parse(&asked, info->attrs[TCPWHY_A_FILTER], genl_info_net(info),
				  info->extack);
	if (err)
		return err;
	m.skb = reply_new(info, TCPWHY_CMD_GET_PEER, &hdr);
	if (!m.skb)
		return -ENOMEM;
	tcpwhy_process_reader(&m.reader);
	err = find_peer(&asked, &addr, &m, info->extack);
	return reply_send(m.skb, info, hdr, err);
}

static int get_status(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	void *hdr;

	skb = reply_new(info, TCPWHY_CMD_GET_STATUS, &hdr);
	if (!skb)
		return -ENOMEM;
	return reply_send(skb, info, hdr, tcpwhy_fill_status(skb, tcpwhy_net(genl_info_net(info))));
}

/* Each may come many times, so that the parsed table, which keeps one, will not do. */
static int parse_switches(struct genl_info *info, struct tcpwhy_change *change)
{
	const struct nlattr *nla;
	int rest;

	nlmsg_for_each_attr(nla, info->nlhdr, GENL_HDRLEN, rest) {
		u32 id;

		if (nla_type(nla) != TCPWHY_A_ENABLE && nla_type(nla) != TCPWHY_A_DISABLE)
			continue;
		id = nla_get_u32(nla);
		if (!tcpwhy_cause_by_id(id)) {
			NL_SET_ERR_MSG_ATTR(info->extack, nla, "no such cause");
			return -EINVAL;
		}
		if (nla_type(nla) == TCPWHY_A_ENABLE)
			tcpwhy_change_enable(change, id);
		else
			tcpwhy_change_disable(change, id);
	}
	return 0;
}

static int set_config(struct sk_buff *request, struct genl_info *info)
{
	struct tcpwhy_change change = { .mode = TCPWHY_MODE_KEEP };
	int err;

	if (!net_eq(genl_info_net(info), &init_net)) {
		NL_SET_ERR_MSG(info->extack, "only from the initial network namespace");
		return -EPERM;
	}
	if (!info->attrs[TCPWHY_A_ENABLE] && !info->attrs[TCPWHY_A_DISABLE] &&
	    !info->attrs[TCPWHY_A_LEAN]) {
		NL_SET_ERR_MSG(info->extack, "a cause to switch on or off, or a mode, is needed");
		return -EINVAL;
	}
	err = parse_switches(info, &change);
	if (err)
		return err;
	if (info->attrs[TCPWHY_A_LEAN])
		change.mode = nla_get_u8(info->attrs[TCPWHY_A_LEAN]) ? TCPWHY_MODE_LEAN :
								       TCPWHY_MODE_NORMAL;
	tcpwhy_sources_change(&change);
	return 0;
}

static bool wants_forgotten(const struct tcpwhy_peer *peer, void *ctx)
{
	return tcpwhy_filter_peer(ctx, peer);
}

static bool wants_finding_forgotten(const struct tcpwhy_finding *f, void *ctx)
{
	return tcpwhy_filter_finding(ctx, f);
}

static int reset(struct sk_buff *request, struct genl_info *info)
{
	struct tcpwhy_filter filter;
	struct sk_buff *skb;
	void *hdr;
	u32 removed;
	int err;

	err = tcpwhy_filter_parse(&filter, info->attrs[TCPWHY_A_FILTER], genl_info_net(info),
				  info->extack);
	if (err)
		return err;
	skb = reply_new(info, TCPWHY_CMD_RESET, &hdr);
	if (!skb)
		return -ENOMEM;
	removed = tcpwhy_peers_forget(filter.netns, wants_forgotten, wants_finding_forgotten,
				      &filter);
	err = nla_put_u32(skb, TCPWHY_A_REMOVED, removed);
	return reply_send(skb, info, hdr, err);
}

static const struct nla_policy filter_only_policy[TCPWHY_A_FILTER + 1] = {
	[TCPWHY_A_FILTER] = NLA_POLICY_NESTED(tcpwhy_filter_policy),
};

static const struct nla_policy peer_policy[TCPWHY_A_ADDRESS + 1] = {
	[TCPWHY_A_FILTER] = NLA_POLICY_NESTED(tcpwhy_filter_policy),
	[TCPWHY_A_ADDRESS] = { .type = NLA_BINARY, .len = 16 },
};

/* One entry, as kernels before 7.x do not look at attributes where none may come. */
static const struct nla_policy no_attr_policy[TCPWHY_A_PAD + 1] = {
	[TCPWHY_A_PAD] = { .type = NLA_REJECT },
};

static const struct nla_policy config_policy[TCPWHY_A_LEAN + 1] = {
	[TCPWHY_A_LEAN] = NLA_POLICY_MAX(NLA_U8, 1),
	[TCPWHY_A_ENABLE] = { .type = NLA_U32 },
	[TCPWHY_A_DISABLE] = { .type = NLA_U32 },
};

static const struct genl_ops ops[] = {
	{
		.cmd = TCPWHY_CMD_GET_PEERS,
		.flags = GENL_UNS_ADMIN_PERM,
		.start = dump_peers_start,
		.dumpit = dump_peers,
		.done = dump_peers_done,
		.policy = filter_only_policy,
		.maxattr = ARRAY_SIZE(filter_only_policy) - 1,
	},
	{
		.cmd = TCPWHY_CMD_GET_PEER,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = get_peer,
		.policy = peer_policy,
		.maxattr = ARRAY_SIZE(peer_policy) - 1,
	},
	{
		.cmd = TCPWHY_CMD_GET_STATUS,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = get_status,
		.policy = no_attr_policy,
		.maxattr = ARRAY_SIZE(no_attr_policy) - 1,
	},
	{
		.cmd = TCPWHY_CMD_SET_CONFIG,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = set_config,
		.policy = config_policy,
		.maxattr = ARRAY_SIZE(config_policy) - 1,
	},
	{
		.cmd = TCPWHY_CMD_RESET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = reset,
		.policy = filter_only_policy,
		.maxattr = ARRAY_SIZE(filter_only_policy) - 1,
	},
};

static const struct genl_multicast_group groups[] = {
	{ .name = TCPWHY_MCGRP_EVENTS, TCPWHY_MCGRP_ADMIN },
};

static struct genl_family family __ro_after_init = {
	.name = TCPWHY_GENL_NAME,
	.version = TCPWHY_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = TCPWHY_EVENT_GROUPS,
};

/**
 * tcpwhy_netlink_has_listener() - does anybody listen to events of a namespace?
 * @net: namespace
 *
 * Context: any.
 */
bool tcpwhy_netlink_has_listener(struct net *net)
{
	return TCPWHY_EVENT_GROUPS && READ_ONCE(registered) &&
	       (genl_has_listeners(&family, net, 0) ||
		(!net_eq(net, &init_net) && genl_has_listeners(&family, &init_net, 0)));
}

/*
 * Nobody knows who reads what all get. In the initial network namespace it takes rights over
 * the host, which sees all processes. In another one it may be a container or the host, and
 * a pid would be wrong for one of them: neither is told of any.
 */
static int fill_event(struct sk_buff *skb, const struct tcpwhy_event *e, bool initial)
{
	struct tcpwhy_reader reader = { .initial = initial };
	void *hdr = genlmsg_put(skb, 0, 0, &family, 0, TCPWHY_CMD_EVENT);

	if (!hdr || tcpwhy_fill_event_peer(skb, &e->peer, &e->finding, &reader) ||
	    nla_put_u64_64bit(skb, TCPWHY_A_WHEN, e->finding.last_ns, TCPWHY_A_PAD) ||
	    (e->header_len && nla_put(skb, TCPWHY_A_HEADER, e->header_len, e->header)) ||
	    (e->lost && nla_put_u32(skb, TCPWHY_A_LOST, e->lost)))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/* @initial: for the initial network namespace */
static struct sk_buff *event_new(const struct tcpwhy_event *e, bool initial)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (skb && !fill_event(skb, e, initial))
		return skb;
	tcpwhy_count(EVENTS_LOST);
	nlmsg_free(skb);
	return NULL;
}

/* Its own namespace, if that is not the initial one and somebody listens there. Under RCU. */
static struct net *listening(const struct tcpwhy_event *e)
{
	struct tcpwhy_net *tn = tcpwhy_netns_by_id(e->netns_id);

	if (!tn || net_eq(tn->net, &init_net) || !genl_has_listeners(&family, tn->net, 0))
		return NULL;
	return tn->net;
}

/* RCU keeps the namespace there, and no lock that others want: nothing may sleep as it is sent. */
static void notify_own(const struct tcpwhy_event *e)
{
	struct sk_buff *skb;
	struct net *net;

	rcu_read_lock();
	net = listening(e);
	rcu_read_unlock();
	skb = net ? event_new(e, false) : NULL;
	if (!skb)
		return;
	rcu_read_lock();
	net = listening(e);
	if (net) {
		tcpwhy_count(EVENTS_SENT);
		genlmsg_multicast_netns(&family, net, skb, 0, 0, GFP_ATOMIC);
	} else {
		nlmsg_free(skb);
	}
	rcu_read_unlock();
}

static void notify_initial(const struct tcpwhy_event *e)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&family, &init_net, 0))
		return;
	skb = event_new(e, true);
	if (!skb)
		return;
	tcpwhy_count(EVENTS_SENT);
	genlmsg_multicast_netns(&family, &init_net, skb, 0, 0, GFP_KERNEL);
}

/**
 * tcpwhy_netlink_notify() - send an event to its namespace and the initial one
 * @e: event
 *
 * Context: process.
 */
void tcpwhy_netlink_notify(const struct tcpwhy_event *e)
{
	mutex_lock(&sending);
	if (READ_ONCE(registered)) {
		notify_own(e);
		notify_initial(e);
	}
	mutex_unlock(&sending);
}

/**
 * tcpwhy_netlink_init() - register the family
 *
 * Return: 0 or an error
 */
int __init tcpwhy_netlink_init(void)
{
	int err = genl_register_family(&family);

	WRITE_ONCE(registered, !err);
	return err;
}

/** tcpwhy_netlink_exit() - unregister it; nothing is sent or asked any more */
void tcpwhy_netlink_exit(void)
{
	WRITE_ONCE(registered, false);
	synchronize_rcu();
	/* A notification under way has seen the family: let it finish. */
	mutex_lock(&sending);
	mutex_unlock(&sending);
	genl_unregister_family(&family);
}
