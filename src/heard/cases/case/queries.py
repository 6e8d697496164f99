"""What pages and later stages may read about cases, words, warnings and drafts. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from heard.agencies.queries import (
    colleagues_visible_to,
    looks_at,
    memberships_with,
    teams_visible_to,
    who_are,
    workers,
)
from heard.agencies.rules import MAY, Hidden, May
from heard.cases.case.counting import LED_BY, Counting
from heard.cases.case.models import (
    AllocatedWorker,
    Case,
    CasePeriod,
    Death,
    NotHeard,
    RestrictionNews,
    TrustedWorker,
    WarningNote,
    WarningReview,
    Words,
)
from heard.cases.case.notices.addressees import away_on, on_duty
from heard.cases.case.notices.queries import urgent_of_others, who_had_a_notice
from heard.cases.case.rules import (
    AFTER_DEATH,
    BY_CHILD,
    LEADS,
    POINTED,
    SPOKE_SELF,
    STATUTORY,
    Counted,
    Kept,
    Responsible,
    why_not_allocate,
    why_not_assign,
    why_not_own,
    why_not_restrict_now,
)
from heard.cases.record.models import ChronologyChange
from heard.network.queries import (
    has_fact,
    involvements_of,
    may_be_named,
    off_the_list,
    people_visible_to,
    person_visible_to,
    sees,
    visible_through,
    who_decide,
)
from heard.network.queries import why_not_change_restriction as network_why_not
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import Team, User
    from heard.cases.case.notices.models import Notice
    from heard.network.models import Person


def cases_visible_to(user: User) -> QuerySet[Case]:
    """Cases of the children whom this user may see, open ones first, newest first."""
    rows = Case.objects.select_related("person", "lead_team__agency", "allocated_worker", "trusted_worker")
    return rows.filter(visible_through(user, "person")).order_by("-state", "-opened_at")


def case_visible_to(user: User, case_id: uuid.UUID) -> Case:
    """The case, or `Hidden`."""
    case = cases_visible_to(user).filter(pk=case_id).first()
    if case is None:
        raise Hidden
    return case


def my_cases(user: User) -> QuerySet[Case]:
    """Open cases to which this user is allocated, and those of the children whose trusted worker this user is."""
    return cases_visible_to(user).filter(working(user), state=Case.State.OPEN)


def working(user: User, path: str = "") -> Q:
    """Of rows that lead to a case by `path`: that this user is allocated to it, or the child counts on them."""
    return Q(**{f"{path}allocated_worker": user}) | Q(**{f"{path}trusted_worker": user})


def worked_in(user: User) -> QuerySet[Case]:
    """Keys of cases that a team of this user leads, or in which they are the child's worker: for conditions on what belongs to a case.
    The database finds these first, instead of asking it of each row. Whether the user may see the child is asked beside."""
    keys = Case.objects.order_by().values("pk")
    # Two conditions joined by "or" would have PostgreSQL walk through all cases.
    mine = keys.filter(lead_team__in=user.team_ids).union(keys.filter(working(user)))
    return Case.objects.order_by().filter(pk__in=mine).only("pk")


def led_by_own_agencies(user: User) -> QuerySet[Case]:
    """Open cases led by the agencies in which this user sees the team."""
    rows = cases_visible_to(user).filter(state=Case.State.OPEN)
    rows = rows.filter(lead_team__agency__in=user.agencies_where(May.SEE_TEAM))
    return rows if user.may(May.SEE_TEAM) else rows.none()


def urgent_in_team(user: User) -> QuerySet[Notice]:
    """What is urgent about one of these children and nobody who answers for it has seen, but for what this user was told of by name."""
    return urgent_of_others(user, led_by_own_agencies(user).order_by().values("person"))


def without_a_worker(user: User) -> QuerySet[Case]:
    """Open cases whose child can count on nobody: none is named, or the one who was cannot see the child any more.

    For those who name one; the longest open first.
    """
    return _with_nobody(user, "trusted_worker")


def not_allocated(user: User) -> QuerySet[Case]:
    """Open cases to which nobody of children's services is allocated, or whoever is cannot see the child any more, whomever
    the child counts on. For those who allocate; the longest open first."""
    return _with_nobody(user, "allocated_worker")


def _with_nobody(user: User, worker: str) -> QuerySet[Case]:
    rows = cases_visible_to(user).filter(state=Case.State.OPEN).order_by("opened_at")
    keys = Case.objects.order_by().values("pk")
    named = keys.filter(pk__in=_to_ask(), state=Case.State.OPEN, **{f"{worker}__isnull": False})
    # Two conditions joined by "or" would have PostgreSQL walk through all cases.
    nobody = keys.filter(**{worker: None}).union(named.exclude(sees(user, worker, "person")))
    return rows.filter(pk__in=nobody) if user.may(May.DECIDE) else rows.none()


def _to_ask() -> QuerySet[Case, Any]:
    """Keys of cases whose workers may see the child no longer: all but those of which `sight` found that they do, and about which
    nothing was written since."""
    keys = Case.objects.order_by().values("pk")
    written = ChronologyChange.objects.order_by().values("child_id")
    return keys.filter(seen_by_workers=False, state=Case.State.OPEN).union(keys.filter(person__in=written))


def allocated_workers_visible_to(user: User) -> QuerySet[AllocatedWorker]:
    """Everybody who was responsible for a case that this user may see, the one of now first."""
    rows = AllocatedWorker.objects.filter(visible_through(user, "case__person"))
    return rows.select_related("worker", "named_by")


def allocations_of(user: User, case_id: uuid.UUID) -> QuerySet[AllocatedWorker]:
    """Of one case. `Hidden` unless the user may see it."""
    return allocated_workers_visible_to(user).filter(case=case_visible_to(user, case_id))


def responsible_now(user: User, case_id: uuid.UUID) -> dict[str, AllocatedWorker]:
    """Who is allocated now, and who leads family help and child protection, by role. One query beside that for the case; `Hidden` unless the
    user may see it."""
    return {row.role: row for row in allocations_of(user, case_id).filter(until=None)}


def leads_called(user: User) -> dict[str, str]:
    """What the two lead practitioners are called, by role."""
    return {role.value: str(AllocatedWorker.Role(role.value).label) for role in LEADS}


def who_can_be_responsible(user: User, case: Case, role: str) -> dict[str, tuple[User, str]]:
    """Of those who may see the child: for family help of any agency, else of children's services."""
    of_all = role == Responsible.FAMILY_HELP
    return (who_can_be_trusted_worker if of_all else who_can_be_allocated)(user, case.person_id)


