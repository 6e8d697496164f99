"""Which clocks run for a child: begun, met and ended by moments, as the table `moments.yaml` says. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Protocol

import yaml

from heard.agencies.rules import Asks
from heard.cases.case.rules import days_late, due_on
from heard.knowledge.model import Clock, Release

MOMENT_ASKS: Final = Asks(kind="Choose what happened.", on="Give the day on which it happened.")
CORRECT_MOMENT_ASKS: Final = Asks(
    happened="Say whether it happened at all.",
    why="Say why it is corrected.",
)


PLAN_BEGINS: Final = ("conference_first",)  # of a child protection plan, as moments.yaml says it
PLAN_ENDS: Final = ("review_conference_last", "protection_plan_ended")


@dataclass(frozen=True)
class MomentKind:
    """A kind of moment: what it is called, and what to know before noting one."""

    id: str
    label: str
    help: str


@dataclass(frozen=True)
class Rule:
    """One way in which a clock begins, is met or ends. `which`: '', 'first' or 'later', counted from `since`."""

    clocks: tuple[str, ...]
    starts: str
    met_by: tuple[str, ...]
    ends_with: tuple[str, ...]
    which: str = ""
    since: str = ""


class Moment(Protocol):
    """What `runs_of` needs of a moment that somebody noted. `release` is the knowledge that it was noted with."""

    @property
    def pk(self) -> Any: ...
    @property
    def kind(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def release(self) -> str: ...


@dataclass(frozen=True)
class Run:
    """One clock that began for a child. `met_on` or `ended_on` where it no longer runs; `given`: time that the child is
    given, which nobody can be late with. `started_by` and `stopped_by`: the moments, None where the record says it.

    `started_on` is None where the record keeps only until when it runs. `hours_late`: met on the day, after its hour.
    """

    clock: str
    release: str
    started_on: date | None
    due_on: date
    met_on: date | None = None
    ended_on: date | None = None
    given: bool = False
    hours_late: bool = False
    started_by: Any = None
    stopped_by: Any = None

    @property
    def is_running(self) -> bool:
        return self.met_on is None and self.ended_on is None

    def late_by(self, today: date) -> int:
        """Calendar days after the day it was due, at the moment when it was met, or now; 0 where it is in time."""
        if self.given or self.ended_on:
            return 0
        return days_late(self.due_on, self.met_on or today)


# Clocks that give a child time, rather than asking something of anybody.
GIVEN: Final = frozenset({"nrm_recovery", "nrm_recovery_to_2022"})


@cache
def _table() -> dict[str, Any]:
    text = files("heard.cases.clocks").joinpath("moments.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


@cache
def kinds() -> dict[str, MomentKind]:
    """Every kind of moment by its id, in the order in which two of one day are read."""
    return {key: MomentKind(key, said["label"], said["help"]) for key, said in _table()["moments"].items()}


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            clocks=tuple(row["clock"]),
            starts=row["starts"],
            met_by=tuple(row["met_by"]),
            ends_with=tuple(row["ends_with"]),
            which=row.get("which", ""),
            since=row.get("since", ""),
        )
        for row in _table()["clocks"]
    )


@cache
def drawn() -> frozenset[str]:
    """Clocks of which the record itself says when they began."""
    return frozenset(_table()["drawn"])


def in_force(release: Release, names: Iterable[str], on: date) -> Clock | None:
    """Of these clocks, the one that is in force on a day; None where none is. A date that the source does not give is no
    limit."""
    clocks = (release.clock(name) for name in names)
    return next((clock for clock in clocks if is_in_force(clock, on)), None)


def is_in_force(clock: Clock, on: date) -> bool:
    after = clock.effective_from is None or clock.effective_from <= on
    return after and (clock.effective_to is None or on <= clock.effective_to)


def begin(release: Release, names: Iterable[str], on: date) -> Run | None:
    """The clock that starts on a day, by the rule in force on that day; None where there was none. Day 0 is that day."""
    clock = in_force(release, names, on)
    if clock is None:
        return None
    return Run(clock.id, release.id, on, due_on(clock, on), given=clock.id in GIVEN)


def runs_of(
    moments: Iterable[Moment], releases: dict[str, Release], table: Sequence[Rule] | None = None
) -> list[Run]:
    """Every clock that these moments began, in the order in which they began. Only moments that stand: no corrected ones.

    The order of `moments` does not matter.
    """
    order = list(kinds())
    standing = sorted(moments, key=lambda moment: (moment.on, order.index(moment.kind), str(moment.pk)))
    runs: list[tuple[Rule, Run]] = []
    for place, moment in enumerate(standing):
        runs = [(rule, _after(rule, run, moment)) for rule, run in runs]
        for rule in rules() if table is None else table:
            if rule.starts == moment.kind and _counts(rule, standing[: place + 1]):
                run = begin(releases[moment.release], rule.clocks, moment.on)
                if run:
                    runs.append((rule, replace(run, started_by=moment.pk)))
    return [run for _rule, run in runs]


def _after(rule: Rule, run: Run, moment: Moment) -> Run:
    """The clock once this moment has come."""
    if not run.is_running:
        return run
    if moment.kind in rule.met_by:
        return replace(run, met_on=moment.on, stopped_by=moment.pk)
    if moment.kind in rule.ends_with:
        return replace(run, ended_on=moment.on, stopped_by=moment.pk)
    return run


def end_with_case(run: Run, closed_on: date | None) -> Run:
    """The clock, ended on the day on which its case was closed, unless it was met or ended by then. What happens after that
    day meets no clock of before."""
    if closed_on is None or run.started_on is None:
        return run
    end = max(closed_on, run.started_on)
    stopped = run.met_on or run.ended_on
    return run if stopped and stopped <= end else replace(run, met_on=None, ended_on=end, stopped_by=None)


def _counts(rule: Rule, so_far: Sequence[Moment]) -> bool:
    """Whether the last of these moments starts the clock: it may have to be the first of its kind, or a later one."""
    if not rule.which:
        return True
    begun = [place for place, moment in enumerate(so_far) if moment.kind == rule.since]
    same = [moment for moment in so_far[begun[-1] if begun else 0 :] if moment.kind == rule.starts]
    is_first = bool(begun) and len(same) == 1
    return is_first if rule.which == "first" else not is_first


MOST_NOTE: Final = 2_000  # characters


def why_not_begin_noting(*, may_note: bool, case_is_open: bool) -> str | None:
    if not may_note:
        return "Your role does not note what starts a clock."
    if not case_is_open:
        return "This case is closed. Moments are noted for an open case."
    return None


def why_not_note(
    *, may_note: bool, case_is_open: bool, kind: str, on: date | None, noted_already: bool, today: date
) -> str | None:
    """`noted_already`: a moment of this kind and day stands in the case."""
    return why_not_begin_noting(may_note=may_note, case_is_open=case_is_open) or _why_not_this(
        kind=kind, on=on, noted_already=noted_already, today=today
    )


def why_not_correct(
    *,
    may_note: bool,
    is_corrected: bool,
    happened: bool | None,
    kind: str,
    on: date | None,
    is_same: bool,
    noted_already: bool,
    why: str,
    today: date,
) -> str | None:
    """What was noted stays beside the correction. `happened`: whether there was such a moment at all; None where nobody
    has said. `is_same`: kind, day and note are as they were."""
    if not may_note:
        return "Your role does not note what starts a clock."
    if is_corrected:
        return "This has been corrected already. Correct the newer one."
    if happened is None:
        return CORRECT_MOMENT_ASKS["happened"]
    if happened and (wrong := _why_not_this(kind=kind, on=on, noted_already=noted_already, today=today)):
        return wrong
    if happened and is_same:
        return "Nothing is different from what was noted. Change what is wrong, or go back."
    return CORRECT_MOMENT_ASKS.missing(why=why)


def _why_not_this(*, kind: str, on: date | None, noted_already: bool, today: date) -> str | None:
    if kind not in kinds():
        return MOMENT_ASKS["kind"]
    if on is None:
        return MOMENT_ASKS["on"]
    if on > today:
        return "The day is still to come. Note it when it has happened."
    return "This has been noted for that day already." if noted_already else None
