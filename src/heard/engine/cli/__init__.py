"""The engine's commands: `heard run`, and its steps `heard intake`, `heard link`, `heard screen`.

The summary goes to standard output, progress and problems to standard error. Exit code: 0 done, 1 done with rows or whole
files set aside, 2 not done.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from heard.engine import run as runs
from heard.engine.cli import report

if TYPE_CHECKING:
    from heard.engine.run import RunSummary
    from heard.engine.tables import Progress

_DONE, _SET_ASIDE, _NOT_DONE = 0, 1, 2
_WIDE = 140  # columns, where standard output is not a terminal that says its own


class _Path(click.ParamType):
    """A path. An empty word, a slip in a script, must not mean the folder in which the script happens to run."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if value == "":
            self.fail("The path is empty. Name a file or folder.", param, ctx)
        return Path(value)


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

_PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=_Path())
_FOLDER = click.argument("folder", metavar="DIR", type=_Path())
_OUT = click.option("--out", required=True, metavar="DIR", type=_Path(), help="Folder for the result.")
_MAPPING = click.option(
    "--mapping",
    metavar="FILE",
    type=_Path(),
    help="YAML file that says what the CSV columns mean. Without it: one that lies in the folder that is read.",
)
_AS_OF = click.option(
    "--as-of",
    metavar="DATE",
    type=_Day(),
    help="Count the twelve months up to this day, YYYY-MM-DD. Without it: up to the latest day, no later than today, "
    "on which a sign that counts was seen.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")


def _finishes[**P](command: Callable[P, RunSummary]) -> Callable[P, None]:
    """Prints what a command found, and ends with the exit code that says how it went."""

    @wraps(command)
    def finished(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = kwargs.pop("as_json")
        try:
            found = command(*args, **kwargs)
        except runs.NotDone as problem:
            _end(str(problem))
        except KeyboardInterrupt:
            _end("Stopped. An earlier result stands as it was.")
        except Exception as problem:  # noqa: BLE001  the edge of the program: a traceback would print values
            _end(_unforeseen(problem))
        else:
            _tell(found, kwargs.get("out") or kwargs["folder"], as_json=bool(as_json))  # type: ignore[arg-type]
            sys.exit(_SET_ASIDE if found.set_aside or found.unread else _DONE)

    return finished


class _Command(click.Command):
    """A command whose wrong use is one plain sentence, like everything else that cannot be done."""

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(info_name, args, *more, **extra)
        except click.UsageError as problem:
            if isinstance(problem, click.BadParameter) and problem.message:
                _end(problem.message)  # one of our own sentences
            _end(f"{problem.format_message()} See heard {info_name} --help.")


_command = partial(
    click.command,
    cls=_Command,
    epilog="Exit code: 0 done, 1 done with rows or files set aside, 2 not done.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@_command()
@_PATHS
@_MAPPING
@_AS_OF
@_OUT
@_JSON
@_finishes
def run(paths: tuple[Path, ...], mapping: Path | None, as_of: date | None, out: Path) -> RunSummary:
    """Read agencies' extracts, link the records of each child, and list the children with enough signs.

    Each PATH is a file or folder: CIN census XML, SSDA903 CSV, and any CSV that a mapping explains.

    \b
    Example:
      heard demo extracts --out extracts
      heard run extracts --out result
      heard run census.xml police.csv --mapping ours.yaml --as-of 2026-03-31 --out result

    The list is of children to look at, by a person. It opens nothing and ranks nobody.
    """
    with _progress() as tell:
        return runs.run(paths, out=out, mapping=mapping, as_of=as_of, progress=tell)


@_command()
@_PATHS
@_MAPPING
@_OUT
@_JSON
@_finishes
def intake(paths: tuple[Path, ...], mapping: Path | None, out: Path) -> RunSummary:
    """Read extracts into typed tables, and say what is wrong with them. The first step of `heard run`.

    \b
    Example:
      heard intake extracts --out result
    """
    with _progress() as tell:
        return runs.take_in(paths, out=out, mapping=mapping, progress=tell)


@_command()
@_FOLDER
@_JSON
@_finishes
def link(folder: Path) -> RunSummary:
    """Find which records in DIR are one child. The second step of `heard run`, after `heard intake`.

    \b
    Example:
      heard link result
    """
    with _progress() as tell:
        return runs.link_again(folder, progress=tell)


@_command()
@_FOLDER
@_AS_OF
@_JSON
@_finishes
def screen(folder: Path, as_of: date | None) -> RunSummary:
    """List the children in DIR with enough signs. The third step of `heard run`, after `heard link`.

    \b
    Example:
      heard screen result --as-of 2026-03-31
    """
    with _progress() as tell:
        return runs.screen_again(folder, as_of=as_of, progress=tell)


def _tell(found: RunSummary, folder: Path, *, as_json: bool) -> None:
    """Prints the summary. Whoever listens may leave before its end (`heard run … | head`): the run is done all the same."""
    try:
        _print(found, folder, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        _say_no_more()
    except OSError as problem:
        _say_no_more()
        _end(f"The summary could not be printed: {problem.strerror}. The result itself is in {folder}.")


def _say_no_more() -> None:
    """What is still to be printed goes nowhere, or Python would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(found: RunSummary, folder: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    # Names come from outside: what looks like mark-up in them is none.
    console = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, emoji=False)
    with (
        console.capture() as shown
    ):  # written below: rich would end the program where nobody listens any more
        report.show(found, folder, console)
    click.echo(shown.get(), nl=False)


def _end(sentence: str) -> NoReturn:
    click.echo(f"Not done. {sentence}", err=True)
    sys.exit(_NOT_DONE)


def _unforeseen(problem: Exception) -> str:
    """Where it happened, without the message: that may hold a child's data."""
    place = traceback.extract_tb(problem.__traceback__)[-1]
    where = f"{type(problem).__name__} in {Path(place.filename).name}, line {place.lineno}"
    return f"Something went wrong that heard did not foresee ({where}). Please report it with these words."


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, plain lines elsewhere, both on standard error."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def tell(text: str, share: float | None) -> None:
            bar.update(task, description=text, completed=share or 0, total=1 if share is not None else None)

        yield tell


def _lines() -> Progress:
    """One line for each new thing that is being done."""
    said: list[Any] = []

    def tell(text: str, _: float | None) -> None:
        if said[-1:] != [text]:
            said.append(text)
            click.echo(text, err=True)

    return tell
