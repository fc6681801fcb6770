#!/bin/sh
# Writes docs/licenses.txt: name, version and licence of every crate that the program is built from.
set -eu
cd "$(dirname "$0")/.."
cargo tree --locked --edges normal --target all --prefix none --format '{p} {l}' |
    sed -e 's/ (\*)$//' -e 's/ (proc-macro)//' -e 's/^\([^ ]*\) v\([^ ]*\)/\1 \2/' |
    grep -v '^bectrace ' | LC_ALL=C sort -u > docs/licenses.txt
