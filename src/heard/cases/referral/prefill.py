"""What the child's record says to each question of the form, and where it says so.

What is a plain fact of the record, such as a name or a sign that was seen, is filled in for somebody to read and to keep
or change. What could be meant otherwise, such as who is around the child, is only laid beside the box: a friend of the
child is not to become one who exploits because a program wrote it there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.cases.assessment.queries import assessment_visible_to, latest_signed, picture
from heard.cases.assessment.record import pattern_in_referral, sign_in_referral
from heard.cases.attachment.queries import attachments_around
from heard.cases.attachment.record import in_referral as file_in_referral
from heard.cases.case.queries import words_of
from heard.cases.case.record import hearing_in_referral, involvement_in_referral
from heard.cases.concern.queries import concerns_of
from heard.cases.concern.record import in_referral as worry_in_referral
from heard.cases.missing.queries import episodes_of
from heard.cases.missing.record import in_referral as episode_in_referral
from heard.cases.plan.queries import agreed_plan, plan_visible_to
from heard.govuk.environment import day
from heard.govuk.said import Text, joined, lines, put, say
from heard.network.queries import involvements_of, person_visible_to, web
from heard.network.record import in_referral as tie_in_referral
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.assessment.models import Assessment
    from heard.cases.assessment.queries import Picture
    from heard.cases.attachment.models import Attachment
    from heard.cases.case.models import Case, Words
    from heard.cases.concern.models import Concern
    from heard.cases.missing.models import Episode
    from heard.cases.plan.models import Plan
    from heard.cases.referral.models import Referral
    from heard.network.models import Involvement, Person
    from heard.network.queries import Strand

type Found = Iterator[tuple[str, Known]]

# Fields beside which it is laid who and what is around the child.
FROM_TIES = frozenset(
    (
        "family", "where-exploitation-happened-other-uk-other-location", "who-exploited-pv",
        "other-potential-victims-yes-details", "other-potential-victims-not-sure-details",
    )
)  # fmt: skip
_FAMILY = (
    "mother", "father", "parent", "sister", "brother", "sibling", "aunt", "uncle", "grand", "cousin", "family", "carer",
    "guardian",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What the record says: an answer as `questions` describes it, where in the record, and the page that shows it.

    `fills`: whether it begins the answer, or is only laid beside the box. `choices`: the files to choose from.
    """

    value: Any
    where: str
    href: str = ""
    fills: bool = True
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """All that is read of the record: a fixed number of queries, however much there is. No restricted people around the
    child, and of ties what may leave as a fact: others read a referral, who may not know of them."""

    writer: User
    case: Case
    person: Person
    involved: list[Involvement]
    around: list[Strand]
    assessment: Assessment | None
    seen: Picture | None
    words: list[Words]
    worries: list[Concern]
    episodes: list[Episode]
    plan: Plan | None
    files: list[Attachment]
    today: date

    @property
    def childs_page(self) -> str:
        return reverse("child", kwargs={"person_id": self.person.pk})

    @property
    def age(self) -> int | None:
        born = self.person.birth_date
        if born is None:
            return None
        return self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day))


def record_for(user: User, referral: Referral) -> Record:
    """Raises `Hidden` unless the user may see the child. The answers about who refers are those of the writer."""
    person_id = referral.case.person_id
    signed = latest_signed(user, referral.case_id)
    assessment = assessment_visible_to(user, signed.pk) if signed else None
    agreed = agreed_plan(user, referral.case_id)
    return Record(
        writer=referral.writer,
        case=referral.case,
        person=person_visible_to(user, person_id, level=Level.EVERYTHING),
        involved=list(involvements_of(user, person_id)),
        around=web(user, leaving=True).facts_around(person_id),
        assessment=assessment,
        seen=picture(assessment) if assessment else None,
        words=list(words_of(user, person_id)),
        worries=list(concerns_of(user, person_id)),
        episodes=list(episodes_of(user, person_id)),
        plan=plan_visible_to(user, agreed.pk) if agreed else None,
        files=[file for file in attachments_around(user, person_id) if file.withdrawn_at is None],
        today=timezone.localdate(),
    )


def known_of(user: User, referral: Referral) -> dict[str, Known]:
    """What the record says now, by field id. What it does not say is not there."""
    record = record_for(user, referral)
    return {name: known for gather in _GATHERERS for name, known in gather(record) if known.value}


