// SPDX-License-Identifier: GPL-2.0
/* A device of this host that drops what is too large for it. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "kernel.h"
#include "line.h"

/* RFC 8200, 5: with less an interface has no IPv6 */
#define LEAST_IPV6 1280
/* RFC 791: what each link carries */
#define LEAST_IPV4 68

static void facts(const struct row *row, const char *device, struct story *story)
{
	uint64_t size, times, ms, mtu, beyond;
	char lasted[FORMAT_SIZE];

	if (EVIDENCE(row, SIZE_FAILS, &size) && EVIDENCE(row, RETRIES, &times))
		story_evidence(story, "the same packet of %" PRIu64 " bytes was dropped %" PRIu64 " times, "
			       "on this host", size, times);
	if (EVIDENCE(row, STALL, &ms))
		story_evidence(story, "%s from the first to this verdict", format_ms(ms, lasted));
	if (EVIDENCE(row, MTU, &mtu) && EVIDENCE(row, MTU_BEYOND, &beyond))
		story_evidence(story, "the MTU of %s is %" PRIu64 ", and the device behind it takes %"
			       PRIu64, device, mtu, beyond);
}

static void remedies(const struct row *row, const char *name, struct story *story)
{
	uint64_t mtu = EVIDENCE_OR_0(row, MTU), beyond = EVIDENCE_OR_0(row, MTU_BEYOND);
	bool six = row->peer.size != 4;
	char command[FORMAT_SIZE];

	snprintf(command, sizeof(command), "ip link set dev %s mtu %" PRIu64, name, beyond);
	if (*name && mtu && beyond >= (six ? LEAST_IPV6 : LEAST_IPV4))
		story_remedy(story, WHERE_HERE, command, "holds at once, for open connections too "
			     "('ip link set dev %s mtu %" PRIu64 "' undoes it). Whatever makes the "
			     "device has to be told as well: a CNI plugin, Docker, systemd-networkd%s",
			     name, mtu, beyond < LEAST_IPV6 ? ". Below 1280 the device loses its IPv6" :
							      "");
	story_remedy(story, "at its other end", NULL, "give the device behind it the larger MTU instead: of a "
		     "veth pair the other end, often a bridge's port on the host, and of a bridge "
		     "each of its ports");
}

static void device_mtu_drop(const struct row *row, struct story *story)
{
	uint64_t index = EVIDENCE_OR_0(row, DEVICE);
	char name[KERNEL_INTERFACE_SIZE], device[FORMAT_SIZE];

	if (kernel_interface(row->netns, index, name))
		snprintf(device, sizeof(device), "%s", name);
	else
		snprintf(device, sizeof(device), "interface %" PRIu64, index);
	story_what(story, "This host itself drops large packets to this peer as it sends them: the device "
		   "behind %s has a smaller MTU, and drops them silently. That is the other end of "
		   "a veth pair, or a port of a bridge. Small ones pass: the handshake and the request "
		   "succeed, and the rest never arrives.", device);
	facts(row, device, story);
	remedies(row, name, story);
	story_see(story, "nstat -az TcpExtTCPRetransFail TcpRetransSegs; ip -s link");
}

static void line_device(const struct row *row, struct line *line)
{
	uint64_t size, beyond, times;

	if (EVIDENCE(row, SIZE_FAILS, &size) && EVIDENCE(row, MTU_BEYOND, &beyond))
		line_add(line, "%" PRIu64 " bytes dropped here, a device takes %" PRIu64, size, beyond);
	else
		line_add(line, "large packets dropped here, by a device");
	if (EVIDENCE(row, RETRIES, &times))
		line_add(line, "%" PRIu64 " times", times);
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_DEVICE_MTU_DROP,
		.severity = TCPWHY_SEVERITY_TROUBLE,
		.name = "device-mtu-drop",
		.brief = "a device of this host drops large packets as they are sent",
		.what = "What this host sends to the peer in large packets is dropped by a device of its "
			"own that has a smaller MTU than the route: the other end of a veth pair, or a "
			"port of a bridge. No router says so, and TCP tries again until it gives up. "
			"Small ones pass. An event a connection.",
		.proof = "The same segment was dropped three times, and each time it was larger than the "
			 "device takes. The kernel's own test was made again on the packet.",
		.mistaken = "blackhole-send: the packets leave this host; timeout-retransmit, which a "
			    "connection that is given up for this is not counted as.",
		.evidence = "size_fails, device, mtu, mtu_beyond, retries, stall_ms",
		.remedy = "Give the device the MTU of what is behind it, or that one the larger MTU.",
		.counter = "TcpExtTCPRetransFail",
		.opener = WAY_EITHER,
		.line = line_device,
		.tell = device_mtu_drop,
	},
};

FAMILY(device_mtu);
