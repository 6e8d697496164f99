"""What others may read about missing episodes, interviews and the form. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.utils import timezone

from heard.agencies.queries import memberships_with
from heard.agencies.rules import Hidden, May
from heard.cases.attachment.queries import attachments_of
from heard.cases.case.counting import Counting
from heard.cases.case.models import Case
from heard.cases.case.queries import standing_deaths, worked_in
from heard.cases.missing import rules
from heard.cases.missing.models import EarlierVersion, Episode, Interview, InterviewOffer, Philomena
from heard.network.queries import (
    find_described,
    find_groups,
    find_places,
    people_visible_to,
    person_visible_to,
    to_keep,
    told_of_a_tie,
    visible_through,
    web,
)
from heard.network.rules import Description, Name
from heard.network.words import why_alike

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.attachment.models import Attachment
    from heard.network.queries import Strand
    from heard.network.rules import Found

# What an episode, its interview and a form say in words that whoever writes them chooses: where a phone, car or account is looked for.
# What the child said is not among them.
_EPISODE_WORDS = (*rules.MISSING_WORDS, *rules.FOUND_WORDS)
_INTERVIEW_WORDS = (
    "where", "who_else", "where_was", "who_with", "pushed", "pulled", "would_help", "passed_on",
)  # fmt: skip
FORM_PARTS = (
    "description", "associates", "places", "medical", "finance", "social_media", "phone", "transport",
    "what_helps",
)  # fmt: skip
_FOUND = 10  # at most, of those who may be meant


def episodes_visible_to(user: User) -> QuerySet[Episode]:
    """Episodes of children whose record the user may open, those taken back too; latest first."""
    rows = Episode.objects.filter(visible_through(user, "person")).annotate(unreached=Episode.not_reached())
    return rows.select_related(
        "person", "noted_by", "found_noted_by", "interview__words", "interview__noted_by"
    )


def episode_visible_to(user: User, episode_id: uuid.UUID) -> Episode:
    """The episode with `answer`, `asked_at` and `died`, or `Hidden`."""
    episode = _with_answer(user, episodes_visible_to(user)).filter(pk=episode_id).first()
    if episode is None:
        raise Hidden
    return episode


def episodes_of(user: User, person_id: uuid.UUID) -> QuerySet[Episode]:
    """The child's episodes, each with `answer` and `asked_at`, an open one first, then the latest. Without those that were
    noted by mistake.

    `Hidden` unless the user may see the child.
    """
    person_visible_to(user, person_id)
    rows = _counted(episodes_visible_to(user).filter(person_id=person_id))
    return _with_answer(user, rows).order_by(F("found_at").desc(nulls_first=True))


def told_of(user: User, person_ids: Collection[uuid.UUID]) -> QuerySet[Episode]:
    """Episodes of these children with `answer`: what the child said last when the interview was offered, None where nobody
    asked, and `asked_at`, when that was. Of those whom the user may see; without those noted by mistake, latest first."""
    return _with_answer(user, _counted(episodes_visible_to(user))).filter(person__in=person_ids)


def open_episodes(user: User) -> QuerySet[Episode]:
    """Children who are missing now, the longest first."""
    return _counted(episodes_visible_to(user)).filter(found_at=None).order_by("missing_from")


def open_first(user: User) -> QuerySet[Episode]:
    """Every episode, each with `answer` and `asked_at`: the open ones first, the longest missing of them first; then the
    latest returns."""
    rows = _with_answer(user, _counted(episodes_visible_to(user)))
    return rows.order_by(F("found_at").desc(nulls_first=True), "missing_from")


def open_episode_of(user: User, person_id: uuid.UUID) -> Episode | None:
    return open_episodes(user).filter(person_id=person_id).first()


def missing_since(user: User, moment: datetime) -> QuerySet[Episode]:
    """Episodes that began after a moment, or were not over by then: what a panel looks at. First begun first."""
    rows = _counted(episodes_visible_to(user))
    return rows.filter(Q(found_at=None) | Q(found_at__gt=moment)).order_by("missing_from")


def other_periods(user: User, person_id: uuid.UUID, *, but: uuid.UUID | None = None) -> list[rules.Period]:
    """When the child was missing, apart from one episode: for the rule that no two overlap."""
    rows = episodes_of(user, person_id).exclude(pk=but) if but else episodes_of(user, person_id)
    return list(rows.values_list("missing_from", "found_at"))


def offers_of(user: User, episode_id: uuid.UUID) -> QuerySet[InterviewOffer]:
    """Each time that the interview was offered, the first first."""
    rows = InterviewOffer.objects.filter(episode__in=episodes_visible_to(user), episode_id=episode_id)
    return rows.select_related("noted_by")


def earlier_of(user: User, episode_id: uuid.UUID) -> QuerySet[EarlierVersion]:
    """What was written about the return and the interview before it was written anew, the latest first."""
    rows = EarlierVersion.objects.filter(episode__in=episodes_visible_to(user), episode_id=episode_id)
    return rows.select_related("replaced_by")


def not_heard_yet(user: User) -> QuerySet[Episode]:
    """Returns after which nobody has spoken with the child yet, first due first; not where the child was asked and said
    no. Where it was never offered it stays due: it is offered each time."""
    rows = _with_answer(
        user, _counted(episodes_visible_to(user)).filter(Episode.not_held(), found_at__isnull=False)
    )
    waiting = rows.filter(Q(answer=None) | ~Q(answer=rules.Offered.DECLINED))
    return waiting.order_by("interview_due_at")


def interviews_due(user: User) -> QuerySet[Episode]:
    """Interviews of `not_heard_yet` that this user sees to, first due first.

    Those that the user has to do with: their team leads the child's case or they are the trusted worker; they noted
    the episode; or the child has no case and they are in the team that takes worries.
    """
    return not_heard_yet(user).filter(_concerning(user))


def _with_answer(user: User, rows: QuerySet[Episode]) -> QuerySet[Episode]:
    """What the child answered last, and when; and whether they have `died`. A note that it was not offered takes back no answer."""
    last = InterviewOffer.last_asked()
    return rows.annotate(
        answer=Subquery(last.values("outcome")[:1]),
        asked_at=Subquery(last.values("offered_at")[:1]),
        died=Exists(standing_deaths(user)),
    )


def interviews_near(user: User) -> QuerySet[Episode]:
    """Returns without which there is none of them. Whether the user may see one is asked beside."""
    return Episode.objects.order_by().filter(_concerning(user), Episode.not_held(), found_at__isnull=False)


def _concerning(user: User) -> Q:
    mine = Q(person__in=worked_in(user).filter(state="open").values("person"))
    mine |= Q(noted_by=user) | Q(found_noted_by=user)
    opened = Case.objects.filter(person=OuterRef("person"), state=Case.State.OPEN)
    takes_worries = memberships_with(user, May.SIGNED_IN).filter(user=user.pk, team__takes_worries=True)
    return mine | Q(~Exists(opened), Exists(takes_worries))


def to_interview(user: User) -> Counting:
    """Every return, kept where the interview was held within the time allowed. For those who see figures."""
    return Counting(_returns(user), "interview_due_at", _held_in_time(), "person")


def to_offer(user: User) -> Counting:
    """Every return, kept where the child was asked within the time allowed. For those who see figures."""
    asked = InterviewOffer.objects.filter(episode=OuterRef("pk")).exclude(outcome=rules.Offered.NOT_OFFERED)
    first = asked.order_by().values("episode").annotate(at=Min("offered_at")).values("at")
    in_time = Q(asked_at__lte=F("interview_due_at")) | _held_in_time()
    return Counting(_returns(user).annotate(asked_at=Subquery(first)), "interview_due_at", in_time, "person")


def _held_in_time() -> Q:
    return Q(interview__held_at__lte=F("interview_due_at"), unreached=False)


def episodes_by_month(user: User, *, since: date, until: date) -> dict[date, tuple[int, int]]:
    """How many episodes began in each month, by its first day, from one day to another, and how many children had them;
    without those noted by mistake.

    Over the whole partnership, restricted children among them (ADR 0010), for those who see figures. True counts: they are
    shown to nobody before the small ones are hidden.
    """
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    began = _counted(Episode.objects.filter(missing_from__date__range=(since, until))).order_by()
    by_month = began.annotate(month=TruncMonth("missing_from")).values("month")
    months = by_month.annotate(of=Count("pk"), children=Count("person", distinct=True))
    return {timezone.localdate(row["month"]): (row["of"], row["children"]) for row in months}


def days_missing(
    user: User, children: Collection[uuid.UUID], *, since: date, until: date
) -> dict[uuid.UUID, list[date]]:
    """Of these children, the days on which an episode began, from one day to another, without those noted by mistake. For those who
    see figures; true counts, shown to nobody. One query for 400 of them."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    began = _counted(Episode.objects.filter(missing_from__date__range=(since, until))).order_by()
    found: dict[uuid.UUID, list[date]] = defaultdict(list)
    for some in batched(children, 400):
        for child, at in began.filter(person__in=some).values_list("person", "missing_from"):
            found[child].append(timezone.localdate(at))
    return found


