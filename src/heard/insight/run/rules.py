"""When a run may start, and when a concern may be opened from its list. Pure functions."""

import re
from enum import StrEnum
from pathlib import PurePath


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def why_not_start(*, purpose: str, extracts: int) -> str | None:
    """A run reads many children's records, so it says why before it starts."""
    if not purpose.strip():
        return "Say what this run is for. It is kept with the result."
    if not extracts:
        return "Choose at least one extract from the folder, or upload one."
    return None


def why_not_reveal(*, reason: str) -> str | None:
    if not reason.strip():
        return "Say why you need to know who this child is. It is kept in the record."
    return None


def why_not_open(*, state: str, revealed: bool, already_open: bool, reason: str) -> str | None:
    """A person opens a concern, giving a reason; the machine opens nothing."""
    if state != RunState.DONE:
        return "This run has not finished. Wait for its list."
    if not revealed:
        return "Say first why you need to know who this child is."
    if already_open:
        return "A worry was opened for this child from this list already."
    if not reason.strip():
        return "Give your reason for opening a worry."
    return None


def safe_name(name: str, taken: set[str]) -> str:
    """A file name that stays in its folder and is not taken yet: `C:\\x\\a b.csv` becomes `a_b.csv`."""
    leaf = PurePath(name.replace("\\", "/")).name
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", leaf).lstrip(".") or "extract"
    stem, dot, ending = plain.rpartition(".")
    number = 2
    while plain in taken:
        plain = f"{stem or ending}_{number}{dot}{ending if stem else ''}"
        number += 1
    return plain
