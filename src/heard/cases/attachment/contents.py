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
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZipFile

from heard.agencies import sandbox
from heard.cases.attachment import sounds
from heard.cases.attachment.archives import TOO_LARGE_INSIDE, why_not_unpack
from heard.cases.attachment.rules import TEXT_LIMIT, ContentKind

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

_SOUND: Final = "sound"  # what the programme is told, where it opens a recording
_PICTURE_FORMATS: Final = {
    "JPEG": ContentKind.JPEG,
    "MPO": ContentKind.JPEG,
    "PNG": ContentKind.PNG,
    "WEBP": ContentKind.WEBP,
}
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

# Beside the pages of a PDF: what says nothing of who wrote it, and of these what says what it is about. Anything else is their name, or may be.
_SAYS_WHAT: Final = frozenset({"/Title", "/Subject", "/Keywords"})
_SAYS_NOBODY: Final = _SAYS_WHAT | {"/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped"}
# Of a Word file: kinds of part that say who wrote it and where they work, with the elements that are emptied. They are found by their usual
# name, and by the relation to them (ECMA-376 Part 2, 11; Part 1, 15.2.12), since programmes other than Word call them as they like.
_PROPERTIES: Final = {
    "core": ("{*}creator", "{*}lastModifiedBy"),
    "app": ("{*}Company", "{*}Manager", "{*}Template", "{*}HyperlinkBase"),
    "custom": (),  # rows of it are taken out
}
_RELATED: Final = {
    "/core-properties": "core",
    "/extended-properties": "app",
    "/extendedProperties": "app",
    "/custom-properties": "custom",
    "/customProperties": "custom",
}
# Of its own properties those that name somebody: Word's list has some (Owner, Typist), a label of protection has its owner. The others
# are the agency's (a marking, a case number) and stay.
_NAMES_SOMEBODY: Final = re.compile(
    r"(.*[_#\s])?(author|authors|authoremail|authoremaildisplayname|owner|manager|company|creator|editor|typist"
    r"|(created|modified|last modified|last saved|checked|recorded|prepared|written|typed)[ _]?by)",
    re.IGNORECASE,
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
    """What is kept of a file: its bytes (a picture's are drawn anew), and the text in it that can be searched; `seconds`: how long a recording lasts."""

    kind: ContentKind
    kept: bytes
    text: str
    seconds: int = 0


def recognise(content: bytes) -> tuple[ContentKind, bytes]:
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


def text_of(kind: ContentKind, kept: bytes) -> str:
    """The text in a file that `recognise` has taken, as far as it could be read: at most `TEXT_LIMIT` characters."""
    readers = {ContentKind.PDF: _pdf_text, ContentKind.DOCX: _word_text, ContentKind.TEXT: bytes.decode}
    reader: Any = readers.get(kind)
    try:
        return _storable(reader(kept)) if reader else ""
    except Exception:  # noqa: BLE001 - it opened, so it is kept; only the search goes without its text
        return ""


def read_apart(content: bytes, *, is_sound: bool = False) -> Contents:
    """Both, in a process of its own; `is_sound`: a recording of somebody who speaks, as `sounds.recognise` takes it, and nothing else. `Unreadable` where it
    fails, takes too long or needs too much memory."""
    command = [sys.executable, "-P", "-m", "heard.cases.attachment.contents", *([_SOUND] if is_sound else [])]
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
    return _heard_of(said, content, sounds.BROKEN if is_sound else BROKEN)


def _heard_of(said: bytes, content: bytes, broken: str = BROKEN) -> Contents:
    """What the programme wrote: a line about the file, the picture drawn anew, and the text, as far as it came."""
    first, _line, rest = said.partition(b"\n")
    try:
        about = json.loads(first)
        if "problem" in about:
            raise Unreadable(about["problem"])
        size = about["drawn"]
        if len(rest) < size:
            raise Unreadable(broken)
        text = rest[size:].decode(errors="ignore")
        return Contents(
            ContentKind(about["kind"]), rest[:size] if size else content, text, about.get("seconds", 0)
        )
    except ValueError as nothing:  # it ended before it could say anything
        raise Unreadable(broken) from nothing


def main() -> None:
    """Reads a file from standard input, and writes for `_heard_of`."""
    sandbox.enter(memory=MEMORY, seconds=int(PATIENCE), largest=0, hides_files=True)
    content = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    if _SOUND in sys.argv[1:]:
        out.write(_said_of_sound(content))
        return
    try:
        kind, kept = recognise(content)
    except Unreadable as problem:
        out.write(json.dumps({"problem": str(problem)}).encode() + b"\n")
        return
    drawn = kept if kept is not content else b""
    out.write(json.dumps({"kind": kind.value, "drawn": len(drawn)}).encode() + b"\n" + drawn)
    out.flush()
    out.write(text_of(kind, kept).encode())


def _said_of_sound(content: bytes) -> bytes:
    try:
        found = sounds.recognise(content)
    except sounds.NotSound as problem:
        return json.dumps({"problem": str(problem)}).encode() + b"\n"
    about = {"kind": found.kind.value, "drawn": len(found.kept), "seconds": found.seconds}
    return json.dumps(about).encode() + b"\n" + found.kept


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


def _picture(content: bytes) -> tuple[ContentKind, bytes]:
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
        if kind is not ContentKind.JPEG and getattr(picture, "n_frames", 1) > 1:
            raise Unreadable("This picture moves. Save one still of it as PNG or JPEG, and attach that.")
        upright = ImageOps.exif_transpose(picture)
        return kind, _drawn(upright, kind)


def _drawn(picture: Picture, kind: ContentKind) -> bytes:
    from PIL import Image

    through = kind is not ContentKind.JPEG and (
        picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    )
    points = picture.convert("RGBA" if through else "RGB")
    anew = Image.new(points.mode, points.size)
    anew.paste(points)
    out = BytesIO()
    anew.save(out, kind.value.upper(), **({"quality": 90} if kind is not ContentKind.PNG else {}))
    return out.getvalue()


# ---- documents


def _pdf(content: bytes) -> tuple[ContentKind, bytes]:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("This PDF has a password. Save it without one, and attach that.")
    if len(reader.pages) == 0:
        raise Unreadable("This PDF has no page. Choose another one.")
    acts = _has_actions(reader) or any(word in content for word in _LEFT_BEHIND)
    if acts:
        return ContentKind.PDF, _without_actions(reader)
    if _says_who_wrote_it(reader) and not _is_signed(reader):
        try:
            return ContentKind.PDF, _without_author(reader)
        except Exception:  # noqa: BLE001 - it opened, so it is kept, as it came
            return ContentKind.PDF, content
    return ContentKind.PDF, content


def _says_who_wrote_it(reader: Any) -> bool:
    """Beside the pages: their author, or a block of XMP, in which a programme says the same and more."""
    return bool(set(_info(reader)) - _SAYS_NOBODY) or "/Metadata" in reader.trailer["/Root"]


def _info(reader: Any) -> Any:
    """What stands beside the pages; nothing where that is broken or points nowhere, as some programmes leave it."""
    from pypdf.generic import DictionaryObject

    try:
        found = reader.trailer.get("/Info").get_object()
    except Exception:  # noqa: BLE001 - the pages count, whatever a parser says of what lies beside them
        return {}
    return found if isinstance(found, DictionaryObject) else {}


def _said_of_it(reader: Any) -> dict[str, str]:
    """Its title and what it is about."""
    info = _info(reader)
    return {name: text for name in _SAYS_WHAT & set(info) if isinstance(text := info[name], str)}


def _is_signed(reader: Any) -> bool:
    """With a signature of its own, which would count for nothing once a byte is another: such a file stays as it came."""
    return any("/ByteRange" in one for one in _objects(reader.trailer["/Root"]))


def _without_author(reader: Any) -> bytes:
    from pypdf import PdfWriter

    for one in _objects(reader.trailer["/Root"]):
        if "/Metadata" in one:  # of the file, and of pages and pictures in it
            del one["/Metadata"]
    writer = PdfWriter()
    writer.clone_reader_document_root(reader)
    writer.metadata = _said_of_it(reader)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


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
        for name in (_DOES | {"/Metadata"}).intersection(one):
            del one[name]
    writer = PdfWriter()
    for page in reader.pages:  # what is not reached from a page any more stays behind
        writer.add_page(page)
    writer.add_metadata(_said_of_it(reader))
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


def _word(content: bytes) -> tuple[ContentKind, bytes]:
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
    return ContentKind.DOCX, _word_without_author(content)


def _word_without_author(content: bytes) -> bytes:
    """Without who wrote it, changed it last and for whom they work, as Word keeps it beside the text; the names of those who made a comment
    or a tracked change stay, without their account: they are part of what the text says. A file that is signed stays as it came."""
    with ZipFile(BytesIO(content)) as folder:
        parts = {entry: folder.read(entry) for entry in folder.infolist()}
    by_name = {entry.filename: part for entry, part in parts.items()}
    if any(name.lower().startswith("_xmlsignatures/") for name in by_name):
        return content
    kinds = _properties_of(by_name.get("_rels/.rels", b""))
    emptied = {entry: _emptied(entry.filename.lower(), part, kinds) for entry, part in parts.items()}
    if emptied == parts:
        return content
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as anew:
        for entry, part in emptied.items():
            anew.writestr(entry.filename, part)
    return out.getvalue()


def _properties_of(relations: bytes) -> dict[str, str]:
    """Which part, by its name in small letters, is of which kind of `_PROPERTIES`."""
    found = {f"docprops/{kind}.xml": kind for kind in _PROPERTIES}
    for row in _xml(relations).iter("{*}Relationship") if relations else ():
        for ends, kind in _RELATED.items():
            if row.get("Type", "").endswith(ends):
                found[unquote(row.get("Target", "")).lstrip("/").lower()] = kind
    return found


def _emptied(name: str, part: bytes, kinds: dict[str, str]) -> bytes:
    """The part without who wrote it, and as its schema wants it: an element of text is emptied, a row is taken out."""
    is_people = name == "word/people.xml"
    if name not in kinds and not is_people:
        return part
    root = _xml(part)
    emptied = _PROPERTIES.get(kinds.get(name, ""), ())
    texts = [one for one in root.iter(*emptied) if one.text or len(one)] if emptied else []
    rows = list(root.iter("{*}presenceInfo")) if is_people else _naming_somebody(root)
    if not texts and not rows:
        return part
    for text in texts:
        text.clear()
    for row in rows:
        row.getparent().remove(row)
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _naming_somebody(root: Any) -> list[Any]:
    """The own properties of a Word file that name somebody."""
    return [one for one in root.iter("{*}property") if _NAMES_SOMEBODY.fullmatch(one.get("name", ""))]


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


def _plain(content: bytes, otherwise: str) -> tuple[ContentKind, bytes]:
    """Text is what reads as text: whatever is kept is UTF-8, so that it opens everywhere."""
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "", "cp1252"):
        try:
            text = content.decode(encoding) if encoding else "\x00"
        except UnicodeDecodeError:
            continue
        if text.strip() and not any(ord(c) < 32 and c not in "\t\n\r\f" for c in text):
            return ContentKind.TEXT, text.encode()
    raise Unreadable(otherwise)


def _storable(text: str) -> str:
    """Without what a database cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:TEXT_LIMIT]


if __name__ == "__main__":
    main()
