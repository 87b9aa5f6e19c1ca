/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Little-endian numbers in byte arrays, checksums over them, and arithmetic on sizes: what every
 * codec needs.
 */
#ifndef COMMON_BYTES_H
#define COMMON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | (p[1] << 8));
}

static inline uint32_t get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) |
	       ((uint32_t)p[3] << 24);
}

static inline uint64_t get_le64(const uint8_t *p)
{
	return get_le32(p) | ((uint64_t)get_le32(p + 4) << 32);
}

static inline void put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline void put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

/* Multiples of any step > 0, not only of powers of two. */
static inline size_t round_down(size_t v, size_t step)
{
	return v - v % step;
}

/* v + step must not pass SIZE_MAX. */
static inline size_t round_up(size_t v, size_t step)
{
	return round_down(v + step - 1, step);
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* off + len may wrap; size - len cannot, once len <= size. */
static inline bool range_fits(size_t off, size_t len, size_t size)
{
	return len <= size && off <= size - len;
}

/* Whether all bytes have one value. */
bool bytes_are(const uint8_t *p, size_t len, uint8_t value);

/* CRC-32 (IEEE 802.3, reflected, as in zlib); begin with crc 0. */
uint32_t crc32_ieee(uint32_t crc, const uint8_t *p, size_t len);

#endif