def who_can_be_allocated(user: User, person_id: uuid.UUID) -> dict[str, tuple[User, str]]:
    """Those of `who_can_be_trusted_worker` who work in children's services, by key."""
    found = who_can_be_trusted_worker(user, person_id)
    theirs = _of_childrens_services(user).filter(pk__in=list(found)).values_list("pk", flat=True)
    keys = {str(key) for key in theirs}
    return {key: who for key, who in found.items() if key in keys}


def is_statutory(user: User, worker: User) -> bool:
    """Whether this colleague works in children's services."""
    return _of_childrens_services(user).filter(pk=worker.pk).exists()


def _of_childrens_services(user: User) -> QuerySet[User]:
    working = memberships_with(user, May.PLAN).filter(team__agency__kind=STATUTORY)
    return colleagues_visible_to(user).filter(Exists(working.filter(user=OuterRef("pk"))))


def why_not_begin_allocating(user: User, case: Case) -> str | None:
    """What stands in the way of allocating anybody at all."""
    return why_not_allocate(
        is_open=case.state == Case.State.OPEN,
        may_assign=user.may(May.DECIDE),
        is_statutory=True,
        worker_sees_child=True,
    )


def trusted_workers_visible_to(user: User) -> QuerySet[TrustedWorker]:
    """Everybody whom children could count on, in the cases that this user may see, the one of now first."""
    rows = TrustedWorker.objects.filter(visible_through(user, "case__person"))
    return rows.select_related("worker", "named_by")


