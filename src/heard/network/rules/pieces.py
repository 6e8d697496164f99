"""What somebody knows of one person, place, group or handle, as questions read it; and a tie as it is drawn. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Piece(NamedTuple):
    """A source of a tie, as read from one of its ends to the other; or a record that names a node.

    `key`: of the source, or of the record. `said`: how the tie reads from `other` to `node`. `other`, `tie_key`: not of a record that
    only names it. `about`, `about_id`: the record that it comes from. `holder`: the agency that knows, where a source says so.
    `on`: since when, as the source or record says, else the day on which it was written down, which is `noted`.
    """

    key: uuid.UUID
    node: uuid.UUID
    node_kind: str
    on: date
    noted: date
    other: uuid.UUID | None = None
    other_kind: str = ""
    tie_key: uuid.UUID | None = None
    kind_id: str = ""
    said: str = ""
    passes: bool = True
    about: str = ""
    about_id: uuid.UUID | None = None
    holder: uuid.UUID | None = None
    since: date | None = None
    until: date | None = None
    how: str = ""
    known_grade: str = ""
    source_grade: str = ""


@dataclass(frozen=True)
class Bond:
    """A tie as it is drawn and listed, read from `start` to `end`: how many sources say so, whether somebody saw it, from when until
    when. Two ties that say the same of the same two are one; `tie_key` leads to one of them."""

    tie_key: uuid.UUID
    start: uuid.UUID
    end: uuid.UUID
    said: str
    sources: int
    seen: bool
    since: date | None
    until: date | None
