// SPDX-License-Identifier: GPL-2.0
/*
 * A ring for each CPU, filled by the hooks and emptied by one work item: a
 * hook can neither sleep nor wait. A full ring loses the event and says so with
 * the next one. Nothing is copied while nobody listens.
 */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "netlink.h"
#include "netns.h"
#include "stats.h"
#include "store/events.h"

#define RING_SIZE	32 /* a power of two */

/*
 * @head is written by the CPU, under the table's lock with interrupts off: by whichever hook
 * reports, in all contexts of hooks/observe.h. @tail is written by the work item. Each publishes
 * with a release what the other reads with an acquire.
 */
struct ring {
	u32 head;
	u32 tail;
	u32 lost;
	struct tcpwhy_event events[RING_SIZE];
};

static struct ring __percpu *rings;

static void drain(struct work_struct *work);
static DECLARE_WORK(drain_work, drain);

static void drain_ring(struct ring *r)
{
	/* Pairs with the release in tcpwhy_events_push(). */
	u32 head = smp_load_acquire(&r->head), tail = r->tail;

	while (tail != head) {
		tcpwhy_netlink_notify(&r->events[tail % RING_SIZE]);
		tail++;
		/* Pairs with the acquire in tcpwhy_events_push(). */
		smp_store_release(&r->tail, tail);
		cond_resched();
	}
}

static void drain(struct work_struct *work)
{
	int cpu;

	for_each_possible_cpu(cpu)
		drain_ring(per_cpu_ptr(rings, cpu));
}

/**
 * tcpwhy_events_push() - tell whoever listens
 * @peer: whose event it was
 * @f: its finding, after the event
 * @header: the packet from its IP header on, NULL if there is none
 * @header_len: bytes of it
 *
 * Context: interrupts off, the table's lock held.
 * Return: whether tcpwhy_events_kick() is due, once that is released
 */
bool tcpwhy_events_push(const struct tcpwhy_peer *peer, const struct tcpwhy_finding *f,
			const u8 *header, u32 header_len)
{
	struct tcpwhy_event *e;
	struct ring *r;

	lockdep_assert_irqs_disabled();
	if (!tcpwhy_netlink_has_listener(peer->tn->net))
		return false;
	r = this_cpu_ptr(rings);
	/* Pairs with the release in drain_ring(): the entry has been read. */
	if (r->head - smp_load_acquire(&r->tail) == RING_SIZE) {
		r->lost++;
		tcpwhy_count(EVENTS_LOST);
		return false;
	}
	e = &r->events[r->head % RING_SIZE];
	e->peer = *peer;
	e->finding = *f;
	e->netns_id = peer->tn->id;
	e->lost = r->lost;
	e->header_len = header ? min_t(u32, header_len, sizeof(e->header)) : 0;
	memcpy(e->header, header, e->header_len);
	r->lost = 0;
	/* Pairs with the acquire in drain_ring(): the entry is complete. */
	smp_store_release(&r->head, r->head + 1);
	return true;
}

/**
 * tcpwhy_events_kick() - have the rings emptied
 *
 * Context: any but NMI; the table's lock is not held, as the workqueue has locks of its own,
 * and wakes somebody.
 */
void tcpwhy_events_kick(void)
{
	schedule_work(&drain_work);
}

u64 tcpwhy_events_bytes(void)
{
	return (u64)num_possible_cpus() * sizeof(struct ring);
}

/**
 * tcpwhy_events_init() - take the memory
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_events_init(void)
{
	rings = alloc_percpu(struct ring);
	return rings ? 0 : -ENOMEM;
}

/** tcpwhy_events_free() - wait for the work and give the memory back; nobody pushes any more */
void tcpwhy_events_free(void)
{
	cancel_work_sync(&drain_work);
	free_percpu(rings);
}
