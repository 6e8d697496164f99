"""`heard knowledge`: read what the field knows, and check a pack before it is used."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from heard.knowledge import load
from heard.knowledge.check import check_pack
from heard.knowledge.differences import differences
from heard.knowledge.model import (
    Carrier,
    ContextSide,
    Entry,
    NotEnumerated,
    NotInRelease,
    Power,
    Release,
    TieKind,
)

_SECTIONS = (
    "definitions", "headings", "patterns", "vulnerabilities", "signs", "principles", "voices", "rules", "figures",
    "clocks", "conclusions", "laws", "ties",
)  # fmt: skip
_UNIT = {"working_days": "working days", "days": "days", "months": "months", "hours": "hours"}


@click.group()
def knowledge() -> None:
    """What the field knows: definitions, patterns, signs, vulnerabilities, rules and clocks, with their sources."""


@knowledge.command()
@click.argument("entry", required=False)
@click.option(
    "--release", "release_id", metavar="ID", help="A release, such as 2013.1. Without it, the newest."
)
def show(entry: str | None, release_id: str | None) -> None:
    """Shows a release, or one ENTRY of it, such as S01 or assessment."""
    try:
        release = load.release(release_id) if release_id else load.current()
        if entry:
            _show_entry(release, entry)
        else:
            _show_release(release)
    except (NotInRelease, load.PackRefused) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None


@knowledge.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
def check(path: Path | None) -> None:
    """Checks the pack in the folder PATH, or every release that comes with Heard. Exit 0: fit to use; 2: not."""
    folders = [path] if path else [load.PACKS / release_id for release_id in load.release_ids()]
    refused = False
    for folder in folders:
        checked = check_pack(folder)
        for fault in checked.faults:
            click.echo(str(fault), err=True)
        if checked.release is None:
            refused = True
            click.echo(f"{folder}: not fit to use. Faults: {len(checked.faults)}.")
        else:
            click.echo(f"{folder}: fit to use. {_summary(checked.release)}")
    raise SystemExit(2 if refused else 0)


@knowledge.command()
@click.argument("older", required=False)
@click.argument("newer", required=False)
def diff(older: str | None, newer: str | None) -> None:
    """Shows what release NEWER says otherwise than OLDER. Without NEWER the newest; without OLDER what it extends."""
    try:
        new = load.release(newer) if newer else load.current()
        if not (older or new.extends):
            raise NotInRelease(f"Release {new.id} extends none. Name the release to compare it with.")
        old = load.release(older or new.extends)
    except (NotInRelease, load.PackRefused) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    found = differences(old, new)
    click.echo(f"Release {new.id} against {old.id}. Differences: {len(found)}.")
    for difference in found:
        click.echo(
            f"\n{difference.section}, {difference.entry}: {difference.label} ({difference.change}{f': {difference.why}' if difference.why else ''})"
        )
        for name, was, says in difference.told:
            click.echo(f"  {name.replace('_', ' ')}\n  - {_said(was)}\n  + {_said(says)}")


def _summary(release: Release) -> str:
    counted = [f"{len(getattr(release, name))} {name}" for name in (*_SECTIONS, "carriers")]
    extends = f", which extends {release.extends}" if release.extends else ""
    return f"Release {release.id}{extends}: {', '.join(counted)}."


def _show_release(release: Release) -> None:
    console = Console()
    console.print(f"[bold]Release {release.id}[/bold]: {escape(release.title)}\n{escape(release.about)}")
    for name in _SECTIONS:
        if entries := getattr(release, name):
            console.print(_table(name, entries))
    console.print(_not_enumerated(release.not_enumerated))
    console.print("[bold]heard knowledge show ENTRY[/bold] shows one of them in full.")


def _table(name: str, entries: tuple[Entry | TieKind, ...]) -> Table:
    table = Table(title=name.capitalize(), title_justify="left", expand=True)
    table.add_column("Id", no_wrap=True)
    table.add_column("What we call it", ratio=2)
    table.add_column("Wording of the source", ratio=3)
    table.add_column("Sure", justify="center")
    for entry in entries:
        table.add_row(entry.id, escape(entry.label), escape(entry.official or "Ours"), entry.confidence or "")
    return table


def _not_enumerated(gaps: tuple[NotEnumerated, ...]) -> Table:
    table = Table(title="What our sources do not list", title_justify="left", expand=True)
    table.add_column("What", ratio=2)
    table.add_column("What we know of it", ratio=3)
    for gap in gaps:
        table.add_row(escape(gap.label), escape(gap.help))
    return table


def _show_entry(release: Release, entry_id: str) -> None:
    console = Console()
    beside: tuple[NotEnumerated | TieKind | ContextSide | Power, ...] = (
        *release.not_enumerated,
        *release.ties,
        *release.context_sides,
        *release.powers,
    )
    entry = next((power for power in beside if power.id == entry_id), None) or release.entries.get(entry_id)
    if entry is None:
        raise NotInRelease(
            f"Release {release.id} has no entry {entry_id!r}. “heard knowledge show” lists all of them."
        )
    table = Table(
        title=f"{entry.id}, release {release.id}", title_justify="left", show_header=False, expand=True
    )
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for field in fields(entry):
        table.add_row(field.name.replace("_", " "), escape(_said(getattr(entry, field.name))))
    console.print(table)
    for phrase in (phrase for phrase in release.phrases if phrase.item == entry_id):
        console.print(f"Offered where a worry says {escape(_said(phrase.says))}: {escape(phrase.why)}")
    carriers = [carrier for carrier in release.carriers if carrier.item == entry_id]
    if carriers:
        console.print(_carriers(carriers))
    for without in release.no_carrier:
        if without.item == entry_id:
            console.print(
                f"No field of the statutory returns that Heard reads carries it. {escape(without.note)}"
            )


def _carriers(carriers: list[Carrier]) -> Table:
    table = Table(title="Carried by", title_justify="left", expand=True)
    for heading in ("Return", "Field and values", "Counts"):
        table.add_column(heading)
    table.add_column("Note", ratio=1)
    for c in carriers:
        values = ", ".join(c.codes) or ("any value" if c.at_least is None else f"{c.at_least} or more")
        counts = f"{_said(c.counts)} ({c.strength})"
        table.add_row(c.format, f"{c.field}\n{values}", counts, escape(f"{c.note} Dated by {c.dated_by}."))
    return table


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else _UNIT.get(str(value), str(value)) or "none"
