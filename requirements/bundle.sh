#!/usr/bin/env bash
# Packs what a server needs to install Heard, from dist/ that `make wheel` wrote: dist/heard-VERSION.tar.gz.
# With --wheels it holds every package of requirements/base.lock too, for a server that reaches no index of packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wheel=$(find dist -name 'heard-*-py3-none-any.whl' | sort -V | tail -n 1)
[ -n "$wheel" ] || { echo "There is no wheel in dist/. Run first: make wheel" >&2 && exit 1; }
name=heard-$(basename "$wheel" | cut -d- -f2)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/$name/requirements" "$folder/$name/docs/guide"
cp "$wheel" LICENSE CHANGELOG.md "$folder/$name"
cp requirements/base.lock "$folder/$name/requirements"
cp docs/guide/install.md "$folder/$name/docs/guide"
cp -r deploy "$folder/$name"
if [ "${1:-}" = --wheels ]; then
  .tools/bin/pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/base.lock -d "$folder/$name/wheels"
fi
(cd "$folder/$name" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$folder/SHA256SUMS"
mv "$folder/SHA256SUMS" "$folder/$name"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" -C "$folder" -czf "dist/$name.tar.gz" "$name"
echo "dist/$name.tar.gz"
