// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "cmd.h"
#include "exporter.h"

/* Readers at a time, how long one may take, and what one may make us remember. */
#define CONNECTIONS 32
#define PATIENCE_S 10
#define REQUEST_BYTES (16 * 1024)

static struct MHD_Daemon *daemon_of_ours;

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      const char *type, const char *text, size_t len)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(len, (void *)text, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result say(struct MHD_Connection *connection, unsigned int status, const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8", text, strlen(text));
}

static enum MHD_Result metrics_page(struct MHD_Connection *connection)
{
	const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);
	struct metrics metrics = {
		.openmetrics = accept && strstr(accept, "application/openmetrics-text"),
	};
	enum MHD_Result result;

	watch_page(&metrics);
	result = answer(connection, MHD_HTTP_OK, metrics.openmetrics ?
			"application/openmetrics-text; version=1.0.0; charset=utf-8" :
			"text/plain; version=0.0.4; charset=utf-8",
			metrics.page.s, metrics.page.len);
	metrics_free(&metrics);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **seen)
{
	static int header_only;

	(void)arg;
	(void)version;
	(void)data;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET is served here.\n");
	/* the first call for a request comes with its header alone; a body is of no interest */
	if (*seen != &header_only || *size) {
		*seen = &header_only;
		*size = 0;
		return MHD_YES;
	}
	if (!strcmp(url, "/metrics"))
		return metrics_page(connection);
	if (!strcmp(url, "/"))
		return say(connection, MHD_HTTP_OK, "tcpwhy-exporter " TCPWHY_TOOL_VERSION
			   ": the metrics are at /metrics\n");
	return say(connection, MHD_HTTP_NOT_FOUND, "There is /metrics, and nothing else.\n");
}

int web_begin(int socket, struct fault *fault)
{
	daemon_of_ours = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, NULL,
					  MHD_OPTION_LISTEN_SOCKET, socket,
					  MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS,
					  MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)PATIENCE_S,
					  MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_BYTES,
					  MHD_OPTION_END);
	if (daemon_of_ours)
		return 0;
	fault_set(fault, EXIT_OTHER, "cannot serve HTTP: no memory, or not a socket that listens");
	return -1;
}

int web_fd(void)
{
	return MHD_get_daemon_info(daemon_of_ours, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int web_timeout(void)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(daemon_of_ours, &ms) != MHD_YES)
		return -1;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

void web_run(void)
{
	MHD_run(daemon_of_ours);
}

void web_end(void)
{
	MHD_stop_daemon(daemon_of_ours);
}
