"""What may be read about contexts. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.lookups import Exact
from django.utils import timezone

from heard.agencies.queries import colleagues_visible_to, duty_team, memberships_with
from heard.agencies.rules import Hidden, May
from heard.cases.context import rules
from heard.cases.context.models import (
    Context,
    ContextAssessment,
    ContextEarlier,
    ContextEnd,
    ContextFinding,
    ContextGoal,
    ContextGround,
    ContextGuardian,
    ContextHolder,
    ContextMention,
    ContextPattern,
    ContextReview,
    ContextVoice,
)
from heard.cases.context.sides import sides_of
from heard.cases.stage import grounds
from heard.cases.stage import rules as signing
from heard.knowledge import load
from heard.network.queries import (
    SourceRead,
    children_at,
    group_visible_to,
    people_visible_to,
    place_visible_to,
    visible_through,
    web,
)
from heard.network.rules import is_home, outward

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.knowledge.model import Pattern

# What is written of a guardian, and kept as it was each time that it changes.
SAID_OF_GUARDIANS = (
    "who",
    "what_they_do",
    "whom_they_call",
    "asked_on",
    "answer",
    "said_on",
    "look_again_on",
    "why_ended",
)
# Of what a pattern of exploitation is noted, but for the case of a child.
ABOUT = ("group", "place", "context")
_BESIDE = ("place", "group", "lead_team__agency", "held_by", "opened_by", "closed_by")


def contexts_visible_to(user: User, of: str = "") -> QuerySet[Context]:
    """About a place whoever sees children; about a group whoever may see that group. About a home or a space online who works on it
    alone: the agency that leads, whoever does a step of it, who decides in the agency that worries come to, and co-ordinators. `of`: of those
    about a place or group alone, of which the database is asked less."""
    if not user.may(May.SEE_CHILD):
        return Context.objects.none()
    place = Q(place__isnull=False)
    if not _sees_all(user):
        place &= ~Q(setting__in=rules.NEED_TO_KNOW) | _works_on(user)
    if of != "place":
        group = Q(group__isnull=False) & web(user).through("group", "group_id")
        place = group if of else place | group
    return Context.objects.filter(place).select_related(*_BESIDE)


def _works_on(user: User) -> Q:
    does = Exists(Context.objects.filter(pk=OuterRef("pk"), steps__owner=user.pk))
    return Q(lead_team__agency__in=user.agencies_where(May.SEE_CHILD)) | Q(does)


def _sees_all(user: User) -> bool:
    """Co-ordinators, and who decides in the agency that worries come to: they decide on what is opened, whatever its setting."""
    if user.may(May.SEE_PARTNERSHIP):
        return True
    mine = user.agencies_where(May.DECIDE)
    duty = duty_team(user) if mine else None
    return duty is not None and duty.agency_id in mine


def leads(user: User, context: Context) -> bool:
    """Whether the work is theirs to steer: of the agency that leads it, or a co-ordinator. Others add what they know."""
    return user.may(May.SEE_PARTNERSHIP) or context.lead_team.agency_id in user.agencies_where(May.SEE_CHILD)


def context_visible_to(user: User, context_id: uuid.UUID) -> Context:
    """The context, or `Hidden`."""
    found = contexts_visible_to(user).filter(pk=context_id).first()
    if found is None:
        raise Hidden
    return found


def locked_context(user: User, context_id: uuid.UUID) -> Context:
    """The context as it stands now, kept from other writers until the transaction ends; or `Hidden`. For whoever writes in it: what
    hangs on it is read after this."""
    Context.objects.select_for_update().filter(pk=context_id).first()
    return context_visible_to(user, context_id)


def contexts_about(user: User, **node: uuid.UUID) -> QuerySet[Context]:
    """Of one place (`place_id`) or group (`group_id`): the open one first, then the latest."""
    return _about(user, node).order_by("-state", "-opened_at", "pk")


def open_context_of(user: User, **node: uuid.UUID | None) -> Context | None:
    """The open one of a place (`place_id`) or group (`group_id`), as far as the user may see it. There is one at a time, but where two were
    merged: then the latest."""
    return _about(user, node).filter(state=rules.ContextState.OPEN).first()


def _about(user: User, node: dict[str, Any]) -> QuerySet[Context]:
    of = next((name.removesuffix("_id") for name, key in node.items() if key), "")
    return contexts_visible_to(user, of).filter(**node)


def contexts_listed(user: User, *, state: str = rules.ContextState.OPEN) -> QuerySet[Context]:
    """All that the user may see, by the name of the place or group."""
    return contexts_visible_to(user).filter(state=state).order_by("place__name", "group__name", "pk")


def contexts_held(user: User) -> QuerySet[Context]:
    """Open ones that this user holds, by the day of their review, each with how far it has come."""
    rows = _with_how_far(user, contexts_visible_to(user).filter(held_by=user, state=rules.ContextState.OPEN))
    return rows.order_by(F("review_on").asc(nulls_last=True), "opened_at", "pk")


def next_step(user: User, context: Context) -> str:
    """What the work waits for, as the list of whoever holds it says; "" where it has ended."""
    row = _with_how_far(
        user, contexts_visible_to(user).filter(pk=context.pk, state=rules.ContextState.OPEN)
    ).first()
    return row.next_step if row else ""


def _with_how_far(user: User, rows: QuerySet[Context]) -> QuerySet[Context]:
    """`is_twice`: the user may read other open work on the same; `is_heard`: it says what young people said, or why nobody was asked; `is_sent`: an assessment is with the supervisor; `is_assessed`: one is signed; `has_goals`; `is_left_open`."""
    assessed = ContextAssessment.objects.filter(context=OuterRef("pk"))
    others = (
        contexts_visible_to(user).filter(state=rules.ContextState.OPEN).exclude(pk=OuterRef("pk")).order_by()
    )
    far = {
        "is_twice": Exists(others.filter(place=OuterRef("place")))
        | Exists(others.filter(group=OuterRef("group"))),
        "is_heard": Exists(ContextVoice.objects.filter(context=OuterRef("pk"))),
        "is_sent": Exists(assessed.filter(state=signing.SigningState.SUBMITTED)),
        "is_assessed": Exists(assessed.filter(state=signing.SigningState.SIGNED)),
        "has_goals": Exists(ContextGoal.objects.filter(context=OuterRef("pk"))),
        "is_left_open": _left_open(),
    }
    return rows.annotate(**far)


def _left_open() -> Q:
    """Of contexts, those with a goal or step of which nobody has said how it ended, or an assessment that is not signed off: they do not
    close."""
    this = Context.objects.filter(pk=OuterRef("pk"))
    unsigned = ContextAssessment.objects.filter(context=OuterRef("pk"))
    return (
        Q(Exists(this.filter(steps__state="open")))
        | Q(Exists(this.filter(goals__state="open")))
        | Q(Exists(unsigned.exclude(state=signing.SigningState.SIGNED)))
    )


def contexts_nobody_holds(user: User) -> QuerySet[Context]:
    """Open ones, and those that somebody has to look at again, whose holder cannot sign in or do such work any longer. For those who
    decide, who give them to somebody else."""
    if not user.may(May.DECIDE):
        return Context.objects.none()
    return contexts_visible_to(user).filter(without_a_holder(user)).order_by("opened_at", "pk")


def without_a_holder(user: User) -> Q:
    """Of contexts, whoever may read them: those that wait for somebody who cannot do it."""
    works = memberships_with(user, May.PLAN).filter(user=OuterRef("held_by"))
    waits = Q(state=rules.ContextState.OPEN) | Q(end_of_work__isnull=False, end_of_work__looked_at=None)
    return waits & ~Q(Exists(works))


def contexts_to_close(user: User) -> QuerySet[Context]:
    """Open ones of which the last review said that they can close, and in which nothing is left open. For those who decide."""
    return contexts_visible_to(user).filter(may_close(user)).order_by("opened_at", "pk")


def may_close(user: User) -> Q:
    """Of contexts: open ones of which the last review said that they can close, with nothing left open; none for those who do not decide.
    It does not ask whether the user may read them."""
    if not user.may(May.DECIDE):
        return Q(pk__in=[])
    last = (
        ContextReview.objects.filter(context=OuterRef("pk")).order_by("-recorded_at").values("decision")[:1]
    )
    said_so = Q(Exact(Subquery(last), rules.Decision.CLOSE), state=rules.ContextState.OPEN, review_on=None)
    return said_so & ~_left_open()


def who_decides(user: User, context: Context) -> list[User]:
    """Active people who could close this context or open another: of the agency that leads it and of the one that worries come to, who
    may read it. For whoever tells them."""
    duty = duty_team(user)
    agencies = {context.lead_team.agency_id, *([duty.agency_id] if duty else [])}
    members = memberships_with(user, May.DECIDE).filter(team__agency__in=agencies).values("user")
    people = colleagues_visible_to(user).filter(pk__in=members)
    return [person for person in people if contexts_visible_to(person).filter(pk=context.pk).exists()]


def who_holds(user: User, **node: uuid.UUID | None) -> list[User]:
    """Who holds the open work on a place (`place_id`) or group (`group_id`), whether the user may read that work or not. For whoever tells
    them."""
    about = {name: key for name, key in node.items() if key}
    rows = Context.objects.filter(**about, state=rules.ContextState.OPEN).values("held_by")
    return list(colleagues_visible_to(user).filter(pk__in=rows)) if about else []


def voices_of(user: User, context_id: uuid.UUID) -> QuerySet[ContextVoice]:
    """What young people say, the latest first."""
    rows = ContextVoice.objects.filter(context=context_visible_to(user, context_id))
    return rows.select_related("written_by")


def voices_about(user: User, **node: uuid.UUID) -> QuerySet[ContextVoice]:
    """What young people say of a place (`place_id`) or group (`group_id`), in whichever work on it that the user may see."""
    return ContextVoice.objects.filter(context__in=_keys_about(user, **node)).select_related("written_by")


def _keys_about(user: User, **node: uuid.UUID) -> QuerySet[Context, Any]:
    return contexts_about(user, **node).order_by().select_related(None).values("pk")


def why_not_hear_now(user: User, context: Context) -> str | None:
    return rules.why_not_write(state=context.state, may=user.may(May.ASSESS))


def earlier_holders(user: User, context_id: uuid.UUID) -> QuerySet[ContextHolder]:
    rows = ContextHolder.objects.filter(context=context_visible_to(user, context_id))
    return rows.select_related("user", "given_by")


def why_not_begin_opening(user: User, end: str, node_id: uuid.UUID) -> str | None:
    """What stands in the way of opening a context about this place or group at all; `Hidden` where the user may not see it."""
    node(user, end, node_id)
    return rules.why_not_open(
        may_decide=user.may(May.DECIDE),
        end=end,
        setting=rules.settings_of(end)[0],
        why="-",
        knows_it=True,
        has_open_one=is_open_about(user, end, node_id),
        sees_open_one=open_context_of(user, **{f"{end}_id": node_id}) is not None,
    )


def settings_there_are(user: User, end: str) -> list[tuple[str, str]]:
    """Which settings a place or group (`end`) may be, as choices."""
    labels = dict(Context.Setting.choices)
    return [(setting.value, str(labels[setting.value])) for setting in rules.settings_of(end)]


def node(user: User, end: str, node_id: uuid.UUID) -> Any:
    """The place or group, or `Hidden`."""
    return place_visible_to(user, node_id) if end == "place" else group_visible_to(user, node_id)


def is_open_about(user: User, end: str, node_id: uuid.UUID) -> bool:
    """Whether there is an open one at all, for whoever would open another: whether they may see it is another question."""
    rows = Context.objects.filter(**{f"{end}_id": node_id}, state=rules.ContextState.OPEN)
    return user.may(May.DECIDE) and rows.exists()


def may_know(user: User, end: str, node_id: uuid.UUID, setting: str, *, leads: bool = False) -> bool:
    """Whether this user could read a context of this setting about this place or group. `leads`: their team would lead it."""
    if not user.may(May.SEE_CHILD):
        return False
    if end == "group":
        return web(user).nodes("group").filter(pk=node_id).exists()
    return leads or setting not in rules.NEED_TO_KNOW or _sees_all(user)


def names_there(user: User, node_id: uuid.UUID, *, but: Collection[uuid.UUID] = ()) -> list[tuple[str, str]]:
    """Given and family names of children tied to a place or group whom the user may see, by whatever name they go: nothing that is
    written of it names them. `but`: keys of those of whom it is said that it does. One query."""
    return names_of(user, children_at(user, node_id).exclude(pk__in=but).order_by().values("pk"))


def names_of(user: User, keys: Any) -> list[tuple[str, str]]:
    """Given and family names of those of these people whom the user may see, by whatever name they go. One query."""
    found: list[tuple[str, str]] = []
    names = ("given_name", "family_name", "known_as", "other_names__given_name", "other_names__family_name")
    seen = people_visible_to(user).filter(pk__in=keys)
    for given, family, known_as, other_given, other_family in seen.values_list(*names):
        found += [(given, family), (known_as, family), (other_given or given, other_family or family)]
    return list(dict.fromkeys(found))


def why_not_name_a_child(user: User, context: Context, *texts: str) -> str | None:
    """Whether one of these texts names a child who is tied to the place or group and whom the user may see."""
    named = rules.names_somebody(" ".join(texts), names_there(user, context.node_id))
    return rules.NAMES_A_CHILD if named else None


# ---- the assessment


def assessments_visible_to(user: User) -> QuerySet[ContextAssessment]:
    seen = contexts_visible_to(user).order_by().select_related(None).values("pk")
    rows = ContextAssessment.objects.filter(context__in=seen)
    return rows.select_related(
        "context__place",
        "context__group",
        "context__lead_team__agency",
        "context__held_by",
        "author",
        "signed_by",
    )


def assessment_visible_to(user: User, assessment_id: uuid.UUID) -> ContextAssessment:
    """The assessment of a context, or `Hidden`."""
    found = assessments_visible_to(user).filter(pk=assessment_id).first()
    if found is None:
        raise Hidden
    return found


def assessments_of(user: User, context_id: uuid.UUID) -> QuerySet[ContextAssessment]:
    """The latest first."""
    return assessments_visible_to(user).filter(context=context_id)


def assessments_about(user: User, **node: uuid.UUID) -> QuerySet[ContextAssessment]:
    """Of a place (`place_id`) or group (`group_id`), in whichever work on it, the latest first."""
    return assessments_visible_to(user).filter(context__in=_keys_about(user, **node))


def findings_visible_to(user: User) -> QuerySet[ContextFinding]:
    """Those of which the user may see every child whom they name. Where two records of one child were named and then merged, the
    one that is kept says whom."""
    seen = assessments_visible_to(user).order_by().select_related(None).values("pk")
    named = ContextMention.objects.filter(finding=OuterRef("pk"), person__merged_into=None)
    hidden = named.exclude(visible_through(user, "person"))
    return ContextFinding.objects.filter(~Exists(hidden), assessment__in=seen).select_related("written_by")


def mentions_visible_to(user: User) -> QuerySet[ContextMention]:
    """Who is named in what the user may read."""
    return ContextMention.objects.filter(finding__in=findings_visible_to(user).order_by().values("pk"))


def findings_of(user: User, assessment_id: uuid.UUID) -> QuerySet[ContextFinding]:
    return findings_visible_to(user).filter(assessment=assessment_id)


def finding_visible_to(user: User, finding_id: uuid.UUID) -> ContextFinding:
    """One thing that is known, or `Hidden`."""
    found = findings_visible_to(user).filter(pk=finding_id).select_related("assessment__context").first()
    if found is None:
        raise Hidden
    return found


def people_named(user: User, assessment_id: uuid.UUID) -> dict[uuid.UUID, list[Any]]:
    """Of each finding of an assessment that the user may read, whom it names."""
    read = findings_of(user, assessment_id).order_by().values("pk")
    rows = ContextMention.objects.filter(finding__in=read, person__merged_into=None)
    found: dict[uuid.UUID, list[Any]] = {}
    for row in rows.select_related("person").order_by("person__family_name", "person__given_name", "pk"):
        found.setdefault(row.finding_id, []).append(row.person)
    return found


# ---- what it rests on


def with_grounds(user: User, findings: QuerySet[ContextFinding]) -> list[ContextFinding]:
    """These, which the user may read, each with what it `rests` on. A fixed number of queries."""
    return grounds.with_grounds(user, ContextGround, findings)


def to_rest_on(
    user: User, assessment: ContextAssessment, finding: ContextFinding | None = None
) -> tuple[dict[uuid.UUID, SourceRead], set[uuid.UUID]]:
    """Sources that something that is known may rest on, by their keys: of ties of the place or group, those that the user may see, the latest,
    and those that this finding rests on. And the keys of these."""
    chosen = grounds.standing(ContextGround, finding=finding) if finding else set()
    offered = grounds.to_rest_on(user, assessment.context.node_id, chosen)
    return offered, chosen & offered.keys()


def findings_gone(user: User) -> QuerySet[ContextFinding]:
    """Those that this user wrote, or that stand in what they wrote or hold, of which a ground was withdrawn and nobody has said what that
    means; with `gone_at`, when it was."""
    lost = grounds.lost(ContextGround).filter(finding=OuterRef("pk"))
    theirs = Q(written_by=user) | Q(assessment__author=user) | Q(assessment__context__held_by=user)
    first = lost.order_by("source__withdrawn_at").values("source__withdrawn_at")[:1]
    rows = findings_visible_to(user).filter(theirs, Exists(lost)).annotate(gone_at=Subquery(first))
    return rows.order_by("gone_at", "pk") if user.may(May.ASSESS) else rows.none()


def assessments_that_lost(user: User, context_id: uuid.UUID) -> set[uuid.UUID]:
    """Keys of the assessments of a context in which something that the user may read rests on what was withdrawn. One query."""
    read = findings_visible_to(user).order_by().select_related(None).values("pk")
    rows = ContextGround.objects.filter(
        finding__in=read, finding__assessment__context=context_id, taken_off_at=None, source__withdrawn_at__isnull=False
    )  # fmt: skip
    return set(rows.order_by().values_list("finding__assessment", flat=True))


def who_answers_for(user: User, source_id: uuid.UUID) -> list[tuple[ContextGround, list[User]]]:
    """Of what rests on a source that `user` withdraws, who wrote or holds it and may read it: for telling them."""
    rows = ContextGround.objects.filter(source=source_id, taken_off_at=None)
    found = []
    for ground in rows.select_related("finding__written_by", "finding__assessment__author", "finding__assessment__context__held_by"):  # fmt: skip
        finding = ground.finding
        whom = {finding.written_by, finding.assessment.author, finding.assessment.context.held_by}
        may_read = [who for who in whom if findings_visible_to(who).filter(pk=finding.pk).exists()]
        found.append((ground, may_read if user.may(May.SEE_CHILD) else []))
    return found


def why_not_look_at_grounds(user: User, finding: ContextFinding, what_now: str, why_now: str) -> str | None:
    """Why this user may not say now what it means for something that is known that what it rests on was withdrawn. Also once it is signed: the
    assessment stays, and the answer stands beside it."""
    own = finding.written_by_id == user.pk or leads(user, finding.assessment.context)
    return signing.why_not_look_at_grounds(
        not_theirs=None if own and user.may(May.ASSESS) else rules.NOT_YOURS,
        waits=grounds.lost(ContextGround).filter(finding=finding).exists(),
        what_now=what_now,
        why_now=why_now,
    )


def sees_all_of(user: User, assessment: ContextAssessment) -> bool:
    """Whether this user, who sees the assessment, may read every finding of it."""
    readable = findings_of(user, assessment.pk).order_by().select_related(None).values("pk")
    return not ContextFinding.objects.filter(assessment=assessment).exclude(pk__in=readable).exists()


def children_there(
    user: User, node_id: uuid.UUID, finding_id: uuid.UUID | None = None
) -> dict[str, tuple[Any, str]]:
    """Children tied to a place or group whom the user may see, and those whom this finding, which they may read, names already:
    by key, with how they are called."""
    named = ContextMention.objects.filter(finding=finding_id).select_related("person") if finding_id else []
    people = [*children_at(user, node_id), *(row.person for row in named)]
    return {str(person.pk): (person, str(person)) for person in people}


def number_there(user: User, node_id: uuid.UUID) -> int | None:
    """How many children whom the user may see are tied to it; None where a number would tell who they are."""
    return rules.shown_number(children_at(user, node_id).count())


def why_not_start_now(user: User, context: Context) -> str | None:
    unsigned = assessments_of(user, context.pk).exclude(state=signing.SigningState.SIGNED).exists()
    return rules.why_not_start(
        state=context.state,
        may_assess=user.may(May.ASSESS),
        leads=leads(user, context),
        unsigned=unsigned,
    )


def why_not_add(user: User, assessment: ContextAssessment) -> str | None:
    """Whoever reads it adds what they know."""
    why_not = rules.why_not_write(state=assessment.context.state, may=user.may(May.ASSESS))
    return why_not or signing.why_not_change(state=assessment.state, may_assess=True)


def why_not_change(
    user: User, assessment: ContextAssessment, finding: ContextFinding | None = None
) -> str | None:
    """What one wrote oneself, and all of it for those who lead."""
    if why_not := why_not_add(user, assessment):
        return why_not
    own = finding is not None and finding.written_by_id == user.pk
    return None if own or leads(user, assessment.context) else rules.NOT_YOURS


def why_not_withdraw(user: User, assessment: ContextAssessment) -> str | None:
    wrote = assessment.writers.filter(pk=user.pk).exists()
    return rules.why_not_withdraw(state=assessment.state, wrote_in_it=wrote)


def why_not_submit(user: User, assessment: ContextAssessment) -> str | None:
    context = assessment.context
    if why_not := rules.why_not_write(
        state=context.state, may=user.may(May.ASSESS), leads=leads(user, context)
    ):
        return why_not
    return rules.why_not_submit(
        state=assessment.state,
        is_heard=ContextVoice.objects.filter(context=assessment.context_id).exists(),
        sides=[side.id for side in sides_of(assessment.release, assessment.context.setting)],
        found=set(ContextFinding.objects.filter(assessment=assessment).values_list("side", flat=True)),
        weighing=assessment.weighing,
    )


def why_not_sign(user: User, assessment: ContextAssessment) -> str | None:
    return rules.why_not_sign(
        state=assessment.state,
        may_sign=assessments_visible_to(user).filter(_supervised_by(user), pk=assessment.pk).exists(),
        wrote_in_it=assessment.writers.filter(pk=user.pk).exists(),
        sees_all=sees_all_of(user, assessment),
    )


def to_sign(user: User) -> QuerySet[ContextAssessment]:
    """Those that wait for a signature of this user, and in which they did not write."""
    rows = assessments_visible_to(user).filter(_supervised_by(user), state=signing.SigningState.SUBMITTED)
    wrote = ContextAssessment.writers.through.objects.filter(contextassessment=OuterRef("pk"), user=user.pk)
    return rows.filter(~Exists(wrote)).order_by("submitted_at", "pk")


def _supervised_by(user: User) -> Q:
    """Of assessments: a supervisor of the agency that leads decides; where it has none who did not write in it, one of the agency that
    worries come to."""
    mine = user.agencies_where(May.SIGN_OFF)
    led = Q(context__lead_team__agency__in=mine)
    duty = duty_team(user)
    if duty is None or duty.agency_id not in mine:
        return led
    theirs = memberships_with(user, May.SIGN_OFF).filter(team__agency=OuterRef("context__lead_team__agency"))
    wrote = ContextAssessment.writers.through.objects.filter(
        contextassessment=OuterRef(OuterRef("pk")), user=OuterRef("user")
    )
    return led | Q(~Exists(theirs.exclude(Exists(wrote))))


def somebody_can_sign(user: User, assessment: ContextAssessment) -> bool:
    """Whether there is a supervisor who may decide on it, read all of it, and did not write in it. For whoever sends it: asks of
    each supervisor of two agencies."""
    duty = duty_team(user)
    agencies = {assessment.context.lead_team.agency_id, *([duty.agency_id] if duty else [])}
    members = memberships_with(user, May.SIGN_OFF).filter(team__agency__in=agencies).values("user")
    others = (
        colleagues_visible_to(user).filter(pk__in=members).exclude(pk__in=assessment.writers.values("pk"))
    )
    return any(
        assessments_visible_to(user).filter(_supervised_by(user), pk=assessment.pk).exists()
        and sees_all_of(user, assessment)
        for user in others
    )


def being_written(user: User) -> QuerySet[ContextAssessment]:
    rows = assessments_visible_to(user).filter(author=user, state__in=signing.CHANGEABLE)
    return rows.filter(context__state=rules.ContextState.OPEN).order_by("started_at", "pk")


# ---- patterns of exploitation


@dataclass(frozen=True)
class NotedPattern:
    """A pattern as a page shows it: the entry of the release, who noted it and why, and whether the reader may withdraw it."""

    entry: Pattern
    row: ContextPattern
    may_withdraw: bool


def patterns_about(user: User, end: str, about_id: uuid.UUID) -> list[NotedPattern]:
    """Those that stand on the page of a place, group or context (`end`), which the user may see: its own; on that of a place or group those of
    its contexts too, as far as the user may read these; on that of a context those of its place or group. Withdrawn ones last."""
    if end == "context":
        context = context_visible_to(user, about_id)
        end, of = context.end, Q(context=context) | Q(**{f"{context.end}_id": context.node_id})
    else:
        of = Q(**{f"{end}_id": about_id}) | Q(**{f"context__{end}_id": about_id})
    found = [pattern for pattern in _patterns_visible_to(user, end).filter(of) if _reads(user, pattern)]
    release = load.current()
    return [
        NotedPattern(
            release.pattern(pattern.pattern), pattern, why_not_withdraw_pattern(user, pattern) is None
        )
        for pattern in sorted(found, key=lambda one: one.withdrawn_at is not None)
    ]


def pattern_visible_to(user: User, pattern_id: uuid.UUID) -> ContextPattern:
    """A pattern of a place, group or context, or `Hidden`."""
    found = _patterns_visible_to(user).filter(pk=pattern_id).first()
    if found is None or not _reads(user, found):
        raise Hidden
    return found


def _patterns_visible_to(user: User, of: str = "") -> QuerySet[ContextPattern]:
    """`of`: as for `contexts_visible_to`."""
    if not user.may(May.SEE_CHILD):
        return ContextPattern.objects.none()
    contexts = contexts_visible_to(user, of).order_by().select_related(None).values("pk")
    seen = Q(context__in=contexts)
    if of != "group":
        seen |= Q(place__isnull=False)
    if of != "place":
        seen |= Q(group__isnull=False) & web(user).through("group", "group_id")
    rows = ContextPattern.objects.filter(seen)
    return rows.select_related(
        "place", "context__place", "context__group", "context__lead_team", "noted_by", "withdrawn_by"
    )


def _reads(user: User, pattern: ContextPattern) -> bool:
    """Of a place that turned out to be a home, whoever noted it and those who decide: as for contexts about homes."""
    place = pattern.place
    if place is None or not is_home(said=place.is_home, kind=place.kind, name=place.name):
        return True
    return pattern.noted_by_id == user.pk or _sees_all(user)


def why_not_begin_noting(user: User, end: str, about_id: uuid.UUID) -> str | None:
    """What stands in the way of noting a pattern of this place, group or context at all; `Hidden` where the user may not see it."""
    if end == "context":
        return why_not_note_in(user, context_visible_to(user, about_id))
    this = node(user, end, about_id)
    return why_not_note_of(user, lives_there=end == "place" and bool(web(user).homes([this])))


def why_not_note_in(user: User, context: Context) -> str | None:
    return rules.why_not_begin_noting(may_assess=user.may(May.ASSESS), state=context.state)


def why_not_note_of(user: User, *, lives_there: bool = False) -> str | None:
    """Of a place or group that the user sees."""
    return rules.why_not_begin_noting(may_assess=user.may(May.ASSESS), lives_there=lives_there)


def why_not_withdraw_pattern(user: User, pattern: ContextPattern) -> str | None:
    theirs = pattern.noted_by_id == user.pk or user.may(May.DECIDE)
    return rules.why_not_begin_withdrawing(
        is_withdrawn=pattern.withdrawn_at is not None,
        is_theirs=theirs or (pattern.context is not None and leads(user, pattern.context)),
    )


def is_noted(user: User, end: str, about_id: uuid.UUID, **same: Any) -> bool:
    """Whether this very pattern (`pattern`, `setting`, `from_on`) stands there and is not withdrawn."""
    rows = _patterns_visible_to(user).filter(**{f"{end}_id": about_id}, withdrawn_at=None)
    return rows.filter(**same).exists()


def patterns_by_what(user: User, *, since: date, until: date) -> dict[tuple[str, str], int]:
    """Of each pattern, by its id, of how many groups, places and contexts (`ABOUT`) it was noted from one day to another and not withdrawn.

    Over the whole partnership, for those who see figures. True counts: they are shown to nobody before the small ones are hidden.
    """
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = ContextPattern.objects.order_by().filter(withdrawn_at=None, noted_at__date__range=(since, until))
    of = {end: Count(end, distinct=True) for end in ABOUT}
    found: Any = rows.values("pattern").annotate(**{f"n_{end}": count for end, count in of.items()})
    return {(row["pattern"], end): row[f"n_{end}"] for row in found for end in ABOUT}


def places_by_district(user: User, *, since: date, until: date) -> dict[str, int]:
    """Places of which a pattern was noted, as `patterns_by_what`, or of the work on them, by the first half of their postcode; '' where none is
    known. Each place once, and no home."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = ContextPattern.objects.order_by().filter(withdrawn_at=None, noted_at__date__range=(since, until))
    told = rows.select_related("place", "context__place")
    places = {at for pattern in told if (at := pattern.place or (pattern.context and pattern.context.place))}
    public = [at for at in places if not is_home(said=at.is_home, kind=at.kind, name=at.name)]
    return dict(Counter(outward(at.postcode) for at in public))


