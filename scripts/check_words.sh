#!/usr/bin/env bash
# Refuses marks of unfinished work and absolute paths of somebody's machine in the sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Written so that this file does not match itself.
marks='\b(TO''DO|FIX''ME|XX''X|HA''CK)\b'
paths='(^|[^[:alnum:]_.~-])/(ro''ot|ho''me|wo''rk)/'

files() {
  if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard
  else
    find . -path ./build -prune -o -type f -print0
  fi
}
found=$(files | xargs -0 -r grep -nIEsH -- "$marks|$paths" || true)
if [[ -n $found ]]; then
  printf '%s\n' "$found"
  echo "check_words: the lines above mark unfinished work, or name a path of one machine"
  exit 1
fi
echo "no unfinished work, no machine paths"
