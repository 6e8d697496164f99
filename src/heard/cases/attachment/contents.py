"""What a file is by what is in it: never by its name, nor by what a browser says of it. Knows nothing of Django.

Files come from anywhere, and the libraries that open them have had faults. So the site never opens one in its own process:
it runs this module as a programme (`read_apart`), which has a memory limit, a time limit and nothing else to do.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

from heard.agencies import sandbox
from heard.cases.attachment.archives import TOO_LARGE_INSIDE, why_not_unpack
from heard.cases.attachment.rules import TEXT_LIMIT, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image as Picture

MOST_POINTS: Final = (
    64_000_000  # of a picture: more than a telephone's camera makes, and 200 MB once it is open
)
MOST_PAGES: Final = 500  # of a PDF file whose text is read
READING: Final = 10.0  # seconds for the text of one file; what was read until then is kept
PATIENCE: Final = 30.0  # seconds for everything
MEMORY: Final = 2_000_000_000  # bytes that a programme which opens one file may use

_PICTURE_FORMATS: Final = {"JPEG": Kind.JPEG, "MPO": Kind.JPEG, "PNG": Kind.PNG, "WEBP": Kind.WEBP}
_PICTURE_TYPES: Final = {"image/jpeg", "image/png", "image/webp"}
_HEIC: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Of a PDF: what acts by itself, and actions that are a script, start a programme, fetch or send.
_DOES: Final = frozenset(
    {
        "/OpenAction", "/AA", "/JS", "/JavaScript", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/OnInstantiate",
    }
)  # fmt: skip
_ACTIONS: Final = frozenset({
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute",
})  # fmt: skip

_LEFT_BEHIND: Final = (
    b"/JavaScript",
    b"/Launch",
    b"/EmbeddedFile",
)  # in what no page leads to; a programme may still find it

# Of a Word file: kinds of relation that bring another file along, and fields that fetch one or talk to another programme.
_BRINGS: Final = ("/oleObject", "/package", "/control", "/activeXControlBinary", "/aFChunk", "/subDocument")
_FIELDS: Final = re.compile(
    r"\s*(DDE|DDEAUTO|LINK|INCLUDETEXT|INCLUDEPICTURE|IMPORT|DATABASE)\b", re.IGNORECASE
)

MACROS: Final = "This Word file holds macros. Save it as plain DOCX or PDF, and attach that."
HOLDS_FILES: Final = "This Word file holds another file or programme inside. Save it as PDF, and attach that."
FETCHES: Final = (
    "This Word file fetches something from elsewhere when it is opened, such as a template. "
    "Save it as PDF, and attach that."
)
BROKEN: Final = "This file is broken, or is not what it seems to be. Open it, save it anew and attach that."
NOT_TAKEN: Final = "Files of this kind are not taken. Attach a picture (JPEG, PNG or WebP), a PDF, a Word file (DOCX) or plain text."
INSTEAD: Final = {
    "image/heif": "This is a HEIC picture. Save or export it as JPEG, and attach that.",
    "image/avif": "This is an AVIF picture. Save or export it as JPEG, and attach that.",
    "image/gif": "This is a GIF picture. Save it as PNG, and attach that.",
    "image/tiff": "This is a TIFF picture. Save it as JPEG or PNG, and attach that.",
    "application/msword": "This is a Word file of the old kind. Save it as DOCX or PDF, and attach that.",
}


class Unreadable(Exception):
    """The file cannot be kept. Its text is the sentence that the user reads."""


@dataclass(frozen=True)
class Contents:
    """What is kept of a file: its bytes (a picture's are drawn anew), and the text in it that can be searched."""

    kind: Kind
    kept: bytes
    text: str


def recognise(content: bytes) -> tuple[Kind, bytes]:
    """The kind, and the bytes to keep; `Unreadable` for whatever cannot be opened as what it seems to be."""
    seems = _seems(content)
    try:
        if seems & _PICTURE_TYPES:
            return _picture(content)
        if "application/pdf" in seems:
            return _pdf(content)
        if _WORD in seems:
            return _word(content)
    except Unreadable:
        raise
    except Exception as problem:  # whatever a parser raises on a file that somebody made
        raise Unreadable(BROKEN) from problem
    instead = next((sentence for kind, sentence in INSTEAD.items() if kind in seems), NOT_TAKEN)
    return _plain(content, instead)


def text_of(kind: Kind, kept: bytes) -> str:
    """The text in a file that `recognise` has taken, as far as it could be read: at most `TEXT_LIMIT` characters."""
    readers = {Kind.PDF: _pdf_text, Kind.DOCX: _word_text, Kind.TEXT: bytes.decode}
    reader: Any = readers.get(kind)
    try:
        return _storable(reader(kept)) if reader else ""
    except Exception:  # noqa: BLE001 - it opened, so it is kept; only the search goes without its text
        return ""


def read_apart(content: bytes) -> Contents:
    """Both, in a process of its own. `Unreadable` where it fails, takes too long or needs too much memory."""
    command = [sys.executable, "-P", "-m", "heard.cases.attachment.contents"]
    quick = sandbox.environment(PUREMAGIC_DEEPSCAN="0")  # we open the file ourselves
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the file comes through standard input
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            env=quick,
            check=False,
        )
        said = done.stdout
    except subprocess.TimeoutExpired as late:
        said = late.output or b""
    return _heard_of(said, content)


