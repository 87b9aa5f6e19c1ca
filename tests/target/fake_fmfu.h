/* SPDX-License-Identifier: Apache-2.0 */
/* A check of modem files, and a mark, that say what the test wants; they replace the archive's. */
#ifndef TESTS_TARGET_FAKE_FMFU_H
#define TESTS_TARGET_FAKE_FMFU_H

#include <dfu/fmfu_fdev.h>

struct fake_fmfu {
	bool pending;
	int rc;              /* of the check */
	size_t manifest_len; /* bytes of the file, as its manifest says; 0: as many as it may be */
	unsigned int calls;
	struct fmfu_fdev_file file; /* of the last one */
	size_t buf_len;
};

extern struct fake_fmfu fake_fmfu;

#endif
