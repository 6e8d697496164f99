"""The mail that says how much is due: numbers by kind and the site's address. Never a name, place, reference or detail,
since anybody may read a mail on its way or over a shoulder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from heard.agencies.mail import reminding
from heard.agencies.mail.returned import message_to, was_refused
from heard.agencies.mail.sending import Sent, send_to_each
from heard.agencies.rules import May
from heard.cases.case.notices.queries import unread_of
from heard.home.queries import due_by

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

    from heard.agencies.models import User


def remind_everybody(on: date) -> Sent:
    """One mail to each colleague with something new, overdue or due on this day, at most one a day.

    Where it does not go, the next run tries again, and administrators see it.
    """
    return send_to_each(
        _whom(on),
        claim=lambda pair: reminding.claim(pair[0], on),
        message=lambda pair: _message(*pair),
        give_back=lambda pair: reminding.give_back(pair[0], on),
        refused=lambda pair: was_refused(pair[0]),
    )


def _whom(on: date) -> Iterator[tuple[User, list[tuple[str, int]]]]:
    for user in reminding.people_to_remind(on):
        waits = [*_new(user), *due_by(user, on)] if user.may(May.SIGNED_IN) else []
        if waits:
            yield user, waits


def _new(user: User) -> list[tuple[str, int]]:
    """What somebody has not said they have seen, mailed at once or not."""
    number = unread_of(user).count()
    return [(_("New for you"), number)] if number else []


def _message(user: User, waits: list[tuple[str, int]]) -> EmailMessage:
    lines = [
        _("New, overdue or due today in Heard:"),
        "",
        *(f"{number}  {kind}" for kind, number in waits),
        "",
        _("Sign in to see what it is: %(address)s") % {"address": settings.ADDRESS},
        "",
        _("This mail names nobody, on purpose. Please do not answer it with anything about a child."),
        _("You get one a day at most. To switch it off: %(address)s/me/") % {"address": settings.ADDRESS},
    ]
    return message_to(user, _("Heard: something is new or due today"), lines)
