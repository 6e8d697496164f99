"""The formats that Heard knows by itself: each is a folder with `format.yaml` and a little code. How to add one: the guide.

A folder's package has two functions, `recognises` and `read`, and may have two more, `authority` and `children`:

- `recognises(path, start)`: by content, whose first 200 bytes are `start`. `Mine` where the file is one of this format;
  `Why` where it nearly is, or is and cannot be read; null where it is not.
- `read(files, job)`: reads the files that belong together (one file, or those of one folder) into `job.source`.
- `authority(path)`: the code of the authority that the file says it is of, or null.
- `children(files)`: the number and the birth date of each child, by which it is told whether two returns are of one council.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import yaml

from heard.engine.intake.ledger import Source
from heard.engine.tables import Progress


class Why(NamedTuple):
    """Why nothing of a file can be used, and what to do. `rows`: whether it has rows that can be counted."""

    what: str
    remedy: str
    rows: bool = False


@dataclass(frozen=True)
class Mine:
    """A file of a format. `part`: what the format knows of it already, such as which table of a return it is. `alone`: it
    is a source of its own, even where the files of a folder belong together."""

    path: Path
    file: str
    part: Any = None
    alone: bool = False


type Labels = Mapping[str, Mapping[str, str]]
"""What people have settled: of a field, each spelling and what it means. The field `columns` settles names of columns."""


@dataclass(frozen=True)
class Job:
    """What a format needs to read. `scratch`: a folder for what does not fit into memory, gone afterwards."""

    source: Source
    today: date
    progress: Progress
    scratch: Path
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """One format, as its `format.yaml` describes it. `together`: 'file' where each file is a source, 'folder' where the
    files of a folder are one. `agency`: who sends it. `title`: what people call it. `send`: how to send it, in words."""

    name: str
    title: str
    agency: str
    together: str
    send: str
    code: ModuleType

    def recognises(self, path: Path, start: bytes) -> Mine | Why | None:
        found: Mine | Why | None = self.code.recognises(path, start)
        return found

    def read(self, mine: list[Mine], job: Job) -> None:
        """Raises OSError where a file cannot be opened."""
        self.code.read(mine, job)

    def authority(self, path: Path) -> str | None:
        """The authority that a file says it is of. Raises OSError where the file cannot be opened."""
        tells = getattr(self.code, "authority", None)
        return tells(path) if tells else None

    def children(self, mine: list[Mine]) -> Mapping[str, date]:
        """The number and birth date of each child; none where the format, or a file, does not tell."""
        tells = getattr(self.code, "children", None)
        try:
            return tells(mine) if tells else {}
        except OSError:
            return {}


@cache
def known() -> tuple[Format, ...]:
    """Every format, in order of name."""
    return tuple(_format(found.name) for found in pkgutil.iter_modules(__path__) if found.ispkg)


def _format(name: str) -> Format:
    package = f"{__name__}.{name}"
    told = yaml.safe_load(files(package).joinpath("format.yaml").read_text(encoding="utf-8"))
    return Format(name=name, code=import_module(package), **told)
