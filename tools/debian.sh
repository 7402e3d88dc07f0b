#!/usr/bin/env bash
# Installs Debian packages: tools/debian.sh PACKAGE...
# Says what to do where it has not the right to, instead of asking for a password in the middle of a run.
set -euo pipefail

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "Missing Debian packages: $*. Install them with: sudo apt-get install $*" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null; then
  echo "Missing programs that Debian packages as: $*. Install them and run the same command again." >&2
  exit 1
fi

echo "Installing Debian packages: $*" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
