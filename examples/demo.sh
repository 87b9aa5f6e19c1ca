#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A device's life with an update: 1.0.0 from the factory, 1.1.0 on trial, back to 1.0.0 because nobody confirmed, 1.1.0
# again, in spite of a power cut, confirmed. Then a second device, with a modem: its firmware is patched, and replaced
# as a whole, in spite of power cuts, too. Then a third one, with two cores and a bootloader that is itself updated: all
# three come in one package, and the power goes at a random operation.
#
#   examples/demo.sh BUILD_DIR
#
# Stops at the first command that fails. DEMO_AFTER_STEP, if set, is run after each step with the step's name and the
# device folder; the tests check there that the device is in the state that the step promises. DEMO_CUT, if set, is the
# operation that the power goes before in the third act. DEMO_ACTS, if set, are the acts that are played, by their names
# below.
set -eu

build=${1:?usage: examples/demo.sh BUILD_DIR}
root=${0%examples/demo.sh} # empty in the project folder, which keeps the commands short
slotwise=$build/slotwise
old=$build/examples/firmware-1.0.0.bin
new=$build/examples/firmware-1.1.0.bin
key=${root}examples/keys/demo-ec256.pub.pem
modem=$build/demo/modem # files for the modem
expected=0 # exit status of the next step

# step NAME SENTENCE COMMAND...
step() {
	name=$1
	printf '\n# %s\n' "$2"
	shift 2
	printf '$ %s\n' "$*"
	status=0
	"$@" || status=$?
	if [ "$status" -ne "$expected" ]; then
		exit 1
	fi
	expected=0
	if [ -n "${DEMO_AFTER_STEP:-}" ]; then
		$DEMO_AFTER_STEP "$name" "$device"
	fi
}

# made WHAT FILE...: a file as the maker of the modem gives it
made() {
	what=$1
	shift
	printf '$ %s\n' "$slotwise make $what $*"
	"$slotwise" make "$what" "$@" >/dev/null
}

rm -rf "$build/demo"
mkdir -p "$modem"

application() {
	device=$build/demo/device
	step new 'A new device: the flash of an nRF52840 DK, all erased.' \
		"$slotwise" new "$device" --board "${root}boards/nrf52840dk.dts"
	step factory 'The factory programs 1.0.0 into the first slot.' \
		"$slotwise" flash "$device" slot0 "$old"
	step first-boot 'The device starts: 1.0.0 runs.' \
		"$slotwise" boot "$device"
	step update '1.1.0 arrives in pieces of 244 bytes, as Bluetooth brings it; verified, it is scheduled for a test.' \
		"$slotwise" update "$device" "$new" --chunk 244 --key "$key"
	step scheduled 'Until the next reset 1.0.0 runs on; 1.1.0 is pending.' \
		"$slotwise" status "$device"
	step test-boot 'Reset: the bootloader swaps the slots, 1.1.0 runs on trial.' \
		"$slotwise" boot "$device"
	step on-trial 'Nobody has confirmed 1.1.0: the next reset would undo it.' \
		"$slotwise" status "$device"
	step revert-boot 'Reset without a confirmation: back to 1.0.0.' \
		"$slotwise" boot "$device"
	expected=3
	step update-cut 'The same update once more; this time the power goes in the middle of it.' \
		"$slotwise" update "$device" "$new" --chunk 244 --key "$key" --cut-after 7
	step boot-after-cut 'Power is back: 1.0.0 runs on, as if nothing had happened.' \
		"$slotwise" boot "$device"
	step update-again 'The update goes on where it stopped.' \
		"$slotwise" update "$device" "$new" --chunk 244 --key "$key"
	step test-boot-again 'Reset: 1.1.0 runs on trial again.' \
		"$slotwise" boot "$device"
	step confirm 'This time 1.1.0 finds itself well, and says so.' \
		"$slotwise" confirm "$device"
	step final-boot 'Reset: 1.1.0 stays.' \
		"$slotwise" boot "$device"
	step final 'The state for good.' \
		"$slotwise" status "$device"
}

