"""What cases, the child's own words, trusted workers and warnings say, and what the network knows around a child."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F
from django.utils.translation import gettext_noop as _

from heard.cases.case.models import AllocatedWorker, Case, CasePeriod, TrustedWorker, WarningNote, Words
from heard.cases.case.queries import (
    allocated_workers_visible_to,
    cases_visible_to,
    trusted_workers_visible_to,
    warnings_visible_to,
)
from heard.cases.case.rules import DREW_SELF, POINTED, SPOKE_SELF, THEMSELVES
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Piece, Record, fact
from heard.govuk.said import Text, choice, labelled, lines, say
from heard.network import record as network
from heard.network.queries import addresses_of, people_visible_to, web
from heard.network.rules import FactKind

if TYPE_CHECKING:
    from heard.agencies.models import User


def said_beside(row: Any) -> Text:
    """The child's own words beside what somebody decided or wrote, or why there are none."""
    if not row.words:
        return labelled(_("Why the child’s words are not there"), row.why_no_words)
    return words_beside(row, row.words)


def words_beside(row: Any, words: Words | None) -> Text | str:
    """Words that stand beside a row: as said on it, or when, to whom and on what other matter; "" where there are none."""
    if words is None:
        return ""
    said_here = words.is_said_on(row)
    return labelled(_("What the child said") if said_here else words.said_earlier(), words.said())


def _opened(at: Any, case: Case, by: int, *text: object) -> ChronologyEntry:
    what = say(_("Case opened: %(reference)s"), reference=case.reference)
    return fact(EntryKind.CASE, at, what, *text, who=by, page=("case_story", case.pk))


def _case(case: Case) -> Iterator[ChronologyEntry]:
    """The opening that is under way, where it is open; those before it are periods."""
    if case.state == "open":
        led = say(_("Led by %(team)s."), team=case.lead_team.name)
        yield _opened(case.opened_at, case, case.opened_by_id, case.why_opened, led)


def _case_on_paper(case: Case) -> Iterator[Passage]:
    text = (
        choice(case, "state"),
        labelled(_("Opened"), case.opened_at),
        labelled(_("Led by"), case.lead_team),
        labelled(_("Why"), case.why_opened),
    )
    yield Passage(say(_("Case %(reference)s"), reference=case.reference), lines(*text))


def _period(period: CasePeriod) -> Iterator[ChronologyEntry]:
    yield _opened(period.opened_at, period.case, period.opened_by_id, period.why_opened)
    what = say(_("Case closed: %(reference)s"), reference=period.case.reference)
    page = ("case_story", period.case_id)
    yield fact(
        EntryKind.CASE,
        period.closed_at,
        what,
        choice(period, "ended_as"),
        period.why_closed,
        who=period.closed_by_id,
        page=page,
    )


def _allocated(worker: AllocatedWorker) -> Iterator[ChronologyEntry]:
    """Of who stopped with nobody after them, the end too."""
    what = say(_("%(who)s became the allocated worker"), who=worker.worker)
    if worker.role != worker.Role.ALLOCATED:
        what = say(_("%(role)s: %(who)s"), role=choice(worker, "role"), who=worker.worker)
    yield fact(
        EntryKind.CASE, worker.since, what, worker.reason, noted=worker.named_at, who=worker.named_by_id
    )
    if worker.why_ended and worker.until:
        ended = say(_("%(role)s until then: %(who)s"), role=choice(worker, "role"), who=worker.worker)
        yield fact(EntryKind.CASE, worker.until, ended, worker.why_ended, late=True)


def _allocated_on_paper(worker: AllocatedWorker) -> Iterator[Passage]:
    span = {"since": worker.since, "until": worker.until or say(_("now")), "who": worker.worker}
    heading = say(_("Allocated worker from %(since)s until %(until)s: %(who)s"), **span)
    if worker.role != worker.Role.ALLOCATED:
        heading = say(
            _("%(role)s from %(since)s until %(until)s: %(who)s"), role=choice(worker, "role"), **span
        )
    yield Passage(heading, lines(worker.reason, worker.why_ended))


def _trusted(worker: TrustedWorker) -> Iterator[ChronologyEntry]:
    what = say(_("%(who)s became the trusted worker"), who=worker.worker)
    yield fact(
        EntryKind.CASE,
        worker.since,
        what,
        worker.reason,
        worker.about_asking,
        noted=worker.named_at,
        who=worker.named_by_id,
    )


def _trusted_on_paper(worker: TrustedWorker) -> Iterator[Passage]:
    span = {"since": worker.since, "until": worker.until or say(_("now")), "who": worker.worker}
    heading = say(_("Trusted worker from %(since)s until %(until)s: %(who)s"), **span)
    yield Passage(heading, lines(worker.reason, worker.about_asking))


