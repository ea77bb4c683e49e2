#!/usr/bin/env bash
# types.sh PROGRAM DIR: the generated TypeScript and a user's pass the compiler's strict checks.
set -euo pipefail

if ! tsc=$(command -v tsc); then
  echo "SKIPPED: there is no tsc"
  exit 0
fi
program=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder"
"$program" write "$folder"
echo '{"type": "module"}' >"$folder/package.json"
cp "$(dirname "${BASH_SOURCE[0]}")/use.ts" "$folder"
cat >"$folder/tsconfig.json" <<'EOF'
{
  "compilerOptions": {
    "strict": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true,
    "noUnusedLocals": true, "noImplicitReturns": true, "noEmit": true, "target": "ES2022",
    "module": "nodenext", "moduleResolution": "nodenext", "lib": ["ES2022", "DOM"], "types": []
  },
  "files": ["gyre_memorypack.ts", "messages.ts", "use.ts"]
}
EOF
"$tsc" --project "$folder/tsconfig.json"
echo "$("$tsc" --version): no errors"
