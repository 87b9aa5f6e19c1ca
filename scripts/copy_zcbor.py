# SPDX-License-Identifier: Apache-2.0
"""Copy the C files of zcbor's runtime, which its Python package holds, into a folder: copy_zcbor.py FOLDER."""
import pathlib
import shutil
import sys

import zcbor

package = pathlib.Path(zcbor.__file__).parent
for part in ("include", "src"):
    to = pathlib.Path(sys.argv[1]) / part
    to.mkdir(parents=True, exist_ok=True)
    for file in (package / part).glob("zcbor_*.[ch]"):
        shutil.copyfile(file, to / file.name)
