"""What a packed folder, such as a Word file, says of itself in its directory: read before any of it is unpacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zipfile import ZipInfo

MOST_UNPACKED: Final = 200_000_000  # bytes, of all members together
MOST_MEMBERS: Final = 5_000  # a long report with many pictures has some hundreds
MOST_TIMES: Final = 200  # how much larger a member may be than it is packed: text shrinks to a tenth
SMALL: Final = 1_000_000  # bytes: an almost empty part shrinks to nothing, and does no harm
_PACKED: Final = (
    ".zip", ".docx", ".docm", ".dotm", ".xlsx", ".xlsm", ".xlsb", ".pptx", ".pptm", ".odt", ".ods", ".odp", ".jar", ".7z", ".rar",
    ".gz", ".bz2", ".xz", ".zst", ".tar", ".cab", ".iso",
)  # fmt: skip

TOO_MANY: Final = f"This file holds more than {MOST_MEMBERS} parts. Save it as PDF, and attach that."
LOCKED: Final = "This file has a password. Save it without one, and attach that."
NESTED: Final = "This file holds another packed file, such as a workbook. Save it as PDF, and attach that."
TOO_LARGE_INSIDE: Final = (
    "This file is far larger inside than it looks. Save it anew, smaller, and attach that."
)


def why_not_unpack(members: Iterable[ZipInfo]) -> str | None:
    """The sentence for a folder that is not unpacked. What lies in it under a wrong size is caught by the limits of the
    process that unpacks it, and by `zipfile`, which reads no more of a member than its directory says."""
    found = list(members)
    if len(found) > MOST_MEMBERS:
        return TOO_MANY
    if any(entry.flag_bits & 1 for entry in found):
        return LOCKED
    if sum(entry.file_size for entry in found) > MOST_UNPACKED or any(_is_bomb(entry) for entry in found):
        return TOO_LARGE_INSIDE
    if any(entry.filename.lower().endswith(_PACKED) for entry in found):
        return NESTED
    return None


def _is_bomb(zip_info: ZipInfo) -> bool:
    return zip_info.file_size > SMALL and zip_info.file_size > MOST_TIMES * (zip_info.compress_size or 1)
