#!/usr/bin/env bash
# The Debian packages that some tests and pages need; without them those tests are skipped by name.
# Installs what is missing as root, says what is missing otherwise.
set -euo pipefail

packages=(
  redis-server    # the second store of the bells
  chromium        # pages as a reader sees them
  fonts-noto-cjk  # Japanese in those pages
  # What the examples of docs/webhooks.md are written for.
  golang-go
  python3
  python3-cryptography
  curl
  openssl
)

missing=()
for package in "${packages[@]}"; do
  # A program that came by another way counts as well.
  if ! dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null |
    grep -qx installed && ! command -v "$package" >/dev/null; then
    missing+=("$package")
  fi
done

if [ ${#missing[@]} -eq 0 ]; then
  echo "Debian packages: all ${#packages[@]} are here"
elif [ "$(id -u)" -ne 0 ]; then
  echo "Debian packages: not root, so ${missing[*]} stay missing; their tests will be skipped"
else
  echo "Debian packages: installing ${missing[*]}"
  # Installed to be started by tests, on ports of their own; not to run as services of this machine.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
