"""`heard mapping guess`: a first mapping of a table that nobody has described yet, to be looked at and corrected."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from heard.engine.cli.edge import JSON, PathWord, Summary, command, finishes
from heard.engine.intake import drafting
from heard.engine.intake import guess as guesses
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from heard.engine.intake.drafting import ReadRow
    from heard.engine.intake.guess import Guess


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def mapping() -> None:
    """Mappings: a dozen lines of YAML that say what the columns of an agency's table mean."""


@mapping.command("guess", cls=command.keywords["cls"], epilog="Exit code: 0 done, 2 not done.")
@click.argument("table", metavar="FILE", type=PathWord())
@click.option("--agency", default="", help="Whose file it is. It is never guessed; needed with --out.")
@click.option("--sheet", help="Which sheet of a workbook. Without it: the first that holds anything.")
@click.option("--out", metavar="FILE", type=PathWord(), help="New file for the mapping.")
@JSON
@finishes
def guess(table: Path, agency: str, sheet: str | None, out: Path | None) -> Summary:
    """Guess a mapping for a CSV, Excel or Parquet FILE, from the names of its columns and how their values are written.

    Prints the mapping with the reason for each line, the first ten rows as they would be read, and what could not be told. What is
    not sure is left out: look at each line before you use it.

    \b
    Example:
      heard mapping guess police_2025.csv
      heard mapping guess police_2025.csv --agency police --out ours.yaml
      heard run police_2025.csv --mapping ours.yaml --out result
    """
    if refusal := _why_not_write(agency, out):
        raise NotDone(refusal)
    found = guesses.guess(table, sheet=sheet)
    choice = drafting.suggested(found, agency=agency)
    text = drafting.as_mapping(choice, drafting.reasons(found))
    rows = drafting.as_read(table, choice) if drafting.why_not_mapped(choice) is None else []
    if out:
        _write(out, text)
    return Summary(
        lambda: {"mapping": text, "said": list(found.said), "rows": [asdict(row) for row in rows]},
        lambda console: _show(found, text, rows, out, console),
        set_aside=False,
        where=f"The mapping is in {out}." if out else "",
    )


def _why_not_write(agency: str, out: Path | None) -> str | None:
    if out is None:
        return None
    if not agency.strip():
        return "Say whose file it is with --agency: nobody can guess it, and agencies are counted by it."
    if out.exists():
        return f"{out} is there already. Name a new file for --out."
    return None


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as problem:
        raise NotDone(
            f"{out} cannot be written: {problem.strerror}. Name another file for --out."
        ) from problem


def _show(found: Guess, text: str, rows: Sequence[ReadRow], out: Path | None, console: Console) -> None:
    console.print(text, highlight=False, soft_wrap=True)
    if rows:
        console.print(_table(rows))
    console.print(
        "\nWhat could not be told" if found.said else "\nNothing was in doubt. Look at it all the same."
    )
    for sentence in found.said:
        console.print(f"- {sentence}", highlight=False)
    if out:
        console.print(f"\nWritten to {out}.", highlight=False)


def _table(rows: Sequence[ReadRow]) -> Table:
    """Only what some row tells."""
    names = [name for name in drafting.SHOWN_OF if any(name in row.told for row in rows)]
    table = Table(title="The first rows, as they would be read", title_justify="left")
    for title in ("Row", *(name.replace("_", " ") for name in names), "Shows", "What is wrong"):
        table.add_column(title, overflow="fold")
    for row in rows:
        shows = ", ".join(f"{item} {day}".strip() for item, day in row.seen)
        wrong = " ".join(row.said) if row.kept else " ".join(("Set aside.", *row.said))
        table.add_row(str(row.number), *(row.told.get(name, "") for name in names), shows, wrong)
    return table
