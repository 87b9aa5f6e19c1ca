#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The libraries of a build for another machine, from Debian 12, into a folder: for i386 Debian's packages, unpacked; for
# powerpc, which Debian 12 has no packages for, its sources, compiled here, as static archives; for a chip, firmware, the
# sources of Mbed TLS alone, since each core compiles them with options of its own. apt works inside the folder and
# checks what it loads as ever; nothing is installed, and no foreign architecture is added.
#
#   scripts/cross_libs.sh i386|powerpc|firmware DIR
#
# DIR/usr then looks like /usr of that machine; for firmware, DIR/mbedtls holds include and library. With everything in
# place it does nothing.
set -eu
[ $# = 2 ] || {
	echo "usage: $0 i386|powerpc|firmware DIR" >&2
	exit 1
}
target=$1
script=$(realpath "$0")
mkdir -p "$2"
cd "$2"
if [ -e complete ] && [ ! "$script" -nt complete ]; then
	exit 0
fi
echo "cross_libs: libraries for $target"
rm -rf apt src usr mbedtls complete
mkdir -p apt/lists/partial apt/cache/archives/partial src usr/include "usr/lib/$target-linux-gnu/pkgconfig"

# $1: architecture of the packages; $2: deb or deb-src.
begin_apt() {
	cat >apt/apt.conf <<-END
		APT::Architecture "$1";
		APT::Architectures { "$1"; };
		APT::Sandbox::User "";
		Dir::Etc::SourceList "$PWD/apt/sources.list";
		Dir::Etc::SourceParts "-";
		Dir::State "$PWD/apt";
		Dir::State::Lists "$PWD/apt/lists";
		Dir::State::status "$PWD/apt/status";
		Dir::Cache "$PWD/apt/cache";
	END
	: >apt/status
	trusted='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	echo "$2 $trusted http://deb.debian.org/debian bookworm main" >apt/sources.list
	export APT_CONFIG="$PWD/apt/apt.conf"
	apt-get -q update
}

packages_for_i386() {
	begin_apt i386 deb
	(cd src && apt-get -q download libcmocka-dev libcmocka0 libfdt-dev libfdt1 libjansson-dev libjansson4 libmbedtls-dev \
		libmbedcrypto7 libsodium-dev libsodium23 zlib1g-dev zlib1g)
	for package in src/*.deb; do
		dpkg-deb -x "$package" .
	done
}

# An archive and its .pc file. $1: name, $2: name of the .pc file or -, $3: flags, the rest: sources.
archive() {
	name=$1 pc=$2 flags=$3
	shift 3
	mkdir "src/$name.o"
	# Objects get numbers: sources of one name lie in different folders.
	printf '%s\n' "$@" | awk -v to="src/$name.o" '{ print $0; print to "/" NR ".o" }' |
		xargs -P 2 -n 2 sh -c "powerpc-linux-gnu-gcc -O2 -w -ffunction-sections -fdata-sections $flags -c \"\$0\" -o \"\$1\""
	powerpc-linux-gnu-ar rcs "$lib/lib$name.a" "src/$name.o"/*.o
	[ "$pc" = - ] || printf 'Name: %s\nDescription: compiled here\nVersion: 0\nLibs: -L/%s -l%s\n' \
		"$name" "$lib" "$name" >"$lib/pkgconfig/$pc.pc"
}

sources_for_powerpc() {
	begin_apt amd64 deb-src
	lib=usr/lib/powerpc-linux-gnu
	(cd src && apt-get -q source --download-only cmocka jansson libsodium mbedtls zlib)
	for file in src/*.orig.tar.?z src/*.orig.tar.bz2; do
		tar -xf "$file" -C src
	done

	cp src/cmocka-*/include/cmocka*.h usr/include
	archive cmocka cmocka "-Iusr/include -DHAVE_MALLOC_H -DHAVE_INTTYPES_H -DHAVE_SIGNAL_H -DHAVE_STRINGS_H \
		-DHAVE_SIGLONGJMP -DHAVE_STRSIGNAL -DHAVE_CLOCK_REALTIME -DHAVE_STRUCT_TIMESPEC -DHAVE_GCC_THREAD_LOCAL_STORAGE" \
		src/cmocka-*/src/cmocka.c

	cp src/jansson-*/src/jansson.h src/jansson-*/android/jansson_config.h usr/include
	: >usr/include/jansson_private_config.h
	archive jansson jansson "-Iusr/include -DHAVE_STDINT_H -DHAVE_UNISTD_H" src/jansson-*/src/*.c

	cp -r src/libsodium-*/src/libsodium/include/. usr/include
	cp src/libsodium-*/builds/msvc/version.h usr/include/sodium
	archive sodium libsodium "-Iusr/include -Iusr/include/sodium -DCONFIGURED=1 -DNATIVE_BIG_ENDIAN -DHAVE_WEAK_SYMBOLS" \
		$(find src/libsodium-*/src/libsodium -name '*.c')

	cp -r src/Mbed-TLS-*/include/. usr/include
	archive mbedcrypto - "-Iusr/include" src/Mbed-TLS-*/library/*.c

	cp src/zlib-*/zlib.h usr/include
	cp src/zlib-*/zconf.h.in usr/include/zconf.h
	archive z zlib "-Iusr/include -DHAVE_UNISTD_H" src/zlib-*/*.c
}

sources_for_firmware() {
	begin_apt amd64 deb-src
	(cd src && apt-get -q source --download-only mbedtls)
	tar -xf src/mbedtls_*.orig.tar.gz -C src
	mkdir mbedtls
	cp -r src/Mbed-TLS-*/include src/Mbed-TLS-*/library mbedtls
}

case $target in
i386) packages_for_i386 ;;
powerpc) sources_for_powerpc ;;
firmware) sources_for_firmware ;;
*)
	echo "cross_libs: no target '$target'" >&2
	exit 1
	;;
esac
rm -rf apt src
: >complete
