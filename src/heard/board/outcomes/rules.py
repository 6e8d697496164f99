"""What became of worries, joined until it may be shown, and how counts of cases that are open on one day are said. Pure.

Which kinds are too few alone is not known beforehand, so that kinds stand in a tree: what cannot stand alone is joined with what stands
beside it, and where that is too few as well, with what stands beside that. Years in which nothing may be shown are joined with the year after
them, from the first on, so that no two periods that were ever shown overlap: nothing hidden is what remains of two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from heard.board.figures.rules import Period, covers, joined
from heard.cases.case.rules import Counted
from heard.cases.concern.rules import Decision

BASE: Final = 10
WAITS: Final = ""  # what became of a worry on which nobody has decided

type Cells = Mapping[
    tuple[str, Any], Counted
]  # by what was decided, and the agency in which the worry was told


@dataclass(frozen=True)
class Branch:
    """Kinds, or branches of kinds, that are joined first."""

    name: str
    parts: tuple[Branch | str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(
            kind for part in self.parts for kind in ((part,) if isinstance(part, str) else part.kinds)
        )


CHILD: Final = Branch("child", (Decision.OPEN_CASE, Decision.ADD_TO_CASE, Decision.STRATEGY, Decision.HELP))
AROUND: Final = Branch(
    "around", (Decision.PANEL, Decision.STEP, Decision.OPEN_CONTEXT, Decision.ADD_TO_CONTEXT)
)
PASSED_ON: Final = Branch("passed_on", (Decision.OTHER_AGENCY, Decision.OFFICER))
WENT_ON: Final = Branch("went_on", (CHILD, AROUND, PASSED_ON))
TREE: Final = Branch("all", (WENT_ON, Decision.NO_FURTHER_ACTION, WAITS))
BRANCHES: Final = (CHILD, AROUND, PASSED_ON, WENT_ON)  # as a page explains them
_NOTHING_MORE: Final = (Decision.NO_FURTHER_ACTION, WAITS)
# What worries of one agency became: columns of a table, the finest first.
COLUMNS: Final = (
    {"here": (*CHILD.kinds, *AROUND.kinds), "passed_on": PASSED_ON.kinds, "nothing_more": _NOTHING_MORE},
    {"went_on": WENT_ON.kinds, "nothing_more": _NOTHING_MORE},
)


@dataclass(frozen=True)
class KindsTogether:
    """Kinds that are shown as one number. `name`: of the only one of them, or of their branch; `whole`: whether they are all of it that is counted."""

    name: str
    kinds: frozenset[str]
    whole: bool = True


@dataclass(frozen=True)
class Crossing:
    """A table of which each number may stand. `rows`: each of `alone` an agency, and the last one of those that do not stand alone; `columns`: kinds,
    by a name."""

    alone: frozenset[Hashable]
    rows: list[frozenset[Hashable]]
    columns: Mapping[str, Collection[str]]


def parted(cells: Cells) -> list[KindsTogether]:
    """What is shown of these; each counted kind in one part, nothing where they cannot be told apart."""
    shown, rest = _parted(TREE, cells)
    return [] if rest or [together.name for together in shown] == [TREE.name] else shown


def _parted(tree: Branch | str, cells: Cells) -> tuple[list[KindsTogether], frozenset[str]]:
    """Parts, and kinds that can only stand with others."""
    if isinstance(tree, str):
        kind = frozenset({tree}) if total(cells, {tree}).of else frozenset[str]()
        return ([KindsTogether(tree, kind)], frozenset()) if kind and may_stand(kind, cells) else ([], kind)
    shown, rest = list[KindsTogether](), frozenset[str]()
    for below in tree.parts:
        more, left = _parted(below, cells)
        shown, rest = [*shown, *more], rest | left
    alone, pool = list(shown), rest
    while pool and not may_stand(pool, cells):
        if not alone:
            return shown, rest
        pool |= alone.pop(
            0
        ).kinds  # the first, not the smallest, which would be known to be smaller than those that are shown
    return [*alone, *([KindsTogether(tree.name, pool, whole=not alone)] if pool else [])], frozenset()


def may_stand(kinds: Collection[str], cells: Cells) -> bool:
    """Whether these together are many, whichever agency takes away its own; and of several, whoever knows one of them."""
    agencies = {agency for (kind, agency), cell in cells.items() if kind in kinds and cell.of}
    counted = [one for kind in sorted(kinds) if (one := total(cells, {kind})).of]
    left = [total(cells, kinds, agencies - {agency}) for agency in agencies]
    return (
        not total(cells, kinds).too_few
        and not any(one.too_few for one in left)
        and (len(counted) == 1 or covers(counted))
    )


def total(cells: Cells, kinds: Collection[str], told_by: Collection[Any] | None = None) -> Counted:
    """All of these kinds, of all agencies or of those of `told_by`."""
    found = (
        cell
        for (kind, agency), cell in cells.items()
        if kind in kinds and (told_by is None or agency in told_by)
    )
    return sum(found, Counted())


def spans(years: Sequence[Period], may_show: Callable[[Period], bool]) -> tuple[list[Period], Period | None]:
    """Years, each joined with those after it until `may_show` holds of them together; and those at the end of which it does not."""
    found = joined(years, lambda period: not may_show(period))
    waits = found.pop() if found and not found[-1].is_shown else None
    return found, waits


def crossed(
    cells: Cells,
    alone: Collection[Hashable],
    parts: Collection[KindsTogether],
    *,
    known_to_others: Collection[str],
) -> Crossing | None:
    """These by agency and what became of them, as fine as each number may stand; None where none may. `alone`: agencies that are shown
    alone wherever they are shown, and `parts`: all that are shown of these kinds, so that the table tells of nothing that those leave open.
    `known_to_others`: kinds that somebody else than who decides knows each of."""
    told = {agency for (_kind, agency), cell in cells.items() if cell.of}
    for finer in COLUMNS:
        columns = {name: kinds for name, kinds in finer.items() if total(cells, kinds).of}

        def stands(row: frozenset[Hashable], of: Collection[Collection[str]] = columns.values()) -> bool:
            return all(_cell_stands(cells, row, kinds, known_to_others) for kinds in of)

        by_itself = [one for one in alone if one in told and stands(frozenset({one}))]
        others = frozenset(told.difference(by_itself))
        rows = [*(frozenset({one}) for one in by_itself), *([others] if others else [])]
        fits = all(any(part.kinds <= set(kinds) for kinds in columns.values()) for part in parts)
        if fits and len(columns) > 1 and len(rows) > 1 and (not others or stands(others)):
            return Crossing(frozenset(by_itself), rows, columns)
    return None


def _cell_stands(
    cells: Cells, row: frozenset[Hashable], kinds: Collection[str], known_to_others: Collection[str]
) -> bool:
    """Whether many are counted, whichever agency of several takes away its own, and whoever takes away a kind that they know."""
    own = row if len(row) > 1 else ()
    left = [total(cells, kinds, row - {agency}) for agency in own]
    known = [kind for kind in known_to_others if total(cells, {kind} & set(kinds), row).of]
    left += [one for kind in known if (one := total(cells, set(kinds) - {kind}, row)).of]
    return not any(one.too_few for one in [*left, total(cells, kinds, row)])


def rounded(number: int) -> int:
    """To the nearest ten, so that each number that is said stands for at least nine. How many cases are open is told again each quarter: of
    exact numbers the difference between two would say how many a team opened and closed, also where a figure of these is hidden."""
    return BASE * ((number + BASE // 2) // BASE)
