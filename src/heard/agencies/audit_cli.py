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

_MOST_HEADS = 5_000_000  # bytes of a file of heads from a partner: one for each day of forty years
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
@click.option("--of", "partner", help="Those of another installation that were taken here: see take-head.")
@click.option("--daily", is_flag=True, help="Only the last of each day: for a partner.")
def heads(last: bool, daily: bool, partner: str | None) -> None:
    """Print the signed heads, one line of JSON each, for a witness to keep. They hold numbers alone."""
    with site():
        from heard.agencies.trail import partners, stored

        if partner:
            found = partners.kept(partner)
            if not found:
                raise click.ClickException(
                    f"No head of {partner} is kept here: heard audit take-head FILE --of {partner}"
                )
        else:
            with stored.as_it_is() as trail:
                found = list(trail.heads)
        if daily:
            found = list({head.at[:10]: head for head in found}.values())
        for head in found[-1:] if last else found:
            click.echo(head.line())


@audit.command("take-head")
@click.argument("file", type=_READABLE)
@click.option("--of", "partner", required=True, help="Which partner, such as northbridge.")
@click.option(
    "--public-key",
    "public",
    help="A key with which they sign, as they read it from theirs: the first time, and when it is a new one.",
)
@click.option(
    "--after-restore",
    default="",
    metavar="REASON",
    help="They brought a backup back, so that their trail went back: who there told you, and why. It stands in the audit trail.",
)
def take_head(file: Path, partner: str, public: str | None, after_restore: str) -> None:
    """Keep signed heads of a partner’s Heard, which came by mail or as a file, so that their trail can be held against them.

    Exit 1: one is forged, contradicts another, or goes back; then none is kept, and the audit trail says so.
    """
    if file.stat().st_size > _MOST_HEADS:
        raise click.ClickException(
            f"{file} is larger than {_MOST_HEADS // 1_000_000} MB. Have them send: heard audit heads --daily"
        )
    with site():
        from heard.agencies.actions import take_heads
        from heard.agencies.on_server import storable

        new = take_heads(
            by=None,
            partner=partner,
            heads=list(_heads_in(file)),
            public=_public(public) if public else None,
            own_site=ring_here().site,
            after_restore=storable(after_restore).strip(),
        )
    click.echo(f"{new} heads of {partner} are new here.")


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


def ring_here() -> Ring:
    """The keys of this installation; where there are none, a plain sentence."""
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

    ring = None if structure_only else ring_here()
    return verify(trail, ring, [_public(public) for public in publics])


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

    for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
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
