/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TOPRC_H
#define TCPWHY_TOPRC_H

#include <limits.h>

#include "topview.h"

/*
 * The view that is kept from one call of top to the next: lines of "key value" in
 * $XDG_CONFIG_HOME/tcpwhy/toprc, or ~/.config/tcpwhy/toprc.
 */

/* toprc_save() - 0 with the @path it was saved under, or -1 with @fault filled in */
int toprc_save(const struct top *top, char path[PATH_MAX], struct fault *fault);
/*
 * toprc_load() - what was saved, except for what the command line says. What this tool does not
 * know is left out: a newer one may have saved it.
 */
void toprc_load(struct top *top);

#endif
