"""The summary of a run as tables that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from heard.engine.run.result import ISSUE_LIST

if TYPE_CHECKING:
    from pathlib import Path

    from heard.engine.run import RunSummary

_SHOWN = 20


def show(found: RunSummary, folder: Path, console: Console) -> None:
    """Prints what was read, who was found and what cannot be known."""
    console.print(_sources(found))
    if found.children is not None:
        console.print(_children(found))
    if found.listed:
        console.print(_listed(found))
    if found.not_collectable:
        console.print(
            f"Not collectable from these sources: {', '.join(found.not_collectable)}", soft_wrap=True
        )
    if found.unread:
        console.print(
            f"Files of which nothing, or not everything, could be read: {found.unread:,}", soft_wrap=True
        )
    for note in found.notes:
        console.print(note, soft_wrap=True)
    issues = sum(source["issues"] for source in found.sources)
    console.print(f"Result: {folder}", soft_wrap=True, highlight=False)
    console.print(f"Issue list ({issues:,}): {folder / ISSUE_LIST}", soft_wrap=True, highlight=False)


def _sources(found: RunSummary) -> Table:
    table = Table(title="What was read (read = kept + set aside)", title_justify="left")
    for name in ("Source", "Agency"):
        table.add_column(name, overflow="fold")
    for name in ("Read", "Kept", "Set aside", "Issues"):
        table.add_column(name, justify="right")
    table.add_column("From")
    table.add_column("To")
    table.add_column("Can carry", overflow="fold")
    for s in found.sources:
        numbers = [f"{s[key]:,}" for key in ("read", "kept", "set_aside", "issues")]
        dates = [s[key].isoformat() if s[key] else "not known" for key in ("first_date", "last_date")]
        table.add_row(s["source"], s["agency"], *numbers, *dates, ", ".join(s["collects"]) or "nothing")
    return table


def _children(found: RunSummary) -> Table:
    table = Table(title="Who was found", title_justify="left", show_header=False)
    table.add_column("What")
    table.add_column("Number", justify="right")
    table.add_row("Children", f"{found.children:,}")
    table.add_row("Pairs of records linked", f"{found.linked:,}")
    table.add_row("Pairs of records for a person to decide", f"{found.for_a_person:,}")
    if found.with_signs is not None:
        table.add_row(f"Children listed by the rule, as of {found.as_of}", f"{found.with_signs:,}")
        table.add_row("Of these scattered: no single agency holds enough alone", f"{found.scattered:,}")
    return table


def _listed(found: RunSummary) -> Table:
    more = len(found.listed) - _SHOWN
    title = "Children to look at, by key: no order of need" + (f" (and {more:,} more)" if more > 0 else "")
    table = Table(title=title, title_justify="left")
    for name in ("Child", "Signs", "Agencies", "Scattered", "Not known"):
        table.add_column(name, overflow="fold")
    for child in found.listed[:_SHOWN]:
        lists = [", ".join(child[key]) for key in ("signs", "agencies")]
        scattered = "yes" if child["scattered"] else "no"
        table.add_row(child["person"], *lists, scattered, ", ".join(child["not_known"] or []))
    return table
