# Installed under a root of its own, and packed: what is where, and runs there.
root=$(cd "$(dirname "$0")/../.." && pwd)
programs=$(dirname "$(command -v crashindex)")
here=$PWD
script() { (cd "$root" && OUT=$programs PREFIX=/usr DESTDIR="$here/root" sh corpus-tools/package/install.sh "$1"); }

script install
(cd root && find . ! -type d | sort)
grep -h 'ExecStart=' root/usr/lib/systemd/system/*
grep -o '[^ ]*/bin/crashnightly' root/usr/share/doc/crashindex/examples/crashnightly.cron

# One version, wherever it is said.
versions() {
	for program in crashindex crashquery crashcorpus crashnightly; do
		PATH=$PATH:root/usr/bin $program --version
		sed -n 's/^\.TH .*\("crashindex .*"\) .*/\1/p' "root/usr/share/man/man1/$program.1"
	done
}
versions | sed 's/.* //; s/"//' | sort | uniq -c | sed "s/$(crashindex --version | sed 's/.* //')$/V/"

# The night finds the programs beside it, whatever PATH says.
mkdir drop
crashcorpus synth --demo --machines=10 --weeks=2 --output=drop/fleet.tar
PATH=/usr/bin:/bin root/usr/bin/crashnightly --drop=drop --still=0 2>&1 |
	sed 's/^[0-9]* indexed/N indexed/; s/date=[^ ]*/date=D/; s/indexed=[0-9]*/indexed=N/; s/seconds=[0-9]*/seconds=N/'
script uninstall
find root ! -type d

# Without the tools of Debian there is nothing to pack with.
if command -v dpkg-shlibdeps >/dev/null; then
	mkdir out
	cp "$programs/crashindex" "$programs/crashquery" "$programs/crashcorpus" out
	for again in 1 2; do
		(cd "$root" && SOURCE_DATE_EPOCH=1700000000 OUT=$here/out \
			sh corpus-tools/package/deb.sh >/dev/null)
		mv out/*.deb $again.deb
	done
	cmp 1.deb 2.deb && dpkg-deb -x 1.deb packed && packed/usr/bin/crashquery freq >/dev/null &&
		dpkg-deb -f 1.deb Depends | grep -q 'libc6 .*, libarchive13.*, libcurl.*, libroaring' && echo "the same package twice, and it runs"
else
	echo "the same package twice, and it runs"
fi
