"""`heard estimate`: how many children are on no list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from heard.engine import backend
from heard.engine import estimate as estimates
from heard.engine import run as runs
from heard.engine.cli.edge import JSON, PathWord, Summary, command, finishes, progress
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from rich.console import Console

    from heard.engine.estimate import Estimate, Overlaps


class _Models(click.ParamType):
    """A number of models, or all."""

    name = "models"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if str(value).lower() == "all":
            return _ALL
        if not str(value).isdecimal() or int(value) < 1:
            self.fail(f"{value} is no number of models. Write a whole number from 1 on, or all.", param, ctx)
        return int(value)


_ALL = 0


@command(epilog="Exit code: 0 done, 1 done without a list that could say nothing, 2 not done.")
@click.argument("table", metavar="TABLE.csv|DIR", type=PathWord())
@click.option(
    "--method",
    type=click.Choice(estimates.METHODS),
    help="How the model is chosen: the smallest BIC among all, or step by step. Without it: BIC for up to five lists.",
)
@click.option(
    "--max-order",
    type=click.IntRange(1, 3),
    help="Lists in one interaction, 3 at most. Without it: as many as can be compared.",
)
@click.option(
    "--models",
    type=_Models(),
    metavar="N|all",
    help="Among how many of the models with the smallest BIC each replicate chooses. Without it: all; 100 with six lists.",
)
@click.option(
    "--replicates",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    help="Of the bootstrap; 0 for no interval, else 10 at least.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="The same seed gives the same answer.",
)
@click.option(
    "--signs",
    is_flag=True,
    help="With a run's folder: only children of whom the agency saw a sign that counts, in the run's window.",
)
@JSON
@finishes
def estimate(
    table: Path,
    method: str | None,
    max_order: int | None,
    models: int | None,
    replicates: int,
    seed: int,
    signs: bool,
) -> Summary:
    """Estimate how many children are on no list, from how the lists overlap.

    TABLE.csv has one column of 0 and 1 for each list, and a count; DIR is the folder of a run, whose agencies are the lists.

    \b
    Example:
      heard estimate overlaps.csv
      heard estimate overlaps.csv --method stepwise --replicates 2000 --json
      heard estimate result --signs

    The answer is an estimate under strong assumptions, which are printed with it. It says nothing about any one child.
    """
    with progress() as tell:
        overlaps = _read(table, signs=signs)
        top = estimates.usual_top(len(overlaps.lists)) if models is None else models or None
        found = estimates.estimate(
            overlaps,
            method=method,
            max_order=max_order,
            top=top,
            replicates=replicates,
            seed=seed,
            progress=tell,
        )
    return Summary(
        as_json=found.as_json, show=lambda console: _show(found, console), set_aside=bool(found.set_aside)
    )


def _read(table: Path, *, signs: bool) -> Overlaps:
    if not table.is_dir():
        if signs:
            raise NotDone(
                "--signs looks into the folder of a run; a table of overlaps holds no signs. Leave it out."
            )
        return estimates.from_csv(table)
    try:
        return estimates.from_run(table, signs=signs, window=runs.window(table))
    except backend.WrongTable as problem:
        raise NotDone(str(problem)) from problem
    except backend.FAILURES as problem:
        raise NotDone(
            f"{table} could not be read ({type(problem).__name__}). Make the run again."
        ) from problem


def _show(found: Estimate, console: Console) -> None:
    console.print(_answer(found))
    console.print(_without(found))
    for title, sentences in (
        ("What is weak about this answer", (*found.set_aside, *found.warnings)),
        ("What has to be true for it to mean anything", found.assumptions),
        ("What is said against the method", (found.dispute,)),
    ):
        if sentences:
            console.print(f"\n{title}")
        for sentence in sentences:
            console.print(f"- {sentence}", highlight=False)


def _answer(found: Estimate) -> Table:
    table = Table(title="How many children there are in all (an estimate)", title_justify="left")
    table.add_column("What")
    for name in ("Estimate", "80 in 100", "95 in 100"):
        table.add_column(name, justify="right")
    table.add_row("On at least one list, counted", f"{found.observed:,}", "", "")
    for what, less in (("On no list", found.observed), ("In all", 0)):
        limits = (
            f"{max(both[0] - less, 0):,.0f} to {both[1] - less:,.0f}" if both else "not asked for"
            for both in (found.interval_80, found.interval_95)
        )
        table.add_row(what, f"{found.estimate - less:,.0f}", *limits)
    table.caption_justify = "left"
    table.caption = (
        f"Model {found.model}, {_HOW[found.method]}; {found.replicates:,} replicates, seed {found.seed}"
    )
    return table


def _without(found: Estimate) -> Table:
    table = Table(title="How far the answer moves when a list is left out", title_justify="left")
    table.add_column("Without", overflow="fold")
    table.add_column("In all", justify="right")
    table.add_column("Change", justify="right")
    for one in found.without:
        if one.estimate is None:
            table.add_row(one.list, "none", one.reason or "")
        else:
            table.add_row(one.list, f"{one.estimate:,.0f}", f"{one.estimate / found.estimate - 1:+.0%}")
    if found.otherwise:
        change = f"{found.otherwise.estimate / found.estimate - 1:+.0%}"
        table.add_row(f"(model {_HOW[found.otherwise.method]})", f"{found.otherwise.estimate:,.0f}", change)
    return table


_HOW = {"bic": "chosen by the smallest BIC", "stepwise": "chosen step by step"}
