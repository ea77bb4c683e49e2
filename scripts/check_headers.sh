#!/usr/bin/env bash
# Compiles every public header alone, with warnings as errors: each must include what it uses.
# Objects go through ccache where there is one, so an unchanged header costs milliseconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

launcher=
if command -v ccache >/dev/null; then launcher=ccache; fi
export folder=build/headers
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
export compile="$launcher ${CXX:-g++} -std=c++20 -O0 $warnings"

compile_alone() {
  local header=${1#include/}
  local unit=$folder/${header//\//_}.cpp
  # Included twice, so that a missing #pragma once shows too.
  printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$unit"
  # shellcheck disable=SC2086 # $compile is words, without spaces inside any
  if ! $compile -Iinclude -c "$unit" -o "${unit%.cpp}.o"; then
    echo "$1: does not compile alone"
    exit 1
  fi
}
export -f compile_alone

rm -rf "$folder"
mkdir -p "$folder"
# shellcheck disable=SC2016 # the inner shell expands it
find include -name '*.hpp' -print0 |
  xargs -0 -r -n 1 -P "$(nproc)" bash -c 'set -euo pipefail; compile_alone "$1"' _
echo "$(find "$folder" -name '*.o' | wc -l) headers compile alone"
