// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "socket.h"

/* A socket stays in the namespace it was made in. */
static int make_in_other(void)
{
	static int own = -1, other = -1;
	int fd;

	if (own < 0) {
		own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		other = open("/run/netns/other", O_RDONLY | O_CLOEXEC);
	}
	if (setns(other, CLONE_NEWNET))
		fail("setns");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (setns(own, CLONE_NEWNET))
		fail("setns");
	return fd;
}

static struct sockaddr_in address_of(const struct path *path)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(path->port),
	};

	if (inet_pton(AF_INET, path->address, &address.sin_addr) != 1)
		fail(path->address);
	return address;
}

int listen_on(const struct path *path)
{
	struct sockaddr_in address = address_of(path);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4096))
		fail("listen");
	return fd;
}

/* The address is made each time: a dozen instructions beside thousands. */
int try_connect(const struct path *path)
{
	struct sockaddr_in address = address_of(path);
	int fd = path->other ? make_in_other() : socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		fail("socket");
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

int connect_to(const struct path *path)
{
	int fd = try_connect(path);

	if (fd < 0)
		fail("connect");
	return fd;
}

int accept_from(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		fail("accept");
	return fd;
}

void set_sysctl(const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail(path);
	close(fd);
}
