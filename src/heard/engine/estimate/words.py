"""What an estimate never goes without: what it assumes, what is said against it, and what is weak about this one."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heard.engine.estimate import Estimate
    from heard.engine.estimate.overlaps import Overlaps

ASSUMPTIONS = (
    "All lists speak of the same children, place and time, and everybody on a list belongs to those who are counted.",
    "Records of one child were recognised as one child. Missed links make the answer too large, false ones too small.",
    "Every child could have come onto every list. Children whom no list could ever reach are not in the answer.",
    "They could about as easily as one another. Where some are harder to see for every agency, the answer is too small.",
    "Being on one list changes the chance of another only as the model’s interactions say.",
    "No table can show an interaction of all lists at once, so it is taken to be nought.",
    "Children come onto lists one by one. Groups that come together make the intervals too narrow.",
    "The intervals hold the chance of the draw and of the choice of the model, not errors in what is assumed above.",
)

DISPUTE = (
    "The method is disputed. Whitehead, Jackson, Balch and Francis (2019, Journal of Human Trafficking 7:1) show by simulation "
    "that leaving out interactions because they are not significant greatly overstates how reliable the answer is, and that the "
    "answer is unsound where interactions that were left out are there; they conclude that it does not suit estimating numbers of "
    "potential victims of modern slavery. Silverman (2020, JRSS A 183) finds that a few of the models give very different answers. "
    "Read it as one piece of evidence on how many may be missed, never as a count, and never about any one child."
)

_FEW_OVERLAPS = 20
_WIDE = 3.0
_APART = 1.25


def warnings(found: Estimate, overlaps: Overlaps, asked: int) -> Iterator[str]:
    """What is weak about this answer. `asked`: how many replicates were asked for."""
    yield from overlaps.notes
    if any(map(_is_like_a_person, overlaps.lists)):
        yield (
            "A list is named as people are. Lists are agencies or sources: if the name is somebody’s, call the list otherwise before "
            "you hand this on."
        )
    yield from _about_the_table(overlaps)
    if found.refused:
        yield (
            f"{found.refused:,} models have no estimate for this table, because too few of their overlaps hold anybody; they were "
            "refused."
        )
    if found.replicates < asked:
        yield (
            f"{asked - found.replicates:,} of {asked:,} replicates have no estimate and were left out, which makes the intervals "
            "look better than they are."
        )
    if not asked:
        yield (
            "No interval was asked for: nothing here says how far off this number may be, and it may be far off. Hand it on with an "
            "interval only."
        )
    elif asked < 200:
        yield f"{asked} replicates are few: the limits of the intervals would be others with another seed. Use 1,000."
    yield from _about_the_answer(found)


def _is_like_a_person(name: str) -> bool:
    """Two or three words with capitals, of which none is of an agency."""
    words = name.replace("_", " ").split()
    named = all(word[:1].isupper() and word[1:].islower() and word.isalpha() for word in words)
    return 2 <= len(words) <= 3 and named and not _OF_AGENCIES & {word.casefold() for word in words}


_OF_AGENCIES = frozenset(
    ("police", "force", "school", "schools", "college", "council", "care", "social", "health", "service", "services", "hospital", "clinic",
     "trust", "youth", "justice", "board", "charity", "charities", "team", "authority", "list", "agency", "agencies", "court", "office",
     "border", "local", "government", "public", "general", "emergency", "attendance", "register", "helpline", "probation", "education",
     "housing", "home", "homes", "children", "voluntary", "sector", "organisation", "non", "sexual", "mental", "missing", "centre", "refuge")
)  # fmt: skip


def _about_the_table(overlaps: Overlaps) -> Iterator[str]:
    lists = overlaps.lists
    if len(lists) == 2:
        yield "With two lists nothing shows whether one leads to the other, and the answer takes it that neither does."
    several = sum(n for some, n in enumerate(overlaps.counts.tolist()) if some.bit_count() > 1)
    if several < _FEW_OVERLAPS:
        yield f"Only {several:.0f} children are on more than one list: a few more or fewer would change the answer much."
    pairs = list(combinations(range(len(lists)), 2))
    empty = sum(not overlaps.on(1 << a | 1 << b) for a, b in pairs)
    if empty:
        yield f"{empty} of {len(pairs)} pairs of lists have no child in common."


def _about_the_answer(found: Estimate) -> Iterator[str]:
    if found.interval_95:
        yield from _about_the_interval(found, *found.interval_95)
    untold = [w.list for w in found.without if w.estimate is None]
    if untold and len(found.lists) > 2:
        yield f"Leaving out one list leaves no answer at all. It is so with {', '.join(untold)}."
    if found.otherwise:
        ratio = found.otherwise.estimate / found.estimate
        if not 1 / _APART <= ratio <= _APART:
            yield f"The other way of choosing a model ({_WAYS[found.otherwise.method]}) gives {found.otherwise.estimate:,.0f}."


def _about_the_interval(found: Estimate, low: float, high: float) -> Iterator[str]:
    if high > _WIDE * low:
        yield "The upper limit of the 95 in 100 interval is more than three times the lower: this table hardly tells."
    moved = [w for w in found.without if w.estimate is not None and not low <= w.estimate <= high]
    if moved:
        names = ", ".join(w.list for w in moved)
        yield f"Leaving out one list moves the answer out of the 95 in 100 interval. It is so with {names}."


_WAYS = {"bic": "the smallest BIC", "stepwise": "step by step"}
