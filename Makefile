# make                  the three programs, in build/release/
# make demo             a small fleet, from its archive to its frequency table
# make test             install what is missing; every test, sanitizers included
# make check            rules, unit tests, fuzz seeds, command-line tests
# make check UPDATE=1   rewrite the expected output of tests/cli/, then read the diff
# make check SAN=address,undefined      the same under sanitizers; or SAN=thread
# make fuzz             fuzz targets, with clang
# make hostile          broken copies, kill -9, failing calls, bombs: minutes
# make install          under PREFIX (/usr/local) and DESTDIR; make uninstall
# make deb              a Debian package, in build/release/
# make lint             which room may include which; size, names, formatting
# make bench            how fast, against the limit and against others
# make bench-clusters bench-unwind bench-alarms      how true
# make V=1              show the commands
# make packages         install what the build needs (Debian, as root)

.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

comma := ,
Q     := $(if $(V),,@)
OUT   := build/$(if $(SAN),$(subst $(comma),-,$(SAN)),release)
# Small ones are linked in: finding them takes longer than many a question.
# Of capstone x86 alone: a table of the 68000 is 65536 addresses to fill in.
inside := lmdb xxhash jansson popt gsl gslcblas seccomp
absent := AArch64 ARM EVM M680X M68K Mips PPC Sparc SystemZ TMS320C64x XCore
LIBS   = $(foreach cpu,$(absent),-Wl,--defsym=$(cpu)_global_init=0,--defsym=$(cpu)_option=0) \
	 $(patsubst %,-l:lib%.a,$(inside)) $(OUT)/capstone.a $(shell pkg-config --libs libarchive zlib libcurl 2>/dev/null) -lm

# Symbols that a library takes from us: see indexer/ingest/inflate.h.
taken := $(patsubst %,-Wl$(comma)--export-dynamic-symbol=%,\
	 inflate inflateEnd inflateInit2_ inflateReset inflateSetDictionary crc32)
# And calls that we take from one: see signatures/base/libm.c.
wrapped := $(patsubst %,-Wl$(comma)--wrap=%,acos acosh asin atan atan2 atanh cos cosh erfc exp \
	   fmax fmin fmod hypot ldexp log log10 log1p log2 logf lround pow round sin sincos sinh \
	   sqrt tan tanh)

CFLAGS ?= -O3 -g
house  := -std=c17 -I. -I$(OUT) -D_GNU_SOURCE -MMD -MP \
	  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wvla -Wundef \
	  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wcast-qual \
	  -Wpointer-arith -Wformat=2 -Wimplicit-fallthrough
watch  := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer \
	  $(if $(findstring undefined,$(SAN)),-fno-sanitize-recover=undefined) \
	  $(if $(findstring clang,$(CC)),,-Wno-format-truncation))

# The rooms are listed here, the files in them are not.
shared := signatures signatures/base signatures/knowledge signatures/cluster \
	  signatures/store signatures/settle signatures/clickhouse \
	  indexer/dump indexer/target indexer/ingest
