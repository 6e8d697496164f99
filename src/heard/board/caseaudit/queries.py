"""Draws of cases for an audit, what their readers see, and what came of them. `user` is always the first argument.

Whoever sees audits sees how a sample was drawn and what its readers agreed on, and no record. The readers see the cases; each what the
other said once both have read.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from heard.agencies.queries import acted_on, workers
from heard.agencies.rules import Hidden, May
from heard.board import queries as board
from heard.board.caseaudit import rules
from heard.board.models import CaseDraw, CaseReader, CaseReading, CaseSample
from heard.cases.case.queries import Drawable, close_to, names_around
from heard.network.queries import not_kept_out, people_visible_to, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.board.models import Audit


@dataclass(frozen=True)
class Again:
    """A draw, drawn once more from what is kept of it. `is_same`: it gives the cases that were read, and the list from which it was drawn
    is the one of which the fingerprint was kept. `gone`: cases of the sample whose record was destroyed since."""

    is_same: bool
    gone: int


@dataclass(frozen=True)
class Progress:
    """Of the cases of a sample: which `are_read` by both readers, which `cannot` be, and which are `settled`: all answers are the same,
    or the two have agreed on the others."""

    sample: list[CaseSample]
    cannot: set[uuid.UUID]
    said: dict[uuid.UUID, dict[int, CaseReading]]

    @property
    def to_read(self) -> list[CaseSample]:
        return [sample for sample in self.sample if sample.pk not in self.cannot]

    def both(self, sample: CaseSample) -> list[CaseReading]:
        """What both said, the first to read first; nothing before both have."""
        found = list(self.said.get(sample.pk, {}).values())
        return found if len(found) == 2 else []

    def differ(self, sample: CaseSample) -> list[str]:
        both = self.both(sample)
        return rules.differing(both[0].said, both[1].said) if both else []

    def is_settled(self, sample: CaseSample) -> bool:
        return bool(self.both(sample)) and (not self.differ(sample) or sample.confirmed_at is not None)

    @property
    def settled(self) -> list[CaseSample]:
        return [sample for sample in self.sample if self.is_settled(sample)]

    def answers(self, number: int) -> Counter[str]:
        """How often each answer was given to one question, in the cases that are settled."""
        found = []
        for sample in self.settled:
            first, second = self.both(sample)
            found.append(rules.settled(first.said, second.said, sample.agreed)[str(number)])
        return Counter(found)


def draws_visible_to(user: User) -> QuerySet[CaseDraw]:
    """Every draw, those set aside too, the latest first. For those who see audits."""
    rows = CaseDraw.objects.select_related("audit", "drawn_by", "set_aside_by")
    rows = rows.prefetch_related("readers__user", "readers__agency")
    return rows if user.may(May.AUDIT) else rows.none()


def draws_of(user: User, audit: Audit) -> QuerySet[CaseDraw]:
    return draws_visible_to(user).filter(audit=audit)


def draw_of(user: User, draw_id: uuid.UUID) -> CaseDraw:
    """One of them, or `Hidden`."""
    found = draws_visible_to(user).filter(pk=draw_id).first()
    if found is None:
        raise Hidden
    return found


def draws_read_by(user: User) -> QuerySet[CaseDraw]:
    """Those of which this user is a reader and whose day has not passed."""
    rows = CaseDraw.objects.filter(
        readers__user=user, set_aside_at=None, due_on__gte=localdate(), audit__state="open"
    )
    rows = (
        rows.select_related("audit").defer("drawn_from").prefetch_related("readers__user", "readers__agency")
    )
    return rows if user.may(May.SEE_CHILD) else rows.none()


def draw_read_by(user: User, draw_id: uuid.UUID) -> CaseDraw:
    """One of them, or `Hidden`."""
    found = draws_read_by(user).filter(pk=draw_id).first()
    if found is None:
        raise Hidden
    return found


def draws_waiting_for(user: User) -> QuerySet[CaseDraw]:
    """Those of which this user is a reader, once the readers were given access, in which a case may wait for them."""
    mine = CaseSample.objects.filter(visible_through(user, "case__person"))
    return draws_read_by(user).filter(_waits_for(user, mine), opened_at__isnull=False).order_by("due_on")


def draws_near(user: User) -> QuerySet[CaseDraw]:
    """Draws without which there is none of them. Whether the user may see the cases is asked beside."""
    rows = CaseDraw.objects.order_by().filter(_waits_for(user, CaseSample.objects.all()), readers__user=user)
    return rows.filter(set_aside_at=None, opened_at__isnull=False)


def _waits_for(user: User, samples: QuerySet[CaseSample]) -> Q:
    read = CaseReading.objects.filter(sample=OuterRef("pk"), reader=user)
    mine = samples.filter(draw=OuterRef("pk"), is_shut=False)
    unsettled = mine.filter(Q(proposed_by=None) | ~Q(proposed_by=user), differs=True, confirmed_at=None)
    return Q(Exists(mine.filter(~Exists(read)))) | Q(Exists(unsettled))


def draws_to_open(user: User) -> QuerySet[CaseDraw]:
    """Those whose readers nobody has given access yet. For those who may."""
    rows = draws_visible_to(user).filter(
        opened_at=None, set_aside_at=None, due_on__gte=localdate(), audit__state="open"
    )
    return rows.order_by("due_on") if may_let_in(user) else rows.none()


def may_let_in(user: User) -> bool:
    return user.may(May.HOLD_AUDIT) and user.may(May.SEE_CHILD)


def who_can_read(user: User, audit: Audit) -> dict[str, tuple[User, Agency]]:
    """People who work with children in the agencies that take part, by key."""
    if not user.may(May.HOLD_AUDIT):
        return {}
    taking = {agency.pk: agency for agency in audit.agencies.all()}
    found = {}
    for worker in workers(user, May.SEE_CHILD):
        agency = taking.get(worker.team.agency_id) if worker.team else None
        if agency is not None:
            found[str(worker.pk)] = (worker, agency)
    return found


def strata_of(user: User, found: list[Drawable], draw: CaseDraw) -> dict[str, dict[str, uuid.UUID]]:
    """The cases by stratum: of each its tag in this draw and its key. For those who draw."""
    if not user.may(May.HOLD_AUDIT):
        raise Hidden
    strata: dict[str, dict[str, uuid.UUID]] = {}
    for one in found:
        values = {
            rules.By.SEX: one.sex,
            rules.By.AGE: rules.age_band(one.born, draw.until),
            rules.By.AGENCY: one.agency,
        }
        name = "|".join(values[rules.By(by)] for by in draw.strata) if draw.strata else rules.ONE
        strata.setdefault(name, {})[rules.tag_of(str(draw.pk), str(one.case_id))] = one.case_id
    return strata


def again(user: User, draw: CaseDraw) -> Again:
    """Draws it once more and compares. One query."""
    if not user.may(May.AUDIT):
        raise Hidden
    drawn = rules.drawn(draw.drawn_from, draw.seed, draw.size)
    kept = [(sample.number, sample.tag, str(sample.case_id)) for sample in draw.sample.all()]
    is_same = rules.fingerprint(draw.drawn_from) == draw.fingerprint and all(
        drawn[number - 1 : number] == [tag] and rules.tag_of(str(draw.pk), key) == tag
        for number, tag, key in kept
    )
    return Again(is_same, len(drawn) - len(kept))


def progress(user: User, draw: CaseDraw) -> Progress:
    """For those who see audits, and for its readers. A fixed number of queries."""
    readers = [reader.user for reader in draw.readers.all()]
    if not user.may(May.AUDIT) and user not in readers:
        raise Hidden
    sample = list(draw.sample.select_related("case"))
    said: dict[uuid.UUID, dict[int, CaseReading]] = {}
    for reading in CaseReading.objects.filter(sample__draw=draw).select_related("reader"):
        said.setdefault(reading.sample_id, {})[reading.reader_id] = reading
    cannot = {one.pk for one in sample if len(said.get(one.pk, {})) < 2}
    cannot &= _shut(user, readers, sample)
    return Progress(sample, cannot, said)


def _shut(user: User, readers: list[User], sample: list[CaseSample]) -> set[uuid.UUID]:
    """Cases that not both of these people may read: the record is not open to one, or one works with the child."""
    people = {one.case.person_id for one in sample}
    shut: set[uuid.UUID] = set()
    for reader in readers:
        seen = set(people_visible_to(reader).filter(pk__in=people).values_list("pk", flat=True))
        near = _near(user, reader, sample)
        shut |= {one.pk for one in sample if one.case.person_id not in seen or one.case_id in near}
    return shut


def _near(user: User, reader: User, sample: list[CaseSample]) -> set[uuid.UUID]:
    """Cases in which a reader is or was a worker, is in the team that leads, or did anything with the record but look: told a worry,
    decided, signed, wrote. Three queries."""
    by = user if user.may(May.HOLD_AUDIT) else reader
    people = [one.case.person_id for one in sample]
    acted = set(acted_on(by, reader, person_ids=people))
    near = close_to(by, reader, [one.case_id for one in sample])
    return near | {one.case_id for one in sample if one.case.person_id in acted}


def may_be_let_in(user: User, readers: list[CaseReader], sample: list[CaseSample]) -> set[uuid.UUID]:
    """Cases whose record nobody of these is kept out of, and with whose child none of them works. Three queries for each reader."""
    people, may = [one.case.person_id for one in sample], {one.pk for one in sample}
    for reader in (reader.user for reader in readers):
        free, near = not_kept_out(reader, people), _near(user, reader, sample)
        may &= {one.pk for one in sample if one.case.person_id in free and one.case_id not in near}
    return may


def works_with(user: User, sample: CaseSample) -> bool:
    """Whether this user works, or worked, with the child."""
    return bool(_near(user, user, [sample]))


def sample_read_by(user: User, sample_id: uuid.UUID) -> CaseSample:
    """A case that this user reads, or `Hidden`: one of a draw of theirs, whose record both readers may see and neither works with."""
    rows = CaseSample.objects.select_related("draw__audit", "case__person")
    found = rows.filter(pk=sample_id, draw__in=draws_read_by(user).order_by()).first()
    if found is None:
        raise Hidden
    if not people_visible_to(user).filter(pk=found.case.person_id).exists() or works_with(user, found):
        raise Hidden
    if found.pk in progress(user, found.draw).cannot:
        raise Hidden
    return found


def readings_for(user: User, sample: CaseSample) -> tuple[CaseReading | None, CaseReading | None]:
    """What this reader said of the case, and what the other did: None until both have."""
    rows = list(CaseReading.objects.filter(sample=sample).select_related("reader"))
    own = next((reading for reading in rows if reading.reader_id == user.pk), None)
    other = next((reading for reading in rows if reading.reader_id != user.pk), None)
    return own, other if own else None


def names_in(user: User, draw: CaseDraw) -> set[str]:
    """Names of the children of the sample that this reader sees, and of their workers."""
    return names_around(user, [sample.case_id for sample in draw.sample.all()])


def requirements_for(user: User, draw: CaseDraw) -> list[tuple[str, str]]:
    """What the audit asks, for a reader who attaches a finding: id and sentence."""
    if not user.may(May.AUDIT) and not draw.readers.filter(user=user).exists():
        raise Hidden
    return [
        (requirement.id, f"{requirement.id}: {requirement.label}")
        for requirement in board.requirements_of(draw.audit)
    ]


def reader_of(user: User, draw: CaseDraw) -> CaseReader | None:
    return next((reader for reader in draw.readers.all() if reader.user_id == user.pk), None)