def _referrer(record: Record) -> Found:
    you, team = record.writer, record.writer.team
    where = _("the account of %(person)s") % {"person": you}
    yield "reference", Known(record.case.reference, _("the case"), record.childs_page)
    yield "fr-details-first-name", Known(you.first_name, where)
    yield "fr-details-last-name", Known(you.last_name, where)
    yield "fr-details-role", Known(", ".join(you.roles), where, fills=False)
    if team:
        yield "user-organisation", Known(team.agency.name, where)
        yield (
            "fr-details-phone",
            Known(team.duty_phone, _("the duty phone of %(team)s") % {"team": team.name}),
        )
    worker, account = _worker(record)
    if worker and worker.pk != you.pk:
        yield "fr-alternative-contact", Known(worker.email, account)


def _worker(record: Record) -> tuple[Any, str]:
    """Whoever is allocated to the case, or else whom the child counts on; and where that is known from."""
    if record.case.allocated_worker:
        return record.case.allocated_worker, _("the account of the allocated worker")
    return record.case.trusted_worker, _("the account of the trusted worker")


def _age(record: Record) -> Found:
    if record.age is None:
        yield "pv-under-age", Known("not-sure", _("there is no date of birth"), record.childs_page)
        return
    said = "yes" if record.age < 18 else "no"
    where = _("the date of birth, %(date)s") % {"date": day(record.person.birth_date)}
    yield "pv-under-age", Known(said, where, record.childs_page)
    first = min((sign.seen_on for sign in _signs(record) if sign.seen_on), default=None)
    if said == "no" and first and (first.year - record.person.birth_date.year) < 18:  # type: ignore[union-attr]
        where = _("a sign seen on %(date)s, before the year of the 18th birthday") % {"date": day(first)}
        yield "pv-under-age-at-time-of-exploitation", Known("yes", where, _assessment_page(record))


def _authority(record: Record) -> Found:
    team = record.case.lead_team
    if team.agency.kind != "social_care":
        return
    where = _("the team that leads the case")
    stem = "local-authority-contacted-about-child-local-authority"
    yield f"{stem}-name", Known(team.agency.name, where, record.childs_page)
    yield f"{stem}-phone", Known(team.duty_phone, where, record.childs_page)
    worker, where = _worker(record)
    if worker:
        yield f"{stem}-first-name", Known(worker.first_name, where, record.childs_page)
        yield f"{stem}-last-name", Known(worker.last_name, where, record.childs_page)
        yield f"{stem}-email", Known(worker.email, where, record.childs_page)


def _background(record: Record) -> Found:
    people = [tie for tie in record.around if tie.end == "person"]
    family = [tie for tie in people if any(word in tie.kind.casefold() for word in _FAMILY)]
    where = _("ties around the child")
    yield "family", Known(_said(tie_in_referral(tie) for tie in family), where, record.childs_page)
    if not family:
        yield (
            "family",
            Known(_said(tie_in_referral(tie) for tie in people), where, record.childs_page, fills=False),
        )
    schools = [row for row in record.involved if row.agency.kind == "education"]
    where = _("agencies that are involved")
    yield "education", Known(_said(map(involvement_in_referral, schools)), where, record.childs_page)
    others = [row for row in record.involved if row.agency.pk != _own_agency(record)]
    yield "are-others-involved", Known("yes" if others else "", where, record.childs_page)
    yield (
        "are-others-involved-details",
        Known(_said(map(involvement_in_referral, others)), where, record.childs_page),
    )


def _what_happened(record: Record) -> Found:
    days = sorted(sign.seen_on for sign in _signs(record) if sign.seen_on)
    page = _assessment_page(record)
    times = [pattern_in_referral(label, row) for label, row in _patterns(record)]
    if days:
        times.append(say(_("Signs were seen from %(first)s to %(last)s."), first=days[0], last=days[-1]))
    where = _("the signed assessment")
    for name in ("when-did-the-exploitation-take-place", "when-did-the-exploitation-take-place-multiple"):
        yield name, Known(_said(times), where, page)
    told = put(joined(*(worry_in_referral(worry) for worry in reversed(record.worries)), by="\n\n"))
    beside = Known(told, _("worries, the first one first"), _first_worry(record), fills=False)
    for name in ("how-did-the-exploitation-start", "what-were-they-required-to-do", "how-they-were-treated"):
        yield name, beside
    away = _said(map(episode_in_referral, reversed(record.episodes)))
    journey = "were-they-taken-somewhere-by-their-exploiter-journey-details"
    yield journey, Known(away, _("times when the child was missing"), record.childs_page, fills=False)
    references = _said(episode.police_reference for episode in record.episodes)
    where = _("references of the police for times when the child was missing")
    yield "reported-to-police-crime-reference", Known(references, where, record.childs_page, fills=False)


