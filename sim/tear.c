/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything random about a tear is a function of the seed and of the place: of a page each byte
 * asks for itself, so a page may be torn in parts of any size, in any order, without memory for
 * all of it, and always comes out the same.
 *
 * Kinds are tables, by the last three bits of the seed. Half of the kinds are the plain case,
 * something in the middle; the others are the ends, where code that trusts its eyes goes wrong: all
 * bits there but none acknowledged, one bit missing, a page that reads erased and is not.
 */
#include "tear.h"

#include <string.h>

#define KINDS 8u
/* Odd, and near 2^32 over the golden ratio: neighbours land far apart. */
#define STEP 0x9e3779b9u

/* Questions that one seed answers, each with a number of its own. */
enum question { Q_WHOLE = 1, Q_BIT, Q_BLOCK, Q_ERASED, Q_TOUCHED, Q_PAGE };

/* A length: none, all, or drawn from the seed. */
enum extent { NOTHING, ANY, WHOLE };

struct program_kind {
	enum extent whole;
	enum sim_tear_bits bits;
};

static const struct program_kind program_kinds[KINDS] = {
	{ANY, SIM_TEAR_SOME},   {NOTHING, SIM_TEAR_SOME}, {NOTHING, SIM_TEAR_NONE},
	{WHOLE, SIM_TEAR_ALL},  {ANY, SIM_TEAR_NONE},     {ANY, SIM_TEAR_FEW},
	{WHOLE, SIM_TEAR_MOST}, {ANY, SIM_TEAR_SOME},
};

struct erase_kind {
	enum extent erased;
	enum extent touched; /* Of what follows the erased part. */
	enum sim_tear_bits bits;
	enum sim_tear_bits unstable;
};

static const struct erase_kind erase_kinds[KINDS] = {
	{ANY, ANY, SIM_TEAR_SOME, SIM_TEAR_SOME},
	{NOTHING, WHOLE, SIM_TEAR_SOME, SIM_TEAR_SOME},
	{NOTHING, NOTHING, SIM_TEAR_NONE, SIM_TEAR_NONE},
	{WHOLE, NOTHING, SIM_TEAR_NONE, SIM_TEAR_NONE},
	{ANY, NOTHING, SIM_TEAR_NONE, SIM_TEAR_NONE},
	{WHOLE, NOTHING, SIM_TEAR_NONE, SIM_TEAR_FEW},
	{NOTHING, WHOLE, SIM_TEAR_FEW, SIM_TEAR_FEW},
	{ANY, WHOLE, SIM_TEAR_MOST, SIM_TEAR_NONE},
};

static uint32_t answer(uint32_t seed, enum question question)
{
	return sim_tear_mix(sim_tear_mix(seed) + (uint32_t)question * STEP);
}

/* 0 to @p most. */
static size_t draw(uint32_t number, size_t most)
{
	return (size_t)(((uint64_t)number * ((uint64_t)most + 1)) >> 32);
}

static size_t length(enum extent extent, uint32_t number, size_t most)
{
	switch (extent) {
	case NOTHING:
		return 0;
	case WHOLE:
		return most;
	default:
		return draw(number, most);
	}
}

static unsigned int count_bits(uint8_t byte)
{
	unsigned int count = 0;

	for (; byte != 0; byte &= (uint8_t)(byte - 1)) {
		count++;
	}
	return count;
}

/* The set bit of a byte that has @p rank set bits below it. */
static uint8_t bit_of_rank(uint8_t byte, size_t rank)
{
	for (; rank > 0; rank--) {
		byte &= (uint8_t)(byte - 1);
	}
	return byte & (uint8_t)-byte;
}

/* Bits of a byte that @p random takes, by chance alone. */
static uint8_t chosen(enum sim_tear_bits bits, uint32_t random)
{
	uint8_t few = 0;

	if ((random & 0x1f00) == 0) {
		few = (uint8_t)(1u << (random & 7));
	}
	switch (bits) {
	case SIM_TEAR_NONE:
		return 0;
	case SIM_TEAR_FEW:
		return few;
	case SIM_TEAR_SOME:
		return (uint8_t)random;
	case SIM_TEAR_MOST:
		return (uint8_t)~few;
	default:
		return UINT8_MAX;
	}
}

/* Changes a byte towards @p target in the bits of @p mask. */
static uint8_t changed(uint8_t byte, uint8_t target, uint8_t mask)
{
	return (uint8_t)(byte ^ ((byte ^ target) & mask));
}