def chain_of(user: User, case_id: uuid.UUID) -> QuerySet[TrustedWorker]:
    """Everybody whom the child could count on in this case, the one of now first. `Hidden` unless the user may see it."""
    return trusted_workers_visible_to(user).filter(case=case_visible_to(user, case_id))


def who_can_do(user: User) -> dict[str, tuple[User, str]]:
    """Colleagues of every agency who may be given something to do for a child, by key: who, and how they are called in a
    list. Whether one of them may see this child, `why_not_give` says."""
    doing = [role for role, allowed in MAY.items() if May.PLAN in allowed]
    rows = list(colleagues_visible_to(user).filter(memberships__role__in=doing).distinct())
    known = who_are(user, [row.pk for row in rows])
    return {str(row.pk): (row, f"{known[row.pk].name}, {known[row.pk].agency}") for row in rows}


def who_can_be_trusted_worker(
    user: User, person_id: uuid.UUID, *, also: Iterable[uuid.UUID] = ()
) -> dict[str, tuple[User, str]]:
    """Those of `who_can_do` whose agency is involved with the child, or one of those that will be (`also`), by key: their team is
    let in by it."""
    involved = [*(row.agency_id for row in involvements_of(user, person_id)), *also]
    near = colleagues_visible_to(user).filter(memberships__team__agency__in=involved)
    keys = {str(key) for key in near.values_list("pk", flat=True)}
    return {key: who for key, who in who_can_do(user).items() if key in keys}


def teams_at_work(user: User, person_id: uuid.UUID) -> list[Team]:
    """The team that leads the child's open case, and of each of the child's workers (who leads family help or child protection too) the
    team in each agency by which they see children. None of a child whom the user may not see."""
    keys: set[uuid.UUID] = set()
    workers: set[User] = set()
    for case in cases_visible_to(user).filter(person=person_id, state=Case.State.OPEN):
        running = AllocatedWorker.objects.filter(case=case, until__isnull=True).select_related("worker")
        workers |= {worker.worker for worker in running} | (
            {case.trusted_worker} if case.trusted_worker else set()
        )
        keys |= {case.lead_team_id}
    teams = teams_visible_to(user)
    for worker in workers:
        theirs = list(teams.filter(pk__in=worker.teams_where(May.SEE_CHILD)))
        first = worker.team if worker.team in theirs else None
        keys |= {
            team.pk for team in theirs if team == first or first is None or team.agency_id != first.agency_id
        }
    return list(teams.filter(pk__in=keys))


def why_not_name(user: User, case: Case) -> str | None:
    """What stands in the way of naming a trusted worker at all."""
    return why_not_assign(
        is_open=case.state == Case.State.OPEN, may_assign=user.may(May.DECIDE), worker_sees_child=True
    )


_LATEST: Final = 50  # people who looked or were told, among whom those who lose sight of a record are found
_MOST_LOSING: Final = 30


def who_loses_sight(user: User, person_id: uuid.UUID) -> dict[str, tuple[User, str]]:
    """Those who opened this child's record, told of the child or were told, and cannot open it any longer once it is
    restricted; by key, each with how they are called. None of a child whom the user may not see."""
    person = people_visible_to(user).filter(pk=person_id).first()
    if person is None:
        return {}
    looks = looks_at(user, person_ids=[person_id]).order_by()
    looked = (
        looks.values("actor_id").annotate(last=Max("at")).order_by("-last").values_list("actor_id", flat=True)
    )
    telling = looks.filter(verb="tell", subject="concern").values_list("actor_id", flat=True).distinct()
    told = set(telling[:_LATEST])
    keys = {*looked[:_LATEST], *told, *who_had_a_notice(user, person_id, _LATEST)} - {user.pk}
    near = [worker for worker in workers(user, May.TELL) if worker.pk in keys]
    rows = [
        one for one in off_the_list(user, person, near) if one.may(May.SEE_PARTNERSHIP) or one.pk in told
    ][:_MOST_LOSING]
    return {str(user.pk): (user, f"{user}, {user.team.agency}" if user.team else str(user)) for user in rows}


