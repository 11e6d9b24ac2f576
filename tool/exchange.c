// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "cmd.h"
#include "exchange.h"
#include "text.h"

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(msg));
	struct exchange *exchange = arg;
	int err;

	if (!genlmsg_valid_hdr(nlmsg_hdr(msg), 0) || !exchange->parse)
		return NL_OK;
	err = exchange->parse(genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0),
			      exchange->arg);
	if (err < 0)
		exchange->error = err;
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	(void)msg;
	exchange->done = true;
	return NL_STOP;
}

static void take_extack(struct exchange *exchange, struct nlattr *attrs, int len)
{
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, len, rest) {
		char *text;

		if (nla_type(attr) != NLMSGERR_ATTR_MSG)
			continue;
		text = strndup(nla_data(attr), nla_len(attr));
		text_escape(exchange->extack, sizeof(exchange->extack), text);
		free(text);
	}
}

/* The end of a dump carries its error, and extack, where it failed half way. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct exchange *exchange = arg;
	int error;

	exchange->done = true;
	if (nlmsg_datalen(header) < (int)sizeof(error))
		return NL_STOP;
	memcpy(&error, nlmsg_data(header), sizeof(error));
	if (error < 0)
		exchange->error = error;
	if (header->nlmsg_flags & NLM_F_ACK_TLVS)
		take_extack(exchange, nlmsg_attrdata(header, sizeof(error)),
			    nlmsg_attrlen(header, sizeof(error)));
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *header = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	struct exchange *exchange = arg;
	size_t skip = sizeof(*error);

	(void)from;
	exchange->done = true;
	exchange->error = error->error;
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return NL_STOP;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (skip < (size_t)nlmsg_datalen(header))
		take_extack(exchange, nlmsg_attrdata(header, skip),
			    nlmsg_attrlen(header, skip));
	return NL_STOP;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	(void)msg;
	exchange->interrupted = true;
	return NL_OK;
}

void exchange_fault(struct fault *fault, const struct exchange *exchange)
{
	const char *extack = exchange->extack;

	switch (-exchange->error) {
	case EPERM:
	case EACCES:
		if (*extack)
			fault_set(fault, EXIT_RIGHT, "%s", extack);
		else
			fault_set(fault, EXIT_RIGHT, "this needs CAP_NET_ADMIN in this network "
				  "namespace: run it as root, or: sudo tcpwhy ...");
		break;
	case EOPNOTSUPP:
		fault_set(fault, EXIT_MODULE, "the loaded module does not know this request: "
			  "tool and module are of different versions%s%s",
			  *extack ? ": " : "", extack);
		break;
	case EINVAL:
	case ERANGE:
		fault_set(fault, EXIT_USAGE, "the module refused this: %s",
			  *extack ? extack : strerror(-exchange->error));
		break;
	case EBADMSG:
		fault_set(fault, EXIT_MODULE, "the module's answer makes no sense: "
			  "tool and module do not match");
		break;
	default:
		fault_set(fault, EXIT_OTHER, "the module refused this: %s",
			  *extack ? extack : strerror(-exchange->error));
	}
}

int exchange_run(struct nl_sock *sock, struct nl_msg *msg, struct exchange *exchange,
		 struct fault *fault)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err = cb ? 0 : -NLE_NOMEM;

	if (!err) {
		nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, exchange);
		nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, exchange);
		nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, exchange);
		nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, exchange);
		nl_cb_err(cb, NL_CB_CUSTOM, on_error, exchange);
		err = nl_send_auto(sock, msg);
	}
	nlmsg_free(msg);
	while (err >= 0 && !exchange->done)
		err = nl_recvmsgs(sock, cb);
	nl_cb_put(cb);
	if (exchange->error) {
		exchange_fault(fault, exchange);
		return -1;
	}
	if (err < 0) {
		fault_set(fault, EXIT_OTHER, "netlink: %s", nl_geterror(err));
		return -1;
	}
	return 0;
}
