/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the kernel's as store/cache.[ch] use, for user space. There, who waits lets others run. */
#ifndef TCPWHY_SHIM_LINUX_SPINLOCK_H
#define TCPWHY_SHIM_LINUX_SPINLOCK_H

#include <sched.h>

#define __acquires(lock)
#define __releases(lock)
#ifndef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#endif

typedef struct {
	int taken;
} raw_spinlock_t;

#define raw_spin_lock_init(lock)	__atomic_store_n(&(lock)->taken, 0, __ATOMIC_RELAXED)

#define raw_spin_lock_irqsave(lock, flags) do {					\
	while (__atomic_exchange_n(&(lock)->taken, 1, __ATOMIC_ACQUIRE))	\
		sched_yield();							\
	(flags) = 0;								\
} while (0)

#define raw_spin_unlock_irqrestore(lock, flags) do {			\
	__atomic_store_n(&(lock)->taken, 0, __ATOMIC_RELEASE);		\
	(void)(flags);							\
} while (0)

#endif /* TCPWHY_SHIM_LINUX_SPINLOCK_H */
