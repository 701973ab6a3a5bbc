#!/bin/sh
# How true are stacks, how portable are fingerprints?  Wants a compiler for
# Windows (mingw-w64); the code it builds is run here, on this machine.
# usage: tests/bench/unwind.sh BUILD-DIRECTORY [quick]
# quick: the stacks of one build only, as tests/compiled.sh wants them.
set -eu
out=$1/tests/bench
cc=${WINDOWS_CC:-x86_64-w64-mingw32-gcc}
if ! command -v "$cc" >/dev/null; then
	echo "unwind: no $cc: nothing measured"
	exit 0
fi
mkdir -p "$out"
${CC:-cc} -std=c17 -O2 -I. -D_GNU_SOURCE -o "$out/unwind_bench" \
	tests/bench/unwind_bench.c "$1/corpus.a" \
	$(pkg-config --libs capstone libxxhash jansson)
build() {
	name=$1
	shift
	"$cc" -shared -nostdlib -ffreestanding -fno-stack-protector \
		-Wl,--image-base,0x1800000000 -Wl,--disable-dynamicbase \
		-e DllMainCRTStartup "$@" -o "$out/$name.dll" \
		tests/bench/unwind_code.c
}
build O2 -O2
if [ "${2:-}" = quick ]; then
	"$out/unwind_bench" stacks "$out/O2.dll"
	exit 0
fi
build O2-shifted -O2 -DSHIFTED
build O1 -O1
build Os -Os
build O3 -O3
build frame-pointer -O2 -fno-omit-frame-pointer
for name in O2 O1 Os O3 frame-pointer; do
	"$out/unwind_bench" stacks "$out/$name.dll"
done
for name in O2-shifted O3 O1 Os frame-pointer; do
	"$out/unwind_bench" portable "$out/O2.dll" "$out/$name.dll"
done
