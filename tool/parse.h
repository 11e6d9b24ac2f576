/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PARSE_H
#define TCPWHY_PARSE_H

#include <netlink/attr.h>

#include "model.h"

/*
 * From the attributes of a message to values. Nothing of the kernel's side is
 * trusted: what is truncated, of a wrong size or unknown is left out, or kept
 * by number where a reader is to see it. @attrs and @len are the attributes
 * after the genetlink header.
 */

/* parse_peer() - append the findings of a message; their number, or -EBADMSG
 * if there is no peer in it, or -ENOMEM
 */
int parse_peer(struct nlattr *attrs, int len, struct rows *rows);
/* parse_status() - 0, -EBADMSG if there is no status in it, or -ENOMEM */
int parse_status(struct nlattr *attrs, int len, struct status *status);
/* parse_event() - 0, -EBADMSG or -ENOMEM; free with event_free() also then */
int parse_event(struct nlattr *attrs, int len, struct event *event);
/* parse_removed() - 0 or -EBADMSG */
int parse_removed(struct nlattr *attrs, int len, uint32_t *removed);

#endif
