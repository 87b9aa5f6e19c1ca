/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/boot_rules.h>

int boot_judge(int image_index, const struct dfu_image_source *source,
	       const struct dfu_image_key *key, unsigned int together, uint8_t *buf, size_t len,
	       struct boot_judgement *judgement)
{
	int rc;

	(void)image_index;
	(void)together;
	*judgement = (struct boot_judgement){0};
	rc = dfu_image_open(&judgement->image, source, &judgement->report.fault);
	if (rc == 0) {
		rc = dfu_image_verify(&judgement->image, key, buf, len, &judgement->report);
	}
	return rc;
}
