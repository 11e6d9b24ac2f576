/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_JSON_H
#define TCPWHY_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A writer of JSON on one line. @key is NULL inside an array and for the
 * outermost value. Strings may hold anything: control characters are escaped
 * and what is not UTF-8 becomes U+FFFD.
 */
struct json {
	FILE *out;
	bool comma;
};

void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key);
void json_array_end(struct json *json);
void json_string(struct json *json, const char *key, const char *value);
void json_uint(struct json *json, const char *key, uint64_t value);
void json_int(struct json *json, const char *key, int64_t value);
/* json_milli() - a number given in thousandths */
void json_milli(struct json *json, const char *key, uint64_t thousandths);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
/* json_break() - a new line between values, for those who read with a pager */
void json_break(struct json *json);
/* json_finish() - the line's end */
void json_finish(struct json *json);

#endif
