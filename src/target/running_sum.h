/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checksum over a stream that may come in pieces of any length: Fletcher's sums over 64-bit
 * words, little endian, modulo 2^64. It tells whether a slot is as it was left, not who wrote it;
 * that is what hash and signature are for. Two additions for eight bytes: a CRC-32 without a table
 * of a kilobyte or more takes ten times as long as the rest of the way of a byte into flash.
 */
#ifndef TARGET_RUNNING_SUM_H
#define TARGET_RUNNING_SUM_H

#include <stddef.h>
#include <stdint.h>

/* Zero to begin. */
struct running_sum {
	uint64_t sum;       /* of words; of the one that is not whole, of the bytes there are */
	uint64_t weighted;  /* of the sums behind each whole word */
	unsigned int phase; /* bytes of the word that is not whole */
};

void running_sum_add(struct running_sum *s, const uint8_t *bytes, size_t len);

/* In 32 bits. */
uint32_t running_sum_value(const struct running_sum *s);

#endif
