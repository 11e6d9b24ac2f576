// SPDX-License-Identifier: GPL-2.0
/*
 * Pids and names of processes are for those who see these processes: who asks from a
 * container is told of the processes of his own pid namespace, by their pids there. What is
 * needed for that is noted at the event, since the process may end before anybody asks. No
 * reference is held: a finding may be forgotten where nothing can be given back.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "process.h"

/*
 * A pid namespace is known by when its first process began (CLOCK_BOOTTIME, ns), as its
 * inode number may be given to another one after its end. 0: it is about to end.
 */
static u64 identity(struct pid_namespace *ns)
{
	const struct task_struct *first;
	u64 began = 0;

	rcu_read_lock();
	first = pid_task(find_pid_ns(1, ns), PIDTYPE_TGID);
	if (first)
		began = first->start_boottime;
	rcu_read_unlock();
	return began;
}

/**
 * tcpwhy_process_current() - note the current process
 * @process: its pids, pid namespace and name are filled in
 *
 * Context: any but NMI; current is meant, and not interrupted.
 */
void tcpwhy_process_current(struct tcpwhy_process *process)
{
	struct pid_namespace *ns = task_active_pid_ns(current);

	process->pid = task_tgid_nr(current);
	strscpy(process->comm, current->comm, sizeof(process->comm));
	if (!ns || ns == &init_pid_ns)
		return;
	process->pidns = identity(ns);
	process->pid_inside = task_tgid_nr_ns(current, ns);
}

/**
 * tcpwhy_process_reader() - current asks
 * @reader: result
 *
 * Context: process.
 */
void tcpwhy_process_reader(struct tcpwhy_reader *reader)
{
	struct pid_namespace *ns = task_active_pid_ns(current);

	reader->initial = ns == &init_pid_ns;
	reader->pidns = ns && !reader->initial ? identity(ns) : 0;
}

/**
 * tcpwhy_process_pid() - what a reader is told of a process
 * @process: it
 * @reader: who asks
 *
 * Return: its pid as the reader knows it; 0: it is none of his, and its name neither, or
 * no process acted
 */
u32 tcpwhy_process_pid(const struct tcpwhy_process *process, const struct tcpwhy_reader *reader)
{
	if (reader->initial)
		return process->pid;
	return reader->pidns && reader->pidns == process->pidns ? process->pid_inside : 0;
}
