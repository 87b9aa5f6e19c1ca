/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"
#include "update.h"

enum cli_status update_url(struct cli *cli, struct update *update)
{
	(void)update;
	return cli_fail(cli, cli->operand[1],
			"this slotwise was built without libcurl (SLOTWISE_CURL=OFF): it does not "
			"fetch files");
}
