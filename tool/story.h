/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_STORY_H
#define TCPWHY_STORY_H

#include "json.h"
#include "model.h"
#include "text.h"

/* story_write() - a finding as a page of @width columns; @netns: name it, too */
void story_write(const struct row *row, size_t width, bool netns, struct text *page);

/* story_json() - all findings of one peer */
void story_json(const struct rows *rows, struct json *json);

#endif
