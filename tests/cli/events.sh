# Crashes that left no dump: event 1001 as Windows exports it, Report.wer, and
# what lies beside a dump.  All names and numbers are made up.
show() {
	crashindex --print "$@" 2>&1 | python3 -c '
import json, sys
for line in sys.stdin:
    if not line.startswith("{"):
        print(line, end="")
        continue
    crash = json.loads(line)
    machine = crash["machine"]
    print(crash["source"], crash["image"]["kind"], crash["time"],
          crash["bugcheck"]["code"], *crash["bugcheck"]["args"],
          machine["id"], machine["manufacturer"], machine["product_name"],
          *crash["flags"])'
}
message() { # code args
	printf 'The computer has rebooted from a bugcheck.  The bugcheck was: %s (%s). A dump was saved in: C:\\Windows\\MEMORY.DMP. Report Id: 1.' "$1" "$2"
}
event() { # name time code args
	cat <<EOF
<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-WER-SystemErrorReporting' EventSourceName='BugCheck'/><EventID Qualifiers='16384'>1001</EventID><TimeCreated SystemTime='$2'/><Computer>$1</Computer></System><EventData><Data Name='param1'>$3 ($4)</Data><Data Name='param2'>C:\\Windows\\MEMORY.DMP</Data><Data Name='param3'>1</Data></EventData></Event>
EOF
}
D1='0x0000000000000029, 0x0000000000000002, 0x0000000000000000, 0xfffff80100001ae9'
DPC='0x0000000000000000, 0x0000000000000501, 0x0000000000000500, 0x0000000000000000'

echo '== exports'
mkdir exports
{
	echo '<?xml version="1.0" encoding="utf-8" standalone="yes"?><Events>'
	event PC17.example.org 2024-06-30T19:54:01.123456700Z 0x000000d1 "$D1"
	event PC18 2024-06-30T20:00:00.000000000Z 0x10000133 "$DPC"
	echo '<Event><System><EventID>41</EventID></System><EventData><Data Name="BugcheckCode">209</Data></EventData></Event></Events>'
} >exports/a.xml
iconv -f UTF-8 -t UTF-16 exports/a.xml >exports/a16.xml
printf 'Level,Date and Time,Source,Event ID,Task Category\r\nError,6/30/2024 7:54:01 PM,BugCheck,1001,None,"%s"\r\nError,12/30/2024 7:54:01 AM,BugCheck,1001,None,"%s"\r\nCritical,6/30/2024 7:53:59 PM,Kernel-Power,41,(63),"The system has ""rebooted"""\r\n' \
	"$(message 0x000000d1 "$D1")" "$(message 0x00000133 "$DPC")" >exports/b.csv
printf '#TYPE Selected\r\n"MachineName";"TimeCreated";"Message"\r\n"pc17.example.org";"30.06.2024 19:54:01";"Der Computer wurde nach einem schwerwiegenden Fehler neu gestartet. Der Fehlercode war: 0x000000d1\r\n(%s). Ein Abbild wurde gespeichert in: C:\\Windows\\MEMORY.DMP."\r\n' "$D1" >exports/c.csv
printf 'Event[0]:\r\n  Log Name: System\r\n  Date: 2024-06-30T19:54:01.123\r\n  Event ID: 1001\r\n  Computer: PC17\r\n  Description: \r\n%s\r\n\r\nEvent[1]:\r\n  Date: 2024-07-01T01:02:03.0000000Z\r\n  Computer: PC19\r\n  Description: \r\n%s\r\n' \
	"$(message 0x000000d1 "$D1")" "$(message 0x00000133 "$DPC")" >exports/d.txt
message 0x000000d1 "$D1" >exports/e.txt
{ printf 'Date:  6/30/2024 9:54:01 PM\nComputer: PC17\n'; message 0x000000d1 "$D1"; echo; echo 'Event Xml:'
  event PC17 2024-06-30T19:54:01Z 0x000000d1 "$D1"; } >exports/f.txt
echo '*** STOP: 0x000000d1 (0x29, 0x2, 0x0, 0x1) and a word of C:\Windows\MEMORY.DMP' >exports/no.txt
{ printf 'ElfFile\0'; head -c 4088 /dev/zero; } >exports/z.evtx
show exports
crashindex --strict --print exports/z.evtx 2>&1; echo $?

echo '== a driver object was changed, and there is no memory to find it in'
event PC20 2024-07-01T20:00:00Z 0x00000109 \
	'0xa3a01f5a3763f650, 0xb3b72be089e32ceb, 0xffffe001a2894a20, 0x1c' >changed.xml
echo '*** STOP: 0x00000109 (0xa3a01f5a, 0xb3b72be0, 0xe0014a20, 0x1c)' >changed.txt
show --max-seconds=5 changed.xml changed.txt

echo '== a report and what lies beside it'
report() { # code arg4
	printf 'Version=1\r\nEventType=BlueScreen\r\nEventTime=133642508410000000\r\nWow64Host=34404\r\nSig[0].Name=Code\r\nSig[0].Value=%s\r\nSig[1].Name=Parameter 1\r\nSig[1].Value=29\r\nSig[2].Name=Parameter 2\r\nSig[2].Value=2\r\nSig[3].Name=Parameter 3\r\nSig[3].Value=0\r\nSig[4].Name=Parameter 4\r\nSig[4].Value=%s\r\nSig[5].Name=OS version\r\nSig[5].Value=10_0_19041\r\n' "$1" "$2" | iconv -f UTF-8 -t UTF-16
}
cat >machine.txt <<EOF
format triage-a
arch x64
build 19041
time 2024-06-30T19:52:23.1234567Z
uptime 4711.5
bugcheck 0xd1 0x29 2 0 ks.sys+0x1ae9
module ks.sys base=0xfffff80100000000 size=0x40000 time=0x4f712051
frame ks.sys+0x1ae9
EOF
mkdir both alone bare
crashcorpus synth -o bare machine.txt
cp bare/machine.dmp both
report d1 fffff80100001ae9 >both/Report.wer
report d1 fffff80100001ae9 >alone/Report.wer
report 9f fffff80100001ae9 >both/other.wer
printf '<?xml version="1.0" encoding="Unicode"?><SYSTEMINFO><SYSTEM><COMPUTERNAME>PC17</COMPUTERNAME><MANUFACTURER>Example &amp; Sons</MANUFACTURER><MODEL>Box</MODEL></SYSTEM><DEVICES><DEVICE><MANUFACTURER>Other</MANUFACTURER></DEVICE></DEVICES></SYSTEMINFO>' |
	iconv -f UTF-8 -t UTF-16 >both/sysdata.xml
cp both/sysdata.xml alone
show bare
show both
show both/*
show alone
python3 - <<'EOF'
import zipfile
with zipfile.ZipFile("wer.zip", "w") as z:
    for name in "machine.dmp", "Report.wer", "other.wer", "sysdata.xml":
        z.write("both/" + name, "Kernel_d1/" + name)
EOF
show wer.zip
(cd both && gcab -c -z ../wer.cab machine.dmp Report.wer other.wer sysdata.xml)
show wer.cab
crashindex --print both/sysdata.xml 2>&1
crashindex --store=names both exports >/dev/null 2>&1
grep -c -i -a -r 'pc17' names/data.mdb

echo '== one crash, whichever comes first'
for order in 'bare exports/a.xml alone' 'alone exports/a.xml bare'; do
	rm -rf store
	for path in $order; do
		crashindex --store=store --now=2024-07-02 "$path" 2>&1
	done
	crashquery --store=store find --format=csv
	crashcorpus verify --store=store
done
crashquery --store=store freq --by=kind --format=csv
