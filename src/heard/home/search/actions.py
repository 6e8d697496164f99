"""Searching. That somebody searched is written down, in the same transaction as what they were shown."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from heard.agencies.actions import record_audit, record_looks
from heard.cases.record.queries import some_are_behind
from heard.home.search.queries import FoundSection, find_everything

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Results:
    """`behind`: some records were written in so lately that their words are not all found yet."""

    sections: list[FoundSection]
    behind: bool


def search(*, by: User, text: str) -> Results:
    """What was found, with one audit row: whom and what the search showed, by their keys. What was typed is a name more
    often than not, so that it is in no row. Each child of whose record words are shown has a 'view' row too."""
    return Results(_shown(by, text), some_are_behind(by))


@transaction.atomic
def _shown(by: User, text: str) -> list[FoundSection]:
    sections = find_everything(by, text)
    shown = {section.name: [one.key for one in section.found] for section in sections}
    record_audit(by=by, verb="search", subject="everything", subject_id="", detail=shown)
    children = {uuid.UUID(key) for key in shown.get("records", ())}
    record_looks(by=by, subject="search", subject_id="", person_ids=children)
    return sections
