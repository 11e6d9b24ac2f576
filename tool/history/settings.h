/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_SETTINGS_H
#define TCPWHY_SETTINGS_H

#include "netlink.h"

/*
 * What `tcpwhy set` was told, in a file: a module that is loaded anew gets it from who loads it,
 * which is this tool, or from tcpwhy-watch.service.
 */

/* settings_apply() - give a fresh module what the file says; true if that is anything. What
 * cannot be read or applied is told on stderr, and is no reason to do without the rest.
 */
bool settings_apply(struct client *client, const struct status *status);

/* settings_remember() - @config comes on top of what the file says; 0, or -1 with @fault */
int settings_remember(const struct config *config, struct fault *fault);

#endif
