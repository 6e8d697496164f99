"""Who may be reminded by mail, and that nobody is reminded twice in a day.

No user asks for this: a timer does, for everybody. Nothing here reads a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from heard.agencies.models import User


def people_to_remind(on: date) -> Iterator[User]:
    """Active people with an address who have not switched reminders off, and had none on this day."""
    rows = User.objects.filter(_not_yet(on), is_active=True, reminders=True).exclude(email="")
    return rows.order_by("pk").iterator()


def claim(user: User, on: date) -> bool:
    """Writes down that they are reminded on this day; False where somebody else was quicker. Done before the mail goes, so
    that two timers at once send one."""
    return User.objects.filter(_not_yet(on), pk=user.pk).update(reminded_on=on, mail_failed_on=None) == 1


def give_back(user: User, on: date) -> None:
    """The mail did not go on this day: administrators see that, and the next run tries again."""
    User.objects.filter(pk=user.pk).update(reminded_on=user.reminded_on, mail_failed_on=on)


def _not_yet(on: date) -> Q:
    return Q(reminded_on=None) | Q(reminded_on__lt=on)
