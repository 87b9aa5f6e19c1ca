/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot model against boots of the real MCUboot (boots.jsonl.gz). What the application does
 * between the boots is done here as MCUboot's own functions do it, on the bytes, so that every boot
 * begins with the flash that was recorded.
 */
#ifndef TESTS_BOOT_BOOT_RECORDS_H
#define TESTS_BOOT_BOOT_RECORDS_H

#include "vector_device.h"

struct boot_records_counts {
	unsigned int sequences;
	unsigned int boots;
	unsigned int died; /* of them, those in which the bootloader stopped in an assertion */
};

/*
 * Run all records of a mode, whatever the number of images and the rules. Fails the test if one
 * differs, after all have been run and each difference has been printed with its record's id.
 */
struct boot_records_counts boot_records_run(const char *mode);

/* Sees the device as it is before a "boot" step; writes nothing. NULL: nobody looks. */
typedef void (*boot_records_look)(const json_t *record, const json_t *step);
void boot_records_look_before_boots(boot_records_look at);

/* Group setup and teardown: the records in memory. */
int boot_records_load(void **state);
int boot_records_unload(void **state);

#endif
