// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "clock.h"
#include "cmd.h"
#include "pcapng.h"
#include "text.h"
#include "verdict.h"

static int fail(const struct capture *capture, const char *what, struct fault *fault)
{
	char shown[256];
	int err = errno;

	fault_set(fault, EXIT_OTHER, "cannot %s %s: %s", what,
		  !strcmp(capture->path, "-") ? "standard output" :
		  text_escape(shown, sizeof(shown), capture->path), strerror(err));
	return -1;
}

int capture_open(struct capture *capture, const char *path, struct fault *fault)
{
	*capture = (struct capture) { .path = path, .fd = STDOUT_FILENO };
	if (strcmp(path, "-"))
		capture->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (capture->fd < 0)
		return fail(capture, "open", fault);
	if (isatty(capture->fd)) {
		fault_set(fault, EXIT_USAGE, "--write: a capture is not for a terminal; "
			  "name a file, or hand it on through a pipe");
		return -1;
	}
	if (pcapng_section(capture->fd, "tcpwhy " TCPWHY_TOOL_VERSION))
		return fail(capture, "write", fault);
	return 0;
}

/* The number of an event's interface, which it brings into the file; -1 with errno. */
static ssize_t interface_of(struct capture *capture, uint32_t netns, bool packets)
{
	struct capture_interface *interface;
	char buf[NETNS_NAME_SIZE], description[64];
	const char *name = netns_name(netns, buf);
	size_t count = capture->interfaces_count;

	for (size_t i = 0; i < count; i++)
		if (capture->interfaces[i].netns == netns &&
		    capture->interfaces[i].packets == packets &&
		    !strcmp(capture->interfaces[i].name, name))
			return i;
	interface = realloc(capture->interfaces, (count + 1) * sizeof(*interface));
	if (!interface)
		return -1;
	capture->interfaces = interface;
	snprintf(description, sizeof(description), "network namespace %u%s", netns,
		 packets ? "" : ", events without a packet");
	if (pcapng_interface(capture->fd, packets ? PCAPNG_RAW_IP : PCAPNG_EXPORTED, name,
			     description))
		return -1;
	interface += capture->interfaces_count++;
	interface->netns = netns;
	interface->packets = packets;
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	return count;
}

/* How long the packet was, by its own IP header. */
static size_t original_size(const struct event *event)
{
	const uint8_t *ip = event->header;
	size_t size = 0;

	if (ip[0] >> 4 == 4 && event->header_size >= 4)
		size = ip[2] << 8 | ip[3];
	else if (ip[0] >> 4 == 6 && event->header_size >= 6)
		size = 40 + (ip[4] << 8 | ip[5]);
	/* what offload has merged may be too long for that field, which is 0 then */
	return size > event->header_size ? size : event->header_size;
}

static enum pcapng_direction direction_of(const struct event *event)
{
	const struct address *peer = &event->rows.v[0].peer;
	unsigned int source = peer->size == 4 ? 12 : 8, destination = source + peer->size;
	bool from, to;

	if (event->header[0] >> 4 != (peer->size == 4 ? 4 : 6) ||
	    event->header_size < destination + peer->size)
		return PCAPNG_DIRECTION_UNKNOWN;
	from = !memcmp(event->header + source, peer->bytes, peer->size);
	to = !memcmp(event->header + destination, peer->bytes, peer->size);
	if (from == to)
		return PCAPNG_DIRECTION_UNKNOWN;
	return from ? PCAPNG_INBOUND : PCAPNG_OUTBOUND;
}

static int write_packet(struct capture *capture, const struct event *event, uint32_t interface,
			const char *comment)
{
	struct timespec wall = clock_wall(event->when);
	const struct pcapng_packet packet = {
		.interface = interface,
		.direction = direction_of(event),
		.when = wall.tv_sec * NSEC_PER_SEC + wall.tv_nsec,
		.bytes = event->header,
		.captured = event->header_size,
		.original = original_size(event),
		.dropped = capture->dropped,
		.comment = comment,
	};

	return pcapng_packet(capture->fd, &packet);
}

