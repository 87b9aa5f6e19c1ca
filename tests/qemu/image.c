/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

__asm(".section .rodata.image, \"a\"\n\t"
      ".balign 4\n\t"
      ".global image_begin, image_end\n"
      "image_begin:\n\t"
      ".incbin \"" IMAGE_FILE "\"\n"
      "image_end:\n\t"
      ".previous");
