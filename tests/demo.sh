#!/bin/sh
# A small fleet's crashes, from an archive to answers: what `make demo` shows.
set -eu
PATH="$(cd "$OUT" && pwd):$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

run() {
	printf '\n$ %s\n' "$*"
	"$@"
}

run crashcorpus synth --demo --output=fleet.tar
gzip fleet.tar
run crashindex fleet.tar.gz
run crashquery freq --min=2
run crashquery correlate fault=netfast.sys
run crashquery suspects
