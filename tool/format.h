/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_FORMAT_H
#define TCPWHY_FORMAT_H

#include "causes/causes.h"
#include "json.h"
#include "model.h"

/* Enough for anything below but the evidence. */
#define FORMAT_SIZE 64
#define FORMAT_WHERE_SIZE 96

/* All write into @buf and return it. */
const char *format_address(const struct address *address, char buf[FORMAT_SIZE]);
/* format_duration() - "412ms", "1.4s", "41s", "14m", "5h", "3d" */
const char *format_duration(uint64_t ns, char buf[FORMAT_SIZE]);
/* format_age() - the same in whole seconds at least: "0s", "41s", "14m" */
const char *format_age(uint64_t ns, char buf[FORMAT_SIZE]);
/* format_ms() - the same, given in milliseconds, with a space before the unit */
const char *format_ms(uint64_t ms, char buf[FORMAT_SIZE]);
/* format_idle() - milliseconds, in seconds up to a day: time limits are given in them */
const char *format_idle(uint64_t ms, char buf[FORMAT_SIZE]);
/* format_idle_range() - "350 s", or "350 s to 362 s" */
const char *format_idle_range(uint64_t least, uint64_t most, char buf[FORMAT_SIZE]);
/* format_clock() - wall clock: 14:02:11 today, else with the day before it */
const char *format_clock(uint64_t boot_ns, char buf[FORMAT_SIZE]);
/* format_clock_ms() - wall clock with milliseconds, for a stream of events */
const char *format_clock_ms(uint64_t boot_ns, char buf[FORMAT_SIZE]);
/* format_iso() - ISO 8601 with milliseconds and offset */
const char *format_iso(uint64_t boot_ns, char buf[FORMAT_SIZE]);
/* format_rate() - events a second, from events a 1000 s */
const char *format_rate(uint32_t per_1000s, char buf[FORMAT_SIZE]);
/* format_bytes() - "412 B", "7.2 MiB" */
const char *format_bytes(uint64_t bytes, char buf[FORMAT_SIZE]);
/* format_service() - of the two ports the one that does not change, or 0 (service.c) */
uint16_t format_service(const struct row *row, bool *here);
/* format_way() - who opened the connection, where the cause tells; an abort may hit either kind */
enum way format_way(uint32_t cause);
/*
 * format_ports() - ":8080 <- :45000", or what is known of it; "->" for a
 * connection from here, "<->" for one that may be from either side
 */
const char *format_ports(const struct row *row, char buf[FORMAT_SIZE]);

/* format_where() - ":443 nginx", "->:5432 app": the service here, or the one there, and who acted */
const char *format_where(const struct row *row, char buf[FORMAT_WHERE_SIZE]);

/* format_syn_changed() - "TTL, MSS"; what is unknown comes as "bit 5" */
const char *format_syn_changed(uint64_t bits, char buf[FORMAT_SIZE]);

/* Enough for a name whose every byte has to be escaped, and a number. */
#define PROCESS_SIZE 80

/* format_process() - "nginx[1234]", "pid 1234", "nginx", or "" where none acted */
const char *format_process(const struct row *row, char buf[PROCESS_SIZE]);

/*
 * format_evidence() - all of it as name=value,..., for scripts (evidence.c).
 * Values are numbers, or the ABI's words for them where it has some.
 */
void format_evidence(const struct row *row, char *buf, size_t size);
/* format_evidence_json() - the same as an object */
void format_evidence_json(const struct row *row, struct json *json, const char *key);

/* format_what() - the evidence of a finding in one short line (causes/line.c) */
void format_what(const struct row *row, char *buf, size_t size);

#endif
