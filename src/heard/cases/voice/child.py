"""What a child reads who has no account: whom they may hide from, whom to ring, and, with their secret, what came of what they sent.

Nothing here asks who is signed in: a child comes with a link whose word they gave (`sitting.of`), and reads of that link alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.agencies.addressing import holders, worries_team
from heard.agencies.rules import May
from heard.cases.case.notices.addressees import About, addressees, on_duty
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.rules import To
from heard.cases.voice import rules
from heard.cases.voice.models import ChildLink, ChildMessage, ChildReply

if TYPE_CHECKING:
    from heard.agencies.models import User

_SALT: Final = "heard.voice"
_WHO: Final = (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR, To.ON_DUTY)

# Who somebody is, as a child says it.
JOBS: Final = {
    To.WORKER.value: gettext_lazy("your worker"),
    To.LEAD_SUPERVISOR.value: gettext_lazy("manager of the people who work with you"),
    To.CO_ORDINATOR.value: gettext_lazy("brings everybody together to help"),
    To.ON_DUTY.value: gettext_lazy("here for emergencies"),
    To.OFFICER.value: gettext_lazy("looks into worries about people who work with children"),
}


@dataclass(frozen=True)
class Sitting:
    """Somebody who gave the word of this link, until they leave. It stands in the page alone, signed: no cookie, nothing on the device.
    `reads`: they gave the child’s secret too."""

    link: ChildLink
    key: str
    began: datetime
    reads: bool = False

    @property
    def token(self) -> str:
        said = [str(self.link.pk), self.key, self.began.timestamp(), self.reads]
        return signing.dumps(said, salt=_SALT)


@dataclass(frozen=True)
class Adult:
    """Somebody who might read a message: by name, and what they are to the child."""

    user: User
    job: str


@dataclass(frozen=True)
class Sent:
    """One message as the child reads it back. `read`: by whom and when."""

    message: ChildMessage
    read: list[tuple[str, datetime]]
    replies: list[ChildReply]


@dataclass(frozen=True)
class Now:
    """What happens with a call for help that is sent now: whether somebody is on duty, and the number of those who are."""

    on_duty: bool
    phone: str
    minutes: int


def sitting_of(token: str, now: datetime) -> Sitting | None:
    """The sitting that a page holds, or None where it is over, was left, or nobody began it."""
    try:
        key, sitting, began, reads = signing.loads(token, salt=_SALT, max_age=rules.SITTING)
    except (signing.BadSignature, ValueError):
        return None
    since = datetime.fromtimestamp(began, tz=now.tzinfo)
    link = ChildLink.objects.filter(pk=key).select_related("person").first()
    if link is None or not rules.is_good(link.state, now) or now - since > rules.SITTING_AT_MOST:
        return None
    return None if link.left_at and since <= link.left_at else Sitting(link, sitting, since, reads)


def adults_who_might_read(link: ChildLink, now: datetime) -> list[Adult]:
    """Whom a message could reach, and who gave out the link: each once, by name."""
    about = About(link.person_id, now)
    found = {
        one.user.pk: Adult(one.user, str(JOBS.get(one.role, "")))
        for one in addressees(_WHO, about, urgent=True)
    }
    team = about.case.lead_team if about.case else None
    for user in holders(May.ASSESS, teams=[team.pk]) if team else []:
        found.setdefault(user.pk, Adult(user, _("works in the team that helps you")))
    found.setdefault(link.made_by_id, Adult(link.made_by, _("gave you this card")))
    return sorted(found.values(), key=lambda one: str(one.user))


def one_adult(adults: Iterable[Adult], key: str) -> User | None:
    return next((one.user for one in adults if str(one.user.pk) == key), None)


def what_happens_now(now: datetime) -> Now:
    team = worries_team()
    return Now(bool(on_duty(now)), team.duty_phone if team else "", settings.URGENT_MINUTES[0])


def sent_through(sitting: Sitting) -> list[ChildMessage]:
    """What this sitting sent; with the secret, all that it opens. The latest first."""
    rows = ChildMessage.objects.filter(link=sitting.link)
    return list(rows.filter(reads_back=True) if sitting.reads else rows.filter(sitting=sitting.key))


def read_back(sitting: Sitting) -> list[Sent]:
    """All that the secret opens, with who read it and what was answered where that is safe to read here."""
    if not sitting.reads:
        return []
    messages = sent_through(sitting)
    readers: dict[object, list[tuple[str, datetime]]] = {}
    rows = Reader.objects.filter(notice__in=[one.notice_id for one in messages], seen_at__isnull=False)
    for row in rows.select_related("user").order_by("seen_at", "pk"):
        assert row.seen_at is not None
        job = JOBS.get(row.role)
        called = f"{row.user.first_name}, {job}" if job else row.user.first_name
        readers.setdefault(row.notice_id, []).append((called, row.seen_at))
    replies: dict[object, list[ChildReply]] = {}
    for reply in ChildReply.objects.filter(message__in=messages, is_safe=True):
        replies.setdefault(reply.message_id, []).append(reply)
    return [Sent(one, readers.get(one.notice_id, []), replies.get(one.pk, [])) for one in messages]
