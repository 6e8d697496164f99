"""Which assessments and questions a user may read, and what may be done with them now."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    Func,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from heard.agencies.queries import teams_visible_to
from heard.agencies.rules import Hidden, May
from heard.cases.assessment import rules
from heard.cases.assessment.models import (
    Assessment,
    AssessmentEvidence,
    AssessmentObservation,
    AssessmentPattern,
    Finding,
    OpenQuestion,
    OwnAnswer,
    ProtectivePerson,
    SentBack,
    Strength,
)
from heard.cases.case.counting import LED_BY, Counting
from heard.cases.case.models import Case, CasePeriod, Words
from heard.cases.case.queries import (
    beside_words,
    case_visible_to,
    cases_visible_to,
    children_with_a_case,
    led_by_own_agencies,
    words_of,
    worked_in,
)
from heard.cases.case.rules import Kept, due_on
from heard.cases.concern.models import Concern, ConcernObservation
from heard.cases.note.models import NoteObservation
from heard.cases.note.queries import noticed_in_notes
from heard.knowledge import load
from heard.network.queries import (
    facts_visible_to,
    important_people_visible_to,
    people_visible_to,
    sees,
    visible_through,
)

if TYPE_CHECKING:
    from heard.agencies.models import User

BESIDE = 20  # of the child’s words, at most, beside a decision


def assessments_visible_to(user: User) -> QuerySet[Assessment]:
    """Assessments of children whose record the user may open, newest first."""
    return Assessment.objects.filter(visible_through(user, "case__person")).select_related(
        "case__person",
        "case__lead_team",
        "case__allocated_worker",
        "case__trusted_worker",
        "author",
        "signed_by",
        "words",
        "own_questions",
    )


def named_without_record(user: User, person_id: uuid.UUID) -> set[tuple[str, str]]:
    """Names in a child's record of people who may have none of their own, each with who they are to it: "person" for carers and important
    people and for those who protect, else as what they said something (`SaidAs`). Three questions."""
    important = important_people_visible_to(user).filter(person_id=person_id)
    facts = facts_visible_to(user).filter(person_id=person_id)
    protect = assessments_visible_to(user).filter(case__person_id=person_id).order_by()
    found = {("person", person.name) for person in important}
    found |= {(one.said_as, one.said_by.partition(",")[0].strip()) for one in (*important, *facts)}
    found |= {
        ("person", name) for name in protect.values_list("protective_people__name", flat=True).distinct()
    }
    return {(who, name) for who, name in found if name}


def assessment_visible_to(user: User, assessment_id: uuid.UUID) -> Assessment:
    """With everything that belongs to it, or `Hidden`. Fifteen queries at most, however much there is."""
    rows = assessments_visible_to(user).prefetch_related(*_all_of_it(user))
    assessment = rows.filter(pk=assessment_id).first()
    if assessment is None:
        raise Hidden
    return assessment


def _all_of_it(user: User) -> list[Any]:
    seen = people_visible_to(user).filter(pk=OuterRef("person_id"))
    return [
        Prefetch(
            "observations",
            AssessmentObservation.objects.select_related("noted_by", "concern", "contact_note"),
        ),
        Prefetch("evidence", AssessmentEvidence.objects.select_related("noted_by")),
        "patterns",
        Prefetch("strengths", Strength.objects.select_related("noted_by")),
        Prefetch(
            "protective_people",
            ProtectivePerson.objects.select_related("person", "noted_by").annotate(may_see=Exists(seen)),
        ),
        Prefetch("questions", _with_findings(OpenQuestion.objects.all())),
        Prefetch("sent_back", SentBack.objects.select_related("by")),
        Prefetch("own_answers", OwnAnswer.objects.select_related("noted_by")),
        "writers",
    ]


def _with_findings(rows: QuerySet[OpenQuestion]) -> QuerySet[OpenQuestion]:
    """Each with its findings, and `is_asked_again` in a later assessment."""
    again = OpenQuestion.objects.filter(asked_again=OuterRef("pk"))
    findings = Finding.objects.select_related("found_by")
    return (
        rows.select_related("owner")
        .annotate(is_asked_again=Exists(again))
        .prefetch_related(Prefetch("findings", findings))
    )


def assessments_of(user: User, case_id: uuid.UUID) -> QuerySet[Assessment]:
    """Every version of a case's assessment, newest first."""
    return assessments_visible_to(user).filter(case_id=case_id)