def _returns(user: User) -> QuerySet[Episode]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Episode.objects.filter(found_at__isnull=False).annotate(unreached=Episode.not_reached())
    return _counted(rows).order_by()


def answers_of(user: User, interview: Interview) -> list[Strand]:
    """The people, places and groups that the child spoke of in the interview, as ties that the user may see."""
    said = ("interview", interview.episode_id)
    around = web(user).around(interview.episode.person_id)
    return [tie for tie in around if said in {(source.about, source.about_id) for source in tie.sources}]


def people_like(user: User, name: str) -> list[tuple[str, str, str]]:
    """Who on record may be meant, children and adults: (key, name, why), at most ten. Only those whom the user may
    open: a tie to somebody else would show who has a record."""
    given, _space, family = name.strip().rpartition(" ")
    asked = Description((Name(given or family, family if given else ""),))
    hits = find_described(user, asked, kinds=("child", "adult"), limit=_FOUND)
    return [(str(hit.person_id), hit.name, why_alike(hit.reasons)) for hit in hits if hit.may_open]


def things_like(user: User, end: str, *, name: str, postcode: str = "") -> list[tuple[str, str, str]]:
    """Places or groups on record that may be meant: (key, name, what is known of it and why), at most ten."""
    group = end == "group"
    found = find_groups(user, name=name) if group else find_places(user, name=name, postcode=postcode)
    return [
        (str(likeness.id), likeness.name, "; ".join(filter(None, (likeness.facts, why_alike(likeness.why)))))
        for likeness in found
    ]


