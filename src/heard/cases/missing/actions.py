"""Every write about missing episodes, interviews and the form. Each asks the rule and leaves its audit row in one
transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.attachment.actions import open_attachment
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import why_not_after_death
from heard.cases.case.rules import Unheard
from heard.cases.missing import queries, rules
from heard.cases.missing.models import (
    EarlierVersion,
    Episode,
    Interview,
    InterviewOffer,
    Philomena,
)
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day
from heard.knowledge import load
from heard.network.actions import (
    Called,
    Knows,
    Says,
    add_group,
    add_person,
    add_place,
    hold_person,
    keep_mentions,
    note_tie_between,
)
from heard.network.queries import group_visible_to, person_visible_to, place_visible_to
from heard.network.rules import OTHER, SAID_TO_HARM, Basis, How, NodeKind

if TYPE_CHECKING:
    from heard.agencies.models import User

HELD = (
    "held_at", "where", "with_whom", "independent", "who_else", "why_no_words", "where_was", "who_with", "pushed", "pulled",
    "would_help", "to_reviewer", "to_police", "passed_on",
)  # fmt: skip


@transaction.atomic
def note_missing(
    *,
    by: User,
    person_id: uuid.UUID,
    missing_from: datetime | None,
    last_seen_where: str,
    last_seen_by: str,
    danger: str,
    from_where: str = "home",
    back: dict[str, Any] | None = None,
    at: datetime | None = None,
    **said: Any,
) -> Episode:
    """Notes that a child is missing; or was, where `back` says how it ended (what `note_found` takes).

    `said`: any other of `rules.MISSING`. Raises `Refused` where it would overlap another episode of this child.
    """
    person, now = hold_person(by=by, person_id=person_id), at or timezone.now()
    values = dict.fromkeys(rules.MISSING, "") | said
    values |= {"missing_from": missing_from, "from_where": from_where, "danger": danger}
    values |= {"last_seen_where": last_seen_where, "last_seen_by": last_seen_by}
    values["reported_at"] = said.get("reported_at")
    refuse(None if back else why_not_after_death(by, person_id))
    refuse(_why_not_note(by, values, now))
    episode = Episode(person=person, noted_by=by, noted_at=now, **values)
    if back is not None:
        _set_found(by, episode, back, now)
    refuse(_why_not_period(by, episode))
    episode.save(force_insert=True)
    _audit(by, "note", episode)
    if back is not None:
        _audit(by, "find", episode)
    _announce(by, episode, Notified.MISSING if back is None else Notified.FOUND, now)
    return episode


@transaction.atomic
def change_episode(*, by: User, episode_id: uuid.UUID, at: datetime | None = None, **said: Any) -> Episode:
    """What is known changes while one looks for the child. `said`: what of `rules.MISSING` is different now."""
    episode = _locked(by, episode_id)
    before = (episode.missing_from, episode.found_at)
    for name in rules.MISSING:
        setattr(episode, name, said.get(name, getattr(episode, name)))
    refuse(_why_not_note(by, {name: getattr(episode, name) for name in rules.MISSING}, at or timezone.now()))
    refuse(_why_not_period(by, episode, before))
    episode.save(update_fields=rules.MISSING)
    _audit(by, "change", episode)
    _announce(by, episode, Notified.MISSING_NEWS, at or timezone.now())
    return episode


@transaction.atomic
def note_found(*, by: User, episode_id: uuid.UUID, at: datetime | None = None, **said: Any) -> Episode:
    """The child is back. The clock of the interview starts at the hour of the return. `said`: all of `rules.FOUND`.

    For an episode that is over already it puts right what was written about the return, and the clock with it; what was
    written stays as an earlier version. Once the interview was offered or held, its clock is not moved to a later time.
    """
    episode, now = _locked(by, episode_id), at or timezone.now()
    verb = "find" if episode.found_at is None else "put right"
    before = (episode.missing_from, episode.found_at)
    written = {name: getattr(episode, name) for name in (*rules.FOUND, "interview_due_at")}
    _set_found(by, episode, said, now)
    refuse(_why_not_period(by, episode, before))
    detail = _keep_return(by, episode, written, now) if written["found_at"] else {}
    episode.save(update_fields=[*rules.FOUND, "found_noted_by", "found_noted_at", "interview_due_at"])
    _audit(by, verb, episode, **detail)
    settle(kind=Notified.MISSING, subject="episode", subject_id=episode.pk, at=now)
    _announce(by, episode, Notified.FOUND, now)
    return episode


@transaction.atomic
def take_back_episode(*, by: User, episode_id: uuid.UUID, reason: str) -> Episode:
    """It was no episode, such as one noted on the wrong child. It stays readable with its reason, and no longer counts."""
    episode = _locked(by, episode_id)
    refuse(
        rules.why_not_take_back(
            may_note=by.may(May.MISSING),
            taken_back=episode.taken_back_at is not None,
            has_interview=episode.held is not None,
            reason=reason,
        )
    )
    episode.taken_back_at, episode.taken_back_by, episode.taken_back_why = timezone.now(), by, reason.strip()
    episode.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_why"])
    _audit(by, "take back", episode, reason=reason)
    settle(kind=Notified.MISSING, subject="episode", subject_id=episode.pk, at=episode.taken_back_at)
    return episode


@transaction.atomic
def open_episode(*, by: User, episode_id: uuid.UUID) -> Episode:
    """The episode, for showing it, with the 'view' audit row; or `Hidden`."""
    episode = queries.episode_visible_to(by, episode_id)
    _audit(by, "view", episode)
    return episode


@transaction.atomic
def offer_interview(
    *,
    by: User,
    episode_id: uuid.UUID,
    outcome: str,
    offered_at: datetime | None = None,
    by_whom: str = "",
    why: str = "",
    at: datetime | None = None,
) -> InterviewOffer:
    """Notes one offer of the interview and the child's answer, or why it was not offered."""
    episode, now = _back(by, episode_id), at or timezone.now()
    not_offered = outcome == rules.Offered.NOT_OFFERED
    offered_at = None if not_offered else offered_at
    assert episode.found_at is not None
    refuse(why_not_after_death(by, episode.person_id))
    refuse(
        rules.why_not_offer(
            offered_at=offered_at,
            found_at=episode.found_at,
            outcome=outcome,
            by_whom=by_whom,
            why=why,
            now=now,
        )
    )
    offer = InterviewOffer.objects.create(
        episode=episode,
        outcome=outcome,
        offered_at=offered_at,
        by_whom="" if not_offered else by_whom,
        why=why,
        noted_by=by,
        noted_at=now,
    )
    _audit(by, "offer interview", episode, outcome=outcome)
    return offer


