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

/* Counters of trouble that no cause names. That none is said is not that there is none. */
static const struct {
	const char *name;
	int item;
	enum table table;
} unnamed[TCPWHY_UNNAMED] = {
	{ "TcpExtListenOverflows", LINUX_MIB_LISTENOVERFLOWS, LINUX },
	{ "TcpExtListenDrops", LINUX_MIB_LISTENDROPS, LINUX },
	{ "TcpExtTCPReqQFullDrop", LINUX_MIB_TCPREQQFULLDROP, LINUX },
	{ "TcpExtTCPReqQFullDoCookies", LINUX_MIB_TCPREQQFULLDOCOOKIES, LINUX },
	{ "TcpExtSyncookiesFailed", LINUX_MIB_SYNCOOKIESFAILED, LINUX },
	{ "TcpExtTCPFastOpenListenOverflow", LINUX_MIB_TCPFASTOPENLISTENOVERFLOW, LINUX },
	{ "TcpExtTCPBacklogDrop", LINUX_MIB_TCPBACKLOGDROP, LINUX },
	{ "TcpExtTCPRcvQDrop", LINUX_MIB_TCPRCVQDROP, LINUX },
	{ "TcpExtTCPOFODrop", LINUX_MIB_TCPOFODROP, LINUX },
	{ "TcpExtPruneCalled", LINUX_MIB_PRUNECALLED, LINUX },
	{ "TcpExtRcvPruned", LINUX_MIB_RCVPRUNED, LINUX },
	{ "TcpExtOfoPruned", LINUX_MIB_OFOPRUNED, LINUX },
	{ "TcpExtTCPMemoryPressures", LINUX_MIB_TCPMEMORYPRESSURES, LINUX },
	{ "TcpExtTCPWqueueTooBig", LINUX_MIB_TCPWQUEUETOOBIG, LINUX },
	{ "TcpExtTCPMinTTLDrop", LINUX_MIB_TCPMINTTLDROP, LINUX },
	{ "TcpExtIPReversePathFilter", LINUX_MIB_IPRPFILTER, LINUX },
	{ "TcpInCsumErrors", TCP_MIB_CSUMERRORS, TCP },
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

static u64 value_on(const struct net *net, enum table table, int item, int cpu)
{
	switch (table) {
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
				values[i] += value_on(net, mibs[i].table, mibs[i].item, cpu);
}

/**
 * tcpwhy_mib_unnamed_name() - a counter of trouble that no cause names
 * @i: which, below %TCPWHY_UNNAMED
 *
 * Return: its name in nstat
 */
const char *tcpwhy_mib_unnamed_name(int i)
{
	return unnamed[i].name;
}

/**
 * tcpwhy_mib_read_unnamed() - what these counters have in a namespace
 * @net: namespace
 * @values: result
 */
void tcpwhy_mib_read_unnamed(const struct net *net, u64 values[TCPWHY_UNNAMED])
{
	int cpu, i;

	memset(values, 0, TCPWHY_UNNAMED * sizeof(*values));
	for_each_possible_cpu(cpu)
		for (i = 0; i < TCPWHY_UNNAMED; i++)
			values[i] += value_on(net, unnamed[i].table, unnamed[i].item, cpu);
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
