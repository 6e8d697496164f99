"""Who the child is, what the child said, and the files of the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.cases.attachment.queries import attachments_around, texts_of
from heard.cases.case.queries import cases_visible_to, trusted_workers_visible_to, warnings_ever_of
from heard.cases.pack.passages.shape import Passage, labelled, lines, quoted
from heard.cases.pack.rules import Part
from heard.cases.words.queries import words_visible_to
from heard.govuk.environment import day
from heard.network.queries import addresses_of, involvements_of, people_visible_to, ties_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person


def identity(user: User, person: Person) -> Iterator[Passage]:
    yield Passage(Part.IDENTITY, _("Who the child is"), _who(user, person))
    for case in cases_visible_to(user).filter(person=person):
        text = lines(
            case.get_state_display(),
            labelled(_("Opened"), day(case.opened_at)),
            labelled(_("Led by"), case.lead_team),
            labelled(_("Why"), case.why_opened),
        )
        yield Passage(Part.IDENTITY, _("Case %(reference)s") % {"reference": case.reference}, text)
    for link in trusted_workers_visible_to(user).filter(case__person=person):
        span = {"since": day(link.since), "until": day(link.until) or _("now")}
        heading = _("Trusted worker from %(since)s until %(until)s: %(who)s") % (span | {"who": link.worker})
        yield Passage(Part.IDENTITY, heading, lines(link.reason, link.about_asking))
    for note in warnings_ever_of(user, person.pk):
        heading = _("Warning of %(date)s: %(text)s") % {"date": day(note.written_at), "text": note.text}
        yield Passage(Part.IDENTITY, heading, lines(note.why, *(one.reason for one in note.reviews.all())))
    for row in involvements_of(user, person.pk):
        heading = _("%(agency)s is involved since %(date)s") % {"agency": row.agency, "date": day(row.since)}
        yield Passage(Part.IDENTITY, heading, row.why)
    for tie in ties_visible_to(user, person.pk):
        heading = _("%(kind)s: %(name)s") % {"kind": tie.kind[:1].upper() + tie.kind[1:], "name": tie.name}
        text = lines(labelled(_("How it is known"), tie.how_known), labelled(_("Since"), day(tie.since)))
        yield Passage(Part.IDENTITY, heading, text)


def _who(user: User, person: Person) -> str:
    named = people_visible_to(user).prefetch_related("other_names").get(pk=person.pk)
    return lines(
        labelled(_("Name"), person),
        labelled(_("Known as"), person.known_as),
        labelled(_("Also recorded as"), ", ".join(str(name) for name in named.other_names.all())),
        labelled(_("Born"), day(person.birth_date) or _("not known")),
        labelled(_("Sex"), person.get_sex_display()),
        labelled(_("Legal status"), person.get_legal_status_display()),
        labelled(_("School"), person.school),
        labelled(_("NHS number"), person.nhs_number),
        labelled(_("Unique pupil number"), person.upn),
        *(labelled(_("Address"), _address(one)) for one in addresses_of(user, person.pk)),
    )


def _address(one: Any) -> str:
    span = ", ".join(
        filter(
            None,
            (
                one.since and _("since %(date)s") % {"date": day(one.since)},
                one.until and _("until %(date)s") % {"date": day(one.until)},
            ),
        )
    )
    return ", ".join(filter(None, (one.line, one.postcode, span)))


def words(user: User, person: Person) -> Iterator[Passage]:
    for one in words_visible_to(user).filter(person=person).order_by("heard_on", "written_at"):
        said = {"date": day(one.heard_on), "who": one.heard_by}
        text = lines(
            quoted(one.text),
            labelled(_("In their language"), one.original),
            labelled(_("Translated by"), one.translated_by),
            labelled(_("What the child wants to happen"), one.wants),
            labelled(_("Why this was corrected"), one.why_corrected),
            *(_answer(answer) for answer in one.answers.all()),
        )
        heading = _("%(how)s on %(date)s, heard by %(who)s") % (said | {"how": one.get_how_display()})
        yield Passage(Part.WORDS, heading, text)


def _answer(answer: Any) -> str:
    changed = labelled(_("What changed because of it"), answer.what_changed)
    if not answer.told_on:
        return changed
    told = _("The child was told of it on %(date)s, by %(who)s.") % {
        "date": day(answer.told_on),
        "who": answer.told_by,
    }
    return lines(changed, told)


def files(user: User, person: Person) -> Iterator[Passage]:
    """Each file that is still there, with what it is and the text that could be read in it."""
    rows = list(attachments_around(user, person.pk).filter(withdrawn_at=None))
    texts = texts_of(user, [row.pk for row in rows])
    for row in rows:
        told = {"date": day(row.attached_at), "who": row.attached_by, "kind": row.get_kind_display()}
        about = _("%(kind)s, attached on %(date)s by %(who)s") % told
        text = lines(about, row.what, texts.get(row.pk, "").strip())
        yield Passage(Part.FILES, row.name, text, file_id=row.pk)
