"""What a file that is withdrawn takes with it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heard.cases.pack.models import DisclosurePassage, Mark

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow


def note_withdrawal(row: AuditRow) -> None:
    """Hears of each write (`settings.AFTER_WRITES`): a file that was withdrawn leaves its text in no request, at whatever stage."""
    if (row.subject, row.verb) == ("attachment", "withdraw"):
        file_id = uuid.UUID(row.subject_id)
        Mark._base_manager.filter(passage__file_id=file_id).delete()
        DisclosurePassage._base_manager.filter(file_id=file_id).update(text="")
