"""The edge of the programme, the same for every command: how it takes its words, tells how far it is, prints and ends.

The summary goes to standard output, progress and problems to standard error. Exit code: 0 done, 1 done with something set
aside, 2 not done.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from heard.engine.run.progress import with_time_left
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from heard.engine.tables import Progress

DONE, SET_ASIDE, NOT_DONE = 0, 1, 2
_WIDE = 140  # columns, where standard output is not a terminal that says its own


class PathWord(click.ParamType):
    """A path. An empty word, a slip in a script, must not mean the folder in which the script happens to run."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if value == "":
            self.fail("The path is empty. Name a file or folder.", param, ctx)
        return Path(value)


class Command(click.Command):
    """A command whose wrong use is one plain sentence, like everything else that cannot be done."""

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(info_name, args, *more, **extra)
        except click.UsageError as problem:
            if isinstance(problem, click.BadParameter) and problem.message:
                end(problem.message)  # one of our own sentences
            above: click.Context | None = extra.get("parent")
            whole = f"{above.info_name} {info_name}" if above and above.parent else info_name
            said = problem.format_message().rstrip(".")
            end(f"{said}{'' if said.endswith('?') else '.'} See heard {whole} --help.")


command = partial(
    click.command,
    cls=Command,
    epilog="Exit code: 0 done, 1 done with rows or files set aside, 2 not done.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


JSON = click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")


@dataclass(frozen=True)
class Summary:
    """What a command found, ready to be printed. `where`: a sentence on where the result is, for when nothing can be printed."""

    as_json: Callable[[], dict[str, Any]]
    show: Callable[[Console], None]
    set_aside: bool
    where: str = ""


def finishes[**P](command: Callable[P, Summary]) -> Callable[P, None]:
    """Prints what a command found, and ends with the exit code that says how it went. Takes `as_json` from the command's words."""

    @wraps(command)
    def finished(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.pop("as_json"))
        try:
            found = command(*args, **kwargs)
        except NotDone as problem:
            end(str(problem))
        except KeyboardInterrupt:
            end("Stopped. An earlier result stands as it was.")
        except Exception as problem:  # noqa: BLE001  the edge of the program: a traceback would print values
            end(_unforeseen(problem))
        else:
            _tell(found, as_json=as_json)
            sys.exit(SET_ASIDE if found.set_aside else DONE)

    return finished


def _tell(found: Summary, *, as_json: bool) -> None:
    """Prints the summary. Whoever listens may leave before its end (`heard run … | head`): the run is done all the same."""
    try:
        _print(found, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        _say_no_more()
    except OSError as problem:
        _say_no_more()
        end(f"The summary could not be printed: {problem.strerror}. {found.where}".rstrip())


def _say_no_more() -> None:
    """What is still to be printed goes nowhere, or Python would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(found: Summary, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    # Names come from outside: what looks like mark-up in them is none.
    console = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, emoji=False)
    with (
        console.capture() as shown
    ):  # written below: rich would end the program where nobody listens any more
        found.show(console)
    click.echo(shown.get(), nl=False)


def end(sentence: str) -> NoReturn:
    click.echo(f"Not done. {sentence}", err=True)
    sys.exit(NOT_DONE)


def _unforeseen(problem: Exception) -> str:
    """Where it happened, without the message: that may hold a child's data."""
    place = traceback.extract_tb(problem.__traceback__)[-1]
    where = f"{type(problem).__name__} in {Path(place.filename).name}, line {place.lineno}"
    return f"Something went wrong that heard did not foresee ({where}). Please report it with these words."


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on a terminal, plain lines elsewhere, both on standard error."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def show(text: str, share: float | None) -> None:
            bar.update(task, description=text, completed=share or 0, total=1 if share is not None else None)

        with with_time_left(show) as tell:
            yield tell


def _lines() -> Progress:
    """One line for each new thing that is being done."""
    said: list[Any] = []

    def tell(text: str, _: float | None) -> None:
        if said[-1:] != [text]:
            said.append(text)
            click.echo(text, err=True)

    return tell
