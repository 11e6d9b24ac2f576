/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_FAULT_H
#define TCPWHY_FAULT_H

/* Why something failed, as one line for the user and an exit code. */
struct fault {
	int exit;
	const char *reason;	/* a word for metrics, where the exit code says too little, or NULL */
	char text[480];
};

void fault_set(struct fault *fault, int exit, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
