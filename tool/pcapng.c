// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pcapng.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
};

enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_PROGRAM = 4,
	INTERFACE_NAME = 2,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_TIME_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	PACKET_DROPPED = 4,
};

/* No more than PIPE_BUF, so that a pipe takes it whole or not at all. */
struct block {
	size_t size;
	uint8_t bytes[4096];
};

static void put(struct block *block, const void *data, size_t size)
{
	memcpy(block->bytes + block->size, data, size);
	block->size += size;
	while (block->size % 4)
		block->bytes[block->size++] = 0;
}

static void put_u32(struct block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

static void put_option(struct block *block, uint16_t code, const void *data, uint16_t size)
{
	const uint16_t head[] = { code, size };

	put(block, head, sizeof(head));
	put(block, data, size);
}

static void put_text(struct block *block, uint16_t code, const char *text)
{
	put_option(block, code, text, strnlen(text, PCAPNG_TEXT_MAX));
}

static void begin(struct block *block, uint32_t type)
{
	block->size = 0;
	put_u32(block, type);
	/* its length, once that is known */
	put_u32(block, 0);
}

static void take_back(int fd, off_t size)
{
	int err = errno;
	off_t end = lseek(fd, 0, SEEK_CUR);

	/* what is no regular file cannot, and has to keep it */
	if (size && end >= size && !ftruncate(fd, end - size))
		lseek(fd, end - size, SEEK_SET);
	errno = err;
}

static int write_whole(int fd, const uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t wrote = write(fd, bytes + done, size - done);

		if (wrote > 0) {
			done += wrote;
		} else if (!wrote || errno != EINTR || !done) {
			take_back(fd, done);
			return -1;
		}
	}
	return 0;
}

static int end(struct block *block, int fd)
{
	uint32_t size;

	put_option(block, OPTION_END, "", 0);
	size = block->size + sizeof(size);
	put_u32(block, size);
	memcpy(block->bytes + 4, &size, sizeof(size));
	return write_whole(fd, block->bytes, block->size);
}

int pcapng_section(int fd, const char *program)
{
	const uint16_t version[] = { 1, 0 };
	const int64_t length_unknown = -1;
	struct block block;

	begin(&block, BLOCK_SECTION);
	put_u32(&block, BYTE_ORDER_MAGIC);
	put(&block, version, sizeof(version));
	put(&block, &length_unknown, sizeof(length_unknown));
	put_text(&block, SECTION_PROGRAM, program);
	return end(&block, fd);
}

int pcapng_interface(int fd, enum pcapng_link link, const char *name, const char *description)
{
	const uint16_t linktype[] = { link, 0 };
	const uint8_t nanoseconds = 9;
	struct block block;

	begin(&block, BLOCK_INTERFACE);
	put(&block, linktype, sizeof(linktype));
	put_u32(&block, PCAPNG_BYTES_MAX);
	put_text(&block, INTERFACE_NAME, name);
	put_text(&block, INTERFACE_DESCRIPTION, description);
	put_option(&block, INTERFACE_TIME_RESOLUTION, &nanoseconds, sizeof(nanoseconds));
	return end(&block, fd);
}

int pcapng_packet(int fd, const struct pcapng_packet *packet)
{
	size_t captured = packet->captured < PCAPNG_BYTES_MAX ? packet->captured : PCAPNG_BYTES_MAX;
	const uint32_t direction = packet->direction;
	struct block block;

	begin(&block, BLOCK_PACKET);
	put_u32(&block, packet->interface);
	put_u32(&block, packet->when >> 32);
	put_u32(&block, packet->when);
	put_u32(&block, captured);
	put_u32(&block, packet->original);
	put(&block, packet->bytes, captured);
	put_text(&block, OPTION_COMMENT, packet->comment);
	if (direction)
		put_option(&block, PACKET_FLAGS, &direction, sizeof(direction));
	if (packet->dropped)
		put_option(&block, PACKET_DROPPED, &packet->dropped, sizeof(packet->dropped));
	return end(&block, fd);
}
