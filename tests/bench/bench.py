#!/usr/bin/env python3
"""How fast, against the physical limit and against what one would pick instead.

usage: tests/bench/bench.py BUILD-DIRECTORY [RESULTS.md]

Makes its own data in a temporary folder, runs ours and the others in turn and
prints medians and ratios; passes and fails nothing.  BENCH_RECORDS: size of the
largest store (100000); BENCH_ROUNDS: how often each is run (5).
"""
import csv, datetime, os, platform, random, shutil, signal, statistics
import struct, subprocess, sys, tarfile, tempfile, time

OUT = os.path.abspath(sys.argv[1])
RESULTS = sys.argv[2] if len(sys.argv) > 2 else None
RECORDS = int(os.environ.get("BENCH_RECORDS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
REAL = "../shared/dumps/kernel"
MIB = 1 << 20
AT_ONCE, SLOW, LONGEST = 1, 10, 100  # seconds
WARM = 4  # times a round, of which the first does not count
lines = []


def say(text=""):
    print(text, flush=True)
    lines.append(text)


def program(name):
    return os.path.join(OUT, name)


def run(argv, timeout=None):
    """Wall and processor seconds of one run, and what it printed.

    It prints into memory, and nobody listens meanwhile: of a program that takes
    three milliseconds pipes and their reader would be another.
    """
    out, complaints = os.memfd_create("out"), os.memfd_create("err")
    names = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, complaints, 2)]
    late = []
    start = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=names)
    if timeout:
        signal.signal(signal.SIGALRM, lambda *_: (late.append(pid),
                                                  os.kill(pid, signal.SIGKILL)))
        signal.setitimer(signal.ITIMER_REAL, timeout)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    signal.setitimer(signal.ITIMER_REAL, 0)
    said = []
    for fd in (out, complaints):
        with open(fd, "rb") as f:
            f.seek(0)
            said.append(f.read())
    if late:
        raise TimeoutError
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit("bench: %s: %s" % (argv, said[1].decode()[-300:]))
    return wall, used.ru_utime + used.ru_stime, said[0]


def in_turn(contenders, rounds=ROUNDS, before=None, times_a_round=1):
    """Medians (wall, cpu) of each, run one after the other, round by round.

    Who takes longer than SLOW is not asked again, who takes longer than LONGEST
    is not waited for: None.  Where each is asked more than once a round, who
    answers at once is, and its first answer does not count: what others did
    meanwhile has thrown it out of the processor's caches.
    """
    times = {name: [] for name in contenders}
    late = set()
    for _ in range(rounds):
        for name, argv in contenders.items():
            if name in late or (times[name] and times[name][-1][0] > SLOW):
                continue
            if before:
                before(name)
            try:
                got = [run(argv, timeout=LONGEST)[:2]]
                while len(got) < times_a_round and got[0][0] < AT_ONCE:
                    got.append(run(argv, timeout=LONGEST)[:2])
                times[name] += got[1:] or got
            except TimeoutError:
                late.add(name)
    return {name: None if name in late else
            tuple(statistics.median(t[i] for t in all_of) for i in (0, 1))
            for name, all_of in times.items()}


def machine():
    model = "unknown"
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as info:
        memory = int(info.readline().split()[1]) // MIB
    return "%s, %d cores, %d GiB of memory, Linux %s" % (
        model, os.cpu_count(), memory, platform.release().split("-")[0])


# -- ingest -------------------------------------------------------------------

def real_dumps(folder, count):
    """Real dumps under other times, so that each is a crash of its own."""
    names = sorted(os.listdir(REAL))
    images = []
    for name in names:
        with open(os.path.join(REAL, name), "rb") as f:
            image = f.read()
        if image[:8] == b"PAGEDU64":
            images.append(image)
    for i in range(count):
        image = bytearray(images[i % len(images)])
        when = struct.unpack_from("<Q", image, 0xfa8)[0]
        struct.pack_into("<Q", image, 0xfa8, when + i * 600000000)
        with open(os.path.join(folder, "%04d.dmp" % i), "wb") as f:
            f.write(image)