# ---- the form that is ready before


def forms_of(user: User, person_id: uuid.UUID) -> QuerySet[Philomena]:
    """Each version of the child's Philomena form, the latest first. `Hidden` unless the user may see the child: so it
    goes with the child to each team that works with them."""
    person_visible_to(user, person_id)
    return Philomena.objects.filter(person_id=person_id).select_related("written_by", "photo", "person")


def forms_visible_to(user: User) -> QuerySet[Philomena]:
    """Every version of the form of every child whose record the user may open."""
    return Philomena.objects.filter(visible_through(user, "person"))


def form_visible_to(user: User, form_id: uuid.UUID) -> Philomena:
    """One version, or `Hidden`."""
    form = forms_visible_to(user).select_related("person").filter(pk=form_id).first()
    if form is None:
        raise Hidden
    return form


def to_keep_in_episode(user: User, episode: Episode) -> tuple[Found, ...]:
    """Phones, cars and accounts that an episode or its interview names in words and that are not kept with it. Two queries."""
    return to_keep(user, "interview", [episode.pk], texts_of(user, episode))


def texts_of(user: User, episode: Episode) -> list[str]:
    """Of an episode that the user may read and its interview, as they are written now, what somebody wrote in words of their own. One
    query."""
    seen = episodes_visible_to(user).filter(pk=episode.pk).order_by()
    held: Any = Interview.objects.filter(episode__in=seen.values("pk")).first()
    texts = [getattr(episode, name) for name in _EPISODE_WORDS]
    return texts + [getattr(held, name) for name in _INTERVIEW_WORDS] if held else texts


def to_keep_in_form(user: User, form: Philomena) -> tuple[Found, ...]:
    """The same, of a version of the form: what is kept with an earlier one is kept."""
    versions = forms_of(user, form.person_id).values_list("pk", flat=True)
    return to_keep(user, "philomena", list(versions), [getattr(form, part) for part in FORM_PARTS])


def photos_of(user: User, person_id: uuid.UUID) -> list[Attachment]:
    """Pictures among the child's files, to choose from."""
    rows = attachments_of(user, person_id=person_id)
    return list(rows.filter(kind__in=("jpeg", "png", "webp"), withdrawn_at=None))


def begin_form(user: User, person_id: uuid.UUID) -> dict[str, Any]:
    """What a new version begins with: the version before it, and where it says nothing what the record knows."""
    latest = forms_of(user, person_id).first()
    known = _from_record(user, person_id)
    if latest is None:
        return known
    texts = {part: getattr(latest, part) or known.get(part, "") for part in FORM_PARTS}
    return texts | {"photo": str(latest.photo_id or "")}


def _from_record(user: User, person_id: uuid.UUID) -> dict[str, Any]:
    """Without restricted people, and as far as it may leave as a fact: whoever sees the child reads the form, also who may not know of
    them."""
    person = people_visible_to(user).prefetch_related("addresses", "other_names").get(pk=person_id)
    around = web(user, leaving=True).facts_around(person_id)
    ties = [tie for tie in around if tie.until is None]
    places = [
        ", ".join(filter(None, (address.line, address.postcode)))
        for address in person.addresses.all()
        if address.until is None
    ]
    names = [f"{name.given_name} {name.family_name}".strip() for name in person.other_names.all()]
    return {
        "description": "; ".join(filter(None, [person.known_as, *names])),
        "associates": "\n".join(_tie(tie) for tie in ties if tie.end != "place"),
        "places": "\n".join([*places, *(_tie(tie) for tie in ties if tie.end == "place")]),
    }


def _tie(tie: Strand) -> str:
    return f"{tie.kind} {tie.name} ({tie.how_known})"


def _counted(rows: QuerySet[Episode]) -> QuerySet[Episode]:
    return rows.filter(taken_back_at=None)


def told_of_ties(user: User) -> Counting:
    """Every interview held, kept where it is a source of a tie to somebody or to a place. Over the whole partnership, for those who see
    figures."""
    held = _returns(user).exclude(Episode.not_held())
    return Counting(held, "interview__held_at", Q(told_of_a_tie(user, "interview", "pk")), "person")


def passed_to_reviewer(user: User) -> Counting:
    """Every interview held, but for those of which it is said that the child has no reviewing officer, kept where it was passed on to
    them. Over the whole partnership, for those who see figures."""
    held = _returns(user).exclude(Episode.not_held()).exclude(interview__to_reviewer=rules.Passed.NOBODY)
    return Counting(held, "interview__held_at", Q(interview__to_reviewer=rules.Passed.YES), "person")