def who_keeps_sight(user: User, person_id: uuid.UUID) -> dict[str, tuple[User, str]]:
    """Colleagues who may open a restricted record, by key: those who can tell others that it is."""
    person = people_visible_to(user).filter(pk=person_id).first()
    if person is None:
        return {}
    near = [worker for worker in workers(user, May.PLAN) if worker.team]
    away = {one.pk for one in off_the_list(user, person, near)}
    return {
        str(user.pk): (user, f"{user}, {user.team.agency}")
        for user in near
        if user.pk not in away and user.team
    }


def somebody_decides_now(user: User, person_id: uuid.UUID) -> bool:
    """Whether one of those who decide and open this record by its list is on duty, or not away today. `Hidden` unless the user may see it."""
    now = timezone.now()
    deciding = {one.pk for one in who_decide(user, person_visible_to(user, person_id))}
    return bool(deciding - away_on(now) | deciding & {row.user_id for row in on_duty(now)})


def why_not_change_restriction(user: User, person: Person) -> str | None:
    """Why this user cannot restrict this record now, or lift that, before a reason is given."""
    why_not = network_why_not(user, person)
    if why_not or person.restricted:
        return why_not
    return why_not_restrict_now(somebody_is_there=somebody_decides_now(user, person.pk))


def restriction_news_of(user: User, person_id: uuid.UUID) -> QuerySet[RestrictionNews]:
    """Who was told that the record was restricted, the latest first. None of a child whom the user may not see."""
    rows = RestrictionNews.objects.filter(visible_through(user, "person"), person_id=person_id)
    return rows.select_related("whom", "told_by", "written_by")


def why_not_give(user: User, owner: User | None, *, person_id: uuid.UUID) -> str | None:
    """Whether `user` may give this colleague something to do for a child. Nobody may be named yet: None."""
    person_visible_to(user, person_id)
    if owner is None:
        return None
    return why_not_own(
        is_active=owner.is_active,
        may_plan=owner.may(May.PLAN),
        sees_child=may_be_named(owner, person_id),
    )


def open_case_of(user: User, person_id: uuid.UUID) -> Case | None:
    """The child's open case, or None. There is one at a time."""
    return cases_visible_to(user).filter(person_id=person_id, state=Case.State.OPEN).first()


def summary_of(user: User, person_id: uuid.UUID) -> tuple[Case | None, list[WarningNote]]:
    """The open case and the warnings in force of a child of whom the user sees the summary. Two queries."""
    through = visible_through(user, "person", level=Level.SUMMARY)
    cases = Case.objects.select_related("lead_team__agency", "allocated_worker", "trusted_worker")
    case = cases.filter(through, person_id=person_id, state=Case.State.OPEN).first()
    return case, list(WarningNote.objects.filter(through, person_id=person_id, ended_at=None))


def closed_case_of(user: User, person_id: uuid.UUID) -> Case | None:
    """The child's case that was closed last and would open again, or None; also None while a case is open."""
    case = cases_visible_to(user).filter(person_id=person_id).first()
    return case if case is not None and case.state == Case.State.CLOSED else None


def periods_of(user: User, person_id: uuid.UUID) -> QuerySet[CasePeriod]:
    """Work with this child that has ended, the latest first. None of a child whom the user may not see."""
    rows = CasePeriod.objects.filter(visible_through(user, "case__person"), case__person_id=person_id)
    return rows.select_related("case", "opened_by", "closed_by", "words")


def words_of(user: User, person_id: uuid.UUID) -> QuerySet[Words]:
    """The child's own words that stand, the latest first: not those that have been corrected since.

    None of a child whom the user may not see.
    """
    rows = Words.objects.filter(
        visible_through(user, "person"), person_id=person_id, corrected_by__isnull=True
    )
    return rows.select_related("written_by")


def not_heard_beside(user: User, beside_id: uuid.UUID) -> NotHeard | None:
    """Why a child was not heard beside one decision, where they were asked or somebody tried; with the tries."""
    rows = NotHeard.objects.filter(visible_through(user, "person"), beside_id=beside_id)
    return rows.prefetch_related("tries").first()


