/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Whether a flash port is right: every promise of drivers/flash.h, asked of a device.
 *
 * The same files run on a host and on the chip. They need string.h and drivers/flash.h of the C
 * library and of this one, nothing else, and print TAP, a line a rule:
 *
 *     1..20
 *     ok 1 - parameters: write block, erased value and operations are there
 *     not ok 10 - erase-granularity # rule: an erase changes no page beside it (0x1400 reads 0xff,
 *     0x37 written)
 *     ok 6 - rewrite # SKIP the device needs erases
 *
 * THE SCRATCH RANGE IS DESTROYED. Outside of it nothing is programmed or erased by a device that
 * keeps the rule `bounds`; the rule `aliasing` reads there.
 *
 *     static void print(void *arg, const char *line)
 *     {
 *             (void)arg;
 *             printf("%s\n", line);
 *     }
 *
 *     static uint8_t buf[1024];
 *     const struct flash_conformance suite = {
 *             .dev = &my_flash, .offset = 0x40000, .size = 4 * 4096,
 *             .buf = buf, .buf_size = sizeof(buf), .print = print,
 *     };
 *     failed = flash_conformance_run(&suite);
 *
 * Each page of the scratch range is erased and programmed 15 to 30 times by a run. On a Cortex-M0
 * the suite takes 9 KB of text, 1 KB of stack and no RAM beside the work memory.
 */
#ifndef PORTS_FLASH_CONFORMANCE_H
#define PORTS_FLASH_CONFORMANCE_H

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a second program of a block without an erase between does, on a device with erases. */
enum flash_conformance_again {
	FLASH_CONFORMANCE_CLEARS_BITS, /**< As on NOR: no bit goes back to erased; or it is refused.
					*/
	FLASH_CONFORMANCE_UNDEFINED,   /**< Not promised, or harmful (ECC): the suite never does it.
					*/
};

/** What a run does about the bytes that must outlive the power. */
enum flash_conformance_phase {
	FLASH_CONFORMANCE_ALL,          /**< All rules; power goes by `reopen`. */
	FLASH_CONFORMANCE_BEFORE_RESET, /**< All rules; then the range is made ready for a reset. */
	FLASH_CONFORMANCE_AFTER_RESET,  /**< Only what must still be there. */
};

/** A suite; constant while it runs. What is 0 or NULL but need not be is told. */
struct flash_conformance {
	const struct device *dev;
	off_t offset; /**< Scratch range: starts at a page start. */
	size_t size;  /**< Whole pages, three or more; four or more see more. */
	/** Work memory: at least twice the write block and 64 bytes more. Writes are as long as it
	 *  allows, so it should pass what the chip programs at a time (SPI NOR: 256 bytes). */
	uint8_t *buf;
	size_t buf_size;
	/** Size of the device by its data sheet; 0: what the port says is believed. */
	uint64_t device_size;
	/** Bytes that a cut in a program may tear: what the chip programs at a time. 0: a write
	 *  block. */
	size_t torn_size;
	enum flash_conformance_again again;
	enum flash_conformance_phase phase;
	/** Takes a line of TAP without its end, below 200 characters. */
	void (*print)(void *arg, const char *line);
	/** Forget all that RAM knows of the device and open it again, with power on; 0 or an errno.
	 *  NULL: cannot; persistence is then seen in two phases or not at all. */
	int (*reopen)(void *arg);
	/** The next program or erase loses its power inside; it and what follows fails until
	 *  `reopen`. 0 or an errno. NULL: cannot. */
	int (*cut)(void *arg);
	void *arg; /**< Of all three. */
};

/**
 * @brief Run the rules.
 *
 * A rule that does not apply counts as kept, and its line says why ("# SKIP"). A device whose
 * parameters or page layout make no sense is asked no more: "Bail out!".
 *
 * Power cut: the scratch range holds anything; run again.
 *
 * @return  Failed rules: 0, the port is right. One is `persistence` where the range cannot be made
 *          ready for a reset; a "Bail out!" line says why.
 * @retval -EINVAL  The device is not ready, the scratch range is not in it, not whole pages or
 *                  less than three, or `buf` is too small; a "Bail out!" line says which. Nothing
 *                  was programmed.
 *
 * Blocks for some 30 erases and programs of the scratch range.
 */
DFU_MUST_CHECK int flash_conformance_run(const struct flash_conformance *suite);

#ifdef __cplusplus
}
#endif

#endif
