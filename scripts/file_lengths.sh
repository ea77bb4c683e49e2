#!/usr/bin/env bash
# Reports how long the source files are, and which are so long that they must know why. Never fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for folder in include src tests examples benchmarks; do
  [[ -d $folder ]] || continue
  find "$folder" -type f \( -name '*.[ch]pp' -o -name '*.cu' -o -name '*.cuh' \) -exec wc -l {} \; |
    sort -n | awk -v folder="$folder" '
      { n[NR] = $1; sum += $1; if ($1 > 400) long[++longs] = $0 }
      END {
        if (NR == 0) exit
        printf "%-11s %4d files %7d lines, median %4d, 90 %% under %4d, longest %5d\n",
               folder, NR, sum, n[int((NR + 1) / 2)], n[int(NR * 0.9 + 0.999)], n[NR]
        for (i = 1; i <= longs; ++i) print "  over 400 lines: " long[i]
      }'
done
