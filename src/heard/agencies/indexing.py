"""What an index of whole records needs: to hear of each write, and what people are called.

An index is shown to nobody as it is: whoever reads it is asked anew what they may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Prefetch
from django.utils.module_loading import import_string

from heard.agencies.models import Membership, User
from heard.agencies.queries import LOOKS

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow


def written(row: AuditRow) -> None:
    """For `record_audit`: whatever the settings list hears of each write, in the transaction of what it records."""
    for listener in settings.AFTER_WRITES if row.verb not in LOOKS else ():
        import_string(listener)(row)


def names_of(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The name of each of these people and of their first agency, also of those who have left. Two queries."""
    posts = Prefetch("memberships", Membership.objects.select_related("team__agency"))
    people = User.objects.filter(pk__in=set(ids)).prefetch_related(posts)
    return {
        person.pk: (str(person), next((post.team.agency.name for post in person.memberships.all()), ""))
        for person in people
    }
