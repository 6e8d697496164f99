"""Checks a pack and builds its release. Says everything that is wrong at once, each with its remedy.

What an entry must have is read off the types in `model.py`; what must hold between entries is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints

from heard.knowledge.extending import PACKS, RELEASE, WITHDRAWN, base_of, extend, why_not_extend
from heard.knowledge.model import Release
from heard.knowledge.reading import Fault, Raw, read_yaml
from heard.knowledge.relations import relations

_HINTS = get_type_hints(Release)
_KINDS = {name: get_args(_HINTS[name])[0] for name in _HINTS if get_origin(_HINTS[name]) is tuple}
_NEEDED = {field.name for field in fields(Release) if field.name in _KINDS and field.default is MISSING}
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,39}")


@dataclass(frozen=True)
class Checked:
    """`release` is there exactly when there are no `faults`."""

    release: Release | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Placed:
    """An entry and where it was written. One that has faults of its own is `whole` no more, and has only its id."""

    entry: Any
    raw: Raw
    whole: bool = True

    def fault(self, what: str, remedy: str) -> Fault:
        return self.raw.fault(name_of(self.raw), what, remedy)


def check_pack(folder: Path) -> Checked:
    """Reads each `*.yaml` of the folder, and the release that it extends. Never raises for what is in them."""
    checked, _whole = _check(folder)
    return checked


def _check(folder: Path, called: str = "") -> tuple[Checked, dict[str, Raw] | None]:
    """The release, and its sections with those of the release that it extends. Each release of the chain is read once."""
    faults: list[Fault] = []
    sections, all_read = _sections(folder, faults, called)
    if not sections and not all_read and not faults:
        nothing = Fault(str(folder), 0, "", "No pack here.", "Give the folder that holds its *.yaml files.")
        return Checked(None, (nothing,)), None
    for name in sections.keys() - _KINDS.keys() - {RELEASE}:
        known = ", ".join(_KINDS)
        faults.append(
            sections[name].fault("", f"Unknown section “{name}”.", f"Use one of: {RELEASE}, {known}.")
        )
    whole = _extended(sections, folder, faults) if all_read else None
    sections = sections if whole is None else whole
    wanted = {RELEASE, *_NEEDED} if whole is not None else set()  # what was not read is not missed yet
    about = _about(sections.get(RELEASE), folder, faults) if RELEASE in wanted | sections.keys() else None
    found = {
        name: _entries(name, kind, sections.get(name), folder, faults)
        for name, kind in _KINDS.items()
        if name in wanted | sections.keys()
    }
    placed = {name: entries for name, entries in found.items() if entries is not None}
    if placed.keys() >= _NEEDED:  # else each gap would be told again by all that points into it
        placed = {name: placed.get(name, []) for name in _KINDS}
        faults += relations(placed)
    if faults or about is None:
        return Checked(None, tuple(sorted(faults, key=lambda f: (f.file, f.line)))), None
    values: dict[str, Any] = {**about, **{name: tuple(p.entry for p in placed[name]) for name in _KINDS}}
    return Checked(Release(**values), ()), whole


def _extended(sections: dict[str, Raw], folder: Path, faults: list[Fault]) -> dict[str, Raw] | None:
    """The sections with those of the release that they extend; None where that one cannot be used."""
    base = base_of(sections)
    if base is None:
        for row in sections[WITHDRAWN].value or () if WITHDRAWN in sections else ():
            if isinstance(row, Raw):
                what = "It is withdrawn from nothing."
                faults.append(row.fault(name_of(row), what, "Say in “release” what the release extends."))
        return sections
    why_not, before = why_not_extend(folder.resolve().name, base.value), None
    if why_not is None:
        _checked, before = _check(PACKS / str(base.value), called=f"{base.value}/")
        if before is None:
            why_not = f"Release {base.value} is not fit to use.", "Check it, and correct it first."
    if why_not:
        faults.append(base.fault("extends", *why_not))
    return None if before is None else extend(before, sections, faults)


def _sections(folder: Path, faults: list[Fault], called: str = "") -> tuple[dict[str, Raw], bool]:
    """The sections of the files of this folder, and whether there are any and every one could be read."""
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    found: dict[str, Raw] = {}
    all_read = bool(paths)
    for path in paths:
        raw = read_yaml(path, faults, f"{called}{path.name}")
        if raw is not None and not isinstance(raw.value, dict):
            what = "The file is not sections."
            faults.append(raw.fault("", what, "Start with a section, such as “signs:”."))
        if raw is None or not isinstance(raw.value, dict):
            all_read = False
            continue
        for name, section in raw.value.items():
            if name in found:
                what = f"Section “{name}” is in {found[name].file} too."
                faults.append(section.fault("", what, "Keep each section in one file."))
            else:
                found[name] = section
    return found, all_read


def _about(raw: Raw | None, folder: Path, faults: list[Fault]) -> dict[str, str] | None:
    wanted = ("id", "title", "about")
    if raw is None or not isinstance(raw.value, dict):
        where = raw or Raw(folder.name, 0, None)
        faults.append(
            where.fault("", f"Section “{RELEASE}” is missing.", f"Write it with {', '.join(wanted)}.")
        )
        return None
    found = {name: _convert(str, raw.value.get(name, Raw(raw.file, raw.line, None))) for name in wanted}
    for name, text in found.items():
        if not isinstance(text, str):
            faults.append(raw.fault(RELEASE, f"“{name}” is missing.", "Write it as text."))
    if isinstance(found["id"], str) and found["id"] != folder.resolve().name:
        what = f"The release calls itself {found['id']!r}, its folder {folder.resolve().name!r}."
        faults.append(raw.fault(RELEASE, what, "Give both the same name."))
    extends = raw.value.get("extends")
    if extends is not None and isinstance(extends.value, str):
        found["extends"] = extends.value.strip()
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _entries(
    name: str, kind: type, raw: Raw | None, folder: Path, faults: list[Fault]
) -> list[Placed] | None:
    if raw is None:
        faults.append(
            Fault(folder.name, 0, "", f"Section “{name}” is missing.", "Add it to one of the files.")
        )
        return None
    if not isinstance(raw.value, list):
        faults.append(raw.fault("", f"Section “{name}” is not a list.", "Start each entry with “- ”."))
        return None
    placed, hints = [], get_type_hints(kind)
    for one in raw.value:
        before = len(faults)
        values = dict(_values(kind, hints, one, faults))
        whole = len(faults) == before
        placed.append(Placed(kind(**values) if whole else SimpleNamespace(**values), one, whole))
    return placed


def _values(kind: type, hints: dict[str, Any], raw: Raw, faults: list[Fault]) -> Iterator[tuple[str, Any]]:
    """The fields of one entry, by name; what is missing, unknown or of another kind goes to `faults`."""
    entry = name_of(raw)
    if not isinstance(raw.value, dict):
        faults.append(raw.fault(entry, "The entry has no fields.", "Write it as “name: value” lines."))
        return
    for unknown in raw.value.keys() - hints.keys():
        what = f"Unknown field “{unknown}”."
        faults.append(raw.value[unknown].fault(entry, what, f"Use only: {', '.join(hints)}."))
    for field in fields(kind):
        given = raw.value.get(field.name)
        if given is None:
            if field.default is MISSING:
                faults.append(
                    raw.fault(entry, f"“{field.name}” is missing.", f"Write {_wanted(hints[field.name])}.")
                )
            continue
        value = _convert(hints[field.name], given)
        if isinstance(value, _Wrong):
            faults.append(given.fault(entry, *_said(field.name, hints[field.name], given)))
        elif field.name == "id" and not _ID.fullmatch(value):
            faults.append(
                given.fault(entry, "This id cannot be used.", "Use letters, digits and _, a letter first.")
            )
        else:
            yield field.name, value


class _Wrong:
    """The value is not of the kind that its field asks for."""


_WRONG = _Wrong()


def _convert(hint: Any, raw: Raw) -> Any:
    """The value as the type `hint`, or `_WRONG`."""
    hint, value = _plain(hint), raw.value
    if get_origin(hint) in (Union, UnionType):
        return None if value is None else _convert(next(a for a in get_args(hint) if a is not NoneType), raw)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            return _WRONG
        parts = [_convert(get_args(hint)[0], part) for part in value]
        return _WRONG if any(isinstance(part, _Wrong) for part in parts) else tuple(parts)
    if not isinstance(value, str) or not value.strip():
        return _WRONG
    if get_origin(hint) is Literal:
        return value if value in get_args(hint) else _WRONG
    return _scalar(hint, value.strip())


def _scalar(hint: type, text: str) -> Any:
    if hint is bool:
        return {"true": True, "false": False}.get(text, _WRONG)
    if hint is int:
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else _WRONG
    if hint is date:
        try:
            return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else _WRONG
        except ValueError:
            return _WRONG
    return text


def _plain(hint: Any) -> Any:
    return hint.__value__ if isinstance(hint, TypeAliasType) else hint


def _wanted(hint: Any) -> str:
    """What a field asks for, in words."""
    hint = _plain(hint)
    if get_origin(hint) in (Union, UnionType):
        return (
            f"{_wanted(next(a for a in get_args(hint) if a is not NoneType))}, or null where it is not known"
        )
    if get_origin(hint) is tuple:
        return "a list of texts in [ ]"
    if get_origin(hint) is Literal:
        return "one of: " + ", ".join(get_args(hint))
    return {bool: "true or false", int: "a whole number", date: "a date such as 2013-11-26"}.get(hint, "text")


def _said(name: str, hint: Any, raw: Raw) -> tuple[str, str]:
    if name == "confidence" and raw.value in ("M", "G"):
        what = f"Confidence {raw.value}: from memory, or not found."
        return what, "Leave the entry out, or find the source and give A or B."
    shown = (
        f"“{raw.value}”"
        if isinstance(raw.value, str) and 0 < len(raw.value.strip()) < 60
        else "what is there"
    )
    return f"“{name}” cannot be {shown}.", f"Write {_wanted(hint)}."


def name_of(raw: Raw) -> str:
    """What to call an entry in a fault: its id, else its field and item."""
    if not isinstance(raw.value, dict):
        return ""
    parts = [raw.value[key].value for key in ("id", "field", "item") if key in raw.value]
    return " ".join(part for part in parts if isinstance(part, str))
