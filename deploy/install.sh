#!/usr/bin/env bash
# Installs Heard on a clean Debian 13, from packages to HTTPS. It says what it does before each step, and can be run again:
# what is there stays as it is. docs/guide/install.md tells the same in words.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
umask 022

usage() {
  cat <<'END'
Usage: deploy/install.sh NAME [OPTION...]      as root, in the unpacked bundle of a release or in its checkout

  NAME                    at which people open Heard, such as heard.example.org. Passkeys are made for it: choose it for good

  --backup-key KEY        who opens backups: the line of age-keygen that begins with age1. Give it twice, for two people
  --mail URL              smtp+starttls://user@host:587, smtps://user@host:465, or host:port on this machine
  --mail-password FILE    the password of that user
  --certificate FILE --certificate-key FILE
                          your own, where Caddy cannot get a public one for NAME
  --own-authority         Caddy signs the certificate itself: for trying out, since no browser knows it
  --logs URL --logs-authority FILE
                          another machine that keeps the journal too, such as https://logs.example.org:19532, and who signs its certificate
  --no-caddy              another server stands in front (deploy/nginx/heard.conf)
  --agency NAME --kind KIND --team NAME --username NAME --given-name NAME --family-name NAME
                          the first administrator. What is not given is asked; where nobody can be asked, you add them later
END
}

# ---- what was asked for

name='' mail='' mail_password='' certificate='' certificate_key='' own_authority='' caddy=yes logs='' logs_authority=''
backup_keys=() first=()
stop() {
  printf '%s\n' "$*" >&2
  exit 1
}
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage && exit 0 ;;
    --own-authority) own_authority=yes && shift && continue ;;
    --no-caddy) caddy='' && shift && continue ;;
    --*) [ $# -gt 1 ] || stop "$1 needs a value. See --help." ;;
    *)
      [ -z "$name" ] || stop "One name only: $name or $1?"
      name=$1 && shift && continue
      ;;
  esac
  case "$1" in
    --backup-key) backup_keys+=("$2") ;;
    --mail) mail=$2 ;;
    --mail-password) mail_password=$2 ;;
    --certificate) certificate=$2 ;;
    --certificate-key) certificate_key=$2 ;;
    --logs) logs=$2 ;;
    --logs-authority) logs_authority=$2 ;;
    --agency | --kind | --team | --username | --given-name | --family-name) first+=("$1" "$2") ;;
    *) stop "There is no option $1. See --help." ;;
  esac
  shift 2
done

# ---- what is refused, before anything is changed

[ -n "$name" ] || { usage >&2 && exit 2; }
[[ $name =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$ ]] ||
  stop "$name is no name of a site. Give one such as heard.example.org, in small letters, without https://."
says() { sed -n "s/^$1=\"\\{0,1\\}\\([^\"]*\\)\"\\{0,1\\}\$/\\1/p" "${HEARD_OS_RELEASE:-/etc/os-release}" 2>/dev/null || true; }
[ "$(says ID) $(says VERSION_ID)" = "debian 13" ] ||
  stop "This installs Heard on Debian 13 alone, and this machine says that it is $(says ID) $(says VERSION_ID). Take a Debian 13, or do by hand what this script does."
[ "$(id -u)" = 0 ] || stop "Run this as root: it installs packages and units."
for key in "${backup_keys[@]}"; do
  [[ $key =~ ^age1[a-z0-9]{58}$ ]] || stop "$key opens no backup. age-keygen prints what does: a line that begins with age1."
done
[[ $mail =~ ^[][A-Za-z0-9+.:/@%_-]*$ ]] || stop "$mail names no mail server. See --help."
[ -z "$mail_password" ] || [ -r "$mail_password" ] || stop "$mail_password cannot be read."
[ -z "$certificate$certificate_key" ] || { [ -r "$certificate" ] && [ -r "$certificate_key" ]; } ||
  stop "Give both --certificate and --certificate-key, and files that can be read."
