"""What a figure says, in sentences: for the page, the file and whoever does not see the picture."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from heard.board.figures.rules import Period, next_of

if TYPE_CHECKING:
    from heard.board.figures.queries import Figure
    from heard.cases.case.rules import Kept


def quarter(first: date) -> str:
    """A quarter, by its first day."""
    return when(first, next_of(first) - timedelta(days=1))


def when(first: date, last: date) -> str:
    """The months from one day to another, in words."""
    begin = date_format(first, "F" if first.year == last.year else "F Y")
    return _("%(first)s to %(last)s") % {"first": begin, "last": date_format(last, "F Y")}


def called(period: Period) -> str:
    return when(period.first, period.last)


def in_table(period: Period) -> str:
    """The figure of a period, or why none stands there."""
    return _("too few to show") if period.is_hidden else share(period.kept)


def share(kept: Kept) -> str:
    """How many of how many."""
    if not kept.of:
        return _("nothing to count")
    return _("%(kept)s of %(of)s (%(share)s%%)") % {
        "kept": kept.kept,
        "of": kept.of,
        "share": round(100 * kept.kept / kept.of),
    }


def in_short(figure: Figure) -> str:
    """The figure alone."""
    if figure.now is not None:
        return _("too few to show") if figure.now.too_few and figure.now.of else share(figure.now)
    if figure.lately is not None:
        return share(figure.lately.kept)
    if figure.waiting is not None:
        return _("too few to show")
    return _("nothing in the last twelve months") if figure.periods else _("nothing to count yet")


def finding(figure: Figure) -> str:
    """The sentence above the picture."""
    if figure.now is not None:
        return _("Today: %(share)s.") % {"share": in_short(figure)}
    if figure.lately is None:
        return _few(figure)
    told = {"share": share(figure.lately.kept), "when": called(figure.lately)}
    said = _("%(share)s, %(when)s.") % told
    if figure.before is None:
        return said
    told = {"said": said, "when": called(figure.before), "then": str(figure.before.share)}
    if figure.before.share == figure.lately.share:
        return _("%(said)s As often as before: %(then)s%%, %(when)s.") % told
    if figure.before.share < figure.lately.share:
        return _("%(said)s More often than before: %(then)s%%, %(when)s.") % told
    return _("%(said)s Less often than before: %(then)s%%, %(when)s.") % told


def _few(figure: Figure) -> str:
    if figure.waiting is not None:
        return _("%(when)s: too few to show.") % {"when": called(figure.waiting)}
    if figure.periods:
        return _("Nothing to count in the last twelve months.")
    return _("Nothing to count yet: a quarter is counted once it has ended.")


def together(figure: Figure) -> str:
    """That quarters were put together, where they were."""
    if not figure.put_together:
        return ""
    return _(
        "Where a quarter has too few, it is counted together with those after it, so that some figures are of half a year or longer."
    )


def alternative(figure: Figure) -> str:
    """What the picture shows."""
    parts = [
        _("%(when)s: %(share)s%%") % {"when": called(period), "share": period.share}
        for period in figure.shown
    ]
    return _("Bars, how often it was kept. %(parts)s.") % {"parts": "; ".join(parts)}


def in_parts(figure: Figure) -> str:
    """Of decisions: how many count by words, how many by the reason."""
    if figure.parts is None:
        return ""
    kept = figure.parts.kept
    if kept.parts_too_few:
        return _("How many of them count by words, and how many by the reason, is too few to show.")
    told = {"when": called(figure.parts), "words": kept.with_words, "reason": kept.with_reason}
    return (
        _("%(when)s: by words %(words)s, by the reason why the child could not be heard %(reason)s.") % told
    )


def hidden() -> str:
    """What is hidden, and how. On the page and in both files."""
    return _(
        "Where five or fewer are counted, or what is counted is about five or fewer children, no figure is shown, so that none points at "
        "one child: such a quarter is counted together with those after it. A quarter is counted once it has ended. No sum is shown but of "
        "figures that are shown, so that none can be worked out by taking one from another."
    )


def not_said() -> list[str]:
    """What holds of all figures."""
    return [
        _(
            "They count what we did, not how children are. A promise kept on the day may still have helped nobody: the reviews say "
            "what changed for each child."
        ),
        _("They know only what was written down here. A worry that nobody told is in none of them."),
        _(
            "What is written down late changes the quarter in which it belongs: whoever keeps the page of before sees that it changed."
        ),
    ]
