// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/tcpwhy, of the reader's namespace, for root: a line a finding. For
 * the eye and where the tool is not at hand; programs use netlink.
 */
#include <linux/ctype.h>
#include <linux/ktime.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
/* Behind net_namespace.h, of which it uses a type unasked on 5.17 and on RHEL 9.2 to 9.5. */
#include <linux/seq_file_net.h>

#include "core/engine.h"
#include "evidence_names.h"
#include "netns.h"
#include "proc.h"
#include "process.h"
#include "store/peers.h"

static const char *const severities[] = { "?", "info", "notice", "trouble" };
static const char *const confidences[] = { "?", "possible", "likely", "certain" };

static void emit(void *ctx, u32 attr, u64 value)
{
	seq_printf(ctx, " %s=%llu", tcpwhy_evidence_names[attr], value);
}

static void show_addr(struct seq_file *seq, const struct tcpwhy_addr *addr)
{
	if (tcpwhy_addr_is_v4(addr))
		seq_printf(seq, "%pI4", addr->b + 12);
	else
		seq_printf(seq, "%pI6c", addr->b);
}

static void emit_addr(void *ctx, u32 attr, const struct tcpwhy_addr *addr)
{
	seq_printf(ctx, " %s=", tcpwhy_evidence_names[attr]);
	show_addr(ctx, addr);
}

/* A process may call itself anything. */
static void show_process(struct seq_file *seq, const struct tcpwhy_process *process,
			 const struct tcpwhy_reader *reader)
{
	u32 pid = tcpwhy_process_pid(process, reader);
	const char *c;

	if (pid) {
		seq_printf(seq, " pid=%u comm=", pid);
		for (c = process->comm; *c; c++)
			seq_printf(seq, isgraph(*c) && isascii(*c) && *c != '\\' ? "%c" : "\\x%02x",
				   (u8)*c);
	}
	if (process->cgroup)
		seq_printf(seq, " cgroup=%llu", process->cgroup);
}

static void show_finding(struct seq_file *seq, const struct tcpwhy_peer *peer,
			 const struct tcpwhy_finding *f, const struct tcpwhy_reader *reader)
{
	const struct tcpwhy_cause *cause = tcpwhy_cause_by_id(f->cause);
	u64 age = ktime_get_boottime_ns() - f->last_ns;

	show_addr(seq, &peer->addr);
	seq_printf(seq, " %s %s %s count=%llu last=%llus lport=%u rport=%u", cause->name,
		   severities[cause->severity], confidences[f->confidence], f->count,
		   div_u64(age, NSEC_PER_SEC), f->lport, f->rport);
	cause->describe(&f->evidence, emit, seq);
	if (cause->describe_addrs)
		cause->describe_addrs(&f->evidence, emit_addr, seq);
	show_process(seq, &f->evidence.process, reader);
	seq_putc(seq, '\n');
}

struct look {
	struct seq_file *seq;
	struct tcpwhy_reader reader;
	bool shown;
};

/* Stops before the second peer: seq_file takes one at a time. */
static bool show_first(const struct tcpwhy_peer *peer, void *ctx)
{
	const struct tcpwhy_finding *f;
	struct look *look = ctx;

	if (look->shown)
		return false;
	hlist_for_each_entry(f, &peer->findings, node)
		show_finding(look->seq, peer, f, &look->reader);
	look->shown = true;
	return true;
}

/* The position is 1 + the slot to begin at; 0 is the heading. */
static void *proc_start(struct seq_file *seq, loff_t *pos)
{
	struct tcpwhy_peers_status s;

	tcpwhy_peers_status(&s);
	return *pos <= s.max ? pos : NULL;
}

static void *proc_next(struct seq_file *seq, void *v, loff_t *pos)
{
	u32 *next = seq->private + sizeof(struct seq_net_private);

	*pos = *pos ? *next + 1 : 1;
	return proc_start(seq, pos);
}

static void proc_stop(struct seq_file *seq, void *v)
{
}

static int proc_show(struct seq_file *seq, void *v)
{
	u32 *next = seq->private + sizeof(struct seq_net_private);
	struct look look = { .seq = seq };
	loff_t pos = *(loff_t *)v;

	if (!pos) {
		seq_puts(seq, "# peer cause severity confidence count last-ago ports evidence\n");
		return 0;
	}
	tcpwhy_process_reader(&look.reader);
	*next = tcpwhy_peers_visit(pos - 1, seq_file_net(seq)->ns.inum, show_first, &look);
	return 0;
}

static const struct seq_operations seq_ops = {
	.start = proc_start,
	.next = proc_next,
	.stop = proc_stop,
	.show = proc_show,
};

int tcpwhy_proc_add(struct net *net)
{
	return proc_create_net("tcpwhy", 0400, net->proc_net, &seq_ops,
			       sizeof(struct seq_net_private) + sizeof(u32)) ? 0 : -ENOMEM;
}

void tcpwhy_proc_remove(struct net *net)
{
	remove_proc_entry("tcpwhy", net->proc_net);
}
