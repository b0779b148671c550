#!/usr/bin/env bash
# Sourced by the other scripts: finds the toolchain and the system libraries, installs what is missing when it may.

# help_if_asked "$@": prints the comment at the head of the script, and ends, before anything is installed or built.
help_if_asked() {
  local word
  for word in "$@"; do
    case "$word" in
      -h | --help)
        sed -n '2,/^[^#]\|^$/{s/^# \{0,1\}//p;}' "$0"
        exit 0
        ;;
    esac
  done
}
if [ "${BASH_SOURCE[0]}" = "$0" ]; then help_if_asked --help; fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The commit that is built, with a "+" if there are changes beyond it: for the provenance of runs.
ONCOFIELD_COMMIT=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
if [ -n "$(git -C "$root" status --porcelain 2>/dev/null)" ]; then ONCOFIELD_COMMIT="$ONCOFIELD_COMMIT+"; fi
export ONCOFIELD_COMMIT

# pkg-config name → Debian package
require_library() {
  local found=no name
  for name in $1; do if pkg-config --exists "$name" 2>/dev/null; then found=yes; fi; done
  if [ "$found" = no ]; then missing+=("$2"); fi
}

missing_packages() {
  missing=()
  if ! command -v pkg-config >/dev/null; then
    missing=(pkg-config libfftw3-dev libhdf5-dev libpng-dev libtiff-dev libxxhash-dev)
    return
  fi
  require_library fftw3 libfftw3-dev
  require_library "hdf5-serial hdf5" libhdf5-dev
  require_library libpng libpng-dev
  require_library libtiff-4 libtiff-dev
  require_library libxxhash libxxhash-dev
}

# install_packages NAME …: with apt when it may, or else says how and ends.
install_packages() {
  local apt="apt-get"
  echo "Missing system packages: $*" >&2
  if ! command -v apt-get >/dev/null; then
    echo "Install them (names are Debian's) and try again." >&2
    exit 69
  fi
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "Install them with:  sudo apt-get install $*" >&2
      exit 69
    fi
    apt="sudo apt-get"
  fi
  echo "Installing them with apt …" >&2
  $apt update -qq >&2 && DEBIAN_FRONTEND=noninteractive $apt install -y -qq "$@" >/dev/null
}

prepare() {
  if ! command -v swift >/dev/null; then
    echo "No Swift toolchain found: install Swift 6.1 or later from https://swift.org/install and put it on the PATH." >&2
    exit 69
  fi
  missing_packages
  if [ ${#missing[@]} -gt 0 ]; then install_packages "${missing[@]}"; fi
}

# Python in .venv, with what the tests read files with.
prepare_python() {
  if ! command -v python3 >/dev/null; then install_packages python3 python3-venv; fi
  if ! [ -x "$root/.venv/bin/python" ]; then
    if ! python3 -m venv "$root/.venv" 2>/dev/null; then
      rm -rf "$root/.venv"
      install_packages python3-venv
      python3 -m venv "$root/.venv"
    fi
  fi
  "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/scripts/requirements.txt"
}

# The programs in which scripts/soak readers opens the files of runs.
prepare_readers() {
  local package
  local absent=()
  for package in r-cran-ncdf4 r-cran-rnetcdf octave octave-netcdf nco cdo netcdf-bin python3-xarray python3-h5netcdf \
    python3-netcdf4 python3-paraview; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then absent+=("$package"); fi
  done
  if [ ${#absent[@]} -gt 0 ]; then install_packages --no-install-recommends "${absent[@]}"; fi
  if ! [ -x "$root/runs/readers-venv/bin/python" ]; then python3 -m venv "$root/runs/readers-venv"; fi
  "$root/runs/readers-venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/Tests/Readers/requirements.txt"
}

program="$root/.build/release/oncofield"

# Builds the release program unless it is newer than every source.
build_program() {
  local newer
  if [ -x "$program" ]; then
    newer=$(find "$root/Package.swift" "$root/Sources" -newer "$program" -print -quit)
    if [ -z "$newer" ]; then return; fi
  fi
  prepare
  echo "Building Oncofield (the first time takes a few minutes) …" >&2
  local log
  log=$(mktemp)
  if ! swift build --package-path "$root" -c release --product oncofield >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    exit 70
  fi
  rm -f "$log"
  touch "$program"
}
