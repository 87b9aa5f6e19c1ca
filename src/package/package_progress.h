/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What settings keep of a package that is under way. Settings that fail cost progress, and the log
 * says so.
 */
#ifndef PACKAGE_PACKAGE_PROGRESS_H
#define PACKAGE_PACKAGE_PROGRESS_H

#include "package/package.h"

enum package_progress { PACKAGE_NEW, PACKAGE_SAME, PACKAGE_OTHER };

/*
 * Header and leads of the package that was begun before, and what this one is named by.
 * PACKAGE_OTHER: begun under another name; or it cannot be told which images were begun, then it
 * counts as all.
 */
enum package_progress package_progress_load(struct package *package);

/* A package begins whose header is whole. */
void package_progress_begin(struct package *package);

/* The first bytes of an image have arrived. */
void package_progress_leads(const struct package *package);

/* Images up to package->current are finished. */
void package_progress_finished(const struct package *package);

/* Nothing is under way any more. -errno: settings may say that something is. */
int package_progress_delete(struct package *package);

#endif
