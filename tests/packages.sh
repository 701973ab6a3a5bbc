#!/bin/sh
# Install the Debian packages named, those that are missing; silent when none.
set -eu
missing=""
for package; do
	dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
		grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing" >&2
# Servers are for the tests to start, not for the system.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
# shellcheck disable=SC2086
if ! apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1; then
	apt-get update -qq >&2
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