# What a child sent through a link of their own, by how.
_SENT: Final = {
    THEMSELVES: _("The child’s own words, written by the child themselves"),
    DREW_SELF: _("Drawn by the child themselves"),
    POINTED: _("Pointed at in pictures by the child themselves"),
    SPOKE_SELF: _("Said out loud by the child themselves"),
}
_SENT_TO_SHARE: Final = {
    THEMSELVES: _("The child’s words of %(date)s, written by the child themselves"),
    DREW_SELF: _("What the child drew themselves on %(date)s"),
    POINTED: _("What the child pointed at in pictures on %(date)s"),
    SPOKE_SELF: _("What the child said out loud themselves on %(date)s"),
}
_SENT_IN_REFERRAL: Final = {
    THEMSELVES: _("On %(date)s the child wrote it themselves."),
    DREW_SELF: _("On %(date)s the child drew it themselves."),
    POINTED: _("On %(date)s the child pointed at pictures themselves."),
    SPOKE_SELF: _("On %(date)s the child said it out loud themselves."),
}


def _words(words: Words) -> Iterator[ChronologyEntry]:
    what = say(_("The child’s own words, heard by %(who)s"), who=words.heard_by)
    if words.how in _SENT:
        what = say(_SENT[words.how])
    changed = (
        say(_("What changed because of it: %(change)s"), change=words.what_changed)
        if words.what_changed
        else ""
    )
    text = words.said() or "“”"
    more: dict[str, Any] = {"noted": words.written_at, "who": words.written_by_id}
    if words.how in (DREW_SELF, SPOKE_SELF):
        more["page"] = ("words_drawing", words.pk)
    yield fact(EntryKind.WORDS, words.heard_on, what, text, changed, **more)


def described(words: Words) -> Text:
    """What a reader sees in a drawing that the child sent, for paper on which it does not stand; "" where nobody has said so, or it was taken back."""
    sent = getattr(words, "child_message", None)
    if sent is None or not sent.described or sent.taken_back_at:
        return ""
    return labelled(
        say(_("What %(who)s sees in the drawing, in their words"), who=sent.described_by), sent.described
    )


def _words_to_share(words: Words) -> Iterator[Piece]:
    label = say(_("The child’s words of %(date)s, heard by %(who)s"), date=words.heard_on, who=words.heard_by)
    if words.how in _SENT:
        label = say(_SENT_TO_SHARE[words.how], date=words.heard_on)
    yield Piece(f"words-{words.pk}", "words", label, lines(words.said(), described(words)))


def hearing_in_referral(words: Words) -> Text:
    """How the child was heard, which is what the form asks there; not what the child said."""
    said = {"date": words.heard_on, "who": words.heard_by, "how": choice(words, "how", small=True)}
    if words.how in _SENT:
        return say(_SENT_IN_REFERRAL[words.how], date=words.heard_on)
    return say(_("On %(date)s %(who)s heard the child (%(how)s)."), **said)


def _warning(note: WarningNote) -> Iterator[ChronologyEntry]:
    page = ("warning", note.pk)
    what = say(_("Warning: %(text)s"), text=note.text)
    yield fact(EntryKind.WARNING, note.written_at, what, note.why, who=note.written_by_id, page=page)
    for review in note.reviews.all():
        what = say(_("Warning ends: %(text)s"), text=note.text)
        if review.review_on:
            what = say(_("Warning goes on until %(date)s: %(text)s"), date=review.review_on, text=note.text)
        who = review.reviewed_by_id
        yield fact(EntryKind.WARNING, review.reviewed_at, what, review.reason, who=who, page=page)


def _warning_on_paper(note: WarningNote) -> Iterator[Passage]:
    heading = say(_("Warning of %(date)s: %(text)s"), date=note.written_at, text=note.text)
    yield Passage(heading, lines(note.why, *(review.reason for review in note.reviews.all())))


def _involved(row: network.Involvement) -> Iterator[ChronologyEntry]:
    what = say(_("%(agency)s became involved"), agency=row.agency.name)
    yield fact(EntryKind.AGENCY, row.since, what, row.why, agency=row.agency.name)
    if row.until and not row.is_running:
        what = say(_("%(agency)s is no longer involved"), agency=row.agency.name)
        yield fact(EntryKind.AGENCY, row.until, what, row.why_ended, agency=row.agency.name)


def _involved_on_paper(row: network.Involvement) -> Iterator[Passage]:
    yield Passage(say(_("%(agency)s is involved since %(date)s"), agency=row.agency, date=row.since), row.why)


def involvement_in_referral(row: network.Involvement) -> Text:
    told = {"agency": row.agency.name, "date": row.since, "why": row.why}
    return say(_("%(agency)s, since %(date)s: %(why)s"), **told)


def _fact_on_paper(row: network.Fact) -> Iterator[Passage]:
    is_check = row.kind == FactKind.NHS_CHECK
    chosen = labelled(_("It answered") if is_check else _("Chosen from a list"), choice(row, "code"))
    reached = labelled(_("How they are reached"), row.contact)
    yield Passage(choice(row, "kind"), lines(row.value, chosen, reached, *network.told(row)))


