"""`heard audit`: whether the audit trail is as it was written, and what somebody outside needs to see that for themselves."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heard.agencies.cli import site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from heard.agencies.seal.heads import Head
    from heard.agencies.seal.keys import Ring
    from heard.agencies.trail.verifying import Trail, Verdict

_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """The audit trail: who did and looked at what, sealed so that nobody alters it unseen."""


@audit.command()
@click.option("--file", "export", type=_READABLE, help="Verify an export instead of the database.")
@click.option(
    "--heads",
    "kept",
    type=_READABLE,
    multiple=True,
    help="A file of heads that a witness kept. Can be given again.",
)
@click.option(
    "--public-key", "publics", multiple=True,
    help="Who may have signed heads, as `heard audit key` printed it: better than what lies on this machine.",
)  # fmt: skip
@click.option(
    "--structure-only", is_flag=True, help="Do not ask for the key of the leaves. With --public-key."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def verify(
    export: Path | None, kept: tuple[Path, ...], publics: tuple[str, ...], structure_only: bool, as_json: bool
) -> None:
    """Say whether the audit trail is as it was written. Changes nothing, and needs no network.

    Exit 0: it is sound. 1: it was tampered with, in the rows that are named. 2: that cannot be told.
    """
    try:
        with site(), _trail(export) as trail:
            trail.witnessed = [head for path in kept for head in _heads_in(path)]
            verdict = _verdict(trail, publics, structure_only)
    except click.ClickException as error:
        click.echo(f"Error: {error.message}", err=True)
        raise SystemExit(2) from error
    _print(verdict, as_json)
    raise SystemExit(int(verdict.outcome))


@audit.command()
def check() -> None:
    """Verify, and let administrators know where the trail is not sound: for a timer, each night.

    It also looks at the file of HEARD_WITNESS_FILE, where there is one. Exit as `heard audit verify`.
    """
    with site():
        from heard.agencies.trail import checking

        verdict = checking.check()
    _print(verdict, as_json=False)
    raise SystemExit(int(verdict.outcome))


@audit.command()
@click.option("--last", is_flag=True, help="Only the latest.")
def heads(last: bool) -> None:
    """Print the signed heads, one line of JSON each, for a witness to keep. They hold numbers alone."""
    with site():
        from heard.agencies.trail import stored

        with stored.as_it_is() as trail:
            found = list(trail.heads)
        for head in found[-1:] if last else found:
            click.echo(head.line())


@audit.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def export(path: Path) -> None:
    """Write the whole trail to a file that can be verified elsewhere; packed where its name ends in .gz.

    It holds names of workers, keys of children and reasons. Keep it as you keep the record.
    """
    with site():
        from heard.agencies.trail import stored

        try:
            with stored.as_it_is() as trail:
                rows = stored.export(trail, path)
        except FileExistsError as error:
            raise click.ClickException(f"{path} is there already. Choose another name.") from error
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error
    click.echo(f"{rows:,} rows. Open it to nobody who may not read the record.")


@audit.command()
@click.option(
    "--new", is_flag=True, help="Make a new key for what comes from now on; those before stay in the file."
)
@click.option(
    "--add", "other", type=_READABLE, help="Put the keys of this file beside ours: those of before a restore."
)
def key(new: bool, other: Path | None) -> None:
    """Print the public key with which heads are signed: keep it on paper, away from this machine."""
    with site():
        from django.conf import settings

        from heard.agencies.seal import keys

        ring = _ring()
        if other is not None:
            ring = keys.add(settings.AUDIT_KEY, other)
        if new:
            ring = keys.renew(settings.AUDIT_KEY)
        click.echo(f"installation {ring.site}")
        for one in ring.keys:
            click.echo(f"public key {one.id} {one.public.hex()}")
        if new:
            click.echo("Start Heard anew, so that it uses the new key.", err=True)


def _ring() -> Ring:
    from django.conf import settings

    from heard.agencies.seal import keys

    try:
        return keys.read(settings.AUDIT_KEY)
    except keys.KeyMissing as error:
        raise click.ClickException(str(error)) from error


def _trail(export: Path | None) -> AbstractContextManager[Trail]:
    from contextlib import nullcontext

    from heard.agencies.trail import stored

    if export is None:
        return stored.as_it_is()
    try:
        return nullcontext(stored.exported(export))
    except stored.NoExport as error:
        raise click.ClickException(str(error)) from error


def _verdict(trail: Trail, publics: tuple[str, ...], structure_only: bool) -> Verdict:
    from heard.agencies.trail.verifying import verify

    ring = None if structure_only else _ring()
    return verify(trail, ring, [_public(one) for one in publics])


def _public(text: str) -> bytes:
    try:
        found = bytes.fromhex(text.split()[-1])
    except (ValueError, IndexError):
        found = b""
    if len(found) != 32:
        raise click.ClickException("A public key is the 64 letters and digits that `heard audit key` prints.")
    return found


def _heads_in(path: Path) -> Iterator[Head]:
    from heard.agencies.seal.heads import from_line

    for number, line in enumerate(path.read_text().splitlines(), 1):
        said = line[line.find("{") :] if "{" in line else ""  # syslog writes the time and the name before it
        if not said:
            continue
        try:
            yield from_line(said)
        except ValueError as error:
            raise click.ClickException(
                f"{path}, line {number}: this is no head of an audit trail."
            ) from error


def _print(verdict: Verdict, as_json: bool) -> None:
    if as_json:
        said = asdict(verdict) | {"outcome": verdict.outcome.name.lower()}
        click.echo(json.dumps(said, indent=1))
        return
    for fault in verdict.faults:
        click.echo(str(fault))
    if verdict.more:
        click.echo(f"And {verdict.more:,} more.")
    for says in verdict.unknown:
        click.echo(says)
    click.echo(
        f"{verdict.size:,} rows have their place, {verdict.as_found:,} of them as they were found; "
        f"{verdict.erased:,} are erased as a row says; {verdict.waiting:,} wait to be sealed; "
        f"{verdict.heads:,} heads here, {verdict.witnessed:,} from witnesses."
    )
    click.echo({0: "Sound.", 1: "Tampered with.", 2: "This cannot be told."}[int(verdict.outcome)])