def deaths_visible_to(user: User) -> QuerySet[Death]:
    """What was recorded of the deaths of children whom this user may see, the latest first, with what has been put right since."""
    rows = Death.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "written_by", "corrected_by")


def death_of(user: User, person_id: uuid.UUID) -> Death | None:
    """That this child has died, as it stands; None where nothing says so, or where the user may not see the child."""
    return deaths_visible_to(user).filter(person_id=person_id, stands=True).first()


def standing_deaths(user: User) -> QuerySet[Death]:
    """The death, as it stands, of the `person` of each row that asks, in a subquery."""
    rows = deaths_visible_to(user).select_related(None).order_by()
    return rows.filter(person=OuterRef("person"), stands=True)


def why_not_after_death(user: User, person_id: uuid.UUID) -> str | None:
    """What stands in the way of planning anything with this child: that they have died."""
    return AFTER_DEATH if death_of(user, person_id) else None


def ways_of_telling(user: User) -> list[tuple[str, str]]:
    """How a child may tell something, as choices: said, wrote, drew…"""
    ways = [(value, str(label)) for value, label in Words.How.choices]
    return [(value, label) for value, label in ways if value not in BY_CHILD]  # which no worker may say


def warnings_visible_to(user: User) -> QuerySet[WarningNote]:
    """Warnings about people whom this user may see, those that have ended too, with the person and who wrote it."""
    rows = WarningNote.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "written_by").order_by("review_on", "pk")


def warning_visible_to(user: User, warning_id: int) -> WarningNote:
    """The warning, or `Hidden`."""
    note = warnings_visible_to(user).filter(pk=warning_id).first()
    if note is None:
        raise Hidden
    return note


def warnings_ever_of(user: User, person_id: uuid.UUID) -> QuerySet[WarningNote]:
    """Warnings about this child or their home: those in force, to be looked at again first, then those that have ended;
    each with its reviews, the latest first. Two queries. None of a child whom the user may not see."""
    reviews = Prefetch("reviews", WarningReview.objects.select_related("reviewed_by"))
    rows = WarningNote.objects.filter(visible_through(user, "person"), person_id=person_id).prefetch_related(
        reviews
    )
    return rows.order_by(F("ended_at").desc(nulls_first=True), "review_on", "pk")


def reviews_of(user: User, warning_id: int) -> QuerySet[WarningReview]:
    """Each time that a warning was looked at again, the latest first; or `Hidden`."""
    note = warning_visible_to(user, warning_id)
    return WarningReview.objects.filter(warning=note).select_related("reviewed_by")


def warnings_due(user: User, *, until: date) -> QuerySet[WarningNote]:
    """Warnings to look at again by a day: those that this user wrote, and those about children who count on them. What
    somebody wrote who is not here any more waits for whoever decides."""
    mine = Q(written_by=user) | Q(person__in=my_cases(user).order_by().values("person"))
    if user.may(May.DECIDE):
        mine |= Q(written_by__is_active=False)
    return warnings_visible_to(user).filter(mine, ended_at=None, review_on__lte=until)


def warnings_near(user: User, *, until: date) -> QuerySet[WarningNote]:
    """Warnings without which there is none of them. Whether the user may see the child is asked beside."""
    theirs = Case.objects.order_by().filter(working(user), state=Case.State.OPEN).values("person")
    mine = Q(written_by=user) | Q(person__in=theirs) | Q(written_by__is_active=False)
    return WarningNote.objects.order_by().filter(mine, ended_at=None, review_on__lte=until)


def with_a_trusted_worker(user: User) -> Kept:
    """Open cases whose child has a named trusted worker who may see the child, over the whole partnership. For those who see
    figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    opened = Case.objects.filter(state=Case.State.OPEN).order_by()
    return Kept(opened.filter(sees(user, "trusted_worker", "person")).count(), opened.count())


def closed_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """Cases closed since a day beside the child's own words. Over the whole partnership, for those who see
    figures; `by`: those closed by these people, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = (
        CasePeriod.objects.all()
        if by is None
        else CasePeriod.objects.filter(visible_through(user, "case__person")).filter(closed_by__in=by)
    )
    return beside_words(user, rows.filter(closed_at__date__gte=since), at="closed_at", around="case")


