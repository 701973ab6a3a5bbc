# Somebody else writes to the store: the second waits, says so once, and has its
# turn.
crashcorpus synth --demo --machines=10 --weeks=1 --output=1.tar
crashindex --store=store 1.tar 2>/dev/null
mkfifo held
flock store/writer.lock sh -c 'echo >held; sleep 2' &
read -r _ <held
crashindex --store=store --settle 1.tar 2>&1 | sed 's/[0-9][0-9]* duplicate/N duplicate/'
flock store/writer.lock sh -c 'echo >held; sleep 2' &
read -r _ <held
crashcorpus rebuild --store=store 2>&1 >/dev/null
# That there is nothing to do is seen without being the writer; what is in a
# file that was not there before is not, nor is what a list changes.
wait
cp 1.tar 3.tar
flock store/writer.lock sh -c 'echo >held; sleep 4' &
read -r _ <held
crashindex --store=store --no-settle 1.tar 1.tar 2>&1 | sed 's/[0-9][0-9]* duplicate/N duplicate/'
crashindex --store=store 1.tar 1.tar 2>&1 | sed 's/[0-9][0-9]* duplicate/N duplicate/'
crashindex --store=store --no-settle 1.tar 3.tar 2>&1 | sed 's/[0-9][0-9]* duplicate/N duplicate/'
wait
flock store/writer.lock sh -c 'echo >held; sleep 2' &
read -r _ <held
echo 'quiet.sys' >store/noise
crashindex --store=store 1.tar 2>&1 | sed 's/[0-9][0-9]* duplicate/N duplicate/'
# Nor is there where a folder has what is known alone, by whatever name, also
# in folders of it; a dump beside it is looked at.
mkdir -p drop/more drop/none
mv 1.tar drop/more
rm store/noise
crashindex --store=store drop >/dev/null 2>&1
ln -s more/1.tar drop/2.tar
flock store/writer.lock sh -c 'echo >held; sleep 3' &
read -r _ <held
crashindex --store=store --no-settle drop 2>&1 | sed 's/[0-9][0-9]* duplicate/N duplicate/'
echo PAGEDU64 >drop/none/a.dmp
crashindex --store=store --no-settle drop 2>&1 | sed 's/[0-9][0-9]* duplicate/N duplicate/'
wait
mv drop/more/1.tar 1.tar
crashindex --store=store 1.tar >/dev/null 2>&1
# Where nobody holds it for long, nothing is said.
wait
crashindex --store=store 1.tar 2>&1 | grep -c waiting
true
