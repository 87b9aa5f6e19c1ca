/* SPDX-License-Identifier: Apache-2.0 */
#include "toy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flash/flash_ram.h"
#include "powercut.h"

#define PAGE 256u
#define WRITE_BLOCK 8u
#define BLOCKS 4u /* Of a version. */
#define SEAL_AT (BLOCKS * WRITE_BLOCK)
#define GADGET 8u
#define OLD 1
#define NEW 2

/* The block. */
struct toy_block {
	uint8_t bytes[2 * PAGE];
	uint8_t unstable[2 * PAGE];
	uint8_t programmed[2 * PAGE / WRITE_BLOCK];
	uint32_t noise;
	/* A number in all of its bytes, and how often it was asked to change, which is no
	 * operation. */
	uint8_t gadget[GADGET + 1];
};

/* One boot of it. */
struct toy {
	const struct powercut_world *world;
	enum toy_defect defect;
	struct device ram;
	struct sim_nor nor;
};

static const struct flash_pages_layout pages = {.pages_count = 2, .pages_size = PAGE};

static struct flash_ram_config ram = {
	.parameters = {.write_block_size = WRITE_BLOCK, .erase_value = 0xff},
	.layout = &pages,
	.layout_size = 1,
};

static enum toy_defect defect_of(const struct powercut_world *world)
{
	return (enum toy_defect)(intptr_t)world->config;
}

static bool has_gadget(enum toy_defect defect)
{
	return defect >= TOY_GADGET && defect < TOY_DEFECTS;
}

static int lay_out(const struct powercut_world *world, size_t size, struct powercut_layout *layout)
{
	struct toy_block *block = (struct toy_block *)(void *)world->block;

	if (defect_of(world) == TOY_TOO_LARGE || size < sizeof(*block)) {
		return -ENOMEM;
	}
	*layout = (struct powercut_layout){
		.used = sizeof(*block),
		.flashes = 1,
		.flash = {{
			.name = "toy",
			.bytes = block->bytes,
			.size = sizeof(block->bytes),
			.write_block = WRITE_BLOCK,
			.erased = 0xff,
			.explicit_erase = true,
			.cells = {.programmed = block->programmed,
				  .unstable = block->unstable,
				  .noise = &block->noise},
		}},
		.areas = 2,
		.area = {{.name = "left", .size = PAGE},
			 {.name = "right", .offset = PAGE, .size = PAGE}},
	};
	if (has_gadget(defect_of(world)) && defect_of(world) != TOY_GADGET_OUTSIDE) {
		layout->opaque = (struct powercut_opaque){
			.name = "gadget",
			.bytes = block->gadget,
			.size = sizeof(block->gadget),
		};
	}
	return 0;
}

static void start(struct toy *toy, const struct powercut_world *world)
{
	const struct powercut_flash *flash = &world->layout->flash[0];

	ram.memory = flash->bytes;
	*toy = (struct toy){
		.world = world,
		.defect = defect_of(world),
		.ram = {.name = "toy", .config = &ram, .api = &flash_ram_api},
	};
	sim_nor_init(&toy->nor, &toy->ram);
	toy->nor.power = world->power;
	toy->nor.cells = &flash->cells;
}

/* The bytes of a version: one number, spread over all of them. */
static void fill(uint8_t *bytes, size_t len, uint8_t version)
{
	for (size_t i = 0; i < len; i++) {
		bytes[i] = (uint8_t)(version * 37u + i * 11u);
	}
}

/* The version sealed in a page; 0: none. -1: a seal of something else. */
static int version_at(const uint8_t *page)
{
	uint8_t wanted[SEAL_AT + WRITE_BLOCK];

	for (size_t i = SEAL_AT; i < sizeof(wanted); i++) {
		if (page[i] != 0x5e) {
			return 0;
		}
	}
	for (int version = OLD; version <= NEW; version++) {
		fill(wanted, SEAL_AT, (uint8_t)version);
		if (memcmp(page, wanted, SEAL_AT) == 0) {
			return version;
		}
	}
	return -1;
}