def beside_words(
    user: User, decided: QuerySet[Any], *, at: str, around: str, words: str = "words"
) -> Counting:
    """How many of these decisions stand beside words that the child said since the decision before of the same kind, in the
    same case or about the same child (`around`), where more was said than pictures pointed at, and what was spoken had been written down by then; or beside the reason why the child, who was asked or whom somebody tried to
    reach since then, could not be heard. `at`: when each was taken; `words`: the field that holds them. For figures of decisions that `user` may count, which
    whoever calls it has asked."""
    before = _decisions_before(decided.model, at, around)
    tried = NotHeard.objects.filter(beside_id=OuterRef("pk"), last_on__gte=OuterRef("before"))
    counted = decided.order_by().annotate(
        before=_day_of(before, at),
        again=Exists(before.filter(**{words: OuterRef(words)})),
        there=Exists(_there_by(decided.model, at, words)),
        tried=Exists(tried),
    )
    pointed = Q(**{f"{words}__how": POINTED, f"{words}__text": ""})
    unheard = Q(**{f"{words}__how": SPOKE_SELF}, there=False)
    fresh = Q(**{f"{words}__heard_on__gte": F("before")}, again=False) & ~pointed & ~unheard
    reason = Q(**{f"{words}__isnull": True}, tried=True)
    return Counting(
        counted, at, fresh | reason, around if around == "person" else f"{around}__person", reason
    )


def _there_by(model: Any, at: str, words: str) -> QuerySet[Words]:
    """The words of a decision that a child spoke, where there was something to read or to look at when it was taken: what was written down of them for the
    first time (by the end of that day, where the decision has no hour), typed or drawn."""
    when = "written_at" if _is_timed(model, at) else "written_at__date"
    written = Q(**{f"child_message__transcripts__{when}__lte": OuterRef(at)})
    beside = ~Q(child_message__text="") | ~Q(child_message__drawing=[])
    return Words.objects.order_by().filter(written | beside, pk=OuterRef(words), child_message__isnull=False)


def _is_timed(model: Any, at: str) -> bool:
    return isinstance(model._meta.get_field(at), DateTimeField)


def _decisions_before(model: Any, at: str, around: str) -> QuerySet[Any]:
    same = {around: OuterRef(around), f"{at}__lt": OuterRef(at)}
    rows: QuerySet[Any] = model.objects.filter(**same).order_by(f"-{at}")
    return rows


def _day_of(before: QuerySet[Any], at: str) -> Coalesce:
    """The day of the latest of them; of none, a day before all others."""
    day = before.annotate(day=TruncDate(at) if _is_timed(before.model, at) else F(at)).values("day")[:1]
    return Coalesce(Subquery(day), Value(date.min), output_field=DateField())


