/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_NAMES_H
#define TCPWHY_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Long enough for each name below and for "evidence-4294967295". */
#define NAME_SIZE 32

/*
 * name_*() - the ABI's word for a number; what this tool does not know comes
 * back as its number, written into @buf ("cause-999")
 */
const char *name_severity(uint8_t severity, char buf[NAME_SIZE]);
const char *name_confidence(uint8_t confidence, char buf[NAME_SIZE]);
const char *name_source_state(uint8_t state, char buf[NAME_SIZE]);
const char *name_coverage(uint8_t coverage, char buf[NAME_SIZE]);
const char *name_evidence(uint16_t type, char buf[NAME_SIZE]);
const char *name_cause(uint32_t cause, char buf[NAME_SIZE]);
const char *name_tcp_state(uint8_t state, char buf[NAME_SIZE]);
const char *name_phase(uint64_t phase, char buf[NAME_SIZE]);
const char *name_origin(uint64_t origin, char buf[NAME_SIZE]);
const char *name_relay(uint64_t relay, char buf[NAME_SIZE]);
const char *name_fragment_reason(uint64_t reason, char buf[NAME_SIZE]);
const char *name_drop_reason(uint64_t reason, char buf[NAME_SIZE]);
const char *name_icmp(uint64_t kind, char buf[NAME_SIZE]);
/* name_protocol() - of IP: "UDP", or "protocol-253" */
const char *name_protocol(uint64_t protocol, char buf[NAME_SIZE]);
/* name_sign() - by the number of the bit in evidence "signs" */
const char *name_sign(unsigned int bit, char buf[NAME_SIZE]);
/* name_trait() - by the number of the bit in evidence "traits" */
const char *name_trait(unsigned int bit, char buf[NAME_SIZE]);
/* name_path_sign() - by the number of the bit in evidence "path_signs" */
const char *name_path_sign(unsigned int bit, char buf[NAME_SIZE]);
/* name_life() - by the number of the bit in evidence "life" */
const char *name_life(unsigned int bit, char buf[NAME_SIZE]);

/* parse_*() - the number of a word, or -1 */
int parse_severity(const char *word);
int parse_confidence(const char *word);

#endif
