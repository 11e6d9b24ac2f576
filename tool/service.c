// SPDX-License-Identifier: GPL-2.0
/* Which of two ports is the service's: that is what people call a connection by. */
#include <stdio.h>

#include "format.h"
#include "kernel.h"
#include "text.h"

static bool local_is_service(const struct row *row, uint16_t local, uint16_t remote)
{
	if (!local || !remote)
		return local;
	if (format_way(row->cause) != WAY_EITHER)
		return format_way(row->cause) == WAY_IN;
	if (kernel_listens(local))
		return true;
	/* a port that was given out by the kernel is no service's */
	if (kernel_ephemeral(local) != kernel_ephemeral(remote))
		return !kernel_ephemeral(local);
	return local <= remote;
}

uint16_t format_service(const struct row *row, bool *here)
{
	uint16_t local = row->has & ROW_HAS_LPORT ? row->lport : 0;
	uint16_t remote = row->has & ROW_HAS_RPORT ? row->rport : 0;

	*here = local_is_service(row, local, remote);
	return *here ? local : remote;
}

const char *format_where(const struct row *row, char buf[FORMAT_WHERE_SIZE])
{
	char comm[4 * COMM_SIZE], port[16] = "";
	bool here;
	uint16_t number = format_service(row, &here);

	if (number)
		snprintf(port, sizeof(port), "%s:%u", here ? "" : "->", number);
	text_escape(comm, sizeof(comm), row->comm);
	snprintf(buf, FORMAT_WHERE_SIZE, "%s%s%s", port, number && *comm ? " " : "", comm);
	return *buf ? buf : "-";
}
