#!/bin/sh
# Installs the npm packages of the lock file, unless exactly those are there already.
set -e
cd "$(dirname "$0")/.."
stamp=node_modules/.installed-from
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then exit 0; fi
echo 'Installing what is missing (once, by the lock file) ...' >&2
# Not npm ci: it refuses a lock file that lacks a platform which a registry does not have.
npm install --no-save --no-audit --no-fund --loglevel=error >&2
cp package-lock.json "$stamp"
