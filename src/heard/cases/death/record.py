"""What is recorded where a child has died."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.case.models import Death
from heard.cases.case.queries import deaths_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import Text, labelled, lines, say


def _what(one: Death) -> Text:
    if not one.is_so:
        return say(_("Put right: the child has not died"))
    if one.died_on:
        return say(_("The child died on %(date)s"), date=one.died_on)
    return say(_("The child has died; the day is not known"))


def _chronology(one: Death) -> Iterator[ChronologyEntry]:
    said = (one.about_when, labelled(_("Told by"), one.who_said), one.why_corrected)
    page = ("death", one.person_id)
    noted = one.written_at
    yield fact(
        EntryKind.CASE, one.died_on or noted, _what(one), *said, noted=noted, who=one.written_by_id, page=page
    )


def _on_paper(one: Death) -> Iterator[Passage]:
    text = lines(
        one.about_when,
        labelled(_("Told by"), one.who_said),
        labelled(_("Who has been told"), one.who_is_told),
        labelled(_("Why this was corrected"), one.why_corrected),
        labelled(_("Written by"), one.written_by),
    )
    yield Passage(_what(one), text)


DEATHS = Record(
    _("Death of the child"),
    Death.objects.filter(corrected_by=None).select_related("written_by").order_by("written_at"),
    "person",
    deaths_visible_to,
    chronology=_chronology,
    pack=_on_paper,
)
