"""`heard publish check` and `heard publish hide`: what an outsider can work out of tables, and what to hide in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml

from heard.engine import publish as engine
from heard.engine.cli.edge import JSON, PathWord, Summary, command, finishes
from heard.engine.publish.factors import write_factors
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

_TABLES = click.argument("tables", nargs=-1, required=True, metavar="TABLE...", type=PathWord())
_BEFORE = click.option(
    "--before",
    multiple=True,
    metavar="TABLE",
    type=PathWord(),
    help="A table that was published earlier. As often as needed.",
)
_POLICY = click.option(
    "--policy",
    metavar="FILE",
    type=PathWord(),
    help="YAML file: threshold, rounding, symbols. Without it: 1 to 5 are hidden as c.",
)
_OUT = click.option(
    "--out", required=True, metavar="DIR", type=PathWord(), help="Folder for the tables to publish."
)
_SHOWN = 40  # lines; all of them are in the JSON


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def publish() -> None:
    """Publish tables of counts so that nobody is given away."""


@command(
    "check",
    epilog="Exit code: 0 nothing can be worked out, 1 something can or a layout is unclear, 2 not done.",
)
@_TABLES
@_BEFORE
@_POLICY
@JSON
@finishes
def check(tables: tuple[Path, ...], before: tuple[Path, ...], policy: Path | None) -> Summary:
    """Find what an outsider can work out of TABLEs as they are published, together with earlier ones.

    A TABLE is CSV with a column `count`; its other columns are dimensions, with `Total` for all of one. Another layout is
    told by a YAML file of the same name beside it, or guessed: see heard publish layout. Of tables that others published
    it is said how many counts they give away, and never which.

    \b
    Example:
      heard publish check by-area.csv by-sex.csv --before last-year.csv
    """
    found = engine.check_files([*before, *tables], _policy(policy))
    return Summary(
        found.as_json,
        lambda console: _show_checked(found, console),
        set_aside=bool(found.given_away or found.unclear),
    )


@command("layout", epilog="Exit code: 0 done, 2 not done.")
@click.argument("table", metavar="TABLE", type=PathWord())
@click.option("--write", is_flag=True, help="Write it beside the table, for you to correct.")
@JSON
@finishes
def layout(table: Path, write: bool) -> Summary:
    """Show how TABLE is read: which columns are dimensions, which hold counts, what they are rounded to.

    Where no YAML file of its name lies beside it, that is guessed from the names of columns and what is in them.

    \b
    Example:
      heard publish layout published-by-others.csv --write
    """
    read, said = engine.layout_of(table)
    text = yaml.safe_dump(read.as_told(), sort_keys=False, allow_unicode=True)
    beside = table.with_suffix(".yaml")
    if write:
        _write_new(beside, text)

    def show(console: Console) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        _show_warnings(said, console)

    where = f"The layout is in {beside}." if write else ""
    return Summary(
        lambda: {"layout": read.as_told(), "warnings": list(said)}, show, set_aside=False, where=where
    )


@command("hide", epilog="Exit code: 0 done, 2 not done.")
@_TABLES
@_BEFORE
@_POLICY
@_OUT
@JSON
@finishes
def hide(tables: tuple[Path, ...], before: tuple[Path, ...], policy: Path | None, out: Path) -> Summary:
    """Write TABLEs of true counts as they may be published: small counts hidden, and as little more as protects them.

    \b
    Example:
      heard publish hide by-area.csv by-sex.csv --out to-publish
    """
    printed = engine.hide_files(tables, out, _policy(policy), before)

    def show(console: Console) -> None:
        console.print(
            f"{printed.cells:,} counts, {printed.small:,} of them small; {printed.hidden:,} hidden in all."
        )
        console.print(f"{_spared(printed.excess)} The tables are in {out}.")
        _show_warnings(printed.warnings, console)

    return Summary(printed.as_json, show, set_aside=False, where=f"The tables are in {out}.")


@command("factors", epilog="Exit code: 0 done, 2 not done.")
@click.argument("folder", metavar="RUN", type=PathWord())
@_OUT
@JSON
@finishes
def factors(folder: Path, out: Path) -> Summary:
    """Count the factors identified at the end of assessment in RUN, in the columns of the Department's table.

    The counts are true ones. Hide the small ones before anybody else sees them.

    \b
    Example:
      heard publish factors result --out true
      heard publish hide true/factors.csv --out to-publish
    """
    path = write_factors(folder, out)
    return Summary(
        lambda: {"table": str(path)},
        lambda console: console.print(f"True counts, not yet to be published: {path}", soft_wrap=True),
        set_aside=False,
        where=f"The table is {path}.",
    )


publish.add_command(check)
publish.add_command(factors)
publish.add_command(hide)
publish.add_command(layout)


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise NotDone(f"{path} is there already. Correct it, or move it away.") from None
    except OSError as problem:
        raise NotDone(f"{path} cannot be written: {problem.strerror}.") from None


def _policy(path: Path | None) -> engine.Policy:
    return engine.read_policy(path) if path else engine.Policy()


def _spared(excess: float) -> str:
    if not excess:
        return (
            "No other choice hides less, where large counts and totals weigh more than small ones and parts."
        )
    return (
        f"Another choice might hide less, by {max(excess, 0.0001):.2%} at most, where large counts and totals weigh more than "
        "small ones and parts."
    )


def _show_warnings(warnings: Sequence[str], console: Console) -> None:
    for warning in warnings:
        console.print(warning, soft_wrap=True)


def _show_checked(found: engine.Checked, console: Console) -> None:
    console.print(f"{found.tables:,} tables with {found.hidden:,} hidden counts.")
    if found.of_others[0]:
        many, exactly = found.of_others
        console.print(
            f"{many:,} of those that others published can be known too well, {exactly:,} of these exactly. Which ones is not said."
        )
    for sentence in found.unclear[:_SHOWN]:
        console.print(sentence, soft_wrap=True)
    if not found.given_away and not found.unclear:
        console.print("None of them can be worked out more closely than the policy allows.")
    elif found.derived:
        exact = sum(row["low"] == row["high"] for row in found.derived)
        console.print(f"{len(found.derived):,} of them can be known too well, {exact:,} of these exactly:")
    for row in sorted(found.derived, key=lambda one: one["high"] - one["low"])[:_SHOWN]:
        known = f"is {row['low']}" if row["low"] == row["high"] else f"is from {row['low']} to {row['high']}"
        console.print(f"  {row['cell']} {known}")
    if len(found.derived) > _SHOWN:
        console.print(f"  … and {len(found.derived) - _SHOWN:,} more; --json names all of them.")
    _show_warnings(found.warnings, console)
    for conflict in found.conflicts[:_SHOWN]:
        console.print(f"Does not add up, and was left out: {conflict}.")
