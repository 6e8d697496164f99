"""What may be read of the death of a child, and who may record it. `user` is always the first argument."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heard.agencies.rules import May
from heard.cases.case.queries import deaths_visible_to, open_case_of

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Death


def versions_of(user: User, person_id: uuid.UUID) -> list[Death]:
    """Everything that was recorded of it, the latest first. Nothing of a child whom the user may not see."""
    return list(deaths_visible_to(user).filter(person_id=person_id))


def leads(user: User, person_id: uuid.UUID) -> bool:
    """Whether they work with the child, or decide about them as a supervisor or co-ordinator."""
    if user.may(May.SIGN_OFF) or user.may(May.DECIDE):
        return True
    case = open_case_of(user, person_id)
    return case is not None and user.pk in (case.allocated_worker_id, case.trusted_worker_id)
