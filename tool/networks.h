/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_NETWORKS_H
#define TCPWHY_NETWORKS_H

#include <stdbool.h>

#include "fault.h"
#include "model.h"

/*
 * Networks that an operator has a name for, from a file of lines `CIDR NAME`. A name may stand for
 * several prefixes. Each name becomes a label of metrics, so their number is bounded.
 */

#define NETWORKS_MOST 50
#define NETWORKS_PREFIXES 1000
#define NETWORK_NAME_SIZE 64

/* What stands for peers in none of the networks, and for events whose peer is not known. */
extern const char network_other[], network_unknown[];

struct network_prefix {
	struct address address;
	uint8_t length;
	size_t name;
};

struct networks {
	char (*names)[NETWORK_NAME_SIZE];
	struct network_prefix *prefixes;
	size_t names_count, prefixes_count;
};

/* networks_read() - 0, or -1 with @fault filled in and @networks empty */
int networks_read(struct networks *networks, const char *path, struct fault *fault);
void networks_free(struct networks *networks);
/* networks_find() - the name of the longest prefix that the address is in, or network_other */
const char *networks_find(const struct networks *networks, const struct address *address);
/* network_name_valid() - letters, digits, and . _ : / - */
bool network_name_valid(const char *name);

#endif
