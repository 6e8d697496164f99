"""What Heard leaves out of a text that others read, said to who writes it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.network.models import MAY_LEAVE
from heard.network.queries.web import web
from heard.network.rules import KnownGrade, Reach

if TYPE_CHECKING:
    from heard.agencies.models import User

_HELD = Q(reach=Reach.HOLDER)
_OF_A_RECORD = Q(reach=Reach.RECORD)
_UNTRUE = Q(known_grade=KnownGrade.THOUGHT_UNTRUE)


def said_left_out(user: User, key: uuid.UUID, *, facts: bool = False) -> str:
    """How many sources of the ties of a node, of those that this user may read, a text for others is made without (`Web.leaving`), and why;
    '' where none. `facts`: of a text that holds no more than `Web.facts_around`. It counts nothing that the user may not read. One query."""
    door = web(user)
    rows = door.sources().filter(tie__in=door.ties_of(key).order_by().values("pk"))
    counted = rows.aggregate(
        held=Count("pk", _HELD),
        of_a_record=Count("pk", _OF_A_RECORD),
        conditions=Count("pk", ~MAY_LEAVE & ~_HELD & ~_OF_A_RECORD),
        untrue=Count("pk", MAY_LEAVE & _UNTRUE),
    )
    held, of_a_record, conditions, untrue = counted.values()
    left = [
        (
            held,
            ngettext(
                "%(num)s source that one agency keeps for itself",
                "%(num)s sources that one agency keeps for itself",
                held,
            ),
        ),
        (
            of_a_record,
            ngettext(
                "%(num)s source for those alone who may read one record",
                "%(num)s sources for those alone who may read one record",
                of_a_record,
            ),
        ),
        (
            conditions,
            ngettext(
                "%(num)s source that goes on only as its agency says",
                "%(num)s sources that go on only as their agencies say",
                conditions,
            ),
        ),
        (
            untrue if facts else 0,
            ngettext(
                "%(num)s source that is thought to be untrue",
                "%(num)s sources that are thought to be untrue",
                untrue,
            ),
        ),
    ]
    what = ", ".join(text % {"num": number} for number, text in left if number)
    return _("Others read this, so Heard leaves out of it: %(what)s.") % {"what": what} if what else ""
