"""Every write about duties of law, powers and the child protection team. Each leaves its audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, refuse
from heard.knowledge import load
from heard.services.law import queries, rules
from heard.services.law.models import DutyStart, PowerCheck, TeamMember, TeamPost
from heard.services.law.queries import may_keep

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def set_start(*, by: User, duty: str, starts_on: date | None, why: str) -> DutyStart:
    """From which day a duty holds here; None: on no day. What was set before stays."""
    before = queries.duty_named(by, duty)
    refuse(
        rules.why_not_set_start(may_keep=may_keep(by), starts_on=starts_on, before=before.starts_on, why=why)
    )
    row = DutyStart.objects.create(
        duty=before.duty, starts_on=starts_on, why=why.strip(), set_by=by, set_at=timezone.now()
    )
    detail = {"duty": str(row.duty), "starts_on": str(starts_on or "")}
    record_audit(
        by=by, verb="set start", subject="duty of law", subject_id=row.pk, reason=row.why, detail=detail
    )
    return row


@transaction.atomic
def check_power(
    *,
    by: User,
    power: str,
    release: str,
    holds: bool | None,
    called: str,
    said: str,
    checked_on: date | None,
) -> PowerCheck:
    """What a named person said of the text of a power, as the newest release has it. `release`: the one whose text they saw. What was said before
    stays."""
    known = queries.power_named(by, power).power
    today = timezone.localdate()
    refuse(
        rules.why_not_check(
            may_keep=may_keep(by),
            is_newest=release == load.current().id,
            holds=holds,
            called=called,
            said=said,
            checked_on=checked_on,
            read_on=known.read_on,
            today=today,
        )
    )
    told: dict[str, Any] = {"holds": holds, "checked_on": checked_on}
    row = PowerCheck.objects.create(
        power=known.id, release=release, called=called.strip(), said=said.strip(),
        recorded_by=by, recorded_at=timezone.now(), **told,
    )  # fmt: skip
    detail = {
        "power": row.power,
        "release": row.release,
        "holds": row.holds,
        "called": row.called,
        "checked_on": str(row.checked_on),
    }
    record_audit(by=by, verb="check", subject="power", subject_id=row.pk, reason=row.said, detail=detail)
    return row


@transaction.atomic
def set_up_team(*, by: User, team: str) -> list[TeamPost]:
    """A team with its four posts, which nobody holds yet."""
    team = team.strip()
    taken = TeamPost.objects.filter(team__iexact=team).exists()
    refuse(rules.why_not_set_up(may_keep=may_keep(by), team=team, taken=taken))
    return [_add(by, team=team, kind=kind.value) for kind in rules.REQUIRED]


@transaction.atomic
def add_post(*, by: User, post_id: uuid.UUID, title: str) -> TeamPost:
    """A post beside the four, in the team to which this post belongs."""
    team, title = queries.post_for(by, post_id).team, title.strip()
    taken = TeamPost.objects.filter(team=team, title__iexact=title).exclude(title="").exists()
    refuse(rules.why_not_add_post(may_keep=may_keep(by), title=title, taken=taken))
    return _add(by, team=team, kind=rules.Post.OTHER.value, title=title)


def _add(by: User, **said: str) -> TeamPost:
    post = TeamPost.objects.create(added_by=by, added_at=timezone.now(), **said)
    _audit(by, "add", post)
    return post


@transaction.atomic
def remove_post(*, by: User, post_id: uuid.UUID) -> None:
    """A post that nobody ever held. One of the four takes its whole team along."""
    post = _held(by, post_id)
    team = TeamPost.objects.filter(team=post.team)
    refuse(
        rules.why_not_remove(
            may_keep=may_keep(by),
            was_held=post.members.exists(),
            is_required=post.is_required,
            team_was_held=team.filter(members__isnull=False).exists(),
        )
    )
    for team_post in list(team) if post.is_required else [post]:
        _audit(by, "remove", team_post)
        team_post.delete()


@transaction.atomic
def name_member(
    *,
    by: User,
    post_id: uuid.UUID,
    called: str,
    agency_id: uuid.UUID | None,
    since: date | None,
    named_by: str,
    until: date | None = None,
) -> TeamMember:
    """Who holds a post from a day on; `until`: and only until one, such as somebody who stands in."""
    post = _held(by, post_id)
    if agency_id is not None and not agencies_visible_to(by).filter(pk=agency_id).exists():
        raise Hidden
    refuse(
        rules.why_not_name(
            may_keep=may_keep(by),
            is_held=since is not None
            and rules.overlap(since, until, post.members.values_list("since", "until")),
            called=called,
            agency=agency_id is not None,
            since=since,
            until=until,
            named_by=named_by,
        )
    )
    said: dict[str, Any] = {
        "called": called.strip(),
        "agency_id": agency_id,
        "since": since,
        "until": until,
    }
    member = TeamMember.objects.create(
        post=post, named_by=named_by.strip(), recorded_by=by, recorded_at=timezone.now(), **said
    )
    _audit(by, "name member", post, member=member.pk)
    return member


@transaction.atomic
def end_member(*, by: User, member_id: int, until: date | None) -> TeamMember:
    """The last day on which somebody holds a post; None: none is known. Said again, it is put right."""
    _held(by, queries.member_for(by, member_id).post_id)
    member = queries.member_for(by, member_id)
    others = member.post.members.exclude(pk=member.pk).values_list("since", "until")
    is_held = rules.overlap(member.since, until, others)
    refuse(rules.why_not_end(may_keep=may_keep(by), until=until, since=member.since, is_held=is_held))
    member.until = until
    member.save(update_fields=["until"])
    _audit(by, "end member", member.post, member=member.pk)
    return member


@transaction.atomic
def take_off_member(*, by: User, member_id: int, why: str) -> None:
    """What was recorded wrongly of who holds a post is gone; that it was, and why, stays in the audit trail."""
    _held(by, queries.member_for(by, member_id).post_id)
    member = queries.member_for(by, member_id)
    refuse(rules.why_not_take_off(may_keep=may_keep(by), why=why))
    _audit(by, "take off member", member.post, reason=why.strip(), member=member.pk)
    member.delete()


def _held(by: User, post_id: uuid.UUID) -> TeamPost:
    TeamPost.objects.select_for_update().filter(pk=post_id).first()
    return queries.post_for(by, post_id)


def _audit(by: User, verb: str, post: TeamPost, *, reason: str = "", **detail: Any) -> None:
    more = detail | {"kind": post.kind}
    record_audit(by=by, verb=verb, subject="team post", subject_id=post.pk, reason=reason, detail=more)