/* One bit of those that would change alone, or all of them but that one; whether any changed. */
static bool tear_at_one_bit(const struct sim_torn_program *torn, uint8_t *bytes,
			    const uint8_t *data, size_t len)
{
	size_t count = 0;
	size_t rank;
	size_t i = 0;
	uint8_t bit;

	for (size_t at = 0; at < len; at++) {
		count += count_bits(bytes[at] ^ data[at]);
	}
	if (count == 0) {
		return false;
	}
	rank = draw(answer(torn->seed, Q_BIT), count - 1);
	for (; rank >= count_bits(bytes[i] ^ data[i]); i++) {
		rank -= count_bits(bytes[i] ^ data[i]);
	}
	bit = bit_of_rank(bytes[i] ^ data[i], rank);
	if (torn->bits == SIM_TEAR_MOST) {
		memcpy(bytes, data, len);
	}
	bytes[i] ^= bit;
	return torn->bits == SIM_TEAR_FEW || count > 1;
}

static void tear_erased_byte(const struct sim_torn_erase *torn, size_t offset, uint8_t *byte,
			     uint8_t *unstable)
{
	const uint32_t at = answer(torn->seed, Q_PAGE) + (uint32_t)offset * STEP;
	const uint32_t random = sim_tear_mix(at);
	const uint8_t change = *byte ^ torn->erase_value;
	const enum sim_tear_bits bits = offset < torn->erased ? SIM_TEAR_ALL : torn->bits;
	const uint8_t loose = change & chosen(torn->unstable, random >> 13);

	*byte = changed(*byte, torn->erase_value, chosen(bits, random));
	if (unstable != NULL) {
		*unstable |= loose;
	} else if (loose != 0) {
		*byte ^= loose & (uint8_t)sim_tear_mix(random);
	}
}

uint32_t sim_tear_mix(uint32_t number)
{
	number ^= number >> 16;
	number *= 0x85ebca6bu;
	number ^= number >> 13;
	number *= 0xc2b2ae35u;
	return number ^ (number >> 16);
}

struct sim_torn_program sim_tear_program_plan(size_t blocks, uint32_t seed)
{
	const struct program_kind *kind = &program_kinds[seed % KINDS];

	return (struct sim_torn_program){
		.whole = length(kind->whole, answer(seed, Q_WHOLE), blocks - 1),
		.bits = kind->bits,
		.seed = seed,
	};
}

bool sim_tear_block(const struct sim_torn_program *torn, uint8_t *bytes, const uint8_t *data,
		    size_t len)
{
	const uint32_t at = answer(torn->seed, Q_BLOCK);
	bool any = false;

	if (torn->bits == SIM_TEAR_FEW || torn->bits == SIM_TEAR_MOST) {
		return tear_at_one_bit(torn, bytes, data, len);
	}
	for (size_t i = 0; i < len; i++) {
		const uint32_t random = sim_tear_mix(at + (uint32_t)i * STEP);
		const uint8_t byte = changed(bytes[i], data[i], chosen(torn->bits, random));

		any = any || byte != bytes[i];
		bytes[i] = byte;
	}
	return any;
}

size_t sim_tear_program(uint8_t *bytes, const uint8_t *data, size_t len, size_t write_block,
			uint32_t seed)
{
	const struct sim_torn_program torn = sim_tear_program_plan(len / write_block, seed);
	const size_t whole = torn.whole * write_block;

	memcpy(bytes, data, whole);
	return whole +
	       (sim_tear_block(&torn, &bytes[whole], &data[whole], write_block) ? write_block : 0);
}

/* Block after block, as a device without explicit erase does it. */
static struct sim_torn_erase plan_fill(size_t page_size, const struct flash_parameters *parameters,
				       uint32_t seed)
{
	const size_t block = parameters->write_block_size;
	const struct sim_torn_program torn = sim_tear_program_plan(page_size / block, seed);

	return (struct sim_torn_erase){
		.erased = torn.whole * block,
		.touched = (torn.whole + 1) * block,
		.bits = torn.bits,
		.unstable = SIM_TEAR_NONE,
		.erase_value = parameters->erase_value,
		.seed = seed,
	};
}

struct sim_torn_erase sim_tear_erase_plan(size_t page_size,
					  const struct flash_parameters *parameters, uint32_t seed)
{
	const struct erase_kind *kind = &erase_kinds[seed % KINDS];
	size_t erased;

	if (parameters->caps.no_explicit_erase) {
		return plan_fill(page_size, parameters, seed);
	}
	erased = length(kind->erased, answer(seed, Q_ERASED), page_size);
	return (struct sim_torn_erase){
		.erased = erased,
		.touched =
			erased + length(kind->touched, answer(seed, Q_TOUCHED), page_size - erased),
		.bits = kind->bits,
		.unstable = kind->unstable,
		.erase_value = parameters->erase_value,
		.seed = seed,
	};
}

void sim_tear_erase(const struct sim_torn_erase *torn, size_t offset, uint8_t *bytes,
		    uint8_t *unstable, size_t len)
{
	for (size_t i = 0; i < len && i + offset < torn->touched; i++) {
		tear_erased_byte(torn, offset + i, &bytes[i],
				 unstable != NULL ? &unstable[i] : NULL);
	}
}

bool sim_tear_saves(uint32_t seed)
{
	return seed % 2 == 0;
}
