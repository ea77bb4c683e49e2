#!/usr/bin/env bash
# run.sh PROGRAM NODE SCRIPT DIR: lets C++ write into DIR, runs the script there with node, and lets
# C++ check what came back.
set -euo pipefail

program=$1 node=$2 script=$3 folder=$4
rm -rf "$folder"
mkdir -p "$folder"
"$program" write "$folder"
"$node" "$script" "$folder"
if compgen -G "$folder/*.out" >/dev/null; then "$program" check "$folder"; fi
