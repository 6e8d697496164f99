"""What is hidden is the cheapest choice: against one whole programme of every choice, written down apart from the search."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import highspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.publish.made import table

from heard.engine.publish import Policy, Table, hide
from heard.engine.publish.cells import relations
from heard.engine.publish.suppress import _cost, _true
from heard.engine.tables import NotDone

POLICY = Policy()
_FAR = 500  # more than any count here: an outsider knows no upper limit


def cheapest(true: Table) -> float | None:
    """What the cheapest choice costs, as one programme: a whole number for each cell (hidden or not), and for each small count two
    tables that an outsider could think of, in which it is so many values apart (Fischetti and Salazar, 2000, all at once)."""
    counts = {true.key(row, "count"): int(row.texts["count"]) for row in true.rows}
    held = list(dict.fromkeys(relations(true)))
    keys = list(
        dict.fromkeys([*counts, *(key for relation in held for key in (relation.total, *relation.parts))])
    )
    whole = _whole(counts, held)
    solver = _solver()
    hidden = {}
    for key in keys:
        least = float(key not in counts or POLICY.is_small(whole[key]))
        most = float(key not in counts or whole[key] > 0)
        solver.addVar(least, most)
        hidden[key] = solver.getNumCol() - 1
        solver.changeColCost(hidden[key], _cost(key, whole[key]) if key in counts else 0.0)
        solver.changeColIntegrality(hidden[key], highspy.HighsVarType.kInteger)
    for small in (key for key in counts if POLICY.is_small(whole[key])):
        ends = []
        for _ in range(2):
            first = solver.getNumCol()
            at = {key: first + n for n, key in enumerate(keys)}
            for key in keys:
                solver.addVar(-_FAR, _FAR)  # how far this table is from the true one
                less = whole[key] - (key in counts)
                _row(solver, -highspy.kHighsInf, 0, [(at[key], 1), (hidden[key], -_FAR)])
                _row(solver, -highspy.kHighsInf, 0, [(at[key], -1), (hidden[key], -max(less, 0))])
            for relation in held:
                _row(solver, 0, 0, [*((at[part], 1) for part in relation.parts), (at[relation.total], -1)])
            ends.append(at[small])
        _row(solver, POLICY.open_values - 1, highspy.kHighsInf, [(ends[0], 1), (ends[1], -1)])
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getInfo().objective_function_value)


def _whole(counts, held):  # type: ignore[no-untyped-def]
    from heard.engine.publish.suppress import Count

    keys = list(dict.fromkeys([*counts, *(key for one in held for key in (one.total, *one.parts))]))
    return _true(keys, held, {key: Count(key, count) for key, count in counts.items()})


def _solver() -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
    solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    return solver


def _row(solver: highspy.Highs, low: float, high: float, terms: list[tuple[int, float]]) -> None:
    solver.addRow(low, high, len(terms), [column for column, _ in terms], [float(w) for _, w in terms])


def spent(true: Table) -> tuple[float, float]:
    """What the choice of `hide` costs, and which share of it another might spare, as it says."""
    found = hide([true], POLICY)
    keys = [true.key(row, "count") for row in true.rows]
    numbers = [int(row.texts["count"]) for row in true.rows]
    shown = [text["count"] for text in found.texts["t"]]
    costs = [_cost(key, n) for key, n, text in zip(keys, numbers, shown, strict=True) if text == "c"]
    return sum(costs), found.excess


@st.composite
def small_tables(draw: st.DrawFn) -> Table:
    """Of one to three dimensions; some of them without the rows that are their totals; perhaps with regions."""
    sizes = draw(st.sampled_from([(4,), (7,), (3, 3), (4, 2), (4, 3), (2, 2, 2), (3, 2, 2)]))
    names = ("one", "two", "three")[: len(sizes)]
    letters = [[f"{name}{n}" for n in range(size)] for name, size in zip(names, sizes, strict=True)]
    count = st.one_of(st.just(0), st.integers(1, 5), st.integers(6, 12), st.integers(6, 40))
    counts = {place: draw(count) for place in product(*letters)}
    within = (
        {letter: f"r{n % 2}" for n, letter in enumerate(letters[0])}
        if sizes[0] > 3 and draw(st.booleans())
        else None
    )
    made = table("t", names, counts, within)
    without = draw(st.sets(st.sampled_from(names)))
    return replace(made, rows=tuple(row for row in made.rows if all(row.places[name] for name in without)))


@settings(max_examples=60, deadline=None)
@given(small_tables())
def test_no_other_choice_costs_less(true: Table) -> None:
    least = cheapest(true)
    if least is None:
        with pytest.raises(NotDone):
            hide([true], POLICY)
        return
    cost, excess = spent(true)
    assert cost == pytest.approx(least, rel=1e-4, abs=1e-6)
    assert cost * (1 - excess) <= least * 1.0001


@pytest.mark.parametrize(
    ("dimensions", "counts", "without", "hidden"),
    [
        (("area", "sex"), (3, 20, 30, 41, 12, 4, 17, 25), ("area", "sex"), 2),  # eight, once
        (
            ("year", "area"),
            (3, 20, 30, 41, 12, 4, 17, 25),
            ("year",),
            4,
        ),  # nine, once: 2023 adds up, the years do not
        (("year", "area"), (3, 20, 30, 41), ("year",), 2),  # one year: refused, once
    ],
)
def test_no_partner_is_asked_of_totals_that_stand_nowhere(
    dimensions: tuple[str, ...], counts: tuple[int, ...], without: tuple[str, ...], hidden: int
) -> None:
    first = [str(n) for n in range(len(counts) // (2 if dimensions[1] == "sex" else 4))]
    places = list(product(first, "fm" if dimensions[1] == "sex" else "abde"))
    made = table("t", dimensions, dict(zip(places, counts, strict=True)))
    true = replace(made, rows=tuple(row for row in made.rows if all(row.places[name] for name in without)))
    least = cheapest(true)
    assert hide([true], POLICY).hidden == hidden
    assert least == pytest.approx(spent(true)[0])
