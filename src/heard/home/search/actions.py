"""Searching. That somebody searched is written down, in the same transaction as what they were shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from heard.agencies.actions import record_audit
from heard.home.search.queries import Section, find_everything

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def search(*, by: User, text: str) -> list[Section]:
    """What was found, with one audit row: whom and what the search showed, by their keys. What was typed is a name more
    often than not, so that it is in no row."""
    sections = find_everything(by, text)
    shown = {section.name: [one.key for one in section.found] for section in sections}
    record_audit(by=by, verb="search", subject="everything", subject_id="", detail=shown)
    return sections