[ -z "$logs$logs_authority" ] || { [[ $logs =~ ^https://[A-Za-z0-9.-]+(:[0-9]+)?$ ]] && [ -r "$logs_authority" ]; } ||
  stop "Give both --logs, an address that begins with https://, and --logs-authority, a file that can be read: logs go nowhere in clear."
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
lock=$here/requirements/base.lock
wheel=$(find "$here" -maxdepth 2 -path '*/heard-*-py3-none-any.whl' ! -path '*/wheels/*' | sort -V | tail -n 1)
[ -n "$wheel" ] || stop "The wheel of Heard is not in $here. In a checkout, run first: make wheel"
[ -r "$lock" ] || stop "$lock is not there. Take the whole bundle of the release."
version=$(basename "$wheel" | cut -d- -f2)
folder=/opt/heard-$version
if [ -e /opt/heard ] && [ "$(readlink /opt/heard)" != "$folder" ]; then
  stop "/opt/heard holds another Heard already. To upgrade it, see Upgrade in docs/guide/install.md."
fi
[ "$(df --output=avail -k /var | tail -n 1)" -gt 5000000 ] || stop "Less than 5 GB are free in /var. Make room, and run this again."
booted=''
[ ! -d /run/systemd/system ] || booted=yes

step=0
say() {
  step=$((step + 1))
  printf '\n[%s of 9, after %s s] %s\n' "$step" "$SECONDS" "$*"
}
also() { printf '    %s\n' "$*"; }

say "Packages of Debian: Python, what draws PDF files, PostgreSQL, age for the keys of backups${caddy:+, Caddy for HTTPS}"
packages=(python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation postgresql age ca-certificates curl openssl)
[ -z "$caddy" ] || packages+=(caddy)
[ -z "$logs" ] || packages+=(systemd-journal-remote)
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null

say "The user heard, and its folders: /var/lib/heard, /var/log/heard, /var/backups/heard, open to nobody else"
id heard >/dev/null 2>&1 || useradd --system --home-dir /var/lib/heard --shell /usr/sbin/nologin heard
install -d -m 700 -o heard -g heard /var/lib/heard /var/log/heard /var/backups/heard

say "Heard $version into $folder, every package byte for byte as it was tested; /opt/heard leads there"
if cmp -s "$wheel" "$folder/installed.whl"; then
  also "It is there already."
else
  [ -z "$booted" ] || systemctl stop heard.target 2>/dev/null || true
  python3 -m venv --clear "$folder"
  pip=("$folder/bin/pip" install --quiet --disable-pip-version-check)
  from=()
  [ ! -d "$here/wheels" ] || from=(--no-index --find-links "$here/wheels")
  "${pip[@]}" --require-hashes --only-binary :all: "${from[@]}" -r "$lock"
  "${pip[@]}" --no-deps --no-index "$wheel"
  cp "$wheel" "$folder/installed.whl"
fi
ln -sfn "$folder" /opt/heard

say "PostgreSQL: the database heard, heard_owner that owns its tables, and heard, the role with which the site works"
cd /
if [ -n "$booted" ]; then
  systemctl enable --quiet --now postgresql
else
  pg_lsclusters --no-header | awk '$4 != "online" { print $1, $2 }' |
    while read -r major cluster; do pg_ctlcluster "$major" "$cluster" start; done
fi
ask() { runuser -u postgres -- psql -qAtX -v ON_ERROR_STOP=1 "$@"; }
for _ in $(seq 60); do
  ! ask -c 'SELECT 1' >/dev/null 2>&1 || break
  sleep 1
done
for role in heard heard_owner; do
  [ -n "$(ask -c "SELECT 1 FROM pg_roles WHERE rolname = '$role'")" ] || ask -c "CREATE ROLE $role LOGIN"
done
if [ ! -s /etc/heard-owner.env ]; then
  also "The password of heard_owner goes into /etc/heard-owner.env, which only root reads; the site never gets it."
  secret=$(python3 -c 'import secrets; print(secrets.token_hex(32))')
  (umask 077 && printf 'HEARD_DATABASE_OWNER=postgres://heard_owner:%s@127.0.0.1/heard\n' "$secret" >/etc/heard-owner.env)
fi
sed -n "s/^HEARD_DATABASE_OWNER=.*heard_owner:\\([^@]*\\)@.*/ALTER ROLE heard_owner PASSWORD '\\1';/p" /etc/heard-owner.env | ask -f -
[ -n "$(ask -c "SELECT 1 FROM pg_database WHERE datname = 'heard'")" ] ||
  ask -c "CREATE DATABASE heard OWNER heard_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"

say "Settings in /etc/heard.env, and the command heard, which works with them"
[ -e /etc/heard.env ] || install -m 640 -o root -g heard /dev/null /etc/heard.env
setting() { grep -q "^$1=" /etc/heard.env || printf '%s=%s\n' "$1" "$2" >>/etc/heard.env; }
random() { python3 -c 'import secrets; print(secrets.token_urlsafe(50))'; }
setting HEARD_SECRET_KEY "$(random)"
setting HEARD_METRICS_TOKEN "$(random)"
setting HEARD_HOSTS "$name,127.0.0.1" # people by its name, and a monitor on this machine
setting HEARD_ADDRESS "https://$name"
setting HEARD_DATA /var/lib/heard
setting HEARD_LOOKS /var/log/heard/looks.jsonl
setting HEARD_LOG json
setting HEARD_WEB_CERTIFICATE /etc/heard-web/certificate.pem
setting HEARD_WEB_KEY /etc/heard-web/key.pem
setting DATABASE_URL postgres://heard@%2Fvar%2Frun%2Fpostgresql/heard
grep -qx "HEARD_ADDRESS=https://$name" /etc/heard.env ||
  stop "/etc/heard.env names another address than https://$name. With another name every passkey is useless: change it there by hand, if you must."
if [ ! -s /etc/heard-web/certificate.pem ]; then
  also "A certificate for this machine alone, by which the server in front knows that it speaks to Heard, over TLS."
  install -d -m 755 /etc/heard-web
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=heard.internal \
    -addext subjectAltName=DNS:heard.internal,IP:127.0.0.1 -keyout /etc/heard-web/key.pem -out /etc/heard-web/certificate.pem 2>/dev/null)
  chown root:heard /etc/heard-web/key.pem
  chmod 640 /etc/heard-web/key.pem
  chmod 644 /etc/heard-web/certificate.pem
fi
if [ -n "$mail_password" ]; then
  install -m 640 -o root -g heard "$mail_password" /etc/heard-mail-password
  setting HEARD_MAIL_PASSWORD_FILE /etc/heard-mail-password
fi
if [ -n "$mail" ]; then
  setting HEARD_MAIL_URL "$mail"
  grep -qxF "HEARD_MAIL_URL=$mail" /etc/heard.env || also "HEARD_MAIL_URL stays as it is in /etc/heard.env. Change it there."
fi
cat >/usr/local/sbin/heard <<'END'
#!/bin/sh
# Heard as its own user, with its own settings. Only what makes or restores the database learns who owns it.
case "$1" in migrate | restore | database) set -a; . /etc/heard-owner.env; set +a ;; esac
exec runuser -u heard -- sh -c 'set -a; . /etc/heard.env; cd "$HEARD_DATA"; umask 077; exec /opt/heard/bin/heard "$@"' heard "$@"
END
chmod 755 /usr/local/sbin/heard

say "The tables, and the key of the audit trail"
made=$(/usr/local/sbin/heard migrate)
also "$(sed -n '/public key/p' <<<"$made")"

say "Units of systemd: the site, its workers, and what is done each night"
cp -r "$here/deploy/systemd/." /etc/systemd/system/
touch /etc/heard-backup-recipients
for key in "${backup_keys[@]}"; do
  grep -qxF "$key" /etc/heard-backup-recipients || printf '%s\n' "$key" >>/etc/heard-backup-recipients
done
host=$(sed -n 's/^HEARD_MAIL_URL=//p' /etc/heard.env | sed -E 's#^[a-z+]*://##; s#^.*@##; s#:[0-9]+$##')
case "$host" in
  '' | localhost | 127.0.0.1 | '[::1]') ;;
  *)
    also "They reach nothing but this machine. Let through: $host, at the addresses that it has today, and those who say where it is."
    mapfile -t reach < <(
      getent ahosts "$host" | awk '{ print $1 }' | sort -u
      awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf
    )
    printf '# Written by install.sh: the mail server, and those who say where it is.\n[Service]\nIPAddressAllow=%s\n' "${reach[*]}" \
      >/etc/systemd/system/heard-.service.d/reach.conf
    ;;
