"""Sending many mails: one that fails stops no other, unless the server is gone, and nobody gets one twice.

No mail from Heard names a child. What it says is the business of whoever writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from heard.agencies.mail.returned import is_refused_for_good

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

_IN_A_ROW: Final = 3  # mails that fail for want of a server: after them nobody further is tried
_THIS_MAIL: Final = (SMTPRecipientsRefused, SMTPDataError, ValueError)  # what is wrong with one mail alone


@dataclass
class Sent:
    """How many mails went, how many the mail server refused, and for how many it did not answer."""

    went: int = 0
    refused: int = 0
    unanswered: int = 0


def why_no_mail() -> str | None:
    """What has to be set before any mail can be sent."""
    if not settings.ADDRESS:
        return (
            "HEARD_ADDRESS is not set. Set it to the address at which people open Heard, such as "
            "https://heard.example.org."
        )
    if not settings.DEMO and "console" in settings.MAILERS["default"]["BACKEND"]:
        return "HEARD_MAIL_URL is not set, so no mail can be sent. Set it to host:port of a mail server."
    return None


def send_to_each[T](
    to: Iterable[T],
    *,
    claim: Callable[[T], bool],
    message: Callable[[T], EmailMessage],
    give_back: Callable[[T], None],
    refused: Callable[[T], None] = lambda one: None,
) -> Sent:
    """One mail to each. `claim` writes down that they have it, and that is final, before it goes; False where somebody else
    was quicker. Where it does not go, `give_back` takes that back, so that the next run tries again; `refused` learns for
    whose address the server takes no mail, and will not later."""
    sent, in_a_row = Sent(), 0
    for one in to:
        with transaction.atomic():
            claimed = claim(one)
        if not claimed:
            continue
        try:
            message(one).send()
        except _THIS_MAIL as error:
            sent.refused, in_a_row = sent.refused + 1, 0
            if is_refused_for_good(error):
                refused(one)
        except OSError:  # also every other error of SMTP
            sent.unanswered, in_a_row = sent.unanswered + 1, in_a_row + 1
        else:
            sent.went, in_a_row = sent.went + 1, 0
            continue
        give_back(one)
        if in_a_row == _IN_A_ROW:
            break
    return sent
