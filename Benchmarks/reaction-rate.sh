#!/usr/bin/env bash
# The reactions of the immunotherapy model: Oncofield's vector program against the same expressions in C, compiled for this
# machine, in turn; prints medians of nanoseconds per point and right-hand side, and of their ratio with its range.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/prepare.sh"
help_if_asked "$@"
prepare
cd "$root"
turns=${1:-9}
swift build -c release --product reaction-rate >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cc -O3 -march=native -o "$folder/c" Benchmarks/reference/reaction_rate.c
for _ in $(seq "$turns"); do
  .build/release/reaction-rate | sed 's/^/program /'
  "$folder/c" | sed 's/^/c /'
  echo turn
done | awk '
  $1 != "turn" { now[$1, $2] = $3 }
  $1 == "turn" {
    n++
    difference = now["program", "sum"] / now["c", "sum"] - 1
    if (difference > 1e-9 || difference < -1e-9) { print "the two do not agree"; exit failed = 1 }
    record("cache", now["program", "cache"], now["c", "cache"])
    record("memory", now["program", "memory"], now["c", "memory"])
    record("integrator", now["program", "integrator"], now["c", "memory"])
  }
  function record(form, program, c) { all[form, 1, n] = program; all[form, 2, n] = c; all[form, 3, n] = program / c }
  function sorted(form, what, rank,   i, j, values, swap) {
    for (i = 1; i <= n; i++) values[i] = all[form, what, i]
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (values[j] < values[i]) { swap = values[i]; values[i] = values[j]; values[j] = swap }
    return values[rank] }
  function report(form,   middle) {
    middle = int((n + 1) / 2)
    printf "%-11s program %.2f ns, C %.2f ns, ratio %.2f (%.2f to %.2f)\n", form, sorted(form, 1, middle),
      sorted(form, 2, middle), sorted(form, 3, middle), sorted(form, 3, 1), sorted(form, 3, n) }
  END { if (!failed) { report("cache"); report("memory"); report("integrator") } }'
