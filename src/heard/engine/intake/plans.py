"""Plans of one child that a return names twice, or that run at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date


def doubtful[T](plans: Iterable[tuple[date, date | None, T]]) -> Iterator[tuple[str, T]]:
    """Codes of `faults` with the plan that they are about, of plans as (began, ended, which). On the day on which one ends the next may
    begin; one without an end still runs."""
    latest, spans = date.min, set()
    for began, ended, which in sorted(plans, key=lambda plan: (plan[0], plan[1] or date.max)):
        if (began, ended) in spans:
            yield "plan_twice", which
        elif began < latest:
            yield "plans_overlap", which
        spans.add((began, ended))
        latest = max(latest, ended or date.max)
