// SPDX-License-Identifier: GPL-2.0
/*
 * What a SYN looked like matters only if it opens a connection: until then its header lies
 * here as it came, not parsed and not believed: a damaged one gives way to the copy that TCP
 * accepts. One slot a hash: a flood of spoofed SYNs pushes out others that wait, and nothing
 * else. Whose SYN was pushed out is remembered without it.
 */
#include <linux/random.h>

#include "core/packet.h"
#include "netns.h"
#include "store/cache.h"
#include "store/syns.h"

#define KEYS	(2 + 2 * 4)

struct slot {
	u64 netns;
	u8 tcp_at;
	u8 len;
	u8 header[TCPWHY_SYN_MAX];
};

/* As many handshakes may be under way: at 100 ms each, 40 000 a second. */
#define SLOT_BITS	12
static const struct tcpwhy_cache_kind syn_kind = {
	.size = sizeof(struct slot), .words = 1, .ways = 1, .sets = BIT(SLOT_BITS),
};

/*
 * Locked by LOCAL_IN and the kprobes on tcp_timewait_state_process(), tcp_check_req() and
 * tcp_conn_request(): in softirq; with softirqs off; and, after NFQUEUE, in process context with
 * softirqs on, so that one could come in between and want the same slot. Nothing is locked inside.
 */
static struct tcpwhy_cache syns;

/* Of the namespace, the ports, and each word of the addresses. */
static u64 keys[KEYS];

/* Source and destination address lie side by side. */
static const u8 *addresses(const u8 *header, u32 *len)
{
	*len = header[0] >> 4 == 4 ? 8 : 32;
	return header + (header[0] >> 4 == 4 ? 12 : 8);
}

static __always_inline u32 word(const u8 *p)
{
	u32 w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/*
 * Multilinear hashing: without the keys nobody can tell which two collide (Lemire and Kaser,
 * "Strongly universal string hashing is fast", 2014, section 2). What is found is compared.
 */
static u32 slot_of(const struct tcpwhy_net *tn, const u8 *header, u32 tcp_at)
{
	u32 len, i;
	const u8 *addr = addresses(header, &len);
	u64 sum = keys[0] * (u32)tn->id + keys[1] * word(header + tcp_at) +
		  keys[2] * word(addr) + keys[3] * word(addr + 4);

	for (i = 2; i < len / 4; i++)
		sum += keys[2 + i] * word(addr + 4 * i);
	return sum >> (64 - SLOT_BITS);
}

/**
 * tcpwhy_syns_put() - put a SYN aside
 * @tn: namespace it came to
 * @header: its IP header
 * @tcp_at: where the TCP header begins
 * @len: bytes of both; a longer header than %TCPWHY_SYN_MAX is not kept
 *
 * Context: any but NMI.
 */
void tcpwhy_syns_put(const struct tcpwhy_net *tn, const u8 *header, u32 tcp_at, u32 len)
{
	struct tcpwhy_cache_set set;
	struct slot *slot;

	if (len > TCPWHY_SYN_MAX)
		return;
	tcpwhy_cache_lock(&syns, syn_kind, slot_of(tn, header, tcp_at), &set);
	slot = tcpwhy_cache_way(syn_kind, &set, 0);
	slot->netns = tn->id;
	slot->tcp_at = tcp_at;
	slot->len = len;
	memcpy(slot->header, header, len);
	tcpwhy_cache_unlock(&set);
}

static bool opened(const struct slot *slot, const u8 *header, u32 tcp_at, u32 isn)
{
	u32 len, len_then;
	const u8 *now = addresses(header, &len), *then = addresses(slot->header, &len_then);

	return len == len_then && !memcmp(now, then, len) &&
	       !memcmp(header + tcp_at, slot->header + slot->tcp_at, 4) &&
	       tcpwhy_get32(slot->header + slot->tcp_at + 4) == isn;
}

/**
 * tcpwhy_syns_take() - the SYN that opened a connection
 * @tn: namespace
 * @header: IP header of a later segment from the same side
 * @tcp_at: where its TCP header begins
 * @isn: the SYN's sequence number
 * @syn: result, room for %TCPWHY_SYN_MAX bytes
 *
 * Context: any but NMI.
 * Return: its bytes, 0 if it was pushed out
 */
u32 tcpwhy_syns_take(const struct tcpwhy_net *tn, const u8 *header, u32 tcp_at, u32 isn, u8 *syn)
{
	struct tcpwhy_cache_set set;
	struct slot *slot;
	u32 len = 0;

	tcpwhy_cache_lock(&syns, syn_kind, slot_of(tn, header, tcp_at), &set);
	slot = tcpwhy_cache_find(syn_kind, &set, &tn->id);
	if (slot && opened(slot, header, tcp_at, isn)) {
		len = slot->len;
		memcpy(syn, slot->header, len);
		tcpwhy_cache_end(slot);
	}
	tcpwhy_cache_unlock(&set);
	return len;
}

/** tcpwhy_syns_init() - take the memory, or return -ENOMEM */
int tcpwhy_syns_init(void)
{
	get_random_bytes(keys, sizeof(keys));
	return tcpwhy_cache_init(&syns, "tcpwhy_syns", &syn_kind, 0);
}
