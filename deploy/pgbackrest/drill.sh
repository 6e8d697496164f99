#!/usr/bin/env bash
# The drill of going back to a point in time, on a PostgreSQL of its own in a temporary folder: a full backup, an incremental one, a
# mistake, and the way back to the moment before it. It prints what came back. `make pgbackrest` runs it; it needs pgBackRest.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
heard=$here/.venv/bin/heard
command -v pgbackrest >/dev/null || { echo "pgBackRest is not there: apt-get install pgbackrest" >&2 && exit 1; }
home=$(mktemp -d /tmp/heard-pgbackrest.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid=postgres "--regid=$(id -g postgres)" --clear-groups)
  chown postgres "$home"
fi
in_home() { (cd "$home" && "${as[@]}" "$@"); }
trap 'in_home "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$home"' EXIT
say() { printf '\n[after %s s] %s\n' "$SECONDS" "$*"; }

say "A database of Heard, archived as deploy/pgbackrest says"
in_home "$bin/initdb" -D "$home/data" -U heard -A trust -E UTF8 >/dev/null
sed -e "s#/var/lib/pgbackrest#$home/repository#" -e "s#/var/lib/postgresql/17/main#$home/data#" "$here/deploy/pgbackrest/pgbackrest.conf" >"$home/pgbackrest.conf"
printf 'pg1-socket-path=%s\npg1-user=heard\n[global]\nrepo1-cipher-pass=%s\nlock-path=%s/lock\nspool-path=%s/spool\n' \
  "$home" "$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')" "$home" "$home" >>"$home/pgbackrest.conf"
sed "s#pgbackrest --stanza#pgbackrest --config=$home/pgbackrest.conf --stanza#" "$here/deploy/pgbackrest/heard-archive.conf" >>"$home/data/postgresql.conf"
chown -R --reference="$home" "$home/pgbackrest.conf" "$home/data"
start() { in_home "$bin/pg_ctl" -D "$home/data" -w -l "$home/log" -o "-c listen_addresses='' -c unix_socket_directories='$home'" start >/dev/null; }
rest() { in_home pgbackrest --config="$home/pgbackrest.conf" --stanza=heard "$@"; }
ask() { in_home "$bin/psql" -h "$home" -U heard -qAtX -v ON_ERROR_STOP=1 -d heard -c "$1"; }
start
in_home "$bin/createdb" -h "$home" -U heard heard
DATABASE_URL=postgres://heard@${home//\//%2F}/heard
export DATABASE_URL HEARD_DATA=$home/files HEARD_DEMO=1
mkdir "$HEARD_DATA"
"$heard" migrate >/dev/null
"$heard" begin --link --agency "Wexmoor Children’s Services" --kind social_care --team "Data and insight" \
  --username ade.minton --given-name Ade --family-name Minton >/dev/null
rest stanza-create
rest check

said() { echo "    teams: $(ask 'SELECT string_agg(name, $$, $$ ORDER BY name) FROM agencies_team'); audit rows: $(ask 'SELECT count(*) FROM agencies_auditrow')"; }
team() { ask "INSERT INTO agencies_team (id, name, agency_id, duty_phone, takes_worries) SELECT gen_random_uuid(), '$1', id, '', false FROM agencies_agency"; }
say "A full backup"
rest --type=full backup
said
say "A team more, and an incremental backup"
team 'After the full backup'
rest --type=incr backup
said
say "A team more, which is in no backup but in what was archived since; and then the mistake"
team 'After the incremental backup'
sleep 1
moment=$(ask 'SELECT clock_timestamp()')
said
sleep 1
ask "DELETE FROM agencies_membership; DELETE FROM agencies_team"
ask 'SELECT pg_switch_wal()' >/dev/null
echo "    after the mistake, teams: $(ask 'SELECT count(*) FROM agencies_team')"
rest info | sed -n '/backup:/,+4p' | sed 's/^/    /'

say "Back to $moment"
in_home "$bin/pg_ctl" -D "$home/data" -m fast stop >/dev/null
rest --delta --type=time "--target=$moment" --target-action=promote restore
start
for _ in $(seq 60); do
  [ "$(ask 'SELECT pg_is_in_recovery()')" = t ] || break
  sleep 1
done
said
[ "$(ask 'SELECT count(*) FROM agencies_team')" = 3 ] || { echo "That is not what was there." >&2 && exit 1; }
"$heard" migrate >/dev/null
"$heard" backup settle --as-of "$moment" --none-destroyed --emergency "The drill" | sed 's/^/    /'
"$heard" audit check | sed 's/^/    /'
say "Done: $(du -sh "$home/repository" | cut -f1) in the repository"
