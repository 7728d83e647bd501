#!/bin/sh
# Installs axe-core, the accessibility checks of the browser tests, from its npm package as locked in
# tests/browser/package-lock.json. Asks nobody when that version is there already.
set -eu
cd "$(dirname "$0")/../tests/browser"
installed="node_modules/axe-core/package.json"
wanted="$(sed -n 's/.*"axe-core": "\(.*\)".*/\1/p' package.json)"
if [ -f "$installed" ] && grep -q "\"version\": \"$wanted\"" "$installed"; then
    echo "Accessibility checks: axe-core $wanted"
    exit 0
fi
if ! command -v npm >/dev/null 2>&1; then
    echo "No npm here: accessibility is not checked without axe-core; install Node and run this again."
    exit 1
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
echo "Accessibility checks: axe-core $wanted"
