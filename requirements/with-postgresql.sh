#!/usr/bin/env bash
# Runs a command with DATABASE_URL naming a throwaway PostgreSQL, or the one that DATABASE_URL already names.
# The server lives in a temporary folder, listens on a socket only, and is gone afterwards.
set -eu
if [ -n "${DATABASE_URL:-}" ]; then exec "$@"; fi
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v pg_ctl)")
home=$(mktemp -d /tmp/heard-postgresql.XXXXXX)
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then                 # PostgreSQL refuses to run as root
  user=postgres
  id "$user" >/dev/null 2>&1 || useradd --system --no-create-home "$user"
  chown "$user" "$home"
  as() { setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"; }
fi
cd_home() { (cd "$home" && "$@"); }
stop() { cd_home as "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$home"; }
trap stop EXIT
quick="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
[ -z "${HEARD_SAFE_WRITES:-}" ] || quick=""   # as a real one writes: for measuring
cd_home as "$bin/initdb" -D "$home/data" -U heard -A trust -E UTF8 --no-sync >/dev/null
cd_home as "$bin/pg_ctl" -D "$home/data" -w -l "$home/log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$home' $quick" start >/dev/null
cd_home as "$bin/createdb" -h "$home" -U heard heard
export DATABASE_URL="postgres://heard@$(printf %s "$home" | sed 's|/|%2F|g')/heard"
"$@"
