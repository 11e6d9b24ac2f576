/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the kernel's as the suites use, for user space: a thread that runs until it is told to stop. */
#ifndef TCPWHY_SHIM_LINUX_KTHREAD_H
#define TCPWHY_SHIM_LINUX_KTHREAD_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

struct task_struct {
	pthread_t thread;
	int (*run)(void *data);
	void *data;
	int stop;
};

extern __thread struct task_struct *kthread_shim_self;

struct task_struct *kthread_shim_run(int (*run)(void *data), void *data);
int kthread_stop(struct task_struct *task);

#define kthread_run(run, data, name)	kthread_shim_run(run, data)
#define kthread_should_stop()	__atomic_load_n(&kthread_shim_self->stop, __ATOMIC_ACQUIRE)
/* The other thread is let run in the worst of moments. */
#define cpu_relax()		sched_yield()
#define cond_resched()		sched_yield()
#define IS_ERR(p)		(!(p))

#endif /* TCPWHY_SHIM_LINUX_KTHREAD_H */
