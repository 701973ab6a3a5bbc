#!/bin/sh
# A Debian package out of an installation: OUT=build/release deb.sh
# The same commit gives the same package.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
arch=$(dpkg --print-architecture)
version=$(sed -n 's/^#define VERSION_TEXT "\(.*\)"$/\1/p' signatures/base/version.h)
package=$OUT/crashindex_${version}_$arch.deb
here=corpus-tools/package
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH

ZSHDIR=/usr/share/zsh/vendor-completions PREFIX=/usr DESTDIR=$tree \
	sh $here/install.sh install
install -D -m 644 corpus-tools/nightly/crashnightly.default \
	"$tree/etc/default/crashnightly"
strip --strip-unneeded --remove-section=.comment "$tree/usr/bin/crashindex" \
	"$tree/usr/bin/crashquery" "$tree/usr/bin/crashcorpus"
gzip -9n "$tree"/usr/share/man/man1/*.1

# The packages that have the libraries the programs were linked with.
mkdir -p "$tree/DEBIAN" "$OUT/debian"
: >"$OUT/debian/control"
libraries=$(cd "$OUT" && dpkg-shlibdeps -O \
	"$tree/usr/bin/crashindex" "$tree/usr/bin/crashquery" \
	"$tree/usr/bin/crashcorpus" | sed -n 's/^shlibs:Depends=//p')
# And of those they open when they need them (signatures/base/library.h).
for name in $(find signatures indexer -name '*.c' -exec \
	sed -n 's/^#define LIBRARY "\(.*\)"$/\1/p' {} + | sort); do
	libraries="$libraries, $(dpkg-query -S "*/$name" | sed 's/:.*//' | sort -u)"
done

sed -e "s|@VERSION@|$version|" -e "s|@ARCH@|$arch|" \
	-e "s|@LIBRARIES@|$libraries|" \
	-e "s|@KILOBYTES@|$(du -sk "$tree" | cut -f1)|" \
	$here/control >"$tree/DEBIAN/control"
for script in postinst prerm postrm; do
	install -m 755 "$here/$script" "$tree/DEBIAN/$script"
done
echo /etc/default/crashnightly >"$tree/DEBIAN/conffiles"
(cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z |
	xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
chmod 644 "$tree/DEBIAN/conffiles" "$tree/DEBIAN/control" "$tree/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" >/dev/null
echo "$package"
