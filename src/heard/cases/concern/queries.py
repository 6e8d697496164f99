"""What may be read about worries. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import StrIndex, TruncDate
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import memberships_with, teams_visible_to, who_are, workers
from heard.agencies.rules import Hidden, May
from heard.cases.case.counting import Counting, days_between
from heard.cases.case.models import AllocatedWorker, TrustedWorker
from heard.cases.case.models import Case as CaseRow
from heard.cases.case.notices.queries import Seen, seen_by, told_of
from heard.cases.case.notices.rules import NoticeKind as Told
from heard.cases.case.queries import beside_words
from heard.cases.case.rules import Allowed, due_on
from heard.cases.concern import rules
from heard.cases.concern.models import Concern, ConcernStep, EarlierDecision, TellerQuestion
from heard.cases.concern.rules import About
from heard.network.queries import (
    ever_involved,
    names_what_others_name,
    not_denied_through,
    not_hidden_through,
    visible_through,
)

if TYPE_CHECKING:
    from heard.agencies.models import Agency, Team, User


_SEARCHED: Final = (
    "person__given_name", "person__family_name", "person__known_as", "place__name", "group__name", "reference",
    "seen_and_heard", "decision_reason",
)  # fmt: skip
_BESIDE_QUESTION: Final = ("concern__person", "concern__place", "concern__group", "concern__told_by")


def concerns_visible_to(user: User) -> QuerySet[Concern]:
    """Worries that this user may see as a whole, and those that they told themselves, as long as the child is not
    restricted to others. Each has `whole`: without it, show what they told, its state and the feedback, and no more.

    With the child, place or group, the agency and who told it.
    """
    if not user.may(May.TELL):
        return Concern.objects.none()
    whole = _whole(user)
    is_whole = Case(When(whole, then=Value(True)), default=False, output_field=BooleanField())
    return _with_all(Concern.objects.filter(whole | _told(user)).annotate(whole=is_whole))


def _told(user: User) -> Q:
    return Q(told_by=user) & (not_hidden_through(user, "person") | Q(person__isnull=True))


def concerns_open_to(user: User) -> QuerySet[Concern]:
    """Worries of which this user may see everything."""
    if not user.may(May.TELL):
        return Concern.objects.none()
    return _with_all(Concern.objects.filter(_whole(user)).annotate(whole=Value(True)))


def concern_visible_to(user: User, concern_id: uuid.UUID) -> Concern:
    """The worry, or `Hidden`. Of one about somebody who works with children, whoever told it sees their own part."""
    concern = (
        concerns_visible_to(user).filter(pk=concern_id).first() or told_by(user).filter(pk=concern_id).first()
    )
    if concern is None:
        raise Hidden
    return concern


def concern_open_to(user: User, concern_id: uuid.UUID) -> Concern:
    """The worry of which this user may see everything, or `Hidden`."""
    concern = concerns_open_to(user).filter(pk=concern_id).first()
    if concern is None:
        raise Hidden
    return concern


def concerns_of(user: User, person_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries about one child that this user may see, the latest first."""
    return concerns_visible_to(user).filter(person_id=person_id).order_by("-told_at")


