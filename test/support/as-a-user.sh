#!/bin/sh
# Runs a command in a copy of the project, as somebody who is not root: what is checked out may lie where only root reads.
set -e
cd "$(dirname "$0")/../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cp -r node_modules "$copy"
mkdir "$copy/home"
chown -R nobody: "$copy"
cd "$copy"
setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$copy/home" "$@"