/* Tags of epan/exported_pdu.h of Wireshark. All numbers are in network order. */
enum {
	TAG_END = 0,
	TAG_DISSECTOR = 12,
	TAG_IPV4_SOURCE = 20,
	TAG_IPV6_SOURCE = 22,
	TAG_PORT_TYPE = 24,
	TAG_SOURCE_PORT = 25,
	TAG_DESTINATION_PORT = 26,
};

#define PORT_TYPE_TCP 2

struct exported {
	size_t size;
	uint8_t bytes[PCAPNG_BYTES_MAX];
};

/* Tags are few and short: only the text behind them may lack room. */
static void put_tag(struct exported *exported, uint16_t tag, const void *data, uint16_t size)
{
	const uint16_t head[] = { htons(tag), htons(size) };

	memcpy(exported->bytes + exported->size, head, sizeof(head));
	exported->size += sizeof(head);
	memcpy(exported->bytes + exported->size, data, size);
	exported->size += size;
}

static void put_number(struct exported *exported, uint16_t tag, uint32_t value)
{
	const uint32_t number = htonl(value);

	put_tag(exported, tag, &number, sizeof(number));
}

/* As if the peer had said it: then its address and the ports stand where those of packets do. */
static void export(const struct row *row, const char *text, struct exported *exported)
{
	/* shows text as it is; the name's size is a multiple of four, as each tag's has to be */
	static const char dissector[16] = "data-text-lines";
	size_t size = strlen(text);

	exported->size = 0;
	put_tag(exported, TAG_DISSECTOR, dissector, sizeof(dissector));
	put_tag(exported, row->peer.size == 4 ? TAG_IPV4_SOURCE : TAG_IPV6_SOURCE, row->peer.bytes,
		row->peer.size);
	put_number(exported, TAG_PORT_TYPE, PORT_TYPE_TCP);
	if (row->has & ROW_HAS_RPORT)
		put_number(exported, TAG_SOURCE_PORT, row->rport);
	if (row->has & ROW_HAS_LPORT)
		put_number(exported, TAG_DESTINATION_PORT, row->lport);
	put_tag(exported, TAG_END, "", 0);
	if (size > sizeof(exported->bytes) - exported->size)
		size = sizeof(exported->bytes) - exported->size;
	memcpy(exported->bytes + exported->size, text, size);
	exported->size += size;
}

static int write_text(struct capture *capture, const struct event *event, uint32_t interface,
		      const char *comment)
{
	struct timespec wall = clock_wall(event->when);
	struct exported exported;
	struct pcapng_packet packet = {
		.interface = interface,
		.when = wall.tv_sec * NSEC_PER_SEC + wall.tv_nsec,
		.bytes = exported.bytes,
		.dropped = capture->dropped,
		.comment = comment,
	};

	export(&event->rows.v[0], comment, &exported);
	packet.captured = packet.original = exported.size;
	return pcapng_packet(capture->fd, &packet);
}

int capture_event(struct capture *capture, const struct event *event, struct fault *fault)
{
	const struct row *row = &event->rows.v[0];
	char comment[VERDICT_SIZE];
	bool packet = event->header_size;
	ssize_t interface = interface_of(capture, row->netns, packet);

	verdict_comment(row, !packet, comment);
	if (interface < 0 ||
	    (packet ? write_packet : write_text)(capture, event, interface, comment))
		return fail(capture, "write", fault);
	capture->dropped = 0;
	capture->packets++;
	capture->without += !packet;
	return 0;
}

int capture_close(struct capture *capture, struct fault *fault)
{
	free(capture->interfaces);
	capture->interfaces = NULL;
	/* a file server may tell only now that its disk is full */
	if (close(capture->fd))
		return fail(capture, "write", fault);
	return 0;
}

void capture_tell(const struct capture *capture, FILE *out)
{
	char shown[256];

	fprintf(out, "tcpwhy: %lu packet%s written", capture->packets,
		capture->packets == 1 ? "" : "s");
	if (strcmp(capture->path, "-"))
		fprintf(out, " to %s", text_escape(shown, sizeof(shown), capture->path));
	if (capture->without)
		fprintf(out, ", %lu of them text: the event had no packet", capture->without);
	fputc('\n', out);
}
