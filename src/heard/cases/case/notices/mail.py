"""The mail that says that something has come. It names no child and says no word of what it is: anybody may read a mail on
its way or over a shoulder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from heard.agencies.mail.returned import message_to, was_refused
from heard.agencies.mail.sending import Sent, send_to_each, why_no_mail
from heard.cases.case.notices.addressees import may_open_as
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import mailed_at_once
from heard.cases.case.notices.rules import AT_ONCE, NoticeKind, level_of

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

    from heard.agencies.models import User

_SOON: Final = timedelta(minutes=2)
_TRIED_FOR: Final = timedelta(days=1)  # a mail that did not go by then waits no longer: the list has it
_UNTIL_SENT: Final = (
    NoticeKind.DONE_ALONE
)  # but this one: what one did alone on a server that was started days later, or was restored again


def mail_unread(now: datetime) -> Sent:
    """One mail to each who has something unread of a kind that is mailed at once and has had none for it; none to whom mail does not
    reach, until they are reached again."""
    return send_to_each(
        _whom(now),
        claim=lambda pair: _claim(pair, now),
        message=_message,
        give_back=_give_back,
        refused=lambda pair: was_refused(pair[0]),
    )


def mails_waiting(user: User | None, now: datetime) -> int:
    """How many notices that are always mailed, or usually, and that nobody has seen, had no mail in two minutes. `user`: None for
    whoever looks after the server."""
    rows = Reader.objects.filter(
        seen_at=None, notice__ended_at=None, mailed_at=None, notice__kind__in=AT_ONCE
    )
    rows = rows.filter(_is_tried(now), added_at__lt=now - _SOON, user__mail_back_at=None)
    rows = rows.exclude(user__email="")
    return (rows.filter(user=user) if user else rows.filter(user__is_active=True)).count()


def let_no_mail_go(now: datetime) -> int:
    """After a restore: what was told until now is on the lists, and its mails do not go, since they may have gone already. Of how many
    notices on lists."""
    waiting = Reader.objects.filter(mailed_at=None, added_at__lte=now)
    return waiting.exclude(notice__kind=_UNTIL_SENT).update(mailed_at=now)


def _is_tried(now: datetime) -> Q:
    """Whether its mail may still go."""
    return Q(added_at__gt=now - _TRIED_FOR) | Q(notice__kind=_UNTIL_SENT)


def _whom(now: datetime) -> Iterator[tuple[User, list[Reader]]]:
    rows = Reader.objects.filter(_is_tried(now), seen_at=None, notice__ended_at=None, mailed_at=None)
    rows = (
        rows.filter(user__is_active=True, user__mail_back_at=None)
        .exclude(user__email="")
        .select_related("user", "notice")
    )
    by_user: dict[int, list[Reader]] = {}
    for row in rows.order_by("user", "pk"):
        by_user.setdefault(row.user_id, []).append(row)
    for found in by_user.values():
        user = found[0].user
        wanted = mailed_at_once(user)
        mailed = [row for row in found if row.notice.kind in wanted and _may_open(user, row)]
        if mailed:
            yield user, mailed


def _may_open(user: User, row: Reader) -> bool:
    return may_open_as(row.role, user, row.notice.person_id, level_of(NoticeKind(row.notice.kind)))


def _claim(pair: tuple[User, list[Reader]], now: datetime) -> bool:
    keys = [row.pk for row in pair[1]]
    return Reader.objects.filter(pk__in=keys, mailed_at=None).update(mailed_at=now) > 0


def _give_back(pair: tuple[User, list[Reader]]) -> None:
    Reader.objects.filter(pk__in=[row.pk for row in pair[1]]).update(mailed_at=None)


def _message(pair: tuple[User, list[Reader]]) -> EmailMessage:
    user, rows = pair
    urgent = any(row.notice.urgent for row in rows)
    subject = _("Heard: urgent, please sign in now") if urgent else _("Heard: something is there for you")
    first = (
        _("Something urgent waits for you in Heard, and you are asked to look at it now.")
        if urgent
        else _("Something new waits for you in Heard.")
    )
    lines = [
        first,
        "",
        _("Sign in to see what it is: %(address)s") % {"address": settings.ADDRESS},
        "",
        _("This mail names nobody, on purpose. Please do not answer it with anything about a child."),
        _("What is mailed at once you choose here: %(address)s/me/mail/") % {"address": settings.ADDRESS},
    ]
    return message_to(user, subject, lines)


def notify_once(now: datetime) -> tuple[int, int]:
    """Passes on what nobody has seen, then mails. Returns how many people were added, and how many mails went."""
    added = pass_on(now)
    return added, 0 if why_no_mail() else mail_unread(now).went
