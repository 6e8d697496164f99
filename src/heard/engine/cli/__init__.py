"""The engine's commands: `heard run`, and its steps `heard intake`, `heard link`, `heard screen`.

The summary goes to standard output, progress and problems to standard error. Exit code: 0 done, 1 done with rows or whole
files set aside, 2 not done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heard.engine import backend
from heard.engine import run as runs
from heard.engine.cli import report
from heard.engine.cli.edge import JSON, PathWord, Summary, command, finishes, progress
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from heard.engine.run import RunSummary


class _Day(click.ParamType):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no date. Write it as YYYY-MM-DD, such as 2026-03-31.", param, ctx)
        if day < _EARLIEST:
            self.fail(f"{value} is too long ago. Name a day after 1 January 1900.", param, ctx)
        return day


_EARLIEST = date(1900, 1, 2)

_PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=PathWord())
_FOLDER = click.argument("folder", metavar="DIR", type=PathWord())
_OUT = click.option("--out", required=True, metavar="DIR", type=PathWord(), help="Folder for the result.")
_REPLACE = click.option(
    "--replace",
    is_flag=True,
    help="Let the result take the place of an earlier one at --out. Without it, that stays.",
)
_MAPPING = click.option(
    "--mapping",
    metavar="FILE",
    type=PathWord(),
    help="YAML file that says what the columns of other tables mean. Without it: one that lies in the folder that is read.",
)
_AS_OF = click.option(
    "--as-of",
    metavar="DATE",
    type=_Day(),
    help="Count the twelve months up to this day, YYYY-MM-DD. Without it: up to the latest day, no later than today, "
    "on which a sign that counts was seen.",
)
_ANY_WINDOW = click.option(
    "--any-window",
    is_flag=True,
    help="Look at any twelve months up to then, not at the last twelve alone: a child is listed where some twelve months "
    "hold enough signs, and the first such are shown.",
)
_COMPARED_WITH = click.option(
    "--compared-with",
    metavar="DATE",
    type=_Day(),
    help="An earlier as-of date, YYYY-MM-DD: say who is new on the list since then, who left it, and why.",
)
_JUDGEMENTS = click.option(
    "--judgements",
    metavar="FILE",
    type=PathWord(),
    help="CSV or Parquet of what people said of pairs: left_source, left_id, right_source, right_id, judgement (same, "
    "not_same, cannot_tell, ask_others), and if you like by, at, why. They go before every rule.",
)
_AFTER = click.option(
    "--after",
    metavar="DIR",
    type=PathWord(),
    help="Folder of an earlier run: children keep the keys that they had in it, and moved.parquet says of each record whose "
    "child is another now, and why.",
)
_KEEP_MODEL = click.option(
    "--keep-model",
    is_flag=True,
    help="With --after: compare with the weights that the earlier run learned, and only records that are new or changed since. "
    "Quicker, and pairs that are as they were stay as they were; leave it out where the records have become others.",
)
_BACKEND = click.option(
    "--backend",
    "engine",
    type=click.Choice(backend.ENGINES),
    default=backend.DUCKDB,
    show_default=True,
    help="What links and screens: spark for what is too large for one machine (docs/guide/scale.md).",
)


def _finishes[**P](step: Callable[P, RunSummary]) -> Callable[P, None]:
    @wraps(step)
    def summed_up(*args: P.args, **kwargs: P.kwargs) -> Summary:
        with runs.on(str(kwargs.pop("engine", backend.DUCKDB))):
            found, folder = step(*args, **kwargs), _place(kwargs)
        return Summary(
            as_json=found.as_json,
            show=lambda console: report.show(found, folder, console),
            set_aside=bool(found.set_aside or found.unread),
            where=f"The result itself is in {folder}.",
        )

    return finishes(summed_up)


def _place(words: dict[str, Any]) -> Path:
    """Where the result is."""
    place: Path = words.get("out") or words.get("folder") or words["paths"][0]
    return place


@command()
@_PATHS
@_MAPPING
@_AS_OF
@_ANY_WINDOW
@_AFTER
@_KEEP_MODEL
@_OUT
@_REPLACE
@_BACKEND
@JSON
@_finishes
def run(
    paths: tuple[Path, ...],
    mapping: Path | None,
    as_of: date | None,
    any_window: bool,
    after: Path | None,
    keep_model: bool,
    out: Path,
    replace: bool,
) -> RunSummary:
    """Read agencies' extracts, link the records of each child, and list the children with enough signs.

    Each PATH is a file or folder: CIN census XML, SSDA903 as CSV or XML, Annex A workbooks, and any CSV, Excel or
    Parquet that a mapping explains.

    \b
    Example:
      heard demo extracts --out extracts
      heard run extracts --out result
      heard run census.xml police.csv --mapping ours.yaml --as-of 2026-03-31 --out result
      heard run extracts-of-may --after result --out result-of-may

    The list is of children to look at, by a person. It opens nothing and ranks nobody.
    """
    with progress() as tell:
        told: dict[str, Any] = {
            "as_of": as_of,
            "any_window": any_window,
            "after": after,
            "keep_model": keep_model,
            "replace": replace,
        }
        return runs.run(paths, out=out, mapping=mapping, progress=tell, **told)


@command()
@_PATHS
@_MAPPING
@_OUT
@_REPLACE
@JSON
@_finishes
def intake(paths: tuple[Path, ...], mapping: Path | None, out: Path, replace: bool) -> RunSummary:
    """Read extracts into typed tables, and say what is wrong with them. The first step of `heard run`.

    \b
    Example:
      heard intake extracts --out result
    """
    with progress() as tell:
        return runs.take_in(paths, out=out, mapping=mapping, replace=replace, progress=tell)


@command()
@_PATHS
@_MAPPING
@_JUDGEMENTS
@click.option(
    "--no-households",
    "strangers",
    is_flag=True,
    help="Nobody in these records is brother, sister, twin or parent of another, so that the model's word is enough. Never "
    "say so of lists of children unless you know it.",
)
@click.option(
    "--out", metavar="DIR", type=PathWord(), help="Folder for the result, where PATH is not a run's."
)
@_AFTER
@_KEEP_MODEL
@_REPLACE
@_BACKEND
@JSON
@_finishes
def link(
    paths: tuple[Path, ...],
    mapping: Path | None,
    judgements: Path | None,
    strangers: bool,
    out: Path | None,
    after: Path | None,
    keep_model: bool,
    replace: bool,
) -> RunSummary:
    """Find which records are one child: the second step of `heard run`, after `heard intake`. Or in one go for plain lists
    of people.

    PATH is the folder of a run, or with --out, files and folders as for `heard run`.

    \b
    Example:
      heard link result
      heard link school.csv clinic.csv --mapping ours.yaml --out result --judgements said.csv

    \b
    ours.yaml, which says what the columns of both lists are:
      sources:
        school:
          agency: school
          files: "school*"
          record: {record_id: pupil, given_name: forename, family_name: surname, birth_date: dob, postcode: postcode}
        clinic:
          agency: clinic
          files: "clinic*"
          record: {record_id: card, given_name: first, family_name: last, birth_date: born, nhs_number: nhs}

    The answer: identities.parquet (which records are one child), links.parquet (each pair, with why), reasons.parquet,
    quality.parquet, and model.json (what was learned).
    """
    with progress() as tell:
        told: dict[str, Any] = {
            "judgements": judgements,
            "households": not strangers,
            "after": after,
            "keep_model": keep_model,
            "progress": tell,
        }
        if out:
            return runs.linked(paths, out=out, mapping=mapping, replace=replace, **told)
        if mapping or len(paths) > 1:
            raise NotDone("Name a folder for the result with --out, or one run's folder without a mapping.")
        return runs.link_again(paths[0], **told)


@command()
@_FOLDER
@_AS_OF
@_ANY_WINDOW
@_COMPARED_WITH
@_BACKEND
@JSON
@_finishes
def screen(folder: Path, as_of: date | None, any_window: bool, compared_with: date | None) -> RunSummary:
    """List the children in DIR with enough signs. The third step of `heard run`, after `heard link`.

    \b
    Example:
      heard screen result --as-of 2026-03-31
      heard screen result --as-of 2026-03-31 --compared-with 2025-12-31
    """
    with progress() as tell:
        return runs.screen_again(
            folder, as_of=as_of, any_window=any_window, compared_with=compared_with, progress=tell
        )


@command("coverage", epilog="Exit code: 0 done, 2 not done.")
@_FOLDER
@JSON
@finishes
def coverage(folder: Path) -> Summary:
    """Show what each source in DIR could see of each sign, month by month, and what it saw.

    A number is how many records show the sign; a dot is a month in which the source could have shown it and did not; a blank
    is a month of which the source cannot speak; a tilde is one of which it can speak in part.

    \b
    Example:
      heard coverage result
    """
    found = runs.coverage(folder)
    return Summary(
        lambda: {"coverage": [sight.as_json() for sight in found]},
        lambda console: report.show_coverage(found, console),
        set_aside=False,
    )


@command("joined", epilog="Exit code: 0 done, 2 not done.")
@_FOLDER
@click.argument("key")
@JSON
@finishes
def joined(folder: Path, key: str) -> Summary:
    """Show which records of DIR are the child with KEY, in which order they were joined, and by what.

    \b
    Example:
      heard joined result 0a1b2c3d4e5f60718293
    """
    found = runs.joined(folder, key)
    return Summary(
        lambda: {
            "records": found.records,
            "links": [link._asdict() for link in found.links],
            "waiting": found.waiting,
        },
        lambda console: report.show_joined(found, console),
        set_aside=False,
    )


@command("pair", epilog="Exit code: 0 done, 2 not done.")
@_FOLDER
@click.argument("one", nargs=2, metavar="SOURCE ID")
@click.argument("other", nargs=2, metavar="SOURCE ID")
@JSON
@finishes
def pair(folder: Path, one: tuple[str, str], other: tuple[str, str]) -> Summary:
    """Show what speaks for one child, and what for two, of any two records of DIR: the weight of each comparison, in bits.

    One more bit makes it twice as likely that the two are one child. Records are named as `heard joined` shows them.

    \b
    Example:
      heard pair result school_attendance U123 police_missing N1000042
    """
    found = runs.compared(folder, one, other)
    return Summary(
        lambda: {"band": found.band, "why": found.why, "reasons": [each._asdict() for each in found.reasons]},
        lambda console: report.show_pair(found, console),
        set_aside=False,
    )


@command("changes", epilog="Exit code: 0 done, 2 not done.")
@click.argument("earlier", type=PathWord())
@click.argument("later", type=PathWord())
@JSON
@finishes
def changes(earlier: Path, later: Path) -> Summary:
    """Compare the lists of two runs: who is new in LATER, who left since EARLIER, and why.

    Children are matched through their records, so a child whose key is another in each run is still one child.

    \b
    Example:
      heard changes result-2025 result-2026
    """
    found = runs.changes(earlier, later)
    return Summary(
        lambda: asdict(found), lambda console: report.show_changes(found, console), set_aside=False
    )
