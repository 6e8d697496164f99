"""What one release says otherwise than another: what it added, changed and withdrew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from heard.knowledge.extending import WITHDRAWN, key_of
from heard.knowledge.model import Phrase, Release


class Change(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Difference:
    """One entry. `told`: its fields that changed, each with what it said and what it says now. `why`: it was withdrawn."""

    section: str
    entry: str
    label: str
    change: Change
    told: tuple[tuple[str, Any, Any], ...] = ()
    why: str = ""


def differences(old: Release, new: Release) -> tuple[Difference, ...]:
    """Section by section, in the order of the newer release; what is gone stands last in its section."""
    return tuple(found for name in _sections() for found in _in_section(name, old, new))


def _sections() -> list[str]:
    texts = {"id", "title", "about", "extends", WITHDRAWN}
    return [field.name for field in fields(Release) if field.name not in texts]


def _in_section(name: str, old: Release, new: Release) -> Iterator[Difference]:
    before, now = _by_key(name, old), _by_key(name, new)
    for key, entries in now.items():
        if key not in before:
            yield Difference(name, key, _label(entries[0], new), Change.ADDED)
        elif entries != before[key]:
            yield Difference(name, key, _label(entries[0], new), Change.CHANGED, _told(before[key], entries))
    why = {(one.section, one.entry): one.why for one in new.withdrawn}
    for key in before.keys() - now.keys():
        yield Difference(
            name, key, _label(before[key][0], old), Change.WITHDRAWN, why=why.get((name, key), "")
        )


def _by_key(name: str, release: Release) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for entry in getattr(release, name):
        found.setdefault(key_of(name, entry), []).append(entry)
    return found


def _label(entry: Any, release: Release) -> str:
    """Its own, or that of the sign or vulnerability that it speaks of; of a phrase with its words."""
    if isinstance(entry, Phrase):
        return f"{release.item(entry.item).label}: {', '.join(entry.says)}"
    return str(entry.label if hasattr(entry, "label") else release.item(entry.item).label)


def _told(before: list[Any], now: list[Any]) -> tuple[tuple[str, Any, Any], ...]:
    """Field by field where one entry stands for one; else what there was, and what there is."""
    if len(before) != 1 or len(now) != 1:
        return (("entries", len(before), len(now)),)
    pairs = (
        (field.name, getattr(before[0], field.name), getattr(now[0], field.name)) for field in fields(now[0])
    )
    return tuple((name, was, says) for name, was, says in pairs if was != says)
