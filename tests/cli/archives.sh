# A dump inside everything it may come in: each kind of archive, each compression
# by itself, archives in archives, standard input; and what needs a password.
root=$(cd "$(dirname "$0")/../.." && pwd)
crashcorpus synth "$root/tests/machines/x64_triage_b.txt" --output=a.dmp

for kind in rar4 rar5 lzx; do
	python3 "$root/tests/packed.py" $kind a.dmp a.dmp >1.$kind
done
gcab -c -z -n 1.mszip.cab a.dmp
7z a -bso0 1.7z a.dmp
zip -q 1.zip a.dmp
bsdtar -cf 1.tar a.dmp
for way in gzip bzip2 xz lzma zstd lz4; do
	bsdtar --format=raw --$way -cf 2.dmp.$way a.dmp
	bsdtar --$way -cf 3.tar.$way a.dmp
done

# Archives in archives: four are opened, a fifth is not.
mkdir 4
cp 1.rar5 4/1
bsdtar -cf 4/2 -C 4 1
(cd 4 && zip -q 3.zip 2 && 7z a -bso0 4 3.zip && python3 "$root/tests/packed.py" lzx 4.7z 4 >5)

say() { jq -r '[.source, .bugcheck.code, .image.xxh3] | join(" ")'; }
crashindex --print a.dmp 1.* 2.* 3.* 4/4.7z 2>&1 >found | cat
say <found
for kind in rar5 lzx 7z; do crashindex --print - <1.$kind 2>/dev/null; done | say
crashindex --print 4/5 2>&1

# Cut in the middle.
for name in 1.rar4 1.rar5 1.lzx 1.mszip.cab 1.7z 1.zip 1.tar 2.dmp.xz 2.dmp.zstd; do
	head -c $(($(wc -c <$name) * 2 / 3)) $name >cut.$name
	crashindex --print cut.$name 2>&1 >/dev/null | sed 's/cut short: .*/cut short/' | tail -n 1 | sed "s/^/$name: /"
done

# A window of 2 GiB is not allocated: magic, header, window, a block of 8 bytes.
printf '\050\265\057\375\000\250\101\000\000PAGEDU64' >wide.dmp.zst
crashindex --print wide.dmp.zst 2>&1 >/dev/null

# With a password each entry says so.
7z a -bso0 -psecret 5.7z a.dmp
7z a -bso0 -psecret -mhe=on 6.7z a.dmp
zip -q -P secret 7.zip a.dmp
7z a -bso0 -tzip -psecret -mem=AES256 8.zip a.dmp
crashindex --print 5.7z 6.7z 7.zip 8.zip 2>&1 | sed 's/: .*//'