@transaction.atomic
def record_interview(
    *,
    by: User,
    episode_id: uuid.UUID,
    held_at: datetime | None,
    where: str,
    with_whom: str,
    independent: str,
    view: ChildsView,
    at: datetime | None = None,
    **said: str,
) -> Interview:
    """What the child said after this return; again where somebody adds to it or says to whom it was passed on. What was
    written before stays as an earlier version.

    `said`: who_else, where_was, who_with, pushed, pulled, would_help, to_reviewer, to_police, passed_on.
    """
    episode, now = _back(by, episode_id), at or timezone.now()
    there = Interview.objects.filter(episode=episode).first()
    interview = there or Interview(episode=episode, noted_by=by, noted_at=now)
    words, why_no_words = hear(
        by=by, person_id=episode.person_id, view=view, on=Words.Occasion.INTERVIEW, on_id=interview.pk
    )
    assert episode.found_at is not None
    refuse(
        rules.why_not_hold(
            held_at=held_at,
            found_at=episode.found_at,
            where=where,
            with_whom=with_whom,
            independent=independent,
            has_words=words is not None,
            since_return=words is not None and episode.is_since_return(words),
            why_no_words=why_no_words,
            was_reached=view.unheard is None or view.unheard.why != Unheard.NOT_REACHED,
            now=now,
        )
    )
    values = {"held_at": held_at, "where": where, "with_whom": with_whom, "independent": independent, **said}
    if there:
        written = {name: getattr(there, name) for name in HELD} | {"words": there.words_id}
        _keep_earlier(by, episode, rules.InterviewPart.INTERVIEW, written, now)
    for name, value in (values | {"words": words, "why_no_words": why_no_words}).items():
        setattr(interview, name, value)
    interview.save()
    _audit(by, "change interview" if there else "hold interview", episode)
    _announce(by, episode, Notified.INTERVIEW, now)
    return interview


