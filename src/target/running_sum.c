/* SPDX-License-Identifier: Apache-2.0 */
#include "target/running_sum.h"

#include "common/bytes.h"

#define WORD 8

static void add_byte(struct running_sum *s, uint8_t byte)
{
	s->sum += (uint64_t)byte << (8 * s->phase);
	s->phase++;
	if (s->phase == WORD) {
		s->weighted += s->sum;
		s->phase = 0;
	}
}

void running_sum_add(struct running_sum *s, const uint8_t *bytes, size_t len)
{
	for (; len > 0 && s->phase != 0; len--) {
		add_byte(s, *bytes++);
	}
	uint64_t sum = s->sum;
	uint64_t weighted = s->weighted;
	for (; len >= 4 * WORD; len -= 4 * WORD, bytes += 4 * WORD) {
		sum += get_le64(&bytes[0]);
		weighted += sum;
		sum += get_le64(&bytes[8]);
		weighted += sum;
		sum += get_le64(&bytes[16]);
		weighted += sum;
		sum += get_le64(&bytes[24]);
		weighted += sum;
	}
	s->sum = sum;
	s->weighted = weighted;
	for (; len > 0; len--) {
		add_byte(s, *bytes++);
	}
}

uint32_t running_sum_value(const struct running_sum *s)
{
	uint8_t sums[2 * WORD];

	put_le64(&sums[0], s->sum);
	put_le64(&sums[WORD], s->weighted);
	return crc32_ieee(0, sums, sizeof(sums));
}