def made_dumps(folder, count):
    """Dumps of the demo, made as long as real ones by what they hold."""
    run([program("crashcorpus"), "synth", "--demo", "--output=" + folder])
    for i, name in enumerate(sorted(os.listdir(folder))):
        path = os.path.join(folder, name)
        if i >= count:
            os.unlink(path)
            continue
        with open(path, "rb") as f:
            image = f.read()
        with open(path, "ab") as f:
            while f.tell() < (1 + i % 4) * MIB:
                f.write(image)


def pack(folder, name, kind):
    archive = "%s.%s" % (name, kind)
    run(["bsdtar", "-a", "-cf", archive, "-C", folder, "."])
    os.sync()  # or the system writes it while others are measured
    return archive


def index(store, jobs, *archives):
    return [program("crashindex"), "--no-settle", "--jobs=%d" % jobs,
            "--store=" + store, *archives]


def unpack(archive):
    """All that limits us: the same library, the bytes to nowhere."""
    return ["sh", "-c", 'exec bsdtar -xOf "$1" >/dev/null', "sh", archive]


def bench_ingest(work):
    folder = os.path.join(work, "dumps")
    os.mkdir(folder)
    is_real = os.path.isdir(REAL)
    (real_dumps if is_real else made_dumps)(folder, 48)
    total = sum(os.path.getsize(os.path.join(folder, n))
                for n in os.listdir(folder))
    say("## Ingest")
    say()
    say("%d triage dumps of 1 to 4 MiB (%s), %d MiB; processor time with one "
        "job, beside `bsdtar -xO` of the same archive to nowhere, and beside "
        "our own unpacking alone, which inflates quicker than bsdtar's zlib. "
        "Again: the archive is known; the first of four runs a round does not "
        "count." %
        (len(os.listdir(folder)),
         "real ones under other times" if is_real else "made", total // MIB))
    say()
    say("| archive | bsdtar, s | unpacking alone, s | crashindex, s | ratio "
        "to bsdtar | again, times faster |")
    say("| --- | --- | --- | --- | --- | --- |")
    store = os.path.join(work, "store")

    def fresh(name):
        if name == "ours":
            shutil.rmtree(store, ignore_errors=True)

    for kind in ("zip", "tar.gz", "7z"):
        archive = pack(folder, os.path.join(work, "night"), kind)
        got = in_turn({"bsdtar": unpack(archive),
                       "alone": [program("tests/bench/unpack_bench"), archive],
                       "ours": index(store, 1, archive)}, before=fresh)
        again = in_turn({"again": index(store, 1, archive)},
                        times_a_round=WARM)["again"]
        say("| %s | %.2f | %.2f | %.2f | %.2f | %.0f |" % (
            kind, got["bsdtar"][1], got["alone"][1], got["ours"][1],
            got["ours"][1] / got["bsdtar"][1], got["ours"][0] / again[0]))
    # Large enough that starting a program is not what is measured.
    shutil.rmtree(folder)
    os.mkdir(folder)
    (real_dumps if is_real else made_dumps)(folder, 192)
    archive = pack(folder, os.path.join(work, "first"), "zip")
    other = os.path.join(work, "other.zip")
    for name in sorted(os.listdir(folder)):  # other bytes, other crashes
        with open(os.path.join(folder, name), "r+b") as f:
            f.seek(0xfa8)
            when = struct.unpack("<Q", f.read(8))[0]
            f.seek(0xfa8)
            f.write(struct.pack("<Q", when + 10 ** 12))
    run(["bsdtar", "-a", "-cf", other, "-C", folder, "."])
    os.sync()

    def anew(_):
        shutil.rmtree(store, ignore_errors=True)

    jobs = in_turn({n: index(store, n, archive, other) for n in (1, 2)},
                   before=anew)
    both = 'bsdtar -xOf "$1" >/dev/null %s bsdtar -xOf "$2" >/dev/null %s wait'
    limit = in_turn({sign: ["sh", "-c", both % (sign, sign), "sh", archive,
                            other] for sign in (";", "&")})
    most = peak(index(store, 2, archive, other), store)
    again = in_turn({"again": index(store, 1, archive, other)},
                    times_a_round=WARM)["again"]
    say()
    say("Two archives of %d MiB with two jobs: %.2f times the throughput of one "
        "job; two `bsdtar` at once: %.2f times. Fed again: %.0f times faster "
        "than with one job. Largest process: %d MiB." % (
            os.path.getsize(archive) // MIB, jobs[1][0] / jobs[2][0],
            limit[";"][0] / limit["&"][0], jobs[1][0] / again[0],
            most // 1024))
    say()
    bench_small(work, store, anew)


def peak(argv, store):
    """Resident KiB of the largest process of a run."""
    shutil.rmtree(store, ignore_errors=True)
    code = ("import resource,subprocess,sys\n"
            "subprocess.run(sys.argv[1:],stderr=subprocess.DEVNULL)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    return int(run([sys.executable, "-c", code] + argv)[2].split()[-1])


def small_dumps(work, archive, count):
    """Dumps of XP, 17 to 41 KiB by the number of their drivers."""
    with open("tests/machines/x86_triage_b.txt") as f:
        lines = [line for line in f if line[0] != "#" and
                 not line.startswith(("time ", "uuid "))]
    after = 1 + next(i for i, line in enumerate(lines)
                     if line.startswith("module tcpip"))
    folder = os.path.join(work, "small")
    os.mkdir(folder)
    paths = []
    for i in range(count):
        when = time.gmtime(1262304000 + i * 3600)
        drivers = ["module drv%03d.sys size=0x%x000 time=0x4f%06x\n" %
                   (m, 4 + m % 60, m * 7919 + i % 5)
                   for m in range(i * 37 % 180)]
        paths.append(os.path.join(folder, "%05d.txt" % i))
        with open(paths[-1], "w") as f:
            f.writelines(lines[:after] + drivers + lines[after:] +
                         [time.strftime("time %Y-%m-%dT%H:%M:%SZ\n", when),
                          "uuid 00112233-4455-6677-8899-%012x\n" % (i % 3000)])
    run([program("crashcorpus"), "synth", "--output=" + archive, *paths])
    shutil.rmtree(folder)


def bench_small(work, store, anew):
    archive = os.path.join(work, "small.tar")
    count = 10000
    small_dumps(work, archive, count)
    os.sync()
    got = in_turn({"bsdtar": unpack(archive),
                   "ours": index(store, 1, archive)}, before=anew)
    beyond = got["ours"][1] - got["bsdtar"][1]
    say("Small dumps: %d of %d KiB on average: %.0f a second and core, beyond "
        "what unpacking takes." % (
            count, os.path.getsize(archive) // count // 1024, count / beyond))
    say()


# -- night after night --------------------------------------------------------

NIGHTS = 364
# Run by a small process: what it has itself counts as the most of its children.
NIGHT = """import os, sys
for night in sys.argv[3:]:
    pid = os.posix_spawn(sys.argv[1], sys.argv[1:3] + [night], os.environ)
    _, status, used = os.wait4(pid, 0)
    print(status, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def split_nights(archive, folder):
    """An archive for each day of the demo's dumps: [(path, dumps)]."""
    nights = {}
    with tarfile.open(archive) as whole:
        for member in whole:
            day = int(member.name.split("-day")[1].split("-")[0])
            if day not in nights:
                path = os.path.join(folder, "%04d.tar" % day)
                nights[day] = [path, 0, tarfile.open(path, "w")]
            nights[day][2].addfile(member, whole.extractfile(member))
            nights[day][1] += 1
    for _, _, night in nights.values():
        night.close()
    return [tuple(nights[day][:2]) for day in sorted(nights)]


def bench_nights(work):
    archive = os.path.join(work, "year.tar")
    run([program("crashcorpus"), "synth", "--demo", "--machines=600",
         "--weeks=%d" % (NIGHTS // 7), "--output=" + archive])
    folder = os.path.join(work, "nights")
    os.mkdir(folder)
    nights = split_nights(archive, folder)
    os.unlink(archive)
    os.sync()
    store = os.path.join(work, "nightly")
    told = run([sys.executable, "-c", NIGHT, program("crashindex"),
                "--store=" + store] + [path for path, _ in nights])[2]
    used = [tuple(map(float, line.split())) for line in told.splitlines()]
    if any(status for status, _, _ in used):
        sys.exit("bench: a night failed")
    say("## Night after night")
    say()
    say("A year of 600 machines, a run for each of %d nights, settled by each; "
        "medians of each quarter. Memory is of the largest process, with the "
        "pages of the store it met (%d MiB in the end)." % (
            len(nights), os.path.getsize(store + "/data.mdb") // MIB))
    say()
    say("| nights | dumps a night | processor time, ms | memory, MiB |")
    say("| --- | --- | --- | --- |")
    for i in range(4):
        part = slice(i * len(nights) // 4, (i + 1) * len(nights) // 4)
        say("| %d to %d | %.0f | %.0f | %.0f |" % (
            part.start + 1, part.stop,
            statistics.median(count for _, count in nights[part]),
            1000 * statistics.median(cpu for _, cpu, _ in used[part]),
            statistics.median(kib for _, _, kib in used[part]) / 1024))
    say()
    shutil.rmtree(folder)


# -- queries ------------------------------------------------------------------

# What is asked, in our words and in SQL over the table of rows_bench.c; the
# most ms it may take at 10 million, and how many times less than ClickHouse
# and SQLite.
QUESTIONS = [
    ("freq", ["freq"],
     "select bugcheck,count(*) n,count(distinct machine) m from c "
     "group by bugcheck order by n desc", 10, 3, 50),
    ("freq --by=bucket --min=10", ["freq", "--by=bucket", "--min=10"],
     " union all ".join(
         "select %s b,count(*) n,count(distinct machine) m from c "
         "where %s!=0 group by %s having count(*)>=10" % (b, b, b)
         for b in ("exact", "portable", "modules")), 100, 3, 50),
    ("freq, two filters and three months",
     ["freq", "fault=nt", "hypervisor=xen", "time=2023-06-01..2023-08-31"],
     "select bugcheck,count(*) n,count(distinct machine) m from c where "
     "fault='nt' and hypervisor='xen' and time between 1685577600 and "
     "1693526399 group by bugcheck order by n desc", 100, 3, 50),
    ("freq, code, module and a year",
     ["freq", "--by=machine", "bugcheck=d1", "fault=vendor*",
      "time=2023-07-01..2024-06-30", "--limit=20"],
     "select machine,count(*) n from c where bugcheck=209 and "
     "fault like 'vendor%' and time between 1688169600 and 1719791999 "
     "group by machine order by n desc limit 20", 100, 3, 50),
    ("find, three fields, first page",
     ["find", "bugcheck=d1", "hypervisor=xen", "fault=nt", "--limit=50"],
     "select id,time,bugcheck,fault from c where bugcheck=209 and "
     "hypervisor='xen' and fault='nt' order by time desc limit 50",
     10, None, None),
    ("find, two fields and a driver",
     ["find", "driver=vendor070.sys", "bugcheck=d1", "--limit=50"],
     None, 10, None, None),
    ("trends", ["trends"], None, 300, None, None),
    ("clusters", ["clusters"], None, None, None, None),
    ("clusters --new-since, a month ago", ["clusters", "--new-since=2024-12-01"], None,
     300, None, None),
    ("clusters --new-since, two days ago", ["clusters", "--new-since=2024-12-30"],
     None, 300, None, None),
    ("similar", ["similar", "CRASH"], None, 20, None, None),
    ("show", ["show", "CRASH"], None, None, None, None),
]


def make_store(work, count):
    store = os.path.join(work, "records-%d" % count)
    argv = [program("crashcorpus"), "synth", "--records=%d" % count,
            "--store=" + store]
    wall, cpu, _ = run(argv)
    size = os.path.getsize(os.path.join(store, "data.mdb"))
    settle = run([program("crashindex"), "--settle", "--store=" + store])[1]
    settled = os.path.getsize(os.path.join(store, "data.mdb"))
    return store, ["%.0f" % wall, "%.0f" % (count / cpu), "%.1f" % settle,
                   "%.0f" % (size / count), "%.0f" % (settled / count)]


def ask(store, argv):
    return [program("crashquery"), "--store=" + store] + argv


def some_crash(store):
    listed = run(ask(store, ["find", "bugcheck=d1", "--limit=1",
                             "--format=csv"]))[2]
    return listed.decode().splitlines()[1].split(",")[0]


def bench_sizes(work):
    sizes = [n for n in (100000, 1000000, 10000000) if n < RECORDS]
    sizes.append(RECORDS)
    say("## Queries, and how they grow")
    say()
    say("Whole process, warm page cache; median wall time in ms (processor "
        "time in brackets). Goal: the most at 10 million. All stores are "
        "settled; most clusters of made records have one crash: at 10 "
        "million `clusters` prints 1.6 million lines, those of a month are "
        "65,000.")
    say()
    say("| | goal | %s |" % " | ".join("{:,}".format(n) for n in sizes))
    say("| --- | --- |%s" % (" --- |" * len(sizes)))
    stores, made, crash = {}, {}, {}
    for n in sizes:
        stores[n], made[n] = make_store(work, n)
        crash[n] = some_crash(stores[n])
    for name, argv, _, goal, _, _ in QUESTIONS:
        cells = []
        for n in sizes:
            ours = ask(stores[n], [crash[n] if word == "CRASH" else word
                                   for word in argv])
            got = in_turn({"warm": ours, "ours": ours})["ours"]
            cells.append("%.1f (%.1f)" % (got[0] * 1e3, got[1] * 1e3)
                         if got else "over %d s" % LONGEST)
        say("| %s | %s | %s |" % (name, goal or "", " | ".join(cells)))
    for i, (name, goal) in enumerate((
            ("seconds to make the store", ""),
            ("put a second of processor time", ""),
            ("seconds of processor time to settle all of it", ""),
            ("bytes of store a crash", ""),
            ("the same once settled", 600))):
        say("| %s | %s | %s |" % (name, goal, " | ".join(
            made[n][i] for n in sizes)))
    say()
    return stores


def sqlite(work, table):
    """Two bases: an index a field, and an index made for each question."""
    one, other = (os.path.join(work, "rows.sqlite"),
                  os.path.join(work, "tailored.sqlite"))

    def tell(base, text):
        subprocess.run(["sqlite3", base], check=True, text=True,
                       stdout=subprocess.DEVNULL,
                       input="pragma journal_mode=off;"
                             "pragma synchronous=off;\n" + text)

    tell(one,
        "create table c(id integer primary key,time integer,bugcheck integer,"
        "machine integer,exact integer,portable integer,modules integer,"
        "fault text,hypervisor text);\n"
        ".import --csv --skip 1 %s c\n" % table)
    shutil.copyfile(one, other)
    tell(one, "".join("create index by_%s on c(%s);\n" % (field, field)
                      for field in ("time", "bugcheck", "machine", "exact",
                                    "portable", "modules", "fault",
                                    "hypervisor")) + "analyze;\n")
    tell(other,
        "create index by_bugcheck on c(bugcheck,machine);\n"
        "create index by_exact on c(exact,machine);\n"
        "create index by_portable on c(portable,machine);\n"
        "create index by_modules on c(modules,machine);\n"
        "create index by_fault on c(fault,hypervisor,time,bugcheck,machine);\n"
        "create index by_code on c(bugcheck,hypervisor,fault,time);\n"
        "create index by_time on c(bugcheck,time,fault,machine);\n"
        "analyze;\n")
    return one, other


DRAWN = 12


def drawn_questions(table, count):
    """Two filters and three months: the values of a crash drawn by chance.

    As (our words, SQL); the seed is fixed, so the same store is asked the same.
    """
    chance = random.Random(1)
    wanted = {chance.randrange(count) for _ in range(20 * DRAWN)}
    day = datetime.timezone.utc
    got = []
    with open(table, newline="") as f:
        for i, row in enumerate(csv.DictReader(f)):
            if i not in wanted:
                continue
            known = [(name, row[name]) for name in ("fault", "hypervisor")
                     if row[name]]
            known.append(("bugcheck", int(row["bugcheck"])))
            if len(known) < 2:
                continue
            two = chance.sample(known, 2)
            when = datetime.datetime.fromtimestamp(int(row["time"]), day)
            first = when.date() - datetime.timedelta(chance.randrange(91))
            last = first + datetime.timedelta(90)
            begin = int(datetime.datetime(*first.timetuple()[:3],
                                          tzinfo=day).timestamp())
            got.append((
                ["freq", "time=%s..%s" % (first, last)] +
                ["%s=%s" % (name, "%x" % value if name == "bugcheck" else value)
                 for name, value in two],
                "select bugcheck,count(*) n,count(distinct machine) m from c "
                "where time between %d and %d and %s group by bugcheck "
                "order by n desc" % (begin, begin + 91 * 86400 - 1, " and ".join(
                    "%s=%s" % (name, value if name == "bugcheck"
                               else "'%s'" % value) for name, value in two))))
    return chance.sample(got, DRAWN)


def bench_drawn(store, table, count, base, click):
    """How often the goals hold for any two filters and a time range."""
    times = {"ours": [], "sqlite": [], "click": []}
    for words, sql in drawn_questions(table, count):
        contenders = {"ours": ask(store, words),
                      "sqlite": ["sqlite3", base, sql]}
        if click:
            contenders["click"] = click + [sql]
        for name, got in in_turn(contenders, 1, times_a_round=WARM).items():
            times[name].append(got[0] if got else LONGEST)
    say("Two filters with the values of a crash drawn by chance, and three "
        "months, %d times:" % len(times["ours"]))
    say()
    say("| | least | a quarter below | half | a quarter above | most |")
    say("| --- | --- | --- | --- | --- | --- |")

    def spread(name, values, form):
        values = sorted(values)
        say("| %s | %s |" % (name, " | ".join(
            form % values[(len(values) - 1) * i // 4] for i in range(5))))

    spread("ours, ms (goal 100)", [t * 1e3 for t in times["ours"]], "%.1f")
    spread("SQLite, ms", [t * 1e3 for t in times["sqlite"]], "%.0f")
    for name, title in (("sqlite", "SQLite, times longer (goal 50)"),
                        ("click", "ClickHouse, times longer (goal 3)")):
        if times[name]:
            spread(title, [theirs / ours for theirs, ours in
                           zip(times[name], times["ours"])], "%.1f")
    say()


def bench_others(work, stores):
    """SQLite and ClickHouse over the same rows, at the largest size."""
    count = max(stores)
    table = os.path.join(work, "rows.csv")
    with open(table, "wb") as f:
        subprocess.run([program("tests/bench/rows_bench"), stores[count]],
                       stdout=f, check=True)
    bases = sqlite(work, table)
    click = clickhouse(work, table)
    say("## Against what one would pick instead")
    say()
    say("The same %s crashes and the same questions, whole processes in turn; "
        "ratio: their median wall time over ours. Theirs have the columns of "
        "the questions only, ours has everything. SQLite once with an index "
        "for each field, and once with an index made for this very question, "
        "in which alone the answer lies; more than %d s are not waited for. Who "
        "answers within a second is asked four times a round, and the first "
        "does not count." %
        ("{:,}".format(count), LONGEST))
    say()
    say("| question | ours, ms | ClickHouse | goal | SQLite | goal "
        "| SQLite, made for it |")
    say("| --- | --- | --- | --- | --- | --- | --- |")
    for name, argv, sql, _, of_click, of_sqlite in QUESTIONS:
        if not sql:
            continue
        contenders = {"ours": ask(stores[count], argv)}
        if click:
            contenders["click"] = click + [sql]
        for which, base in zip(("sqlite", "tailored"), bases):
            contenders[which] = ["sqlite3", base, sql]
        got = in_turn(contenders, times_a_round=WARM)
        ours = got["ours"][0]

        def ratio(which):
            if which not in got:
                return "-"
            if not got[which]:
                return "> %.0f" % (LONGEST / ours)
            return "%.1f" % (got[which][0] / ours)

        say("| %s | %.1f | %s | %s | %s | %s | %s |" % (
            name, ours * 1e3, ratio("click"), of_click or "",
            ratio("sqlite"), of_sqlite or "", ratio("tailored")))
    say()
    bench_drawn(stores[count], table, count, bases[0], click)
    if not click:
        say("ClickHouse: no server or no client here, not measured.")
        say()
    stop_clickhouse()
    for path in (table, *bases):
        os.unlink(path)


def bench_lines(work, stores):
    """jq and grep over JSON lines, at the smallest size: they read it all."""
    count = min(stores)
    objects = os.path.join(work, "rows.jsonl")
    with open(objects, "wb") as f:
        subprocess.run([program("crashcorpus"), "export", "--format=jsonl",
                        "--store=" + stores[count]], stdout=f, check=True)
    got = in_turn({
        "ours": ask(stores[count], ["freq"]),
        "jq": ["jq", "-r", ".bugcheck.code", objects],
        "grep": ["grep", "-c", '"code":"0xd1"', objects]}, 3)
    say("Files of JSON lines, %s crashes: `jq` takes %.0f times as long to "
        "spell out the stop codes as `freq` to count them, `grep` %.0f times "
        "to count one of them." % (
            "{:,}".format(count), got["jq"][0] / got["ours"][0],
            got["grep"][0] / got["ours"][0]))
    say()
    os.unlink(objects)


server = None


def clickhouse(work, table):
    """Debian's server on the loopback with the same rows; the client's argv."""
    global server
    if not (shutil.which("clickhouse-server") and
            shutil.which("clickhouse-client")):
        return None
    home = os.path.join(work, "clickhouse")
    os.makedirs(home)
    config = os.path.join(home, "config.xml")
    users = os.path.join(home, "users.xml")
    with open(users, "w") as f:
        f.write("<yandex><profiles><default/></profiles><quotas><default/>"
                "</quotas><users><default><password/><networks><ip>127.0.0.1"
                "</ip><ip>::1</ip></networks><profile>default</profile><quota>"
                "default</quota></default></users></yandex>")
    with open(config, "w") as f:
        f.write("<yandex><logger><level>none</level></logger><tcp_port>19377"
                "</tcp_port><listen_host>127.0.0.1</listen_host><path>%s/"
                "</path><tmp_path>%s/tmp/</tmp_path><users_config>%s"
                "</users_config><default_profile>default</default_profile>"
                "<default_database>default</default_database>"
                "<mark_cache_size>67108864</mark_cache_size></yandex>" %
                (home, home, users))
    server = subprocess.Popen(["clickhouse-server", "--config-file=" + config],
                              cwd=home, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    client = ["clickhouse-client", "--host=127.0.0.1", "--port=19377",
              "--query"]
    columns = ("id UInt32,time Int64,bugcheck Int64,machine Int64,exact Int64,"
               "portable Int64,modules Int64,fault String,hypervisor String")
    for _ in range(50):
        if not subprocess.run(client + ["select 1"], capture_output=True
                              ).returncode:
            break
        time.sleep(0.2)
    made = subprocess.run(client + [
        "create table c (%s) engine = MergeTree order by (bugcheck, time) "
        % columns], capture_output=True)
    with open(table) as f:
        loaded = subprocess.run(client + [
            "insert into c format CSVWithNames"], stdin=f,
            capture_output=True)
    if made.returncode or loaded.returncode:
        stop_clickhouse()
        return None
    return client


def stop_clickhouse():
    global server
    if server:
        server.terminate()
        server.wait()
    server = None


def bench_stacks():
    pairs = os.path.join(OUT, "tests/bench/pairs_bench")
    if not os.path.exists(pairs):
        return
    say("## Stacks: against all pairs")
    say()
    say("| signatures | all pairs, s | engine, s | ratio |")
    say("| --- | --- | --- | --- |")
    for line in run([pairs])[2].decode().splitlines():
        count, theirs, ours = line.split()
        say("| %s | %s | %s | %.1f |" % (
            count, theirs, ours, float(theirs) / max(float(ours), 1e-6)))
    say()


def main():
    work = tempfile.mkdtemp(prefix="bench-",
                            dir=os.environ.get("TMPDIR", "/var/tmp"))
    say("# How fast")
    say()
    say("Written by `make bench`; medians of %d runs, one after the other. "
        "The machine: %s, load %.1f when it began." %
        (ROUNDS, machine(), os.getloadavg()[0]))
    say()
    try:
        bench_ingest(work)
        bench_nights(work)
        stores = bench_sizes(work)
        bench_others(work, stores)
        bench_lines(work, stores)
        bench_stacks()
    finally:
        stop_clickhouse()
        shutil.rmtree(work, ignore_errors=True)
    if RESULTS:
        with open(RESULTS, "w") as f:
            f.write("\n".join(lines).rstrip() + "\n")


main()