def found_afterwards(user: User, *, since: date, until: date) -> dict[str, int]:
    """What was found when somebody looked again, from one day to another, at a place or group after the work on it: how many of each `Found`.
    As `patterns_by_what`."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    rows: Any = ContextEnd.objects.order_by().filter(looked_at__date__range=(since, until))
    return {row["found"]: row["n"] for row in rows.values("found").annotate(n=Count("pk"))}


# ---- goals, and who watches over it


def goals_of(user: User, context_id: uuid.UUID) -> QuerySet[ContextGoal]:
    """Open ones first, then as they were set."""
    rows = ContextGoal.objects.filter(context=context_visible_to(user, context_id))
    not_open = Case(When(state=rules.GoalState.OPEN, then=0), default=1)
    return rows.select_related("added_by").order_by(not_open, "added_at", "pk")


def goal_visible_to(user: User, goal_id: uuid.UUID) -> ContextGoal:
    """A goal, or `Hidden`."""
    found = ContextGoal.objects.filter(pk=goal_id).select_related("context").first()
    if found is None:
        raise Hidden
    found.context = context_visible_to(user, found.context_id)
    return found


def open_goals(user: User, context_id: uuid.UUID) -> QuerySet[ContextGoal]:
    return goals_of(user, context_id).filter(state=rules.GoalState.OPEN)


def why_not_begin_goal(user: User, context: Context) -> str | None:
    signed = assessments_of(user, context.pk).filter(state=signing.SigningState.SIGNED).exists()
    return rules.why_not_begin_goal(
        state=context.state,
        may_plan=user.may(May.PLAN),
        leads=leads(user, context),
        has_signed=signed,
        open_goals=open_goals(user, context.pk).count(),
    )


def why_not_begin_ending(user: User, goal: ContextGoal) -> str | None:
    return rules.why_not_write(
        state=goal.context.state, may=user.may(May.PLAN), leads=leads(user, goal.context)
    )


def why_not_ask(user: User, context: Context) -> str | None:
    """What stands in the way of noting who was asked to watch over it."""
    return rules.why_not_write(state=context.state, may=user.may(May.PLAN))


def why_not_change_guardian(user: User, guardian: ContextGuardian) -> str | None:
    """Whoever asked them, and those who lead."""
    context = guardian.context
    theirs = guardian.asked_by_id == user.pk or leads(user, context)
    return why_not_ask(user, context) or (None if theirs else rules.NOT_YOURS)


def guardians_visible_to(user: User) -> QuerySet[ContextGuardian]:
    seen = contexts_visible_to(user).order_by().select_related(None).values("pk")
    rows = ContextGuardian.objects.filter(context__in=seen)
    return rows.select_related(
        "asked_by", "context__place", "context__group", "context__lead_team", "context__held_by"
    )


def guardians_of(user: User, context_id: uuid.UUID) -> QuerySet[ContextGuardian]:
    return guardians_visible_to(user).filter(context=context_id)


def guardian_visible_to(user: User, guardian_id: uuid.UUID) -> ContextGuardian:
    """Who watches over it, or `Hidden`."""
    found = guardians_visible_to(user).filter(pk=guardian_id).first()
    if found is None:
        raise Hidden
    return found


def guardians_to_ask_again(user: User) -> QuerySet[ContextGuardian]:
    """Of contexts that this user holds, who said yes or has not answered: by the day on which somebody asks again. After the end
    too, until somebody has looked again."""
    goes_on = Q(context__state=rules.ContextState.OPEN) | Q(
        context__end_of_work__isnull=False, context__end_of_work__looked_at=None
    )
    rows = guardians_visible_to(user).filter(goes_on, context__held_by=user)
    return rows.exclude(answer=rules.Answer.ENDED).order_by("look_again_on", "pk")


def watched_places(user: User) -> QuerySet[Context, Any]:
    """Keys of places about which a context is open that the user may see."""
    rows = contexts_visible_to(user).filter(place__isnull=False, state=rules.ContextState.OPEN)
    return rows.order_by().values_list("place_id", flat=True)


def began_to_watch(
    user: User, places: Collection[uuid.UUID] | None = None
) -> list[tuple[uuid.UUID, uuid.UUID, date]]:
    """Of contexts about places (of these alone, or of all), which the user may see: the place, the context, and each day on which somebody said
    yes to watching over it."""
    rows = guardians_visible_to(user).filter(context__place__isnull=False, said_on__isnull=False)
    rows = rows if places is None else rows.filter(context__place__in=places)
    told = rows.order_by("said_on").values_list("context__place_id", "context_id", "said_on")
    return [(place, key, on) for place, key, on in told if place and on]


# ---- reviews, the end, and looking again


def reviews_of(user: User, context_id: uuid.UUID) -> QuerySet[ContextReview]:
    """The latest first, each with what it says of each goal."""
    rows = ContextReview.objects.filter(context=context_visible_to(user, context_id))
    return rows.select_related("held_by").prefetch_related("goals__goal")


def reviews_about(user: User, **node: uuid.UUID) -> QuerySet[ContextReview]:
    """Of a place (`place_id`) or group (`group_id`), in whichever work on it, the latest first."""
    return ContextReview.objects.filter(context__in=_keys_about(user, **node)).select_related("held_by")


def end_of(user: User, context_id: uuid.UUID) -> ContextEnd | None:
    """How the work ended, or None as long as it has not, or where it was only taken back."""
    rows = ContextEnd.objects.filter(context=context_visible_to(user, context_id))
    return rows.select_related("looked_by").prefetch_related("tries__tried_by").first()


def why_not_begin_review(user: User, context: Context) -> str | None:
    return rules.why_not_begin_review(
        state=context.state,
        may_review=user.may(May.REVIEW),
        leads=leads(user, context),
        has_goals=ContextGoal.objects.filter(context=context_visible_to(user, context.pk)).exists(),
    )


def last_decision(user: User, context: Context) -> str:
    """Of the review that was written down last; '' where there is none, or where a goal, step or worry was added after it."""
    this = context_visible_to(user, context.pk)
    last = ContextReview.objects.filter(context=this).order_by("-recorded_at").first()
    if last is None:
        return ""
    latest = (Max("goals__added_at"), Max("steps__added_at"), Max("worries__decided_at"))
    added = Context.objects.filter(pk=this.pk).aggregate(*latest)
    return "" if any(at and at > last.recorded_at for at in added.values()) else last.decision


def why_not_begin_closing(user: User, context: Context) -> str | None:
    return rules.why_not_begin_closing(
        state=context.state,
        may_close=user.may(May.DECIDE),
        last_decision=last_decision(user, context),
        open_goals=open_goals(user, context.pk).exists(),
        open_steps=context.steps.filter(state="open").exists(),
        unsigned=assessments_of(user, context.pk).exclude(state=signing.SigningState.SIGNED).exists(),
        is_heard=voices_of(user, context.pk).exists(),
    )


def why_not_begin_looking(user: User, context: Context) -> str | None:
    end = end_of(user, context.pk)
    return rules.why_not_begin_looking(
        may_review=user.may(May.REVIEW),
        leads=leads(user, context),
        is_closed=end is not None and not context.is_open,
        is_done=end is not None and end.looked_at is not None,
        is_due=end is not None and end.look_again_on <= timezone.localdate(),
    )


def why_not_begin_giving(user: User, context: Context) -> str | None:
    return rules.why_not_begin_giving(
        state=context.state,
        may_give=user.may(May.DECIDE) or context.held_by_id == user.pk,
        is_awaited=is_awaited(user, context),
    )


def is_awaited(user: User, context: Context) -> bool:
    """Whether the work has ended, and somebody still has to look again."""
    end = end_of(user, context.pk)
    return end is not None and end.looked_at is None


def why_not_take_back(user: User, context: Context) -> str | None:
    return rules.why_not_take_back(
        state=context.state, may_decide=user.may(May.DECIDE), has_work=has_work(user, context)
    )


def has_work(user: User, context: Context) -> bool:
    """Whether anything hangs on it but who holds it and the worries that it came from."""
    this = context_visible_to(user, context.pk)
    hangs = (
        this.voices, this.assessments, this.goals, this.guardians, this.steps, this.reviews, this.patterns,
    )  # fmt: skip
    return any(rows.exists() for rows in hangs)


# ---- what was put right


def earlier_of(user: User, context_id: uuid.UUID) -> QuerySet[ContextEarlier]:
    """How something in it read before it was put right, the latest first: for those who decide."""
    rows = ContextEarlier.objects.filter(context=context_visible_to(user, context_id))
    return rows.select_related("changed_by") if user.may(May.DECIDE) else rows.none()


def voice_visible_to(user: User, voice_id: uuid.UUID) -> ContextVoice:
    """What young people say, or `Hidden`."""
    found = ContextVoice.objects.filter(pk=voice_id).first()
    if found is None:
        raise Hidden
    found.context = context_visible_to(user, found.context_id)
    return found


def why_not_correct_voice(user: User, voice: ContextVoice, context: Context) -> str | None:
    """Whoever wrote it down, and those who lead, put it right; also once the work has ended."""
    return None if voice.written_by_id == user.pk or leads(user, context) else rules.NOT_YOURS


def may_correct(user: User) -> bool:
    return user.may(May.DECIDE)


def why_not_begin_correcting(user: User, context: Context) -> str | None:
    return rules.why_not_correct(
        may_decide=may_correct(user), end=context.end, setting=context.setting, why_opened="-", why="-"
    )


def to_look_at_again(user: User) -> QuerySet[ContextEnd]:
    """Contexts that this user held when the work ended, by the day on which somebody looks whether harm moved."""
    seen = contexts_visible_to(user).filter(held_by=user).order_by().select_related(None).values("pk")
    rows = ContextEnd.objects.filter(context__in=seen, looked_at=None)
    return rows.select_related("context__place", "context__group").order_by("look_again_on", "pk")
