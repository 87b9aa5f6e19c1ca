#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install what a build needs and does not find: Debian packages of the named groups, Python packages in .venv.
#
#   scripts/bootstrap.sh [build] [clang] [fuzz] [m32] [big_endian] [qemu] [size] [bench]
#
# On Debian 12 root gets the packages installed; anybody else is told the one line to run. On other systems the missing
# commands and headers are named. With everything in place it says nothing and takes some hundredths of a second.
set -eu
cd "$(dirname "$0")/.."

packages_build='gcc libc6-dev cmake ninja-build pkg-config libcmocka-dev libmbedtls-dev libsodium-dev libfdt-dev
	device-tree-compiler libjansson-dev zlib1g-dev libcurl4-openssl-dev nginx openssl git
	gcc-arm-none-eabi picolibc-arm-none-eabi python3 python3-venv'
packages_clang='clang-19'
packages_fuzz='clang-19 libclang-rt-19-dev'
packages_m32='libc6-dev-i386 lib32gcc-12-dev'
packages_big_endian='gcc-powerpc-linux-gnu libc6-dev-powerpc-cross qemu-user bzip2 xz-utils'
packages_qemu='qemu-system-arm qemu-system-misc gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf'
packages_size='gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf'
packages_bench='valgrind'
commands_build='cc cmake ninja pkg-config dtc arm-none-eabi-gcc arm-none-eabi-g++ python3 nginx openssl git'
headers_build='cmocka.h psa/crypto.h sodium.h libfdt.h jansson.h zlib.h curl/curl.h'
commands_clang='clang-19'
commands_fuzz='clang-19'
commands_m32='apt-get dpkg-deb'
commands_big_endian='powerpc-linux-gnu-gcc qemu-ppc apt-get bzip2 xz'
commands_qemu='qemu-system-arm qemu-system-riscv32 riscv64-unknown-elf-gcc apt-get'
commands_size='arm-none-eabi-gcc riscv64-unknown-elf-gcc'
commands_bench='valgrind'

say() {
	echo "bootstrap: $*"
}

die() {
	say "$*" >&2
	exit 1
}

# Words of $1_GROUP for the groups in $groups.
wanted() {
	for group in $groups; do
		eval "echo \"\${${1}_$group:-}\""
	done
}

is_debian_12() {
	[ -r /etc/os-release ] && (. /etc/os-release && [ "$ID-${VERSION_ID:-}" = debian-12 ])
}

missing_packages() {
	# One call for all: dpkg-query is the slow part of a run with nothing to do.
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $(wanted packages) 2>/dev/null || true)
	for package in $(wanted packages); do
		case "
$installed
" in
		*"
installed $package
"*) ;;
		*) echo "$package" ;;
		esac
	done
}

install_packages() {
	missing=$(missing_packages)
	[ -n "$missing" ] || return 0
	missing=$(echo $missing)
	if [ "$(id -u)" != 0 ]; then
		echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing" >&2
		exit 1
	fi
	say "installing $missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q
	apt-get install -y -q --no-install-recommends $missing
}

has_header() {
	echo "#include <$1>" | cc -E -x c - >/dev/null 2>&1 ||
		# cmocka.h asks for its own includes first.
		printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <%s>\n' "$1" |
			cc -E -x c - >/dev/null 2>&1
}

# A full look takes a second, so it is taken once for each set of groups.
name_missing_tools() {
	[ -e ".venv/tools-$*" ] && return 0
	missing=
	for command in $(wanted commands); do
		command -v "$command" >/dev/null || missing="$missing $command"
	done
	if command -v cc >/dev/null; then
		for header in $(wanted headers); do
			has_header "$header" || missing="$missing $header"
		done
	fi
	[ -z "$missing" ] || die "not Debian 12, so please install what has:$missing"
}

venv_works() {
	[ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1
}

make_venv() {
	if cmp -s scripts/requirements.txt .venv/requirements.txt && [ -x .venv/bin/python ]; then
		return 0
	fi
	python=/usr/bin/python3
	[ -x "$python" ] || python=$(command -v python3) || die "python3 is missing"
	if ! venv_works; then
		say "making .venv with $python"
		rm -rf .venv
		"$python" -m venv .venv
	fi
	say "installing scripts/requirements.txt into .venv"
	.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r scripts/requirements.txt
	# Last, as the mark that all before it worked.
	cp scripts/requirements.txt .venv/requirements.txt
}

groups=${*:-build}
for group in $groups; do
	case $group in
	build | clang | fuzz | m32 | big_endian | qemu | size | bench) ;;
	*) die "no group '$group': build, clang, fuzz, m32, big_endian, qemu, size, bench" ;;
	esac
done
if is_debian_12; then
	install_packages
	make_venv
else
	name_missing_tools $groups
	make_venv
	: >".venv/tools-$groups"
fi
