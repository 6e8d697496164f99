"""The summary of a run as tables that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from heard.engine.run.result import ISSUE_LIST

if TYPE_CHECKING:
    from pathlib import Path

    from heard.engine.run import Changes, Compared, RunSummary, Sight, Together

_SHOWN, _SHOWN_REASONS = 20, 40
_UNSEEN = "By the model, without labels: ranges that held where the truth is known. Records that share too little to be compared are in neither figure."
_TELLING = 50  # links; of fewer no share says much


def show(found: RunSummary, folder: Path, console: Console) -> None:
    """Prints what was read, who was found and what cannot be known."""
    console.print(_sources(found))
    if found.children is not None:
        console.print(_children(found))
    if found.linked:
        console.print(_quality(found))
    if found.listed:
        console.print(_listed(found))
    if found.changes:
        console.print(_changed(found.changes))
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
    if found.expected is not None:
        table.add_row("Of these expected to be one child, about", f"{found.expected:,}")
    if found.with_signs is not None:
        when = "in any twelve months up to" if found.any_window else "as of"
        table.add_row(f"Children listed by the rule, {when} {found.as_of}", f"{found.with_signs:,}")
        table.add_row("Of these scattered: no single agency holds enough alone", f"{found.scattered:,}")
        for what, number in (("died", found.died), ("were of age before the window", found.of_age)):
            if number:
                table.add_row(f"Set apart, as they {what} (set_apart.parquet)", f"{number:,}")
    if found.compared_with:
        table.add_row(f"New on the list since {found.compared_with}", f"{found.new:,}")
        table.add_row(f"On the list of {found.compared_with}, and no more", f"{found.left:,}")
    return table


def _quality(found: RunSummary) -> Table:
    title = (
        f"How good the links are expected to be (groups of {_TELLING} pairs or more; all: quality.parquet)"
    )
    table = Table(title=title, title_justify="left", caption=_UNSEEN, caption_justify="left")
    for name in ("Group", "Records"):
        table.add_column(name, overflow="fold")
    for name in ("Pairs linked", "Of 100 links right", "Of 100 to link linked"):
        table.add_column(name, justify="right")
    for row in found.quality:
        if row["pairs"] >= _TELLING or row["group"] == "all":
            telling = row["pairs"] >= _TELLING
            shares = [
                _percent(row, name) if telling else "too few to say" for name in ("precision", "recall")
            ]
            table.add_row(row["group"], row["value"], f"{row['pairs']:,}", *shares)
    return table


def _percent(row: dict[str, Any], name: str) -> str:
    numbers = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
    if None in numbers:
        return "not known"
    share, low, high = (f"{number * 100:.2f}" for number in numbers)
    return f"{share} ({low} to {high})"


def _listed(found: RunSummary) -> Table:
    more = len(found.listed) - _SHOWN
    title = "Children to look at, by key: no order of need" + (f" (and {more:,} more)" if more > 0 else "")
    table = Table(title=title, title_justify="left")
    window = ("First window",) if found.any_window else ()
    for name in ("Child", "Signs", *window, "Agencies", "Scattered", "Not known"):
        table.add_column(name, overflow="fold")
    for child in found.listed[:_SHOWN]:
        signs, agencies = (", ".join(child[key]) for key in ("signs", "agencies"))
        days = (f"{child['window_first']} to {child['window_last']}",) if window else ()
        scattered = "yes" if child["scattered"] else "no"
        table.add_row(child["person"], signs, *days, agencies, scattered, ", ".join(child["not_known"] or []))
    return table


def show_coverage(found: list[Sight], console: Console) -> None:
    """Prints the months of the last window of each source and sign, and from when to when each can speak at all."""
    if not found:
        console.print("No source of this run collects a sign.")
        return
    months = [month.month for month in found[0].months][-_MONTHS:]
    table = Table(title="What each source could see, and what it saw", title_justify="left")
    for name in ("Source", "Sign", "Known"):
        table.add_column(name, overflow="fold")
    for month in months:
        table.add_column(f"{month:%m}\n{month:%y}", justify="right")
    before = ""
    for sight in found:
        cells = [_cell(month.covered, month.seen) for month in sight.months][-_MONTHS:]
        table.add_row(sight.source if sight.source != before else "", sight.item, _known(sight), *cells)
        before = sight.source
    console.print(table)


_MONTHS = 13


def _cell(covered: str, seen: int) -> str:
    mark = {"all": ".", "part": "~", "none": ""}[covered]
    return f"{seen:,}{mark if covered == 'part' else ''}" if seen else mark


def _known(sight: Sight) -> str:
    if sight.throughout:
        return "throughout"
    return (
        f"{sight.known_from:%m/%y} to {sight.known_to:%m/%y}"
        if sight.known_from and sight.known_to
        else "not at all"
    )


def show_joined(found: Together, console: Console) -> None:
    """Prints the records of one child, and what joined each to the rest."""
    table = Table(title=f"{len(found.records):,} records, surest link first", title_justify="left")
    for name in ("One record", "The other", "What they share"):
        table.add_column(name, overflow="fold")
    for link in found.links:
        table.add_row(*(" ".join(record) for record in (link.left, link.right)), link.why)
    if not found.links:
        table.add_row(" ".join(found.records[0]), "", "")
    console.print(table)
    console.print(f"Pairs with records of others that wait for a person: {found.waiting:,}", soft_wrap=True)


def show_pair(found: Compared, console: Console) -> None:
    """Prints what speaks for one child and what for two, and the sum."""
    if found.why:
        console.print(f"{_BANDS.get(found.band or '', '')}: {found.why}", soft_wrap=True)
    if not found.reasons:
        console.print(_NOT_COMPARED, soft_wrap=True)
        return
    table = Table(title="What speaks for one child; below zero for two", title_justify="left")
    for name in ("Compared", "Found"):
        table.add_column(name, overflow="fold")
    for name in ("Bits", "So far"):
        table.add_column(name, justify="right")
    so_far = 0.0
    for reason in found.reasons:
        so_far += reason.weight
        table.add_row(reason.comparison, reason.level, f"{reason.weight:+.2f}", f"{so_far:+.2f}")
    console.print(table)


_BANDS = {"linked": "One child", "for_a_person": "For a person", "apart": "Apart"}
_NOT_COMPARED = (
    "The two were not compared, since they share nothing by which pairs are chosen, or are so unlike that the pair was not kept. "
    "Where they are one child, they are so through other records."
)


def show_changes(found: Changes, console: Console) -> None:
    """Prints who is new and who left between two runs."""
    numbers = f"{found.earlier:,} on the earlier list, {found.later:,} on the later one: {found.new:,} are new, {found.left:,} left."
    for line in (numbers, *found.notes):
        console.print(line, soft_wrap=True)
    if found.rows:
        console.print(_changed(found.rows))


def _changed(rows: list[dict[str, Any]]) -> Table:
    more = len(rows) - _SHOWN_REASONS
    title = "Who is new, and who left" + (f" (and {more:,} more lines)" if more > 0 else "")
    table = Table(title=title, title_justify="left")
    for name in ("Child", "Change", "Sign", "Why"):
        table.add_column(name, overflow="fold")
    for row in rows[:_SHOWN_REASONS]:
        table.add_row(row["person"], row["change"], row["item"] or "", row["why"])
    return table
