"""The mail that says how much is due: numbers by kind and the site's address. Never a name, place, reference or detail,
since anybody may read a mail on its way or over a shoulder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from heard.agencies import reminding
from heard.agencies.rules import May
from heard.home.queries import due_by

if TYPE_CHECKING:
    from heard.agencies.models import User


_IN_A_ROW: Final = 3  # mails that fail for want of a server: after them nobody further is tried
_THIS_MAIL: Final = (SMTPRecipientsRefused, SMTPDataError, ValueError)  # what is wrong with one mail alone


@dataclass
class Sent:
    """How many were reminded, to how many the mail server refused their mail, and for how many it did not answer."""

    reminded: int = 0
    refused: int = 0
    unanswered: int = 0


def remind_everybody(on: date) -> Sent:
    """One mail to each colleague with something overdue or due on this day, at most one a day.

    Each is written down, and that is final, before their mail goes; where it does not go, it is taken back, so that the
    next run tries again, and administrators see it. A mail that fails stops no other, unless the server is gone.
    """
    sent, in_a_row = Sent(), 0
    for user in reminding.people_to_remind(on):
        waits = due_by(user, on) if user.may(May.SIGNED_IN) else []
        if not waits or not _claimed(user, on):
            continue
        try:
            _message(user, waits).send()
        except _THIS_MAIL:
            sent.refused, in_a_row = sent.refused + 1, 0
        except OSError:  # also every other error of SMTP
            sent.unanswered, in_a_row = sent.unanswered + 1, in_a_row + 1
        else:
            sent.reminded, in_a_row = sent.reminded + 1, 0
            continue
        reminding.give_back(user, on)
        if in_a_row == _IN_A_ROW:
            break
    return sent


def _claimed(user: User, on: date) -> bool:
    with transaction.atomic():
        return reminding.claim(user, on)


def _message(user: User, waits: list[tuple[str, int]]) -> EmailMessage:
    lines = [
        _("Overdue or due today in Heard:"),
        "",
        *(f"{number}  {kind}" for kind, number in waits),
        "",
        _("Sign in to see what it is: %(address)s") % {"address": settings.ADDRESS},
        "",
        _("This mail names nobody, on purpose. Please do not answer it with anything about a child."),
        _("You get one a day at most. To switch it off: %(address)s/me/") % {"address": settings.ADDRESS},
    ]
    subject = _("Heard: something is due today")
    return EmailMessage(subject, "\n".join(lines) + "\n", to=[user.email])