esac
if [ -n "$logs" ]; then
  also "And one that sends the journal to $logs."
  install -d -m 755 /etc/heard-logs /etc/systemd/journal-upload.conf.d
  install -m 644 "$logs_authority" /etc/heard-logs/authority.pem
  sed "s#https://logs\\.example\\.org:19532#$logs#" "$here/deploy/journal/upload.conf" >/etc/systemd/journal-upload.conf.d/heard.conf
  systemctl enable --quiet systemd-journal-upload
  [ -z "$booted" ] || { systemctl daemon-reload && systemctl restart systemd-journal-upload; }
fi
if [ -n "$booted" ]; then
  systemctl daemon-reload
  systemctl enable --quiet heard.target
  systemctl restart heard.target
  for _ in $(seq 60); do
    ! curl -fsS --max-time 10 -o /dev/null --cacert /etc/heard-web/certificate.pem -H "Host: $name" \
      https://127.0.0.1:8000/health/live 2>/dev/null || break
    sleep 1
  done
else
  systemctl enable --quiet heard.target
  also "systemd does not run here, so nothing is started."
fi

if [ -n "$caddy" ]; then
  say "Caddy in front: HTTPS for $name, and a page of its own while Heard is down"
  tls=''
  if [ -n "$certificate" ]; then
    install -d -m 750 -o root -g caddy /etc/caddy/heard
    install -m 640 -o root -g caddy "$certificate" /etc/caddy/heard/certificate.pem
    install -m 640 -o root -g caddy "$certificate_key" /etc/caddy/heard/key.pem
    tls='tls /etc/caddy/heard/certificate.pem /etc/caddy/heard/key.pem'
  elif [ -n "$own_authority" ]; then
    tls='tls internal'
  else # as it was said when this ran before
    tls=$(sed -n 's/^\t\(tls .*\)$/\1/p' /etc/caddy/Caddyfile | head -n 1)
  fi
  wanted=$(sed -e "s/heard\\.example\\.org/$name/g" -e "s#^$name {#&${tls:+\\n\\t$tls}#" "$here/deploy/caddy/Caddyfile")
  if [ "$wanted" != "$(cat /etc/caddy/Caddyfile)" ]; then
    cp -p /etc/caddy/Caddyfile "/etc/caddy/Caddyfile.before-$(date +%Y%m%dT%H%M%S)"
    printf '%s\n' "$wanted" >/etc/caddy/Caddyfile
  fi
  (cd /var/lib/caddy && runuser -u caddy -- caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile >/dev/null 2>&1) ||
    stop "Caddy does not take its configuration. See: caddy validate --config /etc/caddy/Caddyfile"
  if [ -n "$booted" ]; then
    systemctl enable --quiet --now caddy
    systemctl reload caddy
  fi
