#!/bin/sh
# Installs the npm packages of the lock file, unless exactly those are installed already.
set -e
cd "$(dirname "$0")/.."
stamp=node_modules/.installed-from
if ! cmp -s package-lock.json "$stamp"; then
  # Two commands that start at once must not install into each other's folder.
  if [ -z "$BOOTAGENT_INSTALLS" ] && command -v flock >/dev/null; then
    BOOTAGENT_INSTALLS=1 exec flock package-lock.json sh packaging/install-missing.sh
  fi
  echo 'Installing the packages of package-lock.json (once) ...' >&2
  # Unlike npm ci it keeps what is installed, also where no registry can be reached.
  npm install --no-save --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json "$stamp"
fi
# npm 10 installs the Node of this platform and leaves out its link.
for node in node_modules/node-linux-*/bin/node; do
  if [ -x "$node" ] && [ ! -e node_modules/.bin/node ]; then ln -sf "../../$node" node_modules/.bin/node; fi
done
