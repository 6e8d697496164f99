"""A picture of the months that counted for a listed child: which agency holds which sign, and when it was seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.cases.timeline.picture import Mark, Scale, Year, laid_out, letters_of

if TYPE_CHECKING:
    from heard.knowledge.model import Release


def draw(
    evidence: Iterable[dict[str, Any]], release: Release, *, first: date | None, last: date | None
) -> Year | None:
    """Of rows of `tables.EVIDENCE`, a row for each item that was seen from `first` to `last`; None where there is none, or the run did not say
    from when to when."""
    if first is None or last is None:
        return None
    shown = [row for row in evidence if row["seen_on"] and first <= row["seen_on"] <= last]
    if not shown:
        return None
    scale, letters = Scale(first, last), letters_of(row["agency"] for row in shown)
    found: dict[str, list[Mark]] = {}
    for row in shown:
        shape = "circle" if row["counts"] else "ring"
        on, agency = row["seen_on"], row["agency"]
        found.setdefault(row["item"], []).append(Mark(scale.at(on), shape, on, letters[agency], said=agency))
    named = [(release.item(item).label, found[item]) for item in sorted(found)]
    said = _(
        "Rows below each other, one for each sign and vulnerability, with the letters of the agency whose record it is. The tables below say the same in words."
    )
    key = {"circle": _("counted, or a vulnerability on record"), "ring": _("beside, not counted")}
    return laid_out(named, scale, letters, said=said, key=key, lines=[])
