// SPDX-License-Identifier: GPL-2.0
/*
 * Stands in for libFuzzer where there is none: random inputs, without its
 * guidance by coverage. Takes the one option that `make check` gives.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portable.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int main(int argc, char **argv)
{
	unsigned long runs = 200000, i, k;
	u8 bytes[512];
	u64 random = 1;
	size_t size;

	for (i = 1; i < (unsigned long)argc; i++)
		if (!strncmp(argv[i], "-runs=", 6))
			runs = strtoul(argv[i] + 6, NULL, 10);
	for (i = 0; i < runs; i++) {
		size = i % sizeof(bytes);
		for (k = 0; k < size; k++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			bytes[k] = random >> 56;
		}
		/* An IP version, so that the inputs get beyond the first test of packet.c. */
		if (size > 4)
			bytes[4] = i & 1 ? 0x45 : 0x60;
		LLVMFuzzerTestOneInput(bytes, size);
	}
	printf("%lu random inputs\n", runs);
	return 0;
}
