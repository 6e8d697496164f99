"""Publishing figures so that nobody is given away.

`hide` takes true figures and says what to print of each; `check` takes tables as they are to be published and finds what
an outsider can work out of them, with everything that was published before. Tables and their layouts: `cells.py`; what is
too tight: `attack.py`; what is hidden: `suppress.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from heard.engine.publish.attack import Attack, Derived, attack
from heard.engine.publish.cells import (
    CountsRow,
    Key,
    Layout,
    Published,
    Relation,
    Table,
    in_words,
    layout_of,
    read_table,
    relations,
    whole,
    write_table,
)
from heard.engine.publish.guess import possible_totals
from heard.engine.publish.policy import Policy, policies, policy_of, read_policy
from heard.engine.publish.suppress import Count, Hidden, rounded, suppress
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Checked", "CountsRow", "Layout", "Policy", "Printed", "Table", "check", "check_files", "hide", "hide_files", "layout_of", "limits",
           "policies", "policy_of", "read_policy", "read_table"]  # fmt: skip


@dataclass
class Checked:
    """What an outsider can work out. `tables`: how many were checked; `hidden`: cells for which a symbol stands; `derived`:
    those of them that can be known too well, each in words with its limits and tables; `of_others`: how many more there are in
    tables that others published, and how many of these to the very count: which ones is said to nobody; `conflicts`: what does not
    add up as published, and from which nothing was worked out; `unclear`: what gives counts away where a layout is other than it was
    understood, in sentences that say how to tell; `warnings`: what was guessed of layouts."""

    tables: int
    hidden: int
    derived: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    of_others: tuple[int, int] = (0, 0)
    unclear: list[str] = field(default_factory=list)

    @property
    def given_away(self) -> int:
        return len(self.derived) + self.of_others[0]

    def as_json(self) -> dict[str, Any]:
        return {
            "tables": self.tables,
            "hidden": self.hidden,
            "derived": self.derived,
            "of_others": dict(zip(("derived", "exactly"), self.of_others, strict=True)),
            "conflicts": self.conflicts,
            "unclear": self.unclear,
            "warnings": self.warnings,
        }


@dataclass(frozen=True)
class Printed:
    """What to print: of each table, row by row, the text for each column of counts. `cells`: different counts in them;
    `small`: those that are small; `hidden`: those for which a symbol stands, the small ones among them; `excess`: which share of
    it, at most, another choice might spare, a large count or a total weighing more than a small one or a part (0.02: two in a
    hundred; 0: none spares anything); `warnings`: what was guessed of layouts."""

    texts: dict[str, list[dict[str, str]]]
    cells: int
    small: int
    hidden: int
    excess: float
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "cells": self.cells,
            "small": self.small,
            "hidden": self.hidden,
            "excess": round(self.excess, 4),
            "warnings": list(self.warnings),
        }


def check(tables: Iterable[Table], policy: Policy) -> Checked:
    """Attacks tables together: all that is to be published, and all that ever was. `policy`: of those that do not say by
    which they were published. Raises `NotDone`."""
    tables = list(tables)
    found = attack(_published(tables, policy))
    unclear = [*_if_totals(tables, policy, found), *map(_odd, found.beside_hidden)]
    derived = [
        {"cell": in_words(one.key), "low": one.low, "high": one.high, "tables": sorted(set(one.tables))}
        for one in found.derived
        if not one.of_others
    ]
    theirs = [one for one in found.derived if one.of_others]
    warnings = [warning for table in tables for warning in table.warnings]
    counted = len(theirs), sum(one.low == one.high for one in theirs)
    return Checked(len(tables), found.hidden, derived, found.conflicts, warnings, counted, unclear)


def check_files(paths: Iterable[Path], policy: Policy) -> Checked:
    """As `check`, of tables in CSV."""
    return check([read_table(path) for path in paths], policy)


def limits(tables: Iterable[Table], policy: Policy) -> dict[Key, tuple[int, int | None]]:
    """Of each hidden cell the least and most (None: no limit) that an outsider is left. Raises `NotDone`."""
    return attack(_published(tables, policy)).limits


def hide(tables: Sequence[Table], policy: Policy, before: Sequence[Table] = ()) -> Printed:
    """What to print of tables of true counts. `before`: tables as they were published earlier.

    Raises `NotDone` where no choice of what to hide protects every small count, also against what was published before.
    """
    if policy.meaning(policy.hidden) != (1, None):
        raise NotDone(
            f"The policy says what {policy.hidden} means, but it will stand for large counts too, where these protect small ones. "
            f"Leave {policy.hidden} out of `means`."
        )
    earlier = _published(before, policy)
    counts = _counts(tables, policy, earlier)
    held = list(dict.fromkeys(relation for table in tables for relation in relations(table)))
    hidden = suppress([*counts.values(), *_beside(counts, held, earlier, policy)], held, policy)
    texts = {
        table.name: [_texts(table, row, counts, hidden, policy) for row in table.rows] for table in tables
    }
    chosen = [_with(table, texts[table.name]) for table in tables]
    _refuse_given_away(chosen, before, policy)
    if unclear := _if_totals(chosen, policy, attack(_published(chosen, policy))):
        raise NotDone(unclear[0])
    small = sum(policy.is_small(count.count) for count in counts.values())
    warnings = tuple(warning for table in tables for warning in table.warnings)
    return Printed(texts, len(counts), small, sum(key in hidden for key in counts), hidden.excess, warnings)


def hide_files(paths: Sequence[Path], out: Path, policy: Policy, before: Sequence[Path] = ()) -> Printed:
    """As `hide`, of tables in CSV; writes them into the folder `out` under their names, with their layouts, which say by
    which policy they are published."""
    if len({path.name for path in paths}) < len(paths):
        raise NotDone("Two tables have the same file name. Give each its own.")
    tables = [read_table(path) for path in paths]
    if published := [table.name for table in tables if table.layout.policy]:
        raise NotDone(
            f"{published[0]} was published already, as its layout says. Name tables of true counts."
        )
    printed = hide(tables, policy, [read_table(path) for path in before])
    out.mkdir(parents=True, exist_ok=True)
    if any((out / path.name).exists() for path in paths):
        raise NotDone(f"{out} holds a table of such a name already. Choose an empty folder.")
    for path, table in zip(paths, tables, strict=True):
        layout = replace(table.layout, policy=policy, no_totals=_no_totals(table, printed.texts[path.name]))
        write_table(path, out / path.name, printed.texts[path.name], layout)
    return printed


def _published(tables: Iterable[Table], policy: Policy) -> Published:
    found = Published()
    for table in tables:
        found.add(table, policy)
    return found


def _counts(tables: Iterable[Table], policy: Policy, earlier: Published) -> dict[Key, Count]:
    """Each count once, however many tables print it; it is rounded as where it is rounded least."""
    known: dict[Key, tuple[int, int]] = {}
    for one in earlier.shown:
        if one.high is not None:
            low, high = known.get(one.key, (one.low, one.high))
            known[one.key] = max(low, one.low), min(high, one.high)
    kept: dict[Key, int] = {}
    for one in earlier.shown:
        if one.hidden:
            kept[one.key] = max(kept.get(one.key, 0), one.policy.open_values)
    counts: dict[Key, Count] = {}
    for table in tables:
        for row in table.rows:
            base = policy.rounded_to(row.depths)
            for measure, text in row.texts.items():
                key, count = table.key(row, measure), _true(table, row, text)
                there = counts.get(key)
                if there and there.count != count:
                    raise NotDone(
                        f"{in_words(key)} is not the same in {table.name} as elsewhere. Correct the tables."
                    )
                base = min(base, there.rounded_to if there else base)
                counts[key] = Count(key, count, base, known.get(key), kept.get(key, 0))
    return counts


def _beside(
    counts: dict[Key, Count], held: Iterable[Relation], earlier: Published, policy: Policy
) -> Iterable[Count]:
    """Totals that these tables do not print and an earlier one did: an outsider subtracts from them."""
    needed = {key for relation in held for key in (relation.total, *relation.parts)} - counts.keys()
    known = {one.key: one.low for one in earlier.shown if one.key in needed and one.low == one.high}
    return [Count(key, n, known=(n, n)) for key, n in known.items() if not policy.is_small(n)]


def _true(table: Table, row: CountsRow, text: str) -> int:
    if (count := whole(text)) is None:
        raise NotDone(
            f"{table.name}, row {row.number}: a cell is no whole number. Figures to hide are true counts."
        )
    return count


def _texts(
    table: Table, row: CountsRow, counts: dict[Key, Count], hidden: Hidden, policy: Policy
) -> dict[str, str]:
    return {measure: _text(counts[table.key(row, measure)], hidden, policy) for measure in row.texts}


def _text(one: Count, hidden: Hidden, policy: Policy) -> str:
    if one.key in hidden:
        return policy.hidden
    count = rounded(one.count, one.rounded_to)
    return policy.rounds_to_zero[0] if one.count and not count else str(count)


def _with(table: Table, texts: list[dict[str, str]]) -> Table:
    rows = (
        CountsRow(row.number, row.places, row.depths, text)
        for row, text in zip(table.rows, texts, strict=True)
    )
    return replace(table, rows=tuple(rows))


def _no_totals(table: Table, texts: list[dict[str, str]]) -> frozenset[str]:
    """Words that may look like totals in what is printed, of which the true counts tell that they are none."""
    looks = {word for _, word in possible_totals(_with(table, texts))} - {word for _, word in table.maybe}
    return table.layout.no_totals | {word.casefold() for word in looks}


def _if_totals(tables: Sequence[Table], policy: Policy, found: Attack) -> list[str]:
    """What `tables`, of which an outsider knows what was `found`, give away besides where a word in them stands for all."""
    known, said = {one.key for one in found.derived}, []
    for number, table in enumerate(tables):
        for dimension, word in table.maybe:
            others = [*tables[:number], table.as_total(dimension, word), *tables[number + 1 :]]
            there = attack(_published(others, policy))
            count = sum(one.key not in known for one in there.derived)
            if count and set(there.conflicts) <= set(found.conflicts):
                said.append(
                    f"{table.name}: if “{word}” is the total of {dimension}, {count:,} hidden counts can be known too well. "
                    "Write the word into `totals` of the layout, or into `no_totals` where it is no total."
                )
    return said


def _odd(conflict: str) -> str:
    return (
        f"{conflict}, and hidden counts are among them. Correct the tables, or say in the layout what is a total (`totals`), what "
        "is a part of what (`below`), and what does not add up (`exhaustive`)."
    )


def _refuse_given_away(tables: list[Table], before: Sequence[Table], policy: Policy) -> None:
    """The check of what was chosen, as an outsider would make it: also against what was published before. What was given away
    before is no reason."""
    known = _limits(attack(_published(before, policy)).derived) if before else {}
    found = [
        one
        for one in attack(_published([*before, *tables], policy)).derived
        if known.get(one.key) != (one.low, one.high)
    ]
    if found:
        cells = "; ".join(in_words(one.key) for one in found[:5])
        raise NotDone(
            f"With what was published before, an outsider could work out {len(found)} small counts: {cells}. "
            "Publish fewer parts, or parts that are put together."
        )


def _limits(derived: Iterable[Derived]) -> dict[Key, tuple[int, int]]:
    return {one.key: (one.low, one.high) for one in derived}