def _opened_for_figures(user: User) -> QuerySet[Case]:
    """Open cases over the whole partnership, for those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Case.objects.filter(state=Case.State.OPEN).order_by()


def worker_changes(user: User, *, since: date, until: date) -> tuple[int, Kept]:
    """How often in these days a child's trusted worker became somebody else than the one before, however long nobody was, and for how many children they stayed the same: of the children with a
    case open on one of the days and with a trusted worker on one of them. Over the whole partnership, for those who see figures; true counts, shown
    to nobody where they are few. One query."""
    opened = children_worked_with(user, since, until)
    before = TrustedWorker.objects.filter(case=OuterRef("case"), since__lt=OuterRef("since")).order_by(
        "-since", "-pk"
    )
    links = TrustedWorker.objects.order_by().filter(
        Q(until=None) | Q(until__gte=since), case__person__in=opened, since__lte=until
    )
    links = links.annotate(was=Subquery(before.values("worker")[:1]))
    another = Q(since__gte=since, was__isnull=False) & ~Q(was=F("worker"))
    by_child = links.values("case__person").annotate(changed=Count("pk", filter=another))
    found = by_child.aggregate(
        changes=Sum("changed"), same=Count("case__person", filter=Q(changed=0)), of=Count("case__person")
    )
    return found["changes"] or 0, Kept(found["same"], found["of"])


def with_both_leads(user: User, cases: QuerySet[Any]) -> Kept:
    """Of these open cases, those in which a family help lead and a lead child protection practitioner are named. For those who see figures."""
    rows = _opened_for_figures(user).filter(pk__in=cases)
    named = AllocatedWorker.objects.order_by().filter(case=OuterRef("pk"), until=None)
    both = [Exists(named.filter(role=role)) for role in LEADS]
    return Kept(rows.filter(*both).count(), rows.count())


def with_an_allocated_worker(user: User) -> Kept:
    """Open cases to which somebody is allocated who may see the child. For those who see figures."""
    rows = _opened_for_figures(user)
    return Kept(rows.filter(sees(user, "allocated_worker", "person")).count(), rows.count())


def with_said(user: User, what: str) -> Kept:
    """Open cases in which this stands of the child: a kind of fact, `sex`, or `nhs_number`, which stands there too where a check of it says
    why there is none. For those who see figures."""
    rows = _opened_for_figures(user)
    return Kept(rows.filter(_said(user, what)).count(), rows.count())


def _said(user: User, what: str) -> Q:
    if what == "sex":
        return Q(person__sex__in=("F", "M"))
    said = Q(has_fact(user, "nhs_check" if what == "nhs_number" else what, "person"))
    return said | ~Q(person__nhs_number="") if what == "nhs_number" else said


def with_said_by_agency(user: User, what: str) -> dict[uuid.UUID, Kept]:
    """The same by the key of the agency whose team leads the case. For those who see figures; true counts, shown to nobody. One query."""
    rows = _opened_for_figures(user).values_list(LED_BY)
    counted = rows.annotate(said=Count("pk", filter=_said(user, what)), of=Count("pk"))
    return {agency: Kept(said, of) for agency, said, of in counted}


def children_with_a_case(user: User) -> QuerySet[Case, uuid.UUID]:
    """Keys of the children whose case is open, over the whole partnership. For those who see figures; for counting, and shown to nobody."""
    return _opened_for_figures(user).values_list("person", flat=True)


@dataclass(frozen=True)
class Drawable:
    """A case from which a sample is drawn: its key, and what cases are set apart by. It names nobody."""

    case_id: uuid.UUID
    sex: str
    born: date | None
    agency: str


def open_between(user: User, since: date, until: date) -> list[Drawable]:
    """Every case that was open on one of these days, over the whole partnership, restricted ones too, so that nobody steers what is drawn
    from it. For those who hold audits; it is for drawing, and shown to nobody. One query."""
    if not user.may(May.HOLD_AUDIT):
        raise Hidden
    found = (
        _open_between(since, until)
        .order_by("pk")
        .values_list("pk", "person__sex", "person__birth_date", "lead_team__agency__name")
    )
    return [Drawable(*row) for row in found]


def _open_between(since: date, until: date) -> QuerySet[Case]:
    ended = CasePeriod.objects.order_by().filter(
        case=OuterRef("pk"), opened_at__date__lte=until, closed_at__date__gte=since
    )
    now = Q(state=Case.State.OPEN, opened_at__date__lte=until)
    return Case.objects.order_by().filter(now | Q(Exists(ended)), person__merged_into=None)


def cases_open_between(user: User, since: date, until: date) -> QuerySet[Case]:
    """Cases that were open on one of these days, of children whom this user may see."""
    return cases_visible_to(user).filter(pk__in=_open_between(since, until).values("pk"))


def children_worked_with(user: User, since: date, until: date) -> QuerySet[Case, uuid.UUID]:
    """Keys of the children whose case was open on one of these days, over the whole partnership. For those who see figures; for
    counting, and shown to nobody."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return _open_between(since, until).values_list("person", flat=True).distinct()


