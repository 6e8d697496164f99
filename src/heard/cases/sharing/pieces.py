"""The pieces of a child's record that can be shared, each as the exact text that the other side will see.

Stages that this one may not know say themselves what they have (`offer`), when the site starts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.assessment.queries import assessments_visible_to
from heard.cases.case.queries import words_of
from heard.cases.concern.queries import concerns_of
from heard.cases.plan.queries import plans_visible_to
from heard.govuk.environment import day
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Observation


class Piece(NamedTuple):
    """`key` names it in a share; `group` is one of `GROUPS`; `label` is its heading; `text` is all that is shared."""

    key: str
    group: str
    label: str
    text: str


type Source = Callable[[User, uuid.UUID, date | None, date | None], Iterable[tuple[str, str, str, str]]]

GROUPS: Final = {
    "words": gettext_lazy("The child’s words"),
    "worries": gettext_lazy("Worries"),
    "signs": gettext_lazy("Signs seen"),
    "vulnerabilities": gettext_lazy("Vulnerabilities"),
    "assessments": gettext_lazy("Signed assessments"),
    "plan": gettext_lazy("Agreed plan"),
    "missing": gettext_lazy("Missing episodes"),
    "chronology": gettext_lazy("Chronology"),
}
CHRONOLOGY: Final = "chronology"  # the one piece that has a beginning and an end
_FURTHER: Final[list[Source]] = []


def offer(*sources: Source) -> None:
    """Each source gives the pieces of a child's record, as tuples like `Piece`, limited to what the user may see; the
    two dates are the part of the chronology that is wanted, None where it is open."""
    _FURTHER.extend(source for source in sources if source not in _FURTHER)


def pieces_of(
    user: User, person_id: uuid.UUID, *, since: date | None = None, until: date | None = None
) -> list[Piece]:
    """Everything that can be chosen, in the order of `GROUPS`. A fixed number of queries. `Hidden` for a child whom
    the user may not see."""
    found = [piece for source in (_words, _worries, _assessments, _plan) for piece in source(user, person_id)]
    found += [Piece(*row) for source in _FURTHER for row in source(user, person_id, since, until)]
    order = list(GROUPS)
    return sorted(found, key=lambda piece: order.index(piece.group))


def _words(user: User, person_id: uuid.UUID) -> Iterator[Piece]:
    for words in words_of(user, person_id):
        label = _("The child’s words of %(date)s, heard by %(who)s") % {
            "date": day(words.heard_on),
            "who": words.heard_by,
        }
        yield Piece(f"words-{words.pk}", "words", label, f"“{words.text}”")


def _worries(user: User, person_id: uuid.UUID) -> Iterator[Piece]:
    worries = list(concerns_of(user, person_id).prefetch_related("observations"))
    seen: list[tuple[Observation, str]] = []
    for worry in worries:
        label = _("Worry told on %(date)s by %(agency)s") % {
            "date": day(worry.told_at),
            "agency": worry.agency.name,
        }
        yield Piece(f"worry-{worry.pk}", "worries", label, worry.seen_and_heard)
        seen += [(note, worry.release) for note in worry.observations.all()]
    yield from _items(seen)


def _items(notes: Iterable[tuple[Observation, str]]) -> Iterator[Piece]:
    """One piece for each sign or vulnerability that was seen, with every time that it was told, once each."""
    texts: dict[tuple[str, str], list[str]] = {}
    labels = {}
    for note, release in notes:
        if note.state != "seen":
            continue
        entry = load.release(release).item(note.item)
        group = "signs" if entry in load.release(release).signs else "vulnerabilities"
        labels[group, note.item] = entry.label
        told = _("%(date)s, %(source)s: %(words)s") % {
            "date": day(note.seen_on),
            "source": note.source,
            "words": note.words,
        }
        lines = texts.setdefault((group, note.item), [])
        if told not in lines:
            lines.append(told)
    for (group, item), lines in texts.items():
        yield Piece(f"seen-{item}", group, labels[group, item], "\n".join(lines))


def _assessments(user: User, person_id: uuid.UUID) -> Iterator[Piece]:
    for one in assessments_visible_to(user).filter(case__person_id=person_id, state="signed"):
        label = _("Assessment signed off on %(date)s") % {"date": day(one.signed_at)}
        text = one.judgement
        if one.what_is_not_known:
            text += "\n\n" + _("What is not known: %(text)s") % {"text": one.what_is_not_known}
        yield Piece(f"assessment-{one.pk}", "assessments", label, text)


def _plan(user: User, person_id: uuid.UUID) -> Iterator[Piece]:
    rows = plans_visible_to(user).filter(case__person_id=person_id, state="agreed")
    for plan in rows.prefetch_related("outcomes__actions__owner"):
        lines = []
        for outcome in plan.outcomes.all():
            lines.append(outcome.text)
            lines += [
                _("- %(what)s (%(who)s, by %(date)s)")
                % {"what": action.what, "who": action.owner or "", "date": day(action.due_on)}
                for action in outcome.actions.all()
            ]
        label = _("Plan agreed on %(date)s") % {"date": day(plan.agreed_at)}
        yield Piece(f"plan-{plan.pk}", "plan", label, "\n".join(lines))