@transaction.atomic
def note_answer(
    *,
    by: User,
    episode_id: uuid.UUID,
    end: str,
    name: str,
    choice: str = "",
    kind: str = OTHER,
    in_words: str = "",
    back: bool = False,
    new_kind: str = "",
    service: str = "",
    postcode: str = "",
    is_home: bool = False,
    since: date | None = None,
) -> None:
    """Who or what the child spoke of (`end`: person, place, group or handle) becomes a tie of the child.

    `kind`, `in_words`, `back`: what ties them, as `note_tie` takes it. `choice` is the key of one on record, or "new"; `new_kind` then
    says what it is: adult or child, or the kind of place or group; `is_home`: somebody lives at that place. A phone, car or account is
    not looked for: `new_kind` is its type, `service` where an account is. How it is known is the interview. A key of one that `by` may
    not see is `Hidden`.
    """
    episode = _locked(by, episode_id)
    interview = Interview.objects.filter(episode=episode).first()
    refuse(
        rules.why_not_answer(
            may_note=by.may(May.MISSING),
            has_interview=interview is not None,
            name=name,
            kind=kind,
            chosen=bool(choice) or end == NodeKind.HANDLE,
        )
    )
    assert interview is not None
    ends: dict[str, Any] = {
        "person": _person_of,
        "place": partial(_place_of, postcode=postcode, is_home=is_home),
        "group": _group_of,
        "handle": partial(_handle_of, service=service),
    }
    note_tie_between(
        by=by,
        one=episode.person_id,
        other=ends[end](by, name, choice, new_kind),
        says=Says(kind, in_words, back),
        knows=Knows(
            words=f"Interview of {day(interview.held_at)}, after coming back",
            how=How.SAID_BY_CHILD,
            basis=Basis.TOLD if kind == SAID_TO_HARM else "",
            about="interview",
            about_id=episode.pk,
            valid_from=since,
        ),
    )
    _audit(by, "add answer", episode)


@transaction.atomic
def keep_named(*, by: User, episode_id: uuid.UUID, ticks: Collection[str]) -> None:
    """Keeps that an episode or its interview names these phones, cars and accounts (`Found.tick`), so that they can be compared."""
    episode = _locked(by, episode_id)
    refuse(rules.why_not_keep(may_note=by.may(May.MISSING)))
    keep_mentions(
        by=by,
        about="interview",
        about_id=episode.pk,
        found=[one for one in queries.to_keep_in_episode(by, episode) if one.tick in ticks],
        on=timezone.localdate(episode.missing_from),
        person_id=episode.person_id,
    )


@transaction.atomic
def keep_named_in_form(*, by: User, form_id: uuid.UUID, ticks: Collection[str]) -> None:
    """The same, of a version of the Philomena form."""
    form = queries.form_visible_to(by, form_id)
    hold_person(by=by, person_id=form.person_id)
    refuse(rules.why_not_keep(may_note=by.may(May.MISSING)))
    keep_mentions(
        by=by,
        about="philomena",
        about_id=form.pk,
        found=[one for one in queries.to_keep_in_form(by, form) if one.tick in ticks],
        person_id=form.person_id,
    )


def _person_of(by: User, name: str, choice: str, kind: str) -> uuid.UUID:
    if choice != "new":
        return person_visible_to(by, _key(choice)).pk
    given, _space, family = name.strip().rpartition(" ")
    return add_person(
        by=by,
        given_name=given or family,
        family_name=family if given else "",
        kind="child" if kind == "child" else "adult",
        why="Named in an interview after a child came back",
    ).pk


