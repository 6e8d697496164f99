"""Telling a worry. Rule, rows and audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.drafts.actions import begin_draft, discard_draft, save_draft
from heard.agencies.queries import duty_team
from heard.agencies.rules import May, Refused, refuse
from heard.cases.attachment.actions import discard_files, take_over_files
from heard.cases.case.actions import record_words
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.rules import Observed, due_on, new_reference
from heard.cases.concern import rules
from heard.cases.concern.actions._shared import _audit
from heard.cases.concern.actions.staff import AboutStaff, keep_apart
from heard.cases.concern.models import Concern, ConcernObservation
from heard.knowledge import load
from heard.network.actions import (
    add_group,
    add_person,
    add_place,
    hold_person,
    keep_mentions,
    open_to_duty_team,
)
from heard.network.queries import group_visible_to, place_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import Draft, User
    from heard.network.models import Person
    from heard.network.rules import Found

DRAFT = "worry"


@transaction.atomic
def tell(
    *,
    by: User,
    person_id: uuid.UUID | None = None,
    new_person: Mapping[str, Any] | None = None,
    place_id: uuid.UUID | None = None,
    new_place: Mapping[str, Any] | None = None,
    group_id: uuid.UUID | None = None,
    new_group: Mapping[str, Any] | None = None,
    seen_and_heard: str,
    when_seen: str = "",
    who_comes: str = "",
    observations: Iterable[Observed] = (),
    words: Mapping[str, Any] | None = None,
    why_no_words: str = "",
    danger_now: str = "not_known",
    danger_done: str = "",
    origin: str = "told",
    staff: AboutStaff | None = None,
    draft_id: uuid.UUID | None = None,
    at: datetime | None = None,
    named: Iterable[Found] = (),
) -> Concern:
    """Tells a worry about one child, place or group: one that we know (`…_id`) or a new one (`new_…`: what `add_person`,
    `add_place` or `add_group` takes). Signs and words are of a child only; `when_seen` and `who_comes` of the others.

    `staff`: it is about somebody who works with children. Then nobody hears of it but whoever hears of such worries, and that
    person is kept out of the child's record at once. `named`: phones, cars and accounts in `seen_and_heard` that the teller lets
    be kept, which a worry about staff never does. `words`: text, heard_by, heard_on and how of what the child said, as `record_words` takes them. `draft_id` is the
    draft that becomes this worry: it ends, its files become the worry's, and the worry takes its id, so that sending
    twice cannot tell it twice. Raises `Refused` with the sentence to show, or `Hidden` for a child whom this user cannot
    find, and for a draft that has ended.
    """
    if draft_id:
        discard_draft(by=by, draft_id=draft_id, kind=DRAFT, verb="send")
    about = _about(child=person_id or new_person, place=place_id or new_place, group=group_id or new_group)
    of_child = about == rules.About.CHILD
    observed = tuple(observations) if of_child else ()
    said_text = str((words or {}).get("text", "")) if of_child else ""
    _check_telling(by, about, seen_and_heard, observed, said_text, why_no_words, danger_now, danger_done)
    whom = _whom(by, about, person_id, new_person, place_id or group_id, new_place or new_group, staff)
    concern_id, said = draft_id or uuid.uuid4(), None
    if staff and said_text.strip():
        why_no_words = rules.KEPT_APART
    elif words and said_text.strip():
        on = Words.Occasion.CONCERN
        said = record_words(by=by, person_id=whom.pk, said_on=on, said_on_id=concern_id, **words)
    concern = _create_concern(
        by=by,
        concern_id=concern_id,
        at=at or timezone.now(),
        **_as_seen(about, seen_and_heard, when_seen, who_comes),
        words=said,
        why_no_words=why_no_words.strip() if of_child and not said else "",
        danger_now=danger_now,
        danger_done=danger_done.strip(),
        origin=origin,
        about_staff=staff is not None,
        **{"person" if of_child else about.value: whom},
    )
    _keep_observations(by, concern, observed)
    _audit(by, "tell", concern, origin=origin, danger_now=danger_now)
    if staff:
        keep_apart(by=by, concern=concern, staff=staff, words=words if of_child else None)
    else:
        _let_know(by, concern, named)
    if draft_id:
        take_over_files(by=by, draft_id=draft_id, concern_id=concern.pk)
    return concern


def _as_seen(about: rules.About, seen_and_heard: str, when_seen: str, who_comes: str) -> dict[str, str]:
    """What was seen and heard, as it is kept. Of a place or group also when, and who comes, and the words by which worries are compared."""
    seen = {"seen_and_heard": seen_and_heard.strip()}
    if about == rules.About.CHILD:
        return seen
    seen |= {"when_seen": when_seen.strip(), "who_comes": who_comes.strip()}
    return seen | {"compared": rules.compared(*seen.values())}


def _let_know(by: User, concern: Concern, named: Iterable[Found]) -> None:
    """Whoever decides learns of it, and what it names is kept."""
    announce(
        by=by,
        kind=Notified.DANGER if concern.danger_now == rules.Danger.YES else Notified.WORRY,
        subject="concern",
        subject_id=concern.pk,
        person_id=concern.person_id,
        at=concern.told_at,
    )
    keep_mentions(by=by, about="concern", about_id=concern.pk, found=named)


@transaction.atomic
def begin_telling(*, by: User, answers: dict[str, dict[str, Any]], page_id: uuid.UUID | None = None) -> Draft:
    """Begins the draft of a worry with the answers of its first page. `page_id`: what the page is kept under; the same page
    that is sent twice begins one draft. Once that one is sent, what the page says is another worry."""
    draft_id = uuid.uuid5(page_id, DRAFT) if page_id else uuid.uuid4()
    if Concern.everything.filter(pk=draft_id).exists():
        draft_id = uuid.uuid4()
    begin_draft(by=by, kind=DRAFT, draft_id=draft_id)
    return save_draft(by=by, draft_id=draft_id, kind=DRAFT, answers=answers)


@transaction.atomic
def throw_away(*, by: User, draft_id: uuid.UUID) -> None:
    """Discards a worry that is not sent, with its files. Nobody else has seen them."""
    discard_files(by=by, draft_id=draft_id)
    discard_draft(by=by, draft_id=draft_id, kind=DRAFT)


def _about(*, child: Any, place: Any, group: Any) -> rules.About:
    given = {rules.About.CHILD: child, rules.About.PLACE: place, rules.About.GROUP: group}
    named = [about for about, whom in given.items() if whom is not None]
    if len(named) != 1:
        raise Refused("Say which child, place or group this is about")
    return named[0]


def _check_telling(
    by: User,
    about: rules.About,
    seen_and_heard: str,
    observed: tuple[Observed, ...],
    words: str,
    why_no_words: str,
    danger_now: str,
    danger_done: str,
) -> None:
    release = load.current()
    known = {item.id for item in (*release.signs, *release.vulnerabilities)}
    refuse(
        rules.why_not_tell(
            may_tell=by.may(May.TELL),
            has_team=by.team is not None,
            about=about,
            seen_and_heard=seen_and_heard,
            danger_now=danger_now,
            danger_done=danger_done,
            words=words,
            why_no_words=why_no_words,
            seen_without_evidence=[one.item for one in observed if one.lacks_evidence],
            unknown_items={one.item for one in observed} - known,
        )
    )


def _whom(
    by: User,
    about: rules.About,
    person_id: uuid.UUID | None,
    new_person: Mapping[str, Any] | None,
    known_id: uuid.UUID | None,
    new: Mapping[str, Any] | None,
    staff: AboutStaff | None,
) -> Any:
    """The child, place or group that the worry is about, written down first where it is new."""
    if about == rules.About.CHILD:
        return _child(by, person_id, new_person, staff)
    if about == rules.About.PLACE:
        return place_visible_to(by, known_id) if known_id else add_place(by=by, **(new or {}))
    return group_visible_to(by, known_id) if known_id else add_group(by=by, **(new or {}))


def _child(
    by: User, person_id: uuid.UUID | None, new_person: Mapping[str, Any] | None, staff: AboutStaff | None
) -> Person:
    """The child whom the worry is about. A restricted child's record is opened to the duty team at once, and one with which
    another team of its agency works: otherwise nobody could decide. One about somebody who works with children does not come to that team."""
    if person_id is None:
        why = {} if staff else {"why": "Told a worry about this child"}
        person = add_person(by=by, by_worry=True, **{**why, **(new_person or {})})
    else:
        person = hold_person(by=by, person_id=person_id, found=True)
    team = None if staff else duty_team(by)
    if team is not None:
        open_to_duty_team(by=by, person_id=person.pk, team=team, by_worry=person_id is None)
    return person


def _create_concern(*, by: User, concern_id: uuid.UUID, at: datetime, **fields: Any) -> Concern:
    release = load.current()
    concern = Concern(
        id=concern_id,
        reference=new_reference("W", lambda text: Concern.everything.filter(reference=text).exists()),
        release=release.id,
        told_by=by,
        told_at=at,
        agency=by.team.agency,  # type: ignore[union-attr]
        due_on=due_on(release.clock(rules.CLOCK), _day(at)),
        **fields,
    )
    # The database holds the constraints: asked beforehand, each takes three statements.
    concern.full_clean(validate_constraints=False)
    concern.save(force_insert=True)
    return concern


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _keep_observations(by: User, concern: Concern, observed: tuple[Observed, ...]) -> None:
    rows = [
        ConcernObservation(
            concern=concern,
            item=one.item,
            state=one.state,
            seen_on=one.seen_on,
            source=one.source.strip(),
            words=one.words.strip(),
            noted_by=by,
        )
        for one in observed
    ]
    for row in rows:
        row.full_clean(exclude=["concern", "noted_by"], validate_constraints=False)
    ConcernObservation.objects.bulk_create(rows)
