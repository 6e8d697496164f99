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


def _what(death: Death) -> Text:
    if not death.is_so:
        return say(_("Put right: the child has not died"))
    if death.died_on:
        return say(_("The child died on %(date)s"), date=death.died_on)
    return say(_("The child has died; the day is not known"))


def _chronology(death: Death) -> Iterator[ChronologyEntry]:
    said = (death.about_when, labelled(_("Told by"), death.who_said), death.why_corrected)
    page = ("death", death.person_id)
    noted = death.written_at
    yield fact(
        EntryKind.CASE,
        death.died_on or noted,
        _what(death),
        *said,
        noted=noted,
        who=death.written_by_id,
        page=page,
    )


def _on_paper(death: Death) -> Iterator[Passage]:
    text = lines(
        death.about_when,
        labelled(_("Told by"), death.who_said),
        labelled(_("Who has been told"), death.who_is_told),
        labelled(_("Why this was corrected"), death.why_corrected),
        labelled(_("Written by"), death.written_by),
    )
    yield Passage(_what(death), text)


DEATHS = Record(
    _("Death of the child"),
    Death.objects.filter(corrected_by=None).select_related("written_by").order_by("written_at"),
    "person",
    deaths_visible_to,
    chronology=_chronology,
    pack=_on_paper,
)
