"""What an index of whole records needs: to hear of each write, and to read as nobody in particular.

An index is shown to nobody as it is: whoever reads it is asked anew what they may see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from heard.agencies.models import Agency, AuditRow, Membership, Team, User
from heard.agencies.queries import LOOKS
from heard.agencies.rules import Role

_TOLD: Final[list[Callable[[AuditRow], None]]] = []
_WHOLE: Final = (Role.COORDINATOR, Role.SUPERVISOR)  # between them they see all that casework holds


def tell_of_writes(*listeners: Callable[[AuditRow], None]) -> None:
    """Packages above this one say, when the site starts, what keeps their indexes as the records are. Each is called with
    every audit row that is no mere look, in the transaction of what it records."""
    _TOLD.extend(listener for listener in listeners if listener not in _TOLD)


def written(row: AuditRow) -> None:
    """For `record_audit`."""
    for listener in _TOLD if row.verb not in LOOKS else ():
        listener(row)


def reader_of_whole_records() -> User:
    """Nobody who signs in: somebody of every agency who may see every record. One query."""
    reader = User(pk=0, username="", is_active=True)
    reader.reads_whole_records = True
    agencies = list(Agency.objects.all())
    reader._memberships = [  # as if they had been fetched, the same each time
        Membership(team=Team(pk=agency.pk, agency=agency), role=role)
        for agency in agencies
        for role in _WHOLE
    ]
    return reader
