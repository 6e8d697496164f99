"""When a duty of law holds here, and how posts in the child protection team are held. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

MAY_NOT: Final = "Only a co-ordinator keeps this."
START_ASKS: Final = Asks(why="Say who decided on this, and by which text of the law.")
TEAM_ASKS: Final = Asks(team="Enter what the team is called.")
POST_ASKS: Final = Asks(title="Say what the post is, such as probation.")
MEMBER_ASKS: Final = Asks(
    called="Enter the name and role of who holds the post.",
    agency="Choose their agency.",
    since="Give the day from which they hold it.",
    named_by="Say who named them.",
)
END_ASKS: Final = Asks(until="Give the last day on which they hold it: from their first day on.")
CHECK_ASKS: Final = Asks(
    holds="Say whether the text is right.",
    called="Enter the name and role of who checked it.",
    said="Say what they confirmed, or what is not right.",
    checked_on="Give the day on which they said so: today or before.",
)
OFF_ASKS: Final = Asks(why="Say what is wrong with it.")


class Duty(StrEnum):
    """A duty that does nothing here until somebody has set the day on which it starts."""

    REPORT = "report"
    SHARE = "share"


# What the knowledge calls each of them.
LAWS: Final = {Duty.REPORT: "duty_to_report", Duty.SHARE: "duty_to_share"}


class Post(StrEnum):
    """The kinds of member of a multi-agency child protection team: the four at least, and others (Children’s Wellbeing and Schools
    Act 2026, section 3)."""

    EDUCATION = "education"
    SOCIAL_WORK = "social_work"
    HEALTH = "health"
    POLICE = "police"
    OTHER = "other"


REQUIRED: Final = tuple(post for post in Post if post != Post.OTHER)


def has_started(starts_on: date | None, today: date) -> bool:
    """A duty without a day holds on none."""
    return starts_on is not None and starts_on <= today


def why_not_set_start(*, may_keep: bool, starts_on: date | None, before: date | None, why: str) -> str | None:
    """`before`: the day that stands now; None where there is none."""
    if not may_keep:
        return MAY_NOT
    if starts_on == before:
        return "This is so already. Give another day, or go back."
    return START_ASKS.missing(why=why)


def why_not_set_up(*, may_keep: bool, team: str, taken: bool) -> str | None:
    if not may_keep:
        return MAY_NOT
    if taken:
        return "There is a team of this name already. Choose another name."
    return TEAM_ASKS.missing(team=team)


def why_not_add_post(*, may_keep: bool, title: str, taken: bool) -> str | None:
    if not may_keep:
        return MAY_NOT
    if taken:
        return "The team has this post already."
    return POST_ASKS.missing(title=title)


def why_not_remove(*, may_keep: bool, was_held: bool, is_required: bool, team_was_held: bool) -> str | None:
    """One of the four goes with its whole team, and only where nobody has held any post of it."""
    if not may_keep:
        return MAY_NOT
    if was_held:
        return "Somebody has held this post. It stays, so that it can be seen who."
    if is_required and team_was_held:
        return "The law names this post, and somebody has held another of the team. It stays, and is vacant until you say who holds it."
    return None


def overlap(since: date, until: date | None, others: Iterable[tuple[date, date | None]]) -> bool:
    """Whether any of the others hold a post on a day between these. Each with the first and the last day; None: no last one."""
    return any(
        (until is None or first <= until) and (last is None or since <= last) for first, last in others
    )


def why_not_name(
    *,
    may_keep: bool,
    is_held: bool,
    called: str,
    agency: bool,
    since: date | None,
    until: date | None,
    named_by: str,
) -> str | None:
    """`is_held`: somebody else holds the post on one of these days."""
    if not may_keep:
        return MAY_NOT
    if why_not := MEMBER_ASKS.missing(called=called, agency=agency, since=since, named_by=named_by):
        return why_not
    return _why_not_until(since, until, is_held=is_held)


def why_not_end(*, may_keep: bool, until: date | None, since: date, is_held: bool) -> str | None:
    """`until`: None where no last day is known. `is_held`: somebody else holds the post on one of these days."""
    return _why_not_until(since, until, is_held=is_held) if may_keep else MAY_NOT


def _why_not_until(since: date | None, until: date | None, *, is_held: bool) -> str | None:
    if since and until and until < since:
        return END_ASKS["until"]
    return (
        "Somebody else holds this post on one of these days. Give a last day before theirs begins, or change theirs first."
        if is_held
        else None
    )


def why_not_take_off(*, may_keep: bool, why: str) -> str | None:
    return OFF_ASKS.missing(why=why) if may_keep else MAY_NOT


def why_not_check(
    *,
    may_keep: bool,
    is_newest: bool,
    holds: bool | None,
    called: str,
    said: str,
    checked_on: date | None,
    read_on: date,
    today: date,
) -> str | None:
    """Of what a named person of the partnership, such as its lawyer, says of the text of a power. `is_newest`: it is the text of the newest
    release that they saw; `read_on`: when its sources were read; `holds`: that it is right."""
    if not may_keep:
        return MAY_NOT
    if not is_newest:
        return "There is a newer release since you opened this page. Open it again, and read the text that stands there now."
    if holds is None:
        return CHECK_ASKS["holds"]
    why_not = CHECK_ASKS.missing(called=called, said=said, checked_on=checked_on)
    if why_not or checked_on is None or read_on <= checked_on <= today:
        return why_not
    return (
        CHECK_ASKS["checked_on"]
        if checked_on > today
        else "The text is newer than that day. Give the day on which they read this one."
    )
