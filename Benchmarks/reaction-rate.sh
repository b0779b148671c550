#!/usr/bin/env bash
# The reactions of the immunotherapy model: Oncofield's vector program against the same expressions in C, compiled for this
# machine, in turn; prints nanoseconds per point and right-hand side and their ratio, for each turn and as medians.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/prepare.sh"
prepare
cd "$root"
turns=${1:-9}
swift build -c release --product reaction-rate >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cc -O3 -march=native -o "$folder/c" Benchmarks/reference/reaction_rate.c
for _ in $(seq "$turns"); do
  echo "$(.build/release/reaction-rate) $("$folder/c")"
done | awk '
  { program[NR] = $1; c[NR] = $3; ratio[NR] = $1 / $3; difference = $2 - $4; if (difference < 0) difference = -difference
    if (difference > 1e-9 * $4 && difference > -1e-9 * $4) { print "the two do not agree: " $2 " and " $4; exit 1 }
    printf "program %.2f ns, C %.2f ns, ratio %.2f\n", $1, $3, ratio[NR] }
  function median(values,   i, j, swap) {
    for (i = 1; i <= NR; i++) for (j = i + 1; j <= NR; j++) if (values[j] < values[i]) { swap = values[i]; values[i] = values[j]; values[j] = swap }
    return values[int((NR + 1) / 2)] }
  END { printf "median: program %.2f ns, C %.2f ns, ratio %.2f\n", median(program), median(c), median(ratio) }'
