"""What a child reads who has no account: whom they may hide from, whom to ring, and, with their secret, what came of what they sent.

Nothing here asks who is signed in: a child comes with a link whose word they gave (`sitting.of`), and reads of that link alone.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.agencies.addressing import holders, worries_team
from heard.agencies.mail.sending import why_no_mail
from heard.agencies.rules import May
from heard.cases.case.models import Death
from heard.cases.case.notices.addressees import About, addressees, may_learn, on_duty
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.rules import To
from heard.cases.voice import queries, rules
from heard.cases.voice.models import ChildDecision, ChildLink, ChildMessage, ChildReply
from heard.network.queries import opens_on_duty

if TYPE_CHECKING:
    from heard.agencies.models import User

_SALT: Final = "heard.voice"
_OFFERED: Final = "heard.voice.offered"
_WHO: Final = (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR, To.ON_DUTY, To.OFFICER)

# Who somebody is, as a child says it.
JOBS: Final = {
    To.WORKER.value: gettext_lazy("your worker"),
    To.LEAD_SUPERVISOR.value: gettext_lazy("manager of the people who work with you"),
    To.CO_ORDINATOR.value: gettext_lazy("brings everybody together to help"),
    To.ON_DUTY.value: gettext_lazy("here for emergencies"),
    To.OFFICER.value: gettext_lazy("looks into worries about people who work with children"),
    To.OUTSIDE.value: gettext_lazy("decides how children are helped, in another team"),
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
    """Somebody who might read a message: by name, and what they are to the child. `key`: how a form says that they were chosen; it is good
    also once they are on the list no longer."""

    user: User
    job: str
    key: str = ""


@dataclass(frozen=True)
class Reply:
    """One answer, and whose it is."""

    row: ChildReply
    who: str


@dataclass(frozen=True)
class Sent:
    """One message as the child reads it back. `read`: by whom and when."""

    message: ChildMessage
    read: list[tuple[str, datetime]]
    replies: list[Reply]


@dataclass(frozen=True)
class Decided:
    """What a meeting decided, as the child reads it, and who wrote it."""

    row: ChildDecision
    who: str


@dataclass(frozen=True)
class Told:
    """Who was given one message, as a child is told. `who`: each by first name and job. `awake`: those of them who are on the rota now, where mail
    goes to them. `by_mail`: whether a mail can reach anybody. `checks`: those who may check what is hidden."""

    who: list[str]
    awake: list[str]
    by_mail: bool
    checks: list[str]


@dataclass(frozen=True)
class Now:
    """What happens with a call for help that is sent now: whether somebody is on duty who may learn of it and whom a mail reaches, also where
    the child hides it from somebody else (`if_hidden`), the number to ring, and after how many minutes it goes on. `by_mail`: whether a mail
    can reach anybody."""

    on_duty: bool
    if_hidden: bool
    phone: str
    minutes: int
    by_mail: bool


def sitting_of(token: str, now: datetime) -> Sitting | None:
    """The sitting that a page holds, or None where it is over, was left, or nobody began it."""
    found = _held(token, rules.SITTING, now)
    if found is None or not rules.is_good(found.link.state, now):
        return None
    over = now - found.began > rules.SITTING_AT_MOST
    return None if over or _was_left(found) else found


def entered(token: str, now: datetime) -> ChildLink | None:
    """The link of a page that is over, so that its word alone is asked again: for two hours after the page was drawn, and not where the child
    left. It may have ended since."""
    found = _held(token, rules.SITTING_AT_MOST, now)
    return None if found is None or _was_left(found) else found.link


def _held(token: str, good: timedelta, now: datetime) -> Sitting | None:
    try:
        key, sitting, began, reads = signing.loads(token, salt=_SALT, max_age=good)
    except (signing.BadSignature, ValueError):
        return None
    link = ChildLink.objects.filter(pk=key).select_related("person", "made_by").first()
    return Sitting(link, sitting, datetime.fromtimestamp(began, tz=now.tzinfo), reads) if link else None


def _was_left(sitting: Sitting) -> bool:
    return bool(sitting.link.left_at and sitting.began <= sitting.link.left_at)


def adults_who_might_read(link: ChildLink, now: datetime) -> list[Adult]:
    """Whom a message could reach, and who gave out the link: each once, by name."""
    about = About(link.person_id, now)
    found = {
        addressee.user.pk: Adult(addressee.user, str(JOBS.get(addressee.role, "")))
        for addressee in addressees(_WHO, about, urgent=True)
    }
    team = about.case.lead_team if about.case else None
    for user in holders(May.ASSESS, teams=[team.pk]) if team else []:
        found.setdefault(user.pk, Adult(user, _("works in the team that helps you")))
    found.setdefault(link.made_by_id, Adult(link.made_by, _("gave you this card")))
    rows = [replace(adult, key=key_of(link, adult.user)) for adult in found.values()]
    return sorted(rows, key=lambda adult: str(adult.user))


def key_of(link: ChildLink, user: User) -> str:
    return signing.dumps([str(link.pk), user.pk], salt=_OFFERED)


def one_adult(link: ChildLink, key: str) -> Adult | None:
    """Whoever was offered by this link with this key, also where they would not read it any longer; None where nobody was."""
    try:
        of, user = signing.loads(key, salt=_OFFERED)
    except (signing.BadSignature, ValueError):
        return None
    found = get_user_model().objects.filter(pk=user).first() if of == str(link.pk) else None
    return Adult(found, "", key) if found else None


def named_in(link: ChildLink, typed: str, now: datetime) -> list[Adult]:
    """Who of those who might read it has a name that was typed; also who decides elsewhere, where it may come to them."""
    adults = adults_who_might_read(link, now)
    there = {adult.user.pk for adult in adults}
    others = addressees((To.OUTSIDE,), About(link.person_id, now), urgent=False)
    adults += [
        Adult(addressee.user, str(JOBS[To.OUTSIDE.value]), key_of(link, addressee.user))
        for addressee in others
        if addressee.user.pk not in there
    ]
    names = [(adult.user.first_name, adult.user.last_name) for adult in adults]
    return [adults[place] for place in rules.names_in(typed, names)]


def what_happens_now(now: datetime, link: ChildLink | None = None) -> Now:
    """`link`: of the child for whom it is asked."""
    team, by_mail = worries_team(), why_no_mail() is None
    about = About(link.person_id if link else None, now)
    awake = [row.user for row in on_duty(now)] if link else []
    reached = [user for user in awake if user.mail_back_at is None]
    told = any(_would_learn(user, about) for user in reached)
    if_hidden = any(may_learn(To.ON_DUTY, user, about) for user in reached)
    return Now(told, if_hidden, team.duty_phone if team else "", settings.URGENT_MINUTES[0], by_mail)


def _would_learn(user: User, about: About) -> bool:
    opens = about.person_id is not None and opens_on_duty(user, about.person_id)
    return opens or may_learn(To.ON_DUTY, user, about)


def who_was_told(message: ChildMessage, now: datetime) -> Told:
    """Whom this message was given to: nobody is said to know who does not."""
    rows = list(Reader.objects.filter(notice=message.notice_id).select_related("user").order_by("pk"))
    duty, by_mail = {row.user_id for row in on_duty(now)}, why_no_mail() is None
    awake = [row for row in rows if by_mail and row.user_id in duty and row.user.mail_back_at is None]
    checks = [row for row in rows if message.hidden and queries.is_outside(row.user, message)]
    who, up, check = ([_called(row.user, row.role) for row in some] for some in (rows, awake, checks))
    return Told(who, up, by_mail, check)


def _called(user: User, role: str) -> str:
    job = JOBS.get(role)
    return f"{user.first_name}, {job}" if job else user.first_name


def sent_through(sitting: Sitting) -> list[ChildMessage]:
    """What this sitting sent; with the secret, all that it opens. The latest first."""
    rows = ChildMessage.objects.filter(link=sitting.link).prefetch_related("transcripts__written_by")
    return list(rows.filter(reads_back=True) if sitting.reads else rows.filter(sitting=sitting.key))


def read_back(sitting: Sitting) -> list[Sent]:
    """All that the secret opens, with who read it and what was answered where that is safe to read here."""
    if not sitting.reads:
        return []
    messages = sent_through(sitting)
    readers: dict[object, list[tuple[str, datetime]]] = {}
    jobs: dict[tuple[object, object], str] = {}
    rows = Reader.objects.filter(notice__in=[message.notice_id for message in messages])
    for row in rows.select_related("user").order_by("seen_at", "pk"):
        jobs[row.notice_id, row.user_id] = row.role
        if row.seen_at:
            readers.setdefault(row.notice_id, []).append((_called(row.user, row.role), row.seen_at))
    replies: dict[object, list[Reply]] = {}
    safe = ChildReply.objects.filter(message__in=messages, is_safe=True)
    for reply in safe.select_related("written_by", "message__words"):
        role = jobs.get((reply.message.notice_id, reply.written_by_id))
        who = _called(reply.written_by, role) if role else _elsewhere(reply.written_by)
        replies.setdefault(reply.message_id, []).append(Reply(reply, who))
    return [
        Sent(message, readers.get(message.notice_id, []), replies.get(message.pk, [])) for message in messages
    ]


def decided(sitting: Sitting) -> list[Decided]:
    """What meetings decided since the link was made, where that is safe to read here; the latest first. With the secret alone, and where
    `rules.shows_decisions`: else whoever set the secret in the child’s place would read it."""
    if not sitting.reads:
        return []
    rows = _readable(sitting.link).select_related("written_by")
    rows = rows.prefetch_related("written_by__memberships__team__agency")
    rows = rows.order_by("-written_at", "pk")
    return [Decided(row, _elsewhere(row.written_by)) for row in rows]


def decision_of(link: ChildLink, key: str) -> ChildDecision | None:
    """One of them, which the child answers; None where there is none with this key."""
    try:
        return _readable(link).filter(pk=uuid.UUID(key)).first()
    except ValueError:
        return None


def _readable(link: ChildLink) -> QuerySet[ChildDecision]:
    """Of each meeting what was written last, and not what was written before the decision was put right. Nothing once the child has died."""
    if not rules.shows_decisions(
        who_writes=link.who_writes, asked_at=link.asked_at, secret_at=link.secret_at
    ):
        return ChildDecision.objects.none()
    theirs = Q(panel_item__person=link.person_id) | Q(review__plan__case__person=link.person_id)
    still = Q(panel_item=None) | Q(panel_item__decided_at__lte=F("written_at"))
    same = Q(panel_item=OuterRef("panel_item")) | Q(review=OuterRef("review"))
    later = ChildDecision.objects.filter(same, written_at__gt=OuterRef("written_at")).order_by()
    died = Death.objects.filter(person=link.person_id, stands=True).order_by()
    rows = ChildDecision.objects.filter(theirs, still, is_safe=True, written_at__gte=link.made_at)
    return rows.filter(~Exists(later), ~Exists(died))


def _elsewhere(user: User) -> str:
    """Somebody who answered and was not told of it: by their whole name, and where they work."""
    name = str(user)
    return f"{name} ({user.team.agency})" if user.team else name
