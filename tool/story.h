/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_STORY_H
#define TCPWHY_STORY_H

#include "causes/advice.h"
#include "json.h"
#include "model.h"
#include "text.h"

/* story_write() - a finding as a page of @width columns; @netns: name it, too */
void story_write(const struct row *row, size_t width, bool netns, struct text *page);

/* story_width() - of standard output, as far as it has one */
size_t story_width(void);
/* story_body() - the same without its heading, for what is told and is no finding */
void story_body(const struct story *story, size_t width, struct text *page);
/* story_body_json() - its parts, into an object that is open */
void story_body_json(const struct story *story, struct json *json);

/* story_json() - all findings of one peer */
void story_json(const struct rows *rows, const struct status *status, struct json *json);

#endif
