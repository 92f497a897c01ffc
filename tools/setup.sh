#!/usr/bin/env bash
# Installs what Impasto is built with from the packages of Debian 12, Ubuntu 24.04 or later.
# Does nothing, and quickly, when everything is there.
#
#   tools/setup.sh [PACKAGE...]     the list below, and these
#   tools/setup.sh chromium         and a browser, large, for the test of tools/report.py's page
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config
  libfmt-dev nlohmann-json3-dev libssl-dev libcurl4-openssl-dev ca-certificates
  libhdf5-dev libzip-dev libstb-dev libexif-dev libcli11-dev libboost-context-dev
  doctest-dev libbenchmark-dev python3
  "$@"
)

if ! command -v dpkg-query apt-get >/dev/null; then
  echo "setup: this system has no apt; the build needs these Debian packages or their like:" >&2
  echo "  ${packages[*]}" >&2
  exit 0
fi

installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "${packages[@]}" \
  2>/dev/null | sed -n 's/^installed //p' || true)
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

as_root=()
if ((EUID != 0)); then
  as_root=(sudo)
  [[ -t 0 ]] || as_root+=(-n)  # nobody is there to type a password
  if ! command -v sudo >/dev/null || ! "${as_root[@]}" true; then
    echo "setup: packages are missing and neither root nor sudo is at hand. Have these installed:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
fi

echo "setup: installing ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update || echo "setup: the package lists could not be refreshed; trying as they are" >&2
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null
