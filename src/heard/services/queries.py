"""What may be read of services and local procedures: all of it by whoever is signed in. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.services import procedures, rules
from heard.services.apart import read_apart
from heard.services.models import (
    Procedure,
    ProcedureEdition,
    ProcedureReading,
    Service,
    ServiceArea,
    ServiceImport,
)
from heard.services.needs import need_labels
from heard.services.profile import Issue, Outcome, ServiceRow

if TYPE_CHECKING:
    from heard.agencies.models import User

FEW: Final = 4  # services beside a piece of work
_CONSIDERED: Final = 20  # of which those that are open now come first


@dataclass(frozen=True)
class Wanted:
    """What is looked for. '' or None where it does not matter. `area`: words of its name; `lives`: of an address, as
    `rules.lives_words`: services of other areas come last, and none is left out by it. `speaks`: languages that are not what everybody here speaks, as
    `rules.languages_to_find`: services in one of them come before others, and none is left out by it. `unmarked`: only those that have no need
    marked. `every_status`: closed ones too, for who keeps the directory."""

    words: str = ""
    age: int | None = None
    area: str = ""
    need: str = ""
    language: str = ""
    lives: str = ""
    speaks: tuple[str, ...] = ()
    unmarked: bool = False
    every_status: bool = False


class _Said(dict[str, Any]):
    """A thing of a document as templates read it: what it does not say is ''."""

    def __missing__(self, _name: str) -> str:
        return ""


def _said(thing: Any) -> Any:
    if isinstance(thing, dict):
        return _Said({name: _said(value) for name, value in thing.items()})
    return [_said(one) for one in thing] if isinstance(thing, list) else thing


@dataclass(frozen=True)
class Shown:
    """A service as a page shows it on a day and at an hour."""

    service: Service
    at: datetime

    @cached_property
    def document(self) -> dict[str, Any]:
        said: dict[str, Any] = _said(self.service.document)
        return said

    @cached_property
    def facts(self) -> rules.Facts:
        return rules.facts_of(self.service.document)

    @property
    def is_offered(self) -> bool:
        return rules.is_offered(self.service.status)

    @property
    def is_stale(self) -> bool:
        return rules.is_stale(self.service.assured_on, today=self.at.date())

    @property
    def again_on(self) -> date | None:
        """The last day on which what was checked still counts; of what comes with Heard, the day by which somebody looks at it again."""
        assured = self.service.assured_on and rules.year_after(self.service.assured_on)
        return self.service.recheck_on or assured

    @property
    def opening(self) -> rules.Open:
        return rules.opening(self.service.document.get("schedules", ()), at=self.at)

    @property
    def hours(self) -> list[tuple[list[str], str, str]]:
        """Of each schedule its days as codes or as they came, its hours ('all' for day and night), and what else is said."""
        rows = self.document.get("schedules", ())
        return [
            (_days_said(row), _hours_said(row), f"{row['description']} {row['notes']}".strip())
            for row in rows
        ]

    @property
    def needs(self) -> list[str]:
        return [str(Service.Need(need).label) for need in needs_of(self.service)]

    @property
    def phones(self) -> list[str]:
        return [one["number"] for one in self.document.get("phones", ())]

    @property
    def places(self) -> list[dict[str, Any]]:
        rows = self.document.get("service_at_locations", ())
        return [row["location"] for row in rows if "location" in row]

    @property
    def url(self) -> str:
        address: str = self.document.get("url") or self.document.get("organization", {}).get("website", "")
        return address


def _days_said(one: Any) -> list[str]:
    days = rules.week_days(one)
    return [name.strip() for name in one["byday"].split(",") if name.strip()] if days is None else list(days)


def _hours_said(one: Any) -> str:
    if rules.is_all_day(one):
        return "all"
    return f"{one['opens_at'][:5]}–{one['closes_at'][:5]}" if one["opens_at"] else ""


def needs_of(service: Service) -> tuple[str, ...]:
    """Those that are kept of it, in the order of all needs."""
    there = set(service.needs.strip("|").split("|"))
    return tuple(need.value for need in rules.Need if need.value in there)


def may_keep(user: User) -> bool:
    return user.may(May.KEEP_SERVICES)


def services_alone(user: User) -> QuerySet[Service]:
    """As `services_visible_to`, without the file and the person behind each: to lock, compare and count them."""
    return Service.objects.all() if user.may(May.SIGNED_IN) else Service.objects.none()


def services_visible_to(user: User) -> QuerySet[Service]:
    """All of them, for whoever is signed in; closed ones too, which only their own pages and who keeps them show. The report of the
    file that each came from is not read with it."""
    return services_alone(user).select_related("source", "changed_by").defer("source__rows")


def service_for(user: User, service_id: uuid.UUID) -> Service:
    """One of them, or `Hidden`."""
    found = services_visible_to(user).filter(pk=service_id).first()
    if found is None:
        raise Hidden
    return found


def found(user: User, wanted: Wanted, *, today: date) -> QuerySet[Service]:
    """Services that fit, those first that somebody assured within a year. Closed ones only for who keeps the directory and asks
    for them."""
    rows = services_visible_to(user)
    if not (wanted.every_status and may_keep(user)):
        rows = rows.filter(status=Service.Status.ACTIVE)
    for word in wanted.words.casefold().split():
        rows = rows.filter(search__contains=word)
    if wanted.age is not None:
        rows = rows.filter(
            Q(minimum_age=None) | Q(minimum_age__lte=wanted.age),
            Q(maximum_age=None) | Q(maximum_age__gte=wanted.age),
        )
    areas = ServiceArea.objects.filter(service=OuterRef("pk"))
    if place := rules.place_words(wanted.area).strip():
        there = Exists(areas.filter(name__contains=place))
        rows = rows.filter(Q(is_everywhere=True) | there | ~Exists(areas))
    if wanted.unmarked:
        rows = rows.filter(needs="")
    if wanted.need:
        rows = rows.filter(needs__contains=f"|{wanted.need}|")
    if wanted.language.strip():
        rows = rows.filter(languages__contains=wanted.language.strip().casefold())
    is_here: Any = Value(value=False, output_field=BooleanField())
    is_elsewhere: Any = is_here
    if wanted.lives:
        is_here = Exists(areas.alias(lives=Value(wanted.lives)).filter(lives__contains=F("name")))
        is_elsewhere = Case(
            When(Q(is_everywhere=True) | is_here | ~Exists(areas), then=Value(value=False)),
            default=Value(value=True),
            output_field=BooleanField(),
        )
    spoken = Q()
    for language in wanted.speaks:
        spoken |= Q(languages__contains=f"|{language}|")
    speaks: Any = Case(When(spoken, then=0), default=1) if wanted.speaks else Value(1)
    fresh = today - rules.ASSURED_FOR
    is_fresh = Case(When(assured_on__gte=fresh, assured_on__lte=today, then=0), default=1)
    rows = rows.annotate(is_here=is_here, is_elsewhere=is_elsewhere, unspoken=speaks)
    return rows.order_by("is_elsewhere", "unspoken", is_fresh, "-is_here", "name", "pk")


def to_recheck(user: User) -> QuerySet[Service]:
    """National help that came with Heard and whose day to look at it again has come, for who keeps the directory; the longest ago first."""
    rows = services_alone(user) if may_keep(user) else Service.objects.none()
    due = rows.filter(status=Service.Status.ACTIVE, recheck_on__lte=timezone.localdate())
    return due.order_by("recheck_on", "name", "pk")


def without_a_need(user: User) -> int:
    """How many services that are offered have no need marked, so that no need finds them."""
    return services_alone(user).filter(status=Service.Status.ACTIVE, needs="").count()


def shown(user: User, rows: Collection[Service]) -> list[Shown]:
    """As they are at this moment. Nothing is asked of the database."""
    now = timezone.localtime()
    return [Shown(row, now) for row in rows] if user.may(May.SIGNED_IN) else []


@dataclass(frozen=True)
class Beside:
    """What stands beside a piece of work: the few services that fit, and the procedures of it. `wanted`: by what they were chosen;
    `by_need`: for each need with which any helps its words, its value, and the few that come first; `unmarked`: how many fit the age
    and have no need marked, so that they are not among these; None where that was not counted."""

    services: list[Shown]
    procedures: list[Now]
    wanted: Wanted
    is_more: bool = False
    more_procedures: bool = False
    by_need: list[tuple[str, str, list[Shown]]] = field(default_factory=list)
    unmarked: int | None = None


def beside(user: User, kind: str, wanted: Wanted, first: Collection[str] = ()) -> Beside:
    """Beside work of a kind (`procedures.Beside`; '' for no procedures). `first`: needs of which some services help with one come
    first, and those for which none is marked are left out; without it, all that fit `wanted`. At most three questions to the database."""
    local = procedures_beside(user, kind) if kind else Local([], is_more=False)
    if first and not wanted.need:
        return _beside_by_need(user, wanted, list(first), local)
    rows = list(found(user, wanted, today=timezone.localdate())[: _CONSIDERED + 1])
    fitting = shown(user, rows[:_CONSIDERED])
    fitting.sort(key=_order)
    unmarked = without_a_need(user) if wanted.need else None
    more = len(rows) > FEW
    return Beside(fitting[:FEW], local.rows, wanted, more, local.is_more, unmarked=unmarked)


def _order(one: Shown) -> tuple[bool, int, bool, bool]:
    elsewhere: bool = getattr(one.service, "is_elsewhere", False)
    unspoken: int = getattr(one.service, "unspoken", 1)
    return elsewhere, unspoken, one.is_stale, one.opening is not rules.Open.NOW


def _beside_by_need(user: User, wanted: Wanted, first: list[str], local: Local) -> Beside:
    """Chosen by key, need and place; only of the chosen ones all is read."""
    fits = found(user, wanted, today=timezone.localdate())
    all_rows = list(fits.values_list("pk", "needs", "is_elsewhere", "unspoken"))  # type: ignore[misc]
    rows = [row for row in all_rows if row[1]]

    def rank(needs: str) -> int:
        return next((number for number, need in enumerate(first) if f"|{need}|" in needs), len(first))

    ranks = {pk: (elsewhere, rank(needs), unspoken) for pk, needs, elsewhere, unspoken in rows}
    ahead = sorted(ranks, key=lambda pk: ranks[pk])[:_CONSIDERED]
    of_needs = {need: [row[0] for row in rows if f"|{need.value}|" in row[1]][:FEW] for need in Service.Need}
    keys = {*ahead, *(pk for some in of_needs.values() for pk in some)}
    there = services_visible_to(user).filter(pk__in=keys) if keys else []
    by_key = {one.service.pk: one for one in shown(user, list(there))}
    ahead.sort(key=lambda pk: (*ranks[pk], by_key[pk].is_stale, by_key[pk].opening is not rules.Open.NOW))
    return Beside(
        [by_key[pk] for pk in ahead[:FEW]],
        local.rows,
        wanted,
        len(rows) > FEW,
        local.is_more,
        [
            (str(need.label), need.value, [by_key[pk] for pk in some])
            for need, some in of_needs.items()
            if some
        ],
        len(all_rows) - len(rows),
    )


def documents(user: User) -> list[dict[str, Any]]:
    """Every service as it came or was written, closed ones too, each with the needs that are kept of it."""
    labels = need_labels()
    rows = services_alone(user).only("document", "needs").order_by("pk")
    return [rules.with_needs(service.document, needs_of(service), labels) for service in rows]


# ---- files


@dataclass(frozen=True)
class Checked:
    """What would become of each row of a file, and which page of how many it says that it is."""

    rows: list[ServiceRow]
    page: int = 1
    pages: int = 1

    def count(self, *outcomes: Outcome) -> int:
        return sum(row.outcome in outcomes for row in self.rows)

    @property
    def kept(self) -> int:
        return self.count(Outcome.NEW, Outcome.CHANGED, Outcome.THERE, Outcome.CLOSED)


def check(user: User, content: bytes) -> Checked:
    """Nothing is written. Raises `profile.NotRead`; `Hidden` for who may not bring a file in."""
    if not may_keep(user):
        raise Hidden
    file = read_apart(content)
    compare(user, file.rows, services_alone(user))
    return Checked(file.rows, file.page, file.pages)


def compare(user: User, rows: list[ServiceRow], services: QuerySet[Service]) -> dict[uuid.UUID, Service]:
    """Says of each row what would become of it beside what is there of `services`, and gives those by key. What was said of that
    before is forgotten."""
    if not may_keep(user):
        raise Hidden
    for row in rows:
        row.again()
    there = {service.pk: service for service in services.filter(pk__in=[row.key for row in rows if row.key])}
    for row in rows:
        known = there.get(row.key) if row.key else None
        if known is not None:
            _compare(row, known)
    return there


def _compare(row: ServiceRow, known: Service) -> None:
    needs = tuple(need.value for need in rules.facts_of(row.document).needs)
    same_needs = known.needs_here or needs == needs_of(known)
    if known.document == row.document or (same_needs and rules.is_same(row.document, known.document)):
        row.outcome = Outcome.THERE
    elif known.source_id is None:
        row.say("by_hand", "id")
    elif known.changed_here and rules.closes(row.document, status=known.status):
        row.issues.append(Issue("closed_here", "status"))
        row.outcome = Outcome.CLOSED
    elif known.changed_here:
        row.say("changed_here", "id")
    else:
        row.outcome = Outcome.CHANGED


def imports_visible_to(user: User) -> QuerySet[ServiceImport]:
    rows = ServiceImport.objects.select_related("brought_by")
    return rows if may_keep(user) else rows.none()


def import_for(user: User, services_file_id: uuid.UUID) -> ServiceImport:
    """One of them, or `Hidden`."""
    one = imports_visible_to(user).filter(pk=services_file_id).first()
    if one is None:
        raise Hidden
    return one


# ---- procedures


@dataclass(frozen=True)
class Now:
    """A procedure with its latest edition. `read`: the edition that the reader last said they had read, else None."""

    procedure: Procedure
    edition: ProcedureEdition
    read: ProcedureEdition | None
    today: date

    @property
    def is_due(self) -> bool:
        return procedures.is_due(self.edition.review_on, today=self.today)

    @property
    def is_new(self) -> bool:
        """The reader read an edition before this one."""
        return self.read is not None and self.read.pk != self.edition.pk

    @property
    def works(self) -> list[str]:
        kinds = self.procedure.beside.strip("|").split("|")
        return [str(Procedure.Beside(kind).label) for kind in kinds]


def procedures_visible_to(user: User) -> QuerySet[Procedure]:
    """All of them, for whoever is signed in; those that were withdrawn too."""
    return Procedure.objects.all() if user.may(May.SIGNED_IN) else Procedure.objects.none()


def procedure_for(user: User, procedure_id: uuid.UUID) -> Procedure:
    """One of them, or `Hidden`."""
    one = procedures_visible_to(user).filter(pk=procedure_id).select_related("withdrawn_by").first()
    if one is None:
        raise Hidden
    return one


def procedures_found(user: User, words: str = "") -> QuerySet[Procedure]:
    """Those in force whose title, readers or changes hold each of these words."""
    rows = procedures_visible_to(user).filter(withdrawn_at=None)
    for word in words.split():
        says = ProcedureEdition.objects.filter(procedure=OuterRef("pk"), what_changed__icontains=word)
        rows = rows.filter(Q(title__icontains=word) | Q(whom_for__icontains=word) | Exists(says))
    return rows


def as_of_now(user: User, rows: QuerySet[Procedure], *, most: int) -> list[Now]:
    """Each with its latest edition that can be read and the one that the reader last read: one question."""
    latest = _readable(ProcedureEdition.objects.filter(procedure=OuterRef("procedure")))
    reading = ProcedureReading.objects.filter(user=user, edition__procedure=OuterRef("procedure"))
    editions = (
        ProcedureEdition.objects.filter(procedure__in=rows, pk=Subquery(latest.values("pk")[:1]))
        .select_related("procedure")
        .annotate(
            read_id=Subquery(reading.order_by("-edition__added_at", "-edition_id").values("edition_id")[:1]),
            read_name=Subquery(
                reading.order_by("-edition__added_at", "-edition_id").values("edition__edition")[:1]
            ),
        )
        .order_by("procedure__title", "pk")[:most]
    )
    today = timezone.localdate()
    return [Now(edition.procedure, edition, _read(edition), today) for edition in editions]


def _readable(editions: QuerySet[ProcedureEdition]) -> QuerySet[ProcedureEdition]:
    """The latest first; without one whose PDF is still being checked."""
    return editions.exclude(link="", file_id=None).order_by("-added_at", "-pk")


def _read(one: Any) -> ProcedureEdition | None:
    return ProcedureEdition(pk=one.read_id, edition=one.read_name) if one.read_id else None


def editions_visible_to(user: User) -> QuerySet[ProcedureEdition]:
    """Of every procedure, for whoever is signed in."""
    rows = ProcedureEdition.objects.select_related("procedure")
    return rows if user.may(May.SIGNED_IN) else rows.none()


def editions_to_complete(user: User) -> QuerySet[ProcedureEdition]:
    """To which who keeps procedures may attach the PDF: once."""
    rows = editions_visible_to(user).filter(file_id=None)
    return rows if may_keep(user) else rows.none()


def edition_for(user: User, procedure_id: uuid.UUID, edition: str) -> ProcedureEdition:
    """The edition of a procedure with this key, the latest where it is ''; `Hidden` where there is none, or none with a PDF."""
    rows = editions_visible_to(user).filter(procedure=procedure_id).order_by("-added_at", "-pk")
    if edition:
        is_key = edition.isascii() and edition.isdigit() and len(edition) < 19
        rows = rows.filter(pk=int(edition)) if is_key else rows.none()
    found = rows.first()
    if found is None or found.file_id is None:
        raise Hidden
    return found


@dataclass(frozen=True)
class Local:
    """The few procedures beside a piece of work, and whether there are more."""

    rows: list[Now]
    is_more: bool


def procedures_beside(user: User, kind: str) -> Local:
    rows = procedures_visible_to(user).filter(withdrawn_at=None, beside__contains=f"|{kind}|")
    some = as_of_now(user, rows, most=FEW + 1)
    return Local(some[:FEW], is_more=len(some) > FEW)


def editions_of(user: User, procedure: Procedure) -> list[Any]:
    """The latest first. `is_read`: whether the reader said so of it."""
    said = ProcedureReading.objects.filter(user=user, edition=OuterRef("pk"))
    rows = _readable(ProcedureEdition.objects.filter(procedure=procedure)).select_related("added_by")
    return list(rows.annotate(is_read=Exists(said)))


def since_read(user: User, editions: list[Any]) -> list[Any]:
    """Of editions of one procedure, the latest first: those after the one that the reader read last. None where they read none."""
    for number, edition in enumerate(editions):
        if edition.is_read:
            return editions[:number]
    return []