def latest_signed(user: User, case_id: uuid.UUID) -> Assessment | None:
    signed = assessments_of(user, case_id).filter(state=rules.SigningState.SIGNED)
    return signed.order_by("-signed_at").first()


def signed_since_opened(user: User, case: Case) -> Assessment | None:
    """The latest that was signed since the case was opened, or opened again: what a plan and an end of help rest on."""
    signed = assessments_of(user, case.pk).filter(
        state=rules.SigningState.SIGNED, signed_at__gte=case.opened_at
    )
    return signed.order_by("-signed_at").first()


def overdue_in_team(user: User) -> QuerySet[Assessment]:
    """Assessments in open cases of the user's team that are not signed off and overdue, the longest first."""
    led = led_by_own_agencies(user).order_by().values("pk")
    late = assessments_visible_to(user).filter(case__in=led, due_on__lt=timezone.localdate())
    return late.exclude(state=rules.SigningState.SIGNED).order_by("due_on", "pk")


def to_begin(user: User) -> QuerySet[Case]:
    """Open cases in which this user works and nobody has begun an assessment, each with `led_at`, first due first."""
    return _led(cases_visible_to(user).filter(pk__in=to_begin_near(user)))


def to_begin_near(user: User) -> QuerySet[Case]:
    """Cases without which there is none of them. Whether the user may see one is asked beside."""
    return _not_begun(Case.objects.order_by().filter(pk__in=worked_in(user)))


def to_begin_in_team(user: User) -> QuerySet[Case]:
    """The same of the user's team, whoever works there."""
    return _led(_not_begun(led_by_own_agencies(user)))


