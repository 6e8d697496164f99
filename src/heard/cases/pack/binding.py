"""Draws a pack and binds the pages of files into it. Knows nothing of Django.

Files come from anywhere, and a long record needs much memory. So this runs as a programme of its own (`look` and `bind`
start it), with a limit of memory and time: where it fails, the worker goes on and says so.

Our own pages come from HTML. Each file has a page of ours with the anchor `file-0`, `file-1`, …: its pages come after it,
each with its number at the foot, and the numbers of our pages go on behind them.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from heard.agencies import sandbox

MEMORY: Final = 2_000_000_000  # bytes; 2,000 entries of a chronology need a tenth of it
PATIENCE: Final = 900  # seconds of work
MOST_PAGES: Final = 2_000  # of one file
A4: Final = (595.28, 841.89)  # points
PICTURES: Final = frozenset({"jpeg", "png", "webp"})
_FONTS: Final = ("/etc/fonts", "/var/cache/fontconfig", *sandbox.OF_MACHINE)
_BETWEEN: Final = 1.0  # seconds between two signs of life

TOO_MUCH: Final = "This is too much for one pack. Make two: choose fewer parts, fewer files, or a shorter time of the chronology."
# What is kept of a page that somebody else made: what is seen. No actions, no files within it, no notes on how it was made.
_SEEN: Final = frozenset(
    {"/Type", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Group", "/Annots", "/UserUnit"}
)
_NOT_SEEN: Final = frozenset(
    {"/Metadata", "/PieceInfo", "/AF", "/OPI", "/LastModified"}
)  # of pictures and the like
_SEEN_OF_A_NOTE: Final = frozenset({"/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F"})


class NotMade(Exception):
    """The pack could not be made. Its text is the sentence that the user reads."""


@dataclass(frozen=True)
class Bound:
    """What became of it: `pages` in all."""

    pages: int


def look(files: Sequence[tuple[Path, str]], into: Path) -> list[int]:
    """How many pages each file has once it is cleaned and lies in `into` as `0.pdf`, `1.pdf`, …; 0 where it could not be
    opened. `files`: path and kind."""
    job = {"files": [[str(path), kind] for path, kind in files], "into": str(into)}
    said = list(_run("look", job))
    return [int(number) for number in said[-1]["pages"]] if said else [0] * len(files)


def bind(
    html: Path,
    styles: Path,
    pages: Sequence[int],
    into: Path,
    out: Path,
    heard: Callable[[dict[str, Any]], None],
) -> Bound:
    """Draws `html`, binds the files in `into` behind their pages, and writes `out`. `heard` is called for each sign of life:
    {"drawn": pages so far}, {"bound": files so far} or {}. Raises `NotMade`."""
    job = {"html": str(html), "styles": str(styles), "pages": list(pages), "into": str(into), "out": str(out)}
    last: dict[str, Any] = {}
    for last in _run("bind", job):
        heard(last)
    if "pages" not in last:
        raise NotMade(TOO_MUCH)
    return Bound(int(last["pages"]))


def _run(what: str, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines that the programme says. It ends with this process: it notices that nobody listens any more."""
    with sandbox.started("heard.cases.pack.binding", job, what) as lines:
        for line in lines:
            yield json.loads(line)


# ---- the programme


def main() -> None:
    job = json.loads(sys.stdin.read())
    os.environ["TMPDIR"] = job["into"]  # the folder of this pack
    sandbox.enter(
        memory=MEMORY,
        seconds=PATIENCE,
        largest=MEMORY,
        hides_files=True,
        reads=[*_FONTS, *(path for path, _kind in job.get("files", []))],
        writes=[job["into"]],
    )
    threading.Thread(target=_breathe, daemon=True).start()
    if sys.argv[1] == "look":
        pages = [
            _prepare(Path(path), kind, Path(job["into"]) / f"{n}.pdf")
            for n, (path, kind) in enumerate(job["files"])
        ]
        _say({"pages": pages})
    else:
        _say({"pages": _bind(job)})


_speaking = threading.Lock()


def _say(line: dict[str, Any]) -> None:
    with _speaking:
        try:
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        except OSError:  # whoever listened is gone: killed, or another one has taken over
            os._exit(1)


def _breathe() -> None:
    while True:
        time.sleep(_BETWEEN)
        _say({})


# ---- files


def _prepare(path: Path, kind: str, into: Path) -> int:
    """Cleans one file. One that cannot be opened takes nothing from the others."""
    try:
        return _picture(path, into) if kind in PICTURES else _pages(path, into)
    except Exception:  # noqa: BLE001 - whatever a parser raises on a file that somebody made
        into.unlink(missing_ok=True)
        return 0


def _picture(path: Path, into: Path) -> int:
    """One A4 page, with room around it."""
    from PIL import Image

    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        picture.draft("RGB", (2400, 2400))
        plain = Image.new("RGB", picture.size, "white")
        through = picture.convert("RGBA")
        plain.paste(through, mask=through.getchannel("A"))
    plain.thumbnail((2400, 2400))
    drawn = BytesIO()
    plain.save(drawn, "PDF", resolution=150.0, quality=85)
    return _write([_on_a4(drawn)], into)


def _on_a4(drawn: BytesIO) -> Any:
    from pypdf import PageObject, PdfReader, Transformation

    page = PdfReader(drawn).pages[0]
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    room = A4[0] - 80, A4[1] - 120
    scale = min(room[0] / width, room[1] / height, 1.5)
    sheet = PageObject.create_blank_page(width=A4[0], height=A4[1])
    aside = (A4[0] - width * scale) / 2, A4[1] - 50 - height * scale
    sheet.merge_transformed_page(page, Transformation().scale(scale).translate(*aside))
    return sheet


