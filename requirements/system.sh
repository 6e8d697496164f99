#!/usr/bin/env bash
# Makes sure that system packages are there: installs what is missing with apt-get as root, else says what to install.
# Usage: requirements/system.sh WORD...   with the words venv, node, pango, chromium, postgresql, nginx, caddy, clamd, java, xmlsec, journal, pgbackrest
set -eu
missing=()
has() { command -v "$1" >/dev/null 2>&1; }
for word in "$@"; do
  case "$word" in
    venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || missing+=("python3-venv") ;;
    node) has npm || missing+=("npm") ;;
    pango) "${PYTHON:-python3}" -c 'from ctypes import CDLL; [CDLL(f"lib{one}.so.0") for one in ("pangoft2-1.0", "harfbuzz-subset")]' 2>/dev/null ||
      missing+=("libpango-1.0-0" "libpangoft2-1.0-0" "libharfbuzz-subset0" "fonts-liberation") ;;
    chromium) has chromium-headless-shell || missing+=("chromium-headless-shell" "fonts-liberation") ;;
    java) has java || missing+=("default-jre-headless") ;;
    nginx) PATH="$PATH:/usr/sbin" has nginx || missing+=("nginx-light") ;;
    caddy) has caddy || missing+=("caddy") ;;
    clamd) PATH="$PATH:/usr/sbin" has clamd || missing+=("clamav-daemon") ;;
    pgbackrest) has pgbackrest || missing+=("pgbackrest") ;;
    journal) [ -x /usr/lib/systemd/systemd-journal-upload ] || missing+=("systemd-journal-remote") ;;
    xmlsec) has xmlsec1 || missing+=("xmlsec1") ;;
    postgresql) has pg_ctl || compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null || missing+=("postgresql") ;;
  esac
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && has apt-get; then
  echo "Installing ${missing[*]} with apt-get" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "Heard needs these system packages: ${missing[*]}" >&2
  echo "Install them and run the command again, for instance: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