def to_begin_by(user: User, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Of open cases, which the caller has shown the user may see, those in which no assessment was begun since they were opened: by when
    one is to be signed off. One query."""
    return {case.pk: sign_by(case) for case in _led(_not_begun(Case.objects.filter(pk__in=keys)))}


def day_to_sign(user: User, cases: QuerySet[Case]) -> Combinable:
    """The same of each of these, as an expression on a case. One query, of the days on which worries led there, as the database counts
    no working days."""
    led_on, clock = TruncDate(_led_at()), load.current().clock("assessment")
    days = cases.filter(_is_not_begun()).order_by().annotate(led_on=led_on).values_list("led_on", flat=True)
    found = {day: Value(due_on(clock, day), output_field=DateField()) for day in days.distinct()}
    if not found:
        return Value(None, output_field=DateField())
    pairs = (
        Func(Value(day), then, template="WHEN %(expressions)s", arg_joiner=" THEN ")
        for day, then in found.items()
    )
    by_day = Func(
        led_on, *pairs, template="CASE %(expressions)s END", arg_joiner=" ", output_field=DateField()
    )
    return models.Case(When(_is_not_begun(), then=by_day), output_field=DateField())


def sign_by(case: Case) -> date:
    """By when the first assessment of a case with `led_at` is to be signed off."""
    return due_on(load.current().clock("assessment"), timezone.localdate(case.led_at))  # type: ignore[attr-defined]


def _not_begun(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(_is_not_begun())


def _is_not_begun() -> Q:
    """Of a case: it is open, and no assessment was begun since it was opened."""
    begun = Assessment.objects.filter(case=OuterRef("pk"), started_at__gte=OuterRef("opened_at"))
    return Q(~Exists(begun), state="open")


def _led(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Each with `led_at`, the first first."""
    return cases.annotate(led_at=_led_at()).order_by("led_at", "pk")


def _led_at() -> Coalesce:
    """Of a case: the moment of the first worry that led there, from which its assessment counts."""
    led = Concern.objects.filter(case=OuterRef("pk"), decided_at__gte=OuterRef("opened_at"))
    return Coalesce(Subquery(led.order_by("told_at").values("told_at")[:1]), "opened_at")


def unsigned(user: User, case_id: uuid.UUID) -> Assessment | None:
    """The one that is being written or waits for the supervisor, if there is one."""
    return assessments_of(user, case_id).exclude(state=rules.SigningState.SIGNED).first()


def before(user: User, assessment: Assessment) -> Assessment | None:
    """The signed version that came before this one, with everything that belongs to it, or None."""
    earlier = _signed_before(user, assessment).first()
    return assessment_visible_to(user, earlier.pk) if earlier else None


def has_before(user: User, assessment: Assessment) -> bool:
    return _signed_before(user, assessment).exists()


def _signed_before(user: User, assessment: Assessment) -> QuerySet[Assessment]:
    signed = assessments_of(user, assessment.case_id).filter(state=rules.SigningState.SIGNED)
    return signed.filter(started_at__lt=assessment.started_at).order_by("-started_at")


def waiting_for_sign_off(user: User) -> QuerySet[Assessment]:
    """Assessments that this supervisor can decide on, longest waiting first. Not those in which they wrote."""
    leading = user.agencies_where(May.SIGN_OFF)
    # Asked of each assessment that waits: else SQLite begins with every case of the agency.
    led = Exists(teams_visible_to(user).order_by().filter(pk=OuterRef("case__lead_team"), agency__in=leading))
    rows = assessments_visible_to(user).filter(led, state=rules.SigningState.SUBMITTED)
    return rows.exclude(writers=user).order_by("submitted_at")


def being_written_by(user: User) -> QuerySet[Assessment]:
    """Assessments that this user goes on with: being written or sent back, first due first."""
    rows = assessments_visible_to(user).filter(author=user, state__in=rules.CHANGEABLE)
    return rows.order_by("due_on", "started_at")


def observations_of(user: User, case_id: uuid.UUID) -> QuerySet[AssessmentObservation]:
    """What assessments say about signs and vulnerabilities in this case, newest assessment first.

    Each row's `assessment.release` says which wording its `item` has.
    """
    rows = AssessmentObservation.objects.filter(assessment__in=assessments_of(user, case_id))
    return rows.select_related("assessment", "noted_by", "concern", "contact_note").order_by(
        "-assessment__started_at", "item"
    )


def told_in_worries(
    user: User, case_id: uuid.UUID, *, since: datetime | None = None
) -> QuerySet[ConcernObservation]:
    """What the case's worries say was seen, latest first; with `since`, only worries that came to the case from then on,
    whenever they were told. `Hidden` unless the user may see the case."""
    case = case_visible_to(user, case_id)
    seen = ConcernObservation.objects.filter(concern__case=case, state=ConcernObservation.State.SEEN)
    if since is not None:
        seen = seen.filter(concern__decided_at__gte=since)
    return seen.select_related("concern").order_by("-seen_on", "-concern__told_at")


def noticed_at_contacts(
    user: User, case_id: uuid.UUID, *, since: datetime | None = None
) -> QuerySet[NoteObservation]:
    """What notes of contact mark as seen in this case, latest first; with `since`, those marked from then on, else since the
    case was opened. `Hidden` unless the user may see the case."""
    case = case_visible_to(user, case_id)
    return noticed_in_notes(user, case.person_id, since=since or case.opened_at)


def questions_visible_to(user: User) -> QuerySet[OpenQuestion]:
    """What assessments ask, of children whose record the user may open. Each knows its findings, case and child."""
    rows = OpenQuestion.objects.filter(visible_through(user, "assessment__case__person"))
    return _with_findings(rows).select_related(
        "assessment__case__person", "assessment__case__trusted_worker", "owner"
    )


def question_visible_to(user: User, question_id: uuid.UUID) -> OpenQuestion:
    question = questions_visible_to(user).filter(pk=question_id).first()
    if question is None:
        raise Hidden
    return question


def open_questions_of(user: User, assessment: Assessment) -> QuerySet[OpenQuestion]:
    """What this assessment asks, and nobody has found out yet."""
    return questions_visible_to(user).filter(assessment=assessment, findings=None)


def findings_of(user: User, person_id: uuid.UUID) -> QuerySet[Finding]:
    """Everything that was found out about a question, for one child, latest first."""
    rows = Finding.objects.filter(visible_through(user, "question__assessment__case__person"))
    return (
        rows.filter(question__assessment__case__person_id=person_id)
        .select_related("question")
        .order_by("-found_on", "-noted_at")
    )


def questions_to_find_out(user: User) -> QuerySet[OpenQuestion]:
    """What this user has to find out, first due first: no answer yet, and not asked again by a later assessment. What somebody was to find
    out who cannot see the child any more is with those who work the case."""
    open_ones = questions_visible_to(user).filter(assessment__case__state=Case.State.OPEN)
    theirs = open_ones.filter(_own_or_left(user), findings=None, again=None)
    return theirs.order_by(F("by_on").asc(nulls_last=True), "asked_at")


def questions_near(user: User) -> QuerySet[OpenQuestion]:
    """Questions without which there is none of them. Whether the user may see one is asked beside."""
    return OpenQuestion.objects.filter(_own_or_left(user), findings=None, again=None)


def _own_or_left(user: User) -> Q:
    """Of questions: those of this user, and in cases in which they work those that nobody else can find out."""
    left = Q(owner__isnull=False, assessment__case__in=worked_in(user))
    return Q(owner=user) | left & ~sees(user, "owner", "assessment__case__person")


def referred_on(user: User, case: Case, at: datetime) -> date:
    """The day from which the clock of an assessment runs that is started now, `at`: that of the first worry that led to the
    case, or to its opening again. Of a new assessment after a signed one: that of the first worry since, or its start."""
    worries = Concern.objects.filter(case=case)
    closed = CasePeriod.objects.filter(case=case).aggregate(at=Max("closed_at"))["at"]
    signed = signed_since_opened(user, case)
    since = signed.signed_at if signed else closed
    if since:
        worries = worries.filter(decided_at__gt=since)
    first = worries.aggregate(at=Min("told_at"))["at"]
    return timezone.localdate(first or (at if signed else case.opened_at))


def words_of_child(user: User, case_id: uuid.UUID) -> QuerySet[Words]:
    """The child's words to choose from, latest first. `Hidden` unless the user may see the case."""
    return words_of(user, case_visible_to(user, case_id).person_id)


def latest_words(user: User, case_id: uuid.UUID) -> list[Words]:
    """Those that a decision is made beside: the latest of the child's words, `BESIDE` at most. The others stand on the page
    of the child's words."""
    return list(words_of_child(user, case_id)[:BESIDE])


def wrote_in(user: User, assessment: Assessment) -> bool:
    return any(writer.pk == user.pk for writer in assessment.writers.all())


def may_sign_off(user: User, assessment: Assessment) -> bool:
    """A supervisor of the agency that leads the case answers for it with their signature."""
    return assessment.case.lead_team.agency_id in user.agencies_where(May.SIGN_OFF)


def why_not_submit(user: User, assessment: Assessment) -> str | None:
    """The rule, with what this assessment holds. For one that came from `assessment_visible_to`."""
    rows = list(assessment.observations.all())
    made_to_harm = {rules.AssessmentPart.MADE_TO_HARM.value, rules.AssessmentPart.BOTH.value}
    return rules.why_not_submit(
        state=assessment.state,
        judgement=assessment.judgement,
        has_words=assessment.words_id is not None,
        why_no_words=assessment.why_no_words,
        marked=len(rows),
        not_known=sum(row.state == AssessmentObservation.State.NOT_KNOWN for row in rows),
        what_is_not_known=assessment.what_is_not_known,
        questions=[(row.owner_id is not None, row.by_on is not None) for row in assessment.questions.all()],
        seen_before_unmarked=bool(seen_before_and_not_marked(user, assessment)),
        made_to_harm=any(row.childs_part in made_to_harm for row in assessment.patterns.all()),
        needs=(assessment.needs_harmed, assessment.needs_made_to_harm),
    )


def seen_before_and_not_marked(user: User, assessment: Assessment) -> list[str]:
    """Items that the signed assessment before this one saw, and this one does not speak of."""
    earlier = _signed_before(user, assessment).values("pk")[:1]
    seen = AssessmentObservation.objects.filter(
        assessment__in=list(earlier.values_list("pk", flat=True)), state=AssessmentObservation.State.SEEN
    )
    marked = {row.item for row in assessment.observations.all()}
    here = load.release(assessment.release).entries
    return [item for item in seen.values_list("item", flat=True) if item in here and item not in marked]


def why_not_change(user: User, assessment: Assessment) -> str | None:
    return rules.why_not_change(state=assessment.state, may_assess=user.may(May.ASSESS))


def why_not_sign_off(user: User, assessment: Assessment) -> str | None:
    return rules.why_not_sign_off(
        state=assessment.state,
        wrote_in_it=wrote_in(user, assessment),
        may_sign_off=may_sign_off(user, assessment),
    )


def why_not_return(user: User, assessment: Assessment, *, reason: str, parts: Collection[str]) -> str | None:
    return rules.why_not_return(
        state=assessment.state,
        wrote_in_it=wrote_in(user, assessment),
        may_sign_off=may_sign_off(user, assessment),
        reason=reason,
        parts=parts,
    )


def why_not_start(user: User, case_id: uuid.UUID, *, case_is_open: bool) -> str | None:
    return rules.why_not_start(
        case_is_open=case_is_open,
        unsigned=unsigned(user, case_id) is not None,
        may_assess=user.may(May.ASSESS),
    )


def days_left(assessment: Assessment, today: date) -> int | None:
    """Whole days until the assessment is due, below nought when overdue; None without a due date."""
    return None if assessment.due_on is None else (assessment.due_on - today).days


def to_sign(user: User) -> Counting:
    """Every assessment with a day by which it is due, kept where it was signed off by then. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    begun = Assessment.objects.filter(due_on__isnull=False).order_by()
    in_time = Q(state=rules.SigningState.SIGNED, signed_at__date__lte=F("due_on"))
    return Counting(begun, "due_on", in_time, "case__person", agency=f"case__{LED_BY}")


def signed_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """Assessments signed off since a day beside the child's own words. Over the whole partnership, for those who
    see figures; `by`: those signed by these people, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Assessment.objects.all() if by is None else assessments_visible_to(user).filter(signed_by__in=by)
    signed = rows.filter(signed_at__date__gte=since).order_by()
    return beside_words(user, signed, at="signed_at", around="case")


def children_by_pattern(user: User, *, since: date, until: date) -> dict[str, int]:
    """Of each pattern, by its id, in how many children's assessments signed off from one day to another it stands.

    Over the whole partnership, restricted children among them (ADR 0010), for those who see figures. True counts: they are
    shown to nobody before the small ones are hidden.
    """
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    signed = AssessmentPattern.objects.filter(
        assessment__state=rules.SigningState.SIGNED, assessment__signed_at__date__range=(since, until)
    )
    rows = signed.order_by().values("pattern").annotate(of=Count("assessment__case__person", distinct=True))
    return {row["pattern"]: row["of"] for row in rows}


def signs_without_a_pattern(user: User) -> Kept:
    """Open cases in whose last signed assessment a sign is seen, and of these how many name no pattern of exploitation. Over the whole
    partnership, for those who see figures. Two queries."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    signed = Assessment.objects.order_by().filter(state=rules.SigningState.SIGNED, case__state="open")
    later = signed.filter(case=OuterRef("case"), signed_at__gt=OuterRef("signed_at"))
    signs = [sign.id for sign in load.current().signs]
    seen = AssessmentObservation.objects.order_by().filter(
        assessment=OuterRef("pk"), item__in=signs, state=AssessmentObservation.State.SEEN
    )
    rows = signed.filter(~Exists(later), Exists(seen))
    named = Exists(AssessmentPattern.objects.order_by().filter(assessment=OuterRef("pk")))
    return Kept(rows.filter(~named).count(), rows.count())


def with_a_signed_assessment(user: User) -> Kept:
    """Open cases, and how many of them have an assessment that is signed off. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    signed = Assessment.objects.order_by().filter(state=rules.SigningState.SIGNED, case__state="open")
    return Kept(signed.values("case").distinct().count(), children_with_a_case(user).count())
