// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd.h"
#include "exporter.h"
#include "text.h"

/* The first one that systemd hands over: sd_listen_fds(3) */
#define HANDED_OVER 3

static bool handed_over(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

	return pid && count && strtol(pid, NULL, 10) == getpid() && strtol(count, NULL, 10) > 0;
}

/* "[ADDRESS]:PORT" or "ADDRESS:PORT", in two */
static int split(const char *word, char address[64], char port[8])
{
	const char *colon = strrchr(word, ':');
	size_t length = colon ? (size_t)(colon - word) : 0;

	if (!length || strlen(colon + 1) >= 8 || !colon[1])
		return -1;
	if (*word == '[' && colon[-1] == ']') {
		word++;
		length -= 2;
	} else if (memchr(word, ':', length)) {
		return -1;
	}
	if (!length || length >= 64)
		return -1;
	snprintf(address, 64, "%.*s", (int)length, word);
	snprintf(port, 8, "%s", colon + 1);
	return 0;
}

static int listen_on(const struct addrinfo *info)
{
	int on = 1, why, fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind(fd, info->ai_addr, info->ai_addrlen) && !listen(fd, 16))
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

int exporter_socket(const char *word, struct fault *fault)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
					.ai_socktype = SOCK_STREAM };
	char address[64], port[8], shown[80];
	struct addrinfo *info;
	int fd;

	if (handed_over()) {
		fcntl(HANDED_OVER, F_SETFD, FD_CLOEXEC);
		fcntl(HANDED_OVER, F_SETFL, fcntl(HANDED_OVER, F_GETFL) | O_NONBLOCK);
		return HANDED_OVER;
	}
	text_escape(shown, sizeof(shown), word);
	if (split(word, address, port) || getaddrinfo(address, port, &hints, &info)) {
		fault_set(fault, EXIT_USAGE, "--listen: '%s' is not an address and a port, as in "
			  "127.0.0.1:9989 or [::1]:9989", shown);
		return -1;
	}
	fd = listen_on(info);
	if (fd < 0)
		fault_set(fault, EXIT_OTHER, "cannot listen on %s: %s", shown, strerror(errno));
	freeaddrinfo(info);
	return fd;
}
