/* SPDX-License-Identifier: Apache-2.0 */
/* A build that keeps no progress of packages. */
#include "package/package_progress.h"

enum package_progress package_progress_load(struct package *package)
{
	(void)package;
	return PACKAGE_NEW;
}

void package_progress_begin(struct package *package)
{
	(void)package;
}

void package_progress_leads(const struct package *package)
{
	(void)package;
}

void package_progress_finished(const struct package *package)
{
	(void)package;
}

int package_progress_delete(struct package *package)
{
	(void)package;
	return 0;
}
