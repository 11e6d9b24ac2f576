// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

#include "compat/mib.h"
#include "features.h"

enum table {
	LINUX,
	TCP, /* RFC 4022 */
	IP, /* RFC 4293 */
	IP6,
};

static const struct {
	const char *name;
	int item; /* 0: this kernel has no such counter */
	enum table table;
	enum tcpwhy_mib counted_as;
} mibs[TCPWHY_MIBS] = {
	[TCPWHY_MIB_PAWS_ESTAB] = {
		"TcpExtPAWSEstab", LINUX_MIB_PAWSESTABREJECTED, LINUX, TCPWHY_MIB_PAWS_ESTAB },
#ifdef TCPWHY_HAVE_MIB_PAWS_TIMEWAIT
	[TCPWHY_MIB_PAWS_TIMEWAIT] = {
		"TcpExtPAWSTimewait", LINUX_MIB_PAWS_TW_REJECTED, LINUX,
		TCPWHY_MIB_PAWS_TIMEWAIT },
#else
	[TCPWHY_MIB_PAWS_TIMEWAIT] = { NULL, 0, LINUX, TCPWHY_MIB_PAWS_ESTAB },
#endif
#ifdef TCPWHY_HAVE_MIB_PAWS_OLD_ACK
	[TCPWHY_MIB_PAWS_OLD_ACK] = {
		"TcpExtPAWSOldAck", LINUX_MIB_PAWS_OLD_ACK, LINUX, TCPWHY_MIB_PAWS_OLD_ACK },
#else
	[TCPWHY_MIB_PAWS_OLD_ACK] = { NULL, 0, LINUX, TCPWHY_MIB_PAWS_ESTAB },
#endif
	[TCPWHY_MIB_TIMEWAIT_OVERFLOW] = {
		"TcpExtTCPTimeWaitOverflow", LINUX_MIB_TCPTIMEWAITOVERFLOW, LINUX,
		TCPWHY_MIB_TIMEWAIT_OVERFLOW },
	[TCPWHY_MIB_OUT_RSTS] = { "TcpOutRsts", TCP_MIB_OUTRSTS, TCP, TCPWHY_MIB_OUT_RSTS },
	[TCPWHY_MIB_ESTAB_RESETS] = {
		"TcpEstabResets", TCP_MIB_ESTABRESETS, TCP, TCPWHY_MIB_ESTAB_RESETS },
	[TCPWHY_MIB_EMBRYONIC_RSTS] = {
		"TcpExtEmbryonicRsts", LINUX_MIB_EMBRYONICRSTS, LINUX,
		TCPWHY_MIB_EMBRYONIC_RSTS },
	[TCPWHY_MIB_REASM_TIMEOUT] = {
		"IpReasmTimeout", IPSTATS_MIB_REASMTIMEOUT, IP, TCPWHY_MIB_REASM_TIMEOUT },
	[TCPWHY_MIB_REASM6_TIMEOUT] = {
		"Ip6ReasmTimeout", IPSTATS_MIB_REASMTIMEOUT, IP6, TCPWHY_MIB_REASM6_TIMEOUT },
};

/**
 * tcpwhy_mib_name() - a counter's name in nstat
 * @mib: which
 *
 * Return: NULL if this kernel has no such counter
 */
const char *tcpwhy_mib_name(enum tcpwhy_mib mib)
{
	return mibs[mib].name;
}

/**
 * tcpwhy_mib_counted_as() - the counter that this kernel uses for it
 * @mib: which
 */
enum tcpwhy_mib tcpwhy_mib_counted_as(enum tcpwhy_mib mib)
{
	return mibs[mib].counted_as;
}

static u64 value_on(const struct net *net, enum tcpwhy_mib mib, int cpu)
{
	int item = mibs[mib].item;

	switch (mibs[mib].table) {
	case TCP:
		return READ_ONCE(per_cpu_ptr(net->mib.tcp_statistics, cpu)->mibs[item]);
	case IP:
		return READ_ONCE(per_cpu_ptr(net->mib.ip_statistics, cpu)->mibs[item]);
	case IP6:
#if IS_ENABLED(CONFIG_IPV6)
		/* Not there with ipv6.disable=1. */
		if (net->mib.ipv6_statistics)
			return READ_ONCE(per_cpu_ptr(net->mib.ipv6_statistics, cpu)->mibs[item]);
#endif
		return 0;
	default:
		return READ_ONCE(per_cpu_ptr(net->mib.net_statistics, cpu)->mibs[item]);
	}
}

/**
 * tcpwhy_mib_read() - the counters of a namespace
 * @net: namespace
 * @values: result; 0 where there is no such counter
 *
 * snmp_fold_field() is not in 7.x any more. A 32-bit machine's counter wraps.
 */
void tcpwhy_mib_read(const struct net *net, u64 values[TCPWHY_MIBS])
{
	int cpu, i;

	memset(values, 0, TCPWHY_MIBS * sizeof(*values));
	for_each_possible_cpu(cpu)
		for (i = 0; i < TCPWHY_MIBS; i++)
			if (mibs[i].name)
				values[i] += value_on(net, i, cpu);
}

/**
 * tcpwhy_mib_out_of_order() - segments that came before what should have come first
 * @net: namespace
 *
 * Return: TcpExtTCPOFOQueue
 */
u64 tcpwhy_mib_out_of_order(const struct net *net)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(net->mib.net_statistics,
					     cpu)->mibs[LINUX_MIB_TCPOFOQUEUE]);
	return sum;
}