static int program_version(struct toy *toy, off_t page, uint8_t version)
{
	uint8_t bytes[SEAL_AT];
	int rc = 0;

	fill(bytes, sizeof(bytes), version);
	for (size_t i = 0; i < BLOCKS && rc == 0; i++) {
		const size_t at = i * WRITE_BLOCK;

		rc = flash_write(&toy->nor.device, page + (off_t)at, &bytes[at], WRITE_BLOCK);
	}
	return rc;
}

static int program_seal(struct toy *toy, off_t page)
{
	uint8_t seal[WRITE_BLOCK];

	memset(seal, 0x5e, sizeof(seal));
	return flash_write(&toy->nor.device, page + (off_t)SEAL_AT, seal, sizeof(seal));
}

static uint8_t *gadget_of(const struct powercut_world *world)
{
	return ((struct toy_block *)(void *)world->block)->gadget;
}

/* One operation: all of its bytes become the number, some of them if it is torn. */
static int gadget_put(const struct toy *toy, uint8_t number)
{
	struct sim_power *power = toy->world->power;
	uint8_t *gadget = gadget_of(toy->world);
	const struct sim_operation operation = {
		.kind = SIM_MODEM_PATCH, .offset = 0x40, .len = GADGET, .data = &number};
	int rc;

	gadget[GADGET]++;
	if (toy->defect == TOY_GADGET_FORGETS) {
		gadget[GADGET] = (uint8_t)getpid();
	}
	rc = sim_power_begin(power, &operation);
	if (rc != 0) {
		return rc;
	}
	memset(gadget, number, sim_power_tears(power) ? power->seed % GADGET : GADGET);
	return sim_power_end(power, 0);
}

/* Two numbers on the way to the last. */
static int gadget_update(const struct toy *toy)
{
	const uint8_t *gadget = gadget_of(toy->world);
	int rc = 0;

	if (toy->defect == TOY_GADGET_TRUSTS && gadget[0] == NEW * 2) {
		return 0;
	}
	for (uint8_t number = NEW; number <= NEW * 2 && rc == 0; number++) {
		rc = gadget_put(toy, number);
	}
	return rc;
}

static bool gadget_is_new(const struct powercut_world *world)
{
	const uint8_t *gadget = gadget_of(world);
	size_t same = 0;

	while (same < GADGET && gadget[same] == NEW * 2) {
		same++;
	}
	return same == GADGET;
}

static int put_version(struct toy *toy, off_t page, uint8_t version)
{
	int rc = 0;

	if (toy->defect != TOY_NEVER_ERASES) {
		rc = flash_erase(&toy->nor.device, page, PAGE);
	}
	if (rc == 0 && toy->defect == TOY_SEALS_FIRST) {
		rc = program_seal(toy, page);
	}
	rc = rc == 0 ? program_version(toy, page, version) : rc;
	if (rc == 0 && toy->defect != TOY_SEALS_FIRST) {
		rc = program_seal(toy, page);
	}
	return rc;
}

static int prepare(const struct powercut_world *world)
{
	struct toy toy;

	start(&toy, world);
	if (toy.defect == TOY_CANNOT_PREPARE) {
		return -EINVAL;
	}
	memset(world->layout->flash[0].bytes, 0xff, 2 * PAGE);
	toy.defect = TOY_SOUND;
	return put_version(&toy, 0, OLD);
}

/* Each process of its own, behind the back of the power. */
static void remember(const struct powercut_world *world)
{
	world->layout->flash[0].bytes[PAGE - 1] = (uint8_t)getpid();
}

static void save_outside(const struct powercut_world *world)
{
	const struct sim_operation operation = {.kind = SIM_SAVE, .name = "toy"};

	if (sim_power_begin(world->power, &operation) != 0) {
		abort();
	}
}

static int update(struct toy *toy)
{
	const struct powercut_world *world = toy->world;
	int rc;

	powercut_live(world);
	if (toy->defect == TOY_SAVES_OUTSIDE) {
		save_outside(world);
	}
	rc = has_gadget(toy->defect) ? gadget_update(toy) : 0;
	rc = rc == 0 ? put_version(toy, PAGE, NEW) : rc;
	if (toy->nor.violation[0] != '\0') {
		powercut_violation(world, "I3", "%s", toy->nor.violation);
	}
	return toy->defect == TOY_HIDES_ERRORS ? 0 : rc;
}

