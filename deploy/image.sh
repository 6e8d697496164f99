#!/usr/bin/env bash
# Builds a container image of Heard from a Debian root: dist/heard-VERSION.image.tar.gz, which `podman load` and `docker load` take.
# Nothing is run in a container for it: mmdebstrap makes the root, with the packages of requirements/base.lock and their hashes, and
# buildah packs it. Needs mmdebstrap, buildah, `make wheel`, and room for 3 GB. Debian comes from where mmdebstrap finds it, or from
# HEARD_DEBIAN; packages of Python from dist/wheels, which pip fills as it is set up on this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stop() {
  printf '%s\n' "$*" >&2
  exit 1
}
for program in mmdebstrap buildah; do
  command -v "$program" >/dev/null || stop "This needs $program. On Debian: apt-get install mmdebstrap buildah"
done
wheel=$(find dist -maxdepth 1 -name 'heard-*-py3-none-any.whl' | sort -V | tail -n 1)
[ -n "$wheel" ] || stop "There is no wheel in dist/. Run first: make wheel"
version=$(basename "$wheel" | cut -d- -f2)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
packages=(python3 python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation ca-certificates postgresql-client)

echo "Packages of Python, each with its hash, into dist/wheels"
pip=$(find .tools/bin /usr/bin -maxdepth 1 -name pip 2>/dev/null | head -n 1)
[ -n "$pip" ] || stop "pip is not there. Run first: make wheel"
"$pip" download --quiet --disable-pip-version-check --only-binary :all: --python-version 3.13 --require-hashes -r requirements/base.lock -d dist/wheels

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/in"
cp -r dist/wheels "$wheel" requirements/base.lock "$work/in"

echo "A Debian 13 with Heard in /opt/heard, as the user 990"
cat >"$work/inside" <<'END'
#!/bin/sh
set -eu
cd /in
groupadd --system --gid 990 heard
useradd --system --uid 990 --gid 990 --home-dir /var/lib/heard --shell /usr/sbin/nologin heard
python3 -m venv /opt/heard
/opt/heard/bin/pip --isolated install --quiet --disable-pip-version-check --no-cache-dir --no-compile --no-index --find-links wheels --require-hashes -r base.lock
/opt/heard/bin/pip --isolated install --quiet --disable-pip-version-check --no-cache-dir --no-compile --no-index --no-deps heard-*.whl
/opt/heard/bin/pip --isolated uninstall --quiet --disable-pip-version-check --yes pip
install -d -m 700 -o heard -g heard /var/lib/heard /var/log/heard /var/backups/heard
cd /
rm -rf /in /tmp/* /var/log/*.log /var/log/apt
END
# shellcheck disable=SC2016    # mmdebstrap gives the root as $1
mmdebstrap --quiet --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" \
  --customize-hook="copy-in $work/in /" --customize-hook="upload $work/inside /inside" \
  --customize-hook='chroot "$1" sh /inside' --customize-hook='rm "$1/inside"' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  trixie "$work/root.tar" ${HEARD_DEBIAN:+"$HEARD_DEBIAN"}

echo "The image"
# What buildah keeps lies in the temporary folder; it asks for what makes networks, and nothing here has one.
mkdir "$work/helpers"
ln -s /bin/false "$work/helpers/netavark"
printf '[engine]\nhelper_binaries_dir = ["%s/helpers"]\n' "$work" >"$work/containers.conf"
export CONTAINERS_CONF=$work/containers.conf BUILDAH_FORMAT=docker
pack() { buildah --root "$work/storage" --runroot "$work/running" --storage-driver vfs "$@"; }
container=$(pack from scratch)
pack add --quiet "$container" "$work/root.tar" / >/dev/null
alive="import os, ssl, urllib.request as ask; name = os.environ['HEARD_HOSTS'].split(',')[0]; \
own = os.environ.get('HEARD_WEB_CERTIFICATE'); tls = ssl.create_default_context(cafile=own) if own else None; \
at = 'https://127.0.0.1:8000' if own else 'http://127.0.0.1:8000'; \
ask.urlopen(ask.Request(at + '/health/live', headers={'Host': name}), timeout=5, context=tls)"
pack config --user 990:990 --workingdir /var/lib/heard --port 8000 --volume /var/lib/heard --volume /var/backups/heard \
  --env PATH=/opt/heard/bin:/usr/bin:/bin --env LC_ALL=C.UTF-8 --env PYTHONDONTWRITEBYTECODE=1 \
  --env HEARD_DATA=/var/lib/heard --env HEARD_LOG=json \
  --entrypoint '["/opt/heard/bin/heard"]' --cmd 'web --host 0.0.0.0 --workers 2' \
  --healthcheck "CMD /opt/heard/bin/python -c \"$alive\"" --healthcheck-start-period 60s \
  --label "org.opencontainers.image.title=Heard" --label "org.opencontainers.image.version=$version" \
  --label "org.opencontainers.image.licenses=MIT" "$container"
pack commit --quiet --format docker --timestamp "$SOURCE_DATE_EPOCH" "$container" "heard:$version" >/dev/null
image=dist/heard-$version.image.tar
rm -f "$image" "$image.gz"
pack push --quiet "heard:$version" "docker-archive:$image:heard:$version"
gzip --no-name "$image"
printf '%s.gz, %s MB; unpacked %s MB\n' "$image" "$(($(stat -c %s "$image.gz") / 1000000))" "$(($(stat -c %s "$work/root.tar") / 1000000))"
