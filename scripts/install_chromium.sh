#!/bin/sh
# Installs Debian's chromium for the browser tests where none is there. Needs root once.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        echo "Browser: $(command -v "$name")"
        exit 0
    fi
done
if ! command -v apt-get >/dev/null 2>&1; then
    echo "No chromium and no apt-get here: install a chromium by hand; browser tests are skipped without it."
    exit 1
fi
run=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        run="sudo"
    else
        echo "Chromium is missing and this user may not install it: run 'apt-get install chromium' as root; browser tests are skipped without it."
        exit 1
    fi
fi
$run apt-get update -qq
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
echo "Browser: $(command -v chromium)"