else
  say "No Caddy, as you said: put deploy/nginx/heard.conf, or what does the same, in front"
fi

say "The first administrator, who sets their password by a link"
if [ "$(ask -d heard -c 'SELECT count(*) FROM agencies_user')" != 0 ]; then
  also "Heard has people already. Is the link lost, and can no administrator sign in: heard recover USERNAME"
elif [ -t 0 ] || [ ${#first[@]} -ge 12 ]; then
  /usr/local/sbin/heard begin --link "${first[@]}"
else
  also "Nobody can be asked here. Run: heard begin --link"
fi

printf '\nInstalled in %s seconds.\n' "$SECONDS"
if [ -n "$booted" ] && [ -n "$caddy" ]; then
  there=(--resolve "$name:443:127.0.0.1")
  [ -z "$own_authority" ] || there+=(--insecure)
  status=''
  for _ in $(seq 30); do
    status=$(curl -sS --max-time 10 -o /dev/null -w '%{http_code}' "${there[@]}" "https://$name/account/sign-in/" 2>/dev/null || true)
    [ "$status" != 200 ] || break
    sleep 2
  done
  if [ "$status" = 200 ]; then
    echo "https://$name answers."
  else
    echo "https://$name does not answer yet. See what they say: journalctl -u caddy -u heard-web"
  fi
fi
printf '\nWhat heard doctor says, and so what is left for you:\n'
/usr/local/sbin/heard doctor || true
[ -s /etc/heard-backup-recipients ] ||
  echo "NO BACKUP IS MADE before the keys of two people are in /etc/heard-backup-recipients: run this again with --backup-key."
