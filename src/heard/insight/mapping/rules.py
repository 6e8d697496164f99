"""When a mapping may be kept. Pure."""

from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Final

from heard.agencies.rules import Asks
from heard.engine.intake.drafting import tells_files

KEEP_ASKS: Final = Asks(
    agency="Say whose file it is. Nobody can guess it, and agencies are counted by it.",
    name="Give the table a name, such as police_missing.",
    files="Say for which files the mapping is, such as missing*.csv.",
)
TOO_BROAD: Final = (
    "Files of others may be called so too. Write a word by which files of this table are known, such as missing*.csv, or the whole name of this "
    "file."
)
WITHDRAWN: Final = "This mapping was withdrawn already."


def takes(files: str, name: str) -> bool:
    """Whether a mapping is for a file of this name, as the engine says it."""
    return fnmatchcase(name.lower(), files.lower())


def why_not_keep(
    *, name: str, agency: str, files: str, file: str, taken: Collection[str]
) -> tuple[str, str] | None:
    """The answer that is not right, by its name, with the sentence for it. `file`: the one that it was made of. `taken`: names of sources
    that there are."""
    said = {"name": name, "agency": agency, "files": files}
    for answer, words in said.items():
        if not words.strip():
            return answer, KEEP_ASKS[answer]
    if name in taken:
        return "name", "There is a mapping of this name already. Give the table another name."
    if set("*?[") & set(files) and not tells_files(PurePath(files).stem):
        return "files", TOO_BROAD
    if not takes(files, file):
        return (
            "files",
            "The file that you look at does not fit this. Write how such files are called, with * for what changes.",
        )
    return None


def why_not_withdraw(*, withdrawn: bool) -> str | None:
    return WITHDRAWN if withdrawn else None
