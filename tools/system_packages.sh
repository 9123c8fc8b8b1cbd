#!/bin/sh
# Make sure of a browser and CJK fonts for the tests that look at pages.
# Installs them where this user may; otherwise prints the one line to run, and fails where CI is set.
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list 2>/dev/null | grep -qi "noto.*cjk" || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
line="apt-get update && apt-get install -y --no-install-recommends$missing fontconfig"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing:$missing"
    if DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null 2>&1; then exit 0; fi
fi
echo "The tests that look at pages need:$missing"
echo "Run:  sudo sh -c '$line'"
[ -n "$CI" ] && exit 1
echo "Until then those tests are skipped."
exit 0
