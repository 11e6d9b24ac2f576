/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_SOCKET_H
#define BENCH_SOCKET_H

#include <stdint.h>

/**
 * struct path - how the two ends reach each other
 * @address: of the end that listens
 * @port: likewise; a port of its own for each operation keeps them apart
 * @other: whether who connects is in the other namespace
 */
struct path {
	const char *address;
	uint16_t port;
	int other;
};

int listen_on(const struct path *path);
int try_connect(const struct path *path);
int connect_to(const struct path *path);
int accept_from(int listener);
void set_sysctl(const char *name, const char *value);

#endif /* BENCH_SOCKET_H */
