# SPDX-License-Identifier: Apache-2.0
# Big-endian programs, run by QEMU, with libraries from scripts/cross_libs.sh in the build folder. libfdt is not among
# them, so there are no boards.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ppc)
set(CMAKE_C_COMPILER powerpc-linux-gnu-gcc)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-ppc -L /usr/powerpc-linux-gnu)
set(SLOTWISE_DEVICETREE OFF CACHE BOOL "" FORCE)
# A table of addresses, as position-independent code has it for a whole file, keeps functions that nobody calls.
set(flags -fno-pie)
set(CMAKE_EXE_LINKER_FLAGS_INIT -no-pie)
set(triplet powerpc-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
