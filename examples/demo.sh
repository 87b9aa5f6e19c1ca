#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A device's life with an update: 1.0.0 from the factory, 1.1.0 on trial, back to 1.0.0 because nobody confirmed, 1.1.0
# again, in spite of a power cut, confirmed.
#
#   examples/demo.sh BUILD_DIR
#
# Stops at the first command that fails. DEMO_AFTER_STEP, if set, is run after each step with the step's name and the
# device folder; the tests check there that the device is in the state that the step promises.
set -eu

build=${1:?usage: examples/demo.sh BUILD_DIR}
root=${0%examples/demo.sh} # empty in the project folder, which keeps the commands short
slotwise=$build/slotwise
device=$build/demo/device
old=$build/examples/firmware-1.0.0.bin
new=$build/examples/firmware-1.1.0.bin
key=${root}examples/keys/demo-ec256.pub.pem
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

rm -rf "$device"
mkdir -p "$build/demo"

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
