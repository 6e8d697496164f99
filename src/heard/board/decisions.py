"""Decisions beside the child's own words or the reason why the child could not be heard, and without either, over every stage that decides something about a child."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from heard.cases.assessment import queries as assessments
from heard.cases.case import queries as cases
from heard.cases.case.counting import Counting
from heard.cases.case.rules import Kept
from heard.cases.concern import queries as concerns
from heard.cases.panel import queries as panels
from heard.cases.plan import queries as plans
from heard.cases.review import queries as reviews
from heard.cases.sharing import queries as sharing
from heard.cases.supervision import queries as supervision

if TYPE_CHECKING:
    from heard.agencies.models import User


def countings(user: User, *, since: date, by: Iterable[int] | None = None) -> list[tuple[str, Counting]]:
    """Each kind of decision since a day, and what counts of it, by the day on which it was made.

    Over the whole partnership, for those who see figures, else `Hidden`; or only those of `by`, about children whom the
    user may see.
    """
    stages = (
        (_("Worries decided"), concerns.decided_beside_words),
        (_("Assessments signed off"), assessments.signed_beside_words),
        (_("Plans agreed"), plans.agreed_beside_words),
        (_("Reviews held"), reviews.held_beside_words),
        (_("Panels’ decisions about a child"), panels.decided_beside_words),
        (_("Shares decided"), sharing.decided_beside_words),
        (_("Decisions taken in supervision"), supervision.recorded_beside_words),
        (_("Cases closed"), cases.closed_beside_words),
    )
    return [(text, count(user, since=since, by=by)) for text, count in stages]


def by_stage(user: User, *, since: date, by: Iterable[int] | None = None) -> list[tuple[str, Kept]]:
    """Of each kind of decision, how many were made beside the child's words (`countings`). One query a kind."""
    return [(text, counting.whole()) for text, counting in countings(user, since=since, by=by)]


def what_counts() -> str:
    """The definition, for the page that shows the figure."""
    return _(
        "A decision counts where the child said something since the decision before it of the same kind, in the same case "
        "or about the same child; or where the child was asked since then and did not want to speak, or could not be reached, "
        "with the day of each try. Words that stood beside an earlier one are not counted again, and another reason why there "
        "are no words is not counted, nor are pictures that the child pointed at without a word. With a worry, what was told with it counts as said."
    )


def all_stages(counted: Iterable[tuple[str, Kept]]) -> Kept:
    """The share of all decisions is not the mean of the shares."""
    return reduce(add, (kept for _text, kept in counted), Kept(0, 0))
