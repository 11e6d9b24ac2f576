/* SPDX-License-Identifier: GPL-2.0 */
/* Of TLS, no more than tells a hello and a goodbye. */
#ifndef TCPWHY_CORE_TLS_H
#define TCPWHY_CORE_TLS_H

/* Type, version and length: RFC 8446, 5.1 */
#define TCPWHY_TLS_HEADER	5

/* Types of records, and of a handshake's first message: RFC 8446, 5.1 and 4 */
#define TCPWHY_TLS_ALERT	21
#define TCPWHY_TLS_HANDSHAKE	22
#define TCPWHY_TLS_DATA		23
#define TCPWHY_TLS_CLIENT_HELLO	1

/*
 * Lengths of an encrypted alert, without the header. TLS 1.3: the two bytes of an alert, its real
 * type, and the tag, of 16 bytes for all ciphers but CCM_8 (RFC 8446, 5.2). TLS 1.2 with
 * ChaCha20-Poly1305 (RFC 7905); and with GCM, which sends 8 bytes of its nonce as well (RFC 5288,
 * 3).
 */
#define TCPWHY_TLS13_ALERT_LEN		19
#define TCPWHY_TLS12_CHACHA_ALERT_LEN	18
#define TCPWHY_TLS12_GCM_ALERT_LEN	26

#endif /* TCPWHY_CORE_TLS_H */
