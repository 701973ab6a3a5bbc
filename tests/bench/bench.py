#!/usr/bin/env python3
"""How fast, against the physical limit and against what one would pick instead.

usage: tests/bench/bench.py BUILD-DIRECTORY [RESULTS.md]

Makes its own data in a temporary folder, runs ours and the others in turn and
prints medians and ratios; passes and fails nothing.  BENCH_RECORDS: size of the
largest store (100000); BENCH_ROUNDS: how often each is run (5).
"""
import json, os, platform, resource, shutil, sqlite3, statistics, struct
import subprocess, sys, tempfile, time

OUT = os.path.abspath(sys.argv[1])
RESULTS = sys.argv[2] if len(sys.argv) > 2 else None
RECORDS = int(os.environ.get("BENCH_RECORDS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
REAL = "../shared/dumps/kernel"
MIB = 1 << 20
lines = []


def say(text=""):
    print(text, flush=True)
    lines.append(text)


def program(name):
    return os.path.join(OUT, name)


def run(argv, stdin=None):
    """Wall and processor seconds of one run, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(argv, stdin=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode not in (0, 1):
        sys.exit("bench: %s: %s" % (argv, done.stderr.decode()[-300:]))
    return wall, cpu, done.stdout


def in_turn(contenders, rounds=ROUNDS, before=None):
    """Medians (wall, cpu) of each, run one after the other, round by round."""
    times = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, argv in contenders.items():
            if before:
                before(name)
            times[name].append(run(argv)[:2])
    return {name: tuple(statistics.median(t[i] for t in all_of)
                        for i in (0, 1)) for name, all_of in times.items()}


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
    argv = {"zip": ["bsdtar", "-a", "-cf", archive],
            "tar.gz": ["bsdtar", "-a", "-cf", archive],
            "7z": ["bsdtar", "-a", "-cf", archive]}[kind]
    run(argv + ["-C", folder, "."])
    return archive


def index(store, jobs, *archives):
    return [program("crashindex"), "--no-settle", "--jobs=%d" % jobs,
            "--store=" + store, *archives]


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
        "job, beside `bsdtar -xO` of the same archive to nowhere." %
        (len(os.listdir(folder)),
         "real ones under other times" if is_real else "made", total // MIB))
    say()
    say("| archive | bsdtar, s | crashindex, s | ratio | again, times faster |")
    say("| --- | --- | --- | --- | --- |")
    store = os.path.join(work, "store")

    def fresh(name):
        if name == "ours":
            shutil.rmtree(store, ignore_errors=True)

    for kind in ("zip", "tar.gz", "7z"):
        archive = pack(folder, os.path.join(work, "night"), kind)
        got = in_turn({"bsdtar": ["bsdtar", "-xOf", archive],
                       "ours": index(store, 1, archive)}, before=fresh)
        again = in_turn({"again": index(store, 1, archive)})["again"]
        say("| %s | %.2f | %.2f | %.2f | %.0f |" % (
            kind, got["bsdtar"][1], got["ours"][1],
            got["ours"][1] / got["bsdtar"][1], got["ours"][0] / again[0]))
    archive = os.path.join(work, "night.zip")
    other = os.path.join(work, "other.zip")
    for name in sorted(os.listdir(folder)):  # other bytes, other crashes
        with open(os.path.join(folder, name), "r+b") as f:
            f.seek(0xfa8)
            when = struct.unpack("<Q", f.read(8))[0]
            f.seek(0xfa8)
            f.write(struct.pack("<Q", when + 10 ** 12))
    run(["bsdtar", "-a", "-cf", other, "-C", folder, "."])

    def anew(_):
        shutil.rmtree(store, ignore_errors=True)

    jobs = in_turn({n: index(store, n, archive, other) for n in (1, 2)},
                   before=anew)
    most = peak(index(store, 2, archive, other), store)
    say()
    say("Two archives with two jobs: %.2f times the throughput of one job. "
        "Largest process: %d MiB." % (jobs[1][0] / jobs[2][0], most // 1024))
    say()
    bench_small(work, store, anew)


def peak(argv, store):
    """Resident KiB of the largest process of a run."""
    shutil.rmtree(store, ignore_errors=True)
    code = ("import resource,subprocess,sys\n"
            "subprocess.run(sys.argv[1:],stderr=subprocess.DEVNULL)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    return int(run([sys.executable, "-c", code] + argv)[2].split()[-1])


def bench_small(work, store, anew):
    archive = os.path.join(work, "small.tar")
    run([program("crashcorpus"), "synth", "--demo", "--machines=600",
         "--weeks=26", "--output=" + archive])
    listing = run(["bsdtar", "-tf", archive])[2]
    count = listing.count(b"\n")
    got = in_turn({"bsdtar": ["bsdtar", "-xOf", archive],
                   "ours": index(store, 1, archive)}, before=anew)
    beyond = got["ours"][1] - got["bsdtar"][1]
    say("Small dumps: %d of %d KiB on average: %.0f a second and core, beyond "
        "what unpacking takes." % (
            count, os.path.getsize(archive) // count // 1024, count / beyond))
    say()


# -- queries ------------------------------------------------------------------

QUESTIONS = [
    ("freq", ["freq"],
     "select bugcheck,count(*) n,count(distinct machine) m from c "
     "group by bugcheck order by n desc"),
    ("freq --by=bucket --min=10", ["freq", "--by=bucket", "--min=10"], None),
    ("freq, two filters and three months",
     ["freq", "fault=nt", "hypervisor=xen", "time=2023-06-01..2023-08-31"],
     "select bugcheck,count(*) n,count(distinct machine) m from c where "
     "fault='nt' and hypervisor='xen' and time between '2023-06-01' and "
     "'2023-08-31T24' group by bugcheck order by n desc"),
    ("find, three fields, first page",
     ["find", "bugcheck=d1", "hypervisor=xen", "fault=nt", "--limit=50"],
     "select id,time,bugcheck,fault,source from c where bugcheck='0xd1' and "
     "hypervisor='xen' and fault='nt' order by time desc limit 50"),
    ("find, two fields and a driver",
     ["find", "driver=vendor070.sys", "bugcheck=d1", "--limit=50"], None),
    ("trends", ["trends"], None),
    ("clusters", ["clusters"], None),
]


def make_store(work, count):
    store = os.path.join(work, "records-%d" % count)
    argv = [program("crashcorpus"), "synth", "--records=%d" % count,
            "--store=" + store]
    wall, cpu, _ = run(argv)
    return store, wall, cpu


def bench_sizes(work):
    sizes = [n for n in (100000, 1000000, 10000000) if n < RECORDS]
    sizes.append(RECORDS)
    stores = {}
    say("## Queries, and how they grow")
    say()
    say("Whole process, warm page cache; median wall time in ms (processor "
        "time in brackets).")
    say()
    head = " | ".join("{:,}".format(n) for n in sizes)
    say("| | %s |" % head)
    say("| --- |%s" % (" --- |" * len(sizes)))
    rows = {}
    made, sizes_of = [], []
    for n in sizes:
        store, wall, cpu = make_store(work, n)
        stores[n] = store
        made.append("%.0f" % (n / cpu))
        sizes_of.append("%.0f" % (
            os.path.getsize(os.path.join(store, "data.mdb")) / n))
    for name, argv, _ in QUESTIONS:
        cells = []
        for n in sizes:
            ours = [program("crashquery"), "--store=" + stores[n]] + argv
            run(ours)
            wall, cpu = in_turn({"ours": ours})["ours"]
            cells.append("%.1f (%.1f)" % (wall * 1e3, cpu * 1e3))
            rows[name, n] = wall
        say("| %s | %s |" % (name, " | ".join(cells)))
    first = {}
    for n in sizes:
        listed = run([program("crashquery"), "--store=" + stores[n], "find",
                      "bugcheck=d1", "--limit=1", "--format=csv"])[2]
        first[n] = listed.decode().splitlines()[1].split(",")[0]
    for name in ("similar", "show"):
        cells = []
        for n in sizes:
            wall, cpu = in_turn({name: [
                program("crashquery"), "--store=" + stores[n], name,
                first[n]]})[name]
            cells.append("%.1f (%.1f)" % (wall * 1e3, cpu * 1e3))
        say("| %s | %s |" % (name, " | ".join(cells)))
    say("| bytes of store a crash | %s |" % " | ".join(sizes_of))
    say("| put a second of processor time | %s |" % " | ".join(made))
    say()
    return stores[sizes[0]], sizes[0], rows


def bench_others(work, store, count, rows):
    """SQLite, ClickHouse, grep and jq over the same rows."""
    table = os.path.join(work, "rows.csv")
    with open(table, "wb") as f:
        subprocess.run([program("crashcorpus"), "export", "--format=csv",
                        "--store=" + store], stdout=f, check=True)
    base = os.path.join(work, "rows.sqlite")
    subprocess.run(["sqlite3", base], check=True, text=True, input=(
        ".import --csv %s c\n"
        "create index by_bugcheck on c(bugcheck,machine);\n"
        "create index by_fault on c(fault,time);\n"
        "create index by_host on c(hypervisor,bugcheck,time);\n"
        "create index by_time on c(time);\nanalyze;\n" % table))
    objects = os.path.join(work, "rows.jsonl")
    link = sqlite3.connect(base)
    link.row_factory = sqlite3.Row
    with open(objects, "w") as f:
        for row in link.execute("select * from c"):
            f.write(json.dumps(dict(row)) + "\n")
    link.close()
    say("## Against what one would pick instead")
    say()
    say("The same %s crashes and the same questions, whole processes in turn; "
        "ratio: their median wall time over ours. Theirs have the main columns "
        "only, ours everything." % "{:,}".format(count))
    say()
    say("| question | ours, ms | SQLite | jq | grep | ClickHouse |")
    say("| --- | --- | --- | --- | --- | --- |")
    click = clickhouse(work, table)
    for name, argv, sql in QUESTIONS:
        if not sql:
            continue
        contenders = {
            "ours": [program("crashquery"), "--store=" + store] + argv,
            "sqlite": ["sqlite3", base, sql],
        }
        if shutil.which("jq"):
            contenders["jq"] = ["jq", "-r", ".bugcheck", objects]
        contenders["grep"] = ["grep", "-c", '"bugcheck": "0xd1"', objects]
        if click:
            contenders["click"] = click + [sql]
        got = in_turn(contenders, 3)
        ours = got["ours"][0]

        def ratio(which):
            return "%.1f" % (got[which][0] / ours) if which in got else "-"

        say("| %s | %.1f | %s | %s | %s | %s |" % (
            name, ours * 1e3, ratio("sqlite"), ratio("jq"), ratio("grep"),
            ratio("click")))
    say()
    say("jq and grep answer less than is asked: jq spells out the stop codes, "
        "grep counts one of them.")
    stop_clickhouse()
    if not click:
        say("ClickHouse: no clickhouse-server here, not measured.")
    say()


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
    with open(table) as f:
        names = f.readline().strip().split(",")
    columns = ",".join("%s String" % n for n in names)
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
        bench_others(work, *bench_sizes(work))
        bench_stacks()
    finally:
        stop_clickhouse()
        shutil.rmtree(work, ignore_errors=True)
    if RESULTS:
        with open(RESULTS, "w") as f:
            f.write("\n".join(lines).rstrip() + "\n")


main()
