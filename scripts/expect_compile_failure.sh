#!/usr/bin/env bash
# expect_compile_failure.sh SOURCE COMPILER [FLAG...]
# Passes if the source does not compile and the compiler's output matches the extended regular
# expression of the source's first line, `// expect: REGEX`. A .cu goes through nvcc, to PTX.
set -euo pipefail

source=$1
shift
first=$(head -n 1 "$source")
expected=${first#// expect: }
if [[ $first == "$expected" || -z $expected ]]; then
  echo "$source: the first line must be '// expect: REGEX', it is '$first'"
  exit 1
fi
mode=(-fsyntax-only)
if [[ $source == *.cu ]]; then mode=(-ptx -o /dev/null); fi
if output=$(LC_ALL=C "$@" "${mode[@]}" "$source" 2>&1); then
  echo "$source: compiles, but must not"
  exit 1
fi
if ! grep -Eq -- "$expected" <<<"$output"; then
  printf '%s: fails to compile, but nothing in the output matches: %s\n%s\n' \
    "$source" "$expected" "$output"
  exit 1
fi