def _insight(record: Record) -> Found:
    page, where = _assessment_page(record), _("the signed assessment")
    signs = [sign_in_referral(one.entry.label, one.seen) for one in _marked(record)]
    patterns = [f"{label}: {row.reason}" for label, row in _patterns(record)]
    if signs or patterns:
        yield "modern-slavery-indicators", Known("yes", where, page)
        yield "modern-slavery-indicators-details", Known(_said([*signs, *patterns]), where, page)
    if record.assessment:
        yield "professional-insight", Known(record.assessment.judgement, where, page)
    if patterns:
        yield (
            "types-of-exploitation-child-exploitation",
            Known("yes", _("patterns that the assessment recognises"), page),
        )
    heard = _said(map(hearing_in_referral, reversed(record.words)))
    where = _("when the child was heard, and by whom")
    yield "where-how-interview-carried-out", Known(heard, where, record.childs_page)
    foreign = [word for word in record.words if word.how == "interpreter" or word.language]
    if foreign:
        where = _("words that were said in another language or through an interpreter")
        spoken = ", ".join(dict.fromkeys(words.language for words in foreign if words.language))
        yield "pv-interpreter-requirements", Known("yes", where, record.childs_page)
        yield "pv-interpreter-requirements-language", Known(spoken, where, record.childs_page)


def _around(record: Record) -> Found:
    where = _("ties around the child")
    places = _said(tie_in_referral(tie) for tie in record.around if tie.end == "place")
    name = "where-exploitation-happened-other-uk-other-location"
    yield name, Known(places, _("places around the child"), record.childs_page, fills=False)
    beside = _said(tie_in_referral(tie) for tie in record.around if tie.end != "place")
    yield "who-exploited-pv", Known(beside, where, record.childs_page, fills=False)
    for name in ("other-potential-victims-yes-details", "other-potential-victims-not-sure-details"):
        yield name, Known(beside, where, record.childs_page, fills=False)
    if record.plan:
        texts = [f"{outcome.text} {outcome.where_we_are}".strip() for outcome in record.plan.outcomes.all()]
        page = reverse("plan", kwargs={"plan_id": record.plan.pk})
        yield "future-exploitation-reasons", Known(_said(texts), _("the plan"), page, fills=False)


def _person(record: Record) -> Found:
    person, page, where = record.person, record.childs_page, _("the child’s page")
    yield "pv-name-first-name", Known(person.given_name, where, page)
    yield "pv-name-last-name", Known(person.family_name, where, page)
    yield "pv-name-nickname", Known(person.known_as, where, page)
    yield "pv-dob", Known(person.birth_date.isoformat() if person.birth_date else "", where, page)
    yield "pv-gender", Known({"F": "female", "M": "male"}.get(person.sex, ""), where, page)
    homes = [home for home in person.addresses.all() if home.until is None]
    if homes:
        now = max(homes, key=lambda home: home.since or date.min)
        yield "pv-contact-details-street", Known(now.line, where, page)
        yield "pv-contact-details-postcode", Known(now.postcode, where, page)
        line = ", ".join(part for part in (now.line, now.postcode) if part)
        yield "current-pv-location-uk-city", Known(line, where, page, fills=False)


def _files(record: Record) -> Found:
    names = {str(file.pk): put(file_in_referral(file)) for file in record.files}
    where = _("files of the record, with the day on which each was added")
    yield "upload-file", Known(list(names), where, record.childs_page, fills=False, choices=names)
    yield "what-evidence-you-will-submit", Known(_said(names.values()), where, record.childs_page)


_GATHERERS: tuple[Callable[[Record], Found], ...] = (
    _referrer, _age, _authority, _background, _what_happened, _insight, _around, _person, _files,
)  # fmt: skip


def _own_agency(record: Record) -> uuid.UUID | None:
    return record.writer.team.agency_id if record.writer.team else None


def _assessment_page(record: Record) -> str:
    if record.assessment is None:
        return record.childs_page
    return reverse("assessment", kwargs={"assessment_id": record.assessment.pk})


def _first_worry(record: Record) -> str:
    if not record.worries:
        return record.childs_page
    return reverse("concern", kwargs={"concern_id": record.worries[-1].pk})


def _marked(record: Record) -> list[Any]:
    """Signs of the signed assessment that were seen, the first seen first."""
    signs = (
        [sign for sign in record.seen.signs if sign.seen and sign.seen.state == "seen"] if record.seen else []
    )
    return sorted(signs, key=lambda sign: sign.seen.seen_on or date.min)


def _signs(record: Record) -> list[Any]:
    return [one.seen for one in _marked(record)]


def _patterns(record: Record) -> list[tuple[str, Any]]:
    """Each pattern that the authors recognise, by its label, once for each time and setting."""
    found = record.seen.patterns if record.seen else []
    return [(one.entry.label, row) for one in found for row in one.chosen]


def _said(texts: Iterable[Text]) -> str:
    return put(lines(*texts))
