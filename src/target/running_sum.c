/* SPDX-License-Identifier: Apache-2.0 */
#include "target/running_sum.h"

#include "common/bytes.h"

#define WORD 8
#define PAIR (2 * WORD)

static void add_byte(struct running_sum *s, uint8_t byte)
{
	s->sum += (uint64_t)byte << (8 * s->phase);
	s->phase++;
	if (s->phase == WORD) {
		s->weighted += s->sum;
		s->phase = 0;
	}
}

/* What most of a stream comes in. */
static void add_pairs(struct running_sum *s, const uint8_t *bytes, size_t count)
{
	uint64_t sum = s->sum;
	uint64_t weighted = s->weighted;

	for (; count > 0; count--, bytes += PAIR) {
		/* Two turns: a compiler that optimises for speed unrolls them. */
		for (size_t i = 0; i < PAIR; i += WORD) {
			sum += get_le64(&bytes[i]);
			weighted += sum;
		}
	}
	s->sum = sum;
	s->weighted = weighted;
}

void running_sum_add(struct running_sum *s, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		const size_t pairs = s->phase == 0 ? len / PAIR : 0;

		if (pairs > 0) {
			add_pairs(s, bytes, pairs);
			bytes += pairs * PAIR;
			len -= pairs * PAIR;
		} else {
			add_byte(s, *bytes++);
			len--;
		}
	}
}

uint32_t running_sum_value(const struct running_sum *s)
{
	uint8_t sums[2 * WORD];

	put_le64(&sums[0], s->sum);
	put_le64(&sums[WORD], s->weighted);
	return crc32_ieee(0, sums, sizeof(sums));
}