def _heard_of(said: bytes, content: bytes) -> Contents:
    """What the programme wrote: a line about the file, the picture drawn anew, and the text, as far as it came."""
    first, _line, rest = said.partition(b"\n")
    try:
        about = json.loads(first)
        if "problem" in about:
            raise Unreadable(about["problem"])
        size = about["drawn"]
        if len(rest) < size:
            raise Unreadable(BROKEN)
        text = rest[size:].decode(errors="ignore")
        return Contents(Kind(about["kind"]), rest[:size] if size else content, text)
    except ValueError as nothing:  # it ended before it could say anything
        raise Unreadable(BROKEN) from nothing


def main() -> None:
    """Reads a file from standard input, and writes for `_heard_of`."""
    sandbox.enter(memory=MEMORY, seconds=int(PATIENCE), largest=0, hides_files=True)
    content = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        kind, kept = recognise(content)
    except Unreadable as problem:
        out.write(json.dumps({"problem": str(problem)}).encode() + b"\n")
        return
    drawn = kept if kept is not content else b""
    out.write(json.dumps({"kind": kind.value, "drawn": len(drawn)}).encode() + b"\n" + drawn)
    out.flush()
    out.write(text_of(kind, kept).encode())


def _seems(content: bytes) -> set[str]:
    """Types that the first bytes fit. A packed folder fits dozens."""
    import puremagic

    try:
        seems = {match.mime_type for match in puremagic.magic_string(content) if match.mime_type}
    except Exception:  # noqa: BLE001 - puremagic's scanners are no surer than other parsers
        seems = set()
    return seems | _of_telephones(content)


def _of_telephones(content: bytes) -> set[str]:
    """What the first box of a picture says that it holds (ISO/IEC 14496-12): telephones write more kinds of HEIC than
    puremagic knows."""
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4]), 64)
    brands = {content[8:12], *(content[at : at + 4] for at in range(16, end, 4))}
    if brands & {b"avif", b"avis"}:
        return {"image/avif"}
    return {"image/heif"} if brands & _HEIC else set()


# ---- pictures


def _picture(content: bytes) -> tuple[Kind, bytes]:
    """Drawn anew from its points, turned upright: what stood beside them (where, when, with which camera) stays behind."""
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
        except Image.DecompressionBombError as bomb:
            raise Unreadable(TOO_LARGE_INSIDE) from bomb
        kind = _PICTURE_FORMATS[picture.format or ""]
        if picture.width * picture.height > MOST_POINTS:
            raise Unreadable(TOO_LARGE_INSIDE)
        if kind is not Kind.JPEG and getattr(picture, "n_frames", 1) > 1:
            raise Unreadable("This picture moves. Save one still of it as PNG or JPEG, and attach that.")
        upright = ImageOps.exif_transpose(picture)
        return kind, _drawn(upright, kind)


def _drawn(picture: Picture, kind: Kind) -> bytes:
    from PIL import Image

    through = kind is not Kind.JPEG and (
        picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    )
    points = picture.convert("RGBA" if through else "RGB")
    anew = Image.new(points.mode, points.size)
    anew.paste(points)
    out = BytesIO()
    anew.save(out, kind.value.upper(), **({"quality": 90} if kind is not Kind.PNG else {}))
    return out.getvalue()


# ---- documents


def _pdf(content: bytes) -> tuple[Kind, bytes]:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("This PDF has a password. Save it without one, and attach that.")
    if len(reader.pages) == 0:
        raise Unreadable("This PDF has no page. Choose another one.")
    acts = _has_actions(reader) or any(word in content for word in _LEFT_BEHIND)
    return Kind.PDF, _without_actions(reader) if acts else content


def _has_actions(reader: Any) -> bool:
    return any(_acts(one) for one in _objects(reader.trailer["/Root"]))


def _acts(one: Any) -> bool:
    """A dictionary that does something by itself or starts a programme: a script, an action on opening, an attached file."""
    return bool(_DOES.intersection(one)) or _is_action(one)


def _is_action(one: Any) -> bool:
    return ("/S" in one and one["/S"] in _ACTIONS) or ("/Type" in one and one["/Type"] == "/Filespec")


