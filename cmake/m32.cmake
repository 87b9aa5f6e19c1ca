# SPDX-License-Identifier: Apache-2.0
# 32-bit programs on a 64-bit host, with libraries from scripts/cross_libs.sh in the build folder.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER gcc)
# asm/ of the kernel, which is the same for both, lies where only gcc-multilib would look; that package excludes the
# cross compilers.
set(flags "-m32 -idirafter /usr/include/x86_64-linux-gnu")
set(triplet i386-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
