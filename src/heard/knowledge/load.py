"""The releases that come with Heard. Read once, checked, and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from heard.knowledge.check import check_pack
from heard.knowledge.extending import PACKS, in_order
from heard.knowledge.model import NotInRelease, Release
from heard.knowledge.reading import Fault

__all__ = ["PACKS", "PackRefused", "current", "read_pack", "release", "release_ids"]


class PackRefused(ValueError):
    """A pack that is not fit to use. Its text is every fault, one a line; `faults` are the same as data."""

    def __init__(self, folder: Path, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join([f"The pack in {folder.name} cannot be used.", *map(str, faults)]))


def read_pack(folder: Path) -> Release:
    """The release in any folder, or `PackRefused`."""
    checked = check_pack(folder)
    if checked.release is None:
        raise PackRefused(folder, checked.faults)
    return checked.release


@cache
def release_ids() -> tuple[str, ...]:
    """Every release that comes with Heard, oldest first."""
    found = [path.name for path in PACKS.iterdir() if path.is_dir() and any(path.glob("*.yaml"))]
    return tuple(sorted(found, key=in_order))


@cache
def release(release_id: str) -> Release:
    """One release, or `NotInRelease` where there is none of that name."""
    if release_id not in release_ids():
        raise NotInRelease(f"There is no release {release_id!r}. Use one of: {', '.join(release_ids())}.")
    return read_pack(PACKS / release_id)


def current() -> Release:
    """The newest release: what new work is recorded with."""
    return release(release_ids()[-1])