def _place_of(by: User, name: str, choice: str, kind: str, *, postcode: str, is_home: bool) -> uuid.UUID:
    if choice != "new":
        return place_visible_to(by, _key(choice)).pk
    return add_place(
        by=by, name=name.strip(), kind=kind.strip() or "place", postcode=postcode, is_home=is_home
    ).pk


def _group_of(by: User, name: str, choice: str, kind: str) -> uuid.UUID:
    if choice != "new":
        return group_visible_to(by, _key(choice)).pk
    return add_group(by=by, name=name.strip(), kind=kind.strip() or "group").pk


def _handle_of(_by: User, name: str, _choice: str, kind: str, *, service: str) -> Called:
    return Called(NodeKind.HANDLE, name, kind, service)


def _key(choice: str) -> uuid.UUID:
    try:
        return uuid.UUID(choice)
    except ValueError as wrong:
        raise Hidden from wrong


# ---- the form that is ready before


@transaction.atomic
def write_form(
    *,
    by: User,
    person_id: uuid.UUID,
    photo_id: uuid.UUID | None = None,
    prepared_with: str = "",
    at: datetime | None = None,
    **parts: str,
) -> Philomena:
    """A new version of the child's Philomena form. `parts`: any of `queries.FORM_PARTS`. Earlier versions stay."""
    person = hold_person(by=by, person_id=person_id)
    texts = {name: parts.get(name, "") for name in queries.FORM_PARTS}
    refuse(rules.why_not_write_form(may_note=by.may(May.MISSING), texts=texts.values()))
    photos = {photo.pk: photo for photo in queries.photos_of(by, person_id)}
    if photo_id is not None and photo_id not in photos:
        raise Hidden
    last = queries.forms_of(by, person_id).aggregate(version=Max("version"))["version"]
    form = Philomena.objects.create(
        person=person,
        version=(last or 0) + 1,
        photo=photos.get(photo_id) if photo_id else None,
        prepared_with=prepared_with,
        written_by=by,
        written_at=at or timezone.now(),
        **texts,
    )
    _audit_form(by, "write", form)
    return form


@transaction.atomic
def open_forms(*, by: User, person_id: uuid.UUID) -> list[Philomena]:
    """Every version, the latest first, for showing, with the 'view' audit row of the child; or `Hidden`."""
    forms = list(queries.forms_of(by, person_id))
    record_audit(by=by, verb="view", subject="philomena", subject_id=person_id, person_id=person_id)
    return forms


@transaction.atomic
def open_paper(*, by: User, person_id: uuid.UUID) -> tuple[Philomena | None, Episode | None, bytes | None]:
    """What is printed: the latest version, the episode that is open, and the bytes of the photo. With the audit row."""
    form, episode = queries.forms_of(by, person_id).first(), queries.open_episode_of(by, person_id)
    if form is None and episode is None:
        raise Hidden
    record_audit(by=by, verb="print", subject="philomena", subject_id=person_id, person_id=person_id)
    return form, episode, _photo(by, form)


def _photo(by: User, form: Philomena | None) -> bytes | None:
    if form is None or form.photo_id is None:
        return None
    try:
        return open_attachment(by=by, attachment_id=form.photo_id)[1].read()
    except (Hidden, Refused):
        return None  # it was withdrawn, or cannot be opened, and the form is of use without it