static int run(const struct powercut_world *world)
{
	struct toy toy;

	start(&toy, world);
	if (toy.defect == TOY_CANNOT_RUN) {
		return -EACCES;
	}
	if (toy.defect == TOY_WASTES && world->uninterrupted) {
		powercut_violation(world, "I5", "one erase too many");
	}
	if (toy.defect == TOY_REMEMBERS) {
		remember(world);
	}
	return update(&toy);
}

static int misbehave(enum toy_defect defect)
{
	volatile bool forever = true;

	switch (defect) {
	case TOY_CRASHES:
		abort();
	case TOY_EXITS:
		_exit(3);
	case TOY_HANGS:
		while (forever) {
		}
		return 0;
	case TOY_NEVER_ENDS:
		return POWERCUT_RESET;
	case TOY_FAILS:
		return -ENOSPC;
	default:
		return 0;
	}
}

/* One boot to look, and to update if it must; a second one, after a reset, to see that it did. */
static int finish(const struct powercut_world *world)
{
	const uint8_t *right = &world->layout->flash[0].bytes[PAGE];
	struct toy toy;
	int rc;

	start(&toy, world);
	if (version_at(right) == NEW) {
		powercut_say(world, "new version runs");
		return 0;
	}
	rc = misbehave(toy.defect);
	rc = rc == 0 ? update(&toy) : rc;
	return rc == 0 ? POWERCUT_RESET : rc;
}

static void check_ran(const struct powercut_world *world)
{
	if (version_at(&world->layout->flash[0].bytes[PAGE]) != NEW) {
		powercut_violation(world, "I7", "success without a new version");
	}
}

static void check_cut(const struct powercut_world *world)
{
	volatile bool forever = world->cuts > 0 && defect_of(world) == TOY_CHECK_HANGS;

	if (world->cuts > 0 && defect_of(world) == TOY_CHECK_CRASHES) {
		abort();
	}
	while (forever) {
	}
	for (size_t page = 0; page < 2; page++) {
		if (version_at(&world->layout->flash[0].bytes[page * PAGE]) < 0) {
			powercut_violation(world, "I2", "a seal of nothing");
		}
	}
}

static void check_end(const struct powercut_world *world)
{
	if (version_at(&world->layout->flash[0].bytes[PAGE]) != NEW) {
		powercut_violation(world, "I2", "the new version does not run");
	}
	if (has_gadget(defect_of(world)) && !gadget_is_new(world)) {
		powercut_violation(world, "I2", "the gadget is something between");
	}
}

static const struct powercut_scenario how = {
	.layout = lay_out,
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.check_ran = check_ran,
	.check_cut = check_cut,
	.check_end = check_end,
};

#define CASE(name, defect)                                                                         \
	[defect] = {.scenario = "toy",                                                             \
		    .mode = name,                                                                  \
		    .geometry = "two-pages",                                                       \
		    .pairs = true,                                                                 \
		    .how = &how,                                                                   \
		    .config = (const void *)(intptr_t)(defect)}

const struct powercut_case toy_cases[TOY_DEFECTS] = {
	CASE("sound", TOY_SOUND),
	CASE("seals-first", TOY_SEALS_FIRST),
	CASE("never-erases", TOY_NEVER_ERASES),
	CASE("crashes", TOY_CRASHES),
	CASE("exits", TOY_EXITS),
	CASE("hangs", TOY_HANGS),
	CASE("never-ends", TOY_NEVER_ENDS),
	CASE("fails", TOY_FAILS),
	CASE("remembers", TOY_REMEMBERS),
	CASE("hides-errors", TOY_HIDES_ERRORS),
	CASE("check-crashes", TOY_CHECK_CRASHES),
	CASE("check-hangs", TOY_CHECK_HANGS),
	CASE("cannot-prepare", TOY_CANNOT_PREPARE),
	CASE("cannot-run", TOY_CANNOT_RUN),
	CASE("too-large", TOY_TOO_LARGE),
	CASE("saves-outside", TOY_SAVES_OUTSIDE),
	CASE("wastes", TOY_WASTES),
	CASE("gadget", TOY_GADGET),
	CASE("gadget-trusts", TOY_GADGET_TRUSTS),
	CASE("gadget-forgets", TOY_GADGET_FORGETS),
	CASE("gadget-outside", TOY_GADGET_OUTSIDE),
};
