"""Every write about profiles and other reports: drawing a profile up in the background, putting a report up, releasing by two people,
sending back, withdrawing."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.jobs.beating import Superseded, again, beating, begin, mine, reporter, waiting_or_lost
from heard.agencies.jobs.working import ENGINE
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.engine.run.profile import check_again
from heard.engine.tables import NotDone
from heard.govuk.environment import in_words
from heard.insight.release import drawing, queries, rules
from heard.insight.release.models import Profile, ReleaseDecision
from heard.insight.release.rules import DocumentKind, Episodes, Form, ReleaseState
from heard.insight.run.queries import has_result, run_visible_to
from heard.insight.run.rules import SILENT

if TYPE_CHECKING:
    from collections.abc import Collection

    from heard.agencies.models import User
    from heard.engine.publish import Policy
    from heard.insight.release.report import Report

_TRIES: Final = 3  # of a release while others are released at the same moment
_CHANGED: Final = "Its files are not those that were drawn up. Send it back, and tell your administrator."
_MEANWHILE: Final = (
    "Something else is being released at this moment. Look at the page again, and decide then."
)
_GONE: Final = "The run has no result any more, or whoever asked may not read it any more."
_UNFORESEEN: Final = (
    "Something went wrong that Heard did not foresee. The run is as it was. "
    "Ask your administrator to look at the log."
)


@transaction.atomic
def ask_profile(
    *, by: User, run_id: uuid.UUID, title: str, policy: str, episodes: str = Episodes.OF_RUN
) -> Profile:
    """Puts a profile of a finished run into the queue. `policy`: the name of one of `queries.policies`, which is kept with
    the profile as it is today. Raises `Hidden`, `Refused`."""
    if not by.may(May.DRAW_PROFILE):
        raise Hidden
    run, policies = run_visible_to(by, run_id), _policies(by)
    refuse(
        rules.why_not_draw_up(
            has_result=has_result(by, run), title=title, policy=policy, policies=policies.keys()
        )
    )
    profile = Profile.objects.create(
        run=run,
        title=title.strip(),
        episodes=Episodes(episodes),
        policy=policies[policy].as_told(),
        author=by,
    )
    _audit(by, "draw up", profile, detail={"run": str(run.pk), "policy": policy})
    _queue(profile)
    return profile


@transaction.atomic
def draw_again(*, by: User, profile_id: uuid.UUID) -> Profile:
    """What could not be drawn up, or whose worker was killed, as it was asked for."""
    if not by.may(May.DRAW_PROFILE):
        raise Hidden
    profile = _held(by, profile_id)
    if profile.run is None:
        raise Hidden
    silent = queries.is_silent(by, profile)
    refuse(rules.why_not_again(state=profile.state, silent=silent, has_result=has_result(by, profile.run)))
    again(profile, waiting=ReleaseState.WAITING)
    _audit(by, "draw up again", profile)
    _queue(profile)
    return profile


@transaction.atomic
def put_up(*, by: User, author: User, writers: Collection[User], report: Report) -> Profile:
    """A report that was counted in Heard and that people have written, for two to release who are neither its author nor among the `writers`.
    Raises `Hidden`, `Refused`."""
    if not by.may(May.HOLD_FIGURES):
        raise Hidden
    profile = Profile(
        kind=DocumentKind.ANNUAL, title=report.title, state=ReleaseState.DRAWN, policy=report.policy, author=author,
        as_of=report.as_of, ended_at=timezone.now(),
    )  # fmt: skip
    try:
        report.write(profile.folder)
        profile.files = queries.fingerprints(profile)
        profile.save()
        profile.writers.set(writers)
        _audit(by, "put up", profile)
    except BaseException:
        shutil.rmtree(profile.folder, ignore_errors=True)
        raise
    return profile


@task(queue_name=ENGINE)
def draw_profile(profile_id: str) -> None:
    """Draws up a profile that waits. What goes wrong becomes a sentence on its page, never a lost profile."""
    waiting = Profile.objects.select_related("author", "run").filter(
        waiting_or_lost(ReleaseState.WAITING, ReleaseState.DRAWING, SILENT), pk=profile_id
    )
    profile = begin(waiting, state=ReleaseState.DRAWING)
    if profile is None:
        return
    try:
        with beating(profile):
            as_of = drawing.draw(profile, progress=reporter(profile))
    except Superseded:
        return
    except Hidden:
        _fail(profile, _GONE)
    except NotDone as problem:
        _fail(profile, str(problem))
    except Exception:
        _fail(profile, _UNFORESEEN)
        raise
    else:
        _end(profile, state=ReleaseState.DRAWN, as_of=as_of, files=queries.fingerprints(profile))


@transaction.atomic
def fetch_file(*, by: User, profile_id: uuid.UUID, form: Form) -> tuple[bytes, str]:
    """What somebody takes away, and its name, with the audit row. `Refused` where it is not given out."""
    profile = queries.profile_visible_to(by, profile_id)
    refuse(rules.why_not_fetch(state=profile.state))
    content, name = queries.file_of(profile, form)
    _audit(by, "download", profile, detail={"form": form.value})
    return content, name


def release_profile(*, by: User, profile_id: uuid.UUID, reason: str) -> Profile:
    """One of two people says that it can go out. With the second it is released, if an outsider can work out no small count
    from it and everything that was ever released, up to this moment.

    That check takes seconds, so nobody waits for it behind a lock: it is made first, and counts only if nothing was
    released meanwhile. Raises `Hidden`, `Refused`.
    """
    for _attempt in range(_TRIES):
        profile = queries.profile_visible_to(by, profile_id)
        _refuse_to_release(by, profile, reason)
        before = queries.ever_released(by)
        checked = profile.state == ReleaseState.SECOND
        if checked:
            _refuse_what_gives_away(profile, before)
        released = _write_release(by, profile_id, reason, before, checked=checked)
        if released:
            return released
    raise Refused(_MEANWHILE)


@transaction.atomic
def send_back(*, by: User, profile_id: uuid.UUID, reason: str) -> Profile:
    """It is not released. Its author reads why, and draws up another."""
    profile = _held(by, profile_id)
    _only_who_may_release(by)
    refuse(rules.why_not_send_back(**queries.stands(by, profile), reason=reason))
    profile.state = ReleaseState.SENT_BACK
    profile.save(update_fields=["state"])
    _decide(by, profile, reason, agreed=False)
    return profile


@transaction.atomic
def withdraw_profile(*, by: User, profile_id: uuid.UUID, reason: str) -> Profile:
    """What was released is given out no more. The notice stays, and so does what counts as known from now on."""
    profile = _held(by, profile_id)
    _only_who_may_release(by)
    refuse(rules.why_not_withdraw(state=profile.state, reason=reason))
    profile.state, profile.withdrawn_at = ReleaseState.WITHDRAWN, timezone.now()
    profile.withdrawn_by, profile.withdrawn_why = by, reason.strip()
    profile.save(update_fields=["state", "withdrawn_at", "withdrawn_by", "withdrawn_why"])
    _audit(by, "withdraw", profile, reason=reason)
    return profile


@transaction.atomic
def _write_release(
    by: User, profile_id: uuid.UUID, reason: str, before: list[Profile], *, checked: bool
) -> Profile | None:
    """None where the check does not hold any more, since another profile was released after it was made."""
    profile = _held(by, profile_id)
    _refuse_to_release(by, profile, reason)
    is_second = profile.state == ReleaseState.SECOND
    if is_second and (not checked or queries.ever_released(by) != before):
        return None
    profile.state = ReleaseState.RELEASED if is_second else ReleaseState.SECOND
    profile.released_at = timezone.now() if is_second else None
    profile.save(update_fields=["state", "released_at"])
    _decide(by, profile, reason, agreed=True)
    return profile


def _held(by: User, profile_id: uuid.UUID) -> Profile:
    """The profile as it is now. All are held, so that of two that are released at once the second knows the first."""
    list(Profile.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    return queries.profile_visible_to(by, profile_id)


def _only_who_may_release(by: User) -> None:
    if not by.may(May.RELEASE):
        raise Hidden


def _refuse_to_release(by: User, profile: Profile, reason: str) -> None:
    _only_who_may_release(by)
    refuse(rules.why_not_release(**queries.stands(by, profile), reason=reason))


def _refuse_what_gives_away(profile: Profile, before: list[Profile]) -> None:
    """The attack of an outsider who kept everything that was ever public, on exactly the files that were drawn up. What does not add up is set aside by the
    attack; of an annual report, which counts a year once, it tells of whoever was recorded meanwhile."""
    if queries.fingerprints(profile) != profile.files:
        raise Refused(_CHANGED)
    try:
        found = check_again(profile.folder, before=[profile.folder for profile in before])
        stood = set[str]()
        if profile.kind == DocumentKind.ANNUAL and found.conflicts and before:
            *earlier, last = (profile.folder for profile in before)
            stood = set(check_again(last, before=earlier).conflicts)
    except NotDone as problem:
        raise Refused(str(problem)) from problem
    refuse(rules.given_away(found.derived))
    if profile.kind == DocumentKind.ANNUAL:
        refuse(rules.differs(set(found.conflicts) - stood))


def _decide(by: User, profile: Profile, reason: str, *, agreed: bool) -> None:
    ReleaseDecision.objects.create(profile=profile, agreed=agreed, reason=reason.strip(), by=by)
    verb = "release" if agreed else "send back"
    _audit(by, verb, profile, reason=reason, detail={"state": str(profile.state)})


def _audit(
    by: User, verb: str, profile: Profile, *, reason: str = "", detail: dict[str, Any] | None = None
) -> None:
    record_audit(
        by=by, verb=verb, subject="profile", subject_id=profile.pk, reason=reason, detail=detail or {}
    )


def _queue(profile: Profile) -> None:
    draw_profile.enqueue(str(profile.pk))


def _policies(by: User) -> dict[str, Policy]:
    try:
        return queries.policies(by)
    except NotDone as problem:
        raise Refused(str(problem)) from problem


def _fail(profile: Profile, problem: str) -> None:
    if _end(profile, state=ReleaseState.NOT_DONE, problem=in_words(problem)):
        shutil.rmtree(profile.folder, ignore_errors=True)


def _end(profile: Profile, **values: Any) -> int:
    """Only as long as nobody has begun it anew."""
    return mine(profile).update(ended_at=timezone.now(), **values)
