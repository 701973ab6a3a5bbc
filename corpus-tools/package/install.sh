#!/bin/sh
# Put the programs and what belongs to them under DESTDIR, or take it away:
# OUT=build/release PREFIX=/usr/local DESTDIR= install.sh install|uninstall
set -eu
how=$1
man=$PREFIX/share/man/man1
doc=$PREFIX/share/doc/crashindex
bash=$PREFIX/share/bash-completion/completions
zsh=${ZSHDIR:-$PREFIX/share/zsh/site-functions}
units=$PREFIX/lib/systemd/system

version=$(sed -n 's/^#define VERSION_TEXT "\(.*\)"$/\1/p' signatures/base/version.h)

# Mode, file, where to; @BINDIR@ in a text becomes the place of the programs, a
# man page says which version it is of.
put() {
	target=$DESTDIR$3
	if [ "$how" = uninstall ]; then
		rm -f "$target"
		return
	fi
	mkdir -p "${target%/*}"
	if grep -qI -e '@BINDIR@' -e '^\.TH ' "$2"; then
		made=$(mktemp)
		sed -e "s|@BINDIR@|$PREFIX/bin|g" \
			-e "/^\.TH /s| crashindex | \"crashindex $version\" |" \
			"$2" >"$made"
		install -m "$1" "$made" "$target"
		rm -f "$made"
	else
		install -m "$1" "$2" "$target"
	fi
}

link() {
	rm -f "$DESTDIR$2"
	[ "$how" = uninstall ] || ln -s "$1" "$DESTDIR$2"
}

put 755 "$OUT/crashindex" "$PREFIX/bin/crashindex"
put 755 "$OUT/crashquery" "$PREFIX/bin/crashquery"
put 755 "$OUT/crashcorpus" "$PREFIX/bin/crashcorpus"
put 755 corpus-tools/nightly/crashnightly "$PREFIX/bin/crashnightly"

put 644 indexer/crashindex.1 "$man/crashindex.1"
put 644 query/crashquery.1 "$man/crashquery.1"
put 644 corpus-tools/crashcorpus.1 "$man/crashcorpus.1"
put 644 corpus-tools/nightly/crashnightly.1 "$man/crashnightly.1"

put 644 README.md "$doc/README.md"
put 644 query/FORMAT.md "$doc/FORMAT.md"
put 644 corpus-tools/nightly/crashnightly.cron "$doc/examples/crashnightly.cron"
put 644 corpus-tools/nightly/crashnightly.default "$doc/examples/crashnightly.default"

put 644 corpus-tools/nightly/crashnightly.service "$units/crashnightly.service"
put 644 corpus-tools/nightly/crashnightly.timer "$units/crashnightly.timer"

# bash looks for a file by the name of the command.
put 644 corpus-tools/package/completion.bash "$bash/crashindex"
link crashindex "$bash/crashquery"
link crashindex "$bash/crashcorpus"
link crashindex "$bash/crashnightly"
put 644 corpus-tools/package/completion.zsh "$zsh/_crashindex"
