// SPDX-License-Identifier: GPL-2.0
/*
 * What the state of a socket does not tell, the stack does: which function is at work below
 * us. To find the name of a return address takes some 4500 instructions, so that each is
 * looked up once and remembered: these are places in the kernel's text, and few.
 */
#include <linux/atomic.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "hooks/caller.h"

/* Callers of interest are this deep at most: close() and ss -K come through some fifteen. */
#define FRAMES		24

#define PLACES_ORDER	10	/* 8 KiB: two frames of a stack seldom want the same place */
#define ENDINGS_ORDER	4	/* so many tasks may end listeners at once */

static const char *const names[TCPWHY_CALLERS] = {
	[TCPWHY_CALLER_ABORT] = "tcp_abort",
	[TCPWHY_CALLER_CHECK_REQ] = "tcp_check_req",
	[TCPWHY_CALLER_V4_ERR] = "tcp_v4_err",
	[TCPWHY_CALLER_V6_ERR] = "tcp_v6_err",
	[TCPWHY_CALLER_FORWARD] = "__dev_forward_skb",
	[TCPWHY_CALLER_FORWARD2] = "__dev_forward_skb2",
	[TCPWHY_CALLER_FORWARD_IN] = "dev_forward_skb",
	[TCPWHY_CALLER_BRIDGE] = "br_dev_queue_push_xmit",
	[TCPWHY_CALLER_MPTCP_DISCONNECT] = "mptcp_disconnect",
};

/*
 * A return address, without its top byte, and below it &enum tcpwhy_caller. Written and read
 * as one, without a lock, by any context that a hook runs in; a newer address takes the place
 * of an older one. Code that goes, of a module or a BPF program, may leave an address behind:
 * as %TCPWHY_CALLER_OTHER, since the functions that are told apart never go, but for
 * %TCPWHY_CALLER_BRIDGE.
 */
static atomic64_t places[1 << PLACES_ORDER];

/* tcp_abort(), and what the compiler cut off it: tcp_abort.part.0, tcp_abort.cold */
static bool is_of(const char *symbol, const char *function)
{
	size_t len = strlen(function);

	return !strncmp(symbol, function, len) && strchr(". ", symbol[len]);
}

static enum tcpwhy_caller look_up(unsigned long address)
{
	char symbol[KSYM_SYMBOL_LEN];
	int i;

	/* The call is before the address: what follows it may be another function's. */
	snprintf(symbol, sizeof(symbol), "%ps", (void *)(address - 1));
	for (i = TCPWHY_CALLER_OTHER + 1; i < TCPWHY_CALLERS; i++)
		if (is_of(symbol, names[i]))
			return i;
	return TCPWHY_CALLER_OTHER;
}

static enum tcpwhy_caller caller_of(unsigned long address)
{
	atomic64_t *place = &places[hash_long(address, PLACES_ORDER)];
	u64 known = atomic64_read(place), key = (u64)address << 8;

	if ((known ^ key) >> 8) {
		known = key | look_up(address);
		atomic64_set(place, known);
	}
	return known & 0xff;
}

/**
 * tcpwhy_caller_forwards() - is this where a device is given a packet, if that is not too large?
 * @address: to which the one who freed it returns
 *
 * Context: any but NMI.
 */
bool tcpwhy_caller_forwards(unsigned long address)
{
	switch (caller_of(address)) {
	case TCPWHY_CALLER_FORWARD:
	case TCPWHY_CALLER_FORWARD2:
	case TCPWHY_CALLER_FORWARD_IN:
		return true;
	case TCPWHY_CALLER_BRIDGE:
		/* The bridge's module may have gone, and another one have come to its place. */
		return look_up(address) == TCPWHY_CALLER_BRIDGE;
	default:
		return false;
	}
}

/**
 * tcpwhy_caller_is() - is a function at work below us?
 * @caller: which
 *
 * Some 12 000 instructions for the walk over the stack: only where nothing else decides,
 * and what others send must take from %TCPWHY_BUDGET_CALLERS first.
 *
 * Context: any but NMI. In softirq the stack of whoever was interrupted is seen as well.
 */
noinline bool tcpwhy_caller_is(enum tcpwhy_caller caller)
{
	unsigned long frames[FRAMES];
	unsigned int n, i;

	n = stack_trace_save(frames, FRAMES, 1);
	for (i = 0; i < n; i++)
		if (caller_of(frames[i]) == caller)
			return true;
	return false;
}

/* Between two children of a listener that ends pass microseconds; so much on a busy machine. */
#define ENDING_FRESH	(HZ / 10)

/**
 * struct ending - a listener ends, and next its children, all by the same task
 * @who: that task, and in the lowest bit whether it is an administrator
 * @at: when it was asked for last, in jiffies: later the task does something else
 *
 * Written and read by that task alone, but for another one that wants the same place: whose note
 * is gone looks for itself.
 */
struct ending {
	unsigned long who;
	unsigned long at;
};

static struct ending endings[1 << ENDINGS_ORDER];

static struct ending *ending_of_current(void)
{
	return &endings[hash_ptr(current, ENDINGS_ORDER)];
}

/* close() of the last descriptor has let go of the file. */
static bool is_closed(const struct sock *sk)
{
	const struct socket *sock = sk->sk_socket;

	return sock && sock->file && !file_count(sock->file);
}

/**
 * tcpwhy_caller_ends_listener() - a listener is about to end, and then its children
 * @sk: it, owned by current
 *
 * tcp_abort() ends them as close() does. It is asked for once, and not for each child.
 *
 * Context: process; in softirq nothing is noted.
 */
void tcpwhy_caller_ends_listener(const struct sock *sk)
{
	struct ending *ending = ending_of_current();
	bool by_admin;

	if (!in_task())
		return;
	by_admin = !is_closed(sk) && tcpwhy_caller_is(TCPWHY_CALLER_ABORT);
	WRITE_ONCE(ending->at, jiffies);
	WRITE_ONCE(ending->who, (unsigned long)current | by_admin);
}

/**
 * tcpwhy_caller_ended_listener_by_admin() - is the listener of this child ended by tcp_abort()?
 *
 * A note that nobody has asked for lately is of a listener that is gone.
 *
 * Context: process, the child being reset by whoever ends its listener.
 */
bool tcpwhy_caller_ended_listener_by_admin(void)
{
	struct ending *ending = ending_of_current();
	unsigned long who = READ_ONCE(ending->who);

	if ((who & ~1ul) != (unsigned long)current ||
	    time_after(jiffies, READ_ONCE(ending->at) + ENDING_FRESH))
		return tcpwhy_caller_is(TCPWHY_CALLER_ABORT);
	WRITE_ONCE(ending->at, jiffies);
	return who & 1;
}
