"""Audits of the partnership, and what is said in them. `user` is always the first argument. Nothing here is about a child."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from heard.agencies.queries import agencies_visible_to, colleagues_visible_to
from heard.agencies.rules import MAY, Hidden, May
from heard.board import rules
from heard.board.evidence import counted_for
from heard.board.figures.queries import sees_by_agency
from heard.board.models import Audit, AuditAction, AuditAnswer, AuditEvidence, SecondReading
from heard.board.own import queries as own
from heard.cases.attachment.queries import attachments_visible_to
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.cases.attachment.models import Attachment
    from heard.knowledge.model import Requirement, RequirementPack


@dataclass(frozen=True)
class AuditedRequirement:
    """A requirement in an audit: which agencies have to meet it, what each said, and what is done about it."""

    requirement: Requirement
    must: list[Agency]
    answers: dict[uuid.UUID, AuditAnswer]
    actions: list[AuditAction]
    is_met: bool
    evidence: list[AuditEvidence]
    before: bool | None = None  # whether it was met in the audit before; None where that did not ask it

    def shown_by(self, agency: Agency | None) -> list[AuditEvidence]:
        """What this agency attached, withdrawn too; None: what case audits found."""
        return [
            evidence for evidence in self.evidence if evidence.agency_id == (agency.pk if agency else None)
        ]

    @property
    def unanswered(self) -> list[Agency]:
        return [agency for agency in self.must if agency.pk not in self.answers]

    @property
    def is_disputed(self) -> bool:
        return any(answer.is_disputed for answer in self.answers.values())


@dataclass(frozen=True)
class Whole:
    """An audit with all that is in it. `met` of `asked` are met in full, by every agency that must: there is no other score."""

    audit: Audit
    agencies: list[Agency]
    rows: list[AuditedRequirement]
    carried: list[AuditAction] = field(default_factory=list)  # actions of audits before that are not finished

    @property
    def met(self) -> int:
        return sum(row.is_met for row in self.rows)

    @property
    def better(self) -> list[AuditedRequirement]:
        return [row for row in self.rows if row.is_met and row.before is False]

    @property
    def worse(self) -> list[AuditedRequirement]:
        return [row for row in self.rows if not row.is_met and row.before]

    def asked_of(self, agency: Agency) -> list[AuditedRequirement]:
        """What this agency has to meet."""
        return [row for row in self.rows if agency in row.must]

    def of_pack(self, pack: str) -> list[AuditedRequirement]:
        return [row for row in self.rows if row.requirement.pack == pack]

    def row(self, requirement_id: str) -> AuditedRequirement:
        return next(row for row in self.rows if row.requirement.id == requirement_id)


def audits_visible_to(user: User) -> QuerySet[Audit]:
    """The latest first. For the board, and for those who lead in an agency."""
    rows = Audit.objects.select_related("lead", "opened_by", "closed_by").prefetch_related("agencies", "own")
    return rows if user.may(May.AUDIT) else rows.none()


def audit_of(user: User, audit_id: uuid.UUID) -> Audit:
    """One of them, or `Hidden`."""
    found = audits_visible_to(user).filter(pk=audit_id).first()
    if found is None:
        raise Hidden
    return found


def packs_to_ask(user: User) -> tuple[RequirementPack, ...]:
    """What an audit that is opened now may ask: the packs of the newest release, and the partnership’s own where it has any."""
    packs = _packs(user, load.current().id)
    return packs if own.standing(user).exists() else packs[:-1]


def packs_of(user: User, audit: Audit) -> list[RequirementPack]:
    """Those that it asks, the partnership’s own last."""
    return [pack for pack in _packs(user, audit.release) if pack.id in audit.packs]


def _packs(user: User, release: str) -> tuple[RequirementPack, ...]:
    if not user.may(May.AUDIT):
        raise Hidden
    return (*load.release(release).requirement_packs, own.pack(user))


def requirements_of(audit: Audit) -> list[Requirement]:
    """Those of the knowledge, and after them the partnership’s own. Asks the database nothing where these were fetched with it."""
    asked = [
        requirement
        for requirement in load.release(audit.release).requirements
        if requirement.pack in audit.packs
    ]
    return asked + [own.as_asked(requirement) for requirement in audit.own.all()]


def requirement_of(audit: Audit, requirement_id: str) -> Requirement:
    """One of those that it asks, or `Hidden`."""
    found = next(
        (requirement for requirement in requirements_of(audit) if requirement.id == requirement_id), None
    )
    if found is None:
        raise Hidden
    return found


def whole(user: User, audit: Audit) -> Whole:
    """The audit with everything that was said in it. A fixed number of queries."""
    agencies, answers = list(audit.agencies.all()), _answers(audit)
    actions = list(audit.actions.select_related("owner"))
    evidence = list(evidence_visible_to(user).filter(audit=audit))
    before = _met_before(user, audit)
    rows = [
        _row(audit, requirement, agencies, answers, actions, evidence, before)
        for requirement in requirements_of(audit)
    ]
    return Whole(audit, agencies, rows, list(carried_into(user, audit)))


def counted(user: User, audit: Audit, asked: Iterable[Requirement]) -> dict[str, list[dict[str, Any]]]:
    """What Heard counts by itself that bears on each of these, by its id: while the audit is open as it is now, afterwards as it
    was when it was closed. By agency for those who see that. Some queries for each thing that is counted."""
    asked = list(asked)
    kept = (
        audit.counted if audit.state == rules.AuditState.CLOSED else _count(user, audit, asked, localdate())
    )
    if not sees_by_agency(user):
        kept = {name: {**one, "by_agency": []} for name, one in kept.items()}
    return {
        requirement.id: [kept[name] for name in requirement.evidence if name in kept] for requirement in asked
    }


def counted_at(user: User, audit: Audit, day: date) -> dict[str, dict[str, Any]]:
    """All that bears on what this audit asks, as it is kept when the audit is closed."""
    return _count(user, audit, requirements_of(audit), day, closes=True)


def _count(
    user: User, audit: Audit, asked: Iterable[Requirement], today: date, *, closes: bool = False
) -> dict[str, dict[str, Any]]:
    names = [name for requirement in asked for name in requirement.evidence]
    return counted_for(user, names, since=audit.since, until=audit.until, today=today, closes=closes)


def _answers(audit: Audit) -> dict[str, dict[uuid.UUID, AuditAnswer]]:
    found: dict[str, dict[uuid.UUID, AuditAnswer]] = {}
    readings = Prefetch("readings", SecondReading.objects.select_related("agency", "read_by"))
    rows = (
        audit.answers.filter(replaced_at=None).select_related("agency", "said_by").prefetch_related(readings)
    )
    for answer in rows:
        found.setdefault(answer.requirement, {})[answer.agency_id] = answer
    return found


def _row(
    audit: Audit,
    requirement: Requirement,
    agencies: list[Agency],
    answers: dict[str, dict[uuid.UUID, AuditAnswer]],
    actions: list[AuditAction],
    evidence: list[AuditEvidence],
    before: dict[str, bool],
) -> AuditedRequirement:
    must, said = having_to(audit, requirement, agencies), answers.get(requirement.id, {})
    return AuditedRequirement(
        requirement=requirement,
        must=must,
        answers=said,
        actions=[action for action in actions if action.requirement == requirement.id],
        is_met=_is_met(audit, requirement, agencies, said),
        evidence=[shown for shown in evidence if shown.requirement == requirement.id],
        before=before.get(requirement.id),
    )


def having_to(audit: Audit, requirement: Requirement, agencies: Iterable[Agency]) -> list[Agency]:
    """Which of these agencies have to meet it."""
    found = {taking.id for taking in rules.must(requirement, _taking(audit, agencies))}
    return [agency for agency in agencies if agency.pk in found]


def _taking(audit: Audit, agencies: Iterable[Agency]) -> list[rules.Taking]:
    return [rules.Taking(agency.pk, agency.kind, agency.pk == audit.lead_id) for agency in agencies]


def _is_met(
    audit: Audit, requirement: Requirement, agencies: Iterable[Agency], said: dict[uuid.UUID, AuditAnswer]
) -> bool:
    spoken = {key: rules.Said(answer.answer, answer.is_disputed) for key, answer in said.items()}
    return rules.is_met(rules.must(requirement, _taking(audit, agencies)), spoken)


def _met_before(user: User, audit: Audit) -> dict[str, bool]:
    """Of each requirement that the last closed audit before this one asked, whether it was met."""
    closed = audits_visible_to(user).filter(state=rules.AuditState.CLOSED, closed_at__lt=audit.opened_at)
    last = closed.order_by("-closed_at").first()
    if last is None:
        return {}
    agencies, answers = list(last.agencies.all()), _answers(last)
    return {
        requirement.id: _is_met(last, requirement, agencies, answers.get(requirement.id, {}))
        for requirement in requirements_of(last)
    }


def carried_into(user: User, audit: Audit) -> QuerySet[AuditAction]:
    """Actions of audits before this one that are not finished: they stand first."""
    rows = AuditAction.objects.filter(audit__in=audits_visible_to(user).order_by(), state=rules.Done.OPEN)
    return rows.filter(audit__opened_at__lt=audit.opened_at).select_related("owner", "audit")


def own_agencies(user: User) -> set[uuid.UUID]:
    """Keys of the agencies for which this user answers."""
    return user.agencies_where(May.AUDIT)


def answers_for(user: User, audit: Audit, requirement: Requirement) -> list[Agency]:
    """The agencies for which this user answers this requirement."""
    mine = own_agencies(user)
    return [agency for agency in having_to(audit, requirement, audit.agencies.all()) if agency.pk in mine]


def reads_for(user: User, answer: AuditAnswer) -> Agency | None:
    """The agency for which this user reads an answer a second time: another one that takes part."""
    mine = own_agencies(user)
    return next(
        (
            agency
            for agency in answer.audit.agencies.all()
            if agency.pk in mine and agency.pk != answer.agency_id
        ),
        None,
    )


def takes_part(user: User, audit: Audit) -> bool:
    return user.may(May.HOLD_AUDIT) or audit.agencies.filter(pk__in=own_agencies(user)).exists()


def answer_of(user: User, answer_id: uuid.UUID) -> AuditAnswer:
    """One that stands, or `Hidden`."""
    rows = AuditAnswer.objects.select_related("audit", "agency", "said_by")
    found = rows.filter(audit__in=audits_visible_to(user).order_by(), pk=answer_id, replaced_at=None).first()
    if found is None:
        raise Hidden
    return found


def evidence_visible_to(user: User) -> QuerySet[AuditEvidence]:
    """What is attached in the audits that this user sees, withdrawn too, the oldest first."""
    rows = AuditEvidence.objects.filter(audit__in=audits_visible_to(user).order_by())
    return rows.select_related("audit", "agency", "added_by", "withdrawn_by")


def evidence_of(user: User, evidence_id: uuid.UUID) -> AuditEvidence:
    """One of them, or `Hidden`."""
    found = evidence_visible_to(user).filter(pk=evidence_id).first()
    if found is None:
        raise Hidden
    return found


def evidence_to_complete(user: User) -> QuerySet[AuditEvidence]:
    """Documents that this user has added, to which the file is still to be attached."""
    rows = evidence_visible_to(user).filter(added_by=user, kind=rules.Shows.DOCUMENT, withdrawn_at=None)
    return rows.filter(audit__state=rules.AuditState.OPEN)


def files_of(user: User, found: Iterable[AuditEvidence]) -> dict[uuid.UUID, Attachment]:
    """The file of each of these documents, by its key. One query."""
    keys = [evidence.pk for evidence in found if evidence.kind == rules.Shows.DOCUMENT]
    rows = attachments_visible_to(user).filter(evidence__in=keys) if keys else []
    return {attachment.evidence_id: attachment for attachment in rows if attachment.evidence_id}


def is_attached(user: User, audit: Audit, requirement: str, agency: Agency) -> bool:
    """Whether something that is not withdrawn shows what this agency says."""
    return _standing(audit, requirement, agency).exists() if user.may(May.AUDIT) else False


def _standing(audit: Audit, requirement: str, agency: Agency | None) -> QuerySet[AuditEvidence]:
    return audit.evidence.filter(requirement=requirement, agency=agency, withdrawn_at=None)


def may_withdraw(user: User, evidence: AuditEvidence) -> bool:
    """Before a reason is given."""
    return rules.why_not_withdraw_evidence(**standing_of(user, evidence), why="given later") is None


def standing_of(user: User, evidence: AuditEvidence) -> dict[str, bool]:
    """What the rule on withdrawing asks."""
    return {
        "is_own": evidence.agency_id in own_agencies(user) or evidence.added_by_id == user.pk,
        "may_hold": user.may(May.HOLD_AUDIT),
        "is_open": evidence.audit.state == rules.AuditState.OPEN,
        "is_withdrawn": evidence.withdrawn_at is not None,
        "rests_on_it": _rests_on(evidence),
    }


def _rests_on(one: AuditEvidence) -> bool:
    """Whether an answer “met” stands of which nothing else says what shows it."""
    met = one.audit.answers.filter(
        requirement=one.requirement, agency=one.agency, answer=rules.Answer.MET, evidence="", replaced_at=None
    )
    others = _standing(one.audit, one.requirement, one.agency).exclude(pk=one.pk)
    return one.agency_id is not None and met.exists() and not others.exists()


def said_before(user: User, audit: Audit, requirement: str) -> QuerySet[AuditAnswer]:
    """Answers that another has replaced, the latest first."""
    rows = audit.answers.filter(requirement=requirement, replaced_at__isnull=False)
    rows = rows.select_related("agency", "said_by").prefetch_related("readings__agency")
    return rows.order_by("-said_at") if user.may(May.AUDIT) else rows.none()


def action_of(user: User, audit_action_id: uuid.UUID) -> AuditAction:
    rows = AuditAction.objects.select_related("audit", "owner", "finished_by")
    found = rows.filter(
        Q(audit__in=audits_visible_to(user).order_by()) | Q(owner=user), pk=audit_action_id
    ).first()
    if found is None or not user.may(May.SIGNED_IN):
        raise Hidden
    return found


def actions_due(user: User) -> QuerySet[AuditAction]:
    """What this user said they would do about what an audit found, first due first."""
    return AuditAction.objects.filter(owner=user, state=rules.Done.OPEN).select_related("audit")


def to_answer(user: User) -> QuerySet[Audit]:
    """Open audits in which an agency of this user takes part."""
    return (
        audits_visible_to(user)
        .filter(state=rules.AuditState.OPEN, agencies__in=own_agencies(user))
        .distinct()
    )


def who_answers(user: User, audit: Audit) -> dict[uuid.UUID, list[User]]:
    """Of each agency that takes part, by its key, the people who answer for it. One query."""
    leading = [role for role, allowed in MAY.items() if May.AUDIT in allowed]
    rows = colleagues_visible_to(user).filter(
        memberships__role__in=leading, memberships__team__agency__in=audit.agencies.all()
    )
    found: dict[uuid.UUID, list[User]] = {}
    for row in rows.annotate(answers_in=F("memberships__team__agency")):
        people = found.setdefault(row.answers_in, [])
        if row not in people:
            people.append(row)
    return found if user.may(May.AUDIT) else {}


def sees_agency(user: User, agency: Agency) -> bool:
    """Whether this user reads on one page all that an agency says in an audit: who holds audits, and who answers for it."""
    return user.may(May.HOLD_AUDIT) or agency.pk in own_agencies(user)


def agency_of(user: User, audit: Audit, agency_id: uuid.UUID) -> Agency:
    """One that takes part, and that this user may look at alone; or `Hidden`."""
    found = next((agency for agency in audit.agencies.all() if agency.pk == agency_id), None)
    if found is None or not sees_agency(user, found):
        raise Hidden
    return found


def to_do_in(user: User, audit: Audit, agency: Agency) -> dict[str, list[AuditAction]]:
    """By requirement, the actions that are not finished of people who work in this agency. One query."""
    of_it = Q(owner__memberships__team__agency=agency, state=rules.Done.OPEN)
    found: dict[str, list[AuditAction]] = {}
    for action in audit.actions.filter(of_it).distinct() if sees_agency(user, agency) else []:
        found.setdefault(action.requirement, []).append(action)
    return found


def who_can_own(user: User, audit: Audit) -> dict[str, tuple[User, str]]:
    """People of the agencies that take part, by key."""
    rows = colleagues_visible_to(user).filter(memberships__team__agency__in=audit.agencies.all()).distinct()
    return {str(user.pk): (user, str(user)) for user in rows} if user.may(May.AUDIT) else {}


def who_can_take_part(user: User) -> dict[str, tuple[Agency, str]]:
    """Every agency, by key; beside its name whether anybody there can answer."""
    leading = [role for role, allowed in MAY.items() if May.AUDIT in allowed]
    people = colleagues_visible_to(user).filter(memberships__role__in=leading)
    answered = set(people.values_list("memberships__team__agency", flat=True))
    return {
        str(agency.pk): (agency, agency.name) for agency in agencies_visible_to(user) if agency.pk in answered
    }


def trend(user: User) -> tuple[list[Audit], list[tuple[Requirement, list[bool | None]]]]:
    """Closed audits, the latest first and four at most, and for each requirement whether it was met in each; None where it was
    not asked."""
    closed: list[Any] = list(audits_visible_to(user).filter(state=rules.AuditState.CLOSED)[:4])
    met = []
    for audit in closed:
        agencies, answers = list(audit.agencies.all()), _answers(audit)
        met.append(
            {
                requirement.id: _is_met(audit, requirement, agencies, answers.get(requirement.id, {}))
                for requirement in requirements_of(audit)
            }
        )
    asked = {
        requirement.id: requirement for audit in reversed(closed) for requirement in requirements_of(audit)
    }
    return closed, [(requirement, [found.get(key) for found in met]) for key, requirement in asked.items()]
