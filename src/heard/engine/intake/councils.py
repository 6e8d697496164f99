"""Whose each return is. Councils number their children each in its own way, so a number is compared only within one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from heard.engine.intake.finding import Found
from heard.engine.intake.formats import Format, Mine

_UNTOLD = (
    "These returns do not say whose they are, and their children are not those of the others ({folders}): their numbers were "
    "compared with no other return's, and each counts as an agency of its own. Where they are of one council, name it in the "
    "mapping: councils, then for each file or folder its name and the council's number."
)


def said_of(untold: Sequence[str]) -> list[str]:
    """What the summary says of returns that do not say whose they are."""
    return [_UNTOLD.format(folders=", ".join(untold))] if untold else []


def agencies(found: Found, named: Mapping[str, str]) -> tuple[dict[Path, str], list[str]]:
    """Who holds each return, and the names of those of which nobody can tell. With several councils in one run each is an agency of its own, since their numbers clash.

    A return that does not say whose it is, is that council's which `named` gives for its file or folder; else that of the
    return whose children it has: most numbers that both give have the same birth date in both.
    """
    code = {whose: _council(form, whose, mine, named) for (form, whose), mine in found.returns.items()}
    plain = {whose: form.agency for form, whose in found.returns}
    unnamed = [whose for whose in code if code[whose] is None]
    several = len({told for told in code.values() if told}) > 1
    if not several and len(unnamed) < 2:
        return plain, []
    groups = _groups(found, code, unnamed)
    if len({groups[whose] for whose in code}) == 1:
        return plain, []
    lone = [whose for whose in unnamed if code[groups[whose]] is None]
    names = {whose: _name(code[groups[whose]], groups[whose]) for whose in code}
    return (
        {whose: f"{plain[whose]} ({names[whose]})" for whose in code},
        sorted(whose.name for whose in lone),
    )


def _name(code: str | None, whose: Path) -> str:
    return f"council {code}" if code else f"of {whose.name}"


def _groups(found: Found, code: Mapping[Path, str | None], unnamed: Sequence[Path]) -> dict[Path, Path]:
    """For each return the first of those that are of one council."""
    born = {whose: form.children(mine) for (form, whose), mine in found.returns.items()}
    first: dict[str, Path] = {}
    groups = {whose: first.setdefault(told, whose) for whose, told in code.items() if told}
    for whose in unnamed:
        like = {other: _alike(born[whose], born[other]) for other in groups}
        best = max(like, key=lambda other: (like[other], other.name), default=None)
        groups[whose] = groups[best] if best and like[best] else whose
    return groups


def _alike(one: Mapping[str, date], other: Mapping[str, date]) -> int:
    """How many children two returns have in common; 0 where most of the common numbers are those of two children."""
    common = one.keys() & other.keys()
    same = sum(one[child] == other[child] for child in common)
    return same if 2 * same > len(common) else 0


def _council(form: Format, whose: Path, mine: Sequence[Mine], named: Mapping[str, str]) -> str | None:
    paths = [whose, *(path for one in mine for path in (one.path, one.path.parent))]
    names = {path.name.lower() for path in paths}
    told = (code for pattern, code in named.items() if any(fnmatchcase(n, pattern.lower()) for n in names))
    try:
        return next(told, None) or next((c for one in mine if (c := form.authority(one.path))), None)
    except OSError:
        return None  # reading it says so