def _important_on_paper(row: network.ImportantPerson) -> Iterator[Passage]:
    heading = say(_("%(name)s, %(relation)s"), name=row.name, relation=row.relation)
    cares = say(_("Looks after the child")) if row.cares else ""
    holds = choice(row, "responsibility") if row.responsibility else ""
    reached = labelled(_("How they are reached"), row.contact)
    yield Passage(heading, lines(cares, holds, reached, *network.told(row)))


def _identifier_on_paper(row: network.Identifier) -> Iterator[Passage]:
    heading = say(_("%(what)s: %(number)s"), what=choice(row, "scheme"), number=row.value)
    yield Passage(heading, lines(labelled(_("Given by"), row.issuer), *network.told(row)))


CASES = Record(
    _("Cases"),
    Case.objects.select_related("lead_team").order_by("-state", "-opened_at"),
    "person",
    cases_visible_to,
    chronology=_case,
    pack=_case_on_paper,
)
PERIODS = Record(
    _("Work that has ended"), CasePeriod.objects.select_related("case"), "case__person", chronology=_period
)
ALLOCATED_WORKERS = Record(
    _("Allocated workers"),
    AllocatedWorker.objects.select_related("worker").order_by("-since", "-pk"),
    "case__person",
    allocated_workers_visible_to,
    chronology=_allocated,
    pack=_allocated_on_paper,
)
TRUSTED_WORKERS = Record(
    _("Trusted workers"),
    TrustedWorker.objects.select_related("worker").order_by("-since", "-pk"),
    "case__person",
    trusted_workers_visible_to,
    chronology=_trusted,
    pack=_trusted_on_paper,
)
WORDS = Record(
    _("The child’s own words"),
    Words.objects.filter(corrected_by__isnull=True)
    .select_related("child_message__described_by")
    .order_by("heard_on", "written_at"),
    "person",
    chronology=_words,
    share=_words_to_share,
)
WARNINGS = Record(
    _("Warnings"),
    WarningNote.objects.prefetch_related("reviews").order_by(
        F("ended_at").desc(nulls_first=True), "review_on", "pk"
    ),
    "person",
    warnings_visible_to,
    chronology=_warning,
    pack=_warning_on_paper,
)
INVOLVED = Record(
    _("Agencies"),
    network.INVOLVED.order_by("since", "agency__name"),
    "person",
    chronology=_involved,
    pack=_involved_on_paper,
)


FACTS = Record(_("What is known of the child"), network.FACTS, "person", pack=_fact_on_paper)
IMPORTANT_PEOPLE = Record(
    _("Carers and important people"), network.IMPORTANT_PEOPLE, "person", pack=_important_on_paper
)
IDENTIFIERS = Record(_("Numbers"), network.IDENTIFIERS, "person", pack=_identifier_on_paper)


class _Ties:
    """Who and what is around the child, in either direction: no rows of this child alone."""

    def facts(self, person_id: uuid.UUID) -> Iterator[ChronologyEntry]:
        for tie in network.around(person_id):
            how = say(_("How it is known: %(how)s"), how=tie.how_known)
            more: dict[str, Any] = {"other": tie.end, "other_id": tie.end_id}
            page, who = ("tie", tie.tie_key), tie.noted_by_id
            when: Any = tie.since or tie.noted_at
            yield fact(
                EntryKind.TIE, when, network.named(tie), how, noted=tie.noted_at, who=who, page=page, **more
            )

    def passages(self, user: User, person_id: uuid.UUID) -> Iterator[Passage]:
        for tie in web(user, leaving=True).around(person_id):
            text = lines(labelled(_("How it is known"), tie.how_known), labelled(_("Since"), tie.since))
            yield Passage(network.named(tie), text)


class _Identity:
    def passages(self, user: User, person_id: uuid.UUID) -> Iterator[Passage]:
        person = people_visible_to(user).prefetch_related("other_names").get(pk=person_id)
        born = {"day": person.birth_date.isoformat()} if person.birth_date else say(_("not known"))
        text = lines(
            labelled(_("Name"), person),
            labelled(_("Known as"), person.known_as),
            labelled(_("Known as, said by"), person.known_as_said_by),
            labelled(_("Also recorded as"), ", ".join(str(name) for name in person.other_names.all())),
            labelled(_("Born"), born),
            labelled(_("Sex"), choice(person, "sex")),
            labelled(_("Legal status"), choice(person, "legal_status")),
            labelled(_("School"), person.school),
            labelled(_("NHS number"), person.nhs_number),
            labelled(_("Unique pupil number"), person.upn),
            *(labelled(_("Address"), network.lived(home)) for home in addresses_of(user, person_id)),
        )
        yield Passage(say(_("Who the child is")), text)


TIES, IDENTITY = _Ties(), _Identity()
