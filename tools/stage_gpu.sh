#!/usr/bin/env bash
# Copies what the build needs of this machine's packages (headers, libraries and their libraries, CMake
# and pkg-config files) into .gpu/, for a machine with a GPU and no network: carry the folder there
# with the sources and run tools/gpu_check.sh. CUDA itself must be there.
#
#   tools/stage_gpu.sh [FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-.gpu}

packages=(libfmt-dev nlohmann-json3-dev libssl-dev libcurl4-openssl-dev libhdf5-dev libzip-dev
  libstb-dev libexif-dev libcli11-dev libboost-context-dev libboost1.74-dev doctest-dev
  libbenchmark-dev zlib1g-dev)
tools/setup.sh

rm -rf "$folder"
mkdir -p "$folder"
for package in "${packages[@]}"; do
  dpkg-query --listfiles "$package" 2>/dev/null || true
done | grep -E '^/usr/(include|lib|share/(cmake|pkgconfig))/' | sort -u |
  while read -r path; do
    # Of Boost only what Boost.Context includes; no static twin of a library that is there shared.
    case $path in
      /usr/include/boost/*)
        [[ $path =~ ^/usr/include/boost/(config|context|assert|cstdint|version|predef|preprocessor|detail|core|exception|throw_exception)(/|\.hpp) ]] || continue ;;
      *.a) [[ ! -e ${path%.a}.so ]] || continue ;;
    esac
    if [[ -f $path || -L $path ]]; then cp --parents --no-dereference "$path" "$folder"; fi
  done

# The libraries behind the libraries, but for the compiler's and the C library's own.
find "$folder" -name '*.so*' -print0 | xargs -0 -n1 readlink -f |
  sed "s|^$(readlink -f "$folder")||" | sort -u |
  while read -r library; do
    [[ -e $library ]] || continue
    ldd "$library" 2>/dev/null | awk '$3 ~ /^\// { print $3 }'
    echo "$library"
  done | sort -u |
  grep -vE '/(libc|libm|libdl|libpthread|librt|libresolv|libstdc\+\+|libgcc_s|ld-linux[^/]*)\.so' |
  while read -r library; do
    real=$(readlink -f "$library")
    mkdir -p "$folder/usr/lib/x86_64-linux-gnu"
    cp -n "$real" "$folder/usr/lib/x86_64-linux-gnu/$(basename "$library")"
  done
du -sh "$folder"
