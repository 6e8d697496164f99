"""The mail that says how much is due: numbers by kind and the site's address. Never a name, place, reference or detail,
since anybody may read a mail on its way or over a shoulder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from heard.agencies import reminding
from heard.agencies.rules import May
from heard.home.queries import due_by

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass
class Sent:
    """How many were reminded, how many addresses the mail server refused, and whether it did not answer at all."""

    reminded: int = 0
    refused: int = 0
    no_server: bool = False


def remind_everybody(on: date, *, now_and_then: Callable[[int], None] = lambda _number: None) -> Sent:
    """One mail to each colleague with something overdue or due on this day, at most one a day.

    Each is written down, and that is final, before their mail goes; where it does not go, it is taken back. Where the
    server does not answer, nobody further is tried: the next run goes on.
    """
    sent = Sent()
    for user in reminding.people_to_remind(on):
        waits = due_by(user, on) if user.may(May.SIGNED_IN) else []
        if not waits or not _claimed(user, on):
            continue
        try:
            _message(user, waits).send()
        except SMTPRecipientsRefused:
            reminding.give_back(user)
            sent.refused += 1
        except (OSError, SMTPException):
            reminding.give_back(user)
            sent.no_server = True
            return sent
        else:
            sent.reminded += 1
            now_and_then(sent.reminded)
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
