#!/bin/sh
# The clusters of labelled crashes, beside what others reach on such rows.
# usage: tests/bench/clusters.sh BUILD-DIRECTORY
# Wants ../shared/clusters/: crashes in time order, the first part of them with
# the bug that each belongs to.  They go through import and find as anybody's.
set -eu
programs=$1
corpora=../shared/clusters
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

score() {
	rows=$corpora/$1.tsv.gz
	if [ ! -f "$rows" ]; then
		echo "$1: no $rows: nothing measured"
		return
	fi
	echo "$1: $2"
	"$programs/crashcorpus" import --format=frames --store="$work/$1" "$rows" >"$work/log"
	"$programs/crashquery" find --store="$work/$1" --format=csv >"$work/$1.csv"
	"$programs/tests/bench/clusters_bench" "$rows" "$work/$1.csv"
}

# Theirs: measured by us, clusters over all rows, rankings over the last 40 %
# of all (OSSF 50 %), parameters of each searched on what came before.  Ours:
# the labelled rows, which end where those begin.  Near enough to compare, but
# not the same queries.
score syz "reports of the Linux kernel, functions and offsets, inlined ones left out"
cat <<'END'

  others                        MAP   RR@1  RR@10 AUC   B3 F1 pair F1
  hash of three frames          -     -     -     -     .606  .022
  Jaccard's index               .629  .568  .751  .715  .834  .445
  ReBucket (PDM), on-line       .784  .733  .861  .828  .834  .280
  casr-cluster as it comes      -     -     -     -     .778  .385
  FaST                          .812  .761  .901  .856  .864  .524
  TraceSim                      .808  .746  .903  .836  .852  .465
  TSM                           .810  .757  .898  .856  .865  .535

END
score realaddr "the same without symbols: modules and offsets of five builds"
cat <<'END'

  others                        MAP   RR@1  AUC   B3 F1
  FaST                          .428  .393  .671  .802
  TSM                           .434  .397  .677  .803
  FaST, given our aliases       .793  .747  .823  .846
  TSM, given our aliases        .792  .745  .825  .846
  FaST, given symbols           .820  .770  .839  .855
  TSM, given symbols            .817  .765  .838  .854

END
score ossf "bugs that fuzzers found, three frames each"
cat <<'END'

  others                        MAP   RR@1  AUC
  PrefixMatch                   .385  .341  .590
  FaST                          .354  .296  .590
  TraceSim                      .347  .283  .577
  Lerch                         .366  .308  .564
  PartyCrasher                  .457  .334  .573
END
