/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_REQUEST_H
#define TCPWHY_REQUEST_H

#include <netlink/msg.h>

#include "filter.h"

/* What goes into a request, apart from how it is sent. 0 or -NLE_MSGSIZE. */
int request_filter(struct nl_msg *msg, const struct filter *filter);
/* only the namespace of the filter, for commands to which no more applies */
int request_netns(struct nl_msg *msg, const struct filter *filter);

#endif
