// SPDX-License-Identifier: GPL-2.0
/* The kernel's threads, made of the C library's. */
#include <stdint.h>

#include <linux/kthread.h>

__thread struct task_struct *kthread_shim_self;

static void *run(void *data)
{
	kthread_shim_self = data;
	return (void *)(intptr_t)kthread_shim_self->run(kthread_shim_self->data);
}

struct task_struct *kthread_shim_run(int (*fn)(void *data), void *data)
{
	struct task_struct *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	task->run = fn;
	task->data = data;
	if (!pthread_create(&task->thread, NULL, run, task))
		return task;
	free(task);
	return NULL;
}

/* Returns what it returned. */
int kthread_stop(struct task_struct *task)
{
	void *result;

	__atomic_store_n(&task->stop, 1, __ATOMIC_RELEASE);
	pthread_join(task->thread, &result);
	free(task);
	return (int)(intptr_t)result;
}