def concerns_about_place(user: User, place_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries about one place of which this user may see everything, the latest first."""
    return concerns_open_to(user).filter(place_id=place_id).order_by("-told_at")


def concerns_about_group(user: User, group_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries about one group of which this user may see everything, the latest first."""
    return concerns_open_to(user).filter(group_id=group_id).order_by("-told_at")


def told_with(user: User, meant: Iterable[Iterable[str]]) -> QuerySet[Concern]:
    """Worries about places and groups, of which this user may see everything, in which each word that is meant stands: one of
    several beginnings of a word, without capitals and accents, or a whole word where it ends with a space. The latest first.
    Worries about children stand in their chronologies, which have an index."""
    rows = concerns_open_to(user).filter(person=None).order_by("-told_at", "pk")
    return reduce(lambda found, ways: found.filter(reduce(or_, map(_stands, ways))), meant, rows)


def _stands(text: str) -> Q:
    return Q(GreaterThan(StrIndex(F("compared"), Value(f" {text}")), 0))


def worries_of_context(user: User, context_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries that a context was opened from or that were added to it, of which this user may see everything; the first decided
    first."""
    return concerns_open_to(user).filter(context_id=context_id).order_by("decided_at", "pk")


def concerns_since(user: User, moment: datetime, *, about: str = "") -> QuerySet[Concern]:
    """Worries told after a moment of which this user may see everything, the first told first: for a panel.

    `about`: child, place or group, as in `rules.About`; '' for all three.
    """
    rows = concerns_open_to(user).filter(told_at__gt=moment).order_by("told_at", "pk")
    fields = {About.CHILD.value: "person", About.PLACE.value: "place", About.GROUP.value: "group"}
    return rows.filter(**{f"{fields[about]}__isnull": False}) if about else rows


def going_on_since(user: User, moment: datetime) -> QuerySet[Concern]:
    """Those of `concerns_since` that wait for a decision or for the panel, or led to a case. What was decided with no further
    action, a step or another agency is at an end here."""
    led_on = (
        Concern.Decision.OPEN_CASE,
        Concern.Decision.ADD_TO_CASE,
        Concern.Decision.PANEL,
        Concern.Decision.OPEN_CONTEXT,
        Concern.Decision.ADD_TO_CONTEXT,
    )
    return concerns_since(user, moment).filter(Q(state=Concern.State.TOLD) | Q(decision__in=led_on))


def for_the_panel(user: User) -> QuerySet[Concern]:
    """Worries about places and groups of which somebody decided that the panel discusses them, the first decided first."""
    return concerns_open_to(user).filter(decision=Concern.Decision.PANEL).order_by("decided_at", "pk")


def waiting_for_decision(user: User) -> QuerySet[Concern]:
    """Worries on which this user may decide, those due first at the top. Each has `waits_for_teller`: whether a question to
    whoever told it is not answered yet."""
    asked = Exists(_unanswered().filter(concern=OuterRef("pk")))
    rows = decidable_by(user).filter(state=Concern.State.TOLD).annotate(waits_for_teller=asked)
    return rows.order_by("due_on", "told_at")


def to_decide_first(user: User) -> QuerySet[Concern]:
    """The same, with those at the top in which somebody was in danger when they were told."""
    return waiting_for_decision(user).order_by("-in_danger", "due_on", "told_at")


def naming_what_others_name(user: User) -> QuerySet[Concern]:
    """Worries that wait for this user's decision and name a phone, car or account that another record or a tie, which they may
    see too, has already. What they may not see changes nothing here."""
    named = names_what_others_name(user, "concern").filter(about_id=OuterRef("pk"))
    return waiting_for_decision(user).filter(Exists(named.order_by()))


def next_to_decide(user: User, but: uuid.UUID) -> Concern | None:
    """The worry that is decided on after this one, or None."""
    return to_decide_first(user).exclude(pk=but).first()


def same_event(user: User, concern: Concern) -> QuerySet[Concern]:
    """Other worries on which this user may decide and that may tell of the same event: of the same child, place or group, or
    told by the same person within a day. Where the user told them is the same of all, so that one form asks what is asked
    of each."""
    same = (
        Q(person=concern.person_id)
        if concern.person_id
        else Q(place=concern.place_id, group=concern.group_id)
    )
    day = timedelta(days=1)
    same |= Q(
        told_by=concern.told_by_id,
        told_at__range=(concern.told_at - day, concern.told_at + day),
        person__isnull=concern.person_id is None,
    )
    rows = to_decide_first(user).filter(same).exclude(pk=concern.pk)
    return rows.filter(told_by=user) if concern.told_by_id == user.pk else rows.exclude(told_by=user)


def without_words(user: User, worries: Iterable[Concern]) -> list[Concern]:
    """Those of these worries about children, which the user may see, with which nothing was told that the child said, and
    that wait for no answer to danger."""
    may_see = user.may(May.SEE_CHILD)
    return [
        worry
        for worry in worries
        if may_see and worry.person_id and not worry.words_id and not worry.in_danger
    ]


def decided_worries(
    user: User,
    *,
    decision: str = "",
    agency: str = "",
    since: date | None = None,
    until: date | None = None,
    text: str = "",
) -> QuerySet[Concern]:
    """Decided worries of which this user may see everything, the latest first. `agency`: the key of the one that told them;
    `text`: each of its words stands in the name, the reference, what was told or the reason."""
    rows = concerns_open_to(user).filter(state=Concern.State.DECIDED)
    if decision:
        rows = rows.filter(decision=decision)
    if agency:
        rows = rows.filter(agency_id=agency)
    if since:
        rows = rows.filter(decided_at__gte=_begin_of(since))
    if until:
        rows = rows.filter(decided_at__lt=_begin_of(until + timedelta(days=1)))
    for word in text.split():
        rows = rows.filter(reduce(or_, (Q(**{f"{field}__icontains": word}) for field in _SEARCHED)))
    return rows.order_by("-decided_at", "pk")


def decisions_there_are(user: User) -> list[tuple[str, str]]:
    """Every decision on a worry, as choices."""
    return [(value, str(label)) for value, label in Concern.Decision.choices]


def last_day_to_correct(user: User, concern: Concern) -> date | None:
    """Until when the decision on this worry, which the user may see, can be put right; None where there is none."""
    if concern.decided_at is None:
        return None
    return due_on(Allowed(rules.CORRECTED_WITHIN), timezone.localdate(concern.decided_at))


def why_not_correct_now(user: User, concern: Concern) -> str | None:
    """What stands in the way of putting the decision right at all, before anything is written."""
    until = last_day_to_correct(user, concern)
    if concern.decided_at is None or until is None or timezone.localdate() > until:
        return "A decision is put right within a working day."
    return (
        None if decidable_by(user).filter(pk=concern.pk).exists() else "Only those who decide put it right."
    )


def earlier_decisions(user: User, concern_id: uuid.UUID) -> QuerySet[EarlierDecision]:
    """What the decision said before it was put right, the latest first; of a worry of which the user may see everything."""
    rows = EarlierDecision.objects.filter(concern=concern_open_to(user, concern_id))
    return rows.select_related("said_by", "other_agency", "other_team", "case", "context")


def let_out(user: User, concern: Concern) -> Agency | Team | None:
    """The agency that the decision before the last took on, or the team of it, where they see the child's record no longer: Heard tells
    them nothing of the correction. None for whoever may not see the worry."""
    before = (
        EarlierDecision.objects.filter(concern=concern)
        .select_related("other_agency", "other_team__agency")
        .order_by("said_at", "pk")
        .last()
    )
    agency, team = (before.other_agency, before.other_team) if before else (None, None)
    if agency is None or concern.person_id is None or not concern_is_open_to(user, concern.pk):
        return None
    lines = ever_involved(user, concern.person_id).running().filter(agency=agency)
    if team:
        lines = lines.filter(Q(team=None, user=None) | Q(team=team))
    return None if lines.exists() else team or agency


def has_work(user: User, concern: Concern) -> bool:
    """Whether anything hangs on the case that this decision opened but the decision itself and who works on it: whatever a stage
    keeps with a case, or a period of work before."""
    if not concern_is_open_to(user, concern.pk) or concern.case is None:
        return True
    own: dict[Any, Q] = {
        Concern: Q(pk=concern.pk),
        EarlierDecision: Q(concern=concern),
    }
    for link in concern.case._meta.get_fields(include_hidden=True):
        if not link.auto_created or link.concrete or not (link.one_to_many or link.one_to_one):
            continue
        table: Any = link.related_model
        rows = table._base_manager.filter(**{link.field.name: concern.case})  # type: ignore[union-attr]
        if (
            table not in (AllocatedWorker, TrustedWorker)
            and rows.exclude(own.get(table, Q(pk__in=[]))).exists()
        ):
            return True
    return False


def is_of_other_worries(user: User, concern: Concern) -> bool:
    """Whether another worry went to the context that this decision opened."""
    if not concern_is_open_to(user, concern.pk) or concern.context is None:
        return True
    return concern.context.worries.exclude(pk=concern.pk).exists()


def concern_is_open_to(user: User, concern_id: uuid.UUID) -> bool:
    return concerns_open_to(user).filter(pk=concern_id).exists()


def questions_of(user: User, concern: Concern) -> QuerySet[TellerQuestion]:
    """What whoever told this worry was asked, and answered; for them, and for those who may see everything of it. It came from
    `concerns_visible_to`."""
    rows = TellerQuestion.objects.filter(concern=concern).select_related("asked_by")
    return rows if user.may(May.TELL) else rows.none()


def question_visible_to(user: User, question_id: uuid.UUID) -> TellerQuestion:
    """A question to whoever told a worry, for them and for those who may see everything of it; or `Hidden`."""
    rows = TellerQuestion.objects.filter(concern__in=concerns_visible_to(user).order_by().values("pk"))
    question = rows.filter(pk=question_id).select_related("asked_by", *_BESIDE_QUESTION).first()
    if question is None:
        raise Hidden
    return question


def questions_to_answer(user: User) -> QuerySet[TellerQuestion]:
    """What this user is asked about worries that they told, due first at the top."""
    rows = _unanswered().filter(concern__in=told_by(user).order_by().values("pk"))
    return rows.select_related("asked_by", *_BESIDE_QUESTION).order_by("due_on", "pk")


def _unanswered() -> QuerySet[TellerQuestion]:
    return TellerQuestion.objects.filter(answered_at=None, ended_at=None)


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def decides(user: User) -> bool:
    """Worries come to the duty team, so its agency decides on them, or somebody who sees the whole partnership: no
    supervisor of another agency, which may be the one that the worry is about. One query at most."""
    return user.may(May.DECIDE) and (user.may(May.SEE_PARTNERSHIP) or not _duty_elsewhere(user).exists())


def decidable_by(user: User) -> QuerySet[Concern]:
    """Worries of which somebody who decides may see everything, decided or not."""
    rows = concerns_open_to(user)
    if not user.may(May.DECIDE):
        return rows.none()
    return rows if user.may(May.SEE_PARTNERSHIP) else rows.filter(~Exists(_duty_elsewhere(user)))


def _duty_elsewhere(user: User) -> QuerySet[Team]:
    """The team that worries come to, where it is one of an agency in which this user decides on nothing."""
    return (
        teams_visible_to(user).filter(takes_worries=True).exclude(agency__in=user.agencies_where(May.DECIDE))
    )


def told_by(user: User) -> QuerySet[Concern]:
    """Worries that this user told, also about people who work with children, the latest first."""
    if not user.may(May.TELL):
        return Concern.objects.none()
    whole = _whole(user) & Q(about_staff=False)
    is_whole = Case(When(whole, then=Value(True)), default=False, output_field=BooleanField())
    rows = Concern.everything.filter(_told(user) | whole, told_by=user).annotate(whole=is_whole)
    return _with_all(rows).order_by("-told_at", "pk")


def read_by(user: User, concern: Concern) -> list[Seen]:
    """By which roles of which agencies a worry has been read, the first first: for whoever told it, so without a name. Who
    decided has read it."""
    seen = seen_by(user, subject="staff worry" if concern.about_staff else "concern", subject_id=concern.pk)
    if concern.decided_at is None or concern.decided_by_id is None:
        return seen
    who = who_are(user, [concern.decided_by_id]).get(concern.decided_by_id)
    role, agency = _("whoever decided on it"), who.agency if who else ""
    return [*seen, Seen(role, agency, concern.decided_at)]


# ---- about somebody who works with children


def staff_worries_of(user: User) -> QuerySet[Concern]:
    """Worries about somebody who works with children that this user hears of: as a designated officer who works in no team
    of that person; or, where none was there or had seen it in time, as one who decides on worries and was told. Never the person themselves, nor
    whoever is kept out of the child's record."""
    if not user.may(May.HEAR_OF_STAFF) and not user.may(May.DECIDE):
        return Concern.objects.none()
    hears = Q(pk__in=[uuid.UUID(key) for key in told_of(user, Told.STAFF, Told.STAFF_NO_OFFICER)])
    if user.may(May.HEAR_OF_STAFF):
        posts = memberships_with(user, May.SIGNED_IN).filter(team__in=user.team_ids)
        hears |= Q(~Exists(posts.filter(user=OuterRef("staff__user"))))
    rows = Concern.everything.filter(hears, not_denied_through(user, "person"), about_staff=True)
    rows = rows.exclude(staff__user=user)
    return _with_all(rows).select_related("staff__user").order_by("due_on", "told_at")


def staff_worry_of(user: User, concern_id: uuid.UUID) -> Concern:
    """One of them, or `Hidden`."""
    found = staff_worries_of(user).filter(pk=concern_id).first()
    if found is None:
        raise Hidden
    return found


def staff_worries_near(user: User) -> QuerySet[Concern]:
    """Worries without which there is none of them. Who hears of which is asked beside."""
    rows = Concern.everything.order_by().filter(about_staff=True, state=Concern.State.TOLD)
    return rows if user.may(May.HEAR_OF_STAFF) or user.may(May.DECIDE) else rows.none()


def staff_worries_to_decide(user: User) -> QuerySet[Concern]:
    return staff_worries_of(user).filter(state=Concern.State.TOLD)


def still_their_worker(user: User, concern: Concern) -> list[str]:
    """As what somebody whom a worry is about stands in the child's open case, whose record they see no longer: for whoever hears of such
    worries, since no list says so. The caller has shown that `user` hears of this one."""
    rows = CaseRow.objects.filter(person=concern.person_id, state=CaseRow.State.OPEN)
    whom = concern.staff.user_id
    if whom is None or concern.person_id is None or not staff_worries_of(user).filter(pk=concern.pk).exists():
        return []
    roles = {"allocated_worker": _("allocated worker"), "trusted_worker": _("trusted worker")}
    return [str(called) for role, called in roles.items() if rows.filter(**{role: whom}).exists()]


def has_officer(user: User) -> bool:
    """Whether anybody in Heard is the designated officer."""
    return memberships_with(user, May.HEAR_OF_STAFF).exists()


def who_uses_heard(user: User) -> dict[str, tuple[User, str]]:
    """Everybody else who signs in, by key, each with their agency: whom a worry may be about."""
    found = (worker for worker in workers(user, May.SIGNED_IN) if worker.pk != user.pk)
    return {str(user.pk): (user, f"{user}, {user.team.agency}" if user.team else str(user)) for user in found}


def not_read_yet(user: User) -> QuerySet[Concern]:
    """Worries that this user told, that somebody else decided, and of which they have not read what became of them."""
    rows = told_by(user).filter(state=Concern.State.DECIDED, feedback_read_at=None).exclude(feedback="")
    return rows.order_by("-decided_at", "pk")


def steps_visible_to(user: User) -> QuerySet[ConcernStep]:
    """Steps that were agreed on worries which this user may see as a whole, and their own; those due first at the top."""
    return _steps(user).filter(Q(concern__in=concerns_open_to(user).order_by().values("pk")) | Q(owner=user))


def step_of(user: User, concern_id: uuid.UUID) -> ConcernStep | None:
    """The step that was agreed when the worry was decided, or None."""
    return steps_visible_to(user).filter(concern_id=concern_id).first()


def steps_due(user: User) -> QuerySet[ConcernStep]:
    """Steps that this user said they would do and has not finished, those due first at the top."""
    return _steps(user).filter(owner=user, state=ConcernStep.State.OPEN)


def _steps(user: User) -> QuerySet[ConcernStep]:
    rows = ConcernStep.objects.select_related("owner", "finished_by", "concern__place", "concern__group")
    return rows.filter(not_denied_through(user, "concern__person")) if user.may(May.TELL) else rows.none()


def to_decide(user: User) -> Counting:
    """Every worry, kept where it was decided by the day on which that was due. For those who see figures. By no agency:
    whoever takes worries decides them for all."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    in_time = Q(state=Concern.State.DECIDED, decided_at__date__lte=F("due_on"))
    return Counting(Concern.objects.order_by(), "due_on", in_time, "person")


def what_became(user: User, *, by: Iterable[tuple[date, date]]) -> Counting:
    """The same worries in the same quarters as in `to_decide`, by what was decided on each up to a day, "" while it waited, and by
    the agency in which it was told. `by`: of years, the earliest first, the last day of each on which one was due, and the day up to which decisions on
    those count; "" of worries after all of them. None is kept. For those who see figures."""
    years = [
        When(
            due_on__lte=last,
            then=Case(When(decided_at__date__lte=day, then=F("decision")), default=Value("")),
        )
        for last, day in by
    ]
    decided = Case(*years, default=Value(""))
    return Counting(to_decide(user).rows, "due_on", None, "person", name=decided, agency="agency")


def what_can_become(user: User) -> list[tuple[str, str]]:
    """What may have become of a worry, as `what_became` names it, with its words."""
    decisions = [(value, str(label)) for value, label in Concern.Decision.choices]
    return [*decisions, ("", str(Concern.State.TOLD.label))]


def decided_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """Worries about children told since a day that were decided beside the child's own words, or the reason why they
    could not be heard. Over the whole partnership,
    for those who see figures; `by`: those decided by these people of which the user may see everything."""
    told = _told_since(user, since) if by is None else concerns_open_to(user).filter(told_at__date__gte=since)
    decided = told.filter(state=Concern.State.DECIDED, person__isnull=False).order_by()
    if by is not None:
        decided = decided.filter(decided_by__in=by)
    return beside_words(user, decided, at="decided_at", around="person", words="decision_words")


def _whole(user: User) -> Q:
    """About a child whom the user may see; or about a place or group, for those who see the partnership, the agency that
    told it, the one that takes it on or leads the work on it, and the duty team's."""
    about_child = visible_through(user, "person", among_others=True)
    if not user.may(May.SEE_CHILD):
        return Q(pk__in=[])
    if user.may(May.SEE_PARTNERSHIP):
        return about_child | Q(person__isnull=True)
    mine = user.agencies_where(May.SEE_CHILD)
    of_duty_team = Exists(teams_visible_to(user).filter(takes_worries=True, agency_id__in=mine))
    led = Q(context__lead_team__agency_id__in=mine)
    takes_it_on = Q(other_team=None, other_agency_id__in=mine)
    takes_it_on |= Q(other_team__in=user.teams_where(May.SEE_CHILD))
    theirs = Q(agency_id__in=mine) | takes_it_on | Q(of_duty_team) | led
    return about_child | (Q(person__isnull=True) & theirs)


def _with_all(rows: QuerySet[Concern]) -> QuerySet[Concern]:
    return rows.select_related(
        "person",
        "place",
        "group",
        "agency",
        "told_by",
        "words",
        "decision_words",
        "case",
        "context",
        "decided_by",
        "other_agency",
        "other_team",
        "corrected_by",
    )


def _told_since(user: User, since: date) -> QuerySet[Concern]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Concern.objects.filter(told_at__date__gte=since).order_by()


def children_told_of(user: User, since: date, until: date) -> QuerySet[Concern, uuid.UUID]:
    """Keys of the children about whom a worry was told on one of these days, over the whole partnership. For those who see figures; for
    counting, and shown to nobody."""
    told = _told_since(user, since).filter(told_at__date__lte=until, person__isnull=False)
    return told.values_list("person", flat=True).distinct()


def told_about_places(user: User, *, since: date, until: date) -> int:
    """How many worries about places and groups were told on one of these days. For those who see figures."""
    return _told_since(user, since).filter(told_at__date__lte=until, person=None).count()


def worries_told(user: User) -> Counting:
    """Every worry, by the day on which it was told. Over the whole partnership, for those who see figures."""
    return Counting(_told_since(user, date.min), "told_at", None, "person")


def days_to_decide(user: User, *, since: date, until: date) -> tuple[int, int, float | None]:
    """How many worries were told on these days, how many of them were decided by the last of them, and the median of the days that this took, weekends
    among them, 0 on the same day. Over the whole partnership, for those who see figures; true counts, shown to nobody where they are few."""
    told = _told_since(user, since).filter(told_at__date__lte=until)
    decided = told.filter(decided_at__date__lte=until)
    return told.count(), *days_between(decided, TruncDate("told_at"), TruncDate("decided_at"))


def first_told(user: User, person: str) -> Subquery:
    """On rows that lead to a child by the field `person`: when a worry about the child was first told, and nothing more of it. None for those who do not
    see figures."""
    rows = Concern.objects.all() if user.may(May.SEE_FIGURES) else Concern.objects.none()
    return Subquery(rows.filter(person=OuterRef(person)).order_by("told_at").values("told_at")[:1])
