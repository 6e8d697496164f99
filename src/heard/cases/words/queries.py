"""What may be read about the child's words and what was done about them. `user` is always the first argument."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from heard.agencies.rules import Hidden, May
from heard.cases.case.counting import Counting
from heard.cases.case.models import Case, Words
from heard.cases.case.queries import my_cases, words_of, working
from heard.cases.case.rules import BY_CHILD
from heard.cases.words.models import Answer
from heard.network.queries import people_visible_to, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


def words_visible_to(user: User) -> QuerySet[Words]:
    """Words of the children whom this user may see, the latest first; also those that have been corrected since.

    With the child, who wrote them down, what corrects them, and what was done about them, the latest first.
    """
    rows = Words.objects.filter(visible_through(user, "person"))
    answers = Answer.objects.select_related("written_by")
    return rows.select_related("person", "written_by", "corrected_by").prefetch_related(
        Prefetch("answers", answers)
    )


def one_visible_to(user: User, words_id: uuid.UUID) -> Words:
    """These words, or `Hidden`."""
    words = words_visible_to(user).filter(pk=words_id).first()
    if words is None:
        raise Hidden
    return words


def not_told_back(user: User) -> QuerySet[Words]:
    """Words of the children who count on this user, of which the child has not been told what came of them.

    The longest ago first. Corrected words wait no longer: those that correct them do. Of a child who has died nothing waits.
    """
    rows = _not_told_back(my_cases(user))
    return (
        rows.exclude(person__deaths__stands=True).select_related("person").order_by("heard_on", "written_at")
    )


def _not_told_back(cases: QuerySet[Case]) -> QuerySet[Words]:
    told = Answer.objects.filter(words=OuterRef("pk"), told_on__isnull=False)
    children = cases.order_by().values("person")
    return Words.objects.filter(~Exists(told), person__in=children, corrected_by__isnull=True)


def words_near(user: User) -> QuerySet[Words]:
    """Words without which there are none of them. Whether the user may see the child is asked beside."""
    cases = Case.objects.filter(working(user), state=Case.State.OPEN)
    return _not_told_back(cases).order_by()


def not_told_back_by_child(user: User) -> QuerySet[Words]:
    """Of each of these children the words that have waited longest, with the `number` of those that wait."""
    rows = not_told_back(user).annotate(
        number=Window(Count("pk"), partition_by="person"),
        nth=Window(RowNumber(), partition_by="person", order_by=("heard_on", "written_at")),
    )
    return rows.filter(nth=1)


def heard(user: User) -> Counting:
    """A child's words, each once, by what they were said on, "" where nobody knows any more; kept where it is written what changed because of
    them, or why nothing could. Over the whole partnership, for those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    standing = Words.objects.filter(corrected_by=None).order_by()
    return Counting(standing, "heard_on", ~Q(what_changed=""), "person", name=F("said_on"))


def occasions(user: User) -> list[tuple[str, str]]:
    """What `heard` names, with its words."""
    return [(value, str(label)) for value, label in Words.Occasion.choices]


def sent_on(user: User, person_id: uuid.UUID, on_id: uuid.UUID) -> QuerySet[Words]:
    """What a child sent themselves about one plan, review and so on, the first first. None of one whom the user may not see."""
    rows = words_of(user, person_id).filter(how__in=BY_CHILD, said_on_id=on_id)
    return rows.order_by("written_at", "pk")


def is_corrected(words: Words) -> bool:
    """For words that came from `words_visible_to`; asks the database nothing further."""
    return getattr(words, "corrected_by", None) is not None


def answers_of(user: User, person_id: uuid.UUID) -> QuerySet[Answer]:
    """What was done about the words of one child that stand, the latest first. `Hidden` words are left out."""
    rows = Answer.objects.filter(
        words__person__in=people_visible_to(user).filter(pk=person_id), words__corrected_by__isnull=True
    )
    return rows.select_related("words", "written_by")
