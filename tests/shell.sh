#!/usr/bin/env bash
# shell.sh - every script of ours parses, and shellcheck finds nothing where it is installed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t scripts < <(
    grep -rlE '^#!/usr/bin/env bash|^# shellcheck shell=bash' .ci scripts tests | sort)
for script in "${scripts[@]}"; do
    bash -n "$script"
done
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources --source-path=SCRIPTDIR --severity=warning "${scripts[@]}"
else
    printf 'no shellcheck here: left out\n'
fi
printf '%s scripts\n' "${#scripts[@]}"