def _pages(path: Path, into: Path) -> int:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        return 0
    if len(reader.pages) > MOST_PAGES:
        return 0
    return _write(list(reader.pages), into)


def _write(pages: list[Any], into: Path) -> int:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for page in pages:
        _clean(page)  # before it is added: what a page refers to comes with it
        writer.add_page(page).transfer_rotation_to_content()
    writer.write(into)
    return len(pages)


def _clean(page: Any) -> None:
    for name in [name for name in page if name not in _SEEN]:
        del page[name]
    kept = [_note(note.get_object()) for note in page.get("/Annots") or []]
    kept = [note for note in kept if note is not None]
    page.pop("/Annots", None)
    if kept:
        from pypdf.generic import ArrayObject, NameObject

        page[NameObject("/Annots")] = ArrayObject(kept)
    _forget_how_made(page)


def _forget_how_made(page: Any) -> None:
    """Takes what is not seen out of all that a page is drawn with."""
    from pypdf.generic import ArrayObject, DictionaryObject

    known: set[int] = set()
    waiting = [page]
    while waiting:
        one = waiting.pop().get_object()
        if not isinstance(one, (ArrayObject, DictionaryObject)) or id(one) in known:
            continue
        known.add(id(one))
        if isinstance(one, DictionaryObject):
            for name in _NOT_SEEN & one.keys():
                del one[name]
        waiting += list(one.values()) if isinstance(one, DictionaryObject) else list(one)


def _note(note: Any) -> Any:
    """A field that was filled in or a stamp, as it looks; None for what is only a file, a film or a link."""
    from pypdf.generic import DictionaryObject

    if note.get("/Subtype") in {
        "/FileAttachment",
        "/Link",
        "/Movie",
        "/Sound",
        "/Screen",
        "/RichMedia",
        "/Popup",
    }:
        return None
    return DictionaryObject({name: note.raw_get(name) for name in note if name in _SEEN_OF_A_NOTE})


# ---- the pack


def _bind(job: dict[str, Any]) -> int:
    from pypdf import PdfReader, PdfWriter

    drawn, anchors = _draw(Path(job["html"]).read_text(encoding="utf-8"), Path(job["styles"]), job["pages"])
    writer = PdfWriter(clone_from=BytesIO(drawn))
    ours, behind = len(writer.pages), 0  # pages of files that are in already
    for number, count in enumerate(job["pages"]):
        if not count:
            continue
        after = (
            anchors.get(f"file-{number + 1}", ours) + behind
        )  # behind the last page of ours about this file
        numbers = _numbers(after + 1, count)
        reader = PdfReader(Path(job["into"]) / f"{number}.pdf")
        for place, page in enumerate(reader.pages):
            added = writer.insert_page(page, after + place)
            _put_number(added, numbers[place])
        behind += count
        _say({"bound": number + 1})
    writer.write(job["out"])
    return len(writer.pages)


def _draw(html: str, styles: Path, pages: Sequence[int]) -> tuple[bytes, dict[str, int]]:
    """Our pages, and on which of them (from 0) each anchor of a file stands."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    _report_pages()
    nothing = URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
    sheets = [styles.read_text(encoding="utf-8"), _numbering(pages)]
    document = HTML(string=html, url_fetcher=nothing).render(
        stylesheets=[CSS(string=sheet, url_fetcher=nothing) for sheet in sheets], pdf_variant="pdf/ua-1"
    )
    anchors = {
        name: place
        for place, page in enumerate(document.pages)
        for name in page.anchors
        if name.startswith("file-")
    }
    return document.write_pdf(pdf_variant="pdf/ua-1"), anchors


def _numbering(pages: Sequence[int]) -> str:
    """Styles by which the page of each file counts the pages that are bound in before it."""
    rules = ["@page { @bottom-right { content: counter(page) } }"]
    for number, count in enumerate(pages, 1):
        rules.append(f"@page file-{number} {{ counter-increment: page {1 + count} }}")
        rules.append(f"#file-{number} {{ page: file-{number} }}")
    return "\n".join(rules)


def _report_pages() -> None:
    """WeasyPrint says in its log which page it is at."""

    class Pages(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said = record.getMessage()
            if " Page " in said and said.rpartition(" ")[2].isdigit():
                _say({"drawn": int(said.rpartition(" ")[2])})

    log = logging.getLogger("weasyprint.progress")
    log.setLevel(logging.INFO)
    log.addHandler(Pages())


def _numbers(first: int, count: int) -> list[Any]:
    """Sheets with nothing but a number at the foot."""
    from pypdf import PdfReader
    from weasyprint import CSS, HTML

    style = (
        "@page { size: A4; margin: 0 }"
        "p { break-before: page; margin: 285mm 12mm 0 0; text-align: right;"
        ' font: 8.5pt "Liberation Sans", Arial, sans-serif; color: #505a5f }'
        "span { background: #fff; padding: 0.5mm 1mm }"
    )
    body = "".join(f"<p><span>{number}</span></p>" for number in range(first, first + count))
    return list(PdfReader(BytesIO(HTML(string=body).write_pdf(stylesheets=[CSS(string=style)]))).pages)


def _put_number(page: Any, sheet: Any) -> None:
    """At the right foot of the page, whatever its size."""
    from pypdf import Transformation

    box = page.cropbox
    scale = float(box.width) / A4[0]
    page.merge_transformed_page(
        sheet, Transformation().scale(scale).translate(float(box.left), float(box.bottom))
    )


if __name__ == "__main__":
    main()