cellular() {
	device=$build/demo/cellular
	printf '\n# Files for a modem: its firmware 1.0.0, 1.1.0, 1.2.0 and 2.0.0, and patches from one to the next.\n'
	for version in 1.0.0 1.1.0 1.2.0 2.0.0; do
		made modem-full "$modem/$version.cbor" --version "$version"
	done
	made modem-delta "$modem/patch-1.1.0.bin" --from "$modem/1.0.0.cbor" --to "$modem/1.1.0.cbor"
	made modem-delta "$modem/patch-1.2.0.bin" --from "$modem/1.1.0.cbor" --to "$modem/1.2.0.cbor"

	step cellular-new 'A device with a modem, an nRF9160 DK. The modem runs 1.0.0.' \
		"$slotwise" new "$device" --board "${root}boards/nrf9160dk.dts"
	step cellular-factory 'The application, as before.' \
		"$slotwise" flash "$device" slot0 "$old"
	step patch 'A patch for the modem arrives; the modem keeps it, and is asked to apply it.' \
		"$slotwise" update "$device" "$modem/patch-1.1.0.bin" --chunk 1024
	step patch-boot 'Reset: the modem applies it, and runs 1.1.0.' \
		"$slotwise" boot "$device"
	expected=3
	step next-patch-cut 'The next patch. The modem erases its patch area first; then the power goes in the middle.' \
		"$slotwise" update "$device" "$modem/patch-1.2.0.bin" --chunk 1024 --cut-after 25
	step next-patch-again 'Power is back: the patch goes on where it stopped.' \
		"$slotwise" update "$device" "$modem/patch-1.2.0.bin" --chunk 1024
	step next-patch-boot 'Reset: the modem runs 1.2.0.' \
		"$slotwise" boot "$device"
	step full 'A whole firmware, 2.0.0, is stored on the external flash.' \
		"$slotwise" update "$device" "$modem/2.0.0.cbor"
	expected=3
	step full-cut 'It is written to the modem, which has nothing else to start meanwhile. The power goes.' \
		"$slotwise" modem apply "$device" --cut-after 30
	step full-boot 'Reset: the application runs, and finds the modem unbootable.' \
		"$slotwise" boot "$device"
	step full-again 'So it writes all of it once more.' \
		"$slotwise" modem apply "$device"
	step cellular-final 'The modem runs 2.0.0.' \
		"$slotwise" boot "$device"
}

cores() {
	device=$build/demo/cores
	package=$build/demo/package.bin
	cut=${DEMO_CUT:-$(awk 'BEGIN { srand(); print int(rand() * 96) }')} # the update has 96 operations
	printf '\n# One package: 1.1.0 for the application, the network core, and the bootloader in either of its slots.\n'
	made package "$package" --image "0:$build/examples/application-1.1.0.bin" --image "1:$build/examples/network-1.1.0.bin" \
		--image "-2:$build/examples/bootloader-s0-1.1.0.bin" --image "-1:$build/examples/bootloader-s1-1.1.0.bin"

	step cores-new 'An nRF5340 DK: two cores, and a bootloader in s0 or s1.' \
		"$slotwise" new "$device" --board "${root}boards/nrf5340dk.dts"
	step cores-bootloader 'The factory programs the bootloader,' \
		"$slotwise" flash "$device" s0 "$build/examples/bootloader-s0-1.0.0.bin"
	step cores-application 'the application' \
		"$slotwise" flash "$device" slot0 "$build/examples/application-1.0.0.bin"
	step cores-network 'and the network core.' \
		"$slotwise" flash "$device" slot2 "$build/examples/network-1.0.0.bin"
	step cores-boot 'The device starts: 1.0.0 everywhere.' \
		"$slotwise" boot "$device"
	expected=3
	step package-cut "The package arrives; the power goes before operation $((cut + 1)), which was drawn by lot." \
		"$slotwise" update "$device" "$package" --permanent --cut-after "$cut"
	step package-cut-boot 'Power is back: all of it was installed, or none of it.' \
		"$slotwise" boot "$device"
	step package-again 'The same package once more.' \
		"$slotwise" update "$device" "$package" --permanent
	step package-boot 'Reset: the bootloader installs both images, and its own successor into the slot that it does not run from.' \
		"$slotwise" boot "$device"
	step package-final 'Reset: the new bootloader starts, and 1.1.0 on both cores.' \
		"$slotwise" boot "$device"
}

for act in ${DEMO_ACTS:-application cellular cores}; do
	"$act"
done
