# A driver that writes its constants over other people's pool, on twelve of 24
# machines whose pool is damaged.  On all of them the system's own constants
# stand in pool, sound or damaged, and everything else is junk.
# 16 digits that are no pointer, no text and no other machine's.
junk() { printf '0x%s' "$(printf '%s' "$1" | sha256sum | cut -c1-14)9f"; }

machine() { # NUMBER WORDS-OF-DAMAGE
	system='0x9c11a77e00d5c1b3 0x8e02b6d1'
	cat <<END
format kernel-bitmap
arch x64
build 9600
bugcheck 0x19 0x20 0xfffffa8003a58250 0xfffffa8003a58390 0x04140001
time 2024-03-13T10:$1:31Z
uuid 00112233-4455-6677-8899-aabbccddee$1
manufacturer Acme
module over.sys size=0x6000
module good.sys size=0x6000
code over.sys+0x2010: 48 b8 f1 a9 33 c4 d7 5e 90 8b 48 89 01 c3
code good.sys+0x2010: 48 b8 b3 c1 d5 00 7e a7 11 9c 48 89 01 c3
pool 0xfffffa8003a58000
block 0x160 Thre nonpaged
block 0xf0 File nonpaged
word $system $(junk "sound $1")
block 0x140 DRIV nonpaged
words 0xfffffa8003a58390: $2 $system $(junk "one $1") $(junk "two $1")
END
}

for kind in driver junk; do
	mkdir $kind
	for i in $(seq 10 33); do
		damage=$(junk "damage $i")
		[ $kind = driver ] && [ $((i % 2)) = 0 ] &&
			damage='0x8b905ed7c433a9f1'
		machine "$i" "$damage" >machine.txt
		crashcorpus synth machine.txt --output="$kind/$i.dmp"
	done
	crashindex --values --store=$kind-store $kind
	crashquery values --store=$kind-store
	echo "exit $?"
done
crashquery values --store=driver-store --format=csv
crashquery values --store=driver-store --all --format=csv |
	grep -c ',no,'
crashquery values --store=driver-store --format=json |
	jq -c '[.found, .machines, .sound_machines, .rows[0].value]'
crashquery find value=8b905ed7c433a9f1 --store=driver-store --format=csv | wc -l
crashquery find soundvalue=9c11a77e00d5c1b3 --store=driver-store --format=csv |
	wc -l

echo '-- not asked for'
crashindex --store=plain-store driver
crashquery values --store=plain-store
echo "exit $?"
crashindex --print driver/10.dmp 2>summary | jq -c 'has("values")'

echo '-- redacted, on any number of workers: the same words'
crashindex --print --values --jobs=1 driver 2>summary | jq -c '[.id, .values]' |
	sort >one
crashindex --print --values --jobs=3 --redact driver 2>summary |
	jq -c '[.id, .values]' | sort >three
cmp one three && wc -l <one
