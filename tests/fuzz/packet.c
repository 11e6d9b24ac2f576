// SPDX-License-Identifier: GPL-2.0
/* Arbitrary bytes as a packet of an arbitrary length on the wire. */
#include <stdlib.h>

#include "core/packet.h"

#define EXPECT(condition) do { if (!(condition)) __builtin_trap(); } while (0)

static void expect_ok(const struct tcpwhy_packet *p, u32 captured, u32 wire_len)
{
	u32 numbers = !!(p->flags & TCPWHY_SYN) + !!(p->flags & TCPWHY_FIN);

	EXPECT(p->header_len >= p->tcp_at + 20 && p->header_len <= p->tcp_at + 60);
	EXPECT(p->header_len <= captured && p->header_len <= wire_len);
	EXPECT(p->end_seq - p->seq == wire_len - p->header_len + numbers);
	EXPECT(p->has_mss || !p->mss);
	EXPECT(p->has_wscale || !p->wscale);
	EXPECT(p->has_ts || (!p->tsval && !p->tsecr));
	EXPECT(p->has_id || (!p->id && !p->df));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct tcpwhy_packet p, again, alone = { };
	enum tcpwhy_parse got;
	u32 wire_len, captured;
	u8 *bytes;

	if (size < sizeof(wire_len))
		return 0;
	memcpy(&wire_len, data, sizeof(wire_len));
	captured = size - sizeof(wire_len);
	/* Memory of just that size: ASan sees the first byte read beyond it. */
	bytes = malloc(captured);
	memcpy(bytes, data + sizeof(wire_len), captured);

	memset(&p, 0xff, sizeof(p));
	got = tcpwhy_packet_parse(&p, bytes, captured, wire_len);
	EXPECT(got <= TCPWHY_PARSE_MALFORMED);
	if (got == TCPWHY_PARSE_OK)
		expect_ok(&p, captured, wire_len);
	else if (got == TCPWHY_PARSE_NOT_TCP || got == TCPWHY_PARSE_FRAGMENT)
		EXPECT(captured >= 20 && (bytes[0] >> 4 == 6 || tcpwhy_addr_is_v4(&p.saddr)));
	memset(&again, 0, sizeof(again));
	EXPECT(tcpwhy_packet_parse(&again, bytes, captured, wire_len) == got);
	EXPECT(got != TCPWHY_PARSE_OK || p.has_id == tcpwhy_addr_is_v4(&p.saddr));
	EXPECT(got != TCPWHY_PARSE_OK ||
	       (again.end_seq == p.end_seq && again.options == p.options));

	if (tcpwhy_packet_parse_tcp(&alone, bytes, captured, wire_len) == TCPWHY_PARSE_OK)
		expect_ok(&alone, captured, wire_len);
	free(bytes);
	return 0;
}
