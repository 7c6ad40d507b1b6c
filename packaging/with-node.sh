#!/bin/sh
# Runs a command on the project's own Node and tools, whatever Node the shell has; installs first what is missing.
#   sh packaging/with-node.sh node examples/try-it.ts
set -e
project=$(cd "$(dirname "$0")/.." && pwd)
sh "$project/packaging/install-missing.sh"
PATH="$project/node_modules/.bin:$PATH"
export PATH
wanted=26
if [ ! -x "$project/node_modules/.bin/node" ] && ! node -e "process.exit(parseInt(process.versions.node) < $wanted)"; then
  echo "bootagent: npm has no Node for $(uname -sm): install Node $wanted or newer, and put it first on the PATH" >&2
  exit 1
fi
exec "$@"