def _objects(root: Any) -> Iterator[Any]:
    """Every dictionary that can be reached, once."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    known: set[object] = set()
    waiting = [root]
    while waiting:
        one = waiting.pop()
        key = (one.idnum, one.generation) if isinstance(one, IndirectObject) else id(one)
        if key in known:
            continue
        known.add(key)
        found = one.get_object() if isinstance(one, IndirectObject) else one
        if isinstance(found, DictionaryObject):
            yield found
            waiting += found.values()
        elif isinstance(found, ArrayObject):
            waiting += found


def _without_actions(reader: Any) -> bytes:
    """Written anew with its pages and what stands on them; nothing that acts, and no file inside it."""
    from pypdf import PdfWriter

    for one in _objects(reader.trailer["/Root"]):
        if _is_action(one):
            one.clear()
        for name in _DOES.intersection(one):
            del one[name]
    writer = PdfWriter()
    for page in reader.pages:  # what is not reached from a page any more stays behind
        writer.add_page(page)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _pdf_text(content: bytes) -> str:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        reader.decrypt("")
    found: list[str] = []
    until, length = time.monotonic() + READING, 0
    for page in reader.pages[:MOST_PAGES]:
        found.append(_page_text(page))
        length += len(found[-1])
        if length > TEXT_LIMIT or time.monotonic() > until:
            break
    return "\n".join(found)


def _page_text(page: Any) -> str:
    try:
        text: str = page.extract_text()
    except Exception:  # noqa: BLE001 - one page that cannot be read takes nothing from the others
        return ""
    return text


def _word(content: bytes) -> tuple[Kind, bytes]:
    from docx import Document

    with ZipFile(BytesIO(content)) as folder:
        if why_not := why_not_unpack(folder.infolist()):
            raise Unreadable(why_not)
        names = [name.lower() for name in folder.namelist()]
        if not any(name.startswith("word/") for name in names):
            raise Unreadable(NOT_TAKEN)
        if any("vbaproject" in name or "vbadata" in name for name in names):
            raise Unreadable(MACROS)
        if any("/embeddings/" in name or "/activex/" in name for name in names):
            raise Unreadable(HOLDS_FILES)
        for name in folder.namelist():
            _refuse_part(name.lower(), folder.read(name))
    Document(BytesIO(content))
    return Kind.DOCX, content


def _refuse_part(name: str, part: bytes) -> None:
    """`Unreadable` for a part of a Word file that runs, brings or fetches something. A link that somebody follows does not."""
    if name == "[content_types].xml":
        if b"macroenabled" in part.lower() or b"vbaproject" in part.lower():
            raise Unreadable(MACROS)
    elif name.endswith(".rels"):
        _refuse_relations(part)
    elif name.endswith(".xml") and any(_FIELDS.match(field) for field in _fields(part)):
        raise Unreadable(FETCHES)


def _refuse_relations(part: bytes) -> None:
    for row in _xml(part).iter("{*}Relationship"):
        kind = row.get("Type", "")
        if "vba" in kind.lower():
            raise Unreadable(MACROS)
        if row.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink"):
            raise Unreadable(FETCHES)
        if kind.endswith(_BRINGS):
            raise Unreadable(HOLDS_FILES)


def _fields(part: bytes) -> list[str]:
    """The instruction of each field of a part. Word may cut one into many pieces."""
    found = [""]
    for one in _xml(part).iter("{*}fldChar", "{*}instrText", "{*}fldSimple"):
        name = one.tag.rpartition("}")[2]
        if name == "instrText":
            found[-1] += one.text or ""
        else:
            found.append(next((value for key, value in one.attrib.items() if key.endswith("}instr")), ""))
    return found


def _xml(part: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _word_text(content: bytes) -> str:
    """Every paragraph of the body, those in tables and boxes too, and the comments' place is not kept."""
    from docx import Document
    from docx.oxml.ns import qn

    body = Document(BytesIO(content)).element.body
    lines = ("".join(run.text or "" for run in line.iter(qn("w:t"))) for line in body.iter(qn("w:p")))
    return "\n".join(lines)


def _plain(content: bytes, otherwise: str) -> tuple[Kind, bytes]:
    """Text is what reads as text: whatever is kept is UTF-8, so that it opens everywhere."""
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "", "cp1252"):
        try:
            text = content.decode(encoding) if encoding else "\x00"
        except UnicodeDecodeError:
            continue
        if text.strip() and not any(ord(c) < 32 and c not in "\t\n\r\f" for c in text):
            return Kind.TEXT, text.encode()
    raise Unreadable(otherwise)


def _storable(text: str) -> str:
    """Without what a database cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:TEXT_LIMIT]


if __name__ == "__main__":
    main()
