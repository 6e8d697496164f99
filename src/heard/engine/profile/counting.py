"""Counts what a run knows into tidy tables: true counts, not yet to be published."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis

from heard.engine import backend, tables
from heard.engine.profile.people import ByList, People, groups
from heard.engine.profile.shape import (
    ELSEWHERE,
    HELD_BY_ONE,
    LISTED,
    NOT_COLLECTED,
    NOT_GIVEN,
    NOT_KNOWN,
    NOT_LISTED,
    NOT_SEEN,
    OTHERS,
    SCATTERED,
    SEEN,
    SEVERAL,
    Cell,
    Tidy,
    Where,
)

if TYPE_CHECKING:
    from heard.engine.profile.areas import Areas
    from heard.knowledge.model import CountingRule, Item, Release

CHILDREN, IN_MONTH, WITH_PATTERN, AROUND = (
    "children",
    "children seen with a sign in the month",
    "children with the pattern",
    "groups, places or contexts with the pattern",
)
EPISODES, EPISODES_IN_CASES = "missing episodes", "missing episodes in cases"
MISSING = "S01"
HARM: Mapping[str, tuple[str, str, str]] = {  # of each part the table, what it counts, and by what
    "who": ("who-harms", "adults said to harm", "basis"),
    "with": ("with-what", "phones, cars and accounts that adults said to harm use", "kind"),
    "where": ("places-of-harm", "places with a pattern", "district"),
    "done": ("steps", "steps", "step"),
    "came": ("came-of-it", "places and groups looked at again", "found"),
}
ABOUT = ("group", "place", "context")
OTHER_DISTRICTS = "Other districts"
_REST = (NOT_GIVEN, NOT_COLLECTED, SEVERAL)
_LIST = ("list", "held", "agencies")


@dataclass(frozen=True)
class PeriodToCount:
    """What is to be counted: the days `first` and `as_of` are both in the period. Counts up to `small` are small.
    `any_window`: a child is listed for any so many months up to the as-of date, not for the period alone. `areas`: by which places are
    counted, too, and drawn as a map."""

    first: date
    as_of: date
    release: Release
    rule: CountingRule
    small: int
    any_window: bool = False
    areas: Areas | None = None

    @property
    def months(self) -> list[str]:
        """Every month with a day in the period, as YYYY-MM."""
        begin, end = (day.year * 12 + day.month - 1 for day in (self.first, self.as_of))
        return [f"{n // 12}-{n % 12 + 1:02}" for n in range(begin, end + 1)]

    def cell(self, places: Mapping[str, Where], n: int, **more: Any) -> Cell:
        return Cell({"as_of": (self.as_of.isoformat(),), **places}, int(n), **more)


def table(name: str, about: str, dimensions: Mapping[str, Sequence[str]], cells: Iterable[Cell],
          adds_up: Iterable[str] = ()) -> Tidy:  # fmt: skip
    """Counts of different as-of dates never add up."""
    columns = {"as_of": ("as_of",)} | {text: tuple(several) for text, several in dimensions.items()}
    return Tidy(name, about, columns, frozenset(adds_up), tuple(cells))


def children(people: People, asked: PeriodToCount) -> tuple[Tidy, Tidy]:
    """The children known, listed and scattered; and of those who are listed, which agencies hold their signs."""
    of = people.listed.mutate(which=people.listed.agencies.join(" + "))
    by_holder: dict[str, Counter[str]] = {SCATTERED: Counter(), HELD_BY_ONE: Counter()}
    for row in _rows(of.group_by(["scattered", "which"]).agg(n=ibis._.count())):
        by_holder[SCATTERED if row["scattered"] else HELD_BY_ONE][row["which"]] = row["n"]
    held: Counter[Where] = Counter()
    for how, counts in by_holder.items():
        held[LISTED, how] += 0
        few = put_together(counts, asked.small, asked.small)
        for which, n in counts.items():
            held[LISTED, how, OTHERS if which in few else which] += n
    held[(NOT_LISTED,)] = people.known - sum(held.values())
    whole = _with_wholes(held)
    order = _in_order(whole, (LISTED, SCATTERED, HELD_BY_ONE))
    headline: dict[Where, int] = {
        (LISTED,): 1,
        (NOT_LISTED,): 1,
        (LISTED, SCATTERED): 2,
        (LISTED, HELD_BY_ONE): 2,
    }
    cells = {
        where: asked.cell({"list": where}, whole[where], known=not where, wanted=headline.get(where, 0))
        for where in order
    }
    known = [cell for where, cell in cells.items() if len(where) < len(_LIST)]
    listed = [cell for where, cell in cells.items() if len(where) > 1]  # all parts of a whole, or none
    return (
        table("children", CHILDREN, {"list": _LIST[:2]}, known, {"list"}),
        table("overlap", CHILDREN, {"list": _LIST}, listed, {"list"}),
    )


def items(name: str, dimension: str, entries: Iterable[Item], folder: Any, asked: PeriodToCount) -> Tidy:
    """Of each sign or vulnerability that some source can carry: the children seen with it, not seen, not known."""
    known = {row["item"]: row for row in backend.read(folder, tables.KNOWN).to_pylist() if row["collectable"]}
    told, cells = _collected_by(folder), []
    for entry in (item for item in entries if item.id in known):
        row = known[entry.id]
        beside = {"label": entry.label, "collected_by": ", ".join(told[entry.id])}
        counts: dict[Where, int] = {
            (SEEN,): row["seen"],
            (NOT_SEEN,): row["not_seen"],
            (NOT_KNOWN,): row["not_known"],
        }
        cells += [
            asked.cell({dimension: (entry.id,), "state": state}, n, beside=beside, known=not state)
            for state, n in _with_wholes(counts).items()
        ]
    return table(name, CHILDREN, {dimension: (dimension,), "state": ("state",)}, cells, {"state"})


def ages(people: People, asked: PeriodToCount) -> Tidy:
    return _by_list("ages", "age", people.by_age(asked.as_of), asked, order=list(groups()["ages"]))


def sexes(people: People, asked: PeriodToCount) -> Tidy:
    return _by_list("sex", "sex", people.by_sex(), asked, order=list(groups()["sex"].values()))


def ethnicities(people: People, asked: PeriodToCount) -> Tidy:
    """By what the child or family says, in groups; never inferred."""
    order = [*groups()["ethnicity"], groups()["other_words"]]
    return _by_list("ethnicity", "ethnicity", people.by_ethnicity(), asked, order=order)


def places(people: People, asked: PeriodToCount) -> Tidy:
    """By the first half of the postcode; districts, and areas, of few children are put together."""
    counted = people.by_district()
    known = Counter({text: sum(n.values()) for text, n in counted.items() if text not in _REST})
    areas: dict[str, Counter[str]] = defaultdict(Counter)
    for district, n in known.items():
        areas[_area(district)][district] = n
    far = put_together(
        Counter({area: sum(n.values()) for area, n in areas.items()}), 2 * asked.small, asked.small
    )
    few = {text for n in areas.values() for text in put_together(n, 2 * asked.small, asked.small)}

    def path(district: str) -> Where:
        area = _area(district)
        return (ELSEWHERE,) if area in far else (area, OTHER_DISTRICTS if district in few else district)

    return _by_list("places", "place", counted, asked, ("area", "district"), path)


def by_area(people: People, asked: PeriodToCount) -> Tidy | None:
    """By the areas of which the boundaries were given, each of them, also where no child is known; None where none were given."""
    if asked.areas is None:
        return None
    counted = people.by_area(asked.areas)
    none = {name: {LISTED: 0, NOT_LISTED: 0} for name in asked.areas.outlines}
    return _by_list("areas", "area", none | counted, asked)


def put_together(counts: Mapping[str, int], most: int, open_values: int) -> frozenset[str]:
    """Parts of `most` or fewer, to be shown as one; none where their sum tells too much of one of them.

    Whoever knows which parts these are knows that each is from 1 to `most`: so `open_values` values must stay possible.
    """
    few = {name: n for name, n in counts.items() if n <= most}
    rest, whole = len(few) - 1, sum(few.values())
    high, low = min(most, whole - rest), max(1, whole - most * rest)
    return frozenset(few) if rest > 0 and high - low + 1 >= open_values else frozenset()


def _area(district: str) -> str:
    return found[0] if (found := re.match("[A-Z]+", district)) else district


def months(engine: backend.Engine, asked: PeriodToCount) -> Tidy:
    """Children seen with a sign that counts, by month. One child may be seen in several."""
    seen = _signs(engine, asked).mutate(month=ibis._.seen_on.strftime("%Y-%m"))
    counts = {row["month"]: row["n"] for row in _rows(seen.group_by("month").agg(n=ibis._.person.nunique()))}
    cells = [asked.cell({"month": (month,)}, counts.get(month, 0)) for month in asked.months]
    return table("months", IN_MONTH, {"month": ("month",)}, cells)


def episodes(engine: backend.Engine, asked: PeriodToCount) -> Tidy | None:
    """Days on which a child went missing, by month; None where no source of the run tells of such days."""
    seen = _signs(engine, asked).filter(lambda t: (t.item == MISSING) & t.own_day.fill_null(True))
    days = seen.select("person", "seen_on").distinct().mutate(month=ibis._.seen_on.strftime("%Y-%m"))
    found = _rows(days.group_by("month").agg(count=ibis._.count(), children=ibis._.person.nunique()))
    return episodes_of(found, asked, EPISODES) if found else None


def episodes_of(
    found: Iterable[Mapping[str, Any]], asked: PeriodToCount, about: str = EPISODES_IN_CASES
) -> Tidy:
    """From rows of `tables.MISSING_EPISODES`. A month tells of few children, however many episodes they were made to have."""
    rows = {row["month"]: row for row in found}
    counts = {(month,): int(rows[month]["count"]) if month in rows else 0 for month in asked.months}
    few = {(month,) for month, row in rows.items() if row["count"] and row["children"] <= asked.small}
    cells = [
        asked.cell({"month": where}, n, few=where in few)
        for where, n in _with_wholes(Counter(counts)).items()
    ]
    return table("missing-episodes", about, {"month": ("month",)}, cells, {"month"})


def patterns(found: Iterable[Mapping[str, Any]], asked: PeriodToCount) -> Tidy:
    """From rows of `tables.PATTERNS_RECORDED`, in the order of the release. One child may have several."""
    counts = {row["pattern"]: row["count"] for row in found}
    cells = [asked.cell({"pattern": (pattern.id,)}, counts[pattern.id], beside={"label": pattern.label})
             for pattern in asked.release.patterns if pattern.id in counts]  # fmt: skip
    return table("patterns", WITH_PATTERN, {"pattern": ("pattern",)}, cells)


def patterns_around(found: Iterable[Mapping[str, Any]], asked: PeriodToCount) -> Tidy:
    """From rows of `tables.PATTERNS_AROUND`, in the order of the release. One place may have several, and there may be work on it: nothing
    here adds up."""
    counts = {(row["pattern"], row["about"]): row["count"] for row in found}
    cells = [
        asked.cell(
            {"pattern": (pattern.id,), "about": (about,)},
            counts[pattern.id, about],
            beside={"label": pattern.label},
        )
        for pattern in asked.release.patterns
        for about in ABOUT
        if (pattern.id, about) in counts
    ]
    return table("patterns-around", AROUND, {"pattern": ("pattern",), "about": ("about",)}, cells)


def harm(found: Iterable[Mapping[str, Any]], asked: PeriodToCount) -> list[Tidy]:
    """From rows of `tables.HARM_RECORDED`: a table for each part of which something is recorded. Nothing here adds up."""
    rows = list(found)
    made = []
    for part, (name, about, dimension) in HARM.items():
        mine = [row for row in rows if row["part"] == part]
        dimensions = {dimension: (dimension,)} | ({"state": ("state",)} if part == "done" else {})
        cells = [
            asked.cell(
                {dimension: (row["what"],)} | ({"state": (row["state"],)} if part == "done" else {}),
                row["count"],
            )
            for row in mine
        ]
        if cells:
            made.append(table(name, about, dimensions, cells))
    return made


def _by_list(name: str, dimension: str, counted: Mapping[str, ByList], asked: PeriodToCount, columns: Sequence[str] = (),
             path: Callable[[str], Where] = lambda value: (value,), order: Sequence[str] = ()) -> Tidy:  # fmt: skip
    """Of each place in a dimension the children known, listed and not listed."""
    by_list = {}
    for which in (LISTED, NOT_LISTED):
        put: Counter[Where] = Counter()
        for value, n in counted.items():
            put[(value,) if value in _REST else path(value)] += n[which]
        by_list[which] = _with_wholes(put)
    cells = []
    for where in _in_order(by_list[LISTED], (*order, *_REST)):
        at: dict[Where, int] = {(text,): counts[where] for text, counts in by_list.items()}
        cells += [asked.cell({dimension: where, "list": which}, n, known=not where and not which)
                  for which, n in _with_wholes(at).items()]  # fmt: skip
    return table(
        name, CHILDREN, {dimension: columns or (dimension,), "list": _LIST[:1]}, cells, {dimension, "list"}
    )


def _with_wholes(counts: Mapping[Where, int]) -> dict[Where, int]:
    """With what the parts add up to, each whole before its parts."""
    whole: dict[Where, int] = {(): 0}
    for where, n in counts.items():
        for depth in range(len(where) + 1):
            whole[where[:depth]] = whole.get(where[:depth], 0) + n
    return whole


def _in_order(paths: Iterable[Where], order: Sequence[str]) -> list[Where]:
    """Those that `order` names as it says, the others by their names; what is put together or unknown last."""
    last = {OTHER_DISTRICTS: 1, OTHERS: 1, ELSEWHERE: 1, NOT_LISTED: 1} | {text: 2 for text in _REST}
    place = {name: number for number, name in enumerate(order)}

    def key(where: Where) -> list[tuple[int, int, list[Any]]]:
        return [(last.get(name, 0), place.get(name, -1), _by_number(name)) for name in where]

    return sorted(paths, key=key)


def _by_number(name: str) -> list[Any]:
    """WX2 before WX10."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", name)]


def _collected_by(folder: Any) -> Mapping[str, list[str]]:
    told: dict[str, list[str]] = defaultdict(list)
    for row in backend.read(folder, tables.COVERAGE).sort_by("agency").to_pylist():
        if row["state"] == "collected" and row["agency"] not in told[row["item"]]:
            told[row["item"]].append(row["agency"])
    return told


def _signs(engine: backend.Engine, asked: PeriodToCount) -> Any:
    """Signs that count and were seen in the period, each with its child."""
    seen = engine.read(tables.OBSERVATIONS)
    in_period = (seen.seen_on >= ibis.literal(asked.first)) & (seen.seen_on <= ibis.literal(asked.as_of))
    signs = seen.item.isin([sign.id for sign in asked.release.signs])
    counted = seen.filter(in_period & (seen.state == "seen") & seen.counts & signs)
    identities = engine.read(tables.IDENTITIES)
    return counted.join(identities, ["source", "record_id"]).select("person", "item", "own_day", "seen_on")


def _rows(expression: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return rows