files   = $(patsubst %.c,$(OUT)/%.o,$(wildcard $(addsuffix /*.c,$(1))))
stems   = $(patsubst %.c,$(OUT)/%,$(wildcard $(1)))

library := $(OUT)/corpus.a
units   := $(call stems,tests/unit/*_test.c)
fuzzers := $(call stems,tests/fuzz/*_fuzz.c)
tables  := $(patsubst signatures/knowledge/%.tsv,$(OUT)/%.inc,$(wildcard signatures/knowledge/*.tsv))
rooms   := $(patsubst %/main.c,%,$(wildcard indexer/main.c query/main.c corpus-tools/main.c))

program_indexer      := $(OUT)/crashindex
program_query        := $(OUT)/crashquery
program_corpus-tools := $(OUT)/crashcorpus
programs := $(foreach room,$(rooms),$(program_$(room)))

all: $(programs)

# A program is its room and the library; its parts without main() serve tests.
define program
$(program_$(1)): $(call files,$(1)) $(library)
$(OUT)/$(1).a: $(filter-out $(OUT)/$(1)/main.o,$(call files,$(1)))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
parts += $(OUT)/$(1).a
endef
$(foreach room,$(rooms),$(eval $(call program,$(room))))
$(units): %: %.o $(parts) $(library)
$(fuzzers): %: %.o $(if $(findstring fuzzer,$(SAN)),,$(OUT)/tests/fuzz/replay.o) $(parts) $(library)
$(units): LIBS += -lcmocka -lroaring
$(programs) $(units) $(fuzzers): $(OUT)/early.a $(OUT)/capstone.a
	@echo "  LD $@"
	$(Q)$(CC) $(watch) -Wl,--as-needed $(taken) $(wrapped) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		$(OUT)/early.a -l:liblmdb.a -l:libpopt.a -l:libxxhash.a $(filter %.a,$^) $(LIBS) -lpthread

# What a run with nothing to do goes through lies side by side: where a program
# is met for the first time, the 64 KiB around come along, but take 20 us.
early := indexer/ingest/glance indexer/ingest/ingest indexer/ingest/inputs indexer/ingest/tally \
	 $(addprefix signatures/base/,arena bytes cli error hash hash_wide list must pack room text) \
	 $(addprefix signatures/store/,btree machines pages state store store_leave \
	   store_schema store_settled) \
	 $(addprefix signatures/settle/,memory overrides settle) \
	 signatures/clickhouse/address signatures/field
$(OUT)/early.a: $(patsubst %,$(OUT)/%.o,$(early))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(library): $(call files,$(shared))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(OUT)/%.o: %.c | $(tables) $(OUT)/report_page.inc
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(house) $(watch) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Called where the processor has them alone; see the header.
$(OUT)/signatures/base/hash_wide.o: house += $(if $(filter x86_64,$(shell uname -m)),-mavx2)

$(OUT)/%.inc: signatures/knowledge/%.tsv signatures/knowledge/rows.awk
	@mkdir -p $(@D)
	$(Q)awk -f signatures/knowledge/rows.awk $< > $@

$(OUT)/report_page.inc: query/report_page.sh query/report.css query/report.js
	@mkdir -p $(@D)
	$(Q)sh $^ > $@

# capstone's names of instructions, which nobody asks for, are 1800 addresses to
# fill in at each start.
$(OUT)/capstone.a:
	@mkdir -p $(@D)
	$(Q)cp $$($(CC) -print-file-name=libcapstone.a) $@
	$(Q)cd $(@D) && $(AR) x $(@F) X86Mapping.o && \
		objcopy --remove-relocations=.data.rel.ro.local X86Mapping.o && \
		$(AR) r $(@F) X86Mapping.o && rm X86Mapping.o

# Debian packages: what the build needs, and what the tests need besides.
needed := pkg-config libarchive-dev liblmdb-dev libcapstone-dev libxxhash-dev \
	  libjansson-dev libpopt-dev libseccomp-dev libroaring-dev libgsl-dev \
	  zlib1g-dev libisal-dev libcurl4-openssl-dev
tested := libcmocka-dev libarchive-tools p7zip-full gcab zip jq python3 strace
compared := libarchive-tools jq sqlite3 clickhouse-server clickhouse-client

packages packages-test:
	@sh tests/packages.sh $(needed) $(if $(findstring test,$@),$(tested))

# Servers of their own on the loopback; a large package, so not part of test.
test-clickhouse: packages-test
	@sh tests/packages.sh clickhouse-server
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@OUT=$(OUT) WITH_CLICKHOUSE=1 sh tests/cli/run.sh

demo: packages
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@OUT=$(OUT) sh tests/demo.sh

# The rules, every test, then the same code and the fuzz seeds under sanitizers.
test: packages-test
	@$(MAKE) --no-print-directory -j$$(nproc) check
	@$(MAKE) --no-print-directory -j$$(nproc) SAN=address,undefined CFLAGS='-O1 -g' check-units

check: lint check-units
	@SAN=$(SAN) CC='$(CC)' sh tests/compiled.sh $(OUT)
	@OUT=$(OUT) UPDATE=$(UPDATE) sh tests/cli/run.sh

check-units: $(programs) $(units) $(fuzzers)
	@for unit in $(units); do $$unit || exit 1; done
	@for fuzz in $(fuzzers); do $$fuzz $$(find tests/fuzz/seeds/$$(basename $$fuzz _fuzz) -type f) || exit 1; done

fuzz:
	$(MAKE) CC=clang SAN=fuzzer,address,undefined fuzz-targets
fuzz-targets: $(fuzzers)

hostile: $(programs)
	@OUT=$(OUT) sh tests/hostile/run.sh

lint: $(programs)
	@sh tests/layers.sh
	@sh tests/headers.sh $(CC)
	@sh tests/shape.sh $(OUT)
	@! command -v clang-format >/dev/null || \
		find . -name '*.[ch]' -not -path './build/*' -exec clang-format --dry-run -Werror {} +

PREFIX  ?= /usr/local
install uninstall: $(programs)
	@OUT='$(OUT)' PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' \
		sh corpus-tools/package/install.sh $@

deb: packages
	@sh tests/packages.sh dpkg-dev
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@OUT='$(OUT)' sh corpus-tools/package/deb.sh

# Numbers, never pass or fail.  BENCH_RECORDS=10000000 for the large stores.
benches := $(addprefix $(OUT)/tests/bench/,pairs_bench clusters_bench rows_bench \
	     alarms_bench unpack_bench)
$(benches): %: %.o $(OUT)/tests/bench/clusters_score.o $(parts) $(library) $(OUT)/capstone.a
	@echo "  LD $@"
	$(Q)$(CC) $(watch) -Wl,--as-needed $(taken) $(wrapped) $(LDFLAGS) -o $@ $^ $(LIBS) -lpthread
bench: packages-bench $(programs) $(addprefix $(OUT)/tests/bench/,pairs_bench rows_bench unpack_bench)
	@python3 tests/bench/bench.py $(OUT) tests/bench/RESULTS.md
# What cannot be had is left out of the tables.
packages-bench:
	@sh tests/packages.sh $(compared) || :
bench-clusters: $(programs) $(OUT)/tests/bench/clusters_bench
	@sh tests/bench/clusters.sh $(OUT)
bench-alarms: $(OUT)/tests/bench/alarms_bench
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
		$< $${BENCH_FLEETS:-1000} "$$dir"
bench-unwind: $(library)
	@sh tests/bench/unwind.sh $(OUT)

clean:
	rm -rf build

.PHONY: all demo hostile test check check-units packages packages-test packages-bench fuzz fuzz-targets \
	lint install uninstall deb clean
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