def led_by_team(user: User, on: date) -> dict[uuid.UUID, Counted]:
    """By the key of the team that leads it: each case that was open on a day, over the whole partnership, and for how many of them somebody was
    allocated on it. Of a case the team that leads it now is known, and not who led it before. For those who see figures, else `Hidden`. One query."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    somebody = AllocatedWorker.objects.order_by().filter(
        Q(until=None) | Q(until__gt=on),
        case=OuterRef("pk"),
        role=AllocatedWorker.Role.ALLOCATED,
        since__lte=on,
    )
    found: dict[uuid.UUID, Counted] = defaultdict(Counted)
    rows = _open_between(on, on).annotate(has_worker=Exists(somebody))
    for team, person, has_worker in rows.values_list("lead_team", "person", "has_worker"):
        child = frozenset[object]({person})
        none = frozenset[object]()
        found[team] += Counted(
            Kept(int(has_worker), 1), child, child if has_worker else none, none if has_worker else child
        )
    return found


def openings(user: User) -> tuple[Counting, Counting]:
    """Each time that a case was opened, or opened again: of work that goes on, and of work that has ended. None is kept. For those
    who see figures."""
    now = Counting(_opened_for_figures(user), "opened_at", None, "person")
    return now, Counting(CasePeriod.objects.order_by(), "opened_at", None, "case__person")


def endings(user: User) -> Counting:
    """Each time that a case was closed, by why the work ended, "" where nobody said. None is kept. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Counting(CasePeriod.objects.order_by(), "closed_at", None, "case__person", name=F("ended_as"))


def followed_until(user: User, children: Collection[uuid.UUID]) -> dict[uuid.UUID, list[date]]:
    """Of these children, the days on which work with the child ended, and the day of death; where that is not known, the first of all days. For those who see
    figures; for counting, and shown to nobody. Two queries for 400 of them."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    found: dict[uuid.UUID, list[date]] = defaultdict(list)
    for some in batched(children, 400):
        closed = (
            CasePeriod.objects.filter(case__person__in=some)
            .order_by()
            .values_list("case__person", "closed_at")
        )
        for child, at in closed:
            found[child].append(timezone.localdate(at))
        for child, day in Death.objects.filter(person__in=some, is_so=True, stands=True).values_list(
            "person", "died_on"
        ):
            found[child].append(day or date.min)
    return found


def why_ended(user: User) -> list[tuple[str, str]]:
    """What `endings` names, with its words."""
    return [(value, str(label)) for value, label in CasePeriod.EndedAs.choices]


def unheard(user: User) -> Counting:
    """Each decision beside which stands why the child could not be heard, by why, on the day on which the child was asked, or somebody
    tried last. None is kept. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Counting(NotHeard.objects.order_by(), "last_on", None, "person", name=F("why"))


def why_unheard(user: User) -> list[tuple[str, str]]:
    """What `unheard` names, with its words."""
    return [(value, str(label)) for value, label in NotHeard.Why.choices]


def close_to(user: User, worker: User, case_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Of these cases, those in which somebody is or was the child’s worker, or works in the team that leads: for saying who does not
    audit them. For those who hold audits, and for the worker. Two queries."""
    if not user.may(May.HOLD_AUDIT) and user.pk != worker.pk:
        raise Hidden
    rows = Case.objects.order_by().filter(pk__in=case_ids)
    once = Q(allocated_workers__worker=worker) | Q(trusted_workers__worker=worker)
    near = Q(lead_team__in=worker.team_ids) | working(worker) | once
    return set(rows.filter(near).values_list("pk", flat=True))


def names_around(user: User, case_ids: Collection[uuid.UUID]) -> set[str]:
    """Names of the children of these cases that the user may see, and of their workers now, for keeping them out of a text. One query."""
    rows = cases_visible_to(user).filter(pk__in=case_ids)
    found: set[str] = set()
    for case in rows:
        child, workers = case.person, (case.allocated_worker, case.trusted_worker)
        found |= {child.given_name, child.family_name, child.known_as}
        found |= {name for worker in workers if worker for name in (worker.first_name, worker.last_name)}
    return found - {""}
