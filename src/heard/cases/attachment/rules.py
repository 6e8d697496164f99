"""Which files may be kept with a record, under which name, and when one is withdrawn. Pure: no Django, no clock, no database."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks, Filled, Refused

WITHDRAW_ASKS: Final = Asks(reason="Say why this file is withdrawn")


class ContentKind(StrEnum):
    """What a file is by its content."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    DOCX = "docx"
    TEXT = "text"
    WEBM = "webm"  # these three are sound alone, and hang on what a child sent
    OGG = "ogg"
    MP4 = "mp4"
    ASIDE = "aside"  # nobody has opened it


class SoundRefused(Refused):
    """A recording of a child is what was refused: what they sent with it can go without it."""


class Aside(StrEnum):
    """Why a file is set aside unopened: kept as it came, and fetched by nobody."""

    ABUSE = "abuse"
    UNSCANNED = "unscanned"


PICTURES: Final = frozenset({ContentKind.JPEG, ContentKind.PNG, ContentKind.WEBP})
SOUNDS: Final = (ContentKind.WEBM.value, ContentKind.OGG.value, ContentKind.MP4.value)

# The extension that a download gets, and the type that it is sent with.
EXTENSIONS: Final[dict[ContentKind, str]] = {
    ContentKind.JPEG: "jpg",
    ContentKind.PNG: "png",
    ContentKind.WEBP: "webp",
    ContentKind.PDF: "pdf",
    ContentKind.DOCX: "docx",
    ContentKind.TEXT: "txt",
    ContentKind.WEBM: "webm",
    ContentKind.OGG: "ogg",
    ContentKind.MP4: "m4a",
    ContentKind.ASIDE: "bin",
}
CONTENT_TYPES: Final[dict[ContentKind, str]] = {
    ContentKind.JPEG: "image/jpeg",
    ContentKind.PNG: "image/png",
    ContentKind.WEBP: "image/webp",
    ContentKind.PDF: "application/pdf",
    ContentKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ContentKind.TEXT: "text/plain; charset=utf-8",
    ContentKind.WEBM: "audio/webm",
    ContentKind.OGG: "audio/ogg",
    ContentKind.MP4: "audio/mp4",
    ContentKind.ASIDE: "application/octet-stream",
}

ABOUT: Final = (
    "person",
    "place",
    "group",
    "concern",
    "words",
)  # what a file hangs on; or a draft, until it is sent
TEXT_LIMIT: Final = 200_000  # characters of a document that can be searched
NAME_LIMIT: Final = 120


def why_not_attach(
    *, may_attach: bool, size: int, most_bytes: int, there_already: int, most_files: int
) -> str | None:
    """`size` in bytes; `there_already`: files that hang on this record now."""
    if not may_attach:
        return "Your role does not add files to a record"
    if size == 0:
        return "This file is empty. Choose another one."
    if size > most_bytes:
        return Filled(
            "This file is larger than %(most)s MB. Make it smaller, or attach a part of it.",
            most=most_bytes // 1_000_000,
        )
    if there_already >= most_files:
        return Filled(
            "There are %(most)s files here already, which is the most. Withdraw one that is not needed.",
            most=most_files,
        )
    return None


def why_not_open(aside: str) -> str | None:
    """Whether a file can be fetched by whoever may see its record."""
    if aside == Aside.ABUSE:
        return "Nobody can open this file in Heard: it may show a child’s abuse"
    if aside == Aside.UNSCANNED:
        return "This file waits to be checked for harmful software. Try again in some minutes"
    return None


def why_not_withdraw(
    *,
    is_withdrawn: bool,
    may_withdraw: bool,
    held: bool,
    reason: str,
    aside: str = "",
    may_decide: bool = False,
) -> str | None:
    """`held`: a hold keeps the record on which it hangs."""
    if is_withdrawn:
        return "This file has been withdrawn already"
    if held:
        return (
            "A hold keeps this record and every file of it: nothing may be destroyed until two people lift it"
        )
    if aside == Aside.ABUSE and not may_decide:
        return (
            "This file may be evidence. A co-ordinator or supervisor removes it, once the police have said so"
        )
    if not may_withdraw:
        return "Whoever attached a file withdraws it, or a co-ordinator or supervisor"
    return WITHDRAW_ASKS.missing(reason=reason)


_NOT_IN_A_NAME = re.compile(r"[^\w .,()&'’+-]+")


def safe_name(name: str, kind: str) -> str:
    """The name that a file came with, without what a file system, a header or a reader could stumble over, and with the
    extension that its content has. 'C:\\tmp\\evil\\nbill.exe' of a PDF is 'evil bill.pdf'; nothing is 'file.pdf'."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem, dot, extension = last.rpartition(".")
    if not dot or len(extension) > 5:
        stem = last
    clean = " ".join(_NOT_IN_A_NAME.sub(" ", stem).split()).strip(" .")
    return f"{clean[: NAME_LIMIT - 6].strip() or 'file'}.{EXTENSIONS[ContentKind(kind)]}"
