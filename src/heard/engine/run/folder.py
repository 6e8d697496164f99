"""A run's folder: made beside its place, swapped in whole, never over something that no run made."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MANIFEST = "manifest.json"
_MADE_BY = "heard run"


def manifest(folder: Path) -> dict[str, Any] | None:
    """What a run says about itself, or None where the folder is not a run's."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    whole = isinstance(told, dict) and told.get("made_by") == _MADE_BY and isinstance(told.get("steps"), dict)
    return told if whole and "intake" in told["steps"] else None


def tell(folder: Path, told: dict[str, Any]) -> None:
    """Writes the manifest, whole or not at all."""
    partial = folder / f".{MANIFEST}"
    partial.write_text(json.dumps({"made_by": _MADE_BY, **told}, indent=1, default=str), encoding="utf-8")
    partial.replace(folder / MANIFEST)


def why_not_write(out: Path, paths: Sequence[Path] = ()) -> str | None:
    """Why a run may not write its result to `out`, as a sentence with what to do, or None."""
    place = out.resolve()
    nearest = next(path for path in (place, *place.parents) if path.exists())
    if not nearest.is_dir():
        return f"{nearest} is a file. Name a folder for --out."
    beside = place.parent if place.exists() else nearest
    if not os.access(beside, os.W_OK | os.X_OK):
        return f"Nothing can be written in {beside}, where the result is made. Name another folder for --out."
    if out.is_dir() and any(out.iterdir()) and manifest(out) is None:
        return f"{out} holds something that no run of heard made, so it is left alone. Name a new or empty folder."
    if any(path.resolve().is_relative_to(out.resolve()) for path in paths):
        return f"The input lies inside {out}, which the result would replace. Name another folder for --out."
    if any(out.resolve().is_relative_to(path.resolve()) for path in paths):
        return f"{out} lies inside the input, so the next run would read this one's result. Name another folder for --out."
    return None


def opened(folder: Path) -> dict[str, Any]:
    """The manifest of a run that a single step goes on with. Raises `NotDone` where no run made the folder."""
    told = manifest(folder)
    if told is None:
        raise NotDone(
            f"{folder} is not the folder of a run. Make one first: heard intake PATH... --out {folder}"
        )
    return told


@contextmanager
def fresh(out: Path, *, replace: bool = False) -> Iterator[Path]:
    """A new folder beside `out`, for its owner's eyes only, that takes its place when all went well.

    If anything goes wrong it is removed, and what stood at `out` stays. Raises `NotDone` where another run has begun to write
    there, and where an earlier result is there that it is not told to `replace`.
    """
    out = out.resolve()  # a link stays, and what it leads to is replaced
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = out.with_name(f".{out.name}.unfinished")
    with _held(folder, out) as handle:
        _tidy(out)
        try:
            if manifest(out) is not None and not replace:
                raise NotDone(
                    f"{out} holds the result of an earlier run. Name another folder for --out, or say --replace to replace it."
                )
            yield folder
            _swap(folder, out)
        finally:
            if _is_still(folder, handle):  # swapped in, it is another run's new one that stands there now
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path, out: Path) -> Iterator[int]:
    """The unfinished folder, empty, and locked for as long as it is written; the lock ends with the process. One that was killed left
    its folder behind, which holds personal data: it is emptied."""
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # another run has just ended
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_still(folder, handle):
                continue
            for left in folder.iterdir():
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
            yield handle
            return
        except BlockingIOError:
            raise NotDone(
                f"Another run writes to {out} now. Wait until it has ended, or name another folder for --out."
            ) from None
        finally:
            os.close(handle)


def _is_still(folder: Path, handle: int) -> bool:
    """Whether what is locked is what stands at that place, and not what was swapped in meanwhile."""
    try:
        return os.path.samestat(folder.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _swap(folder: Path, out: Path) -> None:
    earlier = _earlier(out)
    shutil.rmtree(earlier, ignore_errors=True)
    if out.exists():
        out.rename(earlier)
    try:
        folder.rename(out)
    except OSError:
        if earlier.exists():
            earlier.rename(out)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _tidy(out: Path) -> None:
    """Puts right what runs that were killed left behind: their folders hold personal data."""
    earlier = _earlier(out)
    if earlier.exists() and not out.exists():
        earlier.rename(out)
    for left in out.parent.glob(f".{out.name}.unfinished.*"):  # runs of 2026 had each a folder of their own
        shutil.rmtree(left, ignore_errors=True)


def _earlier(out: Path) -> Path:
    return out.with_name(f".{out.name}.earlier")
