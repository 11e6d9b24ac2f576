/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PROBE_H
#define TCPWHY_PROBE_H

#include "probe_socket.h"

struct probe_settings {
	uint64_t interval;		/* ns, from one packet to the next */
	uint64_t timeout;		/* ns, for which an answer is waited for */
	unsigned int top;		/* the largest size that this host sends */
	unsigned int suspect;		/* one that is said to vanish, or 0 */
	bool brief;			/* only whether the largest passes */
	/* may be NULL; @fails is 0 as long as no size is known to */
	void (*step)(const struct probe_peer *peer, unsigned int size, unsigned int passes,
		     unsigned int fails);
};

enum probe_verdict {
	PROBE_FULL,			/* all that this host can send passes */
	PROBE_TOLD,			/* less does, and a router says how much */
	PROBE_MISLED,			/* a router says how much, and that is wrong */
	PROBE_BLACKHOLE,		/* less does, and nobody says so */
	PROBE_HOLE,			/* sizes in between do not, larger and smaller ones do */
	PROBE_BELOW_MINIMUM,		/* not even what IPv6 must carry everywhere */
	PROBE_NO_ANSWER,		/* nothing came back, whatever the size */
	PROBE_UNSTEADY,			/* answers came, and then no more */
};

struct probe_result {
	enum probe_verdict verdict;
	unsigned int mtu;		/* the largest size that passes, or 0 */
	unsigned int fails;		/* the smallest that does not, or 0 */
	unsigned int fails_to;		/* of PROBE_HOLE: the largest that does not */
	bool swept;			/* of PROBE_FULL: smaller ones were tried as well, and pass */
	unsigned int router;		/* of which size somebody said "too big", or 0: */
	struct address router_address;	/* none: this host itself */
	unsigned int router_mtu;	/* what would pass, as it says */
	int error;			/* the latest other refusal, an errno, or 0 */
	struct address error_from;
	unsigned int sent, answered;
	uint64_t rtt;			/* ns, the shortest; 0: there was no answer */
};

/* probe_run() - find the size; 0, or -1 with @fault filled in */
int probe_run(struct probe_socket *sock, const struct probe_peer *peer,
	      const struct probe_settings *settings, struct probe_result *result,
	      struct fault *fault);

#endif
