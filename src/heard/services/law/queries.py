"""What may be read of duties of law, of powers and of the child protection team: all of it by whoever is signed in. `user` is always the first
argument."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Hidden, May
from heard.knowledge import load
from heard.services.law import rules
from heard.services.law.models import DutyStart, PowerCheck, TeamMember, TeamPost
from heard.services.law.rules import Duty

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.knowledge.model import Law, Power


@dataclass(frozen=True)
class Standing:
    """A duty as it stands here: what the knowledge says of the law, and each day that was set, the latest first."""

    duty: Duty
    law: Law
    set: list[DutyStart]
    holds: bool

    @property
    def starts_on(self) -> date | None:
        return self.set[0].starts_on if self.set else None


def may_keep(user: User) -> bool:
    return user.may(May.KEEP_SERVICES)


def starts_visible_to(user: User) -> QuerySet[DutyStart]:
    """Every day that was ever set, the latest first."""
    rows = DutyStart.objects.select_related("set_by")
    return rows if user.may(May.SIGNED_IN) else rows.none()


def duties(user: User) -> list[Standing]:
    """Each duty. One question to the database."""
    rows, today = list(starts_visible_to(user)), timezone.localdate()
    found = {duty: [row for row in rows if row.duty == duty] for duty in Duty}
    return [
        Standing(duty, law(user, key), found[duty], bool(found[duty]) and rules.has_started(found[duty][0].starts_on, today))
        for duty, key in rules.LAWS.items()
    ]  # fmt: skip


def duty_named(user: User, name: str) -> Standing:
    """One of them, or `Hidden`."""
    found = next((duty for duty in duties(user) if duty.duty == name), None)
    if found is None:
        raise Hidden
    return found


def held_since(user: User, duty: Duty) -> date | None:
    """From which day it holds here; None where it has not started. One question."""
    latest = starts_visible_to(user).select_related(None).filter(duty=duty).first()
    starts_on = latest.starts_on if latest else None
    return starts_on if rules.has_started(starts_on, timezone.localdate()) else None


def duty_holds(user: User, duty: Duty) -> bool:
    """Whether it has started here. One question."""
    return held_since(user, duty) is not None


def asks_to_report(user: User) -> bool:
    """Whether the duty to report holds here and this user records reports. At most one question."""
    return user.may(May.PLAN) and duty_holds(user, Duty.REPORT)


def law(user: User, name: str) -> Law:
    """What the newest release of the knowledge says of a law, for whoever is signed in."""
    if not user.may(May.SIGNED_IN):
        raise Hidden
    return next(one for one in load.current().laws if one.id == name)


# ---- powers

TARGETS: Final = {
    "person": _("People"),
    "place": _("Places"),
    "business": _("Businesses"),
    "vehicle": _("Vehicles"),
    "online": _("Accounts and images online"),
}


@dataclass(frozen=True)
class Known:
    """A power as a release has it. `check`: what was said of this text last; `earlier`: what was said last of a text before it."""

    power: Power
    check: PowerCheck | None
    earlier: PowerCheck | None

    @property
    def is_checked(self) -> bool:
        return self.check is not None and self.check.holds

    @property
    def targets(self) -> list[str]:
        return [str(TARGETS[value]) for value in self.power.against]


@dataclass(frozen=True)
class Checks:
    """What was said of the texts of powers, by power, the latest first: to be asked of each in turn."""

    rows: dict[str, list[PowerCheck]]

    def known(self, power: Power) -> Known:
        """`check` is of this text, in whichever release it stood when it was checked."""
        rows = self.rows.get(power.id, [])
        of_this = [row for row in rows if _says_the_same(row, power)]
        others = [row for row in rows if row not in of_this]
        return Known(power, of_this[0] if of_this else None, others[0] if others else None)

    def of(self, release: str, name: str) -> Known:
        """Of a power as the release has it from which it was chosen."""
        return self.known(load.release(release).power(name))


def all_checks(user: User) -> QuerySet[PowerCheck]:
    """Whatever was ever said of the text of a power, the latest first."""
    rows = PowerCheck.objects.select_related("recorded_by")
    return rows if user.may(May.SIGNED_IN) else rows.none()


def checks_visible_to(user: User) -> QuerySet[PowerCheck]:
    """What was said last of the text of a power in each release, the latest first."""
    last = PowerCheck.objects.order_by().values("power", "release").annotate(last=Max("pk")).values("last")
    return all_checks(user).select_related(None).filter(pk__in=last)


def checks_of_powers(user: User) -> Checks:
    """One question."""
    said: dict[str, list[PowerCheck]] = {}
    for row in checks_visible_to(user):
        said.setdefault(row.power, []).append(row)
    return Checks(said)


def powers(user: User, target: str = "") -> list[Known]:
    """Each power of the newest release, or those against one kind of thing. One question."""
    if not user.may(May.SIGNED_IN):
        raise Hidden
    checks = checks_of_powers(user)
    return [checks.known(power) for power in load.current().powers if not target or target in power.against]


def power_named(user: User, name: str) -> Known:
    """One of them, or `Hidden`."""
    found = next((power for power in powers(user) if power.power.id == name), None)
    if found is None:
        raise Hidden
    return found


def _says_the_same(row: PowerCheck, power: Power) -> bool:
    """Another text of a power is checked anew."""
    return power in load.release(row.release).powers


# ---- the child protection team


def _held_today() -> Q:
    """Of posts: that somebody holds them today."""
    today = timezone.localdate()
    rows = TeamMember.objects.filter(post=OuterRef("pk"), since__lte=today)
    return Q(Exists(rows.filter(Q(until=None) | Q(until__gte=today)).order_by()))


def posts_visible_to(user: User) -> QuerySet[TeamPost]:
    """Every post, each with who holds it and who held it, the latest first; with `left_on`, the last day on which anybody before
    held it. Two questions."""
    gone = TeamMember.objects.filter(post=OuterRef("pk"), until__lt=timezone.localdate())
    rows = TeamPost.objects.annotate(left_on=Subquery(gone.order_by("-until").values("until")[:1]))
    members = TeamMember.objects.select_related("agency", "recorded_by")
    rows = rows.prefetch_related(Prefetch("members", members))
    return rows if user.may(May.SIGNED_IN) else rows.none()


@dataclass(frozen=True)
class Held:
    """A post with who holds it today or later, and who held it before. `since`: from when nobody has held it; None where somebody does."""

    post: TeamPost
    members: list[TeamMember]
    before: list[TeamMember]
    since: date | None


def teams(user: User) -> dict[str, list[Held]]:
    """Every post, by team. Two questions."""
    found: dict[str, list[Held]] = {}
    today = timezone.localdate()
    for post in posts_visible_to(user):
        rows = list(post.members.all())
        before = [member for member in rows if member.until and member.until < today]
        now = [member for member in rows if member not in before]
        is_held = any(member.since <= today for member in now)
        found.setdefault(post.team, []).append(
            Held(post, now, before, None if is_held else vacant_since(post))
        )
    return found


def post_for(user: User, post_id: uuid.UUID) -> TeamPost:
    """One of them, or `Hidden`."""
    found = posts_visible_to(user).filter(pk=post_id).first()
    if found is None:
        raise Hidden
    return found


def member_for(user: User, member_id: int) -> TeamMember:
    """One of them, or `Hidden`."""
    rows = TeamMember.objects.select_related("post").filter(pk=member_id)
    found = rows.first() if user.may(May.SIGNED_IN) else None
    if found is None:
        raise Hidden
    return found


def vacant(user: User) -> QuerySet[TeamPost]:
    """Posts of the four that nobody holds today, for those who keep the team."""
    rows = posts_visible_to(user).filter(~_held_today(), kind__in=rules.REQUIRED).prefetch_related(None)
    return rows if may_keep(user) else rows.none()


def vacant_since(post: TeamPost) -> date:
    """Of one of `posts_visible_to` that nobody holds: the day after the last one left, or the day on which the post was added."""
    left: date | None = getattr(post, "left_on", None)
    return left + timedelta(days=1) if left else timezone.localdate(post.added_at)


def posts_held(user: User) -> tuple[int, int]:
    """How many of the posts that the law names are held today, and how many there are. It is about no child. Two questions."""
    rows = posts_visible_to(user).filter(kind__in=rules.REQUIRED)
    return rows.filter(_held_today()).count(), rows.count()
