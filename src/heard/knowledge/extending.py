"""A release that extends an older one: what it replaces, adds and withdraws, laid over what was there.

An entry takes the place of the one with the same id, whole: what a release says stands in it. A carrier has no id: those of one
field and item take the place of all before them of that field and item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from heard.knowledge.reading import Fault, Raw

PACKS: Final = Path(__file__).parent / "packs"
RELEASE: Final = "release"  # the section with the pack's own id, title and about
WITHDRAWN: Final = "withdrawn"
_KEYS: Final = {"carriers": ("format", "field", "item"), "no_carrier": ("item",)}
_NUMBERED: Final = re.compile(r"[0-9]{4}\.[0-9]{1,4}")

type Sections = Mapping[str, Raw]


def base_of(sections: Sections) -> Raw | None:
    """The older release that these sections say they extend, as it is written."""
    about = sections.get(RELEASE)
    return about.value.get("extends") if about and isinstance(about.value, dict) else None


def in_order(release_id: str) -> list[int]:
    """For sorting releases by age."""
    return [int(part) for part in release_id.split(".")]


def why_not_extend(release_id: str, base: object) -> tuple[str, str] | None:
    """What is wrong with this base, and what to do; or None."""
    if not isinstance(base, str) or not _NUMBERED.fullmatch(base) or not (PACKS / base).is_dir():
        return "There is no such release to extend.", "Name one that comes with Heard, in quotes."
    if not _NUMBERED.fullmatch(release_id) or in_order(base) >= in_order(release_id):
        return f"Release {base} is not older.", "A release extends an older one: a year, a dot and a number."
    return None


def extend(base: Sections, own: Sections, faults: list[Fault]) -> dict[str, Raw]:
    """The sections of a release that extends the one with the sections `base`."""
    gone = _withdrawn(base, own, faults)
    found = {
        name: section for name, section in own.items() if name not in base or name in (RELEASE, WITHDRAWN)
    }
    for name in base.keys() - {RELEASE, WITHDRAWN}:
        found[name] = _laid_over(name, base[name], own.get(name), gone.get(name, set()), faults)
    return found


def key_of(section: str, row: Any) -> str:
    """By what an entry is known in its section: its id, or what stands for one. `row`: as read, or the entry itself."""
    return " ".join(_value(row, name) for name in _KEYS.get(section, ("id",)))


def _value(row: Any, name: str) -> str:
    if not isinstance(row, Raw):
        return str(getattr(row, name, ""))
    value = row.value[name].value if isinstance(row.value, dict) and name in row.value else ""
    return value if isinstance(value, str) else ""


def _rows(raw: Raw | None) -> list[Raw]:
    return raw.value if raw is not None and isinstance(raw.value, list) else []


def _withdrawn(base: Sections, own: Sections, faults: list[Fault]) -> dict[str, set[str]]:
    """Keys of what is withdrawn, by section. What withdraws nothing is a fault."""
    found: dict[str, set[str]] = {}
    for row in _rows(own.get(WITHDRAWN)):
        section, entry = _value(row, "section"), _value(row, "entry")
        if entry not in {key_of(section, old) for old in _rows(base.get(section))}:
            what = f"The release before has no “{entry}” in “{section}”."
            faults.append(row.fault(entry, what, "Withdraw only what is there; correct section and entry."))
        elif entry in {key_of(section, new) for new in _rows(own.get(section))}:
            faults.append(row.fault(entry, "It is withdrawn, and there.", "Keep one of the two."))
        found.setdefault(section, set()).add(entry)
    return found


def _laid_over(name: str, old: Raw, new: Raw | None, gone: set[str], faults: list[Fault]) -> Raw:
    if new is not None and not isinstance(new.value, list):
        return new  # the check says so
    fresh: dict[str, list[Raw]] = {}
    for row in _rows(new):
        fresh.setdefault(key_of(name, row), []).append(row)
    before: dict[str, list[Raw]] = {}
    for row in _rows(old):
        before.setdefault(key_of(name, row), []).append(row)
    faults += _unchanged(before, fresh)
    rows = [row for key in before if key not in gone for row in fresh.pop(key, before[key])]
    added = [row for group in fresh.values() for row in group]
    return Raw((new or old).file, (new or old).line, [*rows, *added])


def _unchanged(before: Mapping[str, list[Raw]], fresh: Mapping[str, list[Raw]]) -> Iterator[Fault]:
    for key in before.keys() & fresh.keys():
        if _plain(before[key]) == _plain(fresh[key]):
            what = "It says what the release before says."
            yield fresh[key][0].fault(key, what, "Leave it out: what is not changed stays.")


def _plain(rows: Iterable[Raw]) -> list[Any]:
    return [_without_lines(row) for row in rows]


def _without_lines(raw: Raw) -> Any:
    if isinstance(raw.value, list):
        return _plain(raw.value)
    if isinstance(raw.value, dict):
        return {name: _without_lines(value) for name, value in raw.value.items()}
    return raw.value
