"""A pack as paper: passages and files on pages with contents, drawn and bound by a programme of its own (`binding`)."""

from __future__ import annotations

import hashlib
import logging
import shutil
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from heard.agencies.envelopes import kept
from heard.agencies.envelopes.kept import NoKeys
from heard.cases.attachment.storing import Changed, Locked, Missing, for_reading
from heard.cases.pack.binding import NotMade, bind, look
from heard.cases.pack.models import about_pack
from heard.cases.pack.passages import Passage
from heard.cases.pack.reasons import Reason, reasons
from heard.cases.pack.redacting import Stretch
from heard.cases.pack.rules import PackPart
from heard.cases.pack.words import PARTS
from heard.govuk.pdf import STYLES

_NO_KEYS: Final = (
    "The pack is not kept: Heard encrypts packs, and its keys are not where they should be. Tell the person who looks after Heard, and try "
    "again afterwards."
)
_log = logging.getLogger(__name__)
MOST_IN_CONTENTS: Final = 30  # passages of a part that have a line of their own in the contents


@dataclass(frozen=True)
class Shown:
    """A passage on paper, in stretches."""

    part: str
    heading: Sequence[Stretch]
    text: Sequence[Stretch]


@dataclass(frozen=True)
class Pages:
    """A file whose pages are bound in, with what its own page says."""

    file_id: uuid.UUID
    path: Path
    kind: str
    heading: Sequence[Stretch]
    about: Sequence[Stretch] = ()
    sha256: str = ""


@dataclass(frozen=True)
class Paper:
    """`facts` stand on the first page: label and text. `listed`: whether single passages stand in the contents.
    `withheld`: whether the paper says at its end what was withheld and why."""

    title: str
    about: str
    facts: Sequence[tuple[str, str]]
    passages: Sequence[Shown]
    files: Sequence[Pages] = ()
    listed: bool = True
    withheld: bool = False


@dataclass(frozen=True)
class Made:
    """`size` in bytes, `sha256` of the PDF before it is encrypted, `left_out`: keys of files."""

    pages: int
    size: int
    sha256: str
    left_out: list[str]


@dataclass
class _Section:
    part: str
    label: Any
    passages: list[Shown]
    lines: list[tuple[str, str]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"part-{self.part}"


def as_shown(passages: Iterable[Passage]) -> list[Shown]:
    """The passages of a pack, in which nothing is withheld."""
    return [
        Shown(passage.part, [Stretch(passage.heading)], [Stretch(passage.text)] if passage.text else [])
        for passage in passages
    ]


def make_pdf(paper: Paper, out: Path, heard: Callable[[str, float | None], None]) -> Made:
    """Writes `out`, whole or not at all, in an envelope where the site has keys; what it is made from is in clear beside its place until
    it is there. `heard` is told what is being done and how far it is, also while nothing changes. Raises `binding.NotMade` with the
    sentence for the user."""
    folder = making(out)
    clear(out)
    folder.mkdir(parents=True, mode=0o700)
    try:
        heard(_("Opening the files"), None)
        files = [(_opened(one, folder), one.kind) for one in paper.files]
        pages = look(files, folder) if files else []
        html = folder / "pack.html"
        html.write_text(_html(paper, pages), encoding="utf-8")
        bound = bind(html, STYLES, pages, folder, folder / "pack.pdf", _reporter(heard, len(pages)))
        size, sha256 = _keep(folder / "pack.pdf", out)
    except NoKeys as problem:
        raise NotMade(_NO_KEYS) from problem
    finally:
        clear(out)
    left_out = [str(one.file_id) for one, count in zip(paper.files, pages, strict=True) if not count]
    return Made(bound.pages, size, sha256, left_out)


def _opened(one: Pages, folder: Path) -> Path:
    """Where the programme that binds reads this file. One that cannot be opened is nowhere, and takes nothing from the others."""
    into = folder / f"{one.file_id.hex}.in"
    try:
        return for_reading(one.path, one.file_id, one.sha256, into)
    except (Missing, Changed, Locked) as problem:
        _log.error(
            "A file could not be opened for a pack: %s, %s %s", one.file_id, type(problem).__name__, problem
        )
        return into


def _keep(made: Path, out: Path) -> tuple[int, str]:
    """Gives the PDF its place. Its size in bytes and its sha256, both before it is encrypted."""
    with made.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        kept.put(out, iter(lambda: file.read(kept.PART), b""), about_pack(out.name))
    return size, sha256


def making(out: Path) -> Path:
    """The folder in which a pack is made, beside its place."""
    return out.with_name(f"{out.name}.making")


def clear(out: Path) -> None:
    """What a worker that was killed has left behind."""
    shutil.rmtree(making(out), ignore_errors=True)


def _reporter(heard: Callable[[str, float | None], None], files: int) -> Callable[[dict[str, Any]], None]:
    last: list[tuple[str, float | None]] = [(_("Drawing the pages"), None)]

    def report(said: dict[str, Any]) -> None:
        if "drawn" in said:
            last[0] = (_("Drawing page %(number)s") % {"number": said["drawn"]}, None)
        elif "bound" in said:
            told = {"number": said["bound"], "of": files}
            last[0] = (_("Binding in file %(number)s of %(of)s") % told, said["bound"] / files)
        heard(*last[0])

    return report


def _html(paper: Paper, pages: Sequence[int]) -> str:
    context = {
        "paper": paper,
        "sections": _sections(paper),
        "files": list(zip(paper.files, pages, strict=True)),
        "numbers": {key: reason.number for key, reason in reasons().items()},
        "reasons": _used(paper),
    }
    return render_to_string("cases/pack/paper.html", context)


def _sections(paper: Paper) -> list[_Section]:
    sections = []
    for part, rows in groupby(paper.passages, key=lambda passage: passage.part):
        section = _Section(part, PARTS[PackPart(part)], list(rows))
        if paper.listed and part != PackPart.CHRONOLOGY and len(section.passages) <= MOST_IN_CONTENTS:
            section.lines = [
                (f"{section.anchor}-{number}", "".join(stretch.text for stretch in passage.heading))
                for number, passage in enumerate(section.passages, 1)
            ]
        sections.append(section)
    return sections


def _used(paper: Paper) -> list[Reason]:
    """The reasons that stand in the paper, by their number."""
    stretches = (stretch for shown in paper.passages for stretch in (*shown.heading, *shown.text))
    beside = (stretch for file in paper.files for stretch in (*file.heading, *file.about))
    used = {stretch.reason for stretch in (*stretches, *beside) if stretch.reason}
    return [reason for key, reason in reasons().items() if key in used]