def _set_found(by: User, episode: Episode, said: dict[str, Any], now: datetime) -> None:
    """Checks and sets what is said of the return, and when the interview is due. Does not save."""
    values = {name: said.get(name, "") for name in rules.FOUND}
    values["found_at"] = said.get("found_at")
    refuse(
        (rules.TAKEN_BACK if episode.taken_back_at else None)
        or rules.why_not_find(
            may_note=by.may(May.MISSING),
            missing_from=episode.missing_from,
            found_at=values["found_at"],
            found_where=values["found_where"],
            found_by=values["found_by"],
            condition=values["condition"],
            check=values["check_by_police"],
            check_note=values["check_note"],
            now=now,
        )
    )
    for name, value in values.items():
        setattr(episode, name, value)
    clock = load.current().clock("return_interview")
    episode.interview_due_at = rules.interview_due(clock, values["found_at"], timezone.get_current_timezone())
    if episode.found_noted_by is None:  # the one who puts it right stands with the earlier version
        episode.found_noted_by, episode.found_noted_at = by, now


def _spoken(episode: Episode) -> list[datetime]:
    """When the interview was offered to the child, and when it was held."""
    offered = episode.offers.exclude(offered_at=None).values_list("offered_at", flat=True)
    held = Interview.objects.filter(episode=episode).values_list("held_at", flat=True)
    return [at for at in (*offered, *held) if at is not None]


def _keep_return(by: User, episode: Episode, written: dict[str, Any], now: datetime) -> dict[str, str]:
    """Of a return that is put right, what was `written` until now. The two times, for the audit trail. Does not save the episode."""
    assert episode.found_at is not None
    assert episode.interview_due_at is not None
    spoken = _spoken(episode)
    refuse(rules.why_not_move_return(found_at=episode.found_at, spoken=spoken))
    was, due = written["found_at"], written.pop("interview_due_at")
    if spoken:
        episode.interview_due_at = min(due, episode.interview_due_at)
    _keep_earlier(by, episode, rules.InterviewPart.RETURN, written, now)
    return {"was": was.isoformat(), "now": episode.found_at.isoformat()}


def _keep_earlier(
    by: User, episode: Episode, of: rules.InterviewPart, written: dict[str, Any], at: datetime
) -> None:
    said = {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in written.items()}
    said = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}
    EarlierVersion.objects.create(episode=episode, of=of, said=said, replaced_by=by, replaced_at=at)


def _why_not_note(by: User, values: dict[str, Any], now: datetime) -> str | None:
    names = ("missing_from", "last_seen_where", "last_seen_by", "reported_at", "why_not_reported", "danger")
    asked = {name: values[name] for name in (*names, "danger_why")}
    return rules.why_not_note(may_note=by.may(May.MISSING), now=now, **asked)


def _why_not_period(by: User, episode: Episode, before: rules.Period | None = None) -> str | None:
    others = queries.other_periods(by, episode.person_id, but=episode.pk)
    period = (episode.missing_from, episode.found_at)
    return rules.why_not_period(period=period, others=others, before=before)


def _announce(by: User, episode: Episode, kind: Notified, at: datetime) -> None:
    announce(by=by, kind=kind, subject="episode", subject_id=episode.pk, person_id=episode.person_id, at=at)


def _locked(by: User, episode_id: uuid.UUID) -> Episode:
    """The row as it stands now, and the child held: whoever writes about another episode of this child waits."""
    seen = queries.episode_visible_to(by, episode_id)
    hold_person(by=by, person_id=seen.person_id)
    episode = queries.episode_visible_to(by, episode_id)
    if episode.taken_back_at is not None:
        raise Refused(rules.TAKEN_BACK)
    return episode


def _back(by: User, episode_id: uuid.UUID) -> Episode:
    """An episode that is over: an interview can be offered and held."""
    episode = _locked(by, episode_id)
    refuse(
        rules.why_not_offer_yet(
            may_note=by.may(May.MISSING), is_back=episode.found_at is not None, taken_back=False
        )
    )
    return episode


def _audit(by: User, verb: str, episode: Episode, *, reason: str = "", **detail: str) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="episode",
        subject_id=episode.pk,
        person_id=episode.person_id,
        reason=reason,
        detail=detail,
    )


def _audit_form(by: User, verb: str, form: Philomena) -> None:
    detail = {"version": form.version}
    record_audit(
        by=by, verb=verb, subject="philomena", subject_id=form.pk, person_id=form.person_id, detail=detail
    )
