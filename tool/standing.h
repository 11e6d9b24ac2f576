/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_STANDING_H
#define TCPWHY_STANDING_H

#include "causes/causes.h"
#include "model.h"

/* What the module has found of a peer and a probe must not deny. */
struct standing {
	bool there;
	struct row row;			/* its evidence is not kept */
	unsigned int size_fails;	/* bytes that vanish, or 0 */
};

/*
 * standing_find() - the worst finding of a peer that is about the size of
 * packets: what else ails it, no probe can deny. None where the module is not loaded, or this user
 * may not ask it: a probe works without.
 */
void standing_find(const struct address *peer, struct standing *standing);

/* standing_way() - which way those packets go */
enum size_way standing_way(const struct standing *standing);

#endif
