// SPDX-License-Identifier: GPL-2.0
/* How a request ends: the callbacks of exchange.c, fed as libnl would feed them. */
#include "../exchange.c"

#include "unit.h"

/* An error as the kernel builds it: the request or only its header, then the text. */
static struct nl_msg *refusal(int error, uint16_t flags, const char *text)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *header = nlmsg_put(msg, 0, 1, NLMSG_ERROR, 0, flags);
	struct nlmsgerr body = { .error = error, .msg.nlmsg_len = NLMSG_HDRLEN + 8 };

	nlmsg_append(msg, &body, sizeof(body), 0);
	if (!(flags & NLM_F_CAPPED))
		nlmsg_append(msg, "\x08\0\x02\0....", 8, 0);
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	return header ? msg : NULL;
}

static void refuse(struct exchange *exchange, struct nl_msg *msg)
{
	memset(exchange, 0, sizeof(*exchange));
	on_error(NULL, nlmsg_data(nlmsg_hdr(msg)), exchange);
	nlmsg_free(msg);
}

static void the_kernels_words_are_found_behind_the_request(void)
{
	struct exchange exchange;
	struct fault fault;

	refuse(&exchange, refusal(-EINVAL, NLM_F_ACK_TLVS, "no such cause"));
	EXPECT(exchange.done && exchange.error == -EINVAL);
	EXPECT_TEXT(exchange.extack, "no such cause");
	refuse(&exchange, refusal(-EINVAL, NLM_F_ACK_TLVS | NLM_F_CAPPED, "no such cause"));
	EXPECT_TEXT(exchange.extack, "no such cause");
	exchange_fault(&fault, &exchange);
	EXPECT(fault.exit == EXIT_USAGE);
	EXPECT_TEXT(fault.text, "the module refused this: no such cause");
}

static void a_refusal_without_words_is_still_explained(void)
{
	struct exchange exchange;
	struct fault fault;

	refuse(&exchange, refusal(-EPERM, 0, NULL));
	EXPECT_TEXT(exchange.extack, "");
	exchange_fault(&fault, &exchange);
	EXPECT(fault.exit == EXIT_RIGHT && strstr(fault.text, "CAP_NET_ADMIN"));
	refuse(&exchange, refusal(-EOPNOTSUPP, NLM_F_CAPPED, NULL));
	exchange_fault(&fault, &exchange);
	EXPECT(fault.exit == EXIT_MODULE);
	refuse(&exchange, refusal(-ENOMEM, NLM_F_CAPPED, NULL));
	exchange_fault(&fault, &exchange);
	EXPECT(fault.exit == EXIT_OTHER && strstr(fault.text, "Cannot allocate memory"));
}

static void words_of_the_kernel_are_escaped(void)
{
	struct exchange exchange;

	refuse(&exchange, refusal(-EINVAL, NLM_F_ACK_TLVS | NLM_F_CAPPED, "a\033[2Jb"));
	EXPECT_TEXT(exchange.extack, "a\\x1b[2Jb");
}

static void a_dump_that_fails_half_way_is_no_success(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct exchange exchange = { 0 };
	int error = -EAGAIN;

	nlmsg_put(msg, 0, 1, NLMSG_DONE, 0, NLM_F_MULTI | NLM_F_ACK_TLVS);
	nlmsg_append(msg, &error, sizeof(error), 0);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "again");
	on_finish(msg, &exchange);
	EXPECT(exchange.done && exchange.error == -EAGAIN);
	EXPECT_TEXT(exchange.extack, "again");
	nlmsg_free(msg);
}

static void a_dump_that_ends_is_done(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct exchange exchange = { 0 };

	nlmsg_put(msg, 0, 1, NLMSG_DONE, 0, NLM_F_MULTI);
	on_finish(msg, &exchange);
	EXPECT(exchange.done && !exchange.error);
	on_interrupted(msg, &exchange);
	EXPECT(exchange.interrupted);
	nlmsg_free(msg);
}

const struct unit_test exchange_tests[] = {
	TEST(the_kernels_words_are_found_behind_the_request),
	TEST(a_refusal_without_words_is_still_explained),
	TEST(words_of_the_kernel_are_escaped),
	TEST(a_dump_that_fails_half_way_is_no_success),
	TEST(a_dump_that_ends_is_done),
	{ 0 }
};
