// SPDX-License-Identifier: GPL-2.0
/*
 * A ring, filled by the hooks and emptied by one work item: a hook can neither
 * sleep nor wait. A full ring loses the event and says so with the next one.
 * Nothing is copied while nobody listens.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "netlink.h"
#include "netns.h"
#include "stats.h"
#include "store/events.h"

/*
 * A program that ends resets all its connections at once, in one loop on one CPU. Meanwhile the
 * work item, on any other CPU, has to catch up: so much of a lead it gives. A power of two.
 */
#define RING_SIZE	512

static_assert(!(RING_SIZE & (RING_SIZE - 1)), "its indices wrap");
static_assert(sizeof(struct tcpwhy_event) <= 512, "a ring of 256 KiB");

/*
 * @head and @lost are written under the table's lock with interrupts off: by whichever hook
 * reports, in all contexts of hooks/observe.h. @tail is written by the work item. Each publishes
 * with a release what the other reads with an acquire.
 */
static struct {
	u32 head;
	u32 tail;
	u32 lost;
	struct tcpwhy_event *events;
} ring;

/* Unbound, as the CPU that fills the ring may be busy with that for long. */
static struct workqueue_struct *queue;

static void drain(struct work_struct *work);
static DECLARE_WORK(drain_work, drain);

static void drain(struct work_struct *work)
{
	/* Pairs with the release in tcpwhy_events_push(). */
	u32 head = smp_load_acquire(&ring.head), tail = ring.tail;

	while (tail != head) {
		tcpwhy_netlink_notify(&ring.events[tail % RING_SIZE]);
		tail++;
		/* Pairs with the acquire in tcpwhy_events_push(). */
		smp_store_release(&ring.tail, tail);
		cond_resched();
	}
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

	lockdep_assert_irqs_disabled();
	if (!tcpwhy_netlink_has_listener(peer->tn->net))
		return false;
	/* Pairs with the release in drain(): the entry has been read. */
	if (ring.head - smp_load_acquire(&ring.tail) == RING_SIZE) {
		ring.lost++;
		tcpwhy_count(EVENTS_LOST);
		return false;
	}
	e = &ring.events[ring.head % RING_SIZE];
	tcpwhy_peers_brief(peer, &e->peer);
	e->finding = *f;
	e->netns_id = peer->tn->id;
	e->lost = ring.lost;
	e->header_len = header ? min_t(u32, header_len, sizeof(e->header)) : 0;
	memcpy(e->header, header, e->header_len);
	ring.lost = 0;
	/* Pairs with the acquire in drain(): the entry is complete. */
	smp_store_release(&ring.head, ring.head + 1);
	return true;
}

/**
 * tcpwhy_events_kick() - have the ring emptied
 *
 * Context: any but NMI; the table's lock is not held, as the workqueue has locks of its own,
 * and wakes somebody.
 */
void tcpwhy_events_kick(void)
{
	queue_work(queue, &drain_work);
}

u64 tcpwhy_events_bytes(void)
{
	return RING_SIZE * sizeof(*ring.events);
}

/**
 * tcpwhy_events_init() - take the memory
 *
 * Return: 0 or -ENOMEM
 */
int tcpwhy_events_init(void)
{
	ring.events = kvcalloc(RING_SIZE, sizeof(*ring.events), GFP_KERNEL);
	if (!ring.events)
		return -ENOMEM;
	queue = alloc_workqueue("tcpwhy_events", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!queue) {
		kvfree(ring.events);
		return -ENOMEM;
	}
	return 0;
}

/** tcpwhy_events_free() - wait for the work and give the memory back; nobody pushes any more */
void tcpwhy_events_free(void)
{
	cancel_work_sync(&drain_work);
	destroy_workqueue(queue);
	kvfree(ring.events);
}
